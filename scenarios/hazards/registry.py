"""The catalogue: the hazard files of this folder, found by walking it."""

import ast
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from roadnet.base.errors import InputError, did_you_mean
from scenarios.hazards.leaf import Leaf
from scenarios.hazards.taxonomy import taxonomy

FOLDER = Path(__file__).parent


@cache
def catalogue() -> dict[str, Any]:
    """Return taxonomy id -> hazard module, sorted by id: every file of this folder that declares a LEAF."""
    names = sorted(p.stem for p in FOLDER.glob("*.py") if _declares_leaf(p))
    modules = [import_module(f"scenarios.hazards.{name}") for name in names]
    return {m.LEAF.id: m for m in sorted(modules, key=lambda m: str(m.LEAF.id))}


def hazard(name: str) -> ModuleType:
    """Return the hazard of this id or file name. Raises InputError with the nearest known one."""
    known = {**catalogue(), **{m.LEAF.name: m for m in catalogue().values()}}
    if name not in known:
        more = " (in the taxonomy, not yet built)" if name in taxonomy().leaves else ""
        raise InputError("--hazard", got=f"{name!r}{more}", wanted=f"a hazard{did_you_mean(name, known)}")
    module: ModuleType = known[name]
    return module


def chosen(names: list[str]) -> list[Leaf]:
    """Return the leaves that ids, file names, "tag:T" and "all" name, sorted by id, each once. Raises InputError."""
    leaves: dict[str, Leaf] = {}
    for name in names or ["all"]:
        if name == "all":
            found = [m.LEAF for m in catalogue().values()]
        elif name.startswith("tag:"):
            found = [m.LEAF for m in catalogue().values() if name[4:] in m.LEAF.tags]
            if not found:
                tags = sorted({t for m in catalogue().values() for t in m.LEAF.tags})
                raise InputError("--hazard", got=repr(name), wanted=f"a tag of a hazard{did_you_mean(name[4:], tags)}")
        else:
            found = [hazard(name).LEAF]
        leaves.update({leaf.id: leaf for leaf in found})
    return [leaves[i] for i in sorted(leaves)]


def _declares_leaf(path: Path) -> bool:
    """Return whether a file assigns LEAF at its top level, without importing it."""
    body = ast.parse(path.read_bytes()).body
    return any(isinstance(x, ast.Assign) and any(getattr(t, "id", "") == "LEAF" for t in x.targets) for x in body)
