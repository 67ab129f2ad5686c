"""Programs: when a step fires, to the instant within a kernel step, and what speed and offset follow from it."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from roadnet.boxes import straight_contact
from scenarios.model.spec import What, When
from scenarios.simulation.layout import (
    ANGLE,
    ANGLE_RATE,
    ANGLE_TARGET,
    COS,
    ENTITY,
    LAMPS,
    LENGTH,
    NEXT_STEP,
    NEXT_WAY,
    RATE,
    SHIFT,
    SHIFT_ACCEL,
    SHIFT_CLOCK,
    SHIFT_FROM,
    SHIFT_RATE,
    SHIFT_TIME,
    SHIFT_TO,
    SIN,
    SPEED,
    STEP_END,
    TARGET,
    TRAVEL,
    VALUE,
    WALKS,
    WAY,
    WHAT,
    WHEN,
    WIDTH,
    WISH,
    WISH_RATE,
    WISH_TARGET,
    WISH_TRAVEL,
    WISH_WAS,
    S,
    X,
    Y,
)

SIMULATION_TIME, TRAVELED_DISTANCE = int(When.SIMULATION_TIME), int(When.TRAVELED_DISTANCE)
TIME_TO_COLLISION, TIME_HEADWAY = int(When.TIME_TO_COLLISION), int(When.TIME_HEADWAY)
RELATIVE_DISTANCE, SPEED_ACTION, OFFSET_ACTION = int(When.RELATIVE_DISTANCE), int(What.SPEED), int(What.LANE_OFFSET)
DIRECTION_ACTION, ANGLE_ACTION = int(What.DIRECTION), int(What.ANGLE)
EDGE_S = 1e-9  # an instant within this of a step's end belongs to the next step


@lean
def until(value: float, rate: float) -> float:
    """Return when a quantity that is `value` above its threshold and grows by `rate` reaches it, s; 0 if below."""
    if value <= 0.0:
        return 0.0
    return float(value / -rate if rate < 0.0 else np.inf)


@lean
def closing(state: Array, i: int, j: int) -> tuple[float, float, float, float]:
    """Return (dx, dy, ux, uy): j seen from i, and how that changes."""
    ux = state[SPEED, j] * state[COS, j] - state[SPEED, i] * state[COS, i]
    uy = state[SPEED, j] * state[SIN, j] - state[SPEED, i] * state[SIN, i]
    return state[X, j] - state[X, i], state[Y, j] - state[Y, i], ux, uy


@lean
def fires_in(row: Array, body: Array, state: Array, i: int, j: int, time_s: float) -> float:
    """Return in how many seconds the trigger of a step of agent i fires, j its entity, at the present speeds."""
    when, value = int(row[WHEN]), row[VALUE]
    if when == SIMULATION_TIME:
        return float(max(value - time_s, 0.0))
    if when == TRAVELED_DISTANCE:
        return float(until(value - state[TRAVEL, j], -abs(state[SPEED, j])))
    dx, dy, ux, uy = closing(state, i, j)
    if when == TIME_TO_COLLISION:
        contact = straight_contact(
            dx, dy, ux, uy,
            state[COS, i], state[SIN, i], 0.5 * body[LENGTH, i], 0.5 * body[WIDTH, i],
            state[COS, j], state[SIN, j], 0.5 * body[LENGTH, j], 0.5 * body[WIDTH, j],
        )  # fmt: skip
        return float(max(contact - value, 0.0))
    if when == TIME_HEADWAY:
        speed = state[SPEED, j]  # backing, nobody follows
        gap = -dx * state[COS, j] - dy * state[SIN, j] - 0.5 * (body[LENGTH, i] + body[LENGTH, j])
        if speed <= 0.0 or gap < 0.0:
            return np.inf
        return float(until(gap / speed - value, (-ux * state[COS, j] - uy * state[SIN, j]) / speed))
    if when == RELATIVE_DISTANCE:
        distance = np.sqrt(dx * dx + dy * dy)
        return float(until(distance - value, (dx * ux + dy * uy) / max(distance, 1e-9)))
    way = state[WAY, j]
    return float(until(way * (value - state[S, j]), -way * state[SPEED, j]))


@lean
def advance_wish(state: Array, i: int, h: float) -> None:
    """Let the program's speed run on for `h` s: at its rate to its target, then held."""
    v, target, rate = state[WISH, i], state[WISH_TARGET, i], state[WISH_RATE, i]
    if v == target:
        state[WISH_TRAVEL, i] += v * h
        return
    ramp = abs(target - v) / rate
    if ramp > h:
        state[WISH, i] = v + (rate * h if target > v else -rate * h)
        state[WISH_TRAVEL, i] += 0.5 * (v + state[WISH, i]) * h
    else:
        state[WISH, i] = target
        state[WISH_TRAVEL, i] += 0.5 * (v + target) * ramp + target * (h - ramp)


