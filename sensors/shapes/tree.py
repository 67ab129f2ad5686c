"""Tree: broad-leaved or conifer."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import blob, fitted, joined, limb

VARIETIES = 3
PHASES = 1


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a tree of crown `size` length, width and height m; `look` picks the form."""
    variety, leaves = look % VARIETIES, Material.FOLIAGE
    trunk = limb((0, 0, 0), (0, 0, 3.6), (0.22, 0.12), Material.BARK)
    if variety == 2:
        tiers = ((1.4, 1.7, 3.6), (3.0, 1.35, 3.0), (4.6, 0.95, 2.6))
        crown = [limb((0, 0, z), (0, 0, z + h), (r, 0.05), leaves, sides=8) for z, r, h in tiers]
    elif variety == 1:
        crown = [blob((0, 0, 4.8), (3.4, 3.4, 4.8), leaves), blob((0.3, 0.2, 3.4), (3.6, 3.2, 2.2), leaves)]
    else:
        crown = [
            blob((0.5, 0.3, 3.9), (3.6, 3.4, 3.0), leaves),
            blob((-0.7, -0.4, 4.4), (3.0, 3.4, 2.8), leaves),
            blob((0.1, 0.5, 5.6), (2.6, 2.4, 2.4), leaves),
        ]
    return fitted(joined([trunk, *crown]), size)
