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
    BEHIND,
    BESIDE,
    BOUND,
    CAP_AFTER,
    CHANGES,
    CLASH_AT,
    COMMITTED,
    DESIRE,
    END,
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
    LANE_ENDS,
    LEFT,
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
from scenarios.simulation.layout import (
    ACCEL,
    CRASHED,
    DEMAND,
    LAMPS,
    MOVE_X,
    MOVE_Y,
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
    TURN,
    WIDTH,
    WISH,
    YAW_RATE,
    S,
    X,
    Y,
)
from scenarios.simulation.layout import COS as COS_YAW
from scenarios.simulation.layout import SIN as SIN_YAW
from scenarios.simulation.ranking import OVER_M, first_ahead, lay_claims, rank
from scenarios.simulation.sight import AMBER, AMBER_DECEL, RED, RED_AMBER
from scenarios.simulation.strays import notice
from scenarios.simulation.tracks import APPROACH_DECEL_MPS2
from scenarios.simulation.ways import chance, enter_next, plan_way, survey

LOOK_M, LOOK_S = 40.0, 8.0  # looks for a leader this far; as in scenarios/simulation/sight.py
AT_LINE_M = 0.8  # the law keeps its standing gap, about 2 m, from so far beyond a line; assumed
RESOLVED = 1.6  # who has begun to stop at amber brakes harder by this factor rather than pass; assumed
LATE_S = 2.0  # who passes a closed light does so within this; assumed
END_ROOM_M = 12.0  # stands so far before its lane's end who must change and cannot; room to steer out; assumed
SIGNAL_M, SIGNAL_AHEAD_S = 15.0, 3.0  # signals a turn so early; assumed


@lean
def looks_away(plan: Array, values: Array, i: int, time: float, h: float) -> bool:
    """Return whether driver i does not look in the step that begins at `time`: it reacts late, or is distracted."""
    period, away = values[i, REACTION], values[i, DISTRACTION]
    if period > h:
        phase = chance(plan[KEY, i], 1, 0) * period
        if time > 0.0 and int((time + phase) / period) == int((time - h + phase) / period):
            return True
    if away > 0.0:
        every = max(values[i, DISTRACTION_EVERY], away)
        q = int(time / every)
        begin = q * every + chance(plan[KEY, i], 2, q) * (every - away)
        return bool(begin <= time < begin + away)
    return False


@lean
def locate(
    lane: Array, metric: Array, route: Array, route_s: Array, plan: Array, drive: Array, way: Array, body: Array,
    state: Array, i: int,
) -> None:  # fmt: skip
    """Find agent i, which keeps a path of lanes, on its lanes."""
    s, r, end = state[S, i] - body[REAR_AXLE, i], plan[ROUTE_AT, i], plan[ROUTE_END, i]
    was = r
    while r + 1 < end and s >= route_s[r + 1]:
        r += 1
    row, aside = route[r], state[OFFSET, i]
    if r != was or plan[WAYS, i] == 0:
        plan[BEHIND, i] = route[r - 1] if r > plan[ROUTE, i] else -1
        plan[ROUTE_AT, i], plan[WAYS, i] = r, min(end - r, WAY)
        for w in range(plan[WAYS, i]):
            way[i, w] = route[r + w]
        survey(lane, metric, plan, drive, way, i)
    beside = lane[row, LEFT if aside > 0.0 else RIGHT]
    half = metric[row, HALF]
    over = abs(aside) + 0.5 * body[WIDTH, i] > half
    plan[LANE, i], plan[BESIDE, i] = row, beside if over else -1
    if abs(aside) > half:
        plan[LANE, i], plan[BESIDE, i] = beside, row
        if beside < 0 or abs(aside) > 3.0 * half:
            plan[LANE, i], plan[BESIDE, i] = -1, -1
    drive[ALONG, i] = s - route_s[r]
    drive[DESIRE, i] = max(state[SPEED, i], 3.0)
    plan[COMMITTED, i] = 0
    if plan[LINE_AT, i] > 0:
        away = drive[LINE_FROM, i] - drive[ALONG, i] - drive[HEAD, i]
        plan[COMMITTED, i] = int(state[SPEED, i] * state[SPEED, i] > 6.0 * max(away, 0.0) and state[SPEED, i] > 0.5)


@lean
def closed_light(
    lane: Array, plan: Array, drive: Array, way: Array, state: Array, values: Array, lights: Array, i: int, k: int,
    h: float, stopping: bool,
) -> bool:  # fmt: skip
    """Return whether driver i stops for the next light on its way; who is `stopping` already does not think again."""
    if plan[LIGHT_AT, i] < 1:
        return False
    away = drive[LIGHT_FROM, i] - drive[ALONG, i] - drive[HEAD, i]
    if away < -OVER_M:
        return False
    row = way[i, plan[LIGHT_AT, i]]
    group = lane[row, LIGHT]
    light, speed = lights[group, k], state[SPEED, i]
    decel = AMBER_DECEL * (RESOLVED if stopping else 1.0)
    if light not in (RED, RED_AMBER) and not (light == AMBER and 0.5 * speed * speed <= decel * away):
        return False
    late = values[i, LATE_AMBER]
    if late > 0.0 and chance(plan[KEY, i], row, -plan[VISITS, i] - 2) < late:
        before = lights[group, max(k - int(LATE_S / h), 0)]
        return before in (RED, RED_AMBER, AMBER)
    return True


