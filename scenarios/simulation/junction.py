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
    CAP_SQUARE,
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
from scenarios.simulation.laws.human import ACCEL, GAP_MISJUDGED, GAPS, JAM, PATIENCE, ROLLING_STOP, SPEED_MISJUDGED
from scenarios.simulation.layout import LENGTH, SPEED
from scenarios.simulation.ranking import OVER_M
from scenarios.simulation.ways import chance

FIRM_DECEL = 2.5  # m/s2; who would have to brake harder than this to stop at the line goes on; assumed
EASY_DECEL = 2.0  # m/s2; asked of others at most by who has lost its patience; assumed
HARD_DECEL = 5.0  # m/s2; beyond this nobody even tries to stop at the line; assumed
STANDS_MPS, NEAR_LINE_M = 0.5, 5.0  # who is so slow so near to the line stands at it; assumed
SLOW_MPS = 3.0  # arrivals are reckoned with this speed at least
MERGE_S = 1.5  # to spare in front of who goes first and will follow; assumed
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
    if drive[j, SINCE] != drive[i, SINCE]:
        return bool(drive[j, SINCE] < drive[i, SINCE])
    return bool(plan[j, KEY] < plan[i, KEY])


@lean
def at_line(
    plan: Array, drive: Array, state: Array, values: Array, lane: Array, way: Array, i: int, time: float
) -> bool:
    """Return whether driver i may pass the line as far as its sign goes; note since when it stands there."""
    away = drive[i, LINE_FROM] - drive[i, ALONG] - drive[i, HEAD]
    if state[SPEED, i] < STANDS_MPS and away < NEAR_LINE_M:
        if drive[i, SINCE] == np.inf:
            drive[i, SINCE] = time
        plan[i, HALTED] = 1
    row = way[i, plan[i, LINE_AT]]
    if lane[row, SIGN] != STOP or plan[i, HALTED]:
        return True
    rolls = values[i, ROLLING_STOP]
    return bool(rolls > 0.0 and chance(plan[i, KEY], row, -plan[i, VISITS] - 1) < rolls)


@lean
def exit_is_full(
    metric: Array, lane: Array, plan: Array, drive: Array, way: Array, body: Array, values: Array, i: int
) -> bool:
    """Return whether driver i might come to stand in the junction behind who is slow ahead."""
    if drive[i, AHEAD] == np.inf or drive[i, AHEAD_SPEED] > SLOW_EXIT_MPS:
        return False
    out = drive[i, LINE_FROM] - drive[i, ALONG] - drive[i, HEAD]
    for w in range(plan[i, LINE_AT], plan[i, WAYS]):
        if not lane[way[i, w], INSIDE]:
            break
        out += metric[way[i, w], LONG]
    return bool(drive[i, AHEAD] < out + body[LENGTH, i] + values[i, JAM] + ROOM_M)


