"""Traffic sign plate that faces +x: rectangle, disc, yield triangle or stop octagon."""

import numpy as np

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import fitted, loft

VARIETIES = 4
PHASES = 1
RECTANGLE, DISC, TRIANGLE, OCTAGON = range(VARIETIES)
# corners and the angle of the first, rad from +y; a square stands for the rectangle and is stretched
FORMS = {RECTANGLE: (4, 0.25 * np.pi), DISC: (16, 0.0), TRIANGLE: (3, -0.5 * np.pi), OCTAGON: (8, np.pi / 8)}


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a plate of `size` thickness, width, height m; `look` picks the form."""
    corners, first = FORMS[look % VARIETIES]
    angle = first + np.arange(corners) * (2 * np.pi / corners)
    outline = np.column_stack([np.cos(angle), np.sin(angle)])
    back, front = (np.column_stack([np.full(corners, x), outline]) for x in (0.0, 0.03))
    return fitted(loft([back, front], Material.SIGN_BACK, first=Material.SIGN_BACK, last=Material.SIGN_FACE), size)
