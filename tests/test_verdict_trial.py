"""Trials: constructed cases whose verdict is known beforehand."""

from dataclasses import replace

import numpy as np
import planners
import pytest
import sim_world as w

from roadnet.network import RoadNetwork
from scenarios.evaluation import trial as trial_module
from scenarios.evaluation.impact import drove_normally, first_touch, is_struck
from scenarios.evaluation.progress import route_of, travelled
from scenarios.evaluation.trial import trial
from scenarios.evaluation.verdict import Result, Verdict
from scenarios.model.recording import Recording
from scenarios.model.spec import ActorProgram, ConcreteScenario, Kind, PathSpec, StaticObject, What, When
from scenarios.simulation.planner import Planner
from scenarios.simulation.simulate import simulate, simulate_batch

KPH = 1 / 3.6


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def ego(speed_mps: float, s_m: float = 100.0) -> ActorProgram:
    return w.actor("ego", w.along_x(), s_m, speed_mps, "careful_human", law_values=(("desired_speed_mps", speed_mps),))


def cut_in(
    dx0_m: float, *, ego_kph: float = 60.0, slower_kph: float = 20.0, lateral_mps: float = 3.0
) -> ConcreteScenario:
    """Return the cut-in of ASAM ALKS 4.4: somebody slower begins to come over when its centre is `dx0_m` ahead."""
    v, u, at_s = ego_kph * KPH, (ego_kph - slower_kph) * KPH, 2.0
    enters = w.step(When.SIMULATION_TIME, at_s, What.LANE_OFFSET, 0.0, lateral_mps)
    other = w.actor("other", w.along_x(), 100.0 + dx0_m + (v - u) * at_s, u, offset_m=3.5, steps=(enters,))
    return w.scenario(ego(v), other, duration_s=12.0)


def behind_a_braking_lead(decel_mps2: float = 4.0) -> ConcreteScenario:
    slows = w.step(When.SIMULATION_TIME, 2.0, What.SPEED, 2.0, decel_mps2)
    lead = w.actor("lead", w.along_x(), 100.0 + 4.5 + 30.0, 15.0, steps=(slows,))
    return w.scenario(ego(15.0), lead, duration_s=10.0)


def result(spec: ConcreteScenario, net: RoadNetwork, planner: Planner, recorded: Recording | None = None) -> Result:
    return trial(spec, net, planner, recorded=recorded).result


def test_who_never_brakes_is_at_fault_where_a_careful_driver_brakes(net: RoadNetwork) -> None:
    for spec in (cut_in(35.0, lateral_mps=1.5), behind_a_braking_lead()):
        found = result(spec, net, planners.NeverBrakes())
        assert found.verdict is Verdict.AT_FAULT_COLLISION, found.reason
        assert found.preventable
        assert found.contact is not None
        assert not found.contact.struck


def test_who_never_brakes_is_not_blamed_for_the_unpreventable_cut_in_of_alks_4_4_2(net: RoadNetwork) -> None:
    found = result(cut_in(10.0), net, planners.NeverBrakes())
    assert found.verdict is Verdict.UNAVOIDABLE_COLLISION, found.reason
    assert found.preventable is False


def test_who_brakes_passes(net: RoadNetwork) -> None:
    for spec in (cut_in(35.0, lateral_mps=1.5), behind_a_braking_lead()):
        assert result(spec, net, planners.Brakes()).verdict is Verdict.PASS_


@pytest.mark.parametrize("planner", [planners.Parked, planners.Crawls])
def test_who_stands_or_crawls_makes_no_progress(net: RoadNetwork, planner: type[planners.OnRoute]) -> None:
    found = result(behind_a_braking_lead(), net, planner())
    assert found.verdict is Verdict.NO_PROGRESS
    assert found.progress is not None
    assert found.progress < 0.6


def test_the_conflict_that_never_arose_is_not_exercised(net: RoadNetwork) -> None:
    far = w.actor("far", w.along_x(y=60.0), 100.0, 15.0)
    found = result(w.scenario(ego(15.0), far, duration_s=4.0), net, planners.NeverBrakes())
    assert (found.verdict, found.conflict, found.min_ttc_s) == (Verdict.NOT_EXERCISED, False, None)