@lean
def is_free(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    claim: Array, after: Array, claimed: Array, i: int, time: float,
) -> bool:  # fmt: skip
    """Return whether driver i may enter the junction ahead as far as the others go."""
    wait = time - drive[i, SINCE] if drive[i, SINCE] < np.inf else 0.0
    urge = 1.0 - 0.5 * min(wait / max(values[i, PATIENCE], 1.0), 1.0)
    offset = drive[i, LINE_FROM] - drive[i, ALONG]
    for w in range(plan[i, LINE_AT], plan[i, WAYS]):
        at = way[i, w]
        if not lane[at, INSIDE]:
            break
        for k in range(lane[at, CLASH], lane[at, CLASH_END]):
            m = claimed[int(clash[k, OTHER])]
            if m < 0 or clash[k, SORT] == PARTS:
                continue
            most = max(drive[i, DESIRE], SLOW_MPS)  # enters as soon as it can, leaves as the bend allows
            bent = max(min(most, np.sqrt(metric[at, CAP_SQUARE])), SLOW_MPS)
            speed, accel = state[SPEED, i], values[i, ACCEL]
            enters = time_to(offset + clash[k, IN] - drive[i, HEAD], speed, accel, most)
            leaves = time_to(offset + clash[k, OUT] + drive[i, TAIL], min(speed, bent), accel, bent)
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
    away_in = claim[AWAY] + clash[OTHER_IN] - drive[j, HEAD]
    away_out = claim[AWAY] + clash[OTHER_OUT] + drive[j, TAIL]
    if away_out <= 0.0:
        return False
    speed, waits, there = state[SPEED, j], clash[WAITS], claim[STATE]
    if there == COMING and plan[j, COMMITTED]:
        there = COMES  # it has decided in this very step
    margin = MERGE_S if clash[SORT] == MERGES else MARGIN_S
    judged = (1.0 + values[i, GAP_MISJUDGED]) / max(1.0 - values[i, SPEED_MISJUDGED], 0.1)
    soon = arrival(drive, state, j, away_in) * judged
    late = away_out / max(speed, 1.0) * judged
    if there == COMING:
        if waits != I_WAIT and waits != FIRST_COMES:
            return False
        stands = speed < STANDS_MPS
        if waits == FIRST_COMES:
            if plan[i, HALTED] and not stands and drive[j, SINCE] == np.inf:
                return False  # it has yet to come to its line
            if stands and drive[j, SINCE] < np.inf and goes_before(plan, drive, i, j):
                return False
            if stands and drive[j, SINCE] == np.inf:
                return False
            if plan[j, BLOCKED] == FULL:
                return False
            if not plan[i, HALTED]:
                return bool(soon < enters and soon < leaves + MARGIN_S)
            return bool(soon < leaves + MARGIN_S)
        if wait > QUEUE_S and is_kept_back(plan, drive, j):
            return False
        if wait > values[i, PATIENCE] and goes_before(plan, drive, i, j) and stops_with_ease(plan, drive, state, j):
            return False
        if stands and (wait > QUEUE_S or plan[i, HALTED]):
            if drive[j, SINCE] == np.inf or plan[j, BLOCKED] == FULL:
                return False  # in a queue, or its way out is full
            if wait > QUEUE_S and goes_before(plan, drive, i, j):
                return False
        headway = values[i, GAPS + int(clash[GAP])] * urge
        return bool(soon < max(headway, leaves + margin) and not late + MARGIN_S < enters)
    if clash[SORT] == MERGES and soon + MARGIN_S < enters:
        return False  # in front of it; it will be followed
    if waits == I_WAIT:
        headway = values[i, GAPS + int(clash[GAP])] * urge
        return bool(soon < max(headway, leaves + margin) and not late + MARGIN_S < enters)
    return bool(soon < leaves + MARGIN_S and not late + MARGIN_S < enters)


@lean
def is_kept_back(plan: Array, drive: Array, j: int) -> bool:
    """Return whether somebody stands between j and its line."""
    line_m = drive[j, LINE_FROM] - drive[j, ALONG] - drive[j, HEAD]
    return bool(plan[j, LINE_AT] > 0 and drive[j, AHEAD] < line_m and drive[j, AHEAD_SPEED] < STANDS_MPS)


@lean
def stops_with_ease(plan: Array, drive: Array, state: Array, j: int) -> bool:
    """Return whether j can stop at its line softly enough for somebody who has waited for long to go first."""
    line_m = drive[j, LINE_FROM] - drive[j, ALONG] - drive[j, HEAD]
    ease_m = 0.5 * state[SPEED, j] * state[SPEED, j] / EASY_DECEL + NEAR_LINE_M * (state[SPEED, j] >= STANDS_MPS)
    return bool(plan[j, LINE_AT] > 0 and not plan[j, COMMITTED] and line_m > ease_m)


@lean
def decide(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, body: Array,
    values: Array, claim: Array, after: Array, claimed: Array, i: int, time: float, closed: bool,
) -> None:  # fmt: skip
    """Let driver i decide about the junction ahead: COMMITTED, or HOLD at its line. closed: its light is."""
    if plan[i, LINE_AT] < 1:
        return
    speed = state[SPEED, i]
    away = drive[i, LINE_FROM] - drive[i, ALONG] - drive[i, HEAD]
    firm = 0.5 * speed * speed / FIRM_DECEL
    if away > 2.0 * firm + 3.0 * speed + NEAR_LINE_M:
        plan[i, COMMITTED], plan[i, HALTED], plan[i, BLOCKED], drive[i, SINCE] = 0, 0, 0, np.inf
        return
    if away < -OVER_M or 0.5 * speed * speed > HARD_DECEL * max(away, 0.0) + STANDS_MPS:
        plan[i, COMMITTED] = 1
        return
    if plan[i, COMMITTED] and away < firm + NEAR_LINE_M and not closed:
        return  # who has decided goes; the others have seen it
    may = at_line(plan, drive, state, values, lane, way, i, time) and not closed
    plan[i, BLOCKED] = 0
    if exit_is_full(metric, lane, plan, drive, way, body, values, i):
        plan[i, BLOCKED] = FULL
    elif not is_free(lane, metric, clash, plan, drive, way, state, values, claim, after, claimed, i, time):
        plan[i, BLOCKED] = OTHERS
    if may and plan[i, BLOCKED] == 0:
        plan[i, COMMITTED] = int(away < firm + NEAR_LINE_M)
    else:
        plan[i, COMMITTED] = 0
        drive[i, HOLD] = min(drive[i, HOLD], max(away, 0.0))


