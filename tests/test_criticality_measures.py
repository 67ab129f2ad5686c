"""Measures against closed forms of two cars, then plain twins, then claims over the zoo."""

import numpy as np
import pytest
import zoo
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet import boxes
from scenarios.criticality import gap, pet, required_deceleration, thw, ttc, ttc_acceleration
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import measures
from scenarios.criticality.required_deceleration import behind_braking
from scenarios.criticality.ttc_acceleration import closing_time
from scenarios.model.recording import Recording

LENGTH, WIDTH = 4.5, 1.8  # of the zoo's cars
STORED = 1e-5  # states are stored as float32


def pair(ego: tuple[float, ...], other: tuple[float, ...], steps: int = 1) -> Recording:
    """Return two cars at constant velocity; each (x, y, yaw, speed) or with acceleration as a fifth."""
    out = zoo.recording(2, steps)
    t = np.arange(steps) * 0.05
    for row, (x, y, yaw, speed, *accel) in enumerate((ego, other)):
        out.agents.xyz[row, :, 0] = x + speed * t * np.cos(yaw)
        out.agents.xyz[row, :, 1] = y + speed * t * np.sin(yaw)
        out.agents.yaw[row], out.agents.speed[row], out.agents.accel[row] = yaw, speed, sum(accel)
    return out


def first(series, row: int = 1) -> float | None:  # type: ignore[no-untyped-def]
    return float(series.value[row, 0]) if series.valid[row, 0] else None


def test_two_cars_in_file() -> None:
    r = pair((0, 0, 0, 20), (34.5, 0, 0, 12))
    assert first(gap.evaluate(r)) == pytest.approx(30.0, abs=STORED)
    assert first(thw.evaluate(r)) == pytest.approx(1.5, abs=STORED)
    assert first(ttc.evaluate(r)) == pytest.approx(30 / 8, abs=STORED)
    assert first(required_deceleration.evaluate(r)) == pytest.approx(64 / 60, abs=STORED)
    assert first(ttc_acceleration.evaluate(r)) == pytest.approx(30 / 8, abs=STORED)
    assert first(pet.evaluate(r)) is None


def test_an_opening_gap_is_not_closing() -> None:
    r = pair((0, 0, 0, 12), (34.5, 0, 0, 20))
    assert first(ttc.evaluate(r)) is None
    assert first(ttc_acceleration.evaluate(r)) is None
    assert first(required_deceleration.evaluate(r)) == 0.0
    assert first(gap.evaluate(r)) == pytest.approx(30.0, abs=STORED)


def test_at_standstill_there_is_no_headway_and_no_closing() -> None:
    r = pair((0, 0, 0, 0), (34.5, 0, 0, 0))
    assert first(thw.evaluate(r)) is None
    assert first(ttc.evaluate(r)) is None
    assert first(required_deceleration.evaluate(r)) == 0.0


def test_who_is_behind_or_beside_is_no_leader() -> None:
    for other in ((-20, 0, 0, 30), (20, 3.5, 0, 10)):
        r = pair((0, 0, 0, 20), other)
        assert first(gap.evaluate(r)) is None
        assert first(thw.evaluate(r)) is None
    assert first(required_deceleration.evaluate(pair((0, 0, 0, 20), (-20, 0, 0, 30)))) is None
    assert first(required_deceleration.evaluate(pair((0, 0, 0, 20), (20, 3.5, 0, 10)))) == 0.0


def test_touching_is_zero_for_times_and_no_demand() -> None:
    r = pair((0, 0, 0, 20), (4.0, 0, 0, 12))
    assert first(ttc.evaluate(r)) == 0.0
    assert first(pet.evaluate(r)) == 0.0
    assert first(gap.evaluate(r)) == 0.0
    assert first(required_deceleration.evaluate(r)) is None


