"""Four-legged animal: a deer with its head up, or a boar with its head down; legs swing with the gait."""

import math

from sensors.materials import Material
from sensors.scene import Mesh
from sensors.solids import Part, blob, bounds, fitted, joined, limb

VARIETIES = 2
PHASES = 8
HIP_M, STRIDE_RAD = 0.58, 0.45
FUR = Material.HAIR


def build(size: tuple[float, float, float], look: int, phase: float) -> Mesh:
    """Return an animal of `size` length, width, height m; `phase` rad of the gait."""
    upright = look % VARIETIES == 0
    return fitted(_beast(phase, upright), size, bounds(_beast(0.0, upright)))


def _beast(phase: float, upright: bool) -> Part:
    trunk = blob((-0.05, 0, 0.68), (0.95, 0.36, 0.42), FUR, sides=8, rings=3)
    tail = limb((-0.5, 0, 0.74), (-0.6, 0, 0.6), (0.04, 0.02), FUR, sides=4)
    if upright:
        front = [
            limb((0.34, 0, 0.76), (0.52, 0, 1.12), (0.12, 0.07), FUR, sides=6),
            blob((0.6, 0, 1.14), (0.28, 0.13, 0.15), FUR, sides=6, rings=2),
            *(limb((0.53, 0.05 * k, 1.18), (0.48, 0.13 * k, 1.32), (0.035, 0.01), FUR, sides=3) for k in (1, -1)),
        ]
    else:
        front = [
            blob((0.5, 0, 0.62), (0.42, 0.26, 0.3), FUR, sides=6, rings=2),
            limb((0.62, 0, 0.58), (0.78, 0, 0.48), (0.08, 0.05), FUR, sides=5),
            *(limb((0.42, 0.07 * k, 0.74), (0.38, 0.1 * k, 0.86), (0.04, 0.01), FUR, sides=3) for k in (1, -1)),
        ]
    legs = [
        _leg(x, 0.11 * side, STRIDE_RAD * math.sin(phase) * side * (1 if x > 0 else -1))
        for x in (0.28, -0.36)
        for side in (1.0, -1.0)
    ]
    return joined([trunk, tail, *front, *legs])


def _leg(x: float, y: float, angle: float) -> Part:
    """Return a leg that swings about its hip; the foot's height is that of a straight leg, lifted where it swings."""
    knee = (x + 0.3 * math.sin(angle), y, HIP_M - 0.3 * math.cos(angle))
    foot = (knee[0] + 0.27 * math.sin(0.6 * angle), y, knee[2] - 0.27 * math.cos(0.6 * angle))
    return joined(
        [
            limb((x, y, HIP_M), knee, (0.075, 0.045), FUR, sides=5),
            limb(knee, foot, (0.04, 0.03), FUR, sides=4, cap=Material.SHOE),
        ]
    )
