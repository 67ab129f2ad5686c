"""Transverse Mercator about a point, true to scale there: latitude and longitude to metres.

Krueger's series in the third flattening n to the fourth order (Krueger 1912; Karney, "Transverse Mercator with an
accuracy of a few nanometers", 2011, equations 7 to 9 and 35): below 1e-6 m within some degrees. Functions of our
own, so that the metres have the same bits on every CPU.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, exp_all, log_all, sincos_all

A_M, FLATTENING = 6378137.0, 1 / 298.257223563  # WGS 84, NIMA TR8350.2
N = FLATTENING / (2 - FLATTENING)
ECCENTRICITY = float(np.sqrt(FLATTENING * (2 - FLATTENING)))
RADIUS_M = A_M / (1 + N) * (1 + N * N / 4 + N * N * N * N / 64)
ALPHA = (
    N / 2 - 2 * N * N / 3 + 5 * N * N * N / 16 + 41 * N * N * N * N / 180,
    13 * N * N / 48 - 3 * N * N * N / 5 + 557 * N * N * N * N / 1440,
    61 * N * N * N / 240 - 103 * N * N * N * N / 140,
    49561 * N * N * N * N / 161280,
)


def transverse_mercator(lat_deg: Array, lon_deg: Array, lat0_deg: float, lon0_deg: float) -> tuple[Array, Array]:
    """Return (x east, y north), each (N,) m from the origin; scale 1 along its meridian."""
    _, y0 = _series(np.array([lat0_deg]), np.zeros(1))
    x, y = _series(np.asarray(lat_deg, float), np.asarray(lon_deg, float) - lon0_deg)
    return x, y - y0[0]


def _series(lat_deg: Array, east_deg: Array) -> tuple[Array, Array]:
    sine, _ = sincos_all(lat_deg * (np.pi / 180))
    sine_l, cosine_l = sincos_all(east_deg * (np.pi / 180))
    tau = _sinh(_artanh(sine) - ECCENTRICITY * _artanh(ECCENTRICITY * sine))  # tangent of the conformal latitude
    xi = atan2_all(tau, cosine_l)
    eta = _artanh(sine_l / np.sqrt(1 + tau * tau))
    north, east = xi.copy(), eta.copy()
    for j, alpha in enumerate(ALPHA, start=1):
        s, c = sincos_all(2 * j * xi)
        grow = exp_all(2 * j * eta)
        north = north + alpha * s * (grow + 1 / grow) / 2
        east = east + alpha * c * (grow - 1 / grow) / 2
    return RADIUS_M * east, RADIUS_M * north


def _artanh(x: Array) -> Array:
    return np.asarray(log_all((1 + x) / (1 - x)) / 2)


def _sinh(x: Array) -> Array:
    grow = exp_all(x)
    return np.asarray((grow - 1 / grow) / 2)
