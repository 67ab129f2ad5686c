"""Block: whatever has a size and no form of its own, such as a wall or a crate."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted

VARIETIES = 1
PHASES = 1


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a block of `size` length, width, height m."""
    return fitted(box((0, 0, 0.5), (1, 1, 1), Material.CONCRETE), size)
