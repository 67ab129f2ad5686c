"""The road forms by id: the files of this folder that declare one, walked on first use."""

import pkgutil
import tempfile
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from roadnet import generate
from roadnet.base.errors import InputError, did_you_mean
from roadnet.formats import opendrive
from roadnet.generate.parts.ranges import Ranges, Value, checked
from roadnet.network import RoadNetwork


class FormFile(Protocol):
    """A file of this folder that declares a road form."""

    FORM: type[Any]  # frozen dataclass of the parameters, all with defaults
    RANGES: Ranges
    PLACES: frozenset[str]  # kinds of places that every map of this form has

    def sample(self, seed: int) -> Any:
        """Return a FORM drawn from RANGES; equal seeds, equal parameters."""

    def document(self, form: Any) -> bytes:
        """Return OpenDRIVE 1.7; equal parameters, equal bytes."""


@cache
def forms() -> dict[str, FormFile]:
    """Return id -> file, sorted by id."""
    names = sorted(m.name for m in pkgutil.iter_modules(generate.__path__) if not m.ispkg)
    files = {name: import_module(f"{generate.__name__}.{name}") for name in names if name != "registry"}
    return {name: cast(FormFile, file) for name, file in files.items() if hasattr(file, "FORM")}


def form_file(form: str) -> FormFile:
    """Return the file of a form. Raises InputError with the nearest name."""
    if form not in forms():
        raise InputError("form", got=repr(form), wanted=f"a road form{did_you_mean(form, forms())}")
    return forms()[form]


def parameters_of(form: str, *, seed: int | None = None, values: Mapping[str, Value] | None = None) -> Any:
    """Return the form's parameters: its defaults, or a draw from its ranges, with the given values put in.

    Raises InputError for an unknown form or parameter and for a value out of range.
    """
    file = form_file(form)
    base = file.FORM() if seed is None else file.sample(seed)
    given = checked(form, file.RANGES, values or {})
    return file.FORM(**{name: getattr(base, name) for name in base.__dataclass_fields__} | given)


def document_of(form: str, *, seed: int | None = None, **values: Value) -> bytes:
    """Return a map of the form as OpenDRIVE 1.7; see parameters_of."""
    return form_file(form).document(parameters_of(form, seed=seed, values=values))


def build(form: str, *, seed: int | None = None, **values: Value) -> RoadNetwork:
    """Return a map of the form as a road network, read by our own reader; see parameters_of."""
    with tempfile.TemporaryDirectory(prefix="nearmiss-") as folder:
        path = Path(folder, f"{form}.xodr")
        path.write_bytes(document_of(form, seed=seed, **values))
        return opendrive.read(path)