@lean
def advance_shift(state: Array, i: int, h: float) -> None:
    """Let a lateral move run on for `h` s: half a cosine between two offsets, so its speed peaks in the middle."""
    whole = state[SHIFT_TIME, i]
    state[SHIFT_CLOCK, i] += h
    if state[SHIFT_CLOCK, i] >= whole:
        state[SHIFT, i], state[SHIFT_TIME, i] = state[SHIFT_TO, i], 0.0
        state[SHIFT_RATE, i], state[SHIFT_ACCEL, i] = 0.0, 0.0
        return
    pace = np.pi / whole
    sin_p, cos_p = sincos(pace * state[SHIFT_CLOCK, i])
    half = 0.5 * (state[SHIFT_TO, i] - state[SHIFT_FROM, i])
    state[SHIFT, i] = state[SHIFT_FROM, i] + half * (1.0 - cos_p)
    state[SHIFT_RATE, i], state[SHIFT_ACCEL, i] = half * pace * sin_p, half * pace * pace * cos_p


@lean
def advance_angle(state: Array, i: int, h: float) -> None:
    """Let a door turn on for `h` s: at its rate to its target, then held."""
    angle, target, most = state[ANGLE, i], state[ANGLE_TARGET, i], state[ANGLE_RATE, i] * h
    state[ANGLE, i] = min(angle + most, target) if target > angle else max(angle - most, target)


@lean
def advance(code: Array, state: Array, i: int, h: float) -> None:
    """Let speed and offset of the program run on for `h` s; a vehicle that stands does not slip sideways."""
    stands = state[WISH, i] == 0.0 and code[WALKS, i] == 0
    advance_wish(state, i, h)
    if state[SHIFT_TIME, i] > 0.0 and not stands:
        advance_shift(state, i, h)
    if state[ANGLE, i] != state[ANGLE_TARGET, i]:
        advance_angle(state, i, h)


@lean
def turn_round(state: Array, i: int) -> None:
    """Let agent i, at a standstill, take the direction that its program asked for."""
    if state[NEXT_WAY, i] != state[WAY, i] and state[SPEED, i] == 0.0:
        state[WAY, i] = state[NEXT_WAY, i]


@lean
def act(row: Array, state: Array, i: int) -> None:
    """Start what a step asks for."""
    what, target, rate = int(row[WHAT]), row[TARGET], row[RATE]
    if what == SPEED_ACTION:
        state[WISH_TARGET, i], state[WISH_RATE, i] = target, rate
    elif what == OFFSET_ACTION:
        state[SHIFT_FROM, i], state[SHIFT_TO, i], state[SHIFT_CLOCK, i] = state[SHIFT, i], target, 0.0
        # the peak of half a cosine is pi / 2 times its mean
        state[SHIFT_TIME, i] = 0.5 * np.pi * abs(target - state[SHIFT, i]) / rate
    elif what == DIRECTION_ACTION:
        state[NEXT_WAY, i] = target
        turn_round(state, i)
    elif what == ANGLE_ACTION:
        state[ANGLE_TARGET, i], state[ANGLE_RATE, i] = target, rate
    else:
        state[LAMPS, i] = target


@lean
def holds(code: Array, state: Array, i: int) -> bool:
    """Return whether agent i's program has nothing to do but to hold its speed and offset."""
    busy = state[NEXT_STEP, i] < code[STEP_END, i] or state[SHIFT_TIME, i] > 0.0
    busy = busy or state[ANGLE, i] != state[ANGLE_TARGET, i]
    return not busy and bool(state[WISH, i] == state[WISH_TARGET, i])


@lean
def hold(state: Array, i: int, h: float) -> None:
    """Let a program that holds run on for `h` s."""
    state[WISH_WAS, i], state[WISH_TRAVEL, i] = state[WISH, i], state[WISH, i] * h


@lean
def run_program(
    script: Array, code: Array, body: Array, state: Array, i: int, base: int, time_s: float, step_s: float
) -> None:
    """Run agent i's program over a step: fire what falls into it, each at its instant, and let it all run on."""
    state[WISH_WAS, i], state[WISH_TRAVEL, i] = state[WISH, i], 0.0
    turn_round(state, i)
    done, k = 0.0, int(state[NEXT_STEP, i])
    while k < code[STEP_END, i] and state[NEXT_WAY, i] == state[WAY, i]:  # who is to turn round has to stand first
        at = fires_in(script[k], body, state, i, base + int(script[k, ENTITY]), time_s)
        if at >= step_s - EDGE_S:
            break
        if at > done:
            advance(code, state, i, at - done)
            done = at
        act(script[k], state, i)
        k += 1
    state[NEXT_STEP, i] = k
    advance(code, state, i, step_s - done)
