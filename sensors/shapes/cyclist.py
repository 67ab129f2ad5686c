"""Person on a bicycle: cranks and legs turn with the phase."""

import math

from sensors.figures import arm, head, knee_of, leg, torso
from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, bounds, box, fitted, hoop, joined, limb

VARIETIES = 2
PHASES = 16
CRANK_M = 0.17
BOTTOM_BRACKET = (-0.05, 0.28)  # x, z m
FRAME = (
    ((-0.50, 0.34), (-0.05, 0.28)),  # chain stay
    ((-0.50, 0.34), (-0.20, 0.85)),  # seat stay
    ((-0.05, 0.28), (-0.22, 0.92)),  # seat tube
    ((-0.05, 0.28), (0.40, 0.75)),  # down tube
    ((-0.20, 0.82), (0.38, 0.88)),  # top tube
    ((0.36, 1.00), (0.55, 0.34)),  # fork
)


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a cyclist of `size` length, width, height m; `phase` is the crank's angle, rad."""
    cover = Material.HELMET if look % VARIETIES == 0 else Material.HAIR
    return fitted(_rider(phase, cover), size, bounds(_rider(0.0, cover)))


def _rider(phase: float, cover: Material) -> Part:
    hip, neck = (-0.18, 0.0, 0.98), (0.12, 0.0, 1.43)
    parts = [
        hoop((-0.50, 0, 0.34), 0.34, 0.05, Material.TYRE),
        hoop((0.55, 0, 0.34), 0.34, 0.05, Material.TYRE),
        *(limb((a, 0, b), (c, 0, d), (0.02, 0.02), Material.FRAME_METAL, sides=3) for (a, b), (c, d) in FRAME),
        limb((0.38, -0.28, 1.04), (0.38, 0.28, 1.04), (0.018, 0.018), Material.TRIM, sides=3),
        box((-0.36, 0, 0.72), (0.03, 0.07, 0.07), Material.TAIL_LAMP),
        box((0.47, 0, 0.86), (0.05, 0.07, 0.07), Material.HEADLAMP),
        torso(hip, neck, width=0.36, depth=0.24),
        head((0.17, 0.0, 1.44), cover=cover),
    ]
    for side in (1.0, -1.0):
        parts.append(_leg(hip, 0.11 * side, phase + (math.pi if side < 0 else 0.0)))
        parts.append(arm((0.10, 0.2 * side, 1.38), (0.20, 0.26 * side, 1.18), (0.38, 0.25 * side, 1.06)))
    return joined(parts)


def _leg(hip: tuple[float, float, float], y: float, angle: float) -> Part:
    x, z = BOTTOM_BRACKET
    ankle = (x - 0.06 + CRANK_M * math.cos(angle), y, z + 0.1 - CRANK_M * math.sin(angle))
    start = (hip[0], y, hip[2])
    return leg(start, knee_of(start, ankle, thigh=0.44, shin=0.44), ankle)
