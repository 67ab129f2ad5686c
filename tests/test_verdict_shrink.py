"""Shrinking: on a planted problem, at most half the actors stay, the verdict is the same, and runs are bounded."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import planners
import pytest
import sim_world as w
from hypothesis import given
from hypothesis import strategies as st

from roadnet.network import RoadNetwork
from scenarios.evaluation.shrink import Judge, Shrunk, fewest_parts, keeping, parts_of, shrink
from scenarios.evaluation.started_later import cut_trajectory, shifted, shifted_phases, started_later
from scenarios.evaluation.trial import Trial, trial
from scenarios.evaluation.verdict import Result, Verdict
from scenarios.model.spec import (
    ActuationFault,
    ConcreteScenario,
    Gust,
    PathSpec,
    SensorEvent,
    SignalPhase,
    StaticObject,
    What,
    When,
)
from scenarios.simulation.simulate import simulate_batch


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def planted() -> ConcreteScenario:
    """Return 30 s with eight others of whom two matter: `lead` brakes only once `walker` has walked 12 m."""
    ego = w.actor("ego", w.along_x(), 100.0, 15.0, "careful_human")
    brakes = w.step(When.TRAVELED_DISTANCE, 12.0, What.SPEED, 1.0, 6.0, entity="walker")
    lead = w.actor("lead", w.along_x(), 150.0, 15.0, steps=(brakes,))
    walker = w.actor("walker", w.along_x(y=30.0), 400.0, 1.5)
    others = [w.actor(f"other{i}", w.along_x(y=40.0 + 5.0 * i), 100.0 + 20.0 * i, 12.0) for i in range(6)]
    return w.scenario(
        ego, *others[:3], lead, *others[3:], walker,
        duration_s=30.0,
        statics=tuple(StaticObject(kind="tree", pose=(x, 20.0, 0.0, 0.0), size=(5.0, 5.0, 6.0)) for x in (0.0, 100.0)),
        actuation_faults=(ActuationFault(t_on_s=20.0, t_off_s=25.0, brake_gain=0.5),),
        sensor_events=(SensorEvent(kind="dropout", stream="lidar*", t_on_s=1.0, t_off_s=2.0),),
        gusts=(Gust(t_on_s=1.0, t_off_s=3.0, speed_mps=5.0, azimuth_rad=1.0),),
    )  # fmt: skip


def shrunk(spec: ConcreteScenario, net: RoadNetwork, budget: int = 200) -> tuple[Shrunk, Judge, Trial]:
    def run(variant: ConcreteScenario) -> Trial:
        return trial(variant, net, planners.NeverBrakes())

    first = run(spec)
    judge = Judge(run, first.result.verdict, budget)
    return shrink(spec, net, first, judge), judge, first


def test_a_planted_problem_keeps_its_verdict_and_at_most_half_its_actors(net: RoadNetwork) -> None:
    spec = planted()
    small, judge, first = shrunk(spec, net)
    assert first.result.verdict is Verdict.AT_FAULT_COLLISION, first.result.reason
    assert trial(small.spec, net, planners.NeverBrakes()).result.verdict is Verdict.AT_FAULT_COLLISION
    names = {a.name for a in small.spec.actors}
    assert {"ego", "lead"} <= names <= {"ego", "lead", "walker"}
    assert len(names) <= len(spec.actors) / 2
    assert (small.spec.statics, small.spec.sensor_events, small.spec.actuation_faults, small.spec.gusts) == (
        (),
        (),
        (),
        (),
    )
    assert small.spec.duration_s <= 0.5 * spec.duration_s
    assert small.start_cut_s + small.end_cut_s + small.spec.duration_s == pytest.approx(spec.duration_s)
    assert {f"actor other{i}" for i in range(6)} <= set(small.removed)
    assert not judge.exhausted
    assert small.spec.lineage_id == spec.lineage_id


def test_no_single_part_of_what_is_left_can_go(net: RoadNetwork) -> None:
    small, _, _ = shrunk(planted(), net)
    for part in parts_of(small.spec):
        fewer = keeping(small.spec, [p for p in parts_of(small.spec) if p != part])
        assert trial(fewer, net, planners.NeverBrakes()).result.verdict is not Verdict.AT_FAULT_COLLISION, part


@pytest.mark.parametrize("budget", [1, 5, 20])
def test_the_budget_bounds_the_runs_and_what_comes_out_still_fails(net: RoadNetwork, budget: int) -> None:
    small, judge, _ = shrunk(planted(), net, budget)
    assert judge.runs <= budget
    assert trial(small.spec, net, planners.NeverBrakes()).result.verdict is Verdict.AT_FAULT_COLLISION


# ----------------------------------------------------------------------------------------------- ddmin


def pretend(needed: set[str]) -> Callable[[ConcreteScenario], Trial]:
    """Return a planner that fails exactly where all these actors take part."""

    def run(spec: ConcreteScenario) -> Trial:
        fails = needed <= {a.name for a in spec.actors}
        verdict = Verdict.AT_FAULT_COLLISION if fails else Verdict.PASS_
        return Trial(result=Result(index=0, leaf="TEST", verdict=verdict, reason=""))

    return run


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1), max_size=4))))
def test_ddmin_finds_exactly_the_actors_that_matter(case: tuple[int, set[int]]) -> None:
    count, needed = case
    others = [w.actor(f"a{i}", w.along_x(), 10.0 * i, 1.0) for i in range(count)]
    spec = w.scenario(w.actor("ego", w.along_x(), 0.0, 1.0), *others)
    run = pretend({f"a{i}" for i in needed})
    judge = Judge(run, Verdict.AT_FAULT_COLLISION, 1000)
    small = fewest_parts(Shrunk(spec=spec, trial=run(spec)), judge)
    assert [a.name for a in small.spec.actors] == ["ego", *(f"a{i}" for i in sorted(needed))]
    assert len(small.removed) == count - len(needed)
    assert judge.runs <= 1 + 4 * count * count  # Zeller and Hildebrandt: at most quadratic


# ----------------------------------------------------------------------------------------- start later


def test_a_scenario_begun_later_goes_on_as_it_would_have(net: RoadNetwork) -> None:
    """Where nobody is in the middle of anything that is forgotten, the rest of the run is the same."""
    spec = planted()
    spec = replace(spec, actors=(replace(spec.actors[0], law="programmed"), *spec.actors[1:]), duration_s=14.0)
    whole = simulate_batch([spec], net)[0]
    k = 60
    rest = simulate_batch([started_later(spec, net, whole, k)], net)[0]
    rows = w.Driven(spec, whole).row
    steps = min(len(rest.t_ns), round(9.0 / spec.step_s))  # until lead and subject touch
    for name, row in rows.items():
        apart = whole.agents.xyz[row, k : k + steps, :2] - rest.agents.xyz[row, :steps, :2]
        assert np.abs(apart).max() < 0.02, name


def test_windows_and_phases_are_timed_from_the_new_start() -> None:
    faults = (
        ActuationFault(t_on_s=0.0, t_off_s=1.0),
        ActuationFault(t_on_s=1.0, t_off_s=4.0),
        ActuationFault(t_on_s=5.0, t_off_s=6.0),
    )
    assert [(f.t_on_s, f.t_off_s) for f in shifted(faults, 3.0)] == [(0.0, 1.0), (2.0, 3.0)]
    phases = tuple(SignalPhase(group=0, t_s=t, state=s) for t, s in ((0.0, 1), (2.0, 4), (5.0, 3)))
    assert [(p.t_s, p.state) for p in shifted_phases(phases, 3.0)] == [(0.0, 4), (2.0, 3)]


def test_recorded_states_are_cut_between_samples() -> None:
    rows = np.array([[0.0, 0, 0, 0, 3.1, 5], [1.0, 10, 0, 0, -3.1, 6], [2.0, 20, 0, 0, -3.0, 7]])
    cut = cut_trajectory(PathSpec(trajectory=rows), 0.5)
    assert cut[:, 0] == pytest.approx([0.0, 0.5, 1.5])
    assert cut[0, 1] == pytest.approx(5.0)
    assert abs(cut[0, 4]) == pytest.approx(np.pi, abs=0.05)  # across the seam of yaw
    assert cut_trajectory(PathSpec(trajectory=rows), 1.0)[:, 0] == pytest.approx([0.0, 1.0])
