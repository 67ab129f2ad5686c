"""What a learned policy sees and does: a fixed number of float32 in the ego frame, and two numbers in [-1, 1].

LAYOUT says which entries mean what. Lengths are in m, angles enter as cosine and sine, missing entries are zeros.
Rounded to float32 from the machine's own sine: equal on one machine, and all but always across machines.
"""

import math
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from scenarios.simulation.planner import Controls, PlannerFailed, PlannerInput

ROUTE_POINTS, ROUTE_STEP_M = 20, 5.0  # along the route from the nearest point on
OBJECTS = 16  # the nearest ones, by distance of centres
STOP_MOST_M = 200.0
ACCEL_MOST_MPS2, DECEL_MOST_MPS2, CURVATURE_MOST_1PM = 3.0, 8.0, 0.2  # what 1 and -1 mean

EGO = ("speed", "acceleration", "yaw rate", "length", "width")
STOP = ("distance to the next stop line", "state of its signal, and 1", "whether there is one")
ROUTE = ("x", "y", "cos", "sin", "speed limit")
OBJECT = ("present", "x", "y", "cos", "sin", "speed", "length", "width", "kind")
SIZES = (len(EGO), len(STOP), ROUTE_POINTS * len(ROUTE), OBJECTS * len(OBJECT))
STARTS = (0, *np.cumsum(SIZES).tolist())
LAYOUT = dict(zip(("ego", "stop", "route", "objects"), map(slice, STARTS, STARTS[1:]), strict=False))
SIZE = STARTS[-1]


def observation(now: PlannerInput) -> Array:
    """Return (SIZE,) float32 of an instant."""
    x, y, _z, yaw = now.ego_pose.tolist()
    to_ego = _Frame(x, y, math.cos(yaw), math.sin(yaw))
    along, at = _place(now)
    length, width, _height = now.ego_size.tolist()
    ego = (now.ego_speed_mps, now.ego_accel_mps2, now.ego_yaw_rate, length, width)
    parts = (ego, _stop(now, along[at]), _route(now, to_ego, along, at).ravel(), _objects(now, to_ego).ravel())
    return np.concatenate(parts).astype(np.float32)


def controls(action: Any) -> Controls:
    """Return what an action means: (2,) in [-1, 1], clipped; full braking to full throttle, right to left."""
    try:
        pair = np.asarray(action, np.float64)
    except (TypeError, ValueError):
        raise PlannerFailed("wrong_shape", f"action: got {type(action).__name__}, want two numbers") from None
    if pair.shape != (2,):
        raise PlannerFailed("wrong_shape", f"action: got shape {pair.shape}, want (2,)")
    if not np.isfinite(pair).all():
        raise PlannerFailed("not_finite", f"action: got {pair.tolist()}")
    drive, bend = np.clip(pair, -1.0, 1.0).tolist()
    return Controls(drive * (ACCEL_MOST_MPS2 if drive > 0.0 else DECEL_MOST_MPS2), bend * CURVATURE_MOST_1PM)


class _Frame:
    """From the map to the ego frame."""

    def __init__(self, x: float, y: float, cos: float, sin: float) -> None:
        self.x, self.y, self.cos, self.sin = x, y, cos, sin

    def places(self, xy: Array) -> tuple[Array, Array]:
        dx, dy = xy[:, 0] - self.x, xy[:, 1] - self.y
        return dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin

    def headings(self, yaw: Array) -> tuple[Array, Array]:
        cos, sin = np.cos(yaw), np.sin(yaw)
        return cos * self.cos + sin * self.sin, sin * self.cos - cos * self.sin


def _place(now: PlannerInput) -> tuple[Array, int]:
    """Return the route's lengths from its beginning, and the row nearest to the ego."""
    step = np.diff(now.route[:, :2], axis=0)
    along = np.concatenate([[0.0], np.cumsum(np.sqrt(np.square(step).sum(1)))])
    return along, int(np.argmin(np.square(now.route[:, :2] - now.ego_pose[:2]).sum(1)))


def _stop(now: PlannerInput, s_m: float) -> tuple[float, float, float]:
    ahead = now.stop_lines[now.stop_lines[:, 0] > s_m]
    if not len(ahead) or ahead[0, 0] - s_m > STOP_MOST_M:
        return 0.0, 0.0, 0.0
    return float(ahead[0, 0] - s_m), float(now.signal_state[int(ahead[0, 1])]) + 1.0, 1.0


def _route(now: PlannerInput, to_ego: _Frame, along: Array, at: int) -> Array:
    ahead = along[at] + ROUTE_STEP_M * np.arange(ROUTE_POINTS)
    rows = now.route[np.minimum(np.searchsorted(along, ahead), len(along) - 1)]
    return np.column_stack([*to_ego.places(rows[:, :2]), *to_ego.headings(rows[:, 3]), rows[:, 4]])


def _objects(now: PlannerInput, to_ego: _Frame) -> Array:
    out = np.zeros((OBJECTS, len(OBJECT)))
    distance = np.square(now.object_pose[:, :2] - now.ego_pose[:2]).sum(1)
    near = np.lexsort((now.object_track, distance))[:OBJECTS]
    pose, size = now.object_pose[near], now.object_size[near]
    columns = (*to_ego.places(pose[:, :2]), *to_ego.headings(pose[:, 3]), now.object_speed[near])
    out[: len(near)] = np.column_stack([np.ones(len(near)), *columns, size[:, :2], now.object_kind[near]])
    return out
