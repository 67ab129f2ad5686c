"""First touches in recorded motion, by the same swept boxes as in simulated motion."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.boxes import swept_contact
from scenarios.model.recording import Contacts


@compiled
def _touches(
    xyz: Array, yaw: Array, size: Array, valid: Array, step_ns: int, pair: Array, t_ns: Array, closing: Array
) -> int:
    """Write the first touch of each pair of agents; return how many there are."""
    A, T = valid.shape
    count = 0
    for i in range(A):
        reach_i = 0.5 * np.sqrt(size[i, 0] ** 2 + size[i, 1] ** 2)
        for j in range(i + 1, A):
            reach = reach_i + 0.5 * np.sqrt(size[j, 0] ** 2 + size[j, 1] ** 2)
            for k in range(T - 1):
                if not (valid[i, k] and valid[i, k + 1] and valid[j, k] and valid[j, k + 1]):
                    continue
                dx, dy = xyz[j, k, 0] - xyz[i, k, 0], xyz[j, k, 1] - xyz[i, k, 1]
                mx_i, my_i = xyz[i, k + 1, 0] - xyz[i, k, 0], xyz[i, k + 1, 1] - xyz[i, k, 1]
                mx_j, my_j = xyz[j, k + 1, 0] - xyz[j, k, 0], xyz[j, k + 1, 1] - xyz[j, k, 1]
                near = reach + abs(mx_i) + abs(my_i) + abs(mx_j) + abs(my_j)
                if dx * dx + dy * dy > near * near:
                    continue
                turn_i, turn_j = yaw[i, k + 1] - yaw[i, k], yaw[j, k + 1] - yaw[j, k]
                turn_i -= 2.0 * np.pi * np.rint(turn_i / (2.0 * np.pi))
                turn_j -= 2.0 * np.pi * np.rint(turn_j / (2.0 * np.pi))
                at = swept_contact(
                    xyz[i, k, 0], xyz[i, k, 1], yaw[i, k], mx_i, my_i, turn_i, 0.5 * size[i, 0], 0.5 * size[i, 1],
                    xyz[j, k, 0], xyz[j, k, 1], yaw[j, k], mx_j, my_j, turn_j, 0.5 * size[j, 0], 0.5 * size[j, 1],
                )  # fmt: skip
                if at > 1.0:
                    continue
                pair[count, 0], pair[count, 1] = i, j
                t_ns[count] = np.int64(np.rint((k + at) * step_ns))
                closing[count] = np.sqrt((mx_j - mx_i) ** 2 + (my_j - my_i) ** 2) / (step_ns * 1e-9)
                count += 1
                break
    return count


def contacts_of(xyz: Array, yaw: Array, size: Array, valid: Array, step_ns: int) -> Contacts:
    """Return the first touch of each pair, sorted by time. xyz (A, T, 3) m, yaw (A, T) rad, size (A, 3) m."""
    A = len(valid)
    most = A * (A - 1) // 2
    pair, t_ns = np.zeros((most, 2), np.int32), np.zeros(most, np.int64)
    closing = np.zeros(most, np.float32)
    count = _touches(
        np.ascontiguousarray(xyz, np.float64),
        np.ascontiguousarray(yaw, np.float64),
        np.ascontiguousarray(size, np.float64),
        np.ascontiguousarray(valid, np.bool_),
        step_ns,
        pair,
        t_ns,
        closing,
    )
    order = np.lexsort((pair[:count, 1], pair[:count, 0], t_ns[:count]))
    found = tuple(np.ascontiguousarray(a[:count][order]) for a in (pair, t_ns, closing))
    for array in found:
        array.setflags(write=False)
    return Contacts(pair=found[0], t_ns=found[1], closing_mps=found[2])
