"""Human bodies for shapes: a torso, a head and jointed limbs, m in proportion to a height of 1.75 m."""

from collections.abc import Sequence

import numpy as np

from sensors.materials import Material
from sensors.solids import Part, blob, joined, limb, loft

Point = tuple[float, float, float]


def torso(hip: Point, neck: Point, *, width: float, depth: float) -> Part:
    """Return a trunk from the hip's centre to the neck's: hips, waist, chest, shoulders."""
    angle = (np.arange(6) + 0.5) * (np.pi / 3)
    oval = np.column_stack([0.5 * depth * np.cos(angle), 0.5 * width * np.sin(angle), np.zeros(6)])
    start, end = np.asarray(hip), np.asarray(neck)
    stations = ((-0.1, 0.86), (0.35, 0.8), (0.72, 1.0), (0.95, 0.85), (1.0, 0.35))
    rings = [start + f * (end - start) + s * oval for f, s in stations]
    side = [[Material.CLOTHES_LOWER], *[[Material.CLOTHES_UPPER]] * 3]
    return loft(rings, side, first=Material.CLOTHES_LOWER, last=Material.SKIN)


def head(neck: Point, *, cover: Material) -> Part:
    """Return a head on a neck; `cover` is hair or a helmet."""
    x, y, z = neck
    face = blob((x + 0.02, y, z + 0.14), (0.19, 0.15, 0.24), Material.SKIN, sides=6, rings=2)
    cap = blob((x - 0.01, y, z + 0.19), (0.22, 0.18, 0.17), cover, sides=6, rings=1)
    return joined([face, cap])


def arm(shoulder: Point, elbow: Point, hand: Point) -> Part:
    """Return a sleeve and a bare forearm."""
    return joined(
        [
            limb(shoulder, elbow, (0.055, 0.045), Material.CLOTHES_UPPER, sides=4),
            limb(elbow, hand, (0.042, 0.035), Material.SKIN, sides=4),
        ]
    )


def leg(hip: Point, knee: Point, ankle: Point, *, toe: float = 0.16) -> Part:
    """Return a thigh, a shin and a shoe that points along +x."""
    x, y, z = ankle
    sole = [(x - 0.07, z - 0.08), (x + toe, z - 0.08), (x + toe, z - 0.04), (x + 0.02, z + 0.04), (x - 0.07, z + 0.04)]
    shoe = loft(
        [[(a, y + s, b) for a, b in sole] for s in (-0.045, 0.045)],
        Material.SHOE,
        first=Material.SHOE,
        last=Material.SHOE,
    )
    return joined(
        [
            limb(hip, knee, (0.085, 0.06), Material.CLOTHES_LOWER, sides=5),
            limb(knee, ankle, (0.06, 0.045), Material.CLOTHES_LOWER, sides=5),
            shoe,
        ]
    )


def knee_of(hip: Sequence[float], ankle: Sequence[float], *, thigh: float, shin: float, side: float = 0.0) -> Point:
    """Return the knee that a thigh and a shin of these lengths make between hip and ankle, bent forward."""
    h, a = np.asarray(hip, float), np.asarray(ankle, float)
    reach = min(float(np.linalg.norm(a - h)), 0.999 * (thigh + shin))
    along = (a - h) / np.linalg.norm(a - h)
    forward = np.cross(along, (0, -1.0, 0))
    if forward[0] < 0:
        forward = -forward
    x = (thigh**2 - shin**2 + reach**2) / (2 * reach)
    knee = h + x * along + np.sqrt(max(thigh**2 - x**2, 0.0)) * forward / np.linalg.norm(forward)
    return float(knee[0]), float(knee[1]) + side, float(knee[2])
