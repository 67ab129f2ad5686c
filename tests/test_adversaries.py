"""Actors that seek conflict do what their name says, and never pass a limit that was declared for them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.arrays import Array
from roadnet.boxes import corners
from roadnet.network import RoadNetwork
from roadnet.polyline import Path, project
from roadnet.queries import nearest_lane
from roadnet.routes import lane_path
from scenarios.model.spec import ActorProgram, ConcreteScenario, Kind, PathSpec, SignalPhase
from scenarios.simulation.lawbook import lawbook
from scenarios.simulation.planner import Controls, PlannerInput
from scenarios.simulation.pursuit import LIMITS, brake_aside
from scenarios.simulation.rooms import rooms

LEFT, RIGHT = 18, 19  # lanes of the boulevard's long road, one way
WALK = {"kind": Kind.PEDESTRIAN, "size": (0.5, 0.5, 1.75)}
SEEKING = sorted(law.id for law in lawbook().values() if law.seeks)
BESIDE_M = 3.25


@pytest.fixture(scope="module")
def road(load_map: Callable[[str], RoadNetwork]) -> RoadNetwork:
    return load_map("boulevard")


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def on(lane: int, name: str, s: float, v: float, law: str = "careful_human", **values: float) -> ActorProgram:
    return w.actor(name, PathSpec(lanes=(lane,)), s, v, law, law_values=tuple(values.items()))


def seen(run: w.Driven, name: str, path: Path) -> tuple[Array, Array]:
    """Return (s, offset) of an actor on a path, m."""
    return project(path, run.of("xyz", name)[:, :2])


# --- each does what its name says ------------------------------------------------------------------------------------


def test_brake_check_brakes_hard_in_front_of_who_follows_and_drives_on(road: RoadNetwork) -> None:
    other = on(RIGHT, "other", 90.0, 12.0, "brake_check", brake_mps2=5.0, brake_s=1.0)
    run = w.drive(w.scenario(on(RIGHT, "ego", 60.0, 13.0, desired_speed_mps=16.0), other, duration_s=20.0), road)
    brakes = run.of("accel", "other") < -4.9
    assert brakes.sum() == 20  # one second, once
    k = int(np.argmax(brakes))
    gap = np.linalg.norm(run.of("xyz", "other")[k] - run.of("xyz", "ego")[k]) - w.CAR[0]
    assert gap <= 2.5 * run.of("speed", "ego")[k] + 0.1
    assert run.of("accel", "ego")[k:].min() < -1.5
    assert run.of("speed", "other")[-1] > 10.0


def test_brake_check_leaves_alone_who_is_in_the_next_lane(road: RoadNetwork) -> None:
    other = on(LEFT, "other", 90.0, 12.0, "brake_check")
    run = w.drive(w.scenario(on(RIGHT, "ego", 60.0, 12.0), other, duration_s=15.0), road)
    assert run.of("accel", "other").min() > -2.0


def test_squeeze_closes_the_lateral_gap_to_its_clearance(road: RoadNetwork) -> None:
    other = on(LEFT, "other", 70.0, 12.0, "squeeze", clearance_m=0.4, lead_m=0.0)
    spec = w.scenario(on(RIGHT, "ego", 60.0, 12.0), other, duration_s=15.0)
    run = w.drive(spec, road)
    path = lane_path(road, (LEFT,))
    (s, offset), (s_ego, offset_ego) = (seen(run, name, path) for name in ("other", "ego"))
    gap = np.abs(offset - offset_ego) - w.CAR[1]
    assert gap[0] == pytest.approx(BESIDE_M - w.CAR[1], abs=0.05)
    assert gap[-1] == pytest.approx(0.4, abs=0.1)  # the line between the lanes is broken
    assert abs(s[-1] - s_ego[-1]) < 1.0


class Weaves:
    """A planner that changes to the left lane after 3 s, at constant speed."""

    def reset(self, seed: int) -> None:
        self.k = 0

    def act(self, now: PlannerInput) -> Controls:
        self.k += 1
        t = self.k * 0.05 - 3.0
        return Controls(0.0, 0.036 * np.sin(2 * np.pi * t / 3.0) if 0.0 < t < 3.0 else 0.0)


def test_block_stays_in_front_and_moves_aside_with_the_subject(net: RoadNetwork) -> None:
    # the right lane of a straight road of two; the subject changes to the left one
    ego, other = on(4, "ego", 5.0, 8.0), on(4, "other", 20.0, 8.0, "block", slower=0.5)
    spec = w.scenario(ego, other, duration_s=9.0)
    run = w.drive(spec, net, Weaves())
    path = lane_path(net, (4,))
    (s, offset), (s_ego, offset_ego) = (seen(run, name, path) for name in ("other", "ego"))
    assert offset_ego[-1] > 2.0
    assert abs(offset[-1] - offset_ego[-1]) < 0.6
    assert (s > s_ego).all()
    stays = w.drive(replace(spec, actors=(ego, on(4, "other", 20.0, 8.0, "idm"))), net, Weaves())
    assert abs(seen(stays, "other", path)[1][-1]) < 0.1


def test_block_beside_keeps_level_while_the_subject_changes_its_speed(road: RoadNetwork) -> None:
    ego = replace(
        on(RIGHT, "ego", 60.0, 12.0, "programmed"),
        steps=(w.step(0, 2.0, 0, 6.0, 1.5), w.step(0, 8.0, 0, 13.0, 1.5)),
    )
    spec = w.scenario(ego, on(LEFT, "other", 66.0, 12.0, "block", beside=1.0), duration_s=15.0)
    run = w.drive(spec, road)
    path = lane_path(road, (LEFT,))
    level = np.abs(seen(run, "other", path)[0] - seen(run, "ego", path)[0])
    assert level[60:].max() < 4.0
    assert level[-1] < 0.7


def crossing_ways(law: str, **values: float) -> ConcreteScenario:
    other = w.actor("other", w.along_y(60.0), 150.0, 9.0, law, law_values=tuple(values.items()))
    return w.scenario(w.actor("ego", w.along_x(), 40.0, 12.0), other, duration_s=9.0)


def test_refuse_to_yield_drives_on_where_a_driver_brakes(net: RoadNetwork) -> None:
    spec = crossing_ways("refuse_to_yield")
    run = w.drive(spec, net)
    assert run.of("accel", "other")[:60].min() > -0.01
    careful = w.drive(crossing_ways("careful_human"), net)
    assert careful.of("accel", "other").min() < -2.0


@pytest.mark.parametrize("later", [0.0, 2.5])
@pytest.mark.parametrize("v", [8.0, 12.0, 15.0])
@pytest.mark.parametrize("body", [{}, WALK], ids=["car", "pedestrian"])
def test_chase_the_gap_arrives_when_the_subject_does(net: RoadNetwork, body: dict, v: float, later: float) -> None:
    lead, pace, limits = (150.0, 9.0, {}) if not body else (190.0, 1.5, {"speed_most_mps": 4.0})
    other = w.actor(
        "other", w.along_y(60.0), lead, pace, "chase_the_gap", law_values=(("later_s", later), *limits.items()), **body
    )
    spec = w.scenario(w.actor("ego", w.along_x(), 40.0, v), other, duration_s=12.0)
    run = w.drive(spec, net)
    clear = [int(np.argmax(run.x("ego") > 60.0)), int(np.argmax(run.y("other") > 0.0))]
    if not later:
        assert len(run.recording.contacts.t_ns) == 1
    else:
        assert (clear[1] - clear[0]) * w.STEP_S == pytest.approx(later, abs=0.4)


# --- limits ----------------------------------------------------------------------------------------------------------


class Erratic:
    """A planner that accelerates, brakes and weaves at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        rng = np.random.Generator(np.random.Philox(seed))
        self.rows = np.repeat(np.stack([rng.uniform(-6, 4, 30), rng.uniform(-4e-3, 4e-3, 30)], 1), 10, axis=0)

    def reset(self, seed: int) -> None:
        self.k = 0

    def act(self, now: PlannerInput) -> Controls:
        self.k += 1
        return Controls(*map(float, self.rows[min(self.k, len(self.rows)) - 1]))


