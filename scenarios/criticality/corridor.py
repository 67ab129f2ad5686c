"""The subject vehicle's corridor: where the others are along and beside the path that it drove.

The path is what the subject drove, and from its last place on the lane it stands in, or straight on where the
map is not given or says nothing. Measures along the path read this; one pass for all agents and steps.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.kept import kept
from roadnet.base.maths import sincos, sincos_all
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork
from roadnet.polyline import Path, at
from roadnet.queries import nearest_lane
from roadnet.routes import extend, lane_path
from scenarios.model.recording import Recording

KNOT_M = 1.0  # spacing of the path's points at least
BEYOND_M = 200.0  # the path goes on so far beyond the last place
BEYOND_STEP_M = 2.0
ON_LANE_M, ON_LANE_RAD = 3.0, 0.6  # farther or more askew than this the lane says nothing of the subject


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Corridor:
    """The others in the frame of the subject's path, (A, T) each; the subject's own row is not `other`."""

    other: Array  # bool: somebody else, present while the subject is
    ahead: Array  # bool: its centre is ahead of the subject's
    gap: Array  # m along the path, from the subject's front to the other's near end; negative alongside
    clear: Array  # m between the flanks, negative where the other is in the corridor
    over: Array  # m that it moves sideways from one flank to the other: both widths
    speed: Array  # m/s of the subject, (T,) broadcast
    along: Array  # m/s of the other along the path
    lateral: Array  # m/s at which it closes on the subject's side, negative where it leaves
    accel: Array  # m/s2 of the other along the path
    cosine: Array  # of the angle between the other's heading and the path

    @property
    def in_file(self) -> Array:
        """Return (A, T) bool: ahead and in the corridor, which makes a leader of whoever it is."""
        return np.asarray(self.other & self.ahead & (self.clear <= 0.0))

    @property
    def closing(self) -> Array:
        """Return (A, T) m/s at which the gap shrinks, negative where it opens."""
        return np.asarray(self.speed - self.along)


@lru_cache(maxsize=8)
def corridor(recording: Recording, net: RoadNetwork | None = None) -> Corridor:
    """Return the corridor of a recording; computed once however many measures ask."""
    agents, ego = recording.agents, recording.subject
    knots, driven = driven_path(recording, net)
    sin_y, cos_y = sincos_all(agents.yaw)
    s, offset, sine, cosine = np.empty((4, *agents.yaw.shape))
    origin = knots[0, :2].copy()
    local = knots - np.array([*origin, 0.0])
    place(local, np.ascontiguousarray(agents.xyz[:, :, :2] - origin), cos_y, sin_y, s, offset, cosine, sine)
    half_l, half_w = (0.5 * agents.size[:, i].astype(np.float64)[:, None] for i in range(2))
    long = half_l * np.abs(cosine) + half_w * np.abs(sine)
    wide = half_l * np.abs(sine) + half_w * np.abs(cosine)
    side = offset - offset[ego]
    speed = agents.speed.astype(np.float64)
    drift = speed * sine
    other = agents.valid & agents.valid[ego]
    other[ego] = False
    return Corridor(
        other=other,
        ahead=s > driven,
        gap=s - driven - half_l[ego] - long,
        clear=np.abs(side) - half_w[ego] - wide,
        over=2.0 * (half_w[ego] + wide),
        speed=np.broadcast_to(speed[ego], speed.shape),
        along=speed * cosine,
        lateral=np.where(side > 0.0, -drift, drift),
        accel=agents.accel.astype(np.float64) * cosine,
        cosine=cosine,
    )


def driven_path(recording: Recording, net: RoadNetwork | None) -> tuple[Array, Array]:
    """Return (knots, s): the path (P, 3) x, y, s with its continuation, and where the subject is on it, (T,)."""
    ego = recording.subject
    present = recording.agents.valid[ego]
    xy = recording.agents.xyz[ego, :, :2][present]
    yaw = recording.agents.yaw[ego].astype(np.float64)[present]
    if not len(xy):
        return np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 1.0]]), np.zeros(len(present))
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    keep = np.unique(np.searchsorted(run, np.arange(0.0, run[-1], KNOT_M)))
    far = continuation(net, xy[-1], float(yaw[-1]))
    keep = keep[run[-1] - run[keep] > 0.5 * KNOT_M]
    points = np.concatenate([xy[keep], xy[-1:], far])
    beyond = run[-1] + np.cumsum(np.hypot(*np.diff(points[len(keep) :], axis=0).T))
    s = np.zeros(len(present))
    s[present] = run
    return np.column_stack([points, np.concatenate([run[keep], run[-1:], beyond])]), s


def continuation(net: RoadNetwork | None, xy: Array, yaw: float) -> Array:
    """Return points (Q, 2) on from a place: along the lane there at the same offset, else straight on."""
    ahead = np.arange(BEYOND_STEP_M, BEYOND_M, BEYOND_STEP_M)
    if net is not None and len(net.lanes):
        lane, s, offset, distance = nearest_lane(net, xy[None], drivable_only=False)
        points, heading = at(lane_ahead(net, int(lane[0])), s + ahead, offset)
        if distance[0] <= ON_LANE_M and abs(float(wrap_angle(heading[0] - yaw))) <= ON_LANE_RAD:
            return np.ascontiguousarray(points[:, :2])
    sin_y, cos_y = sincos(yaw)
    return np.asarray(xy + ahead[:, None] * np.array([cos_y, sin_y]))


@kept
def lane_ahead(net: RoadNetwork, lane: int) -> Path:
    """Return the path of a lane and the straightest way on."""
    lanes, _s = extend(net, lane, ahead_m=BEYOND_M, behind_m=0.0)
    return lane_path(net, lanes)


@compiled
def place(
    knots: Array, xy: Array, cos_y: Array, sin_y: Array, s: Array, offset: Array, cosine: Array, sine: Array
) -> None:
    """Fill in s, offset, cosine and sine of the relative heading, (A, T) each, of places (A, T, 2) on knots (P, 3)."""
    last = len(knots) - 2
    for i in range(xy.shape[0]):
        for t in range(xy.shape[1]):
            x, y = xy[i, t, 0], xy[i, t, 1]
            best, row = np.inf, 0
            for k in range(len(knots)):
                d = (x - knots[k, 0]) ** 2 + (y - knots[k, 1]) ** 2
                if d < best:
                    best, row = d, k
            nearest = np.inf
            for k in range(max(row - 1, 0), min(row, last) + 1):
                ex, ey = knots[k + 1, 0] - knots[k, 0], knots[k + 1, 1] - knots[k, 1]
                length = np.sqrt(ex * ex + ey * ey)
                ex, ey = ex / length, ey / length
                dx, dy = x - knots[k, 0], y - knots[k, 1]
                along = dx * ex + dy * ey
                # straight on before the first and beyond the last segment only
                inside = min(max(along, -np.inf if k == 0 else 0.0), np.inf if k == last else length)
                fx, fy = dx - inside * ex, dy - inside * ey
                d = fx * fx + fy * fy
                if d < nearest:
                    nearest = d
                    s[i, t], side = knots[k, 2] + inside, ex * dy - ey * dx
                    offset[i, t] = np.sqrt(d) if side > 0.0 else -np.sqrt(d)
                    cosine[i, t] = cos_y[i, t] * ex + sin_y[i, t] * ey
                    sine[i, t] = sin_y[i, t] * ex - cos_y[i, t] * ey
