"""How far simulated traffic is from recorded traffic, beside how far recorded traffic is from itself.

Distances of samples depend on their sizes, so both are taken between samples of as many drivers: halves of the
recorded drivers against the other halves, and against equally many simulated ones, over the same random splits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.streams import Streams
from scenarios.sampling.fitting.observed import Observed, Sample

QUANTITIES = ("speed", "time_headway", "any_acceleration")
SPLITS = 50
LEAST_DRIVERS = 4  # with samples of a quantity, on each side


@dataclass(frozen=True, slots=True)
class Distance:
    """Between two samples of one quantity."""

    ks: float  # Kolmogorov-Smirnov, 1
    energy: float  # sqrt(2 E|X-Y| - E|X-X'| - E|Y-Y'|), root of the unit (Székely, Rizzo 2013)
    wasserstein: float  # first, in the unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """One quantity: means over the splits."""

    quantity: str
    unit: str
    recorded: tuple[float, float, float]  # 5, 50, 95 % of all recorded samples
    simulated: tuple[float, float, float]
    drivers: int  # on each side of a split
    real_real: Distance
    simulated_real: Distance


def likeness(recorded: Observed, simulated: Observed, *, seed: int = 1) -> tuple[Likeness, ...]:
    """Return the distances of each quantity. InputError where too few drivers show it, on either side."""
    return tuple(one(q, recorded.samples[q], simulated.samples[q], seed=seed) for q in QUANTITIES)


def one(quantity: str, recorded: Sample, simulated: Sample, *, seed: int) -> Likeness:
    """Return the distances of one quantity."""
    real, made = by_driver(recorded), by_driver(simulated)
    half = min(len(real) // 2, len(made))
    if half < LEAST_DRIVERS:
        got = f"{len(real)} recorded and {len(made)} simulated drivers"
        raise InputError(quantity, got=got, wanted=f"at least {2 * LEAST_DRIVERS} and {LEAST_DRIVERS}")
    rng = Streams(seed, 0).rng(f"likeness {quantity}")
    among, across = [], []
    for _ in range(SPLITS):
        order = rng.permutation(len(real))
        mine = joined(real, order[:half])
        among.append(distance_between(mine, joined(real, order[half : 2 * half])))
        across.append(distance_between(mine, joined(made, rng.permutation(len(made))[:half])))
    return Likeness(
        quantity=quantity,
        unit=recorded.unit,
        recorded=quantiles(recorded.value),
        simulated=quantiles(simulated.value),
        drivers=half,
        real_real=mean_of(among),
        simulated_real=mean_of(across),
    )


def distance_between(a: Array, b: Array) -> Distance:
    """Return the distances of two samples (N,) and (M,)."""
    return Distance(
        ks=float(stats.ks_2samp(a, b).statistic),
        energy=float(stats.energy_distance(a, b)),
        wasserstein=float(stats.wasserstein_distance(a, b)),
    )


def by_driver(sample: Sample) -> list[Array]:
    """Return the samples of each driver."""
    return [sample.value[sample.driver == d] for d in np.unique(sample.driver)]


def joined(groups: Sequence[Array], rows: Array) -> Array:
    """Return the samples of these drivers as one."""
    return np.concatenate([groups[int(r)] for r in rows])


def quantiles(values: Array) -> tuple[float, float, float]:
    """Return the 5, 50 and 95 % quantiles."""
    low, middle, high = np.percentile(values, [5.0, 50.0, 95.0])
    return float(low), float(middle), float(high)


def mean_of(distances: Sequence[Distance]) -> Distance:
    """Return the mean of each distance."""
    return Distance(*(float(np.mean([getattr(d, n) for d in distances])) for n in ("ks", "energy", "wasserstein")))


def table_of(rows: Sequence[Likeness]) -> str:
    """Return the distances as text, one row a quantity."""
    lines = [
        f"{'quantity':18}{'unit':6}{'recorded 5/50/95 %':>24}{'simulated':>24}{'drivers':>9}"
        f"{'real-real KS':>14}{'sim-real':>10}{'energy':>10}{'sim-real':>10}{'W1':>8}{'sim-real':>10}"
    ]
    for r in rows:
        ranges = ["/".join(f"{v:.2f}" for v in q) for q in (r.recorded, r.simulated)]
        lines.append(
            f"{r.quantity:18}{r.unit:6}{ranges[0]:>24}{ranges[1]:>24}{r.drivers:>9}"
            f"{r.real_real.ks:>14.3f}{r.simulated_real.ks:>10.3f}{r.real_real.energy:>10.3f}"
            f"{r.simulated_real.energy:>10.3f}{r.real_real.wasserstein:>8.3f}{r.simulated_real.wasserstein:>10.3f}"
        )
    return "\n".join(lines)
