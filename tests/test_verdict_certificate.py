"""Certificates against closed forms: last instants, causes, feasibility, determinism."""

from dataclasses import replace

import numpy as np
import planners
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from roadnet.network import RoadNetwork
from scenarios.evaluation.certificate import certify
from scenarios.evaluation.evasion import ASIDE_M, GRAVITY_MPS2, evasion
from scenarios.evaluation.feasibility import breaches
from scenarios.evaluation.references import is_preventable
from scenarios.model.evidence import Outcome
from scenarios.model.spec import ActorProgram, ConcreteScenario, Environment, Kind, What, When
from scenarios.simulation.simulate import simulate_batch

START_M = 100.0


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def obstacle_ahead(speed_mps: float, gap_m: float, friction: float = 0.8, *beside: ActorProgram) -> ConcreteScenario:
    """Return a subject that nears a standing car, bumper to bumper `gap_m` away."""
    ego = w.actor("ego", w.along_x(), START_M, speed_mps, "careful_human")
    stands = w.actor("stands", w.along_x(), START_M + w.CAR[0] + gap_m, 0.0)
    environment = Environment(friction=friction)
    return w.scenario(ego, stands, *beside, duration_s=gap_m / speed_mps + 6.0, environment=environment)


@settings(max_examples=12)
@given(st.floats(6.0, 30.0), st.floats(1.0, 4.0), st.floats(0.3, 1.0))
def test_the_last_instant_of_braking_is_the_braking_distance_before_the_obstacle(
    speed_mps: float, spare_s: float, friction: float
) -> None:
    braking_m = speed_mps * speed_mps / (2.0 * friction * GRAVITY_MPS2)
    spec = obstacle_ahead(speed_mps, braking_m + spare_s * speed_mps, friction)
    found = evasion(spec, w.net())
    assert found.braking_s is not None
    assert spare_s - spec.step_s - 1e-6 <= found.braking_s <= spare_s + 1e-6
    assert found.contact_s == pytest.approx((braking_m + spare_s * speed_mps) / speed_mps, abs=1e-6)
    assert found.impact_mps == pytest.approx(speed_mps, rel=1e-6)


def test_too_late_from_the_start_is_never_and_no_contact_needs_nothing(net: RoadNetwork) -> None:
    late = evasion(obstacle_ahead(20.0, 10.0), net)
    assert late.braking_s is None
    assert late.contact_s == pytest.approx(0.5)
    far = w.scenario(w.actor("ego", w.along_x(), START_M, 10.0, "careful_human"), duration_s=3.0)
    free = evasion(far, net)
    assert (free.contact_s, free.braking_s, free.steering_s) == (None, None, None)


def test_the_last_instant_of_steering_is_when_the_half_cosine_just_clears_the_flank(net: RoadNetwork) -> None:
    speed, gap, grip = 30.0, 60.0, 0.8 * GRAVITY_MPS2
    spec = obstacle_ahead(speed, gap)
    found = evasion(spec, net)
    assert found.steering_s is not None
    assert found.braking_s is not None
    assert found.steering_s > found.braking_s  # at speed a swerve is possible for longer than braking
    rate = np.sqrt(0.5 * grip * ASIDE_M)
    pace = 2.0 * rate / ASIDE_M  # of half a cosine, rad/s

    def room_m(t: float) -> float:
        """Return by how much the front corner clears the obstacle's flank t s after the swerve began."""
        aside = 0.5 * ASIDE_M * (1.0 - np.cos(pace * t))
        return float(aside + 0.5 * w.CAR[0] * rate * np.sin(pace * t) / speed - w.CAR[1])

    closed_form = gap / speed - brentq(room_m, 0.0, np.pi / pace)
    assert closed_form - spec.step_s - 0.01 <= found.steering_s <= closed_form + 0.01  # small angles


def test_with_walls_of_cars_on_both_sides_steering_never_avoids(net: RoadNetwork) -> None:
    row = [
        w.actor(f"{side}{i}", w.along_x(y=y), START_M + 30.0 + 6.0 * i, 0.0)
        for side, y in (("left", 2.6), ("right", -2.6))
        for i in range(10)
    ]
    found = evasion(obstacle_ahead(15.0, 60.0, 0.8, *row), net)
    assert found.steering_s is None
    assert found.braking_s is not None


