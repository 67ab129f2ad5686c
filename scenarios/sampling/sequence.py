"""Points that fill a box evenly and can be addressed by number."""

from functools import cache

import numpy as np

from roadnet.base.arrays import Array


def spread(first: int, count: int, dimensions: int, *, shift: Array | float = 0.5) -> Array:
    """Return points `first` .. `first + count - 1` of an additive recurrence in [0, 1)^d, (count, d).

    Point n is frac(shift + n alpha) with alpha the inverse powers of the generalised golden ratio: discrepancy
    close to Sobol's in few dimensions, any point at once, no table. Roberts, "The unreasonable effectiveness of
    quasirandom sequences" (2018).
    """
    n = np.arange(first, first + count, dtype=np.float64)[:, None]
    return np.asarray((shift + n * _alpha(dimensions)) % 1.0)


@cache
def _alpha(dimensions: int) -> Array:
    """Return (d,) g^-1 .. g^-d, g the root of g^(d + 1) = g + 1."""
    g = 2.0
    for _ in range(60):
        g = (1.0 + g) ** (1.0 / (dimensions + 1))
    return np.asarray(g ** -np.arange(1.0, dimensions + 1.0))
