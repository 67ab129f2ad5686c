"""The latest starts and the probability against plain stepping of the bodies."""

import numpy as np
import pytest
import zoo
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from roadnet import boxes
from scenarios.criticality import a_lat_req, p_mc, ttb, ttk, tts, wttc
from scenarios.criticality.evasions import EARLIEST_S, KICKDOWN_MPS2
from scenarios.criticality.p_mc import ACROSS_MPS2, ALONG_MPS2, HORIZON_S, LEGS, SHARPEST_1PM, draws, interval
from scenarios.criticality.ttc import contact_time
from scenarios.model.recording import Recording

GRIP = 0.8 * 9.81
T = np.linspace(-6.0, 40.0, 23_001)  # 2 ms
SURE_S = 0.02  # so much before the latest start is early enough, so much after it too late
State = tuple[float, float, float, float]  # x, y, yaw, speed


@st.composite
def meetings(draw: st.DrawFn) -> tuple[State, State]:
    """Return two that would meet within seconds, not quite head-on: there they take minutes to be clear again."""
    yaw = draw(st.one_of(st.just(0.0), st.floats(0.15, 2.99), st.floats(-2.99, -0.15)))
    v, u, when = draw(st.floats(2, 25)), draw(st.one_of(st.just(0.0), st.floats(2, 15))), draw(st.floats(0.3, 4.0))
    x, y = draw(st.floats(-3, 3)), draw(st.floats(-1.5, 1.5))
    other = (v * when + x - u * np.cos(yaw) * when, y - u * np.sin(yaw) * when, yaw, u)
    return (0.0, 0.0, 0.0, v), other


def still(ego: State, other: State) -> Recording:
    out = zoo.recording(2, 1)
    for row, (x, y, yaw, speed) in enumerate((ego, other)):
        out.agents.xyz[row, :, :2] = x, y
        out.agents.yaw[row], out.agents.speed[row] = yaw, speed
    return out


def touches(ego: State, other: State, along: np.ndarray, across: np.ndarray, *, since: float = -6.0) -> bool:
    """Whether bodies of 4.5 x 1.8 m touch while the subject's centre is at (along, across), from `since` on."""
    x, y, yaw, speed = (np.float64(np.float32(v)) if k > 1 else v for k, v in enumerate(other))
    same = np.ones(len(T))
    a = np.column_stack([along, across, 0 * same, 4.5 * same, 1.8 * same])
    b = np.column_stack([x + speed * np.cos(yaw) * T, y + speed * np.sin(yaw) * T, yaw * same, 4.5 * same, 1.8 * same])
    return bool(boxes.overlap(a, b)[since <= T].any())


def braked(v: float, start: float) -> np.ndarray:
    run = np.clip(T - start, 0.0, v / GRIP)
    return np.where(start > T, v * T, v * start + v * run - 0.5 * GRIP * run**2)


def pushed(start: float, accel: float) -> np.ndarray:
    return 0.5 * accel * np.maximum(T - start, 0.0) ** 2


def value(series, row: int = 1) -> float | None:  # type: ignore[no-untyped-def]
    return float(series.value[row, 0]) if series.valid[row, 0] else None


@settings(max_examples=150)
@given(two=meetings())
def test_braking_avoids_until_its_latest_start_and_not_after(two: tuple[State, State]) -> None:
    (ego, other), r = two, still(*two)
    assume(0.0 < (value(contact_time(r)) or 0.0) < 5.0)
    latest, v = value(ttb.evaluate(r)), ego[3]
    if latest is None:
        assert touches(ego, other, braked(v, EARLIEST_S + SURE_S), 0 * T)
        return
    assert touches(ego, other, braked(v, latest + SURE_S), 0 * T)
    if latest > EARLIEST_S + SURE_S:
        assert not touches(ego, other, braked(v, latest - SURE_S), 0 * T)


@settings(max_examples=150)
@given(two=meetings())
def test_a_swerve_avoids_until_its_latest_start_and_not_after(two: tuple[State, State]) -> None:
    (ego, other), r = two, still(*two)
    assume(0.0 < (value(contact_time(r)) or 0.0) < 5.0)
    latest, v = value(tts.evaluate(r)), ego[3]
    if latest is None:
        return
    late, early = pushed(latest + SURE_S, GRIP), pushed(latest - SURE_S, GRIP)
    assert touches(ego, other, v * T, late)
    assert touches(ego, other, v * T, -late)
    if latest > EARLIEST_S + SURE_S:
        assert not (touches(ego, other, v * T, early) and touches(ego, other, v * T, -early))


