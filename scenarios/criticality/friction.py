"""What the tyres can give at the friction that the recording states."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.recording import Recording

GRAVITY_MPS2 = 9.81


def grip(recording: Recording) -> Array:
    """Return (T,) m/s2: the largest acceleration in any direction, friction times gravity."""
    return recording.surroundings.friction.astype(np.float64) * GRAVITY_MPS2
