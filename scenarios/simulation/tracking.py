"""Trajectories become controls: feed-forward along the planned motion, and feedback from where the vehicle is.

What leads is the motion of the rear axle, whose velocity lies along the heading (Rajamani, Vehicle Dynamics and
Control, 2nd ed., 2.2); the feedback is critically damped, along the path in time and across it in distance. The
vehicle's limits are the kernel's, as for controls: a trajectory beyond them is followed as far as they allow.
"""

from typing import NamedTuple

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos, sincos_all

ALONG_S = 0.5  # time constant of the return along the path; assumed
ACROSS_S, ACROSS_M = 0.5, 2.0  # the return across takes this long and this far at least, as motion.py's; assumed
CORRECTION_MOST_1PM = 0.1


class Reference(NamedTuple):
    """Where the rear axle shall be at an instant."""

    x: float
    y: float
    yaw: float
    speed: float


def knots(points: Array, pose: Array, speed: float, back_m: float) -> Array:
    """Return (N, 5) t, x, y, yaw, speed of the rear axle along a trajectory; yaw without jumps.

    points (N, 5) as Trajectory; where they begin later than now, the motion begins at `pose` (x, y, z, yaw of the
    footprint's centre) and `speed`. back_m: from the centre to the rear axle.
    """
    if points[0, 0] > 0.0:
        points = np.vstack([[0.0, pose[0], pose[1], pose[3], speed], points])
    out = points.copy()
    sin_y, cos_y = sincos_all(points[:, 3])
    out[:, 1] -= back_m * cos_y
    out[:, 2] -= back_m * sin_y
    turns = np.diff(points[:, 3])
    out[1:, 3] = out[0, 3] + np.cumsum(turns - 2.0 * np.pi * np.rint(turns / (2.0 * np.pi)))
    return out


def reference(knots: Array, t_s: float) -> Reference:
    """Return the planned motion at `t_s`: cubic in place, linear in yaw and speed; after its end straight on."""
    i = int(np.searchsorted(knots[:, 0], t_s, side="right")) - 1
    if i >= len(knots) - 1:
        t, x, y, yaw, speed = knots[-1].tolist()
        sin_y, cos_y = sincos(yaw)
        ahead = speed * (t_s - t)
        return Reference(x + ahead * cos_y, y + ahead * sin_y, yaw, speed)
    (t, x, y, yaw, v), (t1, x1, y1, yaw1, v1) = knots[i : i + 2].tolist()
    h = t1 - t
    u = (t_s - t) / h
    (sin_0, cos_0), (sin_1, cos_1) = sincos(yaw), sincos(yaw1)
    a, b = u * u * (3.0 - 2.0 * u), u * (1.0 - u) * (1.0 - u) * h  # Hermite's cubics
    c = u * u * (u - 1.0) * h
    return Reference(
        x + a * (x1 - x) + b * v * cos_0 + c * v1 * cos_1,
        y + a * (y1 - y) + b * v * sin_0 + c * v1 * sin_1,
        yaw + u * (yaw1 - yaw),
        v + u * (v1 - v),
    )


def follow(
    knots: Array, t_s: float, step_s: float, *, x: float, y: float, yaw: float, speed: float
) -> tuple[float, float]:
    """Return (acceleration, curvature) for the step that begins at `t_s`, the rear axle being at (x, y)."""
    now, then = reference(knots, t_s), reference(knots, t_s + step_s)
    sin_r, cos_r = sincos(now.yaw)
    behind = (now.x - x) * cos_r + (now.y - y) * sin_r
    aside = (y - now.y) * cos_r - (x - now.x) * sin_r
    accel = (then.speed - now.speed) / step_s + behind / (ALONG_S * ALONG_S) + 2.0 * (now.speed - speed) / ALONG_S
    travel = 0.5 * (now.speed + then.speed) * step_s
    bend = (then.yaw - now.yaw) / travel if travel > 1e-6 else 0.0
    reach = max(ACROSS_M, ACROSS_S * speed)
    correction = -2.0 * sincos(yaw - now.yaw)[0] / reach - aside / (reach * reach)
    return accel, bend + min(max(correction, -CORRECTION_MOST_1PM), CORRECTION_MOST_1PM)
