"""Whom a driver on lanes sees though no lane knows them: walkers, cyclists, scripted actors, the subject vehicle.

They are projected on the driver's own way, as scenarios/simulation/sight.py does on a path; they are few.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.polyline import STEP_M
from scenarios.simulation.junction import time_to
from scenarios.simulation.lane_layout import (
    ALONG,
    ASIDE,
    DESIRE,
    END,
    FIRST,
    HEAD,
    HOLD,
    LONG,
    OTHER_GAP,
    OTHER_SPEED,
    TTC,
    WAYS,
)
from scenarios.simulation.laws.human import ACCEL as ACCEL_VALUE
from scenarios.simulation.layout import ACCEL, COS, LENGTH, PRESENT, PX, PY, REACH, SIN, SPEED, WIDTH, X, Y
from scenarios.simulation.rails import LOST_M, SCAN, foot
from scenarios.simulation.sight import CROSSING_COS, HORIZON_M, HORIZON_S, meeting

BESIDE_M = 0.3  # to spare between the flanks of the two; assumed
BEFORE_S, AFTER_S = 1.5, 0.3  # to spare in front of and behind who crosses; assumed
SLOW_MPS = 3.0  # arrivals are reckoned with this speed at least
STOP_BEFORE_M = 1.0  # stops so far before who crosses, and a standing gap; assumed


@lean
def place_on_way(
    lane: Array,
    metric: Array,
    sample: Array,
    plan: Array,
    way: Array,
    i: int,
    s: float,
    x: float,
    y: float,
    reach: float,
) -> tuple[bool, float, float, float, float]:
    """Return (found, m along driver i's way from its lane's begin, m left of it, cos, sin of the way there)."""
    best, best_w, best_at, offset, best_offset = np.inf, -1, 0.0, 0.0, 0.0
    for w in range(plan[i, WAYS]):
        if offset > s + reach:
            break
        row = way[i, w]
        k = lane[row, FIRST]
        if w == 0:
            k += min(max(int(s / STEP_M), 0), lane[row, END] - k - 1)
        while k < lane[row, END]:
            dx, dy = x - sample[k, PX], y - sample[k, PY]
            d = dx * dx + dy * dy
            if d < best:
                best, best_w, best_at, best_offset = d, w, (k - lane[row, FIRST]) * STEP_M, offset
            k += SCAN
        offset += metric[row, LONG]
    if best_w < 0:
        return False, 0.0, 0.0, 1.0, 0.0
    row = way[i, best_w]
    at, aside, cos_h, sin_h, moved = foot(sample, lane[row, FIRST], lane[row, END], x, y, best_at)
    at, aside, cos_h, sin_h, moved = foot(sample, lane[row, FIRST], lane[row, END], x, y, at)
    return abs(moved) <= LOST_M, best_offset + at, aside, cos_h, sin_h


@lean
def notice(
    lane: Array, metric: Array, sample: Array, plan: Array, drive: Array, way: Array, body: Array, state: Array,
    values: Array, i: int, j: int,
) -> None:  # fmt: skip
    """Let driver i see agent j: keep behind it if it is in the way, stop for it if it comes into the way."""
    speed = state[SPEED, i]
    horizon = HORIZON_M + HORIZON_S * speed
    dx, dy = state[X, j] - state[X, i], state[Y, j] - state[Y, i]
    ahead = dx * state[COS, i] + dy * state[SIN, i]
    near = body[REACH, i] + body[REACH, j]
    if ahead < -near or dx * dx + dy * dy > horizon * horizon or state[PRESENT, j] == 0.0:
        return
    s = drive[i, ALONG]
    found, at, aside, cos_h, sin_h = place_on_way(
        lane, metric, sample, plan, way, i, s, state[X, j], state[Y, j], horizon
    )  # fmt: skip
    if not found or at <= s:
        return
    cos_r = state[COS, j] * cos_h + state[SIN, j] * sin_h
    sin_r = state[SIN, j] * cos_h - state[COS, j] * sin_h
    long_j = 0.5 * (body[LENGTH, j] * abs(cos_r) + body[WIDTH, j] * abs(sin_r))
    wide_j = 0.5 * (body[LENGTH, j] * abs(sin_r) + body[WIDTH, j] * abs(cos_r))
    gap = at - s - drive[i, HEAD] - long_j
    side = aside - drive[i, ASIDE]
    clear = abs(side) - 0.5 * body[WIDTH, i] - wide_j
    along = state[SPEED, j] * cos_r
    drift = -state[SPEED, j] * sin_r if side > 0.0 else state[SPEED, j] * sin_r
    if clear > 0.0 and -2.0 * state[ACCEL, j] * clear > drift * state[SPEED, j]:
        drift = 0.0  # brakes, and will stand before the way
    if clear <= BESIDE_M and gap < drive[i, OTHER_GAP]:
        drive[i, OTHER_GAP], drive[i, OTHER_SPEED] = gap, along
    if clear <= 0.0 or abs(cos_r) < CROSSING_COS:
        long, wide = drive[i, HEAD] + long_j, 0.5 * body[WIDTH, i] + wide_j
        meet = meeting(gap, speed - along, 2.0 * long, clear, drift, 2.0 * wide, HORIZON_S)
        drive[i, TTC] = min(drive[i, TTC], meet)
        if abs(cos_r) < CROSSING_COS and comes_in_the_way(drive, values, i, speed, gap, 2.0 * long, clear, drift, wide):
            drive[i, HOLD] = min(drive[i, HOLD], max(gap - STOP_BEFORE_M, 0.0))


@lean
def comes_in_the_way(
    drive: Array, values: Array, i: int, speed: float, gap: float, through: float, clear: float, drift: float,
    wide: float,
) -> bool:  # fmt: skip
    """Return whether who crosses would be in the way of driver i, who gets there as soon as it can.

    gap: m to it, `through` more until it is passed; clear: m between the flanks, closing at `drift` m/s; `wide`: half
    of both widths. The soonest arrival, not that at the present speed: who brakes for a walker goes on doing so.
    """
    if clear > 0.0 and drift <= 0.0:
        return False
    begins = max(clear, 0.0) / drift if clear > 0.0 else 0.0
    ends = (clear + 2.0 * wide) / drift if drift > 0.0 else np.inf
    if clear <= 0.0 and drift < 0.0:
        ends = clear / drift
    if begins > HORIZON_S:
        return False
    accel, most = values[i, ACCEL_VALUE], max(drive[i, DESIRE], SLOW_MPS)
    arrives, passes = time_to(gap, speed, accel, most), time_to(gap + through, speed, accel, most)
    return not (ends + AFTER_S < arrives or passes + BEFORE_S < begins)
