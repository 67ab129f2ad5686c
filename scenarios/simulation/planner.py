"""What a system under test receives and returns. No spec, no future, no hazard id can pass: a test holds it."""

from dataclasses import dataclass
from math import isfinite
from typing import Any, Protocol

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import one_line

TRAJECTORY_POINTS = 1000  # at most, in one answer

FAILURES = {
    "raised": "an exception left it",
    "exited": "its process ended by itself",
    "crashed": "a signal ended its process",
    "timeout": "it did not answer in time",
    "memory": "it asked for more memory than its limit",
    "not_finite": "it answered NaN or infinity",
    "wrong_shape": "it answered neither controls nor a trajectory of the documented form",
    "output": "it wrote what is no answer, out of turn, or without end",
    "forked": "it started more processes than its limit, or a copy of it answered as well",
}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class PlannerInput:
    """The world at one instant, as the subject vehicle may know it."""

    t_ns: int  # since the scenario's start
    ego_pose: Array  # (4,) x, y, z m, yaw rad, map frame; centre of the footprint
    ego_speed_mps: float
    ego_accel_mps2: float
    ego_yaw_rate: float  # rad/s
    ego_size: Array  # (3,) length, width, height m
    route: Array  # (N, 5) x, y, z, heading, speed limit m/s of the lane path to follow
    object_kind: Array  # (K,) uint8 spec.Kind
    object_pose: Array  # (K, 4) x, y, z, yaw
    object_speed: Array  # (K,) m/s along the heading
    object_size: Array  # (K, 3) m
    object_track: Array  # (K,) int32, constant per object within a scenario, order without meaning
    signal_state: Array  # (G,) uint8, rows as in the map's signal groups
    stop_lines: Array  # (Q, 2) s m along the route, row of signal_state that holds there; sorted by s
    packets: tuple[Any, ...] = ()  # sensor packets delivered since the last call, maps that are opaque here


@dataclass(frozen=True, slots=True)
class Controls:
    """What a planner answers: what the vehicle shall do until the next call."""

    accel_mps2: float  # longitudinal, bounded by the vehicle
    curvature_1pm: float  # path curvature, 1/m, left positive


@dataclass(frozen=True, slots=True, eq=False)
class Trajectory:
    """What a planner may answer instead: where the vehicle shall be until the next call (tracking.py follows it)."""

    points: Array  # (N, 5) t s ahead of the call and rising, x, y m, yaw rad, speed m/s >= 0; poses as ego_pose


Answer = Controls | Trajectory


class Planner(Protocol):
    """A system under test.

    An attribute `period_s`, where there is one, says how often `act` is called: a whole number of steps. Without
    it, `act` is called every step.
    """

    def reset(self, seed: int) -> None:
        """Forget everything; called before the first `act` of a scenario."""

    def act(self, now: PlannerInput) -> Answer:
        """Return the controls to hold, or the trajectory to follow, until the next call."""


class PlannerFailed(Exception):  # noqa: N818
    """A planner did not do its part; its scenario ends here, others are untouched. `kind` is one of FAILURES."""

    def __init__(self, kind: str, detail: str) -> None:
        if kind not in FAILURES:
            raise ValueError(f"kind of failure: got {kind!r}, want one of {', '.join(FAILURES)}")
        self.kind, self.detail = kind, one_line(detail)[:500]
        super().__init__(f"{kind}: {self.detail}")


def checked_answer(answer: Any) -> Answer:
    """Return a planner's answer as plain numbers; PlannerFailed where it is not one."""
    if isinstance(answer, Controls):
        if type(answer.accel_mps2) is type(answer.curvature_1pm) is float and _finite(answer):
            return answer  # by far the most common case, and the general one costs 5 us
        pair = _numbers((answer.accel_mps2, answer.curvature_1pm), "controls")
        if pair.shape != (2,):
            raise PlannerFailed("wrong_shape", f"controls: got shape {pair.shape[1:]} each, want two numbers")
        return Controls(float(pair[0]), float(pair[1]))
    if isinstance(answer, Trajectory):
        return _checked_trajectory(_numbers(answer.points, "trajectory"))
    raise PlannerFailed("wrong_shape", f"got {type(answer).__name__}, want Controls or Trajectory")


def _finite(controls: Controls) -> bool:
    return isfinite(controls.accel_mps2) and isfinite(controls.curvature_1pm)


def _checked_trajectory(points: Array) -> Trajectory:
    if points.ndim != 2 or points.shape[1] != 5 or not 1 <= len(points) <= TRAJECTORY_POINTS:
        wanted = f"(N, 5) with 1 <= N <= {TRAJECTORY_POINTS}"
        raise PlannerFailed("wrong_shape", f"trajectory: got shape {points.shape}, want {wanted}")
    t_s, speed = points[:, 0], points[:, 4]
    if t_s[0] < 0.0 or t_s[-1] <= 0.0 or (np.diff(t_s) <= 0.0).any():
        raise PlannerFailed("wrong_shape", "trajectory: got stamps that do not rise from 0 or later")
    if (speed < 0.0).any():
        raise PlannerFailed("wrong_shape", f"trajectory: got a speed of {speed.min():g} m/s, want none below 0")
    points.setflags(write=False)
    return Trajectory(points)


def _numbers(value: Any, what: str) -> Array:
    """Return `value` as a float64 array of its own."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise PlannerFailed("wrong_shape", f"{what}: got rows that do not fit together") from None
    if array.dtype.kind not in "iuf":
        raise PlannerFailed("wrong_shape", f"{what}: got {array.dtype}, want numbers")
    if not np.isfinite(array).all():
        raise PlannerFailed("not_finite", f"{what}: got {one_line(str(array.tolist()))[:200]}")
    return np.array(array, np.float64, order="C")
