"""cpi: the probability that the required deceleration is more than the car can give."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import exp_all
from roadnet.network import RoadNetwork
from scenarios.criticality import a_long_req
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="cpi",
    unit="1",
    worse="high",
    formula="P(MADR <= |a_long_req|), MADR normal 8.45 +- 1.40 m/s2 cut at 4.23 and 12.68; the index is its mean "
    "over time",
    source="Cunto and Saccomanno 2007, crash potential index",
    edges="0 below 4.23 m/s2, 1 above 12.68; masked where a_long_req is",
)

MEAN_MPS2, SPREAD_MPS2, LOWEST_MPS2, HIGHEST_MPS2 = 8.45, 1.40, 4.23, 12.68  # Cunto and Saccomanno 2007, dry road
NODES, WEIGHTS = np.polynomial.legendre.leggauss(32)  # on [-1, 1]: 1e-14 over six deviations


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T), 0 to 1; masked where `a_long_req` is."""
    along = a_long_req.evaluate(recording, net)
    value = np.zeros_like(along.value)
    demand = -along.value
    some = demand > LOWEST_MPS2
    value[some] = beyond_deceleration(demand[some])
    return MEASURE.series(value, along.valid)


def beyond_deceleration(demand_mps2: Array) -> Array:
    """Return the probability that the available deceleration is not above a demand (N,)."""
    upper = np.minimum(demand_mps2, HIGHEST_MPS2)
    return mass_below(upper) / mass_below(np.array([HIGHEST_MPS2]))


def mass_below(upper: Array) -> Array:
    """Return the integral of exp(-z^2 / 2) over the deceleration from the lowest to `upper` (N,), m/s2."""
    half = 0.5 * (upper - LOWEST_MPS2)
    z = (LOWEST_MPS2 + half[:, None] * (1.0 + NODES) - MEAN_MPS2) / SPREAD_MPS2
    return half * (exp_all(-0.5 * z**2) @ WEIGHTS)
