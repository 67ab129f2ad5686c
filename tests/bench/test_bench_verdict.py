"""What a certificate and a judged run cost, CPU seconds of this process; the figures are printed, not asserted."""

import time
from typing import Any

import pytest

from scenarios.evaluation.certificate import certify
from scenarios.evaluation.references import reference_drivers
from scenarios.evaluation.trial import trial
from scenarios.hazards.registry import catalogue
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.draw import GAP_FILLING, draw
from scenarios.suite.maps import load_maps

LEAVES = ("TC-05", "TC-03", "VR-02", "AD-01")


def specs() -> tuple[list[ConcreteScenario], Any]:
    nets, _ = load_maps(("boulevard",))
    net = nets["boulevard"]
    drawn = [
        draw(catalogue()[leaf], net, "boulevard", stream=GAP_FILLING, suite_key=1, index=i)
        for i, leaf in enumerate(LEAVES)
    ]
    return [spec for spec in drawn if isinstance(spec, ConcreteScenario)], net


@pytest.mark.benchmark(timer=time.process_time)
def test_certificate_of_a_scenario(benchmark: Any) -> None:
    """Nine reference drivers, last instants, causes, feasibility."""
    made, net = specs()
    for spec in made:
        certify(spec, net)  # compiled before the clock starts
    found = benchmark.pedantic(lambda: [certify(spec, net) for spec in made], rounds=5)
    benchmark.extra_info["seconds_per_scenario"] = benchmark.stats.stats.mean / len(made) if benchmark.stats else None
    assert len(found) == len(LEAVES)


@pytest.mark.benchmark(timer=time.process_time)
def test_judged_run_of_a_planner_in_this_process(benchmark: Any) -> None:
    made, net = specs()
    driver = reference_drivers()["cc"]

    def drive() -> int:
        return sum(trial(spec, net, driver()).recording is not None for spec in made)

    drive()
    assert benchmark.pedantic(drive, rounds=5) == len(made)
    benchmark.extra_info["seconds_per_scenario"] = benchmark.stats.stats.mean / len(made) if benchmark.stats else None
