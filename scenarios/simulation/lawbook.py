"""The laws by id: the files of scenarios/simulation/laws, walked on first use."""

import pkgutil
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from roadnet.base.errors import InputError, did_you_mean
from scenarios.simulation import laws
from scenarios.simulation.layout import VALUES

# the compiler says so whenever a function is passed to a kernel; the contract tests of laws watch the feature
warnings.filterwarnings("ignore", message=".*First-class function type feature")


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Law:
    """A law as the kernel's table holds it."""

    id: str
    row: int  # in the table
    function: Any  # compiled
    sees: bool  # looks at others, so it is steered; else it runs on rails
    seeks: bool  # looks for the subject, drives within its limits (simulation/pursuit.py)
    by_lanes: bool  # on a path of lanes it plans its own way, as traffic does
    signed: frozenset[str]  # values that may be below zero
    defaults: dict[str, float]


@cache
def lawbook() -> dict[str, Law]:
    """Return law id -> Law, in the order of the table."""
    names = sorted(m.name for m in pkgutil.iter_modules(laws.__path__))
    modules = [import_module(f"{laws.__name__}.{name}") for name in names]
    return {
        name: Law(
            id=name,
            row=i,
            function=m.law,
            sees=m.SEES,
            seeks=getattr(m, "SEEKS", False),
            by_lanes=getattr(m, "BY_LANES", False),
            signed=getattr(m, "SIGNED", frozenset()),
            defaults=dict(m.DEFAULTS),
        )
        for i, (name, m) in enumerate(zip(names, modules, strict=True))
    }


def find(law_id: str, *, where: str) -> Law:
    """Return a law; InputError that names the nearest if there is none."""
    book = lawbook()
    if law_id not in book:
        raise InputError(where, got=f"law {law_id!r}", wanted=f"a law{did_you_mean(law_id, book)}")
    return book[law_id]


def values_of(law: Law, given: tuple[tuple[str, float], ...], *, where: str) -> list[float]:
    """Return the law's values in the order of its defaults, padded to VALUES; InputError on a strange one."""
    values = dict(law.defaults)
    for name, value in given:
        if name not in values:
            raise InputError(
                where, got=f"law value {name!r}", wanted=f"a value of {law.id}{did_you_mean(name, values)}"
            )
        if not value >= 0.0 and name not in law.signed:
            raise InputError(where, got=f"law value {name} = {value:g}", wanted="zero or more")
        values[name] = float(value)
    return [*values.values(), *[0.0] * (VALUES - len(values))]
