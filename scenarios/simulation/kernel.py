"""The kernel: steps of scenarios, one after the other, over the tables of scenarios/simulation/layout.py.

One compiled function serves batches (all steps of many scenarios) and planners (one step of one scenario).
It takes the laws as a table of their addresses, so it need not be compiled again when a law changes.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import address_of, compiled, functions_at, lean
from scenarios.simulation.actuation import actuate
from scenarios.simulation.contact import touches, widest_axis
from scenarios.simulation.lane_layout import BOUND, ENTRY, FROZEN, ON_LANE
from scenarios.simulation.lane_stages import NONE, lane_stages, lookers, movers, settlers
from scenarios.simulation.lawbook import lawbook
from scenarios.simulation.layout import (
    ACCEL,
    ACCEL_MOST,
    CRASHED,
    DEMAND,
    GAIT,
    LAMPED,
    LAMPS,
    LAW,
    LENGTH,
    MODE,
    NOW,
    NOW_CAP,
    NOW_FRICTION,
    NOW_FROZEN,
    NOW_LET_GAP,
    NOW_OTHER_GAP,
    NOW_SPEED,
    NOW_STEP,
    NOW_STOP,
    NOW_TIME,
    NOW_WISH,
    NOW_WISH_ACCEL,
    OUTSIDE,
    PATH,
    PRESENT,
    RAIL,
    REPLAY_END,
    REPLAY_FIRST,
    REPLAYED,
    SEEKS,
    SEES,
    SHIFT_ACCEL,
    SHIFT_RATE,
    SPEED,
    STEERED,
    TRAVEL,
    WANTED,
    WAY,
    WISH,
    YAW,
    YAW_RATE,
    S,
    X,
    Y,
    Z,
)
from scenarios.simulation.modes import begin, follow
from scenarios.simulation.motion import possible, rail, steer, steering
from scenarios.simulation.pursuit import ASIDE, steered_aside, step_aside, watch, within_limits
from scenarios.simulation.rails import cap_at
from scenarios.simulation.ranking import MOST_CLAIMS, forget
from scenarios.simulation.replay import show
from scenarios.simulation.script import hold, holds, run_program
from scenarios.simulation.sight import closed_line, look
from scenarios.simulation.signature import CODES, FLAT, TABLE, WHOLE
from scenarios.simulation.signature import LAW as LAW_SIGNATURE
from scenarios.simulation.traffic import tell
from scenarios.simulation.wind import air, pushed

functions = functions_at(LAW_SIGNATURE)
CRASH_DECEL = 6.0  # m/s2, who has touched another brakes to standstill; assumed
BRAKE_LAMP_MPS2 = 0.7  # UN R13-H, 5.2.22.4: no stop lamp below 0.7 m/s2
BRAKE_LAMP, REVERSE_LAMP = 1, 32  # recording.LAMP_BRAKE, LAMP_REVERSE


@lean
def record(
    state: Array,
    body: Array,
    low: int,
    high: int,
    row: int,
    width: int,
    head_lamp: int,
    xyz: Array,
    motion: Array,
    lamps: Array,
    valid: Array,
) -> None:
    """Write the agents' states as sample `row` of their scenario's rows of `width` samples."""
    for i in range(low, high):
        at = row + (i - low) * width
        xyz[at, 0], xyz[at, 1], xyz[at, 2] = state[X, i], state[Y, i], state[Z, i]
        motion[0, at], motion[1, at], motion[2, at] = state[YAW, i], state[SPEED, i], state[ACCEL, i]
        motion[3, at], motion[4, at] = state[YAW_RATE, i], body[GAIT, i] * state[TRAVEL, i]
        brakes = BRAKE_LAMP if state[WAY, i] * state[ACCEL, i] < -BRAKE_LAMP_MPS2 else 0
        backs = REVERSE_LAMP if state[WAY, i] < 0.0 else 0
        valid[at] = state[PRESENT, i] > 0.0
        lamps[at] = (int(state[LAMPS, i]) | brakes | backs | head_lamp) if body[LAMPED, i] > 0.0 else 0


@lean
def run_scenario(
    laws: Any, settle_in: Any, look_around: Any, move_all: Any,
    now: Array, values: Array, memory: Array, control: Array,
    path: Array, path_start: Array, stop: Array, stop_start: Array, script: Array, friction: float, head_lamp: int,
    lights: Array, lane: Array, metric: Array, sample: Array, link: Array, clash: Array,
    route: Array, route_s: Array, driven: int, plan: Array, drive: Array, way: Array, order: Array,
    entry: Array, entry_lane: Array, spot: Array, head: Array, claim: Array, claim_lane: Array, after: Array,
    claimed: Array, stray: Array, count: Array,
    body: Array, code: Array, state: Array, seen: Array, met: Array, sweep: Array, axis: Array,
    xyz: Array, motion: Array, lamps: Array, valid: Array, sample_start: int,
    pair: Array, pair_ns: Array, pair_closing: Array, pair_count: Array, replay: Array, subject: int,
    fault: Array, fault_start: int, fault_end: int, command: Array, command_start: int,
    gust: Array, gust_start: int, gust_end: int, room: Array,
    n: int, low: int, high: int, T: int, step_ns: int, from_step: int, to_step: int,
) -> None:  # fmt: skip
    """Run scenario n, the agents [low, high), from sample `from_step` to `to_step`; see `_run`."""
    h = step_ns * 1e-9
    if from_step < 0:
        begin(path, path_start, replay, body, code, state, low, high)
        if driven > 0:
            settle_in[0](lane, metric, sample, link, route, route_s, plan, drive, way, body, state, low, high)
        record(state, body, low, high, sample_start, T, head_lamp, xyz, motion, lamps, valid)
        axis[n] = widest_axis(state, low, high)
    for k in range(max(from_step, 0), min(to_step, T - 1)):
        for i in range(low, high):
            if holds(code, state, i):
                hold(state, i, h)
            else:
                run_program(script, code, body, state, i, low, k * h, h)
        if driven > 0:
            look_around[0](
                lane, metric, sample, link, clash, route, route_s, plan, drive, way, body, state, values, lights,
                entry, entry_lane, order, spot, head, claim, claim_lane, after, claimed, stray,
                count, low, high, k, h,
            )  # fmt: skip
        for i in range(low, high):
            p = code[PATH, i]
            a, b = path_start[p], path_start[p + 1]
            wanted = (state[WISH, i] - state[WAY, i] * state[SPEED, i]) / h
            if state[CRASHED, i] > 0.0:
                demand = -CRASH_DECEL
                if code[SEEKS, i] != 0:
                    state[SHIFT_RATE, i], state[SHIFT_ACCEL, i] = 0.0, 0.0
            elif code[LAW, i] == OUTSIDE:
                demand = control[i, 0]
            else:
                now[NOW_TIME], now[NOW_STEP], now[NOW_SPEED] = k * h, h, state[SPEED, i]
                now[NOW_WISH], now[NOW_WISH_ACCEL], now[NOW_FRICTION] = state[WISH, i], wanted, friction
                now[NOW_OTHER_GAP], now[NOW_LET_GAP] = np.inf, np.inf
                if plan[i, BOUND] == ON_LANE:
                    now[NOW_FROZEN] = drive[i, FROZEN]
                    tell(drive, i, k * h, now)
                elif code[SEES, i] != 0:
                    now[NOW_FROZEN] = 0.0
                    look(path, a, b, body, code, state, low, high, i, seen[i - low], now)
                    front = state[S, i] + 0.5 * body[LENGTH, i]
                    now[NOW_STOP] = closed_line(
                        stop, stop_start[p], stop_start[p + 1], front, state[SPEED, i], lights, k
                    )
                    now[NOW_CAP] = cap_at(path, a, b, state[S, i])
                if code[SEEKS, i] != 0:
                    watch(path, a, b, body, state, i, subject, now)
                demand = laws[code[LAW, i]](now, values[i], memory[i])
                if code[SEEKS, i] != 0:
                    demand = within_limits(values[i], now, body, state, i, demand, h)
                    step_aside(room, code, values[i], memory[i, ASIDE], body, state, i, h)
            state[WANTED, i], state[DEMAND, i] = wanted, possible(demand, body[ACCEL_MOST, i], friction)
        air_x, air_y = air(gust, gust_start, gust_end, k * h)
        for i in range(low, high):
            p, mode, bend = code[PATH, i], code[MODE, i], 0.0
            a, b = path_start[p], path_start[p + 1]
            if mode == STEERED:
                bend = control[i, 1] if code[LAW, i] == OUTSIDE else steering(path, a, b, body, state, i)
                if code[SEEKS, i] != 0:
                    bend = steered_aside(path, a, b, values[i], body, state, i, bend)
            if i == subject and fault_start < fault_end:
                bend = actuate(
                    fault, fault_start, fault_end, command, command_start, k, state, i, bend,
                    friction, h,
                )  # fmt: skip
            if mode == RAIL:
                rail(path, a, b, state, i, state[WANTED, i], state[DEMAND, i], h)
            elif mode == STEERED:
                push = pushed(body, state, i, air_x, air_y)
                steer(path, a, b, body, state, i, bend, state[DEMAND, i], friction, push, h)
            elif mode == REPLAYED:
                show(replay, code[REPLAY_FIRST, i], code[REPLAY_END, i], path, a, b, state, i, (k + 1) * h, h)
        if driven > 0:
            move_all[0](lane, metric, sample, link, route, plan, drive, way, body, state, low, high, friction, h)
        follow(path, path_start, body, code, state, low, high, air_x, air_y, friction, h)
        pair_count[n] = touches(
            body, code, state, low, sweep, axis[n], k, step_ns, met,
            pair, pair_ns, pair_closing,
            pair_count[n],
        )  # fmt: skip
        record(state, body, low, high, sample_start + k + 1, T, head_lamp, xyz, motion, lamps, valid)
    forget(entry_lane, order, head, claim_lane, claimed, count)


def _run(
    law_at: Any, settle_at: Any, look_at: Any, move_at: Any, values: Array, memory: Array, control: Array,
    path: Array, path_start: Array, stop: Array, stop_start: Array, script: Array,
    agent_start: Array, steps: Array, step_ns: Array, friction: Array, head_lamp: Array,
    light: Array, light_start: Array, groups: Array, sample_start: Array, pair_start: Array,
    lane: Array, metric: Array, sample: Array, link: Array, clash: Array,
    route: Array, route_s: Array, driven: Array, plan: Array, drive: Array, way: Array, order: Array,
    body: Array, code: Array, state: Array, along: Array, met: Array, sweep: Array, axis: Array,
    xyz: Array, motion: Array, lamps: Array, valid: Array,
    pair: Array, pair_ns: Array, pair_closing: Array, pair_count: Array,
    replay: Array, subject: Array, fault: Array, fault_start: Array, command: Array, command_start: Array,
    gust: Array, gust_start: Array, room: Array,
    first: int, end: int, from_step: int, to_step: int,
) -> None:  # fmt: skip
    """Run scenarios [first, end) from sample `from_step` to `to_step`, or to their own last sample if earlier.

    from_step -1: put everybody in place and record sample 0 first.
    """
    laws, now = functions(law_at), np.zeros(NOW)
    settle_in, look_around, move_all = settlers(settle_at), lookers(look_at), movers(move_at)
    most, lanes = 1, 1
    for n in range(first, end):
        if driven[n] > 0:
            most, lanes = max(most, agent_start[n + 1] - agent_start[n]), len(lane)
    entry, entry_lane, spot = np.empty((ENTRY, 2 * most)), np.empty(2 * most, np.int64), np.empty(2 * most, np.int64)
    claim, claim_lane = np.empty((most * MOST_CLAIMS, 3)), np.empty(most * MOST_CLAIMS, np.int64)
    after, stray = np.empty(most * MOST_CLAIMS, np.int64), np.empty(most, np.int64)
    head, claimed, count = np.full(lanes, -1), np.full(lanes, -1), np.zeros(2, np.int64)
    for n in range(first, end):
        low, high, T = agent_start[n], agent_start[n + 1], steps[n]
        A = high - low
        lights = light[light_start[n] : light_start[n] + groups[n] * T].reshape(groups[n], T)
        seen = along[pair_start[n] : pair_start[n] + A * A].reshape(A, A)
        met_n = met[pair_start[n] : pair_start[n] + A * A].reshape(A, A)
        p0, p1 = pair_start[n], pair_start[n] + A * A
        run_scenario(
            laws, settle_in, look_around, move_all, now, values, memory, control,
            path, path_start, stop, stop_start, script, friction[n], head_lamp[n],
            lights, lane, metric, sample, link, clash, route, route_s, driven[n], plan, drive, way,
            order[2 * low : 2 * high], entry, entry_lane, spot, head, claim, claim_lane, after, claimed, stray, count,
            body, code, state, seen, met_n, sweep[low:high], axis, xyz, motion, lamps, valid, sample_start[n],
            pair[p0:p1], pair_ns[p0:p1], pair_closing[p0:p1], pair_count, replay, subject[n],
            fault, fault_start[n], fault_start[n + 1], command, command_start[n],
            gust, gust_start[n], gust_start[n + 1], room,
            n, low, high, T, step_ns[n], from_step, to_step,
        )  # fmt: skip


ARGUMENTS = (
    TABLE, TABLE, TABLE,  # values, memory, control
    TABLE, WHOLE, TABLE, WHOLE, TABLE,  # path, path_start, stop, stop_start, script
    WHOLE, WHOLE, WHOLE, FLAT, WHOLE,  # agent_start, steps, step_ns, friction, head_lamp
    "uint8[::1]", WHOLE, WHOLE, WHOLE, WHOLE,  # light, light_start, groups, sample_start, pair_start
    CODES, TABLE, TABLE, WHOLE, TABLE,  # lane, metric, sample, link, clash
    WHOLE, FLAT, WHOLE, CODES, TABLE, CODES, WHOLE,  # route, route_s, driven, plan, drive, way, order
    TABLE, CODES, TABLE, FLAT, "boolean[::1]", WHOLE, WHOLE,  # body, code, state, along, met, sweep, axis
    TABLE, "float32[:,::1]", "uint8[::1]", "boolean[::1]",  # xyz, motion, lamps, valid
    "int32[:,::1]", WHOLE, "float32[::1]", WHOLE,  # pair, pair_ns, pair_closing, pair_count
    TABLE, WHOLE,  # replay, subject
    TABLE, WHOLE, TABLE, WHOLE, TABLE, WHOLE,  # fault, fault_start, command, command_start, gust, gust_start
    TABLE,  # room
    "int64", "int64", "int64", "int64",
)  # fmt: skip


BOUND_FIRST = 4  # arguments of `_run` that `run` binds: the addresses
DRIVEN = _run.__code__.co_varnames.index("driven") - BOUND_FIRST  # its place among ARGUMENTS
ONE = "UniTuple(int64, 1)"


@cache
def run() -> Callable[..., None]:
    """Return the kernel compiled for the laws there are: `_run` with the laws, and what lane drivers do, bound."""
    table = tuple(address_of(law.function, LAW_SIGNATURE) for law in lawbook().values())
    addresses = f"UniTuple(int64, {len(table)}), {ONE}, {ONE}, {ONE}"
    kernel = compiled(signature=f"void({addresses}, {', '.join(ARGUMENTS)})")(_run)

    def bound(*arguments: Any) -> None:
        kernel(table, *(lane_stages() if arguments[DRIVEN].any() else NONE), *arguments)

    return bound
