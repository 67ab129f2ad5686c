"""Who touches whom in a step: candidates from a sorted sweep, the touch itself exact between two steps.

The sweep sorts the agents' extents along one axis of the map. From step to step the order hardly changes, so that
the insertion sort and the scan of overlapping extents cost the same an agent, however many there are.
Baraff, "Dynamic simulation of non-penetrating rigid bodies", 1992, section 7.3 (sort and sweep).
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.boxes import separation, swept_contact
from scenarios.simulation.layout import (
    COS,
    CRASHED,
    LENGTH,
    MOVE_X,
    MOVE_Y,
    PRESENT,
    REACH,
    ROOT,
    SIN,
    SWEEP_HIGH,
    SWEEP_LOW,
    TURN,
    WIDTH,
    YAW,
    X,
    Y,
)

SURE_M = 1e-6  # boxes that end a step this much farther apart than they moved have not met, rounding included


@lean
def widest_axis(state: Array, low: int, high: int) -> int:
    """Return along which axis the agents [low, high) are spread wider: X or Y, the column of `state`."""
    left, right, near, far = np.inf, -np.inf, np.inf, -np.inf
    for i in range(low, high):
        left, right = min(left, state[X, i]), max(right, state[X, i])
        near, far = min(near, state[Y, i]), max(far, state[Y, i])
    return X if right - left >= far - near else Y


@lean
def sort_sweep(body: Array, state: Array, axis: int, order: Array) -> None:
    """Measure the extents that the agents of `order` swept along an axis in the last step, and sort by their begin."""
    move = MOVE_X if axis == X else MOVE_Y
    for r in range(len(order)):
        i = order[r]
        at, before, reach = state[axis, i], state[axis, i] - state[move, i], body[REACH, i]
        begin = min(at, before) - reach
        state[SWEEP_LOW, i], state[SWEEP_HIGH, i] = begin, max(at, before) + reach
        q = r
        while q > 0 and state[SWEEP_LOW, order[q - 1]] > begin:
            order[q] = order[q - 1]
            q -= 1
        order[q] = i


@lean
def sure_apart(body: Array, state: Array, i: int, j: int) -> bool:
    """Return whether two agents end the step farther apart than any of their points can have moved."""
    ux, uy = state[MOVE_X, j] - state[MOVE_X, i], state[MOVE_Y, j] - state[MOVE_Y, i]
    fastest = np.sqrt(ux * ux + uy * uy) + abs(state[TURN, i]) * body[REACH, i] + abs(state[TURN, j]) * body[REACH, j]
    gap = separation(
        state[X, j] - state[X, i], state[Y, j] - state[Y, i],
        state[COS, i], state[SIN, i], 0.5 * body[LENGTH, i], 0.5 * body[WIDTH, i],
        state[COS, j], state[SIN, j], 0.5 * body[LENGTH, j], 0.5 * body[WIDTH, j],
    )  # fmt: skip
    return bool(gap > fastest + SURE_M)


@lean
def touch(body: Array, state: Array, i: int, j: int) -> float:
    """Return the part of the last step at which agents i and j first touch; infinity if they do not."""
    return float(
        swept_contact(
            state[X, i] - state[MOVE_X, i], state[Y, i] - state[MOVE_Y, i], state[YAW, i] - state[TURN, i],
            state[MOVE_X, i], state[MOVE_Y, i], state[TURN, i], 0.5 * body[LENGTH, i], 0.5 * body[WIDTH, i],
            state[X, j] - state[MOVE_X, j], state[Y, j] - state[MOVE_Y, j], state[YAW, j] - state[TURN, j],
            state[MOVE_X, j], state[MOVE_Y, j], state[TURN, j], 0.5 * body[LENGTH, j], 0.5 * body[WIDTH, j],
        )
    )  # fmt: skip


@lean
def touches(
    body: Array,
    code: Array,
    state: Array,
    low: int,
    order: Array,
    axis: int,
    k: int,
    step_ns: int,
    met: Array,
    pair: Array,
    t_ns: Array,
    closing: Array,
    count: int,
) -> int:
    """Record the pairs that first touch in this step; return the number of contacts so far.

    order (A,): the scenario's agents, `low` the lowest, sorted as the last step left them; met (A, A) bool: pairs
    that have touched. The poses of `state` are those after the step. Who is absent or attached is passed over.
    """
    sort_sweep(body, state, axis, order)
    for r in range(len(order)):
        first, end = order[r], state[SWEEP_HIGH, order[r]]
        if state[PRESENT, first] < 1.0:
            continue
        for q in range(r + 1, len(order)):
            second = order[q]
            if state[SWEEP_LOW, second] > end:
                break
            i, j = min(first, second), max(first, second)
            dx, dy = state[X, j] - state[X, i], state[Y, j] - state[Y, i]
            moved = abs(state[MOVE_X, j] - state[MOVE_X, i]) + abs(state[MOVE_Y, j] - state[MOVE_Y, i])
            near = body[REACH, i] + body[REACH, j] + moved
            if dx * dx + dy * dy > near * near or met[i - low, j - low] or state[PRESENT, second] < 1.0:
                continue
            if code[ROOT, i] == code[ROOT, j] or sure_apart(body, state, i, j):
                continue
            at = touch(body, state, i, j)
            if at > 1.0:
                continue
            met[i - low, j - low] = True
            state[CRASHED, i], state[CRASHED, j] = 1.0, 1.0
            ux, uy = state[MOVE_X, j] - state[MOVE_X, i], state[MOVE_Y, j] - state[MOVE_Y, i]
            pair[count, 0], pair[count, 1] = i - low, j - low
            t_ns[count] = np.int64(np.rint((k + at) * step_ns))
            closing[count] = np.sqrt(ux * ux + uy * uy) / (step_ns * 1e-9)
            count += 1
    return count
