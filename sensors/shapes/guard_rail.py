"""Guard rail: a W-beam on posts."""

import numpy as np

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, joined, loft

VARIETIES = 1
PHASES = 1
POST_SPACING_M = 4.0  # EN 1317 systems: 2-4 m
LARGEST_POSTS = 12
STEEL = Material.GALVANISED_STEEL
# W-beam of 310 mm, AASHTO M 180: offset towards traffic and height from the beam's middle, m
WAVE = ((0.0, -0.155), (0.08, -0.10), (0.0, 0.0), (0.08, 0.10), (0.0, 0.155))


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a guard rail of `size` length, width, height m that runs along x; traffic is on its right (-y)."""
    length = size[0]
    front = [(-0.02 - a, 0.595 + b) for a, b in WAVE]
    back = [(a + 0.02, b) for a, b in reversed(front)]
    rail = loft(
        [[(x, y, z) for y, z in front + back] for x in (-0.5 * length, 0.5 * length)], STEEL, first=STEEL, last=STEEL
    )
    count = int(min(LARGEST_POSTS, max(2, round(length / POST_SPACING_M) + 1)))
    ends = 0.5 * length - 0.1
    posts = [box((float(x), 0.06, 0.34), (0.1, 0.1, 0.68), STEEL) for x in np.linspace(-ends, ends, count)]
    return fitted(joined([rail, *posts]), size)
