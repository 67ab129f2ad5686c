"""What drivers do, by claim, over every law that sees."""

import numpy as np
import pytest
import sim_world as w

from roadnet.network import RoadNetwork
from scenarios.model.spec import Environment, Kind, PathSpec, SignalPhase, What, When
from scenarios.simulation import layout as c
from scenarios.simulation.bodies import BODIES
from scenarios.simulation.lawbook import lawbook, values_of
from scenarios.simulation.tracks import LATERAL_COMFORT_MPS2, light_groups, track

LIMITED = sorted(law.id for law in lawbook().values() if law.sees)
SEEING = [name for name in LIMITED if not lawbook()[name].seeks]  # adversaries: tests/test_adversaries.py
X0 = -50.0
CAREFUL = lawbook()["careful_human"]


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


@pytest.mark.parametrize("law", SEEING)
def test_it_stops_at_jam_distance_before_an_obstacle(net: RoadNetwork, law: str) -> None:
    run = w.drive(
        w.scenario(
            w.actor("ego", w.along_x(), 0.0, 15.0, law), w.actor("wall", w.along_x(), 150.0, 0.0), duration_s=60.0
        ),
        net,
    )
    gap = run.x("wall") - run.x("ego") - w.CAR[0]
    assert gap[-1] == pytest.approx(lawbook()[law].defaults["jam_gap_m"], abs=0.3)
    assert run.of("speed", "ego")[-1] < 0.05
    assert run.of("speed", "ego").min() >= 0.0
    assert not len(run.recording.contacts.t_ns)


@pytest.mark.parametrize("law", LIMITED)
@pytest.mark.parametrize("kind", [Kind.CAR, Kind.VAN, Kind.TRUCK, Kind.BUS, Kind.MOTORCYCLE, Kind.CYCLIST])
def test_it_never_exceeds_the_limits_of_body_and_grip(net: RoadNetwork, law: str, kind: Kind) -> None:
    friction, limits = 0.4, BODIES[kind]
    spec = w.scenario(
        w.actor("ego", w.arc(12.0), 58.0, 14.0, law, kind=kind),  # too fast for the curve that begins 2 m ahead
        w.actor("wall", w.arc(12.0), 120.0, 0.0),
        duration_s=20.0,
        environment=Environment(friction=friction),
    )
    run = w.drive(spec, net)
    speed, turn = run.of("speed", "ego").astype(float), run.of("yaw_rate", "ego").astype(float)
    middle = 0.5 * (speed[1:] + speed[:-1])
    assert run.of("accel", "ego").max() <= min(limits.accel_most_mps2, friction * 9.81) + 1e-5
    assert run.of("accel", "ego").min() >= -friction * 9.81 - 1e-5
    assert (np.abs(turn[1:]) <= limits.curvature_most_1pm * middle + 1e-5).all()
    assert (np.abs(turn[1:] * middle) <= friction * 9.81 + 1e-4).all()


@pytest.mark.parametrize("law", SEEING)
def test_an_opening_gap_is_left_alone(net: RoadNetwork, law: str) -> None:
    run = w.drive(
        w.scenario(
            w.actor("ego", w.along_x(), 0.0, 15.0, law), w.actor("fast", w.along_x(), 45.0, 25.0), duration_s=5.0
        ),
        net,
    )
    assert run.of("accel", "ego").min() > -1.6


@pytest.mark.parametrize("law", SEEING)
def test_those_beside_and_behind_do_not_matter(net: RoadNetwork, law: str) -> None:
    alone = w.drive(w.scenario(w.actor("ego", w.along_x(), 100.0, 15.0, law)), net)
    beside = w.drive(
        w.scenario(
            w.actor("ego", w.along_x(), 100.0, 15.0, law),
            w.actor("next lane", w.along_x(), 110.0, 12.0, offset_m=3.5),
            w.actor("behind", w.along_x(), 60.0, 15.0),
        ),
        net,
    )
    assert (alone.x("ego") == beside.x("ego")).all()


