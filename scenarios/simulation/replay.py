"""Recorded states, run again: an agent is where its trajectory says, and is there only while that lasts.

Poses and speed between two rows are linear in time, the yaw the short way round; acceleration and yaw rate are
what the step makes of them. Nothing holds it back: it runs on through a contact, as the recorded one did.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from roadnet.polyline import STEP_M
from scenarios.simulation.layout import (
    ACCEL,
    APPEARS,
    COS,
    OFFSET,
    PRESENT,
    RSPEED,
    RT,
    RX,
    RY,
    RYAW,
    RZ,
    SIN,
    SPEED,
    TRAVEL,
    YAW,
    S,
    X,
    Y,
)
from scenarios.simulation.motion import put
from scenarios.simulation.rails import foot, search

EDGE_S = 1e-9  # an instant within this of the first or last row is inside


@lean
def row_at(replay: Array, first: int, end: int, t_s: float) -> tuple[int, float]:
    """Return (row, part of the way to the next) at a time, held at the ends; rows [first, end), two at least."""
    low, high = first, end - 1
    while high - low > 1:
        middle = (low + high) // 2
        if replay[middle, RT] <= t_s:
            low = middle
        else:
            high = middle
    part = (t_s - replay[low, RT]) / (replay[low + 1, RT] - replay[low, RT])
    return low, min(max(part, 0.0), 1.0)


@lean
def short_way(turn: float) -> float:
    """Return an angle's difference in [-pi, pi), rad."""
    return float(turn - 2.0 * np.pi * np.floor((turn + np.pi) / (2.0 * np.pi)))


@lean
def present_at(replay: Array, first: int, end: int, t_s: float) -> bool:
    """Return whether a trajectory spans this time."""
    return bool(replay[first, RT] - EDGE_S <= t_s <= replay[end - 1, RT] + EDGE_S)


@lean
def show(
    replay: Array, first: int, end: int, path: Array, path_first: int, path_end: int, state: Array, i: int,
    t_s: float, h: float,
) -> None:  # fmt: skip
    """Put agent i where its trajectory has it at `t_s`, after a step of `h` s.

    Where it was not there before it has not moved: nothing is swept between nowhere and here, and it can be touched
    from then on.
    """
    row, part = row_at(replay, first, end, t_s)
    was, here = state[PRESENT, i] > 0.0, present_at(replay, first, end, t_s)
    x = replay[row, RX] + part * (replay[row + 1, RX] - replay[row, RX])
    y = replay[row, RY] + part * (replay[row + 1, RY] - replay[row, RY])
    z = replay[row, RZ] + part * (replay[row + 1, RZ] - replay[row, RZ])
    yaw = replay[row, RYAW] + part * short_way(replay[row + 1, RYAW] - replay[row, RYAW])
    yaw = state[YAW, i] + short_way(yaw - state[YAW, i])
    speed = replay[row, RSPEED] + part * (replay[row + 1, RSPEED] - replay[row, RSPEED])
    if not (was and here):
        state[X, i], state[Y, i], state[YAW, i], state[SPEED, i] = x, y, yaw, speed
    put(state, i, x, y, z, yaw, h)
    state[SIN, i], state[COS, i] = sincos(yaw)
    state[ACCEL, i], state[SPEED, i] = (speed - state[SPEED, i]) / h, speed
    state[TRAVEL, i] += abs(speed) * h if was and here else 0.0
    state[PRESENT, i] = (1.0 if was else APPEARS) if here else 0.0
    s, offset, _cos, _sin, _moved = foot(path, path_first, path_end, x, y, state[S, i])
    state[S, i], state[OFFSET, i] = s, offset


@lean
def show_first(
    replay: Array, first: int, end: int, path: Array, path_first: int, path_end: int, state: Array, i: int
) -> None:  # fmt: skip
    """Put agent i where its trajectory has it at the start."""
    state[PRESENT, i] = 0.0
    last = (path_end - path_first - 1) * STEP_M
    state[S, i] = search(path, path_first, path_end, replay[first, RX], replay[first, RY], 0.0, last)
    show(replay, first, end, path, path_first, path_end, state, i, 0.0, 1.0)
    state[PRESENT, i] = 1.0 if state[PRESENT, i] > 0.0 else 0.0
