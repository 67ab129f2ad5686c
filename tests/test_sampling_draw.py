"""Draws: pure functions of their number, inside the prior, observed when they are meant to be."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import roadnet
from roadnet.queries import nearest_lane
from scenarios.evaluation.counterfactual import confirm
from scenarios.evaluation.observe import kinematic_oracles, observe
from scenarios.hazards.registry import catalogue
from scenarios.hazards.spots import room_speed, spots_of
from scenarios.model.evidence import Counterfactual, Observed
from scenarios.model.run import Failure
from scenarios.model.spec import ConcreteScenario
from scenarios.sampling.draw import draw, feasible_share
from scenarios.sampling.dressing import CLEAR_OF_STATIC_M
from scenarios.sampling.overrides import parse
from scenarios.sampling.rate import agrees, predicted_rate
from scenarios.simulation.simulate import simulate_batch
from scenarios.simulation.tables import order_of

NET = roadnet.load("boulevard")
LEAVES = sorted(catalogue())
KINEMATIC = sorted(kinematic_oracles())


def some(leaf: str, stream: str, count: int, *, net=NET, name: str = "boulevard", key: int = 5, **more):
    return [draw(catalogue()[leaf], net, name, stream=stream, suite_key=key, index=i, **more) for i in range(count)]


def plain(spec: ConcreteScenario):
    """A scenario without arrays, for comparison."""
    actors = tuple(
        replace(a, path=(a.path.lanes, a.path.reverse, None if a.path.points is None else a.path.points.tolist()))
        for a in spec.actors
    )
    fields = {name: getattr(spec, name) for name in ConcreteScenario.__dataclass_fields__ if name != "actors"}
    return fields, [tuple(getattr(a, f) for f in a.__dataclass_fields__) for a in actors]


@pytest.mark.parametrize("stream", ["exploration", "gap_filling"])
@pytest.mark.parametrize("leaf", LEAVES)
def test_a_draw_depends_on_its_number_alone(leaf: str, stream: str) -> None:
    forward = some(leaf, stream, 6)
    fresh = roadnet.load(roadnet.map_path("boulevard"))
    again = draw(catalogue()[leaf], fresh, "boulevard", stream=stream, suite_key=5, index=4)
    assert plain(again) == plain(forward[4])
    assert len({s.values for s in forward}) == 6


@pytest.mark.parametrize("leaf", LEAVES)
def test_odds_are_finite_and_equal_under_the_prior(leaf: str) -> None:
    for spec in some(leaf, "exploration", 20):
        assert spec.odds.has_p
        assert spec.odds.has_q
        assert spec.odds.log_p == pytest.approx(spec.odds.log_q, abs=1e-8)
    assert all(np.isfinite([s.odds.log_p, s.odds.log_q]).all() for s in some(leaf, "gap_filling", 20))


@pytest.mark.parametrize("leaf", KINEMATIC)
def test_gap_filling_is_observed_and_its_cause_confirmed(leaf: str) -> None:
    specs = some(leaf, "gap_filling", 40)
    oracles = kinematic_oracles()
    runs = [(s, observe(r, NET, None, oracles)) for s, r in zip(specs, simulate_batch(specs, NET), strict=True)]
    verdicts = [e for _, evidence in runs for e in evidence if e.leaf == leaf]
    assert np.mean([v.observed == Observed.OBSERVED for v in verdicts]) >= 0.9
    confirmed = [e for evidence in confirm(runs, NET) for e in evidence if e.leaf == leaf]
    assert all(e.counterfactual == Counterfactual.CONFIRMED for e in confirmed if e.observed == Observed.OBSERVED)
    assert all(e.counterfactual == Counterfactual.NOT_RUN for e in confirmed if e.observed != Observed.OBSERVED)


@pytest.mark.parametrize("leaf", KINEMATIC)
def test_the_observed_rate_of_exploration_agrees_with_the_prior(leaf: str) -> None:
    module, count = catalogue()[leaf], 150
    specs = some(leaf, "exploration", count)
    seen = sum(module.oracle(r, NET, None).observed == Observed.OBSERVED for r in simulate_batch(specs, NET))
    assert agrees(seen, count, predicted_rate(module, NET))


def test_a_cause_that_did_not_cause_is_refuted() -> None:
    specs = [s for s in some("TC-05", "gap_filling", 30) if any(a.name == "behind" for a in s.actors)]
    spec, recording = specs[0], simulate_batch(specs[:1], NET)[0]
    evidence = observe(recording, NET, None, kinematic_oracles())
    rows = [i for i, size in enumerate(recording.agents.size) if i != recording.subject]
    (true,) = (e for e in evidence if e.leaf == "TC-05")
    wrong = replace(true, agents=tuple(i for i in rows if i not in true.agents)[:1])
    assert confirm([(spec, (wrong,))], NET)[0][0].counterfactual == Counterfactual.REFUTED


def test_overrides_move_draws_and_mark_the_odds() -> None:
    uniform = some("TC-05", "exploration", 10, overrides=[parse("gap_m=U(5,10)")])
    assert all(5.0 <= s.value["gap_m"] <= 10.0 for s in uniform)
    assert all(s.odds.stream == "gap_filling" and s.odds.has_p and s.odds.has_q for s in uniform)
    pinned = some("TC-05", "gap_filling", 3, overrides=[parse("gap_m=8")])
    assert all(s.value["gap_m"] == 8.0 and not s.odds.has_q for s in pinned)
    beyond = some("TC-03", "gap_filling", 3, overrides=[parse("decel_mps2=U(8.5,9)")])
    assert all(not s.odds.has_p and s.odds.has_q for s in beyond)


def test_gap_filling_reports_its_normaliser() -> None:
    share = feasible_share(NET, "TC-05")
    assert 0.02 < share < 0.5
    assert feasible_share(NET, "TC-05", (parse("gap_m=U(5,10)"),)) > share


def test_gap_filling_spreads_over_the_fill_ranges() -> None:
    values = np.array([list(s.value.values()) for s in some("TC-03", "gap_filling", 64)])
    thw = values[:, 1]
    assert np.histogram(thw, bins=4, range=(0.5, 3.0))[0].min() >= 5


def test_a_map_without_a_place_is_a_failure_with_its_reason() -> None:
    town = real_map("Town03.xodr")
    failure = draw(catalogue()["AD-01"], roadnet.load(town), "Town03", stream="exploration", suite_key=1, index=3)
    assert isinstance(failure, Failure)
    assert failure.reason == "no traffic lights"


@pytest.mark.parametrize(("name", "leaf"), [("Town01", "TC-03"), ("Town01", "VR-02"), ("Town01", "AD-01"),
                                            ("Town03", "TC-03"), ("Town03", "TC-05"), ("Town03", "VR-02")])  # fmt: skip
def test_gap_filling_is_observed_on_maps_nobody_here_drew(name: str, leaf: str) -> None:
    net = roadnet.load(real_map(f"{name}.xodr"))
    specs = some(leaf, "gap_filling", 40, net=net, name=name)
    oracle = catalogue()[leaf].oracle
    found = [oracle(r, net, None).observed == Observed.OBSERVED for r in simulate_batch(specs, net)]
    assert np.mean(found) >= 0.9


@pytest.mark.parametrize("leaf", LEAVES)
def test_dressing_is_never_first_to_touch_anybody(leaf: str) -> None:
    specs = some(leaf, "gap_filling", 40)
    for spec, recording in zip(specs, simulate_batch(specs, NET), strict=True):
        if len(recording.contacts.pair):
            names = {spec.actors[order_of(spec)[row]].name for row in recording.contacts.pair[0]}
            assert not names & {"behind", "ahead", "oncoming"}


def test_scenery_stands_off_the_road_and_clear_of_the_hazard() -> None:
    for spec in some("VR-02", "gap_filling", 30):
        poses = np.array([o.pose for o in spec.statics])
        _, _, _, distance = nearest_lane(NET, poses[:, :2])
        width = np.array([o.size[1] for o in spec.statics])
        assert (distance >= 0.5 * width - 0.01).all()
        assert np.hypot(*(poses[1:, :2] - poses[0, :2]).T).min(initial=np.inf) >= CLEAR_OF_STATIC_M


def test_a_spot_leaves_room_for_its_speed() -> None:
    spots = spots_of(NET, "following")
    for spot, speed in zip(spots.spots[::17], spots.features["speed_mps"][::17], strict=True):
        assert room_speed(spot.corridor.path, np.array([spot.s_m]))[0] == speed
        assert 4.5 * speed <= spot.s_m
        assert spot.s_m + 6.5 * speed <= spot.corridor.path.length_m
    assert np.exp(spots.log_p).sum() == pytest.approx(1.0)


def real_map(name: str) -> Path:
    root = Path(__file__).resolve().parents[1] / ".." / "shared" / "real" / "opendrive"
    found = sorted(root.rglob(name))
    if not found and not os.environ.get("CI"):
        pytest.skip(f"{name} is not beside the checkout")
    return found[0]
