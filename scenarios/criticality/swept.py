"""Where agents were, in boxes of a few steps each, so that most of a long recording is passed over at once."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled

CHUNK = 16  # steps a box
SLACK_M = 1e-6  # no rounding decides


@compiled
def swept_boxes(xyz: Array, present: Array) -> Array:
    """Return (A, chunks, 4) least x, least y, most x, most y of the centres; an empty box where nobody is present."""
    agents, steps = present.shape
    out = np.empty((agents, (steps + CHUNK - 1) // CHUNK, 4))
    out[:, :, :2], out[:, :, 2:] = np.inf, -np.inf
    for i in range(agents):
        for m in range(steps):
            if present[i, m]:
                box = out[i, m // CHUNK]
                box[0], box[1] = min(box[0], xyz[i, m, 0]), min(box[1], xyz[i, m, 1])
                box[2], box[3] = max(box[2], xyz[i, m, 0]), max(box[3], xyz[i, m, 1])
    return out


@compiled
def far_from(box: Array, x: float, y: float, near: float) -> bool:
    """Return whether (x, y) is farther than `near` from all of a box."""
    reach = near + SLACK_M
    return bool(x < box[0] - reach or x > box[2] + reach or y < box[1] - reach or y > box[3] + reach)
