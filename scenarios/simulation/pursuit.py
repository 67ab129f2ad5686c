"""What an adversary may know of the subject vehicle, and the limits that no adversary passes, whatever it wants.

A law with SEEKS = True is told where the subject is (the NOW_SUBJECT columns), may write the lateral speed it wants to
memory[ASIDE], m/s left positive, and begins its DEFAULTS with LIMITS. What it asks for is cut to its limits here, with
KEPT of the lateral ones in hand for the steering that follows. It knows the subject's place and speed now, never its
program or planner.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from scenarios.simulation.layout import (
    ACCEL_MOST,
    COS,
    CROSS_OWN,
    CROSS_SUBJECT,
    CURVATURE_MOST,
    LENGTH,
    NOW_CROSS,
    NOW_STOP,
    NOW_SUBJECT_AHEAD,
    NOW_SUBJECT_ASIDE,
    NOW_SUBJECT_CROSS_S,
    NOW_SUBJECT_DRIFT,
    NOW_SUBJECT_LENGTHS,
    NOW_SUBJECT_SPEED,
    NOW_SUBJECT_WIDTHS,
    OFFSET,
    PRESENT,
    REAR_AXLE,
    ROOM_END,
    ROOM_FIRST,
    SHIFT,
    SHIFT_ACCEL,
    SHIFT_RATE,
    SIN,
    SPEED,
    STEER_MOST,
    WIDTH,
    S,
    X,
    Y,
)
from scenarios.simulation.rails import LOST_M, curvature_at, foot, pose_at, search

ASIDE = 0  # memory: the lateral speed it wants
# the first law values of every law that seeks; 1 allows, 0 forbids
LIMITS = {
    "accel_most_mps2": 3.0,  # assumed
    "decel_most_mps2": 8.0,  # assumed
    "speed_most_mps": 36.0,
    "lateral_most_mps": 1.8,  # the upper quartile of cut-ins is 1.71 (data/exposure/cut_in.toml)
    "lateral_accel_most_mps2": 3.0,  # assumed
    "may_cross_solid": 0.0,  # to lanes of its own direction behind a solid line
    "may_oncoming": 0.0,
    "may_leave_road": 0.0,
    "may_run_red": 0.0,
}
ACCEL_M, DECEL_M, SPEED_M, LATERAL_M, LATERAL_ACCEL_M, SOLID_M, ONCOMING_M, ROAD_M, RED_M = range(9)
OWN = 9  # the law's own values begin here
WATCH_M = 150.0  # it sees the subject so far along its path; assumed
KEPT = 0.7  # of the lateral limits is asked of the steering; the middle swings ahead of the steered axle by the rest
IN_HAND = 0.9  # of the lateral speed, for the steering wheel's own rate
SLANT = 0.6  # an edge is neared so that the body's corner takes up this share of what is left
STEEPEST = 0.3  # lateral over forward speed
RED_DECEL = 3.0  # m/s2: a closed line is prepared for so softly, as amber is timed (sight.AMBER_DECEL)
LINE_M = 0.5  # stands so far before it
BACK_S = 0.5  # s, how fast it is led back into its room; assumed
ROOM_M = 2.0  # between the rows of room


@lean
def watch(path: Array, first: int, end: int, body: Array, state: Array, i: int, subject: int, now: Array) -> None:
    """Fill in what adversary i knows of the subject: infinity ahead where it is not there or not near its path."""
    now[NOW_SUBJECT_AHEAD], now[NOW_SUBJECT_CROSS_S], now[NOW_CROSS] = np.inf, np.inf, np.inf
    now[NOW_SUBJECT_ASIDE], now[NOW_SUBJECT_SPEED], now[NOW_SUBJECT_DRIFT] = 0.0, 0.0, 0.0
    if subject == i or state[PRESENT, subject] == 0.0:
        return
    now[NOW_CROSS] = body[CROSS_OWN, i] - state[S, i]
    left = body[CROSS_SUBJECT, i] - state[S, subject]
    if left >= 0.0 and left < np.inf and state[SPEED, subject] > 0.0:
        now[NOW_SUBJECT_CROSS_S] = left / state[SPEED, subject]
    x, y = state[X, subject], state[Y, subject]
    dx, dy = x - state[X, i], y - state[Y, i]
    if dx * dx + dy * dy > WATCH_M * WATCH_M:
        return
    guess = state[S, i] + dx * state[COS, i] + dy * state[SIN, i]
    s, offset, cos_h, sin_h, moved = foot(path, first, end, x, y, guess)
    if abs(moved) > LOST_M:
        guess = search(path, first, end, x, y, state[S, i] - WATCH_M, state[S, i] + WATCH_M)
        s, offset, cos_h, sin_h, moved = foot(path, first, end, x, y, guess)
    if abs(moved) > LOST_M:
        return
    cos_r = state[COS, subject] * cos_h + state[SIN, subject] * sin_h
    sin_r = state[SIN, subject] * cos_h - state[COS, subject] * sin_h
    long_j = body[LENGTH, subject] * abs(cos_r) + body[WIDTH, subject] * abs(sin_r)
    wide_j = body[LENGTH, subject] * abs(sin_r) + body[WIDTH, subject] * abs(cos_r)
    now[NOW_SUBJECT_AHEAD], now[NOW_SUBJECT_ASIDE] = s - state[S, i], offset - state[OFFSET, i]
    now[NOW_SUBJECT_SPEED], now[NOW_SUBJECT_DRIFT] = state[SPEED, subject] * cos_r, state[SPEED, subject] * sin_r
    now[NOW_SUBJECT_LENGTHS] = 0.5 * (body[LENGTH, i] + long_j)
    now[NOW_SUBJECT_WIDTHS] = 0.5 * (body[WIDTH, i] + wide_j)


@lean
def within_limits(values: Array, now: Array, body: Array, state: Array, i: int, demand: float, h: float) -> float:
    """Return the part of a demanded acceleration that an adversary's limits allow, m/s2."""
    speed = state[SPEED, i]
    demand = min(max(demand, -values[DECEL_M]), min(values[ACCEL_M], body[ACCEL_MOST, i]))
    demand = min(demand, max((values[SPEED_M] - speed) / h, -values[DECEL_M]))
    if values[RED_M] == 0.0 and now[NOW_STOP] < np.inf:
        room = max(now[NOW_STOP] - LINE_M - speed * h, 0.0)
        demand = min(demand, max((np.sqrt(2.0 * RED_DECEL * room) - speed) / h, -values[DECEL_M]))
    return float(demand)


