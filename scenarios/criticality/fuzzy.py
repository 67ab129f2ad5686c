"""What the fuzzy surrogates share: constants and the ramp between unsafe and safe. Mattas et al. 2020."""

import numpy as np

from roadnet.base.arrays import Array

REACTS_S = 0.75
COMFORT_MPS2, HARD_MPS2, LEADER_MPS2 = 4.0, 6.0, 7.0
MARGIN_M = 2.0


def ramp(value: Array, unsafe: Array, safe: Array) -> Array:
    """Return 1 below `unsafe`, 0 above `safe`, linear between; where both are one, a step."""
    width = safe - unsafe
    part = np.divide(safe - value, width, out=np.where(value < unsafe, 1.0, 0.0), where=width > 0.0)
    return np.asarray(np.clip(part, 0.0, 1.0))