@lean
def watch(
    lane: Array, metric: Array, clash: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array,
    claim: Array, after: Array, claimed: Array, i: int,
) -> None:  # fmt: skip
    """Let driver i keep behind those that merge or part with it, and off places that others hold."""
    if plan[i, CLASH_AT] < 0:
        return
    offset, speed = drive[i, CLASH_FROM] - drive[i, ALONG], state[SPEED, i]
    reach = drive[i, HEAD] + 10.0 + 4.0 * speed
    for w in range(plan[i, CLASH_AT], plan[i, WAYS]):
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
def arrival(drive: Array, state: Array, j: int, away: float) -> float:
    """Return when driver j has gone `away` m, as everybody reckons it, s."""
    return float(time_to(away, state[SPEED, j], OTHERS_ACCEL, max(drive[j, DESIRE], SLOW_MPS)))


@lean
def heed(
    clash: Array, metric: Array, plan: Array, drive: Array, state: Array, values: Array, i: int, j: int, claim: Array,
    offset: float, at: int, inside: int,
) -> None:  # fmt: skip
    """Let driver i take into account that j claims the other lane of a place on lane `at`, `offset` m away."""
    away, there = claim[AWAY], claim[STATE]
    enters_m = offset + clash[IN] - drive[i, HEAD]
    if clash[SORT] == PARTS:
        mine, its = -offset, -away
        leads = its > mine or (its == mine and plan[j, KEY] < plan[i, KEY])
        if leads and its - drive[j, TAIL] < clash[OTHER_OUT] and mine - drive[i, TAIL] < clash[OUT]:
            follow(drive, i, its - drive[j, TAIL] - mine - drive[i, HEAD], state[SPEED, j])
        return
    if away + clash[OTHER_OUT] + drive[j, TAIL] <= 0.0:
        return
    its_enters_m = away + clash[OTHER_IN] - drive[j, HEAD]
    if clash[SORT] == MERGES:
        if there == COMING and inside:
            return
        mine, its = offset + clash[OUT], away + clash[OTHER_OUT]
        ahead = arrival(drive, state, i, enters_m) - arrival(drive, state, j, its_enters_m) if inside else 0.0
        if ahead > 0.0 or (ahead == 0.0 and (its < mine or (its == mine and plan[j, KEY] < plan[i, KEY]))):
            gap = mine - drive[i, HEAD] - its - drive[j, TAIL]
            if gap < enters_m and inside:  # it has yet to come in front
                drive[i, HOLD] = min(drive[i, HOLD], max(enters_m - KEEP_M, 0.0))
            else:
                follow(drive, i, max(gap, enters_m), state[SPEED, j])
        return
    if there == COMING or enters_m < 0.0:
        return
    leaves_m = offset + clash[OUT] + drive[i, TAIL]
    most, accel = max(drive[i, DESIRE], SLOW_MPS), values[i, ACCEL]
    enters, leaves = time_to(enters_m, state[SPEED, i], accel, most), time_to(leaves_m, state[SPEED, i], accel, most)
    soon = arrival(drive, state, j, its_enters_m)
    late = (away + clash[OTHER_OUT] + drive[j, TAIL]) / max(state[SPEED, j], 0.5)
    if late + 0.3 < enters or leaves + 0.3 < soon:
        return
    first = soon < enters or (soon == enters and plan[j, KEY] < plan[i, KEY])
    if its_enters_m <= 0.0 or first:
        drive[i, HOLD] = min(drive[i, HOLD], max(enters_m - KEEP_M, 0.0))


@lean
def follow(drive: Array, i: int, gap: float, speed: float) -> None:
    """Let driver i keep behind somebody `gap` m ahead, if that is nearer than who it keeps behind already."""
    if gap < drive[i, OTHER_GAP]:
        drive[i, OTHER_GAP], drive[i, OTHER_SPEED] = gap, speed
