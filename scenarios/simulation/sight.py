"""What a driver sees ahead on its own path: the leader, the conflict, the closed stop line.

Others are projected on the driver's path, so no lane book-keeping is needed: whoever is in the corridor
leads, wherever it came from; whoever crosses is in conflict if both will be at one place at one time.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.layout import (
    ACCEL,
    COS,
    LENGTH,
    NOW_CONFLICT,
    NOW_GAP,
    NOW_LEAD_SPEED,
    OFFSET,
    PRESENT,
    REACH,
    ROOT,
    SIN,
    SPEED,
    WIDTH,
    S,
    X,
    Y,
)
from scenarios.simulation.rails import LOST_M, foot, search

HORIZON_S, HORIZON_M = 8.0, 40.0  # looks this far ahead; assumed
CROSSING_COS = 0.8660254037844387  # headings more than 30 degrees apart cross; assumed
AMBER, RED, RED_AMBER = 3, 1, 2
AMBER_DECEL = 3.0  # m/s2; who would have to brake harder passes at amber (ITE, Traffic Engineering Handbook: 10 ft/s2)


@lean
def meeting(
    gap: float, closing: float, through: float, clear: float, lateral: float, over: float, horizon: float
) -> float:
    """Return when two boxes meet in the path's frame at constant speeds, s; infinity if they do not.

    gap: m to the other's near end, `closing` at m/s; `through` m until its far end is passed. clear: m between the
    flanks, below zero where they overlap, closing at `lateral` m/s; `over` m until the other is across.
    """
    if gap <= 0.0:
        ahead, behind = 0.0, (gap + through) / closing if closing > 0.0 else np.inf
    elif closing > 0.0:
        ahead, behind = gap / closing, (gap + through) / closing
    else:
        return np.inf
    if clear > 0.0 and lateral <= 0.0:
        return np.inf
    enter = max(clear, 0.0) / lateral if clear > 0.0 else 0.0
    leave = (clear + over) / abs(lateral) if lateral > 0.0 else np.inf
    if clear <= 0.0 and lateral < 0.0:
        leave = -clear / -lateral
    at = max(ahead, enter)
    return at if at <= min(behind, leave) and at <= horizon else np.inf


@lean
def place_of(
    path: Array, first: int, end: int, state: Array, i: int, j: int, horizon: float, guess: float
) -> tuple[bool, float, float, float, float]:
    """Return (found, s, offset, cos, sin of j's heading against the path) of agent j on agent i's path.

    guess: where it was a step ago; infinity: not known, search the path ahead.
    """
    x, y = state[X, j], state[Y, j]
    if guess == np.inf:
        guess = search(path, first, end, x, y, state[S, i] - 2.0 * LOST_M, state[S, i] + horizon)
        guess, _offset, _cos, _sin, _moved = foot(path, first, end, x, y, guess)
    s, offset, cos_h, sin_h, moved = foot(path, first, end, x, y, guess)
    if abs(moved) > LOST_M:
        return False, 0.0, 0.0, 1.0, 0.0
    cos_r = state[COS, j] * cos_h + state[SIN, j] * sin_h
    return True, s, offset, cos_r, state[SIN, j] * cos_h - state[COS, j] * sin_h


@lean
def look(
    path: Array, first: int, end: int, body: Array, code: Array, state: Array, low: int, high: int, i: int,
    along: Array, now: Array,
) -> None:  # fmt: skip
    """Fill in what driver i sees of the other agents of its scenario, the columns [low, high).

    along (A,): where the others were on its path a step ago; infinity where not known.
    """
    now[NOW_GAP], now[NOW_LEAD_SPEED], now[NOW_CONFLICT] = np.inf, 0.0, np.inf
    speed, half_l, half_w = state[SPEED, i], 0.5 * body[LENGTH, i], 0.5 * body[WIDTH, i]
    horizon = HORIZON_M + HORIZON_S * speed
    for j in range(low, high):
        dx, dy = state[X, j] - state[X, i], state[Y, j] - state[Y, i]
        near = body[REACH, i] + body[REACH, j]
        ahead = dx * state[COS, i] + dy * state[SIN, i]
        unseen = code[ROOT, j] == code[ROOT, i] or state[PRESENT, j] == 0.0  # its own trailer and door, or nobody
        if unseen or ahead < -near or dx * dx + dy * dy > horizon * horizon:
            along[j - low] = np.inf
            continue
        guess = along[j - low]
        found, s, offset, cos_r, sin_r = place_of(path, first, end, state, i, j, horizon, guess)
        along[j - low] = s if found else np.inf
        if not found or s <= state[S, i]:
            continue
        long_j = 0.5 * (body[LENGTH, j] * abs(cos_r) + body[WIDTH, j] * abs(sin_r))
        wide_j = 0.5 * (body[LENGTH, j] * abs(sin_r) + body[WIDTH, j] * abs(cos_r))
        gap = s - state[S, i] - half_l - long_j
        side = offset - state[OFFSET, i]
        clear = abs(side) - half_w - wide_j
        lead_speed = state[SPEED, j] * cos_r
        drift = -state[SPEED, j] * sin_r if side > 0.0 else state[SPEED, j] * sin_r
        if clear > 0.0 and -2.0 * state[ACCEL, j] * clear > drift * state[SPEED, j]:
            drift = 0.0  # brakes, and will stand before the corridor
        if clear <= 0.0 and gap < now[NOW_GAP]:
            now[NOW_GAP], now[NOW_LEAD_SPEED] = gap, lead_speed
        if clear <= 0.0 or abs(cos_r) < CROSSING_COS:
            through, over = 2.0 * (half_l + long_j), 2.0 * (half_w + wide_j)
            meet = meeting(gap, speed - lead_speed, through, clear, drift, over, HORIZON_S)
            now[NOW_CONFLICT] = min(now[NOW_CONFLICT], meet)


@lean
def closed_line(stop: Array, first: int, end: int, front_s: float, speed: float, lights: Array, k: int) -> float:
    """Return the distance to the first stop line ahead that is closed now, m; infinity if there is none.

    stop (Q, 2): s and signal group; rows [first, end) are this path's. lights (G, T).
    """
    for q in range(first, end):
        gap = stop[q, 0] - front_s
        if gap < 0.0:
            continue
        light = lights[int(stop[q, 1]), k]
        if light in (RED, RED_AMBER):
            return float(gap)
        if light == AMBER and 0.5 * speed * speed <= AMBER_DECEL * gap:
            return float(gap)
    return np.inf
