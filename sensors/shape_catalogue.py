"""Meshes by kind: the folder sensors/shapes, walked on first use, and a cache."""

import math
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sensors import shapes
from sensors.scene import Mesh

SIZE_STEP_M = 0.01  # meshes of sizes that agree to a centimetre are shared


@cache
def shape_kinds() -> dict[str, ModuleType]:
    """Return kind -> module of sensors/shapes."""
    names = sorted(m.name for m in iter_modules(shapes.__path__))
    return {name: import_module(f"sensors.shapes.{name}") for name in names}


def mesh_of(kind: str, size: tuple[float, float, float], *, look: int = 0, phase: float = 0.0) -> Mesh:
    """Return the mesh of a thing, shared among equal ones; an unknown kind is a plain block ("obstacle").

    size: length, width, height m; `phase` rad is taken to the nearest step of the kind's gait.
    """
    shape = shape_kinds().get(kind, shape_kinds()["obstacle"])
    step = round(phase / (2 * math.pi) * shape.PHASES) % shape.PHASES
    rounded = tuple(max(round(s / SIZE_STEP_M), 1) for s in size)
    return _mesh(shape.__name__, rounded, look % shape.VARIETIES, step)


@lru_cache(maxsize=4096)
def _mesh(module: str, size: tuple[int, ...], variety: int, step: int) -> Mesh:
    shape = import_module(module)
    length, width, height = (s * SIZE_STEP_M for s in size)
    mesh: Mesh = shape.build((length, width, height), variety, 2 * math.pi * step / shape.PHASES)
    return mesh
