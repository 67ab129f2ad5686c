"""Exposure data: the distributions that the declared real-world prior is made of, each with its origin.

data/exposure/TOPIC.toml holds one table a quantity. A grade of `assumed` is said wherever the number is shown.
"""

import math
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml, number
from roadnet.base.shipped import data_path
from scenarios.hazards.copula import Copula, copula
from scenarios.hazards.distributions import Distribution, Truncated, distribution
from scenarios.hazards.taxonomy import Grade


@dataclass(frozen=True, kw_only=True)
class Prior:
    """A distribution and where it comes from."""

    kind: str
    unit: str  # of z, what is scaled; "1" where it is a ratio
    source: str
    domain: str  # where and when it was seen, or "" for an assumption
    grade: Grade
    numbers: dict[str, float] = field(default_factory=dict)
    weights: tuple[float, ...] = ()  # of a categorical
    n: int = 0  # observations behind it; 0 where the source does not say
    least: float | None = None  # physical support: what lies outside is cut off
    most: float | None = None
    fit_ks: float | None = None  # Kolmogorov-Smirnov distance to the data it was fitted to

    def __post_init__(self) -> None:
        _ = self.distribution  # so that a wrong one is refused where it stands
        if float(self.truncated.mass) <= 0.0:
            raise ValueError(f"least < most with probability between them, not [{self.least}, {self.most}]")

    @cached_property
    def distribution(self) -> Distribution:
        """Return the distribution itself."""
        return distribution(self.kind, {**self.numbers, **({"weights": list(self.weights)} if self.weights else {})})

    @cached_property
    def truncated(self) -> Truncated:
        """Return the distribution cut to its physical support."""
        least = -math.inf if self.least is None else self.least
        most = math.inf if self.most is None else self.most
        one, lo, hi = np.float64(1.0), np.float64(least), np.float64(most)
        if self.distribution.discrete:
            lo, hi = np.float64(max(least, 0.0)), np.float64(min(most, len(self.weights) - 1.0))
        return Truncated(self.distribution, np.asarray(0.0), np.asarray(one), np.asarray(lo), np.asarray(hi))


@dataclass(frozen=True, kw_only=True, slots=True)
class Correlation:
    """Two quantities of a topic that go together."""

    between: tuple[str, str]
    rank: float = number(above=-1.0, below=1.0)  # Spearman's
    source: str
    grade: Grade


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One file: the quantities of one topic."""

    about: str
    quantities: dict[str, Prior]
    correlations: tuple[Correlation, ...] = ()

    def __post_init__(self) -> None:
        _ = self.copula  # so that impossible correlations are refused where they stand

    @cached_property
    def continuous(self) -> tuple[str, ...]:
        """Return the names of the quantities that have a density, sorted."""
        return tuple(sorted(name for name, p in self.quantities.items() if not p.distribution.discrete))

    @cached_property
    def copula(self) -> Copula:
        """Return how the continuous quantities go together, in the order of `continuous`."""
        return copula(self.continuous, [(*c.between, c.rank) for c in self.correlations])


@cache
def topic(name: str) -> Topic:
    """Return the exposure data of a topic, a file of data/exposure. Raises InputError."""
    return load_toml(data_path("exposure", f"{name}.toml"), Topic)


def prior(topic_name: str, quantity: str) -> Prior:
    """Return the prior of a quantity. Raises InputError with the nearest known name."""
    known = topic(topic_name).quantities
    if quantity not in known:
        where = f"exposure/{topic_name}.toml"
        raise InputError(where, got=repr(quantity), wanted=f"a quantity of it{did_you_mean(quantity, known)}")
    return known[quantity]


def load_exposure(path: str | Path) -> Topic:
    """Return a file of somebody's own exposure data, as `nearmiss fit` writes it. Raises InputError."""
    return load_toml(path, Topic)
