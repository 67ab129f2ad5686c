"""Where agents start, and how those move that do not drive themselves: replayed, towed, on a hinge."""

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.simulation.hinge import hang
from scenarios.simulation.layout import (
    ACCEL,
    CARRIER,
    HINGED,
    MODE,
    MOVE_X,
    MOVE_Y,
    PATH,
    REPLAY_END,
    REPLAY_FIRST,
    REPLAYED,
    TOWED,
    TRAVEL,
    TURN,
    YAW_RATE,
)
from scenarios.simulation.motion import start
from scenarios.simulation.replay import show_first
from scenarios.simulation.towing import hook, tow
from scenarios.simulation.wind import pushed


@lean
def begin(
    path: Array, path_start: Array, replay: Array, body: Array, code: Array, state: Array, low: int, high: int
) -> None:  # fmt: skip
    """Put the agents of a scenario, columns [low, high), where they start: the carriers first."""
    for i in range(low, high):
        p = code[PATH, i]
        if code[MODE, i] == REPLAYED:
            rows = code[REPLAY_FIRST, i], code[REPLAY_END, i]
            show_first(replay, rows[0], rows[1], path, path_start[p], path_start[p + 1], state, i)
        elif code[CARRIER, i] < 0:
            start(path, path_start[p], path_start[p + 1], state, i)
    for i in range(low, high):
        if code[CARRIER, i] < 0:
            continue
        if code[MODE, i] == TOWED:
            hook(body, state, i, code[CARRIER, i])
        else:
            hang(body, state, i, code[CARRIER, i], 1.0)
        for row in (MOVE_X, MOVE_Y, TURN, YAW_RATE, ACCEL, TRAVEL):
            state[row, i] = 0.0


@lean
def follow(
    path: Array, path_start: Array, body: Array, code: Array, state: Array, low: int, high: int,
    air_x: float, air_y: float, friction: float, h: float,
) -> None:  # fmt: skip
    """Let those who are carried follow their carriers, which have moved in this step of `h` s."""
    for i in range(low, high):
        p = code[PATH, i]
        if code[MODE, i] == TOWED:
            push = pushed(body, state, i, air_x, air_y)
            tow(path, path_start[p], path_start[p + 1], body, state, i, code[CARRIER, i], push, friction, h)
        elif code[MODE, i] == HINGED:
            hang(body, state, i, code[CARRIER, i], h)
