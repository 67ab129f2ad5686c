"""Trailer: a drawbar to the hitch in front, one axle a little behind the middle; a caravan or a box body."""

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import box, fitted, joined, limb, loft
from sensors.vehicle_parts import axle

VARIETIES = 2
PHASES = 1
AXLE_X = -0.6  # of a body from -3 (tail) to 3 (hitch): as the simulation has it, 0.6 of the length behind the hitch


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return a trailer of `size` length (hitch to tail), width, height m."""
    caravan = look % VARIETIES == 0
    side = Material.CAR_PAINT if caravan else Material.TARPAULIN
    low, high, half = 0.4, 2.55, 1.05
    front = (1.75, 1.35) if caravan else (1.75, 1.75)
    outline = [(-2.95, low), (front[0], low), (front[0] + 0.1 * caravan, 1.3), (front[1], high), (-2.8, high)]
    rings = [[(x, y, z) for x, z in outline] for y in (-half, half)]
    parts = [
        loft(rings, side, first=side, last=side),
        *(
            limb((1.5, 0.5 * k, 0.42), (2.95, 0.02 * k, 0.45), (0.05, 0.05), Material.FRAME_METAL, sides=4)
            for k in (1, -1)
        ),
        box((2.93, 0, 0.47), (0.14, 0.12, 0.1), Material.FRAME_METAL),
        axle(AXLE_X, radius=0.33, width=0.2, half_track=1.08, sides=9),
        box((-2.98, 0, 0.62), (0.04, 0.52, 0.11), Material.PLATE),
    ]
    for k, indicator in ((1.0, Material.INDICATOR_LEFT), (-1.0, Material.INDICATOR_RIGHT)):
        parts.append(box((-2.97, 0.85 * k, 0.75), (0.06, 0.2, 0.12), Material.TAIL_LAMP))
        parts.append(box((-2.97, 0.85 * k, 0.9), (0.06, 0.2, 0.1), indicator))
        if caravan:
            parts.append(box((-0.4, 1.055 * k, 1.65), (1.5, 0.03, 0.6), Material.CAR_GLASS))
    return fitted(joined(parts), size)
