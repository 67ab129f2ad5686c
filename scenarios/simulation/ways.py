"""Which lanes a driver takes: along its route, else by chances that depend on nothing but driver, lane and visit."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.lane_layout import (
    BEHIND,
    BEND,
    CAP_AFTER,
    CAP_SQUARE,
    CLASH,
    CLASH_AT,
    CLASH_END,
    CLASH_FROM,
    END_FROM,
    ENDS,
    EXIT,
    INSIDE,
    KEY,
    LANE,
    LANE_ENDS,
    LEFT,
    LIGHT,
    LIGHT_AT,
    LIGHT_FROM,
    LINE_AT,
    LINE_FROM,
    LONG,
    NEEDS,
    ONWARD,
    RIGHT,
    ROADWAY,
    ROUTE,
    ROUTE_AT,
    ROUTE_END,
    SUCC,
    SUCC_END,
    VISITS,
    WAY,
    WAYS,
    WIDE,
)
from scenarios.simulation.tracks import APPROACH_DECEL_MPS2

FAR_M = 2000.0  # whose dead end is farther off, or who has none, leads on
FAR_ENOUGH_M = 300.0  # a lane that goes on so far is no dead end; assumed
BETTER_M = 50.0  # by this much farther a neighbour must lead to be worth a change; as in lane_table
LANES_ACROSS = 5  # neighbours that are looked at on either side


@lean
def chance(key: int, first: int, second: int) -> float:
    """Return a number in [0, 1) that the three numbers decide. Steele, Lea, Flood, OOPSLA 2014 (splitmix64)."""
    x = np.uint64(key) + np.uint64(first) * np.uint64(0x9E3779B97F4A7C15)
    for salt in (np.uint64(second), np.uint64(0x632BE59BD9B4E019)):
        x = x + salt * np.uint64(0xD1342543DE82EF95) + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return float(np.float64(x >> np.uint64(11)) * 1.1102230246251565e-16)


@lean
def leads_to(lane: Array, link: Array, at: int, exit_way: int) -> int:
    """Return the lane after `at` that leads to a roadway, -1 if none does."""
    for k in range(lane[at, SUCC], lane[at, SUCC_END]):
        if lane[link[k], EXIT] == exit_way:
            return int(link[k])
    return -1


@lean
def choose(
    lane: Array, metric: Array, link: Array, route: Array, plan: Array, tightest: float, i: int, at: int, visit: int
) -> int:
    """Return the lane that driver i takes after lane `at`, -1 where there is none; steps on along its route.

    Off its route: one of those that bend no more than its steering gives and are no dead end, each as likely.
    """
    first, end = lane[at, SUCC], lane[at, SUCC_END]
    if first == end:
        return -1
    r = plan[i, ROUTE_AT]
    if r < plan[i, ROUTE_END]:
        for k in range(first, end):
            if link[k] == route[r]:
                plan[i, ROUTE_AT] = r + 1
                return int(link[k])
        found = leads_to(lane, link, at, lane[route[r], EXIT])
        if found >= 0:
            plan[i, ROUTE_AT] = r + 1
            return int(found)
    fit, best, best_at = 0, -np.inf, first
    for k in range(first, end):
        row = link[k]
        worth = min(metric[row, ONWARD], FAR_ENOUGH_M) - 1e4 * max(metric[row, BEND] - tightest, 0.0)
        if worth > best:
            fit, best, best_at = 0, worth, k
        fit += worth == best
    if fit < 2:
        return int(link[best_at])
    pick = int(chance(plan[i, KEY], at, visit) * fit)
    for k in range(first, end):
        row = link[k]
        worth = min(metric[row, ONWARD], FAR_ENOUGH_M) - 1e4 * max(metric[row, BEND] - tightest, 0.0)
        if worth == best:
            if pick == 0:
                return int(row)
            pick -= 1
    return int(link[best_at])


@lean
def plan_way(
    lane: Array,
    metric: Array,
    link: Array,
    route: Array,
    plan: Array,
    drive: Array,
    way: Array,
    tightest: float,
    i: int,
) -> None:
    """Plan driver i's way from the lane it is on, and what is on it."""
    at = plan[i, LANE]
    for r in range(plan[i, ROUTE_END] - 1, plan[i, ROUTE] - 1, -1):
        if lane[route[r], ROADWAY] == lane[at, ROADWAY]:
            plan[i, ROUTE_AT] = r + 1
    plan[i, NEEDS] = 0 if lane[at, INSIDE] else needs(lane, metric, link, route, plan, i, at)
    way[i, 0], n = at, 1
    while n < WAY:
        nxt = choose(lane, metric, link, route, plan, tightest, i, way[i, n - 1], plan[i, VISITS] + n)
        if nxt < 0:
            break
        way[i, n] = nxt
        n += 1
    plan[i, WAYS] = n
    survey(lane, metric, plan, drive, way, i)


