"""Parameters of forms: the range each is drawn from, its unit, and where the range comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.streams import Streams

RAL = "German RAL 2012 (rural roads), recalled"
RAA = "German RAA 2008 (motorways), recalled"
RAST = "German RASt 06 (urban streets), recalled"
RSA = "German RSA 21 (work zones), recalled"
OURS = "ours: long enough to stop from the limit and to be met"


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """A number drawn evenly between two bounds, both allowed; multiples of `step` where it has one."""

    low: float
    high: float
    unit: str
    source: str
    grade: str = "assumed"  # measured | published | datasheet | assumed: nothing here was read from the standard
    step: float = 0.0

    @property
    def counts(self) -> bool:
        """Return whether this is a number of things: an int."""
        return self.step == 1.0 and not self.unit


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One of some words, all equally likely."""

    words: tuple[str, ...]
    source: str
    grade: str = "assumed"


Ranges = Mapping[str, Range | Choice]
Value = float | int | str


def drawn(form: str, ranges: Ranges, seed: int) -> dict[str, Value]:
    """Return a value for every parameter, each from a stream of its own: a new parameter shifts no other."""
    streams = Streams(seed, 0)
    out: dict[str, Value] = {}
    for name, allowed in ranges.items():
        rng = streams.rng(f"roads {form} {name}")
        if isinstance(allowed, Choice):
            out[name] = allowed.words[int(rng.integers(len(allowed.words)))]
        elif allowed.step:
            steps = round((allowed.high - allowed.low) / allowed.step)
            out[name] = _exact(allowed, allowed.low + allowed.step * int(rng.integers(steps + 1)))
        else:
            out[name] = round(float(rng.uniform(allowed.low, allowed.high)), 6)
    return out


def checked(form: str, ranges: Ranges, given: Mapping[str, Value]) -> dict[str, Value]:
    """Return the given values as the parameters' types. Raises InputError with the range or the nearest name."""
    out: dict[str, Value] = {}
    for name, value in given.items():
        where = f"{form}: {name}"
        if name not in ranges:
            raise InputError(form, got=f"parameter {name!r}", wanted=f"a known one{did_you_mean(name, ranges)}")
        allowed = ranges[name]
        if isinstance(allowed, Choice):
            if value not in allowed.words:
                raise InputError(where, got=repr(value), wanted=f"one of {', '.join(allowed.words)}")
            out[name] = value
            continue
        wanted = f"{allowed.low:g} to {allowed.high:g} {allowed.unit}".rstrip()
        try:
            number = float(value)
        except ValueError:
            raise InputError(where, got=repr(value), wanted=wanted) from None
        if not (isfinite(number) and allowed.low <= number <= allowed.high):
            raise InputError(where, got=repr(value), wanted=wanted)
        if allowed.counts and number != int(number):
            raise InputError(where, got=repr(value), wanted=f"a whole number, {wanted}")
        out[name] = _exact(allowed, number)
    return out


def _exact(allowed: Range, value: float) -> Value:
    """Return a count as int, anything else as float."""
    return int(value) if allowed.counts else float(value)
