"""Exposure data: the distributions that the declared real-world prior is made of, each with its origin.

data/exposure/TOPIC.toml holds one table a quantity. A grade of `assumed` is said wherever the number is shown.
"""

from dataclasses import dataclass, field
from functools import cache

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.records import load_toml
from roadnet.base.shipped import data_path
from scenarios.hazards.distributions import Distribution, distribution
from scenarios.hazards.taxonomy import Grade


@dataclass(frozen=True, kw_only=True, slots=True)
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

    def __post_init__(self) -> None:
        _ = self.distribution  # so that a wrong one is refused where it stands

    @property
    def distribution(self) -> Distribution:
        """Return the distribution itself."""
        return distribution(self.kind, {**self.numbers, **({"weights": list(self.weights)} if self.weights else {})})


@dataclass(frozen=True, kw_only=True, slots=True)
class Topic:
    """One file: the quantities of one topic."""

    about: str
    quantities: dict[str, Prior]


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
