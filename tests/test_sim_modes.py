"""Ways of moving besides driving: replayed, backing, towed, on a hinge."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_BRAKE, LAMP_REVERSE
from scenarios.model.spec import ActorProgram, Environment, Gust, Kind, PathSpec, What, When
from scenarios.simulation.planner import Controls, PlannerInput
from scenarios.simulation.towing import AXLE, CRITICAL_MPS, FOLDED_RAD

EXACT = 1e-6  # rounding of sums over some hundred steps
CARAVAN = (6.0, 2.2, 2.6)
AXLE_M = AXLE * CARAVAN[0]
HITCH = (-2.8, 0.0)
X0 = -50.0  # x of s = 0 on `along_x`


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def ego(y: float = 40.0, s: float = 0.0, v: float = 0.0, law: str = "programmed") -> ActorProgram:
    return w.actor("ego", w.along_x(y=y), s, v, law)


def recorded(rows: list[tuple[float, ...]], name: str = "other", **fields: object) -> ActorProgram:
    return w.actor(name, PathSpec(trajectory=np.array(rows, float)), 0.0, 0.0, **fields)


def trailer(to: str = "car", **fields: object) -> ActorProgram:
    given = {"kind": Kind.TRAILER, "size": CARAVAN, "attached_to": to, "joint_m": HITCH}
    return w.actor("trailer", PathSpec(), 0.0, 0.0, **(given | fields))


def door(to: str = "car", side: float = 1.0, **fields: object) -> ActorProgram:
    given = {"kind": Kind.DOOR, "size": (1.1, 0.1, 1.2), "attached_to": to, "joint_m": (0.6, 0.9 * side)}
    return w.actor("door", PathSpec(), 0.0, 0.0, **(given | fields))


# --- recorded states -------------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(data=st.data())
def test_a_replayed_actor_is_where_its_trajectory_says_and_only_then(net: RoadNetwork, data: st.DataObject) -> None:
    times = np.cumsum(data.draw(st.lists(st.floats(0.03, 1.5), min_size=2, max_size=8)))
    number = st.floats(-50.0, 50.0)
    rows = [(t, *(data.draw(number) for _ in range(4)), data.draw(st.floats(-5.0, 30.0))) for t in times]
    run = w.drive(w.scenario(ego(y=400.0), recorded(rows), duration_s=6.0), net)
    table = np.array(rows)
    valid = run.of("valid", "other")
    assert (valid == ((run.t >= times[0] - 1e-9) & (run.t <= times[-1] + 1e-9))).all()
    wanted = [np.interp(run.t, table[:, 0], column) for column in table.T[1:4]]
    np.testing.assert_allclose(run.of("xyz", "other")[valid], np.stack(wanted, 1)[valid], atol=EXACT)
    speed = np.interp(run.t, table[:, 0], table[:, 5])
    np.testing.assert_allclose(run.of("speed", "other")[valid], speed[valid], atol=1e-5)


def test_a_replayed_yaw_turns_the_short_way_and_its_rates_are_derived(net: RoadNetwork) -> None:
    rows = [(0.0, 0, 0, 0, 3.0, 4.0), (1.0, -5, 0, 0, -3.0, 6.0), (2.0, -11, 0, 0, -3.0, 6.0)]
    run = w.drive(w.scenario(ego(), recorded(rows), duration_s=2.0), net)
    turned = 2.0 * np.pi - 6.0
    assert run.of("yaw", "other")[10] == pytest.approx(3.0 + 0.5 * turned, abs=1e-6)
    np.testing.assert_allclose(run.of("yaw_rate", "other")[1:20], turned, atol=1e-5)
    np.testing.assert_allclose(run.of("accel", "other")[1:20], 2.0, atol=1e-5)
    np.testing.assert_allclose(run.of("accel", "other")[22:], 0.0, atol=1e-5)


def test_nobody_sees_or_touches_who_is_not_there(net: RoadNetwork) -> None:
    rows = [(4.0, 30.0, 0.0, 0.0, 0.0, 0.0), (9.0, 30.0, 0.0, 0.0, 0.0, 0.0)]
    free = w.drive(w.scenario(ego(0.0, 60.0, 10.0, "careful_human"), duration_s=3.0), net)
    run = w.drive(w.scenario(ego(0.0, 60.0, 10.0, "careful_human"), recorded(rows), duration_s=3.0), net)
    assert (run.x("ego") == free.x("ego")).all()
    assert run.x("ego")[-1] > 32.0  # it drove through the place
    assert not len(run.recording.contacts.t_ns)


def test_who_appears_inside_another_touches_it_from_then_on(net: RoadNetwork) -> None:
    rows = [(1.0, 10.0, 0.0, 0.0, 0.0, 0.0), (9.0, 10.0, 0.0, 0.0, 0.0, 0.0)]
    run = w.drive(w.scenario(ego(0.0, 60.0, 0.0), recorded(rows), duration_s=3.0), net)
    assert run.recording.contacts.t_ns.tolist() == [1_000_000_000]


class Watches:
    """A planner that stands and remembers what it is shown."""

    def reset(self, seed: int) -> None:
        self.seen: list[PlannerInput] = []

    def act(self, now: PlannerInput) -> Controls:
        self.seen.append(now)
        return Controls(0.0, 0.0)


def test_a_planner_drives_where_the_subject_was_recorded_and_sees_only_who_is_there(net: RoadNetwork) -> None:
    turn = np.linspace(0.0, 1.2, 40)
    way = np.stack([40.0 * np.sin(turn), 40.0 * (1.0 - np.cos(turn))], 1)
    rows = np.column_stack([np.arange(40) * 0.2, way, 0 * turn, turn, 0 * turn + 6.1])
    subject = w.actor("ego", PathSpec(trajectory=rows), 0.0, 6.1)
    planner, late = Watches(), [(2.0, 90.0, 0, 0, 0, 0), (3.0, 90.0, 0, 0, 0, 0)]
    run = w.drive(w.scenario(subject, recorded(late), duration_s=4.0), net, planner)
    route = planner.seen[0].route
    away = np.linalg.norm(route[:, None, :2] - way[None], axis=-1).min(0)
    assert away.max() < 0.3  # the samples of the route are 0.5 m apart
    assert run.of("speed", "ego")[-1] == pytest.approx(6.1)
    assert [len(now.object_kind) for now in planner.seen[::20]] == [0, 0, 1, 1]
    replayed = w.drive(w.scenario(subject, duration_s=4.0), net)
    np.testing.assert_allclose(replayed.of("xyz", "ego")[::4, :2], way[:21], atol=EXACT)


def test_a_trajectory_that_trembles_at_rest_still_has_a_way(net: RoadNetwork) -> None:
    rng = np.random.Generator(np.random.Philox(3))
    rows = np.column_stack([np.arange(20) * 0.1, rng.normal(0.0, 0.02, (20, 2)), np.zeros((20, 3))])
    planner = Watches()
    w.drive(w.scenario(w.actor("ego", PathSpec(trajectory=rows), 0.0, 0.0), duration_s=1.0), net, planner)
    assert np.isfinite(planner.seen[0].route).all()


@pytest.mark.parametrize(
    "rows",
    [
        [(0.0, 0, 0, 0, 0, 0)],
        [(0.0, 0, 0, 0, 0, 0), (0.0, 1, 0, 0, 0, 0)],
        [(0.0, 0, 0, 0, 0, 0), (1.0, float("nan"), 0, 0, 0, 0)],
        [(0.0, 0, 0, 0, 0), (1.0, 0, 0, 0, 0)],
    ],
)
def test_a_trajectory_that_cannot_be_is_refused(net: RoadNetwork, rows: list[tuple[float, ...]]) -> None:
    with pytest.raises(InputError, match=r"actor 'other': got a trajectory of shape .* growing times"):
        w.drive(w.scenario(ego(), recorded(rows)), net)


# --- backing ---------------------------------------------------------------------------------------------------------


def test_backing_runs_the_path_the_other_way_with_the_heading_kept(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 0.5, What.SPEED, 0.0, 4.0),
        w.step(When.SIMULATION_TIME, 0.6, What.DIRECTION, -1.0),  # taken at the standstill at 1.5 s
        w.step(When.SIMULATION_TIME, 2.0, What.SPEED, 3.0, 2.0),
        w.step(When.SIMULATION_TIME, 5.0, What.SPEED, 0.0, 3.0),
        w.step(When.SIMULATION_TIME, 6.5, What.DIRECTION, 1.0),
        w.step(When.SIMULATION_TIME, 7.0, What.SPEED, 2.0, 2.0),
    )
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 100.0, 4.0, steps=steps)), net)
    t = run.t
    forth = 4.0 * np.minimum(t, 0.5) + np.clip(t - 0.5, 0.0, 1.0) * 4.0 - 2.0 * np.clip(t - 0.5, 0.0, 1.0) ** 2
    up, down = np.clip(t - 2.0, 0.0, 1.5), np.clip(t - 5.0, 0.0, 1.0)
    back = up**2 + 3.0 * np.clip(t - 3.5, 0.0, 1.5) + 3.0 * down - 1.5 * down**2
    again = np.clip(t - 7.0, 0.0, 1.0) ** 2 + 2.0 * np.clip(t - 8.0, 0.0, None)
    np.testing.assert_allclose(run.x("car"), X0 + 100.0 + forth - back + again, atol=EXACT)
    assert (run.of("yaw", "car") == 0.0).all()
    assert run.of("speed", "car").min() == -3.0
    assert not np.signbit(run.of("speed", "car")[run.of("speed", "car") == 0.0]).any()
    lamps = run.of("lamps", "car")
    assert (((lamps & LAMP_REVERSE) > 0) == ((t > 1.5 + 1e-9) & (t < 6.5 + 1e-9))).all()
    braking = ((t > 0.5 + 1e-6) & (t < 1.5 + 1e-6)) | ((t > 5.0 + 1e-6) & (t < 6.0 + 1e-6))
    assert (((lamps & LAMP_BRAKE) > 0) == braking).all()


def test_a_backing_car_swings_its_tail_towards_its_new_offset(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 0.0, What.DIRECTION, -1.0),
        w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 2.0, 2.0),
        w.step(When.SIMULATION_TIME, 2.0, What.LANE_OFFSET, 3.0, 1.0),
    )
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 100.0, 0.0, steps=steps)), net)
    moving = run.of("speed", "car")[1:] < -0.5
    dx, dy = np.diff(run.x("car"))[moving], np.diff(run.y("car"))[moving]
    yaw = run.of("yaw", "car")[1:][moving]
    assert run.y("car")[-1] == pytest.approx(3.0)
    assert yaw.min() < -0.4  # to the left, backwards
    np.testing.assert_allclose(np.arctan2(-dy, -dx), yaw, atol=0.03)  # it moves along its own axis


def test_backing_to_a_position_fires_when_it_is_passed(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 0.0, What.DIRECTION, -1.0),
        w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 2.0, 4.0),
        w.step(When.REACH_POSITION, 90.0, What.SPEED, 0.0, 2.0),
    )
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 100.0, 0.0, steps=steps)), net)
    assert run.x("car")[-1] == pytest.approx(X0 + 90.0 - 1.0, abs=EXACT)


@pytest.mark.parametrize(("law", "target"), [("programmed", 0.5), ("idm", -1.0)])
def test_a_direction_that_cannot_be_is_refused(net: RoadNetwork, law: str, target: float) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.0, What.DIRECTION, target),)
    with pytest.raises(InputError, match="want 1 or -1, under a law that follows its program"):
        w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 0.0, 1.0, law, steps=steps)), net)


# --- trailers --------------------------------------------------------------------------------------------------------


def bend_of(run: w.Driven) -> np.ndarray:
    """Return the angle between trailer and car, rad."""
    return np.asarray(run.of("yaw", "trailer").astype(float) - run.of("yaw", "car").astype(float))


def test_a_trailer_in_a_steady_circle_stands_at_the_angle_of_the_closed_form(net: RoadNetwork) -> None:
    # the hitch runs on a circle of its own, the axle inside it: r_axle^2 = r_hitch^2 - L^2
    radius = 15.0
    car = w.actor("car", w.arc(radius, turn_rad=6.0, lead_m=20.0), 0.0, 4.0)
    run = w.drive(w.scenario(ego(y=400.0), car, trailer(), duration_s=22.0), net)
    hitch = np.hypot(radius, HITCH[0])
    wanted = -(np.arcsin(AXLE_M / hitch) + np.arctan(-HITCH[0] / radius))
    assert bend_of(run)[-20] == pytest.approx(wanted, abs=0.01)


def test_a_trailer_runs_straight_behind_a_car_that_runs_straight(net: RoadNetwork) -> None:
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 50.0, 30.0), trailer()), net)
    assert (bend_of(run) == 0.0).all()
    np.testing.assert_allclose(run.x("trailer"), run.x("car") + HITCH[0] - 0.5 * CARAVAN[0], atol=1e-9)
    np.testing.assert_allclose(run.of("speed", "trailer"), 30.0, atol=1e-4)


def test_a_trailer_that_backs_folds_by_the_tractrix_until_it_meets_the_car(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 0.0, What.DIRECTION, -1.0),
        w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 1.5, 1.5),
    )
    car = w.actor("car", w.arc(50.0, turn_rad=0.05), 75.0, 0.0, steps=steps)  # straight, but for 3 degrees
    run = w.drive(w.scenario(ego(y=400.0), car, trailer(), duration_s=35.0), net)
    bend, x = np.abs(bend_of(run)), run.x("car")
    a, b = (int(np.argmax(bend > limit)) for limit in (0.1, 0.8))
    grown = np.tan(bend[b] / 2.0) / np.tan(bend[a] / 2.0)
    assert np.log(grown) == pytest.approx((x[a] - x[b]) / AXLE_M, rel=0.02)
    assert bend[-1] == pytest.approx(FOLDED_RAD, abs=1e-5)
    assert not len(run.recording.contacts.t_ns)  # who is coupled does not collide


def towing(v: float, **fields: object):  # type: ignore[no-untyped-def]
    gust = (Gust(t_on_s=1.0, t_off_s=1.5, speed_mps=20.0, azimuth_rad=np.pi / 2),)
    return w.scenario(
        ego(y=400.0), w.actor("car", w.along_x(), 50.0, v), trailer(), duration_s=12.0, **({"gusts": gust} | fields)
    )


def test_a_gust_swings_a_trailer_and_the_swing_dies_out_more_slowly_the_faster_it_is(net: RoadNetwork) -> None:
    left = []
    for v in (10.0, 20.0, 30.0):
        sway = np.abs(bend_of(w.drive(towing(v), net)))
        assert sway[:20].max() == 0.0
        assert 0.005 < sway.max() < 0.3
        left.append(sway[60:].max() / sway.max())
    assert left[0] < left[1] < left[2]


def test_beyond_the_critical_speed_the_swing_grows(net: RoadNetwork) -> None:
    below, above = (np.abs(bend_of(w.drive(towing(v), net))) for v in (CRITICAL_MPS - 4.0, CRITICAL_MPS + 4.0))
    assert below[180:].max() < 0.8 * below[40:80].max()
    assert above[180:].max() > 1.2 * above[40:80].max()


def test_on_ice_a_gust_swings_the_trailer_further(net: RoadNetwork) -> None:
    gust = (Gust(t_on_s=1.0, t_off_s=2.5, speed_mps=25.0, azimuth_rad=np.pi / 2),)
    dry, ice = (
        np.abs(bend_of(w.drive(towing(22.0, gusts=gust, environment=Environment(friction=mu)), net))).max()
        for mu in (0.8, 0.08)
    )
    assert ice > 1.5 * dry


def test_a_hard_lane_change_sets_the_trailer_swinging_at_speed_and_hardly_when_slow(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 1.0, What.LANE_OFFSET, 3.5, 2.5),)
    after = {}
    for v in (8.0, 32.0):
        spec = w.scenario(ego(y=400.0), w.actor("car", w.along_x(), 50.0, v, steps=steps), trailer(), duration_s=8.0)
        after[v] = np.abs(bend_of(w.drive(spec, net)))[110:].max()
    assert after[32.0] > 0.007
    assert after[8.0] < 0.1 * after[32.0]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"attached_to": "cat"}, "want an actor; did you mean 'car'"),
        ({"attached_to": "trailer"}, "carrier that moves by itself"),
        ({"kind": Kind.CYCLIST}, "want a trailer or a door"),
        ({"steps": (w.step(When.SIMULATION_TIME, 0.0, What.ANGLE, 1.0),)}, "want a door attached to an actor"),
    ],
)
def test_a_coupling_that_cannot_be_is_refused(net: RoadNetwork, change: dict, wanted: str) -> None:
    with pytest.raises(InputError) as caught:
        w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 0.0, 5.0), replace(trailer(), **change)), net)
    assert wanted in str(caught.value)


# --- doors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_door_turns_on_its_hinge_from_its_instant_at_its_rate(net: RoadNetwork, side: float) -> None:
    steps = (w.step(When.SIMULATION_TIME, 1.013, What.ANGLE, 1.1, 0.8),)
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 100.0, 0.0), door(side=side, steps=steps)), net)
    angle = np.clip((run.t - 1.013) * 0.8, 0.0, 1.1)
    np.testing.assert_allclose(run.of("yaw", "door"), -side * angle, atol=1e-6)
    np.testing.assert_allclose(run.x("door"), X0 + 100.6 - 0.55 * np.cos(angle), atol=EXACT)
    np.testing.assert_allclose(run.y("door"), side * (0.9 + 0.55 * np.sin(angle)), atol=EXACT)


def test_a_door_rides_with_its_car(net: RoadNetwork) -> None:
    run = w.drive(w.scenario(ego(y=400.0), w.actor("car", w.arc(20.0), 10.0, 5.0), door()), net)
    yaw = run.of("yaw", "car").astype(float)
    np.testing.assert_allclose(run.of("yaw", "door"), yaw, atol=1e-6)
    hinge = np.stack(
        [run.x("car") + 0.6 * np.cos(yaw) - 0.9 * np.sin(yaw), run.y("car") + 0.6 * np.sin(yaw) + 0.9 * np.cos(yaw)]
    )
    centre = hinge - 0.55 * np.stack([np.cos(yaw), np.sin(yaw)])
    np.testing.assert_allclose(np.stack([run.x("door"), run.y("door")]), centre, atol=1e-5)


def test_a_cyclist_meets_the_door_that_opens_and_passes_the_one_that_stays_shut(net: RoadNetwork) -> None:
    cyclist = w.actor("cyclist", w.along_x(y=1.6), 90.0, 5.0, kind=Kind.CYCLIST, size=(1.8, 0.6, 1.7))
    car = w.actor("car", w.along_x(), 105.0, 0.0)
    opens = door(steps=(w.step(When.RELATIVE_DISTANCE, 6.0, What.ANGLE, 1.1, 2.0, "cyclist"),))
    hit = w.drive(w.scenario(ego(), car, cyclist, opens), net)
    assert hit.recording.contacts.pair.tolist() == [sorted([hit.row["cyclist"], hit.row["door"]])]
    assert len(w.drive(w.scenario(ego(), car, cyclist, door()), net).recording.contacts.t_ns) == 0


def test_a_door_meets_a_passing_wall_when_its_tip_has_swung_so_far(net: RoadNetwork) -> None:
    # a long wall stands beside the car; the tip's outer corner reaches it at an angle of the closed form
    wall = w.actor("wall", w.along_x(y=2.5), 105.0, 0.0, kind=Kind.DEBRIS, size=(8.0, 1.6, 1.0))
    steps = (w.step(When.SIMULATION_TIME, 0.5, What.ANGLE, 1.5, 0.6),)
    run = w.drive(w.scenario(ego(), w.actor("car", w.along_x(), 105.0, 0.0), wall, door(steps=steps)), net)
    # corner (length, half thickness) from the hinge: 1.1 sin a + 0.05 cos a = 2.5 - 0.8 - 0.9
    angle = np.linspace(0.0, 1.5, 200001)
    at = angle[np.argmax(1.1 * np.sin(angle) + 0.05 * np.cos(angle) >= 0.8)]
    assert run.recording.contacts.t_ns[0] * 1e-9 == pytest.approx(0.5 + at / 0.6, abs=1e-3)
