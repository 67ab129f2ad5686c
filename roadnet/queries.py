"""Where am I: from points to lanes and back."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.base.maths import sincos
from roadnet.frames import Pose
from roadnet.nearest import Segments, nearest, segments_of
from roadnet.network import RoadNetwork


def nearest_lane(net: RoadNetwork, xy: Array, *, drivable_only: bool = True) -> tuple[Array, Array, Array, Array]:
    """Return (lane, s, offset, distance), each (N,): the lane whose surface is nearest to each point.

    xy: (N, 2) m, map frame. lane: int32 row; s: m along its centre; offset: m from the centre, left positive;
    distance: m to the lane's surface, 0 inside. Among lanes that hold the point, the nearest centre wins.
    Raises ValueError when the map has no such lane.
    """
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    if not np.isfinite(xy).all():
        raise ValueError("xy: got a coordinate that is not finite, want metres")
    segments = lane_segments(net, drivable_only)
    if not len(segments.row):
        raise ValueError(
            f"{net.name}: got a map without {'drivable ' if drivable_only else ''}lanes, want at least one"
        )
    segment, s, offset, distance = nearest(segments, xy)
    return segments.lane[segment].astype(np.int32), s, offset, distance


def lane_point(net: RoadNetwork, lane: int, s: float, offset: float = 0.0) -> Pose:
    """Return the pose at `s` m along the centre of a lane row and `offset` m to its left, heading along it."""
    rows = slice(int(net.lanes.centre_start[lane]), int(net.lanes.centre_start[lane + 1]))
    at, xyz = net.lanes.centre_s[rows], net.lanes.centre[rows]
    heading = float(np.interp(s, at, np.unwrap(net.lanes.centre_heading[rows])))
    x, y, z = (float(np.interp(s, at, xyz[:, i])) for i in range(3))
    over = s - float(np.clip(s, at[0], at[-1]))
    n, c = sincos(heading)
    return Pose(float(x + over * c - offset * n), float(y + over * n + offset * c), z, heading)


@kept
def lane_segments(net: RoadNetwork, drivable_only: bool) -> Segments:
    """Return the pieces of the lanes between consecutive samples, in a grid; made once a network."""
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    row = np.flatnonzero(owner[1:] == owner[:-1]) if len(owner) else np.zeros(0, np.int64)
    if drivable_only:
        row = row[lanes.drivable[owner[row]]]
    return segments_of(
        row,
        owner[row],
        lanes.left_edge[:, :2],
        lanes.right_edge[:, :2],
        lanes.centre[:, :2],
        lanes.centre_heading,
        lanes.centre_s,
        lanes.length_m,
    )
