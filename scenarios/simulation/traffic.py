"""A step of the agents that drive by lanes: where everybody is, what each driver sees and decides, how it moves."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.polyline import STEP_M
from scenarios.model.recording import LAMP_LEFT, LAMP_RIGHT
from scenarios.simulation import lane_change
from scenarios.simulation.junction import decide, follow, watch
from scenarios.simulation.lane_layout import (
    AHEAD,
    AHEAD_SPEED,
    ALONG,
    ASIDE,
    ASKEW,
    AT,
    BEHIND,
    BESIDE,
    BOUND,
    CAP_AFTER,
    CHANGES,
    CLASH_AT,
    COMMITTED,
    DESIRE,
    END,
    END_FROM,
    ENDS,
    FIRST,
    FROZEN,
    HALF,
    HALTED,
    HEAD,
    HOLD,
    INSIDE,
    KEY,
    LANE,
    LEFT,
    LEFT_EDGE,
    LET_GAP,
    LET_SPEED,
    LET_UNTIL,
    LIGHT,
    LIGHT_AT,
    LIGHT_FROM,
    LINE_AT,
    LINE_FROM,
    LONG,
    MAP_ENDS,
    ON_LANE,
    ON_PATH,
    OTHER_GAP,
    OTHER_SPEED,
    RIGHT,
    RIGHT_EDGE,
    ROUTE,
    ROUTE_AT,
    ROUTE_END,
    SINCE,
    STAYS,
    TIGHTEST,
    TTC,
    TURNS,
    VISITS,
    WANTS,
    WAY,
    WAYS,
)
from scenarios.simulation.lane_motion import drive_on, foot_once, keep_beside, settle, steer_by_lanes
from scenarios.simulation.laws.human import DISTRACTION, DISTRACTION_EVERY, FACTOR, LATE_AMBER, REACTION
from scenarios.simulation.layout import COS as COS_YAW
from scenarios.simulation.layout import (
    CRASHED,
    DEMAND,
    LAMPS,
    NOW_CAP,
    NOW_CONFLICT,
    NOW_GAP,
    NOW_LEAD_SPEED,
    NOW_LET_GAP,
    NOW_LET_SPEED,
    NOW_OTHER_GAP,
    NOW_OTHER_SPEED,
    NOW_STOP,
    OFFSET,
    PCAP,
    PRESENT,
    REAR_AXLE,
    SPEED,
    WIDTH,
    WISH,
    S,
    X,
    Y,
)
from scenarios.simulation.layout import SIN as SIN_YAW
from scenarios.simulation.ranking import OVER_M, edges, first_ahead, lay_claims, rank
from scenarios.simulation.sight import AMBER, AMBER_DECEL, RED, RED_AMBER
from scenarios.simulation.strays import notice
from scenarios.simulation.tracks import APPROACH_DECEL_MPS2
from scenarios.simulation.ways import chance, enter_next, plan_way, survey

LOOK_M, LOOK_S = 40.0, 8.0  # looks for a leader this far; as in scenarios/simulation/sight.py
AT_LINE_M = 0.8  # the law keeps its standing gap, about 2 m, from so far beyond a line; assumed
RESOLVED = 1.6  # who has begun to stop at amber brakes harder by this factor rather than pass; assumed
LATE_S = 2.0  # who passes a closed light does so within this; assumed
END_ROOM_M = 3.0  # stands so far before its lane narrows who must change and cannot; assumed
SIGNAL_M, SIGNAL_AHEAD_S = 15.0, 3.0  # signals a turn so early; assumed


@lean
def looks_away(plan: Array, values: Array, i: int, time: float, h: float) -> bool:
    """Return whether driver i does not look in the step that begins at `time`: it reacts late, or is distracted."""
    period, away = values[i, REACTION], values[i, DISTRACTION]
    if period > h:
        phase = chance(plan[i, KEY], 1, 0) * period
        if time > 0.0 and int((time + phase) / period) == int((time - h + phase) / period):
            return True
    if away > 0.0:
        every = max(values[i, DISTRACTION_EVERY], away)
        q = int(time / every)
        begin = q * every + chance(plan[i, KEY], 2, q) * (every - away)
        return bool(begin <= time < begin + away)
    return False


@lean
def locate(
    lane: Array, metric: Array, route: Array, route_s: Array, plan: Array, drive: Array, way: Array, body: Array,
    state: Array, i: int,
) -> None:  # fmt: skip
    """Find agent i, which keeps a path of lanes, on its lanes."""
    s, r, end = state[S, i] - body[REAR_AXLE, i], plan[i, ROUTE_AT], plan[i, ROUTE_END]
    was = r
    while r + 1 < end and s >= route_s[r + 1]:
        r += 1
    row, aside = route[r], state[OFFSET, i]
    if r != was or plan[i, WAYS] == 0:
        plan[i, BEHIND] = route[r - 1] if r > plan[i, ROUTE] else -1
        plan[i, ROUTE_AT], plan[i, WAYS] = r, min(end - r, WAY)
        for w in range(plan[i, WAYS]):
            way[i, w] = route[r + w]
        survey(lane, metric, plan, drive, way, i)
    beside = lane[row, LEFT if aside > 0.0 else RIGHT]
    half = metric[row, HALF]
    over = abs(aside) + 0.5 * body[WIDTH, i] > half
    plan[i, LANE], plan[i, BESIDE] = row, beside if over else -1
    if abs(aside) > half:
        plan[i, LANE], plan[i, BESIDE] = beside, row
        if beside < 0 or abs(aside) > 3.0 * half:
            plan[i, LANE], plan[i, BESIDE] = -1, -1
    drive[i, ALONG] = s - route_s[r]
    drive[i, DESIRE] = max(state[SPEED, i], 3.0)
    plan[i, COMMITTED] = 0
    if plan[i, LINE_AT] > 0:
        away = drive[i, LINE_FROM] - drive[i, ALONG] - drive[i, HEAD]
        plan[i, COMMITTED] = int(state[SPEED, i] * state[SPEED, i] > 6.0 * max(away, 0.0) and state[SPEED, i] > 0.5)


@lean
def closed_light(
    lane: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array, lights: Array, i: int, k: int,
    h: float, stopping: bool,
) -> bool:  # fmt: skip
    """Return whether driver i stops for the next light on its way; who is `stopping` already does not think again."""
    if plan[i, LIGHT_AT] < 1:
        return False
    away = drive[i, LIGHT_FROM] - drive[i, ALONG] - drive[i, HEAD]
    if away < -OVER_M:
        return False
    row = way[i, plan[i, LIGHT_AT]]
    group = lane[row, LIGHT]
    light, speed = lights[group, k], state[SPEED, i]
    decel = AMBER_DECEL * (RESOLVED if stopping else 1.0)
    if light not in (RED, RED_AMBER) and not (light == AMBER and 0.5 * speed * speed <= decel * away):
        return False
    late = values[i, LATE_AMBER]
    if late > 0.0 and chance(plan[i, KEY], row, -plan[i, VISITS] - 2) < late:
        before = lights[group, max(k - int(LATE_S / h), 0)]
        return before in (RED, RED_AMBER, AMBER)
    return True


@lean
def wish_of(
    lane: Array, metric: Array, sample: Array, plan: Array, drive: Array, state: Array, values: Array, i: int
) -> float:
    """Return the speed that driver i allows itself here, m/s: limit and comfort in curves, prepared for."""
    row, s = plan[i, LANE], drive[i, ALONG]
    k = lane[row, FIRST] + min(max(int(s / STEP_M + 0.5), 0), lane[row, END] - lane[row, FIRST] - 1)
    cap = sample[k, PCAP]
    after = drive[i, CAP_AFTER] + 2.0 * APPROACH_DECEL_MPS2 * max(metric[row, LONG] - s, 0.0)
    if after < cap * cap:
        cap = np.sqrt(after)
    return float(values[i, FACTOR] * cap)


@lean
def lamps_of(lane: Array, plan: Array, drive: Array, way: Array, state: Array, i: int) -> int:
    """Return the turn lamps that driver i shows."""
    side = plan[i, CHANGES] if plan[i, CHANGES] != 0 else plan[i, WANTS]
    if side == 0:
        line = plan[i, LINE_AT]
        if lane[plan[i, LANE], INSIDE]:
            side = lane[plan[i, LANE], TURNS]
        elif line > 0 and drive[i, LINE_FROM] - drive[i, ALONG] < SIGNAL_M + SIGNAL_AHEAD_S * state[SPEED, i]:
            side = lane[way[i, line], TURNS]
    return LAMP_LEFT if side > 0 else LAMP_RIGHT if side < 0 else 0


@lean
def see(
    lane: Array, metric: Array, sample: Array, link: Array, clash: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, values: Array, lights: Array,
    entry: Array, entry_lane: Array, order: Array, live: int, spot: Array, head: Array,
    claim: Array, after: Array, claimed: Array, stray: Array, strays: int, low: int, i: int, k: int, h: float,
) -> None:  # fmt: skip
    """Let driver i look around and decide: whom it keeps behind, where it must stop, whether it enters the junction."""
    at, s, speed, time = plan[i, LANE], drive[i, ALONG], state[SPEED, i], k * h
    stopping = drive[i, HOLD] < np.inf
    drive[i, DESIRE] = min(wish_of(lane, metric, sample, plan, drive, state, values, i), state[WISH, i])
    drive[i, OTHER_GAP], drive[i, OTHER_SPEED], drive[i, HOLD], drive[i, TTC] = np.inf, 0.0, np.inf, np.inf
    mine = 2 * (i - low)
    right, left = edges(drive, i)
    j, gap = first_ahead(
        metric, drive, way[i], plan[i, WAYS], entry, entry_lane, order, live, head, low, i, spot[mine] + 1, at, s,
        LOOK_M + LOOK_S * speed + drive[i, HEAD], True, right, left,
    )  # fmt: skip
    drive[i, AHEAD], drive[i, AHEAD_SPEED] = gap - drive[i, HEAD], state[SPEED, j] if j >= 0 else 0.0
    if j >= 0 and speed > state[SPEED, j]:
        drive[i, TTC] = max(drive[i, AHEAD], 0.0) / (speed - state[SPEED, j])
    e = mine + 1
    if entry_lane[e] >= 0:
        j, gap = first_ahead(
            metric, drive, way[i], 1, entry, entry_lane, order, live, head, low, i, spot[e] + 1, entry_lane[e],
            entry[AT, e], LOOK_M, plan[i, BESIDE] >= 0, entry[RIGHT_EDGE, e], entry[LEFT_EDGE, e],
        )  # fmt: skip
        if j >= 0:
            follow(drive, i, gap - drive[i, HEAD], state[SPEED, j])
    closed = closed_light(lane, plan, drive, way, state, values, lights, i, k, h, stopping)
    if closed:
        drive[i, HOLD] = max(drive[i, LIGHT_FROM] - s - drive[i, HEAD], 0.0)
    if plan[i, LINE_AT] > 0 or plan[i, CLASH_AT] >= 0:
        decide(
            lane, metric, clash, plan, drive, way, state, body, values, claim, after, claimed, i, time,
            closed and plan[i, LIGHT_AT] == plan[i, LINE_AT],
        )  # fmt: skip
        watch(lane, metric, clash, plan, drive, way, state, values, claim, after, claimed, i)
    if drive[i, END_FROM] < np.inf:
        drive[i, HOLD] = min(drive[i, HOLD], max(drive[i, END_FROM] - s - drive[i, HEAD] - END_ROOM_M, 0.0))
    elif plan[i, STAYS] and plan[i, WAYS] < WAY:
        left = -s - drive[i, HEAD]
        for w in range(plan[i, WAYS]):
            left += metric[way[i, w], LONG]
        drive[i, HOLD] = min(drive[i, HOLD], max(left, 0.0))
    for m in range(strays):
        notice(lane, metric, sample, plan, drive, way, body, state, values, i, stray[m])


@lean
def tell(drive: Array, i: int, time: float, now: Array) -> None:
    """Write what driver i saw for its law."""
    now[NOW_GAP], now[NOW_LEAD_SPEED] = drive[i, AHEAD], drive[i, AHEAD_SPEED]
    now[NOW_OTHER_GAP], now[NOW_OTHER_SPEED] = drive[i, OTHER_GAP], drive[i, OTHER_SPEED]
    now[NOW_CONFLICT], now[NOW_STOP], now[NOW_CAP] = drive[i, TTC], drive[i, HOLD] + AT_LINE_M, drive[i, DESIRE]
    now[NOW_LET_GAP] = np.inf
    if time <= drive[i, LET_UNTIL]:
        now[NOW_LET_GAP], now[NOW_LET_SPEED] = drive[i, LET_GAP], drive[i, LET_SPEED]


@lean
def change_lanes(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, values: Array, entry: Array, entry_lane: Array, order: Array, live: int, spot: Array,
    head: Array, low: int, high: int, k: int, h: float,
) -> None:  # fmt: skip
    """Let the drivers whose turn it is consider other lanes, and begin the changes that are due."""
    every = max(int(lane_change.EVERY_S / h + 0.5), 1)
    for i in range(low, high):
        if plan[i, BOUND] != ON_LANE or state[PRESENT, i] == 0.0 or (k + plan[i, KEY] % every) % every != 0:
            continue
        if (lane[plan[i, LANE], LEFT] < 0 and lane[plan[i, LANE], RIGHT] < 0) or state[CRASHED, i] > 0.0:
            plan[i, WANTS] = plan[i, CHANGES]
            continue
        side = lane_change.consider(
            lane, metric, link, plan, drive, way, state, values, entry, entry_lane, order, live, head, spot, low, i,
            k * h,
        )  # fmt: skip
        if side != 0:
            back = body[REAR_AXLE, i]
            lane_change.begin(
                lane, metric, sample, plan, drive, state, values, i, side,
                state[X, i] - back * state[COS_YAW, i], state[Y, i] - back * state[SIN_YAW, i], k * h,
            )  # fmt: skip
            plan_way(lane, metric, link, route, plan, drive, way, drive[i, TIGHTEST], i)


@lean
def move_on(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, i: int, friction: float, h: float,
) -> None:  # fmt: skip
    """Move driver i for `h` s; past the end of its lane it is on the next one, or has left the map."""
    bend = steer_by_lanes(lane, metric, sample, plan, drive, way, body, state, i)
    drive_on(lane, sample, plan, drive, body, state, i, bend, state[DEMAND, i], friction, h)
    if plan[i, CHANGES] != 0:
        settle(lane, metric, plan, drive, body, state, i)
    while drive[i, ALONG] >= metric[plan[i, LANE], LONG]:
        if plan[i, WAYS] < 2:
            if not plan[i, STAYS] and lane[plan[i, LANE], ENDS] == MAP_ENDS:
                state[PRESENT, i] = 0.0
            return
        drive[i, ALONG] -= metric[plan[i, LANE], LONG]
        enter_next(lane, metric, link, route, plan, drive, way, drive[i, TIGHTEST], i)
        if lane[plan[i, LANE], INSIDE] and not lane[plan[i, BEHIND], INSIDE]:
            plan[i, COMMITTED], plan[i, HALTED], drive[i, SINCE] = 0, 0, np.inf
        find(lane, sample, plan, drive, body, state, i)
        if plan[i, CHANGES] != 0:
            keep_beside(lane, plan, i)


@lean
def find(lane: Array, sample: Array, plan: Array, drive: Array, body: Array, state: Array, i: int) -> None:
    """Find driver i's rear axle on its lane, near where it is thought to be."""
    row, back = plan[i, LANE], body[REAR_AXLE, i]
    x, y = state[X, i] - back * state[COS_YAW, i], state[Y, i] - back * state[SIN_YAW, i]
    for _ in range(2):
        s, aside, cos_h, sin_h, _z = foot_once(sample, lane[row, FIRST], lane[row, END], x, y, drive[i, ALONG])
        drive[i, ALONG], drive[i, ASIDE] = s, aside
        drive[i, ASKEW] = state[SIN_YAW, i] * cos_h - state[COS_YAW, i] * sin_h


