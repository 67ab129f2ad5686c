"""Pieces of behaviours: ways across the road, programs in time, and trajectories of manoeuvres in several legs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from roadnet.polyline import Path, at
from scenarios.hazards.bodies import KIND_OF, size_of
from scenarios.hazards.here import Here
from scenarios.model.spec import Action, ActorProgram, Kind, PathSpec, Step, Trigger, What, When

STAND_M = 1.0  # who waits to cross stands so far from the edge of the road; assumed
SAMPLE_M = 0.1  # between the poses of a manoeuvre
ROW_S = 0.05  # between the rows of a trajectory
LONG_S = 3600.0  # who has finished stays
LIMIT_SHARE = 0.95  # of a body's turning circle is used


def step_at(t_s: float, what: What, target: float, rate: float = 1.0) -> Step:
    """Return a step that starts at a time of the scenario."""
    return Step(Trigger(When.SIMULATION_TIME, round(max(t_s, 0.0), 6)), Action(what, round(target, 6), round(rate, 6)))


def step_when_at(s_m: float, what: What, target: float, rate: float = 1.0) -> Step:
    """Return a step that starts when the actor reaches a place of its own path."""
    return Step(Trigger(When.REACH_POSITION, round(s_m, 6)), Action(what, round(target, 6), round(rate, 6)))


def across(here: Here, s_m: float = 0.0, *, run_up_m: float = STAND_M) -> PathSpec:
    """Return the way straight across the road at `s_m` from here, from the kerb to beyond the far edge."""
    offsets = np.array([here.near_m + here.kerb_side * run_up_m, here.far_m - here.kerb_side * STAND_M])
    return PathSpec(points=np.round(here.point(np.full(2, s_m), offsets), 6))


def width_of(here: Here, *, run_up_m: float = STAND_M) -> float:
    """Return the length of the way across, m."""
    return abs(here.far_m - here.near_m) + run_up_m + STAND_M


@dataclass(frozen=True, slots=True)
class Walk:
    """From standstill at a time, `rate` m/s2 up to `speed`: where and when."""

    begins_s: float
    speed: float
    rate: float

    def time_at(self, distance_m: float) -> float:
        """Return when so much way is behind it, s."""
        ramp = 0.5 * self.speed * self.speed / self.rate
        if distance_m <= ramp:
            return self.begins_s + float(np.sqrt(2.0 * distance_m / self.rate))
        return self.begins_s + self.speed / self.rate + (distance_m - ramp) / self.speed


def body(name: str) -> tuple[Kind, tuple[float, float, float]]:
    """Return kind and size of a body of the exposure data."""
    return KIND_OF[name], size_of(name)


def crossing_steps(walk: Walk, length_m: float, pause: tuple[float, float] | None = None) -> tuple[Step, ...]:
    """Return the program of who crosses: go, stop at the end; on the way a pause (at m, for s), where one is given."""
    steps = [step_at(walk.begins_s, What.SPEED, walk.speed, walk.rate)]
    if pause is not None:
        place, lasts = pause
        stop_m = 0.5 * walk.speed * walk.speed / walk.rate
        halt = walk.time_at(max(place - stop_m, 0.0))
        resume = halt + walk.speed / walk.rate + lasts
        steps += [step_at(halt, What.SPEED, 0.0, walk.rate), step_at(resume, What.SPEED, walk.speed, walk.rate)]
    steps.append(step_when_at(length_m - 0.5 * walk.speed * walk.speed / walk.rate, What.SPEED, 0.0, walk.rate))
    return tuple(steps)


# --- manoeuvres in legs: a body runs on arcs, forwards and backwards ----------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """Poses of one leg, driven in one direction; N poses, SAMPLE_M apart."""

    pose: Array  # (N, 4) x, y, z, yaw
    way: float  # 1 forwards, -1 backing


def arc_leg(pose: Array, curvature_1pm: float, length_m: float) -> Leg:
    """Return the leg that begins at a pose (4,), on an arc; a length below zero backs."""
    d = np.linspace(0.0, length_m, max(int(abs(length_m) / SAMPLE_M), 1) + 1)
    yaw = pose[3] + curvature_1pm * d
    sin_m, cos_m = sincos_all(0.5 * (yaw + pose[3]))
    half = 0.5 * (yaw - pose[3])
    chord = d * (1.0 - half * half / 6.0 + half**4 / 120.0 - half**6 / 5040.0)  # d sin(half) / half
    x, y = pose[0] + chord * cos_m, pose[1] + chord * sin_m
    return Leg(np.column_stack([x, y, np.full(len(d), pose[2]), yaw]), float(np.sign(length_m)))


def path_leg(path: Path, s_m: float, length_m: float, offset_m: float = 0.0) -> Leg:
    """Return the leg along a path at an offset."""
    s = s_m + np.arange(0.0, length_m, SAMPLE_M)
    xyz, yaw = at(path, s, offset_m)
    return Leg(np.column_stack([xyz, yaw]), 1.0)


def timed(legs: Sequence[Leg], begins_s: float, speed_mps: float, accel_mps2: float, pause_s: float) -> Array:
    """Return the (N, 6) trajectory of legs, each from standstill to standstill, with pauses between them.

    The body stands at the first pose from time 0 on and at the last for LONG_S.
    """
    first = legs[0].pose[0]
    rows = [np.array([[0.0, *first, 0.0]])]
    t = max(begins_s, ROW_S)
    for leg in legs:
        length = length_of(leg)
        peak = min(speed_mps, float(np.sqrt(accel_mps2 * length)))
        ramp, cruise = peak / accel_mps2, length / peak - peak / accel_mps2
        clock = np.append(np.arange(0.0, 2.0 * ramp + cruise, ROW_S), 2.0 * ramp + cruise)
        up, down = np.minimum(clock, ramp), np.clip(clock - ramp - cruise, 0.0, ramp)
        held = np.clip(clock - ramp, 0.0, cruise)
        gone = 0.5 * accel_mps2 * up * up + peak * held + peak * down - 0.5 * accel_mps2 * down * down
        along = np.linspace(0.0, length, len(leg.pose))
        pose = np.stack([np.interp(gone, along, column) for column in _unwound(leg.pose).T], 1)
        speed = leg.way * (accel_mps2 * up - accel_mps2 * down)
        rows.append(np.column_stack([t + clock, pose, speed]))
        t += clock[-1] + pause_s
    last = rows[-1][-1].copy()
    last[0] += LONG_S
    table = np.concatenate([*rows, last[None]])
    return np.asarray(np.round(table[np.concatenate([[True], np.diff(table[:, 0]) > 1e-9])], 9))


def length_of(leg: Leg) -> float:
    """Return the length of a leg, m."""
    return float(np.linalg.norm(np.diff(leg.pose[:, :2], axis=0), axis=1).sum())


def _unwound(pose: Array) -> Array:
    out = pose.copy()
    out[:, 3] = np.unwrap(out[:, 3])
    return out


def replayed(name: str, kind: Kind, size: tuple[float, float, float], trajectory: Array, look: int) -> ActorProgram:
    """Return an actor that runs through a trajectory."""
    return ActorProgram(name=name, kind=kind, size=size, path=PathSpec(trajectory=trajectory), s_m=0.0, look=look)