def test_a_braking_leader_that_stops_first() -> None:
    # the leader needs 10^2 / (2 * 8) = 6.25 m; ego may use 10 + 6.25 m from 15 m/s
    r = pair((0, 0, 0, 15), (14.5, 0, 0, 10, -8))
    assert first(required_deceleration.evaluate(r)) == pytest.approx(15**2 / (2 * 16.25), abs=1e-4)


def test_a_braking_leader_that_is_met_rolling() -> None:
    r = pair((0, 0, 0, 30), (9.5, 0, 0, 20, -1))
    assert first(required_deceleration.evaluate(r)) == pytest.approx(1 + 10**2 / (2 * 5), abs=1e-4)


@settings(max_examples=200, deadline=None)
@given(d=st.floats(1, 80), v=st.floats(1, 40), u=st.floats(0.5, 40), c=st.floats(0.2, 9))
def test_the_demanded_deceleration_just_avoids_the_contact(d: float, v: float, u: float, c: float) -> None:
    b = float(behind_braking(*(np.array(x) for x in (d, v, u, c))))

    def least_gap(brake: float) -> float:
        t = np.linspace(0, max(v / brake, u / c), 4001)
        x = np.where(t < v / brake, v * t - brake * t**2 / 2, v**2 / (2 * brake))
        lead = np.where(t < u / c, u * t - c * t**2 / 2, u**2 / (2 * c))
        return float((d + lead - x).min())

    assert least_gap(b * 1.001) > -1e-3
    assert least_gap(b * 0.98) < 1e-3 + 0.05 * d


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_a_crossing_car_demands_to_let_it_pass(side: float) -> None:
    # the other comes from a side, its front 2 m before the corridor: in it from 0.5 s to (2 + 1.8 + 4.5) / 4 s
    r = pair((0, 0, 0, 10), (15, -side * (0.9 + 2 + 2.25), side * np.pi / 2, 4))
    d = 15 - 2.25 - 0.9
    leave = (2 + 1.8 + 4.5) / 4
    hardest = 2 * d / 10
    assert leave < hardest
    assert first(required_deceleration.evaluate(r)) == pytest.approx(2 * (10 * leave - d) / leave**2, abs=1e-3)
    # slower, it blocks the corridor until ego would stand: stop before it
    r = pair((0, 0, 0, 10), (15, -side * (0.9 + 2 + 2.25), side * np.pi / 2, 2))
    assert first(required_deceleration.evaluate(r)) == pytest.approx(10**2 / (2 * d), abs=1e-3)


def test_a_crossing_car_that_is_gone_in_time_demands_nothing() -> None:
    r = pair((0, 0, 0, 10), (40, -4, np.pi / 2, 12))
    assert first(required_deceleration.evaluate(r)) == 0.0
    assert first(ttc.evaluate(r)) is None


def test_time_to_collision_at_a_junction_is_when_the_last_axis_closes() -> None:
    r = pair((0, 0, 0, 10), (20, -10, np.pi / 2, 5))
    # along x they overlap from (20 - 0.9 - 2.25) / 10 s, along y from (10 - 2.25 - 0.9) / 5 = 1.37 s
    assert first(ttc.evaluate(r)) == pytest.approx((20 - 0.9 - 2.25) / 10, abs=STORED)


def test_post_encroachment_is_the_time_between_one_leaving_and_the_other_entering() -> None:
    # the other's rear leaves ego's flank line at (8 + 0.9 + 2.25) / 10, ego's front comes after (30 - 0.9 - 2.25) / 10
    r = pair((0, 0, 0, 10), (30, -8, np.pi / 2, 10), steps=81)
    series = pet.evaluate(r)
    least, _ = series.extreme() or (0.0, ())
    assert least == pytest.approx((30 - 8 - 0.9 - 2.25 - 0.9 - 2.25) / 10, abs=0.05)
    assert not series.valid[:, : round((30 - 0.9 - 2.25) / 10 / 0.05)].any()
    assert first(ttc.evaluate(r)) is None


