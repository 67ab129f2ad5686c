"""Traffic light head with three lenses that face +x."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, box, fitted, joined, limb, loft

VARIETIES = 1
PHASES = 1
HOUSING = Material.LIGHT_HOUSING


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a signal head of `size` depth, width, height m."""
    parts = [box((0, 0, 0.5), (0.2, 0.32, 1.0), HOUSING)]
    for z, lens in ((0.83, Material.LENS_RED), (0.5, Material.LENS_AMBER), (0.17, Material.LENS_GREEN)):
        parts.append(limb((0.05, 0, z), (0.115, 0, z), (0.105, 0.105), HOUSING, sides=8, cap=lens))
        parts.append(_visor(z))
    return fitted(joined(parts), size)


def _visor(z: float) -> Part:
    low, high = z + 0.09, z + 0.13
    rings = [[(x, -0.1, low), (x, 0.1, low), (x, 0.06, high), (x, -0.06, high)] for x in (0.08, 0.22)]
    return loft(rings, HOUSING, first=HOUSING, last=HOUSING)
