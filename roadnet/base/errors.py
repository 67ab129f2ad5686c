"""Errors that carry where, what came and what was wanted, in one line."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """Bad input from outside: a file, an element, a value. The command line prints it and exits with 3.

    `where` names file, element or line; `got` what came; `wanted` what would have been right.
    """

    def __init__(self, where: str, *, got: str, wanted: str) -> None:
        self.where, self.got, self.wanted = where, got, wanted
        super().__init__(one_line(f"{where}: got {got}, want {wanted}"))


class GateError(Exception):
    """A gate did not hold. The command line prints it and exits with 1."""


class NondeterminismError(RuntimeError):
    """The same block came out twice with different bytes. Never ignored: the product's promise is broken."""


def one_line(text: str) -> str:
    """Return `text` without line breaks or control characters, so that hostile names cannot forge output."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the nearest known name, or a list of what is known."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}" if names else ""