def test_the_corridor_follows_the_driven_curve() -> None:
    # both on a circle of 40 m, 0.5 rad apart: the gap is the arc, the straight line would miss the corridor
    steps, radius = 81, 40.0
    r = zoo.recording(2, steps)
    angle = np.arange(steps) * 0.05 * 10 / radius
    for row, lead in enumerate((0.0, 0.5)):
        a = angle + lead
        r.agents.xyz[row, :, 0], r.agents.xyz[row, :, 1] = radius * np.sin(a), radius * (1 - np.cos(a))
        r.agents.yaw[row], r.agents.speed[row] = a, 10.0
    c, k = corridor(r), 20
    assert c.clear[1, k] < 0
    half_other = 0.5 * LENGTH
    assert c.gap[1, k] == pytest.approx(0.5 * radius - half_other - 0.5 * LENGTH, abs=0.1)
    assert gap.evaluate(r).valid[1, k]


speed = st.floats(0, 40)
accel = st.one_of(st.just(0.0), st.floats(-9, 3))


def plain_closing_time(d: float, v: float, u: float, a: float, b: float) -> float:
    """Return the first of many instants at which the gap is used up."""

    def moved(v: float, a: float, t: np.ndarray) -> np.ndarray:
        stop = -v / a if a < 0 else np.inf
        run = np.minimum(t, stop)
        return v * run + a * run**2 / 2

    t = np.linspace(0, 60, 240001)
    closed = d + moved(u, b, t) - moved(v, a, t) <= 0
    return float(t[closed.argmax()]) if closed.any() else np.inf


@settings(max_examples=150, deadline=None)
@given(d=st.floats(0.01, 100), v=speed, u=speed, a=accel, b=accel)
def test_time_to_collision_with_acceleration_equals_the_plain_twin(
    d: float, v: float, u: float, a: float, b: float
) -> None:
    got, plain = float(closing_time(*(np.array(x) for x in (d, v, u, a, b)))), plain_closing_time(d, v, u, a, b)
    if plain < 60:
        assert got == pytest.approx(plain, abs=1e-3, rel=1e-3)
    else:
        near = plain_closing_time(max(d - 1e-3, 0.0), v, u, a, b)  # the gap may just close or just not
        assert got > 59.9 or near < 60


def test_a_leader_that_stops_does_not_roll_back() -> None:
    # it stands after 1 s and 2.5 m; backwards it would be met sooner
    assert float(closing_time(np.array(20.0), 10.0, 5.0, 0.0, -5.0)) == pytest.approx(22.5 / 10)


place = st.tuples(st.floats(-40, 40), st.floats(-40, 40), st.floats(-np.pi, np.pi), st.floats(0, 30))


@settings(max_examples=80, deadline=None)
@given(place, place)
def test_time_to_collision_equals_stepping_the_bodies(a: tuple[float, ...], b: tuple[float, ...]) -> None:
    r = pair(a, b)
    got = first(ttc.evaluate(r))
    t = np.linspace(0, 4, 1601)
    ego, other = (moving_boxes(start, t) for start in (a, b))
    touch = boxes.overlap(ego, other)
    if touch.any():
        assert got == pytest.approx(float(t[touch.argmax()]), abs=0.01)
    else:
        assert got is None or got > 3.9 or touches_within(ego, other, 1e-3)


def moving_boxes(start: tuple[float, ...], t: np.ndarray) -> np.ndarray:
    x, y, yaw, v = start
    same = np.ones(len(t))
    return np.column_stack([x + v * np.cos(yaw) * t, y + v * np.sin(yaw) * t, yaw * same, LENGTH * same, WIDTH * same])


def touches_within(a: np.ndarray, b: np.ndarray, margin: float) -> bool:
    grown = a + np.array([0, 0, 0, margin, margin])
    return bool(boxes.overlap(grown, b).any())


def test_the_folder_is_the_catalogue() -> None:
    assert {"gap", "pet", "required_deceleration", "thw", "ttc", "ttc_acceleration"} <= set(measures())
