"""The closest encounter still to come in the recording, from each step on."""

from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.criticality.relative import pairs
from scenarios.model.recording import Recording


@lru_cache(maxsize=8)
def closest_encounter(recording: Recording) -> tuple[Array, Array]:
    """Return (distance m, time until then s), (A, T) each; read where the other is present, as `pairs` says."""
    p = pairs(recording)
    out = np.zeros((2, *p.other.shape))
    look_back(p.clearance, p.other, recording.step_s, out)
    return out[0], out[1]


@compiled
def look_back(clearance: Array, other: Array, step_s: float, out: Array) -> None:
    """Fill in (2, A, T): the least clearance from each step on, and how long until its first such step."""
    for i in range(other.shape[0]):
        least, at = np.inf, 0
        for t in range(other.shape[1] - 1, -1, -1):
            if other[i, t]:
                if clearance[i, t] <= least:
                    least, at = clearance[i, t], t
                out[0, i, t], out[1, i, t] = least, (at - t) * step_s
