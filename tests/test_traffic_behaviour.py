"""What drivers do on lanes, by claim, over every kind of vehicle: following, changing lanes, merging, errors."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sim_world as w
import traffic_world as t
from test_sim_batch import same

from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_LEFT, LAMP_RIGHT
from scenarios.model.spec import ActorProgram, Kind, PathSpec, SignalPhase, What, When
from scenarios.sampling.traffic import traffic_scenario
from scenarios.simulation import lane_layout as c
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.engine import recordings, simulate_batch, start, step
from scenarios.simulation.lane_table import lane_table
from scenarios.simulation.lawbook import lawbook
from scenarios.simulation.laws.human import JERK_DOWN, JERK_UP
from scenarios.simulation.ranking import SPARE_M
from scenarios.simulation.tables import rows_of

HUMAN = lawbook()["human"].defaults
KINDS = pytest.mark.parametrize("kind", t.KINDS, ids=lambda k: k.name.lower())


@pytest.fixture(scope="module")
def road() -> RoadNetwork:
    return t.net_of("straight_road", length_m=1500.0)


@pytest.fixture(scope="module")
def motorway() -> RoadNetwork:
    return t.net_of("lane_drop", lanes=3, lead_m=500.0, speed_kph=100.0)


def lane_of(net: RoadNetwork) -> int:
    """Return the longest lane."""
    metric = lane_table(net).metric
    return int(np.argmax(metric[:, c.LONG]))


def scripted(name: str, row: int, s_m: float, speed_mps: float, *steps: w.Step) -> ActorProgram:
    return w.actor(name, PathSpec(lanes=(row,)), s_m, speed_mps, steps=steps)


def gap(run: w.Driven, back: str, front: str, lengths: tuple[float, float]) -> np.ndarray:
    """Return (T,) m between the bumpers of two vehicles on a straight road."""
    away = np.hypot(run.x(front) - run.x(back), run.y(front) - run.y(back))
    return away - 0.5 * sum(lengths)


@KINDS
def test_it_stops_at_jam_distance_before_who_stands_on_its_lane(road: RoadNetwork, kind: Kind) -> None:
    row = lane_of(road)
    spec = t.scenario(
        road, t.driver("ego", (row,), 100.0, 20.0, kind=kind), scripted("wall", row, 400.0, 0.0), duration_s=60.0
    )
    run = w.drive(spec, road)
    assert gap(run, "ego", "wall", (t.SIZES[kind][0], w.CAR[0]))[-1] == pytest.approx(HUMAN["jam_gap_m"], abs=0.3)
    assert run.of("speed", "ego")[-1] < 0.05
    assert not len(run.recording.contacts.t_ns)


@KINDS
def test_it_follows_in_the_equilibrium_gap_of_the_model(road: RoadNetwork, kind: Kind) -> None:
    row, v = lane_of(road), 12.0
    wish = np.sqrt(lane_table(road).metric[row, c.CAP_SQUARE])
    spec = t.scenario(
        road, t.driver("ego", (row,), 50.0, v, kind=kind), scripted("lead", row, 100.0, v), duration_s=100.0
    )
    run = w.drive(spec, road)
    wanted = (HUMAN["jam_gap_m"] + v * HUMAN["headway_s"]) / np.sqrt(1.0 - (v / wish) ** 4)
    assert gap(run, "ego", "lead", (t.SIZES[kind][0], w.CAR[0]))[-1] == pytest.approx(wanted, abs=0.3)


def test_a_disturbance_fades_along_a_platoon(road: RoadNetwork) -> None:
    row, v, names = lane_of(road), 18.0, [f"car {i}" for i in range(7)]
    slow = (
        w.step(When.SIMULATION_TIME, 5.0, What.SPEED, 12.0, 2.0), w.step(When.SIMULATION_TIME, 10.0, What.SPEED, v, 1.0)
    )  # fmt: skip
    actors = [t.driver("ego", (row,), 20.0, v)]
    actors += [t.driver(name, (row,), 55.0 + 35.0 * i, v) for i, name in enumerate(names)]
    actors.append(scripted("lead", row, 55.0 + 35.0 * len(names), v, *slow))
    run = w.drive(t.scenario(road, *actors, duration_s=60.0), road)
    lowest = [float(run.of("speed", name)[40:].min()) for name in ("lead", *names[::-1], "ego")]
    assert lowest[0] == pytest.approx(12.0, abs=0.01)
    assert all(behind > front - 0.05 for front, behind in pairwise(lowest))
    assert lowest[-1] > lowest[1] + 1.0
    assert not len(run.recording.contacts.t_ns)


@pytest.mark.parametrize(("name", "agents"), [("small_town", 30), ("motorway_ramps", 40)])
def test_it_never_exceeds_what_bodies_and_feet_can_do(name: str, agents: int) -> None:
    net = t.net_of(name)
    recording = simulate_batch([traffic_scenario(net, agents=agents, duration_s=60.0, suite_key=2)], net)[0]
    moving, step_s = recording.agents, recording.step_s
    for a in range(agents):
        limits, seen = BODIES[Kind(int(moving.kind[a]))], np.flatnonzero(moving.valid[a])[1:]
        accel, speed = moving.accel[a, seen].astype(float), moving.speed[a].astype(float)
        middle = 0.5 * (speed[seen] + speed[seen - 1])
        assert accel.max() <= min(limits.accel_most_mps2, 0.8 * 9.81) + 1e-4
        assert accel.min() >= -HUMAN["decel_most_mps2"] - 1e-4
        assert (np.abs(moving.yaw_rate[a, seen]) <= limits.curvature_most_1pm * middle + 1e-4).all()
        jerk = np.diff(accel)[speed[seen][1:] > 0.2] / step_s
        assert jerk.max() <= JERK_UP + 1e-3
        assert jerk.min() >= -JERK_DOWN - 1e-3


def changes(run: w.Driven, name: str) -> float:
    """Return how far an actor ended beside the line it started on, m."""
    yaw = float(run.of("yaw", name)[0])
    dx, dy = run.x(name) - run.x(name)[0], run.y(name) - run.y(name)[0]
    return float(np.abs(dy[:400] * np.cos(yaw) - dx[:400] * np.sin(yaw)).max())


def side_by_side(net: RoadNetwork) -> tuple[int, int]:
    """Return (a lane, its left neighbour), both long and neither ending soon."""
    table = lane_table(net)
    for row in np.argsort(-table.metric[:, c.LONG]):
        left = table.lane[row, c.LEFT]
        if left >= 0 and table.metric[[row, left], c.ONWARD].min() > 600.0:
            return int(row), int(left)
    raise AssertionError("no two lanes side by side")


def slow_leader(net: RoadNetwork, kind: Kind, *others: ActorProgram) -> w.Driven:
    row, _ = side_by_side(net)
    spec = t.scenario(
        net, t.driver("ego", (row,), 100.0, 22.0, kind=kind), scripted("slow", row, 170.0, 12.0), *others,
        duration_s=20.0,
    )  # fmt: skip
    return w.drive(spec, net)


@KINDS
def test_it_changes_lane_where_that_pays_and_signals_before(motorway: RoadNetwork, kind: Kind) -> None:
    row, _ = side_by_side(motorway)
    run = slow_leader(motorway, kind)
    assert changes(run, "ego") > 2.5
    assert run.of("speed", "ego")[-1] > 18.0
    lamps = run.of("lamps", "ego") & (LAMP_LEFT | LAMP_RIGHT)
    alone = w.drive(t.scenario(motorway, t.driver("ego", (row,), 100.0, 22.0, kind=kind), duration_s=20.0), motorway)
    signals = np.flatnonzero(lamps)
    turns = np.flatnonzero(np.abs(run.of("yaw", "ego") - alone.of("yaw", "ego")) > 0.01)
    assert signals[0] * w.STEP_S <= turns[0] * w.STEP_S - 0.9
    assert not len(run.recording.contacts.t_ns)


@KINDS
def test_it_stays_where_the_one_behind_would_have_to_brake_hard(motorway: RoadNetwork, kind: Kind) -> None:
    _, left = side_by_side(motorway)
    # a column on the next lane, 12 m apart and faster: no gap for whoever keeps the others' safety
    column = [scripted(f"fast {i}", left, 20.0 + 24.0 * i, 24.0) for i in range(12)]
    run = slow_leader(motorway, kind, *column)
    held = [run.of("speed", name).min() for name in ("fast 3", "fast 4", "fast 5")]
    assert min(held) == pytest.approx(24.0)
    beside = round(6.0 / w.STEP_S)
    assert np.abs(np.diff(run.of("yaw", "ego")[:beside])).max() < 2e-3
    assert not len(run.recording.contacts.t_ns)


def test_two_do_not_move_into_the_same_gap(motorway: RoadNetwork) -> None:
    table = lane_table(motorway)
    middle = next(
        int(r)
        for r in np.argsort(-table.metric[:, c.LONG])
        if table.lane[r, c.LEFT] >= 0 and table.lane[r, c.RIGHT] >= 0
    )
    left, right = int(table.lane[middle, c.LEFT]), int(table.lane[middle, c.RIGHT])
    spec = t.scenario(
        motorway, t.driver("ego", (left,), 100.0, 22.0), t.driver("twin", (right,), 100.0, 22.0),
        scripted("slow left", left, 160.0, 12.0), scripted("slow right", right, 160.0, 12.0), duration_s=20.0,
    )  # fmt: skip
    run = w.drive(spec, motorway)
    assert max(changes(run, "ego"), changes(run, "twin")) > 2.5
    assert not len(run.recording.contacts.t_ns)


@KINDS
@pytest.mark.parametrize("over_m", [0.9, 0.4])
def test_it_keeps_behind_who_reaches_into_its_lane_from_the_next_one(
    motorway: RoadNetwork, kind: Kind, over_m: float
) -> None:
    """0.9 m over the line it is in anybody's way; 0.4 m over it leaves a car of 1.8 m its 0.3 m to spare."""
    table = lane_table(motorway)
    row = next(i for i in range(len(table.lane)) if table.lane[i, c.LEFT] >= 0 and table.lane[i, c.RIGHT] < 0)
    beside, half = int(table.lane[row, c.LEFT]), float(table.metric[row, c.HALF])
    aside = half - 0.5 * t.SIZES[Kind.TRUCK][1] + over_m
    wide = t.driver(
        "wide", (beside,), 160.0, 8.0, kind=Kind.TRUCK, offset_m=-aside, law_values=(("desired_speed_mps", 8.0),)
    )
    stays = (("politeness", 0.0), ("threshold_mps2", 100.0))
    spec = t.scenario(motorway, t.driver("ego", (row,), 60.0, 20.0, kind=kind, law_values=stays), wide, duration_s=20.0)
    run = w.drive(spec, motorway)
    assert len(run.recording.contacts.t_ns) == 0
    free = half - over_m - 0.5 * t.SIZES[kind][1] > SPARE_M
    behind = gap(run, "ego", "wide", (t.SIZES[kind][0], t.SIZES[Kind.TRUCK][0]))
    passed = t.progress(run, "ego")[-1] > t.progress(run, "wide")[-1] + 100.0
    assert passed == free
    assert passed or behind.min() > 0.5


