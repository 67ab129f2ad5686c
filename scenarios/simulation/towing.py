"""A trailer behind its hitch: pure rolling of its axle, and the sway that tyres, wind and speed add to it.

Rolling: while the hitch runs a distance d straight on, the trailer's axle follows a tractrix,
tan(phi / 2) falls by exp(-d / L), phi the angle from trailer to the hitch's motion, L from hitch to axle. Forward
phi decays to zero; backing it grows to pi: the trailer folds until its body meets the carrier (jack-knife).
Sway sigma (yaw beyond rolling), from the moments about the hitch of a body of radius of gyration L whose axle
slips by alpha = sigma + L sigma' / v and answers with a side force C alpha, at most friction times its weight:
    sigma'' = -w^2 sigma - 2 zeta w sigma' - psi_rolling'' + (wind's moment),  w^2 = C / (m L)
The slip angle alone gives zeta = w L / (2 v). Hitch, car and air take damping away as speed grows, until it is zero
at the critical speed, which ISO 9815 measures; here it falls in proportion, down to a little below zero.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import atan2, exp, sincos
from scenarios.simulation.layout import (
    ACCEL,
    COS,
    CRASHED,
    FOLLOW_RATE,
    JOINT_X,
    JOINT_Y,
    LAMPS,
    LENGTH,
    MOVE_X,
    MOVE_Y,
    OFFSET,
    PRESENT,
    SIN,
    SPEED,
    SWAY,
    SWAY_RATE,
    TRAVEL,
    TURN,
    YAW,
    S,
    X,
    Y,
)
from scenarios.simulation.motion import GRAVITY, put
from scenarios.simulation.rails import foot, pose_at

AXLE = 0.6  # of the body's length, from its front, which is the hitch; assumed: a little behind the middle
FOLDED_RAD = 1.6  # between trailer and carrier, where the bodies meet; assumed
SWAY_RADPS = 4.5  # w: 0.7 Hz, in the range of caravans; assumed
CRITICAL_MPS = 36.0  # zero damping: 130 km/h, a well laden combination; assumed
LEAST_DAMPING, MOST_DAMPING = -0.1, 5.0
FINE_S = 0.02  # longest step of the sway
SWAY_MOST_RAD = 1.2


@lean
def rolled(away: float, distance: float, axle_m: float) -> float:
    """Return the angle from trailer to the hitch's motion after `distance` m of it; `away` rad before."""
    sin_a, cos_a = sincos(away)
    shrink = exp(-distance / axle_m)
    return float(atan2(2.0 * sin_a * shrink, (1.0 + cos_a) - (1.0 - cos_a) * shrink * shrink))


@lean
def damping(speed: float, axle_m: float) -> float:
    """Return the sway's damping ratio at a speed, m/s: high when slow, zero at CRITICAL_MPS, below zero beyond."""
    slip = 0.5 * SWAY_RADPS * axle_m / max(speed, 0.1)
    return float(min(max(slip * (1.0 - speed / CRITICAL_MPS), LEAST_DAMPING), MOST_DAMPING))


@lean
def swayed(
    sway: float, rate: float, kick: float, push: float, speed: float, axle_m: float, grip: float, h: float
) -> tuple[float, float]:
    """Return (sway rad, rate rad/s) after `h` s.

    kick: rad/s that the rolling yaw rate has gained; push: rad/s2 by wind; grip: friction times g, m/s2.
    """
    if sway == 0.0 and rate == 0.0 and kick == 0.0 and push == 0.0:
        return 0.0, 0.0
    rate -= kick
    count = int(np.ceil(h / FINE_S))
    part, most = h / count, grip / axle_m
    zeta = damping(speed, axle_m)
    for _ in range(count):
        back = SWAY_RADPS * SWAY_RADPS * sway + 2.0 * zeta * SWAY_RADPS * rate
        rate += (push - min(max(back, -most), most)) * part
        sway = min(max(sway + rate * part, -SWAY_MOST_RAD), SWAY_MOST_RAD)
    return sway, rate