@lean
def room_at(room: Array, first: int, end: int, s: float) -> tuple[float, float]:
    """Return the offsets (right, left) between which a body's centre may be at `s`, m; (0, 0) where none are known."""
    if first == end:
        return 0.0, 0.0
    row = first + min(max(int(s / ROOM_M), 0), end - first - 1)
    return room[row, 0], room[row, 1]


@lean
def askew_at(path: Array, first: int, end: int, state: Array, i: int) -> float:
    """Return the sine of agent i's heading against its path."""
    _x, _y, _z, heading = pose_at(path, first, end, state[S, i])
    sin_h, cos_h = sincos(heading)
    return float(state[SIN, i] * cos_h - state[COS, i] * sin_h)


@lean
def step_aside(
    room: Array, code: Array, values: Array, wanted: float, body: Array, state: Array, i: int, h: float
) -> None:  # fmt: skip
    """Let adversary i move aside for `h` s at the lateral speed it wants, within its limits and its room.

    It slows down sideways in time to stand at the edge of its room; who is outside (the room became narrower) is
    led back.
    """
    speed = abs(state[SPEED, i])
    right, left = room_at(room, code[ROOM_FIRST, i], code[ROOM_END, i], state[S, i])
    half = 0.5 * body[WIDTH, i]
    low, high = min(right + half, 0.0), max(left - half, 0.0)
    if not low <= state[SHIFT, i] <= high:
        wanted = (min(max(state[SHIFT, i], low), high) - state[SHIFT, i]) / BACK_S
        low, high = min(low, state[SHIFT, i]), max(high, state[SHIFT, i])
    across = min(KEPT * values[LATERAL_ACCEL_M], KEPT * body[CURVATURE_MOST, i] * speed * speed)
    across = min(across, (1.0 - KEPT) * values[LATERAL_M] * speed / body[REAR_AXLE, i])
    most = min(KEPT * values[LATERAL_M], STEEPEST * speed)
    rate = min(max(wanted, -most), most)
    rate = min(max(rate, state[SHIFT_RATE, i] - across * h), state[SHIFT_RATE, i] + across * h)
    rate = min(max(rate, -most), most)
    slant = SLANT * speed / body[LENGTH, i]  # a corner leads the middle by half the length times the slope
    rate = min(rate, brake_aside(high - state[SHIFT, i], across, h), slant * max(high - state[SHIFT, i], 0.0))
    rate = max(rate, -brake_aside(state[SHIFT, i] - low, across, h), -slant * max(state[SHIFT, i] - low, 0.0))
    state[SHIFT, i] += rate * h
    state[SHIFT_ACCEL, i], state[SHIFT_RATE, i] = (rate - state[SHIFT_RATE, i]) / h, rate


@lean
def brake_aside(room: float, across: float, h: float) -> float:
    """Return the lateral speed from which one can still stand after `room` m at `across` m/s2, in steps of `h` s.

    A speed u for this step and u - across h, u - 2 across h, ... for the next ones covers u^2 / (2 across) + u h / 2.
    """
    if room <= 0.0:
        return 0.0
    back = 0.5 * across * h
    return float(min(np.sqrt(back * back + 2.0 * across * room) - back, room / h))


@lean
def steered_aside(
    path: Array, first: int, end: int, values: Array, body: Array, state: Array, i: int, bend: float
) -> float:  # fmt: skip
    """Return the curvature, of the one that steering asks for, at which the body's middle moves aside within the limit.

    The middle moves at v (sin a + b k) across the path: a the angle to it, b the way from the rear axle, k the bend.
    """
    askew = askew_at(path, first, end, state, i)
    speed = max(state[SPEED, i], 0.1)
    most, own = IN_HAND * values[LATERAL_M] / speed, curvature_at(path, first, end, state[S, i])
    back, rate = body[REAR_AXLE, i], body[STEER_MOST, i]
    right, left = unwound(most + askew, back, speed, rate), unwound(most - askew, back, speed, rate)
    return float(min(max(bend, own - right), own + left))


@lean
def unwound(left: float, back: float, speed: float, rate: float) -> float:
    """Return the most bend k from which the wheel can still be turned straight in time, 1/m.

    While k falls at `rate` the heading turns on by v k^2 / (2 rate), and the middle has swung out by `back` k: both
    together may use up the slope that is `left`.
    """
    if left <= 0.0:
        return left / back
    return float((np.sqrt(back * back + 2.0 * speed * left / rate) - back) * rate / speed)