def test_who_must_change_does_not_hold_up_who_stands_beside_it(motorway: RoadNetwork) -> None:
    """Else both stand for ever: one asks for room, the other gives it where it is of no use."""
    table = lane_table(motorway)
    row = int(np.flatnonzero((table.lane[:, c.ENDS] == c.LANE_ENDS) & (table.metric[:, c.LONG] > 50.0))[0])
    beside = max(int(x) for x in table.lane[row, [c.LEFT, c.RIGHT]])
    end = float(table.metric[row, c.WIDE]) - 5.5
    specs = [
        t.scenario(
            motorway, t.driver("ego", (beside,), end + ahead, 0.0), t.driver("must", (row,), end, 0.0), duration_s=30.0
        )
        for ahead in np.arange(-7.0, 4.0, 0.5)
    ]
    for made in simulate_batch(specs, motorway):
        moved = np.hypot(*(made.agents.xyz[:, -1, :2] - made.agents.xyz[:, 0, :2]).T)
        assert len(made.contacts.t_ns) == 0
        assert moved.min() > 50.0


@pytest.mark.parametrize("name", ["lane_drop", "motorway_ramps", "weaving"])
def test_who_must_change_merges_without_contact_and_hardly_stands(name: str) -> None:
    net = t.net_of(name)
    specs = [traffic_scenario(net, agents=30, duration_s=40.0, index=i, suite_key=4) for i in range(8)]
    stands, counted = 0, 0
    for recording in simulate_batch(specs, net):
        assert not len(recording.contacts.t_ns)
        valid = recording.agents.valid
        stands += int((recording.agents.speed[valid] < 0.5).sum())
        counted += int(valid.sum())
    assert stands < 0.02 * counted  # who finds no gap at once waits at the end of its lane


