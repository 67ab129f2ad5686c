"""Likeness: distances as their closed forms have them, and simulated beside recorded traffic, printed."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from traffic_files import document, line, obstacle

from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from scenarios.audit.likeness import LEAST_DRIVERS, QUANTITIES, distance_between, likeness, one, table_of
from scenarios.audit.restaged import restaged
from scenarios.formats.registry import read_traffic
from scenarios.model.imported import Imported
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.fitting.observed import Observed, Sample, observed
from scenarios.sampling.traffic import traffic_scenario
from scenarios.sampling.traits import style_of
from scenarios.simulation.simulate import simulate

LAW = "human"
# recorded with cameras on the road; "complex_tl" is USA_Lanker-1_11. The others of the folder are made by SUMO or hand
NGSIM = ("CommonRoad+commonroad-io/tests/test_scenarios/USA_US101-3_3_T-1.xml",
         "CommonRoad+commonroad-io/tests/test_scenarios/USA_US101-4_1_T-1.xml",
         "CommonRoad+commonroad-io/tests/test_scenarios/USA_Lanker-1_1_T-1.xml",
         "CommonRoad+commonroad-io/tests/test_scenarios/USA_Peach-4_8_T-1.xml",
         "CommonRoad+commonroad-io/tests/test_scenarios/test_reading_complex_tl.xml")  # fmt: skip
FARTHEST_KS = 0.6  # a sanity bound, no measure of closeness: beyond it the two hardly overlap


def drivers(values: np.ndarray) -> Sample:
    return Sample(unit="1", value=values.ravel(), driver=np.repeat(np.arange(len(values)), values.shape[1]))


@pytest.mark.parametrize(("shift", "energy"), [(0.5, 0.3736259), (1.0, 0.7360751)])
def test_distances_of_shifted_normals_are_their_closed_forms(shift: float, energy: float) -> None:
    """Energy distance of N(0, 1) and N(d, 1): 2 E|N(d, 2)| - 4 / sqrt(pi); W1 is the shift; KS is 2 Phi(d / 2) - 1."""
    from scipy.special import ndtr, ndtri

    z = ndtri((np.arange(20_000) + 0.5) / 20_000)
    found = distance_between(z, z + shift)
    assert found.energy == pytest.approx(energy, abs=1e-3)
    assert found.wasserstein == pytest.approx(shift, abs=1e-9)
    assert found.ks == pytest.approx(2.0 * ndtr(shift / 2.0) - 1.0, abs=1e-3)


def test_traffic_of_the_same_drivers_is_as_near_as_halves_of_it_are() -> None:
    rng = Streams(1, 1).rng("same")
    crowd = [rng.normal(10.0 + rng.normal(0.0, 2.0, (60, 1)), 1.0, (60, 20)) for _ in range(2)]
    same = one("speed", drivers(crowd[0]), drivers(crowd[1]), seed=1)
    assert same.drivers == 30
    assert same.simulated_real.energy == pytest.approx(same.real_real.energy, rel=0.35)
    other = one("speed", drivers(crowd[0]), drivers(crowd[1] + 4.0), seed=1)
    assert other.simulated_real.energy > 3.0 * other.real_real.energy
    assert other.simulated_real.wasserstein == pytest.approx(4.0, abs=0.5)


def test_too_few_drivers_have_no_distance() -> None:
    few = drivers(np.zeros((2 * LEAST_DRIVERS - 1, 5)))
    with pytest.raises(InputError, match="recorded and"):
        one("speed", few, few, seed=1)


def test_restaged_traffic_begins_as_recorded_and_then_drives_by_itself(tmp_path: Path) -> None:
    late = obstacle(3, line(5, 31, x0=5.0, v=10.0))
    (tmp_path / "t.xml").write_text(
        document(obstacle(1, line(0, 31, x0=20.0, v=12.0)), obstacle(2, line(0, 31, x0=60.0, v=8.0, y=0.5)), late)
    )
    (found,) = read_traffic(tmp_path / "t.xml")
    spec = restaged(found, law=LAW)
    assert found.net is not None
    again = simulate(spec, found.net)
    assert len(spec.actors) == 2
    assert sorted(again.agents.xyz[:, 0, 0].tolist()) == pytest.approx([20.0, 60.0], abs=1e-6)
    assert sorted(again.agents.speed[:, 0].tolist()) == pytest.approx([8.0, 12.0])
    assert again.duration_s == pytest.approx(3.0)
    behind = again.agents.speed[again.subject]
    assert behind[-1] != pytest.approx(12.0, abs=1e-3)
    assert restaged(found, law=LAW, index=1).actors[0].law_values != spec.actors[0].law_values


@pytest.fixture(scope="module")
def ngsim(request: pytest.FixtureRequest) -> list[Imported]:
    """Return NGSIM's traffic."""
    find = request.getfixturevalue("real")
    return [read_traffic(find(f"commonroad/{name}"))[0] for name in NGSIM]


def goes_on(found: Imported, index: int) -> ConcreteScenario:
    """Return the scenario that begins as recorded and goes on with our drivers."""
    return restaged(found, law=LAW, index=index, suite_key=7)


def stands_anywhere(found: Imported, index: int) -> ConcreteScenario:
    """Return the scenario of as many of our drivers anywhere on the same map, ten seconds longer to find their pace."""
    assert found.net is not None
    agents = int(found.recording.agents.valid[:, 0].sum())
    duration_s = round(found.recording.duration_s) + 10.0
    return traffic_scenario(found.net, agents=agents, duration_s=duration_s, index=index, suite_key=7, traits=style_of)


def driven(ngsim: list[Imported], stage: Callable[[Imported, int], ConcreteScenario]) -> tuple[Observed, int]:
    """Return what our drivers do on NGSIM's roads, twice each, and the contacts."""
    runs = [(simulate(stage(i, 2 * k + n), i.net), i.net) for k, i in enumerate(ngsim) for n in range(2) if i.net]
    return observed(runs), sum(len(r.contacts.t_ns) for r, _ in runs)


@pytest.mark.campaign
@pytest.mark.parametrize("stage", [goes_on, stands_anywhere])
def test_simulated_beside_recorded_traffic_printed(
    ngsim: list[Imported], stage: Callable[[Imported, int], ConcreteScenario]
) -> None:
    recorded = observed((i.recording, i.net) for i in ngsim)
    simulated, contacts = driven(ngsim, stage)
    rows = likeness(recorded, simulated)
    print(
        f"\n{stage.__name__}: {recorded.drivers} recorded, {simulated.drivers} drivers of {LAW!r}, {contacts} contacts"
    )
    print(table_of(rows))
    assert [r.quantity for r in rows] == list(QUANTITIES)
    for row in rows:
        assert 0.0 < row.real_real.ks < FARTHEST_KS
        assert 0.0 < row.simulated_real.ks < FARTHEST_KS