@pytest.mark.parametrize("law", SEEING)
def test_it_stops_at_red_and_goes_at_green(net: RoadNetwork, law: str) -> None:
    lane, groups = next((k, g) for k, g in sorted(light_groups(net).items()) if net.lanes.length_m[k] > 100.0)
    stop_s = track(net, PathSpec(lanes=(lane,)), where="").stops[0, 0]
    phases = (SignalPhase(group=groups[0], t_s=0.0, state=1), SignalPhase(group=groups[0], t_s=25.0, state=4))
    spec = w.scenario(w.actor("ego", PathSpec(lanes=(lane,)), stop_s - 90.0, 12.0, law), duration_s=40.0, phases=phases)
    run = w.drive(spec, net)
    front = (
        np.cumsum(np.append(0.0, np.diff(run.x("ego")) ** 2 + np.diff(run.y("ego")) ** 2) ** 0.5) + stop_s - 90.0 + 2.25
    )
    at_red = round(24.9 / w.STEP_S)
    assert run.of("speed", "ego")[at_red] < 0.1
    assert stop_s - 4.0 < front[at_red] < stop_s
    assert run.of("speed", "ego")[-1] > 8.0


@pytest.mark.parametrize("law", SEEING)
def test_it_keeps_the_limit_and_slows_for_curves(net: RoadNetwork, law: str) -> None:
    run = w.drive(w.scenario(w.actor("ego", w.arc(25.0), 0.0, 16.0, law), duration_s=20.0), net)
    lateral = np.abs(run.of("yaw_rate", "ego") * run.of("speed", "ego"))
    assert lateral.max() < 1.15 * LATERAL_COMFORT_MPS2
    assert run.of("accel", "ego").min() >= -lawbook()[law].defaults["decel_mps2"] - 1e-5


def stopping_distance(speed: float, step_s: float) -> float:
    """Return how far the careful human runs from the first risk to standstill, the risk lasting."""
    now, memory = np.full(c.NOW, np.inf), np.zeros(c.MEMORY)
    now[c.NOW_STEP], now[c.NOW_WISH], now[c.NOW_CONFLICT] = step_s, speed, 1.0
    values, distance = np.array(values_of(CAREFUL, (), where="")), 0.0
    while speed > 0.0:
        now[c.NOW_SPEED] = speed
        accel = CAREFUL.function(now, values, memory)
        run_s = min(step_s, speed / -accel) if accel < 0.0 else step_s
        distance += speed * run_s + 0.5 * accel * run_s**2
        speed = max(speed + accel * step_s, 0.0)
    return distance


def exact_stopping_distance(speed: float) -> float:
    """Delay at held speed, then the brake rises at its jerk to its most, then holds."""
    d = CAREFUL.defaults
    most, ramp = d["brake_most_mps2"], d["brake_most_mps2"] / d["jerk_mps3"]
    slower = speed - 0.5 * most * ramp
    return speed * (d["delay_s"] + ramp) - most * ramp**2 / 6 + slower**2 / (2 * most)


@pytest.mark.parametrize(("kph", "published_m"), [(30, 13.210), (60, 35.680), (100, 79.867), (130, 123.677)])
def test_the_careful_human_stops_in_the_published_distance(kph: int, published_m: float) -> None:
    # the published figures are the continuous form; ours rounds only the ramp, whose mean over a step it takes
    assert exact_stopping_distance(kph / 3.6) == pytest.approx(published_m, abs=5e-4)
    assert stopping_distance(kph / 3.6, 0.05) == pytest.approx(published_m, abs=2e-3)
    assert stopping_distance(kph / 3.6, 0.1) == pytest.approx(published_m, abs=8e-3)


