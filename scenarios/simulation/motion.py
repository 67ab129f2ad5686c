"""How bodies move in a step: on rails, or as a kinematic bicycle that is steered along its path.

Bicycle: rear axle on an arc of the steered curvature. Rajamani, Vehicle Dynamics and Control, 2nd ed., 2.2.
Steering: curvature of the path ahead plus a critically damped return to it, linear in distance.
Grip: the accelerations along and across share a circle of radius friction times g (Kamm); who asks for more gets
both in proportion, so that a curve taken too fast is wider than steered and brakes are longer in it.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import atan2, sincos
from scenarios.simulation.layout import (
    ACCEL,
    COS,
    CURVATURE,
    CURVATURE_MOST,
    MOVE_X,
    MOVE_Y,
    OFFSET,
    REAR_AXLE,
    SHIFT,
    SHIFT_ACCEL,
    SHIFT_RATE,
    SIN,
    SPEED,
    STEER_MOST,
    TRAVEL,
    TURN,
    WAY,
    WISH,
    WISH_TRAVEL,
    WISH_WAS,
    YAW,
    YAW_RATE,
    S,
    X,
    Y,
    Z,
)
from scenarios.simulation.rails import curvature_at, foot, pose_at

GRAVITY = 9.81  # m/s2
RETURN_S, RETURN_M = 0.5, 2.0  # the return to the path takes this long and this far at least; assumed
PREVIEW_S = 0.3  # steering answers the curvature this far ahead; assumed
CORRECTION_MOST = 0.1  # 1/m
SLOW_MPS = 5.0  # below this the wind bends the way no further; assumed


@lean
def travel_in(speed: float, accel: float, h: float) -> tuple[float, float]:
    """Return (distance m, speed m/s) after `h` s at constant acceleration that ends at standstill."""
    after = speed + accel * h
    if after >= 0.0:
        return 0.5 * (speed + after) * h, after
    return 0.5 * speed * speed / -accel, 0.0


@lean
def put(state: Array, i: int, x: float, y: float, z: float, yaw: float, h: float) -> None:
    """Move agent i to a pose, remembering by how much over `h` s."""
    state[MOVE_X, i], state[MOVE_Y, i], state[TURN, i] = x - state[X, i], y - state[Y, i], yaw - state[YAW, i]
    state[YAW_RATE, i] = state[TURN, i] / h
    state[X, i], state[Y, i], state[Z, i], state[YAW, i] = x, y, z, yaw


@lean
def start(path: Array, first: int, end: int, state: Array, i: int) -> None:
    """Put agent i where its path and offset say."""
    x, y, z, heading = pose_at(path, first, end, state[S, i])
    sin_h, cos_h = sincos(heading)
    state[X, i], state[Y, i] = x - state[OFFSET, i] * sin_h, y + state[OFFSET, i] * cos_h
    state[Z, i], state[YAW, i], state[SIN, i], state[COS, i] = z, heading, sin_h, cos_h
    bend = curvature_at(path, first, end, state[S, i])
    state[CURVATURE, i] = bend / max(1.0 - bend * state[OFFSET, i], 0.2)


@lean
def rail(path: Array, first: int, end: int, state: Array, i: int, wanted: float, demand: float, h: float) -> None:
    """Run agent i on its path and offset. Where the demand is what the program wants, so is the distance."""
    way = state[WAY, i]
    pace = way * state[SPEED, i]
    travel, after = travel_in(pace, demand, h)
    if demand == wanted:
        if pace == state[WISH_WAS, i]:
            travel = state[WISH_TRAVEL, i]
        after = state[WISH, i]
    state[S, i] += way * travel
    state[OFFSET, i] = state[SHIFT, i]
    x, y, z, heading = pose_at(path, first, end, state[S, i])
    sin_h, cos_h = sincos(heading)
    yaw, state[SIN, i], state[COS, i] = heading, sin_h, cos_h
    if state[SHIFT_RATE, i] != 0.0:
        bend = 1.0 - curvature_at(path, first, end, state[S, i]) * state[OFFSET, i]
        yaw += atan2(way * state[SHIFT_RATE, i], max(after * bend, 0.0))
        state[SIN, i], state[COS, i] = sincos(yaw)
    put(state, i, x - state[OFFSET, i] * sin_h, y + state[OFFSET, i] * cos_h, z, yaw, h)
    speed = way * after + 0.0  # no zero with a sign
    state[ACCEL, i], state[SPEED, i] = (speed - state[SPEED, i]) / h, speed
    state[TRAVEL, i] += travel


@lean
def steering(path: Array, first: int, end: int, body: Array, state: Array, i: int) -> float:
    """Return the curvature that leads agent i's rear axle to its path and wished offset, 1/m."""
    back = body[REAR_AXLE, i]
    rear_x, rear_y = state[X, i] - back * state[COS, i], state[Y, i] - back * state[SIN, i]
    s, offset, cos_h, sin_h, _moved = foot(path, first, end, rear_x, rear_y, state[S, i] - back)
    reach = max(RETURN_M, RETURN_S * state[SPEED, i])
    askew = state[SIN, i] * cos_h - state[COS, i] * sin_h  # sine of the heading error
    speed = max(state[SPEED, i], 1.0)
    drift = state[SHIFT_RATE, i] / speed
    aside = offset - state[SHIFT, i]
    correction = -2.0 * (askew - drift) / reach - aside / (reach * reach)
    bend = curvature_at(path, first, end, s + PREVIEW_S * state[SPEED, i])
    bend = bend / max(1.0 - bend * offset, 0.2) + state[SHIFT_ACCEL, i] / (speed * speed)
    return float(bend + min(max(correction, -CORRECTION_MOST), CORRECTION_MOST))