@lean
def wish_of(
    lane: Array, metric: Array, sample: Array, plan: Array, drive: Array, state: Array, values: Array, i: int
) -> float:
    """Return the speed that driver i allows itself here, m/s: limit and comfort in curves, prepared for."""
    row, s = plan[LANE, i], drive[ALONG, i]
    k = lane[row, FIRST] + min(max(int(s / STEP_M + 0.5), 0), lane[row, END] - lane[row, FIRST] - 1)
    cap = sample[k, PCAP]
    after = drive[CAP_AFTER, i] + 2.0 * APPROACH_DECEL_MPS2 * max(metric[row, LONG] - s, 0.0)
    if after < cap * cap:
        cap = np.sqrt(after)
    return float(values[i, FACTOR] * cap)


@lean
def lamps_of(lane: Array, plan: Array, drive: Array, way: Array, state: Array, i: int) -> int:
    """Return the turn lamps that driver i shows."""
    side = plan[CHANGES, i] if plan[CHANGES, i] != 0 else plan[WANTS, i]
    if side == 0:
        line = plan[LINE_AT, i]
        if lane[plan[LANE, i], INSIDE]:
            side = lane[plan[LANE, i], TURNS]
        elif line > 0 and drive[LINE_FROM, i] - drive[ALONG, i] < SIGNAL_M + SIGNAL_AHEAD_S * state[SPEED, i]:
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
    at, s, speed, time = plan[LANE, i], drive[ALONG, i], state[SPEED, i], k * h
    stopping = drive[HOLD, i] < np.inf
    drive[DESIRE, i] = min(wish_of(lane, metric, sample, plan, drive, state, values, i), state[WISH, i])
    drive[OTHER_GAP, i], drive[OTHER_SPEED, i], drive[HOLD, i], drive[TTC, i] = np.inf, 0.0, np.inf, np.inf
    mine = 2 * (i - low)
    j, gap = first_ahead(
        metric, drive, way[i], plan[WAYS, i], entry, entry_lane, order, live, head, low, i, spot[mine] + 1, at, s,
        LOOK_M + LOOK_S * speed + drive[HEAD, i],
    )  # fmt: skip
    drive[AHEAD, i], drive[AHEAD_SPEED, i] = gap - drive[HEAD, i], state[SPEED, j] if j >= 0 else 0.0
    if j >= 0 and speed > state[SPEED, j]:
        drive[TTC, i] = max(drive[AHEAD, i], 0.0) / (speed - state[SPEED, j])
    if plan[BESIDE, i] >= 0:
        e = mine + 1
        j, gap = first_ahead(
            metric, drive, way[i], 1, entry, entry_lane, order, live, head, low, i, spot[e] + 1, plan[BESIDE, i],
            entry[1, e], LOOK_M,
        )  # fmt: skip
        if j >= 0:
            follow(drive, i, gap - drive[HEAD, i], state[SPEED, j])
    closed = closed_light(lane, plan, drive, way, state, values, lights, i, k, h, stopping)
    if closed:
        drive[HOLD, i] = max(drive[LIGHT_FROM, i] - s - drive[HEAD, i], 0.0)
    if plan[LINE_AT, i] > 0 or plan[CLASH_AT, i] >= 0:
        decide(
            lane, metric, clash, plan, drive, way, state, body, values, claim, after, claimed, i, time,
            closed and plan[LIGHT_AT, i] == plan[LINE_AT, i],
        )  # fmt: skip
        watch(lane, metric, clash, plan, drive, way, state, values, claim, after, claimed, i)
    if lane[at, ENDS] == LANE_ENDS:
        drive[HOLD, i] = min(drive[HOLD, i], max(metric[at, LONG] - s - drive[HEAD, i] - END_ROOM_M, 0.0))
    elif plan[STAYS, i] and plan[WAYS, i] < WAY:
        left = -s - drive[HEAD, i]
        for w in range(plan[WAYS, i]):
            left += metric[way[i, w], LONG]
        drive[HOLD, i] = min(drive[HOLD, i], max(left, 0.0))
    for m in range(strays):
        notice(lane, metric, sample, plan, drive, way, body, state, i, stray[m])


@lean
def tell(drive: Array, i: int, time: float, now: Array) -> None:
    """Write what driver i saw for its law."""
    now[NOW_GAP], now[NOW_LEAD_SPEED] = drive[AHEAD, i], drive[AHEAD_SPEED, i]
    now[NOW_OTHER_GAP], now[NOW_OTHER_SPEED] = drive[OTHER_GAP, i], drive[OTHER_SPEED, i]
    now[NOW_CONFLICT], now[NOW_STOP], now[NOW_CAP] = drive[TTC, i], drive[HOLD, i] + AT_LINE_M, drive[DESIRE, i]
    now[NOW_LET_GAP] = np.inf
    if time <= drive[LET_UNTIL, i]:
        now[NOW_LET_GAP], now[NOW_LET_SPEED] = drive[LET_GAP, i], drive[LET_SPEED, i]