@lean
def settle_in(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, route_s: Array, plan: Array, drive: Array,
    way: Array, body: Array, state: Array, low: int, high: int,
) -> None:  # fmt: skip
    """Find the agents [low, high), just put in place, on their lanes, and plan the drivers' ways."""
    for i in range(low, high):
        if plan[i, BOUND] == ON_LANE:
            find(lane, sample, plan, drive, body, state, i)
            plan_way(lane, metric, link, route, plan, drive, way, drive[i, TIGHTEST], i)
        elif plan[i, BOUND] == ON_PATH:
            locate(lane, metric, route, route_s, plan, drive, way, body, state, i)


@lean
def look_around(
    lane: Array, metric: Array, sample: Array, link: Array, clash: Array, route: Array, route_s: Array,
    plan: Array, drive: Array, way: Array, body: Array, state: Array, values: Array, lights: Array,
    entry: Array, entry_lane: Array, order: Array, spot: Array, head: Array,
    claim: Array, claim_lane: Array, after: Array, claimed: Array, stray: Array, count: Array,
    low: int, high: int, k: int, h: float,
) -> None:  # fmt: skip
    """Let all drivers of a scenario see and decide for the step k. count (2,): ranked entries and claims, from zero."""
    strays = 0
    for i in range(low, high):
        if plan[i, BOUND] == ON_PATH:
            locate(lane, metric, route, route_s, plan, drive, way, body, state, i)
        if plan[i, BOUND] != ON_LANE:
            stray[strays] = i
            strays += 1
    live = rank(
        lane, metric, plan, drive, state, low, high - low, entry, entry_lane, order, spot, head, count[0]
    )  # fmt: skip
    count[0] = live
    count[1] = lay_claims(
        lane, metric, plan, drive, way, state, low, high - low, claim, after, claimed, count[1], claim_lane
    )  # fmt: skip
    for i in range(low, high):
        if plan[i, BOUND] != ON_LANE or state[PRESENT, i] == 0.0 or state[CRASHED, i] > 0.0:
            continue
        drive[i, FROZEN] = 1.0 if looks_away(plan, values, i, k * h, h) else 0.0
        if drive[i, FROZEN] > 0.0:
            continue
        see(
            lane, metric, sample, link, clash, plan, drive, way, body, state, values, lights, entry, entry_lane, order,
            live, spot, head, claim, after, claimed, stray, strays, low, i, k, h,
        )  # fmt: skip
        lamps = lamps_of(lane, plan, drive, way, state, i)
        state[LAMPS, i] = float((int(state[LAMPS, i]) & ~(LAMP_LEFT | LAMP_RIGHT)) | lamps)
    change_lanes(
        lane, metric, sample, link, route, plan, drive, way, body, state, values, entry, entry_lane, order, live, spot,
        head, low, high, k, h,
    )  # fmt: skip