@settings(max_examples=150)
@given(two=meetings())
def test_a_kickdown_avoids_until_its_latest_start_and_not_after(two: tuple[State, State]) -> None:
    (ego, other), r = two, still(*two)
    assume(0.0 < (value(contact_time(r)) or 0.0) < 5.0)
    latest, v = value(ttk.evaluate(r)), ego[3]
    assume(latest is not None)
    assert latest is not None
    assert touches(ego, other, v * T + pushed(latest + SURE_S, KICKDOWN_MPS2), 0 * T)
    if latest > EARLIEST_S + SURE_S:
        assert not touches(ego, other, v * T + pushed(latest - SURE_S, KICKDOWN_MPS2), 0 * T)


@settings(max_examples=150)
@given(two=meetings())
def test_the_required_lateral_acceleration_just_avoids_the_contact(two: tuple[State, State]) -> None:
    (ego, other), r = two, still(*two)
    assume(0.0 < (value(contact_time(r)) or 0.0) < 5.0)
    required, v = value(a_lat_req.evaluate(r)), ego[3]
    assume(required is not None)
    assert required is not None
    assume(required < 30.0)
    for accel, wanted in ((1.02 * required + 0.01, False), (0.98 * required - 0.01, True)):
        if accel > 0.0:
            way = pushed(0.0, accel)
            both = touches(ego, other, v * T, way, since=0.0) and touches(ego, other, v * T, -way, since=0.0)
            assert both == wanted


@settings(max_examples=100)
@given(two=meetings())
def test_the_worst_time_is_the_first_at_which_the_reachable_discs_meet(two: tuple[State, State]) -> None:
    (ego, other), r = two, still(*two)
    got = value(wttc.evaluate(r))
    t = np.linspace(0.0, 8.0, 80_001)
    u = np.array([other[3] * np.cos(other[2]) - ego[3], other[3] * np.sin(other[2])])
    away = np.hypot(other[0] + u[0] * t, other[1] + u[1] * t)
    met = away <= np.hypot(4.5, 1.8) + GRIP * t**2
    assert got == pytest.approx(float(t[met.argmax()]), abs=2e-3)


def test_the_probability_is_the_share_of_draws_that_touch() -> None:
    rng = np.random.Generator(np.random.Philox(4))
    t = np.linspace(0.0, HORIZON_S, 601)
    for _ in range(6):
        ego = (0.0, 0.0, 0.0, float(rng.uniform(4, 15)))
        other = (float(rng.uniform(8, 25)), float(rng.uniform(-8, 8)), float(rng.uniform(-3, 3)), 6.0)
        count = 0
        for draw in draws():
            (x, y), (p, q) = moved(ego[3], draw[:2], t), moved(other[3], draw[2:], t)
            c, s = np.cos(other[2]), np.sin(other[2])
            a = np.column_stack([x, y, 0 * t, 4.5 + 0 * t, 1.8 + 0 * t])
            b = np.column_stack(
                [other[0] + p * c - q * s, other[1] + p * s + q * c, other[2] + 0 * t, a[:, 3], a[:, 4]]
            )
            count += bool(boxes.overlap(a, b).any())
        # legs are chords of the parabolas: a draw that only grazes may fall to either side
        assert value(p_mc.evaluate(still(ego, other))) == pytest.approx(count / len(draws()), abs=3 / len(draws()))


def moved(speed: float, accel: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what a draw shifts along and across, at the ends of legs and straight between."""
    ends = np.linspace(0.0, HORIZON_S, LEGS + 1)
    run = np.minimum(ends, speed / -accel[0] if accel[0] < 0 else np.inf)
    turn = np.clip(accel[1], -SHARPEST_1PM * speed**2, SHARPEST_1PM * speed**2)
    return np.interp(t, ends, speed * run + accel[0] * run**2 / 2), np.interp(t, ends, turn * run**2 / 2)


def test_the_draws_are_even_within_their_limits_and_mirrored() -> None:
    d = draws()
    assert (np.abs(d) <= (ALONG_MPS2, ACROSS_MPS2, ALONG_MPS2, ACROSS_MPS2)).all()
    assert np.array_equal(d[: len(d) // 2] * (1, -1, 1, -1), d[len(d) // 2 :])
    assert np.abs(d.mean(axis=0)).max() < 1.0


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = interval(0.5)
    assert (low, high) == pytest.approx((0.3810, 0.6190), abs=1e-4)
    assert interval(0.0)[0] == pytest.approx(0.0, abs=1e-12)
    assert interval(0.0)[1] == pytest.approx(0.0566, abs=1e-4)
