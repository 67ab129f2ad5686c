"""Lane changes: MOBIL where they pay, and the changes that must be because the lane does not lead on.

Kesting, Treiber, Helbing, "General lane-changing model MOBIL for car-following models", TRR 1999 (2007), eq. 2-4.
A driver signals first; it moves once it has signalled for SIGNAL_S and the gap is still there. Whoever must change
asks the one behind the gap to make room, and fits its own speed to the one in front of it.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.lane_layout import (
    AHEAD,
    AHEAD_SPEED,
    ALONG,
    ASIDE,
    AT,
    BEHIND,
    BEND,
    BESIDE,
    BOUND,
    CHANGED_AT,
    CHANGES,
    COMMITTED,
    DESIRE,
    END_FROM,
    ENDS,
    FIRST,
    FLANK,
    GOES_ON,
    HEAD,
    INSIDE,
    KEY,
    LANE,
    LEFT,
    LET_GAP,
    LET_SPEED,
    LET_UNTIL,
    LINE_AT,
    LINE_FROM,
    LONG,
    NEEDS,
    ON_LANE,
    ONWARD,
    RIGHT,
    SUCC,
    SUCC_END,
    TAIL,
    TIGHTEST,
    WANTED_AT,
    WANTS,
)
from scenarios.simulation.lane_layout import END as END_ROW
from scenarios.simulation.laws.human import (
    ACCEL,
    CHANGE_S,
    DECEL,
    GAP_MISJUDGED,
    HEADWAY,
    JAM,
    POLITENESS,
    SAFE_DECEL,
    SPEED_MISJUDGED,
    THRESHOLD,
)
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import (
    SHIFT,
    SHIFT_ACCEL,
    SHIFT_CLOCK,
    SHIFT_FROM,
    SHIFT_RATE,
    SHIFT_TIME,
    SHIFT_TO,
    SPEED,
)
from scenarios.simulation.rails import foot
from scenarios.simulation.ranking import first_ahead, is_in_the_way, last_behind, place_in

EVERY_S = 0.5  # how often a driver thinks of changing lanes; assumed
SIGNAL_S = 1.0  # signals for so long before it moves; assumed
REST_S = 6.0  # between two changes of one driver that it need not make; assumed
LOOK_M = 120.0  # for who is ahead on the next lane; assumed
MUST_M, MUST_S = 60.0, 10.0  # who must change, must within this of the lane's end; assumed
MUST_BIAS = 4.0  # m/s2, what a change that must be is worth at the lane's end; assumed
CHANGE_M = 18.0  # a change runs over at least so far, at about 0.3 rad to the lane; assumed
LET_S = 0.7  # a request to make room lasts until the next
FIT_M = 30.0  # who must change fits its speed to who is nearer ahead than this on the next lane; assumed
SLOWEST_MPS = 2.0  # who is slower does not turn out of its lane by itself


@lean
def pull(values: Array, speed: float, wish: float, gap: float, lead_speed: float) -> float:
    """Return the acceleration of the model behind a leader, m/s2."""
    a, b, jam, headway = values[ACCEL], values[DECEL], values[JAM], values[HEADWAY]
    return float(free_road(speed, wish, a, b) + behind(speed, gap, lead_speed, a, b, jam, headway))


@lean
def least_gap(speed: float, values: Array) -> float:
    """Return the gap that a change leaves at least, m."""
    return float(0.5 * values[JAM] + 0.3 * speed)


@lean
def consider(
    lane: Array, metric: Array, link: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    entry: Array, entry_lane: Array, order: Array, live: int, head: Array, spot: Array, low: int, i: int, time: float,
) -> int:  # fmt: skip
    """Return the side to which driver i should begin to change now, 1 left, -1 right, 0 neither; signal the wish."""
    at, need = plan[i, LANE], plan[i, NEEDS]
    room = metric[at, LONG] - drive[i, ALONG] - drive[i, HEAD]
    speed = state[SPEED, i]
    if lane[at, INSIDE] or plan[i, CHANGES] != 0 or plan[i, COMMITTED]:
        return 0
    left_m = min(metric[at, ONWARD] - drive[i, ALONG], drive[i, END_FROM] - drive[i, ALONG] - drive[i, HEAD])
    must = need != 0 and left_m < MUST_M + MUST_S * speed * abs(need)
    if need != 0 and lane[at, ENDS] == GOES_ON and room < MUST_M + MUST_S * speed * abs(need):
        must = True
    if not must:
        if time - drive[i, CHANGED_AT] < REST_S or speed < SLOWEST_MPS:
            plan[i, WANTS] = 0
            return 0
        if (lane[at, LEFT] < 0 and lane[at, RIGHT] < 0) or not has_room(lane, metric, plan, drive, values, i, speed):
            plan[i, WANTS] = 0
            return 0
    best, side = values[i, THRESHOLD], 0
    for to in (1, -1):
        row = lane[at, LEFT if to > 0 else RIGHT]
        if row < 0 or (must and to * need < 0) or (need != 0 and not must and to * need < 0):
            continue
        if not must and need == 0 and metric[row, ONWARD] < min(metric[at, ONWARD], 400.0):
            continue
        if not must and metric[row, BEND] > max(drive[i, TIGHTEST], metric[at, BEND]):
            continue
        worth = gain(
            lane, metric, link, plan, drive, way, state, values, entry, entry_lane, order, live, head, spot, low, i,
            row, must and to * need > 0, time,
        )  # fmt: skip
        if must and to * need > 0:
            worth += MUST_BIAS
        elif need != 0 and to * need > 0:
            worth += 0.5
        if worth > best:
            best, side = worth, to
    if must and side == 0:
        side = 1 if need > 0 else -1
        if plan[i, WANTS] != side:
            plan[i, WANTS], drive[i, WANTED_AT] = side, time
        return 0
    if side == 0:
        plan[i, WANTS] = 0
        return 0
    if plan[i, WANTS] != side:
        plan[i, WANTS], drive[i, WANTED_AT] = side, time
        return 0
    return side if time - drive[i, WANTED_AT] >= SIGNAL_S else 0


@lean
def has_room(lane: Array, metric: Array, plan: Array, drive: Array, values: Array, i: int, speed: float) -> bool:
    """Return whether a change would be over before the next junction."""
    room = plan[i, LINE_AT] < 0 or drive[i, LINE_FROM] - drive[i, ALONG] - drive[i, HEAD] > speed * values[i, CHANGE_S]
    return bool(room)


@lean
def gain(
    lane: Array, metric: Array, link: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    entry: Array, entry_lane: Array, order: Array, live: int, head: Array, spot: Array, low: int, i: int, row: int,
    must: bool, time: float,
) -> float:  # fmt: skip
    """Return what a change to lane `row` gains driver i and, by its politeness, the followers, m/s2.

    Minus infinity where it is not safe. must: ask the follower to make room, and keep behind the leader there.
    """
    at, speed, wish = plan[i, LANE], state[SPEED, i], drive[i, DESIRE]
    s = drive[i, ALONG] * metric[row, LONG] / metric[at, LONG]
    place = place_in(entry, order, live, row, s)
    lead, gap = first_ahead(
        metric, drive, way[i], 1, entry, entry_lane, order, live, head, low, i, place, row, s, LOOK_M,
        True, -drive[i, FLANK], drive[i, FLANK],
    )  # fmt: skip
    if lead < 0:
        lead, gap = ahead_of(lane, metric, link, drive, entry, entry_lane, order, live, head, low, i, row, s)
    gap -= drive[i, HEAD]
    back, room = last_behind(
        lane, metric, link, drive, entry, entry_lane, order, live, head, low, i, place, row, s
    )  # fmt: skip
    room -= drive[i, TAIL]
    lead_speed = state[SPEED, lead] if lead >= 0 else 0.0
    safe = values[i, SAFE_DECEL]
    mine = pull(values[i], speed, wish, gap, lead_speed)
    before = pull(values[i], speed, wish, drive[i, AHEAD], drive[i, AHEAD_SPEED])
    ok = (gap > least_gap(max(speed - lead_speed, 0.0), values[i])) and mine > -safe
    theirs = 0.0
    if back >= 0:
        v, w, its = state[SPEED, back], max(drive[back, DESIRE], 1.0), values[like(plan, back, i)]
        v -= (v - speed) * values[i, SPEED_MISJUDGED]
        room += max(room, 0.0) * values[i, GAP_MISJUDGED]
        after = pull(its, v, w, room, speed)
        now = pull(its, v, w, room + drive[i, HEAD] + drive[i, TAIL] + gap, lead_speed)
        ok = ok and room > least_gap(max(v - speed, 0.0), its) and after > -safe
        theirs = after - now
        if must and (not ok or after < -1.0) and can_let_in(drive, values, i, its, room, speed, w):
            let_in(drive, back, max(room, 1.0), speed, time)
    if must and not ok and lead >= 0 and gap < FIT_M and speed > SLOWEST_MPS:
        let_in(drive, i, max(gap, 2.0), lead_speed, time)
    if not ok or rival(lane, metric, plan, drive, entry, entry_lane, order, live, head, low, i, row, s, speed):
        return -np.inf
    place = spot[2 * (i - low)]
    old, old_m = last_behind(
        lane, metric, link, drive, entry, entry_lane, order, live, head, low, i, place, at, drive[i, ALONG]
    )  # fmt: skip
    if old >= 0:
        v, w, its = state[SPEED, old], max(drive[old, DESIRE], 1.0), values[like(plan, old, i)]
        old_m -= drive[i, TAIL]
        freed = old_m + drive[i, TAIL] + drive[i, HEAD] + drive[i, AHEAD]
        theirs += pull(its, v, w, freed, drive[i, AHEAD_SPEED]) - pull(its, v, w, old_m, speed)
    return float(mine - before + values[i, POLITENESS] * theirs)


@lean
def like(plan: Array, j: int, i: int) -> int:
    """Return whose law values say how j drives, for i: its own, or where it drives by another law those of i."""
    return int(j if plan[j, BOUND] == ON_LANE else i)


@lean
def can_let_in(drive: Array, values: Array, i: int, its: Array, room: float, speed: float, wish: float) -> bool:
    """Return whether driver i gets in if who is `room` m behind it on the next lane, with values `its`, makes room.

    Who stands gains nothing if who is beside it stops too: both would stand for ever. That one must pass.
    """
    if speed > SLOWEST_MPS:
        return bool(room > -drive[i, HEAD])
    stays = pull(its, 0.0, wish, room, 0.0) > -values[i, SAFE_DECEL]
    return bool(stays and room > least_gap(0.0, its))


@lean
def let_in(drive: Array, i: int, gap: float, speed: float, time: float) -> None:
    """Let driver i keep softly behind somebody beside it, `gap` m ahead, for the next LET_S."""
    if time > drive[i, LET_UNTIL] or gap < drive[i, LET_GAP]:
        drive[i, LET_GAP], drive[i, LET_SPEED], drive[i, LET_UNTIL] = gap, speed, time + LET_S


@lean
def ahead_of(
    lane: Array, metric: Array, link: Array, drive: Array, entry: Array, entry_lane: Array, order: Array, live: int,
    head: Array, low: int, me: int, row: int, s: float,
) -> tuple[int, float]:  # fmt: skip
    """Return (agent, m from `s` to its rear) of the nearest one on the lanes that a lane leads to."""
    best, best_m, away = -1, np.inf, metric[row, LONG] - s
    for k in range(lane[row, SUCC], lane[row, SUCC_END]):
        at, place = link[k], head[link[k]]
        while place >= 0 and place < live and entry_lane[order[place]] == at:
            j = low + order[place] // 2
            gap = away + entry[AT, order[place]] - drive[j, TAIL]
            half = drive[me, FLANK]
            if j != me and is_in_the_way(entry, order[place], True, -half, half, gap - drive[me, HEAD]):
                if gap < best_m:
                    best, best_m = j, gap
                break
            place += 1
    return best, best_m


@lean
def rival(
    lane: Array, metric: Array, plan: Array, drive: Array, entry: Array, entry_lane: Array, order: Array, live: int,
    head: Array, low: int, i: int, row: int, s: float, speed: float,
) -> bool:  # fmt: skip
    """Return whether somebody on the far side of lane `row` is about to move to the same place on it."""
    left = lane[row, LEFT] != plan[i, LANE]
    far = lane[row, LEFT if left else RIGHT]
    if far < 0:
        return False
    towards = -1 if left else 1
    at = s * metric[far, LONG] / metric[row, LONG]
    reach = drive[i, HEAD] + drive[i, TAIL] + 12.0 + 0.5 * speed
    place = place_in(entry, order, live, far, at - reach)
    while place < live and entry_lane[order[place]] == far and entry[AT, order[place]] < at + reach:
        j = low + order[place] // 2
        comes = plan[j, BOUND] == ON_LANE and plan[j, LANE] == far and plan[j, WANTS] == towards
        if comes and (plan[j, CHANGES] != 0 or plan[j, KEY] < plan[i, KEY]):
            return True
        place += 1
    return False


@lean
def begin(
    lane: Array, metric: Array, sample: Array, plan: Array, drive: Array, state: Array, values: Array, i: int,
    side: int, rear_x: float, rear_y: float, time: float,
) -> None:  # fmt: skip
    """Let driver i change to the lane on a side: from now on it belongs there, and straddles the old one."""
    at = plan[i, LANE]
    row = lane[at, LEFT if side > 0 else RIGHT]
    guess = drive[i, ALONG] * metric[row, LONG] / metric[at, LONG]
    s, aside, _c, _s, _m = foot(sample, lane[row, FIRST], lane[row, END_ROW], rear_x, rear_y, guess)
    shift = aside + state[SHIFT, i] - drive[i, ASIDE]
    plan[i, LANE], plan[i, BESIDE], plan[i, CHANGES], plan[i, BEHIND] = row, at, side, -1
    drive[i, ALONG], drive[i, ASIDE], drive[i, CHANGED_AT] = s, aside, time
    state[SHIFT, i] = state[SHIFT_FROM, i] = shift
    takes = max(values[i, CHANGE_S], CHANGE_M / max(state[SPEED, i], SLOWEST_MPS))
    state[SHIFT_TO, i], state[SHIFT_CLOCK, i], state[SHIFT_TIME, i] = 0.0, 0.0, takes
    state[SHIFT_RATE, i], state[SHIFT_ACCEL, i] = 0.0, 0.0