def two_ahead() -> ConcreteScenario:
    slows = w.step(When.SIMULATION_TIME, 2.0, What.SPEED, 1.0, 5.0)
    lead = w.actor("lead", w.along_x(), START_M + 35.0, 15.0, steps=(slows,))
    bystander = w.actor("bystander", w.along_x(y=40.0), START_M, 15.0)
    return w.scenario(w.actor("ego", w.along_x(), START_M, 15.0, "careful_human"), lead, bystander, duration_s=10.0)


def test_the_cause_is_who_takes_the_onset_along_and_nobody_else(net: RoadNetwork) -> None:
    found = certify(two_ahead(), net)
    assert found.caused_by == ("lead",)
    assert "TC-03" in found.leaves
    assert found.outcome >= Outcome.CONFLICT
    assert found.severity_mps2 is not None
    assert found.feasible


def test_what_nobody_needs_to_avoid_is_avoided_by_all(net: RoadNetwork) -> None:
    alone = w.scenario(w.actor("ego", w.along_x(), START_M, 10.0, "careful_human"), duration_s=3.0)
    found = certify(alone, net)
    assert found.avoided_by
    assert all(avoids for _, avoids in found.avoided_by)
    assert (found.caused_by, found.leaves, found.severity_mps2, found.outcome) == ((), (), None, Outcome.NONE)


def test_preventable_means_cc_or_fsm_and_nobody_else() -> None:
    spec = obstacle_ahead(15.0, 60.0)
    fails, avoids = planners.NeverBrakes, planners.Brakes
    for cc, fsm, wanted in ((avoids, fails, True), (fails, avoids, True), (fails, fails, False)):
        known = {"cc": cc, "fsm": fsm, "full_brake": avoids, "rss": avoids}
        assert is_preventable(spec, w.net(), known) is wanted
        assert certify(spec, w.net(), known=known).preventable is wanted


def test_a_certificate_is_the_same_every_time(net: RoadNetwork) -> None:
    spec = two_ahead()
    assert certify(spec, net) == certify(spec, net)


# ------------------------------------------------------------------------------------------ feasibility


def test_ordinary_traffic_is_feasible(net: RoadNetwork) -> None:
    spec = two_ahead()
    assert breaches(spec, simulate_batch([spec], net)[0]) == ()


def test_a_swerve_beyond_grip_is_found(net: RoadNetwork) -> None:
    swerves = w.step(When.SIMULATION_TIME, 1.0, What.LANE_OFFSET, 3.5, 9.0)
    wild = w.actor("wild", w.along_x(y=40.0), START_M, 20.0, steps=(swerves,))
    spec = w.scenario(w.actor("ego", w.along_x(), START_M, 15.0, "careful_human"), wild, duration_s=4.0)
    found = breaches(spec, simulate_batch([spec], net)[0])
    assert {(b.actor, b.what) for b in found} >= {("wild", "slides")}
    assert all(b.actor == "wild" for b in found)


@pytest.mark.parametrize(
    ("field", "by", "what"), [("xyz", 2.0, "jumps"), ("speed", 5.0, "accelerates"), ("speed", -6.0, "brakes")]
)
def test_a_planted_jump_is_found_where_it_is(net: RoadNetwork, field: str, by: float, what: str) -> None:
    spec = two_ahead()
    recording = simulate_batch([spec], net)[0]
    row, k = w.Driven(spec, recording).row["bystander"], 40
    changed = getattr(recording.agents, field).copy()
    changed[row, k:] += by
    jumped = replace(recording, agents=replace(recording.agents, **{field: changed}))
    found = {b.what: b for b in breaches(spec, jumped)}
    assert found[what].actor == "bystander"
    assert found[what].t_s == pytest.approx((k - 1) * spec.step_s)


def test_a_pedestrian_may_turn_on_the_spot_and_a_truck_may_not(net: RoadNetwork) -> None:
    def turning(kind: Kind) -> set[str]:
        spec = replace(
            two_ahead(), actors=(two_ahead().actors[0], w.actor("x", w.along_x(y=40.0), 100.0, 3.0, kind=kind))
        )
        recording = simulate_batch([spec], net)[0]
        row = w.Driven(spec, recording).row["x"]
        yaw = recording.agents.yaw.copy()
        yaw[row] += 0.06 * np.arange(len(recording.t_ns))  # 1.2 rad/s at 3 m/s: a radius of 2.5 m
        return {b.what for b in breaches(spec, replace(recording, agents=replace(recording.agents, yaw=yaw)))}

    assert turning(Kind.PEDESTRIAN) == set()
    assert "turns" in turning(Kind.TRUCK)
