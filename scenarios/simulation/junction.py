"""Junctions: when a driver enters, whom it waits for, whom it follows in.

Until it is COMMITTED a driver can still stop at the line. It enters if its way out is free and nobody who goes first
would meet it: each shared place is held from the front's entering to the rear's leaving, with margins. Headways it
accepts: HCM 2010, ch. 19. Who has entered keeps watch on places still before it. Where several wait for one another,
who has stood longest goes.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.lane_layout import (
    AHEAD,
    AHEAD_SPEED,
    ALONG,
    AWAY,
    BLOCKED,
    CLASH,
    CLASH_AT,
    CLASH_END,
    CLASH_FROM,
    COMES,
    COMING,
    COMMITTED,
    DESIRE,
    FIRST_COMES,
    FULL,
    GAP,
    HALTED,
    HEAD,
    HOLD,
    I_WAIT,
    IN,
    INSIDE,
    KEY,
    LINE_AT,
    LINE_FROM,
    LONG,
    MERGES,
    OTHER,
    OTHER_GAP,
    OTHER_IN,
    OTHER_OUT,
    OTHER_SPEED,
    OTHERS,
    OUT,
    PARTS,
    SIGN,
    SINCE,
    SORT,
    STATE,
    STOP,
    TAIL,
    VISITS,
    WAITS,
    WAYS,
    WHO,
)
from scenarios.simulation.laws.human import ACCEL, GAPS, JAM, MISJUDGES, PATIENCE, ROLLING_STOP
from scenarios.simulation.layout import LENGTH, SPEED
from scenarios.simulation.ranking import OVER_M
from scenarios.simulation.ways import chance

FIRM_DECEL = 2.5  # m/s2; who would have to brake harder than this to stop at the line goes on; assumed
EASY_DECEL = 2.0  # m/s2; asked of others at most by who has lost its patience; assumed
HARD_DECEL = 5.0  # m/s2; beyond this nobody even tries to stop at the line; assumed
STANDS_MPS, NEAR_LINE_M = 0.5, 5.0  # who is so slow so near to the line stands at it; assumed
MARGIN_S = 0.7  # between two who use a place one after the other; assumed
SLOW_EXIT_MPS = 2.5  # who is slower ahead may come to stand; assumed
ROOM_M = 1.0  # to spare behind it after who stands beyond the junction; assumed
QUEUE_S = 2.0  # after so long who waits stops reckoning with those who stand; assumed
KEEP_M = 1.0  # stops so far before a place that another holds; assumed
OTHERS_ACCEL = 1.0  # m/s2 that others are reckoned with; assumed


@lean
def time_to(distance: float, speed: float, accel: float, most: float) -> float:
    """Return when a distance is covered, s, speeding up at `accel` to at most `most`; 0 behind, infinity if never."""
    if distance <= 0.0:
        return 0.0
    if speed >= most or accel <= 0.0:
        return float(distance / speed if speed > 0.0 else np.inf)
    ramp = 0.5 * (most * most - speed * speed) / accel
    if distance <= ramp:
        return float((np.sqrt(speed * speed + 2.0 * accel * distance) - speed) / accel)
    return float((most - speed) / accel + (distance - ramp) / most)


@lean
def goes_before(plan: Array, drive: Array, j: int, i: int) -> bool:
    """Return whether j has stood longer at its line than i; on a tie the lower key."""
    if drive[SINCE, j] != drive[SINCE, i]:
        return bool(drive[SINCE, j] < drive[SINCE, i])
    return bool(plan[KEY, j] < plan[KEY, i])


@lean
def at_line(
    plan: Array, drive: Array, state: Array, values: Array, lane: Array, way: Array, i: int, time: float
) -> bool:
    """Return whether driver i may pass the line as far as its sign goes; note since when it stands there."""
    away = drive[LINE_FROM, i] - drive[ALONG, i] - drive[HEAD, i]
    if state[SPEED, i] < STANDS_MPS and away < NEAR_LINE_M:
        if drive[SINCE, i] == np.inf:
            drive[SINCE, i] = time
        plan[HALTED, i] = 1
    row = way[i, plan[LINE_AT, i]]
    if lane[row, SIGN] != STOP or plan[HALTED, i]:
        return True
    rolls = values[i, ROLLING_STOP]
    return bool(rolls > 0.0 and chance(plan[KEY, i], row, -plan[VISITS, i] - 1) < rolls)


@lean
def exit_is_full(
    metric: Array, lane: Array, plan: Array, drive: Array, way: Array, body: Array, values: Array, i: int
) -> bool:
    """Return whether driver i might come to stand in the junction behind who is slow ahead."""
    if drive[AHEAD, i] == np.inf or drive[AHEAD_SPEED, i] > SLOW_EXIT_MPS:
        return False
    out = drive[LINE_FROM, i] - drive[ALONG, i] - drive[HEAD, i]
    for w in range(plan[LINE_AT, i], plan[WAYS, i]):
        if not lane[way[i, w], INSIDE]:
            break
        out += metric[way[i, w], LONG]
    return bool(drive[AHEAD, i] < out + body[LENGTH, i] + values[i, JAM] + ROOM_M)


@lean
def is_free(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    claim: Array, after: Array, claimed: Array, i: int, time: float,
) -> bool:  # fmt: skip
    """Return whether driver i may enter the junction ahead as far as the others go."""
    wait = time - drive[SINCE, i] if drive[SINCE, i] < np.inf else 0.0
    urge = 1.0 - 0.5 * min(wait / max(values[i, PATIENCE], 1.0), 1.0)
    offset = drive[LINE_FROM, i] - drive[ALONG, i]
    for w in range(plan[LINE_AT, i], plan[WAYS, i]):
        at = way[i, w]
        if not lane[at, INSIDE]:
            break
        for k in range(lane[at, CLASH], lane[at, CLASH_END]):
            m = claimed[int(clash[k, OTHER])]
            if m < 0 or clash[k, SORT] == PARTS:
                continue
            speed, most, accel = state[SPEED, i], max(drive[DESIRE, i], 3.0), values[i, ACCEL]
            enters = time_to(offset + clash[k, IN] - drive[HEAD, i], speed, accel, most)
            leaves = time_to(offset + clash[k, OUT] + drive[TAIL, i], speed, accel, most)
            while m >= 0:
                j = int(claim[m, WHO])
                if j != i and meets(clash[k], plan, drive, state, values, i, j, claim[m], enters, leaves, wait, urge):
                    return False
                m = after[m]
        offset += metric[at, LONG]
    return True


@lean
def meets(
    clash: Array, plan: Array, drive: Array, state: Array, values: Array, i: int, j: int, claim: Array,
    enters: float, leaves: float, wait: float, urge: float,
) -> bool:  # fmt: skip
    """Return whether j, which claims the other lane of a shared place, keeps i from entering the junction.

    i would hold the place from `enters` to `leaves`, s; it has stood for `wait` s, and takes `urge` of its headway.
    """
    away_in = claim[AWAY] + clash[OTHER_IN] - drive[HEAD, j]
    away_out = claim[AWAY] + clash[OTHER_OUT] + drive[TAIL, j]
    if away_out <= 0.0:
        return False
    speed, waits, there = state[SPEED, j], clash[WAITS], claim[STATE]
    if there == COMING and plan[COMMITTED, j]:
        there = COMES  # it has decided in this very step
    judged = 1.0 + values[i, MISJUDGES]
    soon = time_to(away_in, speed, OTHERS_ACCEL, max(drive[DESIRE, j], 3.0)) * judged
    late = away_out / max(speed, 1.0) * judged
    if there == COMING:
        if waits != I_WAIT and waits != FIRST_COMES:
            return False
        stands = speed < STANDS_MPS
        if waits == FIRST_COMES:
            if plan[HALTED, i] and not stands and drive[SINCE, j] == np.inf:
                return False  # it has yet to come to its line
            if stands and drive[SINCE, j] < np.inf and goes_before(plan, drive, i, j):
                return False
            if stands and drive[SINCE, j] == np.inf:
                return False
            if plan[BLOCKED, j] == FULL:
                return False
            if not plan[HALTED, i]:
                return bool(soon < enters and soon < leaves + MARGIN_S)
            return bool(soon < leaves + MARGIN_S)
        if wait > QUEUE_S and is_kept_back(plan, drive, j):
            return False
        if wait > values[i, PATIENCE] and goes_before(plan, drive, i, j) and stops_with_ease(plan, drive, state, j):
            return False
        if stands and (wait > QUEUE_S or plan[HALTED, i]):
            if drive[SINCE, j] == np.inf or plan[BLOCKED, j] == FULL:
                return False  # in a queue, or its way out is full
            if wait > QUEUE_S and goes_before(plan, drive, i, j):
                return False
        headway = values[i, GAPS + int(clash[GAP])] * urge
        return bool(soon < max(headway, leaves + MARGIN_S) and not late + MARGIN_S < enters)
    if clash[SORT] == MERGES and soon + MARGIN_S < enters:
        return False  # in front of it; it will be followed
    if waits == I_WAIT:
        headway = values[i, GAPS + int(clash[GAP])] * urge
        return bool(soon < max(headway, leaves + MARGIN_S) and not late + MARGIN_S < enters)
    return bool(soon < leaves + MARGIN_S and not late + MARGIN_S < enters)


@lean
def is_kept_back(plan: Array, drive: Array, j: int) -> bool:
    """Return whether somebody stands between j and its line."""
    line_m = drive[LINE_FROM, j] - drive[ALONG, j] - drive[HEAD, j]
    return bool(plan[LINE_AT, j] > 0 and drive[AHEAD, j] < line_m and drive[AHEAD_SPEED, j] < STANDS_MPS)


@lean
def stops_with_ease(plan: Array, drive: Array, state: Array, j: int) -> bool:
    """Return whether j can stop at its line softly enough for somebody who has waited for long to go first."""
    line_m = drive[LINE_FROM, j] - drive[ALONG, j] - drive[HEAD, j]
    ease_m = 0.5 * state[SPEED, j] * state[SPEED, j] / EASY_DECEL + NEAR_LINE_M * (state[SPEED, j] >= STANDS_MPS)
    return bool(plan[LINE_AT, j] > 0 and not plan[COMMITTED, j] and line_m > ease_m)


@lean
def decide(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, body: Array,
    values: Array, claim: Array, after: Array, claimed: Array, i: int, time: float, closed: bool,
) -> None:  # fmt: skip
    """Let driver i decide about the junction ahead: COMMITTED, or HOLD at its line. closed: its light is."""
    if plan[LINE_AT, i] < 1:
        return
    speed = state[SPEED, i]
    away = drive[LINE_FROM, i] - drive[ALONG, i] - drive[HEAD, i]
    firm = 0.5 * speed * speed / FIRM_DECEL
    if away > 2.0 * firm + 3.0 * speed + NEAR_LINE_M:
        plan[COMMITTED, i], plan[HALTED, i], plan[BLOCKED, i], drive[SINCE, i] = 0, 0, 0, np.inf
        return
    if away < -OVER_M or 0.5 * speed * speed > HARD_DECEL * max(away, 0.0) + STANDS_MPS:
        plan[COMMITTED, i] = 1
        return
    if plan[COMMITTED, i] and away < firm + NEAR_LINE_M and not closed:
        return  # who has decided goes; the others have seen it
    may = at_line(plan, drive, state, values, lane, way, i, time) and not closed
    plan[BLOCKED, i] = 0
    if exit_is_full(metric, lane, plan, drive, way, body, values, i):
        plan[BLOCKED, i] = FULL
    elif not is_free(lane, metric, clash, plan, drive, way, state, values, claim, after, claimed, i, time):
        plan[BLOCKED, i] = OTHERS
    if may and plan[BLOCKED, i] == 0:
        plan[COMMITTED, i] = int(away < firm + NEAR_LINE_M)
    else:
        plan[COMMITTED, i] = 0
        drive[HOLD, i] = min(drive[HOLD, i], max(away, 0.0))


@lean
def watch(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    claim: Array, after: Array, claimed: Array, i: int,
) -> None:  # fmt: skip
    """Let driver i keep behind those that merge or part with it, and off places that others hold."""
    if plan[CLASH_AT, i] < 0:
        return
    offset, speed = drive[CLASH_FROM, i] - drive[ALONG, i], state[SPEED, i]
    reach = drive[HEAD, i] + 10.0 + 4.0 * speed
    for w in range(plan[CLASH_AT, i], plan[WAYS, i]):
        if offset > reach:
            return
        at = way[i, w]
        for k in range(lane[at, CLASH], lane[at, CLASH_END]):
            m = claimed[int(clash[k, OTHER])]
            while m >= 0:
                j = int(claim[m, WHO])
                if j != i:
                    heed(clash[k], metric, plan, drive, state, values, i, j, claim[m], offset, at, lane[at, INSIDE])
                m = after[m]
        offset += metric[at, LONG]


@lean
def heed(
    clash: Array, metric: Array, plan: Array, drive: Array, state: Array, values: Array, i: int, j: int, claim: Array,
    offset: float, at: int, inside: int,
) -> None:  # fmt: skip
    """Let driver i take into account that j claims the other lane of a place on lane `at`, `offset` m away."""
    away, there = claim[AWAY], claim[STATE]
    enters_m = offset + clash[IN] - drive[HEAD, i]
    if clash[SORT] == PARTS:
        mine, its = -offset, -away
        leads = its > mine or (its == mine and plan[KEY, j] < plan[KEY, i])
        if leads and its - drive[TAIL, j] < clash[OTHER_OUT] and mine - drive[TAIL, i] < clash[OUT]:
            follow(drive, i, its - drive[TAIL, j] - mine - drive[HEAD, i], state[SPEED, j])
        return
    if away + clash[OTHER_OUT] + drive[TAIL, j] <= 0.0:
        return
    if clash[SORT] == MERGES:
        if there == COMING and inside:
            return
        mine, its = offset + clash[OUT], away + clash[OTHER_OUT]
        if its < mine or (its == mine and plan[KEY, j] < plan[KEY, i]):
            gap = mine - drive[HEAD, i] - its - drive[TAIL, j]
            follow(drive, i, max(gap, enters_m), state[SPEED, j])
        return
    if there == COMING or enters_m < 0.0:
        return
    leaves_m = offset + clash[OUT] + drive[TAIL, i]
    its_enters_m = away + clash[OTHER_IN] - drive[HEAD, j]
    most, accel = max(drive[DESIRE, i], 3.0), values[i, ACCEL]
    enters, leaves = time_to(enters_m, state[SPEED, i], accel, most), time_to(leaves_m, state[SPEED, i], accel, most)
    soon = time_to(its_enters_m, state[SPEED, j], OTHERS_ACCEL, max(drive[DESIRE, j], 3.0))
    late = (away + clash[OTHER_OUT] + drive[TAIL, j]) / max(state[SPEED, j], 0.5)
    if late + 0.3 < enters or leaves + 0.3 < soon:
        return
    first = soon < enters or (soon == enters and plan[KEY, j] < plan[KEY, i])
    if its_enters_m <= 0.0 or first:
        drive[HOLD, i] = min(drive[HOLD, i], max(enters_m - KEEP_M, 0.0))


@lean
def follow(drive: Array, i: int, gap: float, speed: float) -> None:
    """Let driver i keep behind somebody `gap` m ahead, if that is nearer than who it keeps behind already."""
    if gap < drive[OTHER_GAP, i]:
        drive[OTHER_GAP, i], drive[OTHER_SPEED, i] = gap, speed