def red_after(net: RoadNetwork, **values: float) -> tuple[float, float]:
    """Return (when, how fast) a driver passes its line whose light shows amber as it comes, then red for 20 s."""
    entry = max(t.entries(net), key=lambda row: t.before_m(net, row))
    actor = t.driver("ego", t.through(net, entry, 0), t.before_m(net, entry) - 40.0, 13.0)
    actor = replace(actor, law_values=tuple(values.items()))
    group = int(lane_table(net).lane[t.turns(net, entry)[0], c.LIGHT])
    phases = tuple(SignalPhase(group=group, t_s=s, state=x) for s, x in ((0.0, 4), (0.5, 3), (1.5, 1), (20.0, 4)))
    run = w.drive(t.scenario(net, actor, duration_s=35.0, phases=phases), net)
    when = t.enters_at(net, run, "ego", actor, entry)
    return when, float(run.of("speed", "ego")[min(round(when / w.STEP_S), 700)])


def test_it_respects_red_unless_it_is_one_who_does_not() -> None:
    net = t.net_of("crossing")
    assert red_after(net)[0] > 20.0
    when, speed = red_after(net, runs_red=1.0)
    assert when < 5.0
    assert speed > 8.0


def braking_begins(road: RoadNetwork, leader_decel: float = 6.0, accel: float = -1.5, **values: float) -> float:
    """Return when a follower whose leader brakes at 3 s brakes as hard as `accel`, s."""
    row = lane_of(road)
    hard = w.step(When.SIMULATION_TIME, 3.0, What.SPEED, 5.0, leader_decel)
    follower = replace(t.driver("ego", (row,), 100.0, 20.0), law_values=tuple(values.items()))
    run = w.drive(t.scenario(road, follower, scripted("lead", row, 145.0, 20.0, hard), duration_s=8.0), road)
    return float(run.t[np.flatnonzero(run.of("accel", "ego") < accel)[0]])


