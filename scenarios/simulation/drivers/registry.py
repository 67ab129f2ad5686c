"""The reference drivers by id: the files of this folder that declare one, walked on first use."""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from scenarios.simulation import drivers as folder


@cache
def drivers() -> dict[str, ModuleType]:
    """Return id -> file with TITLE, SOURCE and Driver, sorted by id."""
    names = sorted(m.name for m in pkgutil.iter_modules(folder.__path__) if not m.ispkg)
    files = {name: import_module(f"{folder.__name__}.{name}") for name in names}
    return {name: file for name, file in files.items() if hasattr(file, "TITLE")}
