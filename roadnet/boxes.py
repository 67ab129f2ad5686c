"""Oriented boxes in the plane: do they overlap, how far apart are they, when do moving ones first touch.

A box is a centre, the cosine and sine of its yaw, and half its length and width (m). Separating axes:
Gottschalk, Lin, Manocha, "OBBTree", SIGGRAPH 1996; with times: Eberly, "Dynamic collision detection using
oriented bounding boxes", 1999; conservative advancement for turning boxes: Mirtich 1996, section 2.3.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos

STILL_RAD = 1e-12  # a turn below this over a step is none
FINEST = 1e-9  # of a step: how narrowly the touch of turning boxes is bracketed
LEAST_ADVANCE = 1e-3  # of a step: what the advancement moves at least, so that grazing passes end


@compiled
def separation(
    dx: float, dy: float,
    cos_a: float, sin_a: float, half_l_a: float, half_w_a: float,
    cos_b: float, sin_b: float, half_l_b: float, half_w_b: float,
) -> float:  # fmt: skip
    """Return the largest gap between box a and box b along their four axes, m; (dx, dy) = centre b - centre a.

    Positive where they are apart, and never more than their distance; negative by the least depth where they overlap.
    """
    c, s = abs(cos_a * cos_b + sin_a * sin_b), abs(cos_a * sin_b - sin_a * cos_b)
    gap = abs(dx * cos_a + dy * sin_a) - half_l_a - (half_l_b * c + half_w_b * s)
    gap = max(gap, abs(dy * cos_a - dx * sin_a) - half_w_a - (half_l_b * s + half_w_b * c))
    gap = max(gap, abs(dx * cos_b + dy * sin_b) - half_l_b - (half_l_a * c + half_w_a * s))
    return float(max(gap, abs(dy * cos_b - dx * sin_b) - half_w_b - (half_l_a * s + half_w_a * c)))


@compiled
def straight_contact(
    dx: float, dy: float, ux: float, uy: float,
    cos_a: float, sin_a: float, half_l_a: float, half_w_a: float,
    cos_b: float, sin_b: float, half_l_b: float, half_w_b: float,
) -> float:  # fmt: skip
    """Return when two boxes that do not turn first touch, from now on; infinity if they never do.

    (dx, dy) = centre b - centre a, m; (ux, uy) = velocity b - velocity a; the time is in the unit of 1 / u.
    0 if they overlap now, however they move.
    """
    c, s = abs(cos_a * cos_b + sin_a * sin_b), abs(cos_a * sin_b - sin_a * cos_b)
    begin, end = 0.0, np.inf
    for axis in range(4):
        if axis == 0:
            p, q, reach = dx * cos_a + dy * sin_a, ux * cos_a + uy * sin_a, half_l_a + (half_l_b * c + half_w_b * s)
        elif axis == 1:
            p, q, reach = dy * cos_a - dx * sin_a, uy * cos_a - ux * sin_a, half_w_a + (half_l_b * s + half_w_b * c)
        elif axis == 2:
            p, q, reach = dx * cos_b + dy * sin_b, ux * cos_b + uy * sin_b, half_l_b + (half_l_a * c + half_w_a * s)
        else:
            p, q, reach = dy * cos_b - dx * sin_b, uy * cos_b - ux * sin_b, half_w_b + (half_l_a * s + half_w_a * c)
        if q == 0.0:
            if abs(p) > reach:
                return np.inf
        else:
            middle, half = -p / q, abs(reach / q)
            begin, end = max(begin, middle - half), min(end, middle + half)
            if begin > end:
                return np.inf
    return float(begin)


@compiled
def swept_contact(
    x_a: float, y_a: float, yaw_a: float, move_x_a: float, move_y_a: float, turn_a: float,
    half_l_a: float, half_w_a: float,
    x_b: float, y_b: float, yaw_b: float, move_x_b: float, move_y_b: float, turn_b: float,
    half_l_b: float, half_w_b: float,
) -> float:  # fmt: skip
    """Return the part of a step in [0, 1] at which two boxes first touch; infinity if they do not in this step.

    Poses run linearly from (x, y, yaw) by (move, turn). Exact where neither turns; else within FINEST of a
    step, and blind only to grazing passes that begin and end within LEAST_ADVANCE of a step.
    """
    dx, dy, ux, uy = x_b - x_a, y_b - y_a, move_x_b - move_x_a, move_y_b - move_y_a
    sin_a, cos_a = sincos(yaw_a)
    sin_b, cos_b = sincos(yaw_b)
    if abs(turn_a) < STILL_RAD and abs(turn_b) < STILL_RAD:
        at = straight_contact(
            dx, dy, ux, uy, cos_a, sin_a, half_l_a, half_w_a, cos_b, sin_b, half_l_b, half_w_b
        )  # fmt: skip
        return float(at if at <= 1.0 else np.inf)
    # no point of b nears any point of a faster than this, m a step
    fastest = np.sqrt(ux * ux + uy * uy)
    fastest += abs(turn_a) * np.sqrt(half_l_a * half_l_a + half_w_a * half_w_a)
    fastest += abs(turn_b) * np.sqrt(half_l_b * half_l_b + half_w_b * half_w_b)
    low, high, at = 0.0, np.inf, 0.0  # apart at `low`, touching at `high`
    while True:
        sin_a, cos_a = sincos(yaw_a + at * turn_a)
        sin_b, cos_b = sincos(yaw_b + at * turn_b)
        gap = separation(
            dx + at * ux, dy + at * uy, cos_a, sin_a, half_l_a, half_w_a, cos_b, sin_b, half_l_b, half_w_b
        )  # fmt: skip
        if gap <= 0.0:
            high = at
        else:
            low = at
        if high - low <= FINEST:
            return float(high)
        if high <= 1.0:
            at = 0.5 * (low + high)
        elif low >= 1.0:
            return np.inf
        else:
            at = min(1.0, low + max(gap / fastest, LEAST_ADVANCE))


@compiled
def _overlaps(a: Array, b: Array, out: Array) -> None:
    for i in range(len(a)):
        sin_a, cos_a = sincos(a[i, 2])
        sin_b, cos_b = sincos(b[i, 2])
        out[i] = separation(
            b[i, 0] - a[i, 0], b[i, 1] - a[i, 1],
            cos_a, sin_a, 0.5 * a[i, 3], 0.5 * a[i, 4],
            cos_b, sin_b, 0.5 * b[i, 3], 0.5 * b[i, 4],
        ) <= 0.0  # fmt: skip


def overlap(a: Array, b: Array) -> Array:
    """Return (N,) bool: do box a[i] and box b[i] share a point. a, b: (N, 5) x, y, yaw rad, length, width m."""
    a, b = np.ascontiguousarray(a, np.float64), np.ascontiguousarray(b, np.float64)
    out = np.empty(len(a), np.bool_)
    _overlaps(a, b, out)
    return out


def corners(x: float, y: float, yaw: float, length: float, width: float) -> Array:
    """Return (4, 2) m: the corners, counter-clockwise from the front left."""
    s, c = sincos(yaw)
    ends = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * (0.5 * length, 0.5 * width)
    return np.asarray(ends @ np.array([[c, s], [-s, c]]) + (x, y))
