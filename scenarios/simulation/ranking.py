"""Who is where on the lanes: agents sorted along each lane, and who claims the places that lanes share.

An agent has two entries: the lane it is on, and the lane it straddles: that which it leaves while it changes, or that
into which its body reaches over the line, where it is in the way of those only whom it would touch. The order hardly
changes from step to step, so an insertion sort keeps it at the same cost an agent however many there are; the
tables of lanes are reset where they were touched. tests/test_traffic_ranking.py has the plain twin.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.lane_layout import (
    ALONG,
    ASIDE,
    ASKEW,
    AT,
    AWAY,
    BEHIND,
    BESIDE,
    BOUND,
    CLASH,
    CLASH_AT,
    CLASH_END,
    CLASH_FROM,
    COMES,
    COMING,
    COMMITTED,
    FLANK,
    FREE,
    HALF,
    HEAD,
    INSIDE,
    IS_IN,
    LANE,
    LEFT,
    LEFT_EDGE,
    LINE_AT,
    LINE_FROM,
    LONG,
    ON_LANE,
    PRED,
    PRED_END,
    RIGHT,
    RIGHT_EDGE,
    SORT_KEY,
    STATE,
    TAIL,
    WAYS,
    WHO,
)
from scenarios.simulation.layout import PRESENT, SPEED

LANE_KEY = 262144.0  # m: longer than any lane
BEFORE_KEY = 1024.0  # m: how far before its lane's begin a reference point may lie
CLAIM_M, CLAIM_S = 25.0, 7.0  # who is nearer than this to a shared place is taken into account there; assumed
CLAIMS = 6  # an agent makes at most
MOST_CLAIMS = CLAIMS + 1  # with the one it leaves
OVER_M = 0.5  # whose front is no farther over its line still stands at it; assumed
FOLLOWERS_M = 80.0  # how far back a follower is looked for; assumed
SPARE_M = 0.3  # between the flanks of two that pass; as in scenarios/simulation/strays.py


@lean
def rank(
    lane: Array, metric: Array, plan: Array, drive: Array, state: Array, low: int, count: int,
    entry: Array, entry_lane: Array, order: Array, spot: Array, head: Array, ranked: int,
) -> int:  # fmt: skip
    """Sort the entries of agents [low, low + count); return how many there are.

    entry (ENTRY, 2 A); entry_lane (2 A,): of each entry; order (2 A,): entries, sorted; spot (2 A,): where in it each
    entry is; head (L,): where in it a lane begins, -1 if it is empty.
    `ranked`: what this returned a step ago.
    """
    for r in range(ranked):
        head[entry_lane[order[r]]] = -1
    for a in range(count):
        i = low + a
        right, left = edges(drive, i)
        beside, to_left = straddles(lane, metric, plan, i, right, left)
        for e in (2 * a, 2 * a + 1):
            at = plan[i, LANE] if e == 2 * a else beside
            if at < 0 or plan[i, BOUND] == FREE or state[PRESENT, i] == 0.0:
                entry[SORT_KEY, e], entry_lane[e] = np.inf, -1
                continue
            s = drive[i, ALONG]
            if e != 2 * a:
                s *= metric[at, LONG] / metric[plan[i, LANE], LONG]
                right, left = right - to_left, left - to_left
                if plan[i, BESIDE] >= 0:
                    right, left = -np.inf, np.inf
            entry[SORT_KEY, e], entry[AT, e], entry_lane[e] = at * LANE_KEY + BEFORE_KEY + s, s, at
            entry[RIGHT_EDGE, e], entry[LEFT_EDGE, e] = right, left
    live = 0
    for r in range(2 * count):
        e = order[r]
        key, q = entry[SORT_KEY, e], r
        while q > 0 and entry[SORT_KEY, order[q - 1]] > key:
            order[q] = order[q - 1]
            q -= 1
        order[q] = e
        live += key < np.inf
    before = -1
    for r in range(live):
        e = order[r]
        spot[e] = r
        if entry_lane[e] != before:
            before = entry_lane[e]
            head[before] = r
    return live


@lean
def edges(drive: Array, i: int) -> tuple[float, float]:
    """Return how far left of its lane's middle the right and the left flank of agent i's body are at most, m."""
    front, rear = drive[i, HEAD] * drive[i, ASKEW], -drive[i, TAIL] * drive[i, ASKEW]
    middle, half = drive[i, ASIDE], drive[i, FLANK]
    return float(middle + min(front, rear) - half), float(middle + max(front, rear) + half)


@lean
def straddles(lane: Array, metric: Array, plan: Array, i: int, right: float, left: float) -> tuple[int, float]:
    """Return (lane beside that agent i is on too, -1 if none; m from its own lane's middle to that one's)."""
    if plan[i, BESIDE] >= 0 or plan[i, BOUND] != ON_LANE:
        return int(plan[i, BESIDE]), 0.0
    at = plan[i, LANE]
    half = metric[at, HALF]
    if max(left, -right) <= half:
        return -1, 0.0
    to_left = left > -right
    beside = lane[at, LEFT if to_left else RIGHT]
    if beside < 0:
        return -1, 0.0
    apart = half + metric[beside, HALF]
    return int(beside), float(apart if to_left else -apart)


@lean
def is_in_the_way(entry: Array, e: int, own: bool, right: float, left: float, gap: float) -> bool:
    """Return whether who has the entry e, its rear `gap` m ahead of a front, stands in the way of a body on that lane.

    right, left: m left of the lane's middle, of that body's flanks. own: whoever drives on that lane is in its way.
    """
    spare = SPARE_M if gap > 0.0 else 0.0
    return bool((own and e % 2 == 0) or (entry[RIGHT_EDGE, e] < left + spare and entry[LEFT_EDGE, e] > right - spare))


@lean
def place_in(entry: Array, order: Array, live: int, row: int, s: float) -> int:
    """Return the first place in the order at or beyond `s` m of a lane; what stands there may be on another lane."""
    key, low, high = row * LANE_KEY + BEFORE_KEY + s, 0, live
    while low < high:
        middle = (low + high) // 2
        if entry[SORT_KEY, order[middle]] < key:
            low = middle + 1
        else:
            high = middle
    return low


@lean
def first_ahead(
    metric: Array, drive: Array, way: Array, ways: int, entry: Array, entry_lane: Array, order: Array, live: int,
    head: Array, low: int, me: int, place: int, row: int, s: float, reach: float, own: bool, right: float, left: float,
) -> tuple[int, float]:  # fmt: skip
    """Return (agent, m from `s` to its rear end) of the first one along a way; (-1, infinity) if none in `reach`.

    The way's first lane is `row`, searched from `place` of the order; then `way` (WAY,) from its second on. own, right,
    left: as in `is_in_the_way`.
    """
    while place < live and entry_lane[order[place]] == row:
        j = low + order[place] // 2
        gap = entry[AT, order[place]] - s - drive[j, TAIL]
        if j != me and is_in_the_way(entry, order[place], own, right, left, gap - drive[me, HEAD]):
            return j, gap
        place += 1
    away = metric[row, LONG] - s
    for w in range(1, ways):
        if away > reach:
            break
        at = way[w]
        place = head[at]
        while place >= 0 and place < live and entry_lane[order[place]] == at:
            j = low + order[place] // 2
            gap = away + entry[AT, order[place]] - drive[j, TAIL]
            if j != me and is_in_the_way(entry, order[place], own, right, left, gap - drive[me, HEAD]):
                return j, gap
            place += 1
        away += metric[at, LONG]
    return -1, np.inf


@lean
def drives_here(entry: Array, e: int) -> bool:
    """Return whether who has the entry e drives on its lane, or is leaving it; else it only reaches in."""
    return bool(e % 2 == 0 or entry[LEFT_EDGE, e] == np.inf)


@lean
def last_behind(
    lane: Array, metric: Array, link: Array, drive: Array, entry: Array, entry_lane: Array, order: Array, live: int,
    head: Array, low: int, me: int, place: int, row: int, s: float,
) -> tuple[int, float]:  # fmt: skip
    """Return (agent, m from its front to `s`) of the nearest one behind `s` on a lane or one that leads to it."""
    place -= 1
    while place >= 0 and entry_lane[order[place]] == row:
        j = low + order[place] // 2
        if j != me and drives_here(entry, order[place]):
            return j, s - entry[AT, order[place]] - drive[j, HEAD]
        place -= 1
    best, best_m = -1, np.inf
    for k in range(lane[row, PRED], lane[row, PRED_END]):
        at, away = link[k], s
        for _ in range(3):
            away += metric[at, LONG]
            place = head[at]
            found, found_m = -1, np.inf
            while place >= 0 and place < live and entry_lane[order[place]] == at:
                j = low + order[place] // 2
                if j != me and drives_here(entry, order[place]):
                    found, found_m = j, away - entry[AT, order[place]] - drive[j, HEAD]
                place += 1
            if found >= 0:
                if found_m < best_m:
                    best, best_m = found, found_m
                break
            if away - s + s > FOLLOWERS_M or lane[at, PRED] == lane[at, PRED_END]:
                break
            at = link[lane[at, PRED]]
    return (best, best_m) if best_m < FOLLOWERS_M else (-1, np.inf)


@lean
def lay_claims(
    lane: Array, metric: Array, plan: Array, drive: Array, way: Array, state: Array, low: int, count: int,
    claim: Array, after: Array, claimed: Array, laid: int, claimed_lane: Array,
) -> int:  # fmt: skip
    """Let the agents that near or hold shared places say so; return how many claims there are.

    claim (M, 3): WHO, AWAY, STATE; after (M,): the next claim of the same lane, -1 at the end; claimed (L,): a lane's
    first claim, -1 if none; claimed_lane (M,): of each claim. `laid`: what this returned a step ago.
    """
    for m in range(laid):
        claimed[claimed_lane[m]] = -1
    laid = 0
    for i in range(low, low + count):
        if plan[i, BOUND] == FREE or state[PRESENT, i] == 0.0:
            continue
        s, n = drive[i, ALONG], 0
        back = plan[i, BEHIND]
        if back >= 0 and s < drive[i, TAIL] and lane[back, CLASH] < lane[back, CLASH_END]:
            laid = _lay(claim, after, claimed, laid, claimed_lane, back, i, -s - metric[back, LONG], IS_IN)
        if plan[i, CLASH_AT] < 0:
            continue
        reach = CLAIM_M + CLAIM_S * state[SPEED, i] + drive[i, HEAD]
        away, line = drive[i, CLASH_FROM] - s, plan[i, LINE_AT]
        over = line >= 0 and drive[i, LINE_FROM] - s - drive[i, HEAD] < -OVER_M
        for w in range(plan[i, CLASH_AT], plan[i, WAYS]):
            if away > reach or n == CLAIMS:
                break
            at = way[i, w]
            if lane[at, CLASH] < lane[at, CLASH_END]:
                near = COMING
                if w == 0 or line < 0 or w < line:
                    near = IS_IN if lane[at, INSIDE] else COMES
                elif w < line + 3 and (over or plan[i, COMMITTED]) and lane[way[i, w - 1], INSIDE] + (w == line) > 0:
                    near = IS_IN if over else COMES
                laid = _lay(claim, after, claimed, laid, claimed_lane, at, i, away, near)
                n += 1
            away += metric[at, LONG]
    return laid


@lean
def _lay(
    claim: Array, after: Array, claimed: Array, m: int, claimed_lane: Array, row: int, i: int, away: float, near: float
) -> int:
    claim[m, WHO], claim[m, AWAY], claim[m, STATE] = i, away, near
    after[m], claimed[row], claimed_lane[m] = claimed[row], m, row
    return m + 1


@lean
def forget(entry_lane: Array, order: Array, head: Array, claim_lane: Array, claimed: Array, count: Array) -> None:
    """Reset what the last `rank` and `lay_claims` wrote into the tables of lanes; count (2,): what they returned."""
    for r in range(count[0]):
        head[entry_lane[order[r]]] = -1
    for m in range(count[1]):
        claimed[claim_lane[m]] = -1
    count[0], count[1] = 0, 0
