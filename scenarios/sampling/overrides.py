"""What a user may ask of a draw: `gap_m=U(5,30)` or `gap_m=12`. It changes where draws fall, never the prior."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from roadnet.base.errors import InputError, did_you_mean
from scenarios.hazards.leaf import Leaf

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
PATTERN = re.compile(rf"\s*(\w+)\s*=\s*(?:U\(\s*({NUMBER})\s*,\s*({NUMBER})\s*\)|({NUMBER}))\s*")


@dataclass(frozen=True, slots=True)
class Override:
    """Draw `name` uniformly from [low, high]; pinned where both are equal."""

    name: str
    low: float
    high: float

    @property
    def pinned(self) -> bool:
        """Return whether this is one value."""
        return self.low == self.high


def parse(text: str) -> Override:
    """Return the override that a text such as "gap_m=U(5,30)" or "gap_m=12" means. Raises InputError."""
    match = PATTERN.fullmatch(text)
    if match is None:
        raise InputError(f"--set {text}", got=repr(text), wanted="name=value or name=U(low,high)")
    name, low, high, value = match.groups()
    ends = (float(value), float(value)) if value is not None else (float(low), float(high))
    if not np.isfinite(ends).all() or (value is None and ends[0] >= ends[1]):
        raise InputError(f"--set {text}", got=f"{ends[0]:g} .. {ends[1]:g}", wanted="finite numbers, low < high")
    return Override(name, *ends)


def for_leaf(overrides: Iterable[Override], leaf: Leaf) -> tuple[Override, ...]:
    """Return the overrides that name a parameter of this leaf, in its parameters' order, the last of a name."""
    last = {o.name: o for o in overrides}
    return tuple(last[p.name] for p in leaf.parameters if p.name in last)


def check(overrides: Iterable[Override], leaves: Iterable[Leaf]) -> None:
    """Raise InputError where a name is no parameter of any of the leaves."""
    known = {p.name for leaf in leaves for p in leaf.parameters}
    for override in overrides:
        if override.name not in known:
            wanted = f"a parameter of the chosen hazards{did_you_mean(override.name, known)}"
            raise InputError(f"--set {override.name}", got="an unknown parameter", wanted=wanted)
