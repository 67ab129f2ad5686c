"""Where am I: from points to lanes and back."""

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.base.maths import sincos, sincos_all
from roadnet.frames import Pose
from roadnet.network import RoadNetwork


def nearest_lane(net: RoadNetwork, xy: Array, *, drivable_only: bool = True) -> tuple[Array, Array, Array, Array]:
    """Return (lane, s, offset, distance), each (N,): the lane whose surface is nearest to each point.

    xy: (N, 2) m, map frame. lane: int32 row; s: m along its centre; offset: m from the centre, left positive;
    distance: m to the lane's surface, 0 inside. Among lanes that hold the point, the nearest centre wins.
    Raises ValueError when the map has no such lane.
    """
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    index = _index(net, drivable_only)
    if not len(index.lane):
        raise ValueError(
            f"{net.name}: got a map without {'drivable ' if drivable_only else ''}lanes, want at least one"
        )
    points = shapely.points(xy)
    query, found = index.tree.query_nearest(points, all_matches=True)
    segment = index.segment
    d = xy[query] - net.lanes.centre[segment[found], :2]
    centre = _point_segment(d, index.step[found])
    order = np.lexsort((segment[found], np.round(centre, 9), query))
    first = order[np.concatenate([[True], np.diff(query[order]) > 0])] if len(order) else order
    row = segment[found[first]]
    lane = index.lane[found[first]]
    distance = shapely.distance(points[query[first]], index.tree.geometries[found[first]])
    s, offset = _frenet(net, lane, row, xy[query[first]])
    return lane.astype(np.int32), s, offset, distance


def lane_point(net: RoadNetwork, lane: int, s: float, offset: float = 0.0) -> Pose:
    """Return the pose at `s` m along the centre of a lane row and `offset` m to its left, heading along it."""
    rows = slice(int(net.lanes.centre_start[lane]), int(net.lanes.centre_start[lane + 1]))
    at, xyz = net.lanes.centre_s[rows], net.lanes.centre[rows]
    heading = float(np.interp(s, at, np.unwrap(net.lanes.centre_heading[rows])))
    x, y, z = (float(np.interp(s, at, xyz[:, i])) for i in range(3))
    over = s - float(np.clip(s, at[0], at[-1]))
    n, c = sincos(heading)
    return Pose(float(x + over * c - offset * n), float(y + over * n + offset * c), z, heading)


class _Index:
    """Quadrilaterals between consecutive samples of every lane, in a tree."""

    def __init__(self, net: RoadNetwork, drivable_only: bool) -> None:
        lanes = net.lanes
        owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
        segment = np.flatnonzero(owner[1:] == owner[:-1]) if len(owner) else np.zeros(0, np.int64)
        if drivable_only:
            segment = segment[lanes.drivable[owner[segment]]]
        left, right = lanes.left_edge[:, :2], lanes.right_edge[:, :2]
        ring = np.stack([left[segment], right[segment], right[segment + 1], left[segment + 1], left[segment]], 1)
        self.segment, self.lane = segment, owner[segment]
        self.step = lanes.centre[segment + 1, :2] - lanes.centre[segment, :2]
        # hulls: a quadrilateral that crosses itself in a tight bend still holds its points
        self.tree = shapely.STRtree(shapely.convex_hull(shapely.linestrings(ring)) if len(ring) else [])


@kept
def _index(net: RoadNetwork, drivable_only: bool) -> _Index:
    return _Index(net, drivable_only)


def _point_segment(d: Array, step: Array) -> Array:
    """Return (N,) distances of points, given relative to the segments' beginnings, to the segments."""
    square = np.maximum((step**2).sum(-1), 1e-18)
    f = np.clip((d * step).sum(-1) / square, 0.0, 1.0)
    return np.asarray(np.linalg.norm(d - f[:, None] * step, axis=-1))


def _frenet(net: RoadNetwork, lane: Array, row: Array, xy: Array) -> tuple[Array, Array]:
    """Return (s, offset) of points near the centre segments that begin at sample `row`.

    The foot is where the offset is at right angles to the heading, which turns evenly along a segment: two
    Newton steps from the chord's foot, kept within the lane.
    """
    lanes = net.lanes
    h0 = lanes.centre_heading[row]
    turn = (lanes.centre_heading[row + 1] - h0 + np.pi) % (2 * np.pi) - np.pi
    p0, step = lanes.centre[row, :2], lanes.centre[row + 1, :2] - lanes.centre[row, :2]
    length = np.maximum(lanes.centre_s[row + 1] - lanes.centre_s[row], 1e-9)
    f = ((xy - p0) * step).sum(-1) / np.maximum((step**2).sum(-1), 1e-18)
    offset = np.zeros(len(xy))
    for _ in range(3):
        heading = h0 + turn * np.clip(f, 0.0, 1.0)
        d = xy - p0 - f[:, None] * step
        n, c = sincos_all(heading)
        offset = -d[:, 0] * n + d[:, 1] * c
        along = d[:, 0] * c + d[:, 1] * n
        f = f + along / (length * np.maximum(1.0 - turn / length * offset, 0.2))
    s = lanes.centre_s[row] + f * length
    last = lanes.centre_s[lanes.centre_start[lane + 1] - 1]
    return np.clip(s, 0.0, last), offset