@settings(max_examples=30)
@given(data=st.data())
def test_no_adversary_ever_passes_a_limit_of_speed_or_acceleration(road: RoadNetwork, data: st.DataObject) -> None:
    law = data.draw(st.sampled_from(SEEKING))
    limits = {
        "accel_most_mps2": data.draw(st.floats(0.5, 5.0)),
        "decel_most_mps2": data.draw(st.floats(1.0, 9.0)),
        "speed_most_mps": data.draw(st.floats(10.0, 25.0)),
        "lateral_most_mps": data.draw(st.floats(0.3, 2.5)),
        "lateral_accel_most_mps2": data.draw(st.floats(0.5, 4.0)),
        "may_cross_solid": data.draw(st.sampled_from([0.0, 1.0])),
        "may_oncoming": data.draw(st.sampled_from([0.0, 1.0])),
        "may_leave_road": data.draw(st.sampled_from([0.0, 1.0])),
    }
    lane, s, v = (
        data.draw(st.sampled_from([LEFT, RIGHT])),
        data.draw(st.sampled_from([60.0, 85.0, 112.0, 140.0])),
        data.draw(st.floats(1, 10)),
    )
    spec = w.scenario(
        w.actor("ego", PathSpec(lanes=(RIGHT,)), 100.0, 10.0), on(lane, "other", s, v, law, **limits), duration_s=12.0
    )
    planner = Erratic(data.draw(st.integers(0, 99))) if data.draw(st.booleans()) else None
    if planner is None:  # the subject drives where the adversary may not follow, and is sought there
        there = data.draw(st.sampled_from([BESIDE_M + 1.5, -2.0 * BESIDE_M - 1.5]))
        far = w.actor("ego", PathSpec(lanes=(LEFT,)), 80.0, v + 1.0, offset_m=there)
        spec = replace(spec, actors=(far, spec.actors[1]))
    run = w.drive(spec, road, planner)
    touched = run.recording.contacts.t_ns
    end = int(touched[0] // 50_000_000) if len(touched) else len(run.t)  # who has crashed brakes as it can
    accel, speed = run.of("accel", "other")[:end].astype(float), run.of("speed", "other")[:end].astype(float)
    assert accel.max(initial=0.0) <= limits["accel_most_mps2"] + 1e-4
    assert accel.min(initial=0.0) >= -limits["decel_most_mps2"] - 1e-4
    assert speed.max(initial=0.0) <= limits["speed_most_mps"] + 1e-4
    path = lane_path(road, (lane,))
    _s, offset = seen(run, "other", path)
    lateral = np.diff(offset[:end]) / w.STEP_S
    assert np.abs(lateral).max(initial=0.0) <= limits["lateral_most_mps"] + 0.02
    check_room(road, run, lane, limits, max(end, 1))


def check_room(road: RoadNetwork, run: w.Driven, lane: int, limits: dict[str, float], end: int) -> None:
    """Assert that no corner of the adversary's body is where it may not be, measured on the map."""
    xyz, yaw = run.of("xyz", "other")[:end:5], run.of("yaw", "other")[:end:5].astype(float)
    points = np.concatenate([corners(x, y, a, *w.CAR[:2]) for (x, y, _z), a in zip(xyz, yaw, strict=True)])
    rows, _s, _offset, distance = nearest_lane(road, points)
    lanes = road.lanes
    if not limits["may_leave_road"]:
        assert distance.max() <= 1e-6
    if not limits["may_oncoming"] or not limits["may_cross_solid"]:  # the middle line is solid
        assert (lanes.forward[rows] == lanes.forward[lane]).all()


def test_an_adversary_that_may_leave_its_lane_does(road: RoadNetwork) -> None:
    """The property above is not empty: with leave to, a squeezing car goes over the solid line in the middle."""
    allowed = {"may_cross_solid": 1.0, "may_oncoming": 1.0, "clearance_m": 0.0}
    ego = w.actor("ego", PathSpec(lanes=(LEFT,)), 60.0, 10.0, offset_m=BESIDE_M + 1.5)  # beside it, on the other side
    rows = {}
    for name, limits in (("free", allowed), ("bound", {"clearance_m": 0.0})):
        other = on(
            LEFT, "other", 100.0, 4.0, "block", slower=0.1, **{k: v for k, v in limits.items() if k[:3] == "may"}
        )
        run = w.drive(w.scenario(ego, other, duration_s=1.0), road)
        assert len(run.t) == 21
        rows[name] = rooms(road, (LEFT,), 600.0, "may_oncoming" in limits, "may_oncoming" in limits, False)
    assert rows["free"][50, 1] > rows["bound"][50, 1] + 5.0


@pytest.mark.parametrize("v", [2.0, 4.0, 10.0, 16.0])
@pytest.mark.parametrize("side", [1.0, -1.0])
def test_an_adversary_presses_against_the_line_and_not_over_it(road: RoadNetwork, v: float, side: float) -> None:
    # the subject drives beyond the line in the middle, or beyond the edge of the road, and may not be followed there
    there = BESIDE_M + 1.5 if side > 0.0 else -2.0 * BESIDE_M - 1.5
    ego = w.actor("ego", PathSpec(lanes=(LEFT,)), 60.0, v, offset_m=there)
    other = on(LEFT, "other", 60.0, v, "squeeze", lead_m=0.0, clearance_m=0.0, lateral_most_mps=2.5)
    run = w.drive(w.scenario(ego, other, duration_s=25.0), road)
    offset = side * seen(run, "other", lane_path(road, (LEFT,)))[1]
    inset = 0.5 * BESIDE_M + (0.0 if side > 0.0 else BESIDE_M) - 0.5 * w.CAR[1] - 0.2
    assert offset[-1] == pytest.approx(inset, abs=0.03)
    assert offset.max() < inset + 0.03
    check_room(road, run, LEFT, LIMITS, len(run.t))


def test_room_follows_the_map(road: RoadNetwork) -> None:
    half = BESIDE_M / 2
    inset = 0.2
    bound = rooms(road, (LEFT,), 600.0, False, False, False)[100]
    np.testing.assert_allclose(bound, [-half - BESIDE_M + inset, half - inset], atol=0.02)
    every = rooms(road, (LEFT,), 600.0, True, True, True)[100]
    np.testing.assert_allclose(every, [-half - BESIDE_M - 3.0, half + 2 * BESIDE_M + 3.0], atol=0.05)


@given(room=st.floats(0.0, 5.0), across=st.floats(0.1, 5.0), h=st.floats(0.01, 0.2))
def test_who_brakes_aside_stands_within_its_room(room: float, across: float, h: float) -> None:
    left, rate = room, np.inf
    for _ in range(10000):
        rate = min(max(rate - across * h, 0.0), brake_aside(left, across, h))
        left -= rate * h
        if rate <= 0.0:
            break
    assert left >= -1e-9


@pytest.mark.parametrize("may_run_red", [0.0, 1.0])
def test_an_adversary_stops_at_red_unless_it_may_run_it(net: RoadNetwork, may_run_red: float) -> None:
    groups = range(len(net.signals.group_id))
    phases = tuple(SignalPhase(group=g, t_s=0.0, state=1) for g in groups)
    way = next(p for p in (lanes_through(net, lane) for lane in (2, 8)) if p)
    other = w.actor(
        "other", PathSpec(lanes=way), 40.0, 10.0, "refuse_to_yield", law_values=(("may_run_red", may_run_red),)
    )
    spec = w.scenario(w.actor("ego", w.along_x(y=900.0), 0.0, 0.0), other, duration_s=25.0, phases=phases)
    run = w.drive(spec, net)
    s, _ = seen(run, "other", lane_path(net, way))
    line = float(net.lanes.length_m[way[0]])
    if may_run_red:
        assert s[-1] > line + 5.0
    else:
        assert line - 4.0 < s[-1] + w.CAR[0] / 2 < line


def lanes_through(net: RoadNetwork, lane: int) -> tuple[int, ...]:
    """Return the lane and one that leads on from it through a junction, or () where none does."""
    after = net.lanes.successor[slice(*net.lanes.successor_start[lane : lane + 2])]
    return (lane, int(after[0])) if len(after) else ()


@pytest.mark.parametrize("law", SEEKING)
def test_an_adversary_without_a_subject_near_drives_on(road: RoadNetwork, law: str) -> None:
    ego = w.actor("ego", PathSpec(lanes=(16,)), 30.0, 0.0)
    run = w.drive(w.scenario(ego, on(LEFT, "other", 60.0, 10.0, law), duration_s=10.0), road)
    assert run.of("speed", "other")[-1] == pytest.approx(10.0, abs=0.2)
    path = lane_path(road, (LEFT,))
    assert np.abs(project(path, run.of("xyz", "other")[:, :2])[1]).max() < 0.3


@pytest.mark.parametrize("law", SEEKING)
def test_every_adversary_declares_the_limits_first(law: str) -> None:
    assert list(lawbook()[law].defaults)[: len(LIMITS)] == list(LIMITS)
