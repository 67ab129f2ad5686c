"""Pole: a plain post, or a street lamp where it is higher than 4 m and has room for an arm."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, joined, limb

VARIETIES = 1
PHASES = 1
STEEL = Material.GALVANISED_STEEL


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a pole in a box of `size` length, width, height m."""
    length, width, height = size
    radius = 0.5 * min(length, width)
    shaft = limb((0, 0, 0), (0, 0, height), (min(radius, 0.12), min(radius, 0.07)), STEEL, sides=8)
    if height < 4.0 or length < 2.5 * width:
        return fitted(shaft, size)
    arm = limb((0, 0, height - 0.15), (length, 0, height - 0.05), (0.05, 0.04), STEEL, sides=4)
    lamp = box((length - 0.3, 0, height - 0.1), (0.6, 0.25, 0.12), Material.LIGHT_HOUSING)
    return fitted(joined([shaft, arm, lamp]), size)
