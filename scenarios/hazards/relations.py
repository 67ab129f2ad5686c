"""How the others stand to the subject vehicle, once per recording: every kinematic oracle reads this.

The frame is the path that the subject drove, continued along its lane from where the recording ends: s along
it, offset to its left. Only facts of the recording and of the map go in.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork
from roadnet.polyline import Path, at, project
from roadnet.queries import nearest_lane
from roadnet.routes import extend, lane_path
from scenarios.criticality import pet, required_deceleration, ttc
from scenarios.criticality.series import Series
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.recording import Recording

DRIVEN_STEP_M = 2.0  # spacing of the driven path
CONTINUED_M = 150.0  # how far the path goes on beyond the recording's end
LANE_SAMPLES = 9  # instants at which the subject's lane is looked up
OFF_MAP_M = 3.0  # farther from any lane the map says nothing of the subject's lane
HALF_LANE_M = 1.75  # assumed there
WITHIN_LANE_RAD = 0.6  # a lane that runs elsewhere only crosses here


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """The agents in the frame of the subject's path; A agents, T steps, the subject's own row included."""

    t_s: Array  # (T,)
    s: Array  # (A, T) m
    offset: Array  # (A, T) m, left positive
    turn: Array  # (A, T) rad, heading relative to the path's
    half_lane: Array  # (T,) m, half the width of the lane the subject is in
    other: Array  # (A, T) bool: somebody else, present, while the subject is
    ttc: Series  # (A, T)
    pet: Series  # (A, T)
    required: Series  # (A, T) required deceleration
    urgent: Array  # (A, T) bool: one of the three onset criteria


@lru_cache(maxsize=4)
def relations(recording: Recording, net: RoadNetwork) -> Relations:
    """Return the relations of a recording; computed once however many oracles ask."""
    agents, ego = recording.agents, recording.subject
    xy, heading = _driven(recording, net)
    origin = xy[0]
    s, offset, along = _project(xy - origin, heading, (agents.xyz[:, :, :2] - origin).reshape(-1, 2))
    shape = agents.yaw.shape
    onset = taxonomy().thresholds.onset
    series = ttc.evaluate(recording, net), pet.evaluate(recording, net), required_deceleration.evaluate(recording, net)
    urgent = (
        (series[0].valid & (series[0].value < onset.ttc_s.value))
        | (series[1].valid & (series[1].value < onset.pet_s.value))
        | (series[2].valid & (series[2].value > onset.required_deceleration_mps2.value))
    )
    other = agents.valid & agents.valid[ego]
    other[ego] = False
    return Relations(
        t_s=recording.t_ns * 1e-9,
        s=s.reshape(shape),
        offset=offset.reshape(shape),
        turn=wrap_angle(agents.yaw - along.reshape(shape)),
        half_lane=_half_lane(recording, net),
        other=other,
        ttc=series[0],
        pet=series[1],
        required=series[2],
        urgent=urgent & other,
    )


def _driven(recording: Recording, net: RoadNetwork) -> tuple[Array, Array]:
    """Return the points (P, 2) and headings (P,) of the driven path and its continuation."""
    present = np.flatnonzero(recording.agents.valid[recording.subject])
    xy = recording.agents.xyz[recording.subject, present, :2]
    yaw = np.unwrap(recording.agents.yaw[recording.subject, present].astype(np.float64))
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    knots = np.arange(0.0, run[-1], DRIVEN_STEP_M)
    keep = np.searchsorted(run, knots)
    ahead_xy, ahead_heading = _continuation(net, xy[-1], float(yaw[-1]))
    return np.concatenate([xy[keep], ahead_xy]), np.concatenate([yaw[keep], ahead_heading])


def _continuation(net: RoadNetwork, xy: Array, yaw: float) -> tuple[Array, Array]:
    """Return points and headings from `xy` on along the lane there, keeping the offset; straight off the map."""
    far = np.arange(0.0, CONTINUED_M, DRIVEN_STEP_M)
    lane, _, _, distance = nearest_lane(net, xy[None])
    path = _lane_ahead(net, int(lane[0]))
    s, offset = (float(v[0]) for v in project(path, xy[None]))
    points, heading = at(path, s + far, offset)
    if distance[0] > OFF_MAP_M or abs(float(wrap_angle(heading[0] - yaw))) > WITHIN_LANE_RAD:
        return xy + far[:, None] * np.array([np.cos(yaw), np.sin(yaw)]), np.full(len(far), yaw)
    return points[:, :2], heading + yaw - heading[0] - float(wrap_angle(yaw - heading[0]))


@kept
def _lane_ahead(net: RoadNetwork, lane: int) -> Path:
    lanes, _ = extend(net, lane, ahead_m=CONTINUED_M, behind_m=0.0)
    return lane_path(net, lanes)


def _project(xy: Array, heading: Array, points: Array) -> tuple[Array, Array, Array]:
    """Return (s, offset, heading) of points (N, 2) on the path `xy` (P, 2), tangent to first order."""
    step = np.hypot(*np.diff(xy, axis=0).T)
    s_at = np.concatenate([[0.0], np.cumsum(step)])
    nearest = ((xy**2).sum(1) - 2.0 * (points @ xy.T)).argmin(1)
    c, n = np.cos(heading)[nearest], np.sin(heading)[nearest]
    d = points - xy[nearest]
    along, offset = d[:, 0] * c + d[:, 1] * n, d[:, 1] * c - d[:, 0] * n
    bend = np.gradient(heading, np.maximum(s_at, np.arange(len(s_at)) * 1e-6)) if len(xy) > 1 else np.zeros(1)
    inside = np.clip(along, -DRIVEN_STEP_M, DRIVEN_STEP_M)
    return s_at[nearest] + along, offset - 0.5 * bend[nearest] * inside**2, heading[nearest] + bend[nearest] * inside


def _half_lane(recording: Recording, net: RoadNetwork) -> Array:
    """Return (T,) half the width of the lane under the subject, m."""
    steps = np.unique(np.linspace(0, len(recording.t_ns) - 1, LANE_SAMPLES).astype(int))
    lane, s, _, distance = nearest_lane(net, recording.agents.xyz[recording.subject, steps, :2])
    lanes, half = net.lanes, np.empty(len(steps))
    for i, row in enumerate(lane):
        span = slice(int(lanes.centre_start[row]), int(lanes.centre_start[row + 1]))
        half[i] = np.interp(s[i], lanes.centre_s[span], lanes.centre_half_width[span])
    half = np.where(distance > OFF_MAP_M, HALF_LANE_M, half)
    return np.interp(np.arange(len(recording.t_ns)), steps, half)