def test_who_reacts_late_brakes_late_and_who_looks_away_later_still(road: RoadNetwork) -> None:
    nominal = braking_begins(road)
    late = [braking_begins(road, reaction_s=r) for r in (0.8, 1.6)]
    away = braking_begins(road, distraction_duration_s=4.0, distraction_interval_s=4.0)
    assert nominal < 3.8
    assert nominal < min(late)
    assert max(late) - nominal < 1.6 + 0.1
    assert away > 4.0 or away == pytest.approx(nominal, abs=4.0)
    assert away > nominal


def test_who_is_surprised_brakes_late_for_what_comes_at_once_and_not_for_what_builds_up(road: RoadNetwork) -> None:
    onset = [braking_begins(road, 8.0, -4.0, surprise_s=s) for s in (0.0, 0.6, 1.2)]
    late = np.subtract(onset[1:], onset[0])
    # the surprise begins before it would have braked so hard
    assert late == pytest.approx([0.4, 1.0], abs=0.25)
    assert late[1] - late[0] == pytest.approx(0.6, abs=2 * w.STEP_S)
    assert braking_begins(road, 2.0, -1.5, surprise_s=1.2) == braking_begins(road, 2.0, -1.5)


def test_a_surprise_lasts_as_long_for_who_looks_up_seldom(road: RoadNetwork) -> None:
    seldom = {"reaction_s": 0.9}
    late = braking_begins(road, 8.0, -4.0, surprise_s=1.2, **seldom) - braking_begins(road, 8.0, -4.0, **seldom)
    assert 0.0 < late <= 1.2 + 2 * w.STEP_S