@lean
def enter_next(
    lane: Array,
    metric: Array,
    link: Array,
    route: Array,
    plan: Array,
    drive: Array,
    way: Array,
    tightest: float,
    i: int,
) -> None:
    """Move driver i to the next lane of its way, and plan one more."""
    plan[i, BEHIND], plan[i, LANE] = plan[i, LANE], way[i, 1]
    plan[i, VISITS] += 1
    n = plan[i, WAYS] - 1
    for w in range(n):
        way[i, w] = way[i, w + 1]
    if n == WAY - 1 or lane[way[i, n - 1], SUCC] < lane[way[i, n - 1], SUCC_END]:
        nxt = choose(lane, metric, link, route, plan, tightest, i, way[i, n - 1], plan[i, VISITS] + n)
        if nxt >= 0:
            way[i, n] = nxt
            n += 1
    plan[i, WAYS] = n
    at = plan[i, LANE]
    if not lane[at, INSIDE]:
        for r in range(plan[i, ROUTE_END] - 1, plan[i, ROUTE] - 1, -1):
            if lane[route[r], ROADWAY] == lane[at, ROADWAY]:
                plan_way(lane, metric, link, route, plan, drive, way, tightest, i)
                return
    plan[i, NEEDS] = 0 if lane[at, INSIDE] else needs(lane, metric, link, route, plan, i, at)
    survey(lane, metric, plan, drive, way, i)


@lean
def needs(lane: Array, metric: Array, link: Array, route: Array, plan: Array, i: int, at: int) -> int:
    """Return how many lanes to the left (right: below 0) driver i must change before the lane ends; 0: none."""
    r = plan[i, ROUTE_AT]
    exit_way = lane[route[r], EXIT] if r < plan[i, ROUTE_END] else -1
    if exit_way >= 0 and leads_to(lane, link, at, exit_way) >= 0:
        return 0
    if exit_way < 0 and metric[at, ONWARD] >= FAR_M:
        return 0
    best, best_k = metric[at, ONWARD] + BETTER_M, 0
    for side in (1, -1):
        row, beside = at, LEFT if side > 0 else RIGHT
        for k in range(1, LANES_ACROSS):
            row = lane[row, beside]
            if row < 0:
                break
            if exit_way >= 0 and leads_to(lane, link, row, exit_way) >= 0:
                return side * k
            if metric[row, ONWARD] > best:
                best, best_k = metric[row, ONWARD], side * k
    return best_k if metric[at, ONWARD] < FAR_M else 0


@lean
def survey(lane: Array, metric: Array, plan: Array, drive: Array, way: Array, i: int) -> None:
    """Note what is on driver i's way: the next line, light and shared place, and the speed to be prepared for."""
    plan[i, LINE_AT], plan[i, LIGHT_AT], plan[i, CLASH_AT] = -1, -1, -1
    drive[i, CAP_AFTER], drive[i, END_FROM], from_m = np.inf, np.inf, 0.0
    after_m = -metric[way[i, 0], LONG]
    for w in range(plan[i, WAYS]):
        row = way[i, w]
        if w > 0:
            drive[i, CAP_AFTER] = min(
                drive[i, CAP_AFTER], metric[row, CAP_SQUARE] + 2.0 * APPROACH_DECEL_MPS2 * after_m
            )
            if plan[i, LINE_AT] < 0 and lane[row, INSIDE] and not lane[way[i, w - 1], INSIDE]:
                plan[i, LINE_AT], drive[i, LINE_FROM] = w, from_m
            if plan[i, LIGHT_AT] < 0 and lane[row, LIGHT] >= 0:
                plan[i, LIGHT_AT], drive[i, LIGHT_FROM] = w, from_m
        if lane[row, ENDS] == LANE_ENDS:
            drive[i, END_FROM] = from_m + metric[row, WIDE]
        if plan[i, CLASH_AT] < 0 and lane[row, CLASH] < lane[row, CLASH_END]:
            plan[i, CLASH_AT], drive[i, CLASH_FROM] = w, from_m
        from_m += metric[row, LONG]
        after_m += metric[row, LONG]
