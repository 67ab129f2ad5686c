"""Motorcycle with rider."""

from sensors.figures import arm, head, leg, torso
from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, joined, limb, loft

VARIETIES = 1
PHASES = 1
P = Material.CAR_PAINT


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a motorcycle of `size` length, width, height m with a seated rider."""
    tank = [[(0.42, 0.10, 0.72), (0.42, -0.10, 0.72), (0.46, -0.06, 0.92), (0.46, 0.06, 0.92)],
            [(0.10, 0.16, 0.70), (0.10, -0.16, 0.70), (0.12, -0.14, 0.98), (0.12, 0.14, 0.98)],
            [(-0.28, 0.12, 0.72), (-0.28, -0.12, 0.72), (-0.25, -0.09, 0.82), (-0.25, 0.09, 0.82)],
            [(-0.88, 0.08, 0.80), (-0.88, -0.08, 0.80), (-0.88, -0.07, 0.92), (-0.88, 0.07, 0.92)]]  # fmt: skip
    engine = [[(x, y, z) for y, z in ((0.18, 0.26), (-0.18, 0.26), (-0.16, 0.72), (0.16, 0.72))] for x in (-0.3, 0.32)]
    neck = (0.06, 0.0, 1.34)
    parts = [
        limb((-0.70, -0.09, 0.31), (-0.70, 0.09, 0.31), (0.31, 0.31), Material.TYRE, sides=9, cap=Material.RIM),
        limb((0.72, -0.06, 0.31), (0.72, 0.06, 0.31), (0.31, 0.31), Material.TYRE, sides=9, cap=Material.RIM),
        loft(tank, P, first=P, last=Material.TRIM),
        loft(engine, Material.UNDERBODY, first=Material.UNDERBODY, last=Material.UNDERBODY),
        limb((0.72, 0, 0.31), (0.45, 0, 0.98), (0.06, 0.06), Material.FRAME_METAL, sides=4),
        limb((0.40, -0.36, 1.02), (0.40, 0.36, 1.02), (0.02, 0.02), Material.TRIM, sides=3),
        box((0.56, 0, 0.90), (0.10, 0.18, 0.18), Material.HEADLAMP),
        box((-0.92, 0, 0.84), (0.06, 0.16, 0.08), Material.TAIL_LAMP),
        box((-0.98, 0, 0.66), (0.02, 0.20, 0.12), Material.PLATE),
        torso((-0.22, 0.0, 0.90), neck, width=0.42, depth=0.27),
        head((0.10, 0.0, 1.35), cover=Material.HELMET),
    ]
    for side in (1.0, -1.0):
        indicator = Material.INDICATOR_LEFT if side > 0 else Material.INDICATOR_RIGHT
        parts += [
            box((-0.90, 0.14 * side, 0.84), (0.05, 0.08, 0.06), indicator),
            arm((0.04, 0.22 * side, 1.28), (0.16, 0.34 * side, 1.10), (0.38, 0.33 * side, 1.03)),
            leg((-0.20, 0.13 * side, 0.86), (0.22, 0.22 * side, 0.72), (-0.12, 0.20 * side, 0.40)),
        ]
    return fitted(joined(parts), size)
