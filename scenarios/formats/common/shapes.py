"""Shapes of road users in a file become boxes."""

from dataclasses import dataclass

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos

LEAST_M = 0.05  # a side of a box below this is drawn so: nothing has no width
LARGEST_M = 200.0  # no road user and no piece of scenery is longer; a line of it would be


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in a frame: its middle, heading, length and width; m and rad."""

    x: float
    y: float
    yaw: float
    length: float
    width: float


def upright(points: Array) -> Box:
    """Return the box along the frame's own axes around points (N, 2) m."""
    low, high = points.min(0), points.max(0)
    middle, side = 0.5 * (low + high), np.maximum(high - low, LEAST_M)
    return Box(float(middle[0]), float(middle[1]), 0.0, float(side[0]), float(side[1]))


def tightest(points: Array) -> Box:
    """Return the smallest box around points (N, 2) m, its length the longer side."""
    ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shapely.multipoints(points)))
    if len(ring) < 5:  # one point, or points on a line
        ends = np.array([ring[0], ring[min(1, len(ring) - 1)]])
        a, b = ends[1] - ends[0], np.zeros(2)
    else:
        a, b = ring[1] - ring[0], ring[2] - ring[1]
    if np.hypot(*b) > np.hypot(*a):
        a, b = b, a
    middle = 0.5 * (ring.min(0) + ring.max(0)) if len(ring) < 5 else ring[:4].mean(0)
    yaw = float(atan2_all(a[1:], a[:1])[0])
    sides = max(float(np.hypot(*a)), LEAST_M), max(float(np.hypot(*b)), LEAST_M)
    return Box(float(middle[0]), float(middle[1]), yaw, *sides)


def placed(box: Box, x: float, y: float, yaw: float) -> Box:
    """Return a box of a body's frame in the map, with the body at (x, y, yaw)."""
    s, c = sincos(yaw)
    return Box(x + c * box.x - s * box.y, y + s * box.x + c * box.y, yaw + box.yaw, box.length, box.width)
