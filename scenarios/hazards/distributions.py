"""Distributions of parameters: closed forms of density, distribution function and inverse, vectorised.

A base distribution is of z; a parameter is x = location + scale z, truncated to its physical range. What
truncation discards is known exactly and reported, never hidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from roadnet.base.arrays import Array
from roadnet.base.errors import did_you_mean
from roadnet.base.maths import exp_all, log_all

Form = Callable[..., Array]
LOG_ROOT_2PI = 0.5 * float(np.log(2.0 * np.pi))


@dataclass(frozen=True, slots=True)
class Family:
    """A family: the names of its numbers, then functions of (z or u, *numbers)."""

    numbers: tuple[str, ...]
    log_density: Form
    cumulative: Form
    inverse: Form


def _log(x: Array) -> Array:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(x))


def _exp_same(x: Array) -> Array:
    """Return e to the power x, the same bits everywhere, in the shape of x."""
    return exp_all(x).reshape(np.shape(x))


def _log_same(x: Array) -> Array:
    """Return the natural logarithm, the same bits everywhere, in the shape of x; infinity stays what it is."""
    return np.where(np.isposinf(x), np.inf, log_all(np.where(np.isposinf(x), 1.0, x)).reshape(np.shape(x)))


def _log1p_same(x: Array) -> Array:
    """Return log(1 + x) as precisely near 0. Goldberg, ACM Computing Surveys 23 (1991), theorem 4."""
    near = 1.0 + np.asarray(x)
    apart = np.where(near == 1.0, 1.0, near - 1.0)
    return np.where(near == 1.0, x, _log_same(near) * x / apart)


def _expm1_same(x: Array) -> Array:
    """Return e to the power x, less 1, for x at most 0, as precisely near 0 (Kahan's form of the same)."""
    power = _exp_same(x)
    lost = (power == 1.0) | (power < 1e-20)  # x itself, or 1 less than nothing
    rest = np.where(lost, 1.0, _log_same(np.where(lost, 1.0, power)))
    return np.where(lost, np.maximum(x, -1.0), (power - 1.0) * np.where(lost, 0.0, x) / rest)


def _inside(z: Array, lo: float, hi: float, value: Array) -> Array:
    return np.where((z >= lo) & (z <= hi), value, -np.inf)


def _gamma_log_density(z: Array, shape: float, scale: float) -> Array:
    y = np.maximum(z, 0.0) / scale
    return _inside(z, 0.0, np.inf, special.xlogy(shape - 1.0, y) - y - special.gammaln(shape) - np.log(scale))


def _weibull_log_density(z: Array, shape: float, scale: float) -> Array:
    y = np.maximum(z, 0.0) / scale
    return _inside(z, 0.0, np.inf, np.log(shape / scale) + special.xlogy(shape - 1.0, y) - y**shape)


def _lognormal_log_density(z: Array, mu: float, sigma: float) -> Array:
    log_z = _log(np.maximum(z, 1e-300))
    return _inside(z, 1e-300, np.inf, -log_z - LOG_ROOT_2PI - np.log(sigma) - 0.5 * ((log_z - mu) / sigma) ** 2)


FAMILIES: dict[str, Family] = {
    "uniform": Family(
        ("low", "high"),
        lambda z, a, b: _inside(z, a, b, np.full(np.shape(z), -np.log(b - a))),
        lambda z, a, b: np.clip((z - a) / (b - a), 0.0, 1.0),
        lambda u, a, b: a + u * (b - a),
    ),
    "normal": Family(
        ("mean", "sd"),
        lambda z, m, s: np.asarray(-0.5 * ((z - m) / s) ** 2 - LOG_ROOT_2PI - np.log(s)),
        lambda z, m, s: np.asarray(special.ndtr((z - m) / s)),
        lambda u, m, s: np.asarray(m + s * special.ndtri(u)),
    ),
    "lognormal": Family(
        ("mu", "sigma"),
        _lognormal_log_density,
        lambda z, m, s: np.asarray(special.ndtr((_log_same(np.maximum(z, 0.0)) - m) / s)),
        lambda u, m, s: _exp_same(m + s * special.ndtri(u)),
    ),
    "weibull": Family(
        ("shape", "scale"),
        _weibull_log_density,
        lambda z, k, c: -_expm1_same(-_exp_same(k * _log_same(np.maximum(z, 0.0) / c))),
        lambda u, k, c: c * _exp_same(_log_same(-_log1p_same(-np.asarray(u))) / k),
    ),
    "gamma": Family(
        ("shape", "scale"),
        _gamma_log_density,
        lambda z, k, c: np.asarray(special.gammainc(k, np.maximum(z, 0.0) / c)),
        lambda u, k, c: np.asarray(c * special.gammaincinv(k, u)),
    ),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A member of a family. `weights` makes a categorical one: codes 0, 1, ... with these probabilities."""

    kind: str
    numbers: tuple[float, ...]
    weights: tuple[float, ...] = ()

    @property
    def discrete(self) -> bool:
        """Return whether values are codes with probabilities instead of densities."""
        return self.kind == "categorical"

    def cumulative(self, z: Array) -> Array:
        """Return P(Z <= z)."""
        if self.discrete:
            steps = np.concatenate([[0.0], np.cumsum(self.weights)])
            return np.asarray(steps[np.clip(np.floor(z).astype(int) + 1, 0, len(self.weights))])
        return FAMILIES[self.kind].cumulative(z, *self.numbers)

    def inverse(self, u: Array) -> Array:
        """Return the smallest z with P(Z <= z) >= u, u in (0, 1)."""
        if self.discrete:
            return np.searchsorted(np.cumsum(self.weights)[:-1], u, side="right").astype(float)
        return FAMILIES[self.kind].inverse(u, *self.numbers)

    def log_density(self, z: Array) -> Array:
        """Return the log density at z (log probability of a code), -inf outside the support."""
        if self.discrete:
            code = np.clip(np.rint(z).astype(int), 0, len(self.weights) - 1)
            return np.where(code == z, _log(np.asarray(self.weights)[code]), -np.inf)
        return FAMILIES[self.kind].log_density(z, *self.numbers)


@dataclass(frozen=True, slots=True)
class Truncated:
    """x = location + scale z of `base`, given that lo <= x <= hi; location, scale, lo, hi broadcast, scale > 0."""

    base: Distribution
    location: Array
    scale: Array
    lo: Array
    hi: Array

    @property
    def mass(self) -> Array:
        """Return the probability that truncation keeps."""
        below, upto = self._ends()
        return np.asarray(upto - below)

    def inverse(self, u: Array) -> Array:
        """Return the value at probability u of the truncated distribution, always inside [lo, hi]."""
        below, upto = self._ends()
        x = self.location + self.scale * self.base.inverse(np.clip(below + u * (upto - below), 1e-15, 1.0 - 1e-15))
        return np.asarray(np.clip(x, self.lo, self.hi))

    def log_density(self, x: Array) -> Array:
        """Return the log density at x, -inf outside [lo, hi]; 0 where lo = hi, the only value there can be."""
        inside = (x >= self.lo) & (x <= self.hi)
        per_scale = 0.0 if self.base.discrete else _log(self.scale)
        log_density = self.base.log_density((x - self.location) / self.scale) - per_scale - _log(self.mass)
        return np.where(inside, np.where(np.equal(self.lo, self.hi), 0.0, log_density), -np.inf)

    def _ends(self) -> tuple[Array, Array]:
        if self.base.discrete:
            below = self.base.cumulative(np.ceil(self.lo) - 1.0)
        else:
            below = self.base.cumulative((self.lo - self.location) / self.scale)
        return below, self.base.cumulative((self.hi - self.location) / self.scale)


def distribution(kind: str, numbers: Mapping[str, float | list[float]]) -> Distribution:
    """Return the distribution of this kind; ValueError naming what is missing, unknown or out of range."""
    if kind == "categorical":
        weights = np.asarray(numbers.get("weights", ()), float)
        if len(weights) < 2 or (weights < 0).any() or abs(weights.sum() - 1.0) > 1e-9:
            raise ValueError(f"categorical weights: got {weights.tolist()}, want two or more that sum to 1")
        return Distribution(kind, (), tuple(weights.tolist()))
    if kind not in FAMILIES:
        raise ValueError(f"distribution kind: got {kind!r}, want a known one{did_you_mean(kind, FAMILIES)}")
    wanted = FAMILIES[kind].numbers
    if set(numbers) != set(wanted):
        raise ValueError(f"{kind}: got numbers {sorted(numbers)}, want {sorted(wanted)}")
    values = tuple(float(numbers[name]) for name in wanted)  # type: ignore[arg-type]
    positive = (
        values[1] > values[0] if kind == "uniform" else values[1] > 0 and (kind[-6:] == "normal" or values[0] > 0)
    )
    if not np.isfinite(values).all() or not positive:
        raise ValueError(f"{kind}: got {dict(zip(wanted, values, strict=True))}, want finite, positive shape and scale")
    return Distribution(kind, values)