def test_what_a_planner_raises_is_its_failure_and_what_we_raise_is_ours(
    net: RoadNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = behind_a_braking_lead()
    found = result(spec, net, planners.Raises())
    assert (found.verdict, found.failure) == (Verdict.PLANNER_FAILED, "raised")
    assert "no plan" in found.reason

    def broken(*args: object, **kwargs: object) -> Recording:
        raise ZeroDivisionError("a bug of ours")

    monkeypatch.setattr(trial_module, "travelled", broken)
    found = result(spec, net, planners.Brakes())
    assert (found.verdict, found.reason) == (Verdict.RIG_ERROR, "ZeroDivisionError: a bug of ours")


def test_a_spec_that_cannot_run_is_an_error_of_the_rig(net: RoadNetwork) -> None:
    spec = behind_a_braking_lead()
    nonsense = replace(spec, actors=(spec.actors[0], replace(spec.actors[1], law="no_such_law")))
    assert result(nonsense, net, planners.Brakes()).verdict is Verdict.RIG_ERROR


# ----------------------------------------------------------------------------------------- whose fault


def with_follower(gap_m: float, speed_mps: float) -> ConcreteScenario:
    """Return a scenario in which somebody who sees nothing drives behind the subject vehicle."""
    follower = w.actor("follower", w.along_x(), 100.0 - 4.5 - gap_m, speed_mps)
    return w.scenario(ego(15.0), follower, duration_s=6.0)


def test_who_is_struck_from_behind_while_driving_normally_is_not_blamed(net: RoadNetwork) -> None:
    found = result(with_follower(20.0, 25.0), net, planners.NeverBrakes())
    assert found.verdict is Verdict.UNAVOIDABLE_COLLISION
    assert found.contact is not None
    assert found.contact.struck
    assert found.contact.normal


def test_who_is_struck_from_behind_after_slamming_the_brakes_for_nothing_is_blamed(net: RoadNetwork) -> None:
    found = result(with_follower(20.0, 15.0), net, planners.Slams())
    assert found.verdict is Verdict.AT_FAULT_COLLISION, found.reason
    assert found.contact is not None
    assert found.contact.struck
    assert not found.contact.normal


def test_who_is_struck_after_braking_for_somebody_ahead_drove_normally(net: RoadNetwork) -> None:
    spec = behind_a_braking_lead(decel_mps2=7.0)
    follower = w.actor("follower", w.along_x(), 100.0 - 4.5 - 12.0, 15.0)
    found = result(replace(spec, actors=(*spec.actors, follower)), net, planners.Brakes())
    assert found.contact is not None
    assert found.contact.other == "follower"
    assert found.contact.struck
    assert found.contact.normal


@pytest.mark.parametrize(("stands_from_s", "excused"), [(0.0, True), (2.8, False)])
def test_who_is_walked_into_is_excused_only_where_it_had_stood(
    net: RoadNetwork, stands_from_s: float, excused: bool
) -> None:
    stops = w.step(When.SIMULATION_TIME, stands_from_s, What.SPEED, 0.0, 50.0)
    subject = w.actor("ego", w.along_x(), 100.0, 0.0 if excused else 4.0, steps=() if excused else (stops,))
    x = 50.0 if excused else 50.0 + 4.0 * stands_from_s
    walker = w.actor(
        "walker", w.along_y(x), 200.0 - 0.9 - 0.3 - 1.5 * 3.2, 1.5, kind=Kind.PEDESTRIAN, size=(0.5, 0.6, 1.7)
    )
    recording = simulate_batch([w.scenario(subject, walker, duration_s=6.0)], net)[0]
    touch = first_touch(recording)
    assert touch is not None
    assert is_struck(recording, touch) is excused


def test_who_backs_into_somebody_was_not_run_into(net: RoadNetwork) -> None:
    back = (w.step(When.SIMULATION_TIME, 0.5, What.DIRECTION, -1.0), w.step(When.SIMULATION_TIME, 0.6, What.SPEED, 3.0))
    subject = w.actor("ego", w.along_x(), 100.0, 0.0, steps=back)
    recording = simulate_batch([w.scenario(subject, w.actor("rear", w.along_x(), 90.0, 0.0), duration_s=8.0)], net)[0]
    touch = first_touch(recording)
    assert touch is not None
    assert not is_struck(recording, touch)


@pytest.mark.parametrize(("aside_m", "normal"), [(0.5, True), (-3.5, False)])
def test_who_moves_over_in_front_of_somebody_faster_did_not_drive_normally(
    net: RoadNetwork, aside_m: float, normal: bool
) -> None:
    moves = w.step(When.SIMULATION_TIME, 1.0, What.LANE_OFFSET, aside_m, 2.0)
    subject = w.actor("ego", w.along_x(), 100.0, 10.0, steps=(moves,))
    faster = w.actor("faster", w.along_x(y=min(aside_m, 0.0)), 70.0, 18.0)
    recording = simulate_batch([w.scenario(subject, faster, duration_s=8.0)], net)[0]
    touch = first_touch(recording)
    assert touch is not None
    assert is_struck(recording, touch)
    offset = recording.agents.xyz[recording.subject, :, 1]
    assert drove_normally(recording, net, touch, offset) is normal


def test_progress_counts_on_the_road_alone(net: RoadNetwork) -> None:
    """Far from any lane of the map the route's own way is the road."""
    spec = w.scenario(w.actor("ego", w.along_x(y=5000.0), 100.0, 10.0), duration_s=4.0)
    recording = simulate_batch([spec], net)[0]
    route = route_of(spec, net)
    assert travelled(recording, route, net)[-1] == pytest.approx(40.0)
    xyz = recording.agents.xyz.copy()
    xyz[recording.subject, 41:, 1] += 10.0  # off the road from 2 s on
    away = replace(recording, agents=replace(recording.agents, xyz=xyz))
    assert travelled(away, route, net)[-1] == pytest.approx(20.0)


def test_where_the_route_comes_back_beside_itself_nothing_is_made_by_crossing_over(net: RoadNetwork) -> None:
    x = np.arange(0.0, 201.0)
    there_and_back = [(x, 5000.0), (x[::-1], 5003.0)]
    path = PathSpec(
        points=np.concatenate([np.column_stack([x, np.full(201, y), np.zeros(201)]) for x, y in there_and_back])
    )
    spec = w.scenario(w.actor("ego", path, 20.0, 10.0), duration_s=4.0)
    recording = simulate_batch([spec], net)[0]
    xyz = recording.agents.xyz.copy()
    xyz[recording.subject, 41:, 1] += 1.8  # nearer to the way back, where the route is 300 m further on
    over = replace(recording, agents=replace(recording.agents, xyz=xyz))
    assert travelled(over, route_of(spec, net), net)[-1] < 25.0


def test_who_stops_across_the_way_of_others_was_not_run_into(net: RoadNetwork) -> None:
    subject = w.actor("ego", w.along_x(), 100.0, 0.0)
    crossing = w.actor("crossing", w.along_y(50.0), 150.0, 10.0)
    recording = simulate_batch([w.scenario(subject, crossing, duration_s=6.0)], net)[0]
    touch = first_touch(recording)
    assert touch is not None
    assert not is_struck(recording, touch)


@pytest.mark.parametrize("index", range(6))
def test_a_verdict_does_not_depend_on_the_order_of_agents(net: RoadNetwork, index: int) -> None:
    """The scenario's index shuffles the rows of the recording and the planner's tracks, and nothing else."""
    spec = behind_a_braking_lead()
    others = tuple(w.actor(f"other{i}", w.along_x(y=30.0 + 5.0 * i), 100.0, 10.0) for i in range(3))
    first = result(replace(spec, actors=(*spec.actors, *others)), net, planners.NeverBrakes())
    again = result(replace(spec, actors=(*spec.actors, *others), index=index), net, planners.NeverBrakes())
    assert replace(again, index=0, seconds=0.0) == replace(first, seconds=0.0)


def test_the_impact_has_its_speed_and_a_change_of_speed_by_masses(net: RoadNetwork) -> None:
    standing = w.actor("standing", w.along_x(), 160.0, 0.0)
    found = result(w.scenario(ego(10.0), standing, duration_s=8.0), net, planners.NeverBrakes())
    assert found.contact is not None
    assert found.contact.impact_mps == pytest.approx(10.0, abs=1e-3)
    assert found.contact.delta_v_mps == pytest.approx(5.0, abs=1e-3)  # two equal cars share it
    assert found.contact.t_s == pytest.approx((60.0 - 4.5) / 10.0, abs=1e-3)


def test_driving_into_what_stands_beside_the_road_is_a_contact(net: RoadNetwork) -> None:
    wall = StaticObject(kind="building", pose=(120.0, 0.0, 0.0, 0.0), size=(4.0, 4.0, 3.0))
    tree = StaticObject(kind="tree", pose=(90.0, 2.5, 0.0, 0.0), size=(5.0, 5.0, 6.0))  # passed under its crown
    recording = simulate(w.scenario(ego(10.0), duration_s=10.0, statics=(tree, wall)), net, planners.NeverBrakes())
    touch = first_touch(recording)
    assert touch is not None
    assert recording.statics.kind[touch.static] == "building"
    # from x = 50 to the wall's near face less half a car, to the step
    assert touch.t_s == pytest.approx((120.0 - 2.0 - 2.25 - 50.0) / 10.0, abs=0.05)


# --------------------------------------------------------------------------------------- non-reactive


def replayed(spec: ConcreteScenario, recording: Recording) -> ConcreteScenario:
    """Return the scenario whose other actor replays what a recording has of it."""
    row = w.Driven(spec, recording).row["lead"]
    agents = recording.agents
    states = np.column_stack([recording.t_ns * 1e-9, agents.xyz[row], agents.yaw[row], agents.speed[row]])
    lead = replace(spec.actors[1], path=PathSpec(trajectory=states.astype(np.float64)), steps=())
    return replace(spec, actors=(spec.actors[0], lead))


def test_a_result_is_flagged_where_the_subject_leaves_its_place_and_the_others_cannot_answer(net: RoadNetwork) -> None:
    spec = behind_a_braking_lead()
    recorded = simulate_batch([spec], net)[0]
    imported = replayed(spec, recorded)
    same = simulate(imported, net, planners.NeverBrakes())
    away = result(imported, net, planners.Brakes(), recorded)
    assert away.non_reactive
    assert away.deviation_m is not None
    assert away.deviation_m > 1.0
    stays = result(imported, net, planners.NeverBrakes(), same)
    assert (stays.non_reactive, stays.deviation_m) == (False, 0.0)
    assert not result(spec, net, planners.Brakes(), recorded).non_reactive  # nobody replays