def signals_before(motorway: RoadNetwork, behind_m: float, **values: float) -> bool:
    """Whether a driver behind a slow one signals to move over before who comes from behind at 22 m/s is level."""
    row, left = side_by_side(motorway)
    spec = t.scenario(
        motorway,
        replace(t.driver("ego", (row,), 150.0, 12.0), law_values=(("politeness", 0.0), *values.items())),
        scripted("slow", row, 175.0, 12.0), scripted("fast", left, 150.0 - behind_m, 22.0), duration_s=12.0,
    )  # fmt: skip
    run = w.drive(spec, motorway)
    yaw = run.of("yaw", "ego")
    dx, dy = run.x("ego") - run.x("fast"), run.y("ego") - run.y("fast")
    ahead = dx * np.cos(yaw) + dy * np.sin(yaw) > 5.0
    return bool((run.of("lamps", "ego")[np.logical_and.accumulate(ahead)] & LAMP_LEFT).any())


@pytest.mark.parametrize("error", ["gap_misjudged", "speed_misjudged"])
def test_who_misjudges_the_one_behind_moves_over_where_others_do_not(motorway: RoadNetwork, error: str) -> None:
    ways = np.arange(20.0, 140.0, 4.0)
    bold, nominal, timid = (
        {m for m in ways if signals_before(motorway, m, **{error: e})} for e in (0.4, 0.0, -0.4)
    )  # fmt: skip
    assert timid < nominal < bold


@pytest.mark.parametrize("law", ["human", "programmed", "idm"])
def test_it_moves_over_before_whoever_is_far_enough_behind_however_that_one_drives(
    motorway: RoadNetwork, law: str
) -> None:
    _, left = side_by_side(motorway)
    signals = []
    for s_m in (20.0, 95.0):
        other = w.actor("fast", PathSpec(lanes=(left,)), s_m, 24.0, law)
        run = slow_leader(motorway, Kind.CAR, other)
        assert changes(run, "ego") > 2.5
        signals.append(float(run.t[np.flatnonzero(run.of("lamps", "ego") & LAMP_LEFT)[0]]))
    far, near = signals
    assert far < 1.0 < near


def test_drivers_who_err_touch_and_nominal_ones_do_not() -> None:
    net = t.net_of("crossing")
    errs = {"reaction_s": 2.5, "distraction_duration_s": 6.0, "distraction_interval_s": 12.0, "gap_misjudged": 0.5}
    counts = []
    for traits in ({}, errs):
        specs = [
            traffic_scenario(net, agents=24, duration_s=60.0, index=i, suite_key=6, traits=lambda *_a, **_k: traits)  # noqa: B023
            for i in range(4)
        ]
        counts.append(sum(len(r.contacts.t_ns) for r in simulate_batch(specs, net)))
    assert counts[0] == 0
    assert counts[1] > 0


def test_traffic_is_the_same_bits_in_any_order_threads_and_number_of_steps() -> None:
    net = t.net_of("small_town")
    specs = [traffic_scenario(net, agents=12 + 6 * i, duration_s=20.0, index=i, suite_key=3) for i in range(4)]
    one = simulate_batch(specs, net)
    assert all(map(same, one, simulate_batch(specs, net, threads=2)))
    assert all(map(same, one[::-1], simulate_batch(specs[::-1], net)))
    batch = start(specs, net)
    for steps in (1, 2, 100, 1000):
        step(batch, steps)
    assert all(map(same, one, recordings(batch)))


def test_who_leaves_the_map_is_absent_from_then_on_and_the_subject_stays(road: RoadNetwork) -> None:
    row = lane_of(road)
    end = float(lane_table(road).metric[row, c.LONG])
    spec = t.scenario(
        road, t.driver("ego", (row,), end - 120.0, 15.0), t.driver("other", (row,), end - 60.0, 15.0), duration_s=20.0
    )
    run = w.drive(spec, road)
    rows, valid = rows_of(spec), run.recording.agents.valid
    assert valid[rows["ego"]].all()
    assert run.of("speed", "ego")[-1] < 0.05
    gone = np.flatnonzero(~valid[rows["other"]])
    assert len(gone)
    assert not valid[rows["other"], gone[0] :].any()
