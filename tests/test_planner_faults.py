"""Nine ways in which a planner fails, each in three ways of being hosted: contained, named, and gone afterwards."""

import os
import time
from pathlib import Path

import pytest
from planner_zoo import FAULTS, VICTIM_LENGTH_M
from test_planner_hosting import WAYS, digest, world

from roadnet.network import RoadNetwork
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.planner import PlannerFailed
from scenarios.simulation.simulate import simulate

LIMITS = Limits(step_s=0.7)
SPARE_S = 1.0  # that a failure may take beyond the step's limit
MARK = "NEARMISS_TEST_MARK"  # in the environment of every process of a planner, forked or not


@pytest.fixture(scope="module")
def specs() -> list[ConcreteScenario]:
    return [world(0), world(1, VICTIM_LENGTH_M), world(2)]


@pytest.fixture(scope="module")
def healthy(specs: list[ConcreteScenario], load_map) -> list[bytes]:  # type: ignore[no-untyped-def]
    with open_planner("planner_zoo:class_none") as planner:
        return [digest(simulate(spec, load_map("crossing"), planner)) for spec in specs]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="what is left is looked for in /proc")
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_its_scenario_with_its_class_and_no_other(
    way: str, fault: str, specs: list[ConcreteScenario], healthy: list[bytes], load_map, monkeypatch
) -> None:  # type: ignore[no-untyped-def]
    net: RoadNetwork = load_map("crossing")
    monkeypatch.setenv(MARK, f"{way}-{fault}-{os.getpid()}")
    with open_planner(WAYS[way] + fault, limits=LIMITS) as planner:
        before = digest(simulate(specs[0], net, planner))
        began = time.monotonic()
        with pytest.raises(PlannerFailed) as failed:
            simulate(specs[1], net, planner)
        took = time.monotonic() - began
        left = marked(os.environ[MARK])
        after = digest(simulate(specs[2], net, planner))
    assert failed.value.kind == FAULTS[fault][0], failed.value
    assert [before, after] == [healthy[0], healthy[2]]
    assert left == []
    assert marked(os.environ[MARK]) == []
    assert took < LIMITS.step_s + SPARE_S


def marked(mark: str) -> list[int]:
    """Return the processes, this one left out, that carry the mark in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if f"{MARK}={mark}".encode() in environment.split(b"\0"):
                found.append(int(entry.name))
    return found


def test_a_process_that_is_left_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "left")
    with open_planner("planner_zoo:class_none"):
        assert len(marked("left")) == 2  # the planner and its keeper
    assert marked("left") == []