@lean
def change_lanes(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, values: Array, entry: Array, entry_lane: Array, order: Array, live: int, spot: Array,
    head: Array, low: int, high: int, k: int, h: float,
) -> None:  # fmt: skip
    """Let the drivers whose turn it is consider other lanes, and begin the changes that are due."""
    every = max(int(lane_change.EVERY_S / h + 0.5), 1)
    for i in range(low, high):
        if plan[BOUND, i] != ON_LANE or state[PRESENT, i] == 0.0 or (k + plan[KEY, i] % every) % every != 0:
            continue
        if (lane[plan[LANE, i], LEFT] < 0 and lane[plan[LANE, i], RIGHT] < 0) or state[CRASHED, i] > 0.0:
            plan[WANTS, i] = plan[CHANGES, i]
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
            plan_way(lane, metric, link, route, plan, drive, way, drive[TIGHTEST, i], i)


@lean
def move_on(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, i: int, friction: float, h: float,
) -> None:  # fmt: skip
    """Move driver i for `h` s; past the end of its lane it is on the next one, or has left the map."""
    bend = steer_by_lanes(lane, metric, sample, plan, drive, way, body, state, i)
    drive_on(lane, sample, plan, drive, body, state, i, bend, state[DEMAND, i], friction, h)
    if plan[CHANGES, i] != 0:
        settle(lane, metric, plan, drive, body, state, i)
    while drive[ALONG, i] >= metric[plan[LANE, i], LONG]:
        if plan[WAYS, i] < 2:
            if not plan[STAYS, i] and lane[plan[LANE, i], ENDS] == MAP_ENDS:
                state[PRESENT, i] = 0.0
            return
        drive[ALONG, i] -= metric[plan[LANE, i], LONG]
        enter_next(lane, metric, link, route, plan, drive, way, drive[TIGHTEST, i], i)
        if lane[plan[LANE, i], INSIDE] and not lane[plan[BEHIND, i], INSIDE]:
            plan[COMMITTED, i], plan[HALTED, i], drive[SINCE, i] = 0, 0, np.inf
        find(lane, sample, plan, drive, body, state, i)
        if plan[CHANGES, i] != 0:
            keep_beside(lane, plan, i)


@lean
def find(lane: Array, sample: Array, plan: Array, drive: Array, body: Array, state: Array, i: int) -> None:
    """Find driver i's rear axle on its lane, near where it is thought to be."""
    row, back = plan[LANE, i], body[REAR_AXLE, i]
    x, y = state[X, i] - back * state[COS_YAW, i], state[Y, i] - back * state[SIN_YAW, i]
    for _ in range(2):
        s, aside, cos_h, sin_h, _z = foot_once(sample, lane[row, FIRST], lane[row, END], x, y, drive[ALONG, i])
        drive[ALONG, i], drive[ASIDE, i] = s, aside
        drive[ASKEW, i] = state[SIN_YAW, i] * cos_h - state[COS_YAW, i] * sin_h


@lean
def settle_in(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, route_s: Array, plan: Array, drive: Array,
    way: Array, body: Array, state: Array, low: int, high: int,
) -> None:  # fmt: skip
    """Find the agents [low, high), just put in place, on their lanes, and plan the drivers' ways."""
    for i in range(low, high):
        if plan[BOUND, i] == ON_LANE:
            find(lane, sample, plan, drive, body, state, i)
            plan_way(lane, metric, link, route, plan, drive, way, drive[TIGHTEST, i], i)
        elif plan[BOUND, i] == ON_PATH:
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
        if plan[BOUND, i] == ON_PATH:
            locate(lane, metric, route, route_s, plan, drive, way, body, state, i)
        if plan[BOUND, i] != ON_LANE:
            stray[strays] = i
            strays += 1
    live = rank(
        metric, plan, drive, state, low, high - low, entry, entry_lane, order, spot, head, count[0]
    )  # fmt: skip
    count[0] = live
    count[1] = lay_claims(
        lane, metric, plan, drive, way, state, low, high - low, claim, after, claimed, count[1], claim_lane
    )  # fmt: skip
    for i in range(low, high):
        if plan[BOUND, i] != ON_LANE or state[PRESENT, i] == 0.0 or state[CRASHED, i] > 0.0:
            continue
        drive[FROZEN, i] = 1.0 if looks_away(plan, values, i, k * h, h) else 0.0
        if drive[FROZEN, i] > 0.0:
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


@lean
def stand_still(state: Array, i: int) -> None:
    """Let agent i, who is absent, stay where it left."""
    state[MOVE_X, i], state[MOVE_Y, i], state[TURN, i] = 0.0, 0.0, 0.0
    state[SPEED, i], state[ACCEL, i], state[YAW_RATE, i] = 0.0, 0.0, 0.0