@lean
def steer(
    path: Array, first: int, end: int, body: Array, state: Array, i: int,
    curvature: float, demand: float, friction: float, push: float, h: float,
) -> None:  # fmt: skip
    """Drive agent i as a bicycle for `h` s: the curvature within lock, steering rate and grip.

    push: m/s2 to the left that the wind gives; the body's way bends by it until the driver steers against.
    """
    step = body[STEER_MOST, i] * h
    curvature = min(max(curvature, state[CURVATURE, i] - step), state[CURVATURE, i] + step)
    most = min(body[CURVATURE_MOST, i], friction * GRAVITY / max(state[SPEED, i] * state[SPEED, i], 1.0))
    curvature = min(max(curvature, -most), most)
    share = share_of_grip(curvature * state[SPEED, i] * state[SPEED, i], demand, friction * GRAVITY)
    if share < 1.0:
        curvature, demand = share * curvature, share * demand
    travel, speed = travel_in(state[SPEED, i], demand, h)
    back, turn = body[REAR_AXLE, i], curvature * travel
    if push != 0.0:
        turn += push / max(state[SPEED, i] * state[SPEED, i], SLOW_MPS * SLOW_MPS) * travel
    yaw = state[YAW, i] + turn
    sin_m, cos_m = sincos(state[YAW, i] + 0.5 * turn)
    chord = travel * (1.0 - turn * turn / 24.0)
    sin_y, cos_y = sincos(yaw)
    x = state[X, i] + back * (cos_y - state[COS, i]) + chord * cos_m
    y = state[Y, i] + back * (sin_y - state[SIN, i]) + chord * sin_m
    s, offset, _cos, _sin, _moved = foot(path, first, end, x, y, state[S, i] + travel)
    _x, _y, z, _heading = pose_at(path, first, end, s)
    put(state, i, x, y, z, yaw, h)
    state[SIN, i], state[COS, i] = sin_y, cos_y
    state[S, i], state[OFFSET, i], state[CURVATURE, i] = s, offset, curvature
    state[ACCEL, i], state[SPEED, i] = (speed - state[SPEED, i]) / h, speed
    state[TRAVEL, i] += travel


@lean
def share_of_grip(across: float, along: float, grip: float) -> float:
    """Return the part of two accelerations asked for, m/s2, that lies within the circle of radius `grip`."""
    asked = np.sqrt(across * across + along * along)
    return float(grip / asked if asked > grip else 1.0)


@lean
def possible(demand: float, accel_most: float, friction: float) -> float:
    """Return the part of a demanded acceleration that engine and tyres give, m/s2."""
    return float(min(max(demand, -friction * GRAVITY), min(accel_most, friction * GRAVITY)))
