"""House: floors with ribbons of windows; a gable roof or a flat one."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, fitted, joined, loft

VARIETIES = 2
PHASES = 1
FLOOR_M = 3.0
LARGEST_FLOORS = 8  # higher houses get higher floors: bounded triangles


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a house of `size` length, width, height m; `look` picks the roof."""
    length, width, height = size
    gable = look % VARIETIES == 0 and height > 4.0
    wall = height - (min(0.35 * width, 0.35 * height) if gable else 0.4)
    floors = max(1, min(LARGEST_FLOORS, round(wall / FLOOR_M)))
    parts = [_walls(length, width, wall, floors)]
    parts.append(_gable(length, width, wall, height) if gable else _parapet(length, width, wall, height))
    return fitted(joined(parts), size)


def _ring(length: float, width: float, z: float) -> list[tuple[float, float, float]]:
    x, y = 0.5 * length, 0.5 * width
    return [(-x, -y, z), (x, -y, z), (x, y, z), (-x, y, z)]


def _walls(length: float, width: float, wall: float, floors: int) -> Part:
    step = wall / floors
    heights = [0.0] + [step * (i + f) for i in range(floors) for f in (0.33, 0.8)] + [wall]
    side = [[m] for _ in range(floors) for m in (Material.FACADE, Material.FACADE_GLASS)] + [[Material.FACADE]]
    rings = [_ring(length - 0.3, width - 0.3, z) for z in heights]
    return loft(rings, side, first=Material.FACADE, last=Material.FACADE)


def _gable(length: float, width: float, wall: float, height: float) -> Part:
    x, y = 0.5 * length, 0.5 * width
    section = [(-y, wall - 0.1), (y, wall - 0.1), (0.0, height)]
    rings = [[(s, a, b) for a, b in section] for s in (-x, x)]
    side = [[Material.FACADE, Material.ROOF_TILE, Material.ROOF_TILE]]
    return loft(rings, side, first=Material.FACADE, last=Material.FACADE)


def _parapet(length: float, width: float, wall: float, height: float) -> Part:
    rings = [_ring(length, width, wall - 0.1), _ring(length, width, height)]
    return loft(rings, Material.FACADE, first=Material.CONCRETE, last=Material.CONCRETE)
