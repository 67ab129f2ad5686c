"""Families fitted by maximum likelihood, compared, and how sure their numbers are.

Closed forms for uniform, normal and lognormal; one equation in the shape for gamma and Weibull (Johnson, Kotz,
Balakrishnan, Continuous Univariate Distributions 1, ch. 17 and 21). Intervals resample drivers, not samples:
what one driver does in two moments is no two observations.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from scenarios.hazards.distributions import FAMILIES, Distribution, distribution
from scenarios.sampling.fitting.observed import Sample

LEAST_N = 5  # observations below which nothing is fitted
RESAMPLES, COVERAGE = 200, 0.95
LARGEST_SHAPE = 1e4


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """One family on one sample."""

    distribution: Distribution
    log_likelihood: float
    ks: float  # largest distance of the distribution functions

    @property
    def aic(self) -> float:
        """Return Akaike's criterion: less is better."""
        return 2.0 * len(self.distribution.numbers) - 2.0 * self.log_likelihood


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A quantity with its families, best first, and intervals of the best one's numbers."""

    name: str
    unit: str
    n: int
    drivers: int
    candidates: tuple[Candidate, ...]
    intervals: tuple[tuple[float, float], ...]  # 95 %, of the best family's numbers

    @property
    def best(self) -> Candidate:
        """Return the family with the least AIC."""
        return self.candidates[0]

    @property
    def numbers(self) -> dict[str, float]:
        """Return the best family's numbers by name."""
        names = FAMILIES[self.best.distribution.kind].numbers
        return dict(zip(names, self.best.distribution.numbers, strict=True))


def fitted(name: str, sample: Sample, *, seed: int = 1) -> Fitted | None:
    """Return the families on a sample, best first; None where there is too little, or all values are one."""
    x = np.asarray(sample.value, np.float64)
    if len(x) < LEAST_N or not np.ptp(x) > 1e-9 * max(float(np.abs(x).max()), 1.0):
        return None
    found = [c for kind in FAMILIES if (c := candidate(kind, x)) is not None]
    # a uniform's ends are the extremes themselves: its AIC means nothing, and it has no tails
    candidates = sorted(found, key=lambda c: (c.distribution.kind == "uniform", c.aic))
    return Fitted(
        name=name,
        unit=sample.unit,
        n=len(x),
        drivers=len(np.unique(sample.driver)),
        candidates=tuple(candidates),
        intervals=intervals(candidates[0].distribution.kind, sample, seed=seed),
    )


def candidate(kind: str, x: Array) -> Candidate | None:
    """Return a family fitted to values; None where they are outside its support."""
    numbers = estimate(kind, x)
    if numbers is None:
        return None
    try:
        found = distribution(kind, dict(zip(FAMILIES[kind].numbers, numbers, strict=True)))
    except ValueError:
        return None
    log_likelihood = float(found.log_density(x).sum())
    if not np.isfinite(log_likelihood):
        return None
    return Candidate(distribution=found, log_likelihood=log_likelihood, ks=distance(found, x))


def estimate(kind: str, x: Array) -> tuple[float, float] | None:
    """Return the numbers of a family that make values likeliest; None where the family cannot have them."""
    if kind == "uniform":
        return float(x.min()), float(x.max())
    if kind == "normal":
        return float(x.mean()), float(x.std())
    if x.min() <= 0.0:
        return None
    logs = np.log(x)
    if kind == "lognormal":
        return float(logs.mean()), float(logs.std())
    if kind == "gamma":
        return _gamma(x, logs)
    return _weibull(x, logs) if kind == "weibull" else None


def _gamma(x: Array, logs: Array) -> tuple[float, float] | None:
    """log k - digamma(k) = log of the mean - mean of the logs."""
    excess = float(np.log(x.mean()) - logs.mean())
    shape = _root(lambda k: np.log(k) - special.digamma(k) - excess)
    return None if shape is None else (shape, float(x.mean()) / shape)


def _weibull(x: Array, logs: Array) -> tuple[float, float] | None:
    """sum x^k log x / sum x^k - 1/k = mean of the logs; x scaled by its largest so that no power overflows."""
    top = float(x.max())
    scaled = np.log(x / top)

    def excess(k: float) -> float:
        weight = np.exp(k * scaled)
        return float((weight * logs).sum() / weight.sum() - 1.0 / k - logs.mean())

    shape = _root(excess)
    return None if shape is None else (shape, top * float(np.exp(shape * scaled).mean()) ** (1.0 / shape))


def _root(f: object) -> float | None:
    """Return where a function of the shape changes sign, None where it does not."""
    low, high = 1e-3, LARGEST_SHAPE
    if not callable(f) or not f(low) * f(high) < 0.0:
        return None
    return float(optimize.brentq(f, low, high, xtol=1e-12))


def distance(d: Distribution, x: Array) -> float:
    """Return the Kolmogorov-Smirnov distance of values from a distribution."""
    below = d.cumulative(np.sort(x))
    steps = np.arange(len(x) + 1) / len(x)
    return float(max((steps[1:] - below).max(), (below - steps[:-1]).max()))


def intervals(kind: str, sample: Sample, *, seed: int) -> tuple[tuple[float, float], ...]:
    """Return 95 % percentile intervals of a family's numbers, from samples with the drivers drawn again."""
    rng = Streams(seed, 0).rng(f"resample {kind} {len(sample)}")
    of_driver = [np.flatnonzero(sample.driver == d) for d in np.unique(sample.driver)]
    found = []
    for _ in range(RESAMPLES):
        drawn = rng.integers(len(of_driver), size=len(of_driver))
        numbers = estimate(kind, sample.value[np.concatenate([of_driver[d] for d in drawn])])
        if numbers is not None and np.isfinite(numbers).all():
            found.append(numbers)
    tail = 50.0 * (1.0 - COVERAGE)
    if not found:
        return ()
    low, high = np.percentile(np.array(found), [tail, 100.0 - tail], axis=0)
    return tuple((float(a), float(b)) for a, b in zip(low, high, strict=True))
