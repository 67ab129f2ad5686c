"""Gates: conditions on figures, as text. [SCOPE.]NAME[.low|.high] OP NUMBER, e.g. "TC-05.pass_rate.low>=0.9".

Nothing here knows which figures there are: a command hands them in, by scope ("" is the whole) and name. A figure
without a value, say a rate of no trials, holds no condition: an empty suite passes no gate.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from roadnet.base.errors import GateError, InputError, did_you_mean

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
ENDS = ("low", "high")
NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
SHAPE = re.compile(
    rf"\s*(?P<names>[\w:.-]*?\w)\s*(?P<op>>=|<=|==|!=|>|<)\s*(?P<number>{NUMBER})(?P<percent>\s*%)?\s*", re.ASCII
)
WANTED = "[LEAF.]NAME[.low|.high] OP NUMBER, e.g. pass_rate>=0.95 or TC-05.pass_rate.low>=0.9"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a gate may ask for; None where there is none, `low` and `high` where it has no interval."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """One condition."""

    text: str  # as it was written, without spaces
    scope: str  # "" for the whole
    name: str
    end: str  # "", "low", "high"
    op: str  # of OPERATORS
    bound: float


Figures = Mapping[str, Mapping[str, Figure]]  # scope -> name -> figure


def parse_gate(text: str, *, option: str = "--gate") -> Gate:
    """Return the gate that `text` writes. Raises InputError."""
    match = SHAPE.fullmatch(text)
    if match is None:
        raise InputError(option, got=repr(text), wanted=WANTED)
    parts = match["names"].split(".")
    end = parts.pop() if len(parts) > 1 and parts[-1] in ENDS else ""
    if len(parts) > 2 or not all(parts):
        raise InputError(option, got=repr(text), wanted=WANTED)
    bound = float(match["number"]) * (0.01 if match["percent"] else 1.0)
    if not math.isfinite(bound):
        raise InputError(option, got=repr(text), wanted="a finite number")
    scope = parts[0] if len(parts) == 2 else ""
    return Gate(text="".join(text.split()), scope=scope, name=parts[-1], end=end, op=match["op"], bound=bound)


def check_names(gates: Sequence[Gate], figures: Figures, *, option: str = "--gate") -> None:
    """Raise InputError, with the nearest name, where a gate asks for what is not there."""
    for gate in gates:
        if gate.scope not in figures:
            scopes = [scope for scope in figures if scope]
            wanted = f"one of the leaves that were run{did_you_mean(gate.scope, scopes)}"
            raise InputError(option, got=f"{gate.scope!r} in {gate.text!r}", wanted=wanted)
        known = figures[gate.scope]
        if gate.name not in known:
            raise InputError(
                option, got=f"{gate.name!r} in {gate.text!r}", wanted=f"a figure{did_you_mean(gate.name, known)}"
            )
        figure = known[gate.name]
        if gate.end and figure.value is not None and getattr(figure, gate.end) is None:
            raise InputError(option, got=f"{gate.text!r}", wanted=f"{gate.name} has no interval: leave out .{gate.end}")


def failures(gates: Sequence[Gate], figures: Figures) -> list[str]:
    """Return a line for each gate that does not hold: what was asked, what came, by how much it missed."""
    check_names(gates, figures)
    return [line for gate in gates if (line := failure(gate, figures[gate.scope][gate.name]))]


def failure(gate: Gate, figure: Figure) -> str:
    """Return why a gate does not hold, "" where it does."""
    value = getattr(figure, gate.end) if gate.end else figure.value
    if value is None:
        return f"{gate.text}: nothing to measure it on"
    if OPERATORS[gate.op](value, gate.bound):
        return ""
    missed = abs(value - gate.bound)
    return f"{gate.text}: got {value:.6g}" + (f", off by {missed:.3g}" if missed else "")


def enforce(gates: Sequence[Gate], figures: Figures) -> None:
    """Raise GateError naming all that fail, in one line."""
    lines = failures(gates, figures)
    if lines:
        raise GateError("; ".join(lines))
