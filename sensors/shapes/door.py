"""Car door: a panel with a window above it, the hinge at its front end; its lower edge is clear of the ground."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import bounds, box, fitted, joined, loft

VARIETIES = 1
PHASES = 1
SILL = 0.22  # of the height: where the door begins


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a door of `size` length, thickness, height of its upper edge above the ground, m."""
    half, belt = 0.5, 0.64
    pillar = [(-half, belt), (half, belt), (0.1, 1.0), (-half + 0.08, 1.0)]
    window = [[(x, y, z) for x, z in pillar] for y in (-0.2, 0.2)]
    parts = [
        box((0, 0, 0.5 * (SILL + belt)), (1.0, 1.0, belt - SILL), Material.CAR_PAINT),
        loft(window, Material.TRIM, first=Material.CAR_GLASS, last=Material.CAR_GLASS),
        box((-0.36, 0.0, 0.57), (0.14, 1.0, 0.03), Material.TRIM),
    ]
    envelope = bounds(joined(parts))
    envelope[0, 2] = 0.0
    return fitted(joined(parts), size, envelope)
