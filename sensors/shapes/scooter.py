"""Person standing on an e-scooter: one foot before the other, hands on the bar."""

from sensors.figures import arm, head, knee_of, leg, torso
from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, hoop, joined, limb

VARIETIES = 2
PHASES = 1
WHEEL_M = 0.11
DECK_M = 0.17


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a scooter of `size` length, width, height m with a standing rider."""
    cover = Material.HELMET if look % VARIETIES else Material.HAIR
    hip, neck = (-0.12, 0.0, 1.06), (-0.02, 0.0, 1.58)
    parts = [
        hoop((-0.48, 0, WHEEL_M), WHEEL_M, 0.05, Material.TYRE),
        hoop((0.48, 0, WHEEL_M), WHEEL_M, 0.05, Material.TYRE),
        box((-0.05, 0, DECK_M - 0.03), (0.75, 0.17, 0.06), Material.TRIM),
        limb((0.48, 0, WHEEL_M), (0.36, 0, 1.16), (0.028, 0.022), Material.FRAME_METAL, sides=5),
        limb((0.35, -0.24, 1.16), (0.35, 0.24, 1.16), (0.018, 0.018), Material.TRIM, sides=3),
        box((0.42, 0, 1.06), (0.05, 0.06, 0.06), Material.HEADLAMP),
        box((-0.55, 0, 0.26), (0.03, 0.06, 0.05), Material.TAIL_LAMP),
        torso(hip, neck, width=0.4, depth=0.25),
        head(neck, cover=cover),
    ]
    for side, foot in ((1.0, 0.1), (-1.0, -0.2)):
        start, ankle = (hip[0], 0.09 * side, hip[2]), (foot, 0.045 * side, DECK_M + 0.08)
        parts.append(leg(start, knee_of(start, ankle, thigh=0.44, shin=0.44), ankle, toe=0.14))
        parts.append(arm((-0.03, 0.21 * side, 1.52), (0.08, 0.27 * side, 1.27), (0.34, 0.21 * side, 1.17)))
    return fitted(joined(parts), size)