@lean
def hook(body: Array, state: Array, i: int, j: int) -> None:
    """Put trailer i straight behind its carrier j, at the start."""
    back = 0.5 * body[LENGTH, i]
    hitch_x = state[X, j] + body[JOINT_X, i] * state[COS, j] - body[JOINT_Y, i] * state[SIN, j]
    hitch_y = state[Y, j] + body[JOINT_X, i] * state[SIN, j] + body[JOINT_Y, i] * state[COS, j]
    state[X, i], state[Y, i] = hitch_x - back * state[COS, j], hitch_y - back * state[SIN, j]
    state[YAW, i], state[SIN, i], state[COS, i] = state[YAW, j], state[SIN, j], state[COS, j]
    state[SPEED, i], state[S, i] = state[SPEED, j], state[S, j] - back


@lean
def tow(
    path: Array, first: int, end: int, body: Array, state: Array, i: int, j: int, push: float, friction: float,
    h: float,
) -> None:  # fmt: skip
    """Draw trailer i after its carrier j, which has moved in this step of `h` s. push: m/s2 to its left by wind."""
    axle_m, half = AXLE * body[LENGTH, i], 0.5 * body[LENGTH, i]
    sin_was, cos_was = sincos(state[YAW, j] - state[TURN, j])
    jx, jy = body[JOINT_X, i], body[JOINT_Y, i]
    dx = state[MOVE_X, j] + jx * (state[COS, j] - cos_was) - jy * (state[SIN, j] - sin_was)
    dy = state[MOVE_Y, j] + jx * (state[SIN, j] - sin_was) + jy * (state[COS, j] - cos_was)
    distance = np.sqrt(dx * dx + dy * dy)
    yaw, turn = state[YAW, i] - state[SWAY, i], 0.0  # of pure rolling
    if distance > 0.0:
        sin_y, cos_y = sincos(yaw)
        away = atan2(dy * cos_y - dx * sin_y, dx * cos_y + dy * sin_y)
        turn = away - rolled(away, distance, axle_m)
    speed = abs(state[SPEED, j])
    moment = push * half / (axle_m * axle_m)  # the wind takes hold at the body's middle
    kick = turn / h - state[FOLLOW_RATE, i]
    sway, rate = swayed(state[SWAY, i], state[SWAY_RATE, i], kick, moment, speed, axle_m, friction * GRAVITY, h)
    state[FOLLOW_RATE, i], state[SWAY, i], state[SWAY_RATE, i] = turn / h, sway, rate
    bend = min(max(yaw + turn + sway - state[YAW, j], -FOLDED_RAD), FOLDED_RAD)
    yaw = state[YAW, j] + bend
    sin_y, cos_y = sincos(yaw)
    hitch_x = state[X, j] + jx * state[COS, j] - jy * state[SIN, j]
    hitch_y = state[Y, j] + jx * state[SIN, j] + jy * state[COS, j]
    x, y = hitch_x - half * cos_y, hitch_y - half * sin_y
    s, offset, _cos, _sin, _moved = foot(path, first, end, x, y, state[S, i])
    _x, _y, z, _heading = pose_at(path, first, end, s)
    put(state, i, x, y, z, yaw, h)
    state[SIN, i], state[COS, i], state[S, i], state[OFFSET, i] = sin_y, cos_y, s, offset
    forward = (state[MOVE_X, i] * cos_y + state[MOVE_Y, i] * sin_y) / h
    state[ACCEL, i], state[SPEED, i] = (forward - state[SPEED, i]) / h, forward
    state[TRAVEL, i] += abs(forward) * h
    accompany(state, i, j)


@lean
def accompany(state: Array, i: int, j: int) -> None:
    """Let agent i share what its carrier j shows and suffers: its lamps, its presence, a crash of either."""
    state[LAMPS, i], state[PRESENT, i] = state[LAMPS, j], state[PRESENT, j]
    crashed = max(state[CRASHED, i], state[CRASHED, j])
    state[CRASHED, i], state[CRASHED, j] = crashed, crashed
