"""A door on its hinge: a thin box that turns about a point of its carrier.

Closed it lies along the carrier's side, the hinge in front; its heading is from tip to hinge, so that closed it is the
carrier's. It opens to the side its hinge is on. ANGLE steps turn it (simulation/script.py).
"""

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from scenarios.simulation.layout import (
    ACCEL,
    ANGLE,
    COS,
    JOINT_X,
    JOINT_Y,
    LENGTH,
    OFFSET,
    SIN,
    SPEED,
    YAW,
    S,
    X,
    Y,
    Z,
)
from scenarios.simulation.motion import put
from scenarios.simulation.towing import accompany


@lean
def hang(body: Array, state: Array, i: int, j: int, h: float) -> None:
    """Put door i where its hinge on carrier j, which has moved in this step of `h` s, and its angle have it."""
    jx, jy = body[JOINT_X, i], body[JOINT_Y, i]
    yaw = state[YAW, j] - (state[ANGLE, i] if jy > 0.0 else -state[ANGLE, i])
    sin_y, cos_y = sincos(yaw)
    half = 0.5 * body[LENGTH, i]
    x = state[X, j] + jx * state[COS, j] - jy * state[SIN, j] - half * cos_y
    y = state[Y, j] + jx * state[SIN, j] + jy * state[COS, j] - half * sin_y
    put(state, i, x, y, state[Z, j], yaw, h)
    state[SIN, i], state[COS, i] = sin_y, cos_y
    state[ACCEL, i], state[SPEED, i] = state[ACCEL, j], state[SPEED, j]
    state[S, i], state[OFFSET, i] = state[S, j], state[OFFSET, j]
    accompany(state, i, j)
