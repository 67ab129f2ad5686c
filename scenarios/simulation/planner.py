"""What a system under test receives and returns. No spec, no future, no hazard id can pass: a test holds it."""

from dataclasses import dataclass
from typing import Any, Protocol

from roadnet.base.arrays import Array


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
    packets: tuple[Any, ...] = ()  # sensor packets delivered since the last call, opaque here


@dataclass(frozen=True, slots=True)
class Controls:
    """What a planner answers."""

    accel_mps2: float  # longitudinal, bounded by the vehicle
    curvature_1pm: float  # path curvature, 1/m, left positive


class Planner(Protocol):
    """A system under test."""

    def reset(self, seed: int) -> None:
        """Forget everything; called before the first `act` of a scenario."""

    def act(self, now: PlannerInput) -> Controls:
        """Return the controls to hold until the next call."""