def test_the_careful_human_reacts_late_then_hard_to_a_slow_cut_in(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 1.0, What.LANE_OFFSET, 0.0, 2.0),)
    cut = w.actor("cut", w.along_x(), 50.0, 12.0, offset_m=3.5, steps=steps)
    run = w.drive(w.scenario(w.actor("ego", w.along_x(), 0.0, 22.0, "careful_human"), cut), net)
    accel = run.of("accel", "ego")
    entered = np.flatnonzero(run.y("cut") < w.CAR[1])[0]
    hard = np.flatnonzero(accel < -2.0 - 1e-5)
    assert accel.min() == pytest.approx(-CAREFUL.defaults["brake_most_mps2"], abs=1e-4)
    assert hard[0] * w.STEP_S >= entered * w.STEP_S + CAREFUL.defaults["delay_s"]
    assert np.abs(np.diff(accel)[hard[0] : hard[0] + 5]).max() <= 12.65 * w.STEP_S * 1.01
    assert not len(run.recording.contacts.t_ns)


def test_the_careful_human_brakes_for_who_will_cross_but_not_for_who_waits(net: RoadNetwork) -> None:
    def run(speed: float) -> w.Driven:
        walker = w.actor("child", w.along_y(20.0), 195.0, speed, "walk", kind=Kind.PEDESTRIAN, size=(0.4, 0.5, 1.2))
        return w.drive(
            w.scenario(w.actor("ego", w.along_x(), 20.0, 13.0, "careful_human"), walker, duration_s=6.0), net
        )

    assert run(0.0).of("accel", "ego").min() == 0.0
    crosses = run(1.5)
    assert crosses.of("accel", "ego").min() < -5.0
    # its brake is on sooner than a delay after the child came into the corridor: it foresaw the crossing
    reacts, enters = np.flatnonzero(crosses.of("accel", "ego") < -2.5)[0], np.flatnonzero(crosses.y("child") > -1.1)[0]
    assert reacts < enters + 0.5 * CAREFUL.defaults["delay_s"] / w.STEP_S


@pytest.mark.parametrize(("decel", "hard"), [(0.0, True), (6.0, False)])
def test_the_careful_human_brakes_for_who_runs_the_red_but_not_for_who_brakes_before_it(
    net: RoadNetwork, decel: float, hard: bool
) -> None:
    # it comes from the right at 10 m/s, 9.5 m before the corridor; at 6 m/s2 it stands 1.2 m before
    steps = (w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 0.0, decel),) if decel else ()
    other = w.actor("other", w.along_y(20.0), 187.35, 10.0, steps=steps)
    run = w.drive(w.scenario(w.actor("ego", w.along_x(), 47.35, 13.0, "careful_human"), other, duration_s=1.4), net)
    assert (run.of("accel", "ego").min() < -2.5) == hard


def test_following_keeps_the_headway_of_the_model(net: RoadNetwork) -> None:
    # equilibrium of the model: s = (s0 + v T) / sqrt(1 - (v / v0)^4)
    spec = w.scenario(
        w.actor("ego", w.along_x(), 0.0, 15.0, "idm", law_values=(("desired_speed_mps", 30.0),)),
        w.actor("lead", w.along_x(), 45.0, 15.0),
        duration_s=90.0,
    )
    run = w.drive(spec, net)
    gap = run.x("lead")[-1] - run.x("ego")[-1] - w.CAR[0]
    assert gap == pytest.approx((2.0 + 15.0 * 1.6) / np.sqrt(1 - 0.5**4), abs=0.05)


@pytest.mark.parametrize("law", sorted(lawbook()))
def test_the_contract_of_laws(law: str) -> None:
    entry = lawbook()[law]
    assert len(entry.defaults) <= c.VALUES
    now, values = np.ones(c.NOW), np.array(values_of(entry, (), where=""))
    memory = np.zeros(c.MEMORY)
    before = now.copy(), values.copy()
    assert np.isfinite(entry.function(now, values, memory))
    assert (now == before[0]).all()
    assert (values == before[1]).all()
    empty = np.array([0, 0.05, 0, 10, 0, 30, np.inf, 0, np.inf, np.inf, 0.8])
    assert np.isfinite(entry.function(empty, values, np.zeros(c.MEMORY)))
