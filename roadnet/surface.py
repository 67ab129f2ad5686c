"""What lies on the ground: triangles of road, markings, kerbs, sidewalks and verges, for sensors and pictures."""

from dataclasses import dataclass
from enum import IntEnum

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork


class Surface(IntEnum):
    """What a ground triangle is made of."""

    ROAD = 0
    MARKING_WHITE = 1
    MARKING_YELLOW = 2
    SIDEWALK = 3
    KERB = 4
    VERGE = 5
    CROSSWALK = 6  # stripes
    TERRAIN = 7
    PARKING = 8
    STOP_LINE = 9


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Ground:
    """A triangle soup with shared vertices, map frame; V vertices, F triangles facing up."""

    vertices: Array  # (V, 3) float64 m
    faces: Array  # (F, 3) int32, counter-clockwise seen from above
    surface: Array  # (F,) uint8 Surface


def road_surface(net: RoadNetwork, xy_centre: Array, radius_m: float) -> Ground:
    """Return the ground within `radius_m` of a point: every triangle that reaches into the circle.

    Markings lie MARKING_LIFT_M above the road, so that they win over it.
    """
    raise ValueError("not yet")


@kept
def whole_surface(net: RoadNetwork) -> Ground:
    """Return the ground of the whole map."""
    raise ValueError("not yet")
