"""Parts that road vehicles share: bodies with wheel arches, glass houses, wheels, plates, mirrors."""

from collections.abc import Sequence

import numpy as np

from roadnet.base.arrays import Array
from sensors.materials import Material
from sensors.solids import Part, box, joined, limb, loft, mirrored

Edge = tuple[float, float, Material]  # x, z m of a profile point, and the material of the edge that begins there


def arch(x: float, *, radius: float, sill: float, axle: float) -> list[Edge]:
    """Return the profile points of a wheel arch at `x`, from the rear to the front along the underside, m."""
    angles = np.radians([150.0, 90.0, 30.0])
    rim = [(x + radius * float(np.cos(a)), axle + radius * float(np.sin(a)), Material.UNDERBODY) for a in angles]
    return [(x - radius, sill, Material.UNDERBODY), *rim, (x + radius, sill, Material.UNDERBODY)]


def body(profile: Sequence[Edge], *, half_width: float, corner: float, side: Material, tuck: float = 0.0) -> Part:
    """Return a body: a side profile lofted across the width, with rounded corners in plan, m.

    Lamps are two outer strips; the middle strip of a lamp's edge shows trim. `corner`: how far the outer strips draw
    back from either end. `tuck`: how far the sides lean in at the bottom.
    """
    points = np.array([(x, z) for x, z, _ in profile])
    reach = np.abs(points[:, 0]).max()
    drawn = points[:, 0] * (1 - corner / reach * (np.abs(points[:, 0]) / reach) ** 4)
    height = (points[:, 1] - points[:, 1].min()) / np.ptp(points[:, 1])
    outer = half_width - tuck * np.clip(1 - 2 * height, 0, 1)
    rings = [_section(drawn if abs(f) > 0.9 else points[:, 0], f * outer, points[:, 1]) for f in (-1, -0.55, 0.55, 1)]
    return loft(rings, [[_strip(m, k) for _, _, m in profile] for k in range(3)], first=side, last=side)


def _section(x: Array, y: Array, z: Array) -> Array:
    return np.column_stack([x, y, z])


def _strip(material: Material, strip: int) -> Material:
    """Strip 0 is the right side, 2 the left; a profile names the left lamp."""
    if material in (Material.HEADLAMP, Material.TAIL_LAMP, Material.INDICATOR_LEFT) and strip == 1:
        return Material.TRIM
    if material == Material.INDICATOR_LEFT and strip == 0:
        return Material.INDICATOR_RIGHT
    return material


def glass_house(
    stations: Sequence[tuple[float, float]], *, z: tuple[float, float], half_width: tuple[float, float],
    sides: Sequence[Material], roof: Material = Material.CAR_PAINT, front: Material = Material.CAR_GLASS,
    rear: Material = Material.CAR_GLASS,
) -> Part:  # fmt: skip
    """Return a cabin: stations from front to rear, each x at the belt and x at the roof, m; z and half width there."""
    rings = [
        [(b, half_width[0], z[0]), (t, half_width[1], z[1]), (t, -half_width[1], z[1]), (b, -half_width[0], z[0])]
        for b, t in stations
    ]
    strips = [[m, roof, m, Material.TRIM] for m in sides]
    return loft(rings, strips, first=front, last=rear)


def axle(x: float, *, radius: float, width: float, half_track: float, sides: int = 10) -> Part:
    """Return a pair of wheels standing on the ground, outer faces at `half_track`, m."""
    wheel = limb((x, half_track - width, radius), (x, half_track, radius), (radius, radius), Material.TYRE, sides=sides,
                 cap=Material.RIM)  # fmt: skip
    return joined([wheel, mirrored(wheel)])


def plates(front: tuple[float, float], rear: tuple[float, float]) -> Part:
    """Return number plates of 520 x 110 mm at (x, z) of the front and of the rear, m."""
    return joined(box((x, 0, z), (0.02, 0.52, 0.11), Material.PLATE) for x, z in (front, rear))


def mirrors(x: float, z: float, *, half_width: float, size: tuple[float, float, float]) -> Part:
    """Return a pair of wing mirrors outside `half_width`, m."""
    mirror = box((x, half_width + 0.5 * size[1], z), size, Material.CAR_PAINT)
    return joined([mirror, mirrored(mirror)])
