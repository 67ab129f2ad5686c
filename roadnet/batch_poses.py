"""Many poses at once: roads, lanes by id, and the way from a lane's s and offset to a point and back.

The same records as roadnet.poses, evaluated for N queries together; lookups are binary searches over arrays
that are made once a network.
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from roadnet.base.compiled import compiled
from roadnet.base.kept import kept
from roadnet.base.maths import sincos, sincos_all
from roadnet.frames import wrap_angle
from roadnet.geometry import cubic, find_piece, road_frames, road_points, surface_heights
from roadnet.network import RoadNetwork
from roadnet.poses import BEYOND_M, lane_heights

NEWTON_STEPS = 4
MOST_STEPS = 4  # from piece to piece of a centre line: in a bend the foot lies beside the nearest chord


def road_poses(net: RoadNetwork, road: Array, s: Array, t: Array | float = 0.0) -> Array:
    """Return (N, 4) x, y, z m and heading rad at (s, t) m of road rows, as net.road_pose gives them one by one.

    road: (N,) rows of net.roads; s: (N,); t: (N,) or one number. Raises ValueError for a row that is none, an
    s outside of its road, or a number that is not finite.
    """
    road, s, t = _on_roads(net, road, s, t)
    return np.column_stack(road_points(net.roads, road, s, t))


def lane_poses(net: RoadNetwork, road: Array, lane: Array, s: Array, t: Array | float = 0.0) -> Array:
    """Return (N, 4) x, y, z m and heading rad at road s and t m left of lanes' centres, as net.lane_pose does.

    road: (N,) rows of net.roads; lane: (N,) OpenDRIVE lane ids; s, t: as for road_poses. The heading is the
    reference line's. Raises ValueError, for a lane that is not there too.
    """
    road, s, t = _on_roads(net, road, s, t)
    row = lane_rows_at(net, road, lane, s)
    middle, height = _middles(net, row, road, s)
    origin, axes, heading, _ = road_frames(net.roads, road, s)
    height = height + surface_heights(net.roads, road, s, middle + t)
    across, up = (middle + t)[:, None], height[:, None]
    return np.column_stack([origin + across * axes[:, 0] + up * axes[:, 1], heading])


def lane_rows_at(net: RoadNetwork, road: Array, lane: Array, s: Array) -> Array:
    """Return (N,) int64 lane rows of (road row, lane id) in the sections that hold `s`, the later at a boundary.

    Raises ValueError for the first query whose lane is not there.
    """
    road, lane, s = np.broadcast_arrays(np.asarray(road, np.int64), np.asarray(lane, np.int64), np.asarray(s, float))
    ways = _ways(net)
    if not len(ways.row):
        raise ValueError(f"{net.name}: got a map without lanes, want at least one")
    wanted = np.stack([road, lane], -1).astype(np.int64)
    owner = np.searchsorted(_as_one(ways.key), _as_one(wanted))
    known = owner < len(ways.key)
    known[known] = (ways.key[owner[known]] == wanted[known]).all(-1)
    owner = np.where(known, owner, 0)
    first = find_piece(ways.start, ways.begin, owner, s)
    after = np.minimum(first + 1, ways.start[owner + 1] - 1)
    holds = [(ways.begin[i] <= s + BEYOND_M) & (s <= ways.end[i] + BEYOND_M) for i in (first, after)]
    missing = np.flatnonzero(~known | ~(holds[0] | holds[1]))
    if len(missing):
        k = missing[0]
        raise ValueError(f"query {k}: road {net.roads.id[road[k]]} has no lane {lane[k]} at s = {s[k]:g} m")
    return np.asarray(ways.row[np.where(holds[0], first, after)])


def lane_points(net: RoadNetwork, lane: Array, s: Array, offset: Array | float = 0.0) -> Array:
    """Return (N, 4) x, y, z m and heading rad at `s` m along the centres of lane rows, `offset` m to their left.

    Frenet to map, in driving direction, as roadnet.queries.lane_point gives it one by one; straight on beyond
    a lane's ends. Raises ValueError for a row that is none or a number that is not finite.
    """
    lane, s, offset = _queries("lane", lane, len(net.lanes), s, offset)
    lanes = net.lanes
    begin, end = lanes.centre_start[lane], lanes.centre_start[lane + 1]
    i = np.minimum(find_piece(lanes.centre_start, lanes.centre_s, lane, s), end - 2).clip(begin)
    j = np.minimum(i + 1, end - 1)
    inside = np.clip(s, 0.0, lanes.centre_s[end - 1])
    f = np.clip((inside - lanes.centre_s[i]) / np.maximum(lanes.centre_s[j] - lanes.centre_s[i], 1e-12), 0.0, 1.0)
    turn = wrap_angle(lanes.centre_heading[j] - lanes.centre_heading[i])
    heading = lanes.centre_heading[i] + f * turn
    x, y, z = (lanes.centre[i] + f[:, None] * (lanes.centre[j] - lanes.centre[i])).T
    n, c = sincos_all(heading)
    over = s - inside
    return np.column_stack([x + over * c - offset * n, y + over * n + offset * c, z, heading])


def lane_frenet(net: RoadNetwork, lane: Array, xy: Array) -> tuple[Array, Array]:
    """Return (s m, offset m), each (N,): the nearest point of each query's own lane, offset left positive.

    Map to Frenet on a lane that is known (roadnet.queries.nearest_lane finds one that is not); the inverse of
    lane_points where |offset| is below the radius of the curve and s within the lane. lane: (N,) rows; xy:
    (N, 2) m. Raises ValueError as lane_points does.
    """
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    lane, x, y = _queries("lane", lane, len(net.lanes), xy[:, 0], xy[:, 1])
    lanes = net.lanes
    out = np.zeros((len(xy), 2))
    _feet(
        lane, np.column_stack([x, y]), np.asarray(lanes.centre_start, np.int64), _plan(net), lanes.centre_heading,
        lanes.centre_s, out,
    )  # fmt: skip
    return out[:, 0], out[:, 1]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Ways:
    """Lanes of one id along one road, W of them, and their rows in order of s."""

    key: Array  # (W, 2) road row, lane id; sorted
    start: Array  # (W + 1,)
    row: Array  # (L,) lane rows
    begin: Array  # (L,) m, where each row's section begins
    end: Array  # (L,)


@kept
def _ways(net: RoadNetwork) -> _Ways:
    lanes = net.lanes
    row = np.lexsort((lanes.section, lanes.id, lanes.road))
    key, count = np.unique(np.stack([lanes.road[row], lanes.id[row]], -1).astype(np.int64), axis=0, return_counts=True)
    begin, end = (np.ascontiguousarray(c) for c in lanes.s_range[row].T)
    return _Ways(key=key, start=offsets_of(count), row=row, begin=begin, end=end)


@kept
def _plan(net: RoadNetwork) -> Array:
    return np.ascontiguousarray(net.lanes.centre[:, :2])


def _as_one(key: Array) -> Array:
    """Return (N,) numbers that sort as the pairs (N, 2) of int32 do."""
    return np.asarray(key[..., 0] * (1 << 32) + key[..., 1])


def _middles(net: RoadNetwork, row: Array, road: Array, s: Array) -> tuple[Array, Array]:
    """Return (t m, height m), each (N,), of the lanes' middles: the sum of roadnet.poses.lane_middle."""
    lanes = net.lanes
    side = np.sign(lanes.id[row]).astype(np.int64)
    local = s - lanes.s_range[row, 0]
    width = np.maximum(cubic(lanes.width, row, local)[0], 0.0)
    across = width / 2
    inner, left = row, np.arange(len(row))  # of the queries `left`, the lane reached on the way to lane 0
    while len(left):
        inner = inner + side[left]
        there = (inner >= 0) & (inner < len(lanes))
        at = np.where(there, inner, 0)
        there &= (lanes.road[at] == road[left]) & (lanes.section[at] == lanes.section[row[left]])
        there &= lanes.id[at] * side[left] > 0
        left, inner = left[there], inner[there]
        across[left] += np.maximum(cubic(lanes.width, inner, local[left])[0], 0.0)
    offset = cubic(net.roads.lane_offset, road, s)[0]
    return offset + side * across, lane_heights(lanes.height, row, local).mean(1)


def _on_roads(net: RoadNetwork, road: Array, s: Array, t: Array | float) -> tuple[Array, Array, Array]:
    road, s, t = _queries("road", road, len(net.roads.id), s, t)
    length = net.roads.length_m[road]
    outside = np.flatnonzero((s < -BEYOND_M) | (s > length + BEYOND_M))
    if len(outside):
        k = outside[0]
        raise ValueError(f"query {k}: road {net.roads.id[road[k]]}: got s = {s[k]:g} m, want 0 <= s <= {length[k]:g}")
    return road, s, t


def _queries(name: str, row: Array, count: int, a: Array, b: Array | float) -> tuple[Array, Array, Array]:
    """Return row (N,) int64 and two columns (N,) float64, broadcast; ValueError where one is out of range."""
    row, a, b = np.broadcast_arrays(np.atleast_1d(row), np.asarray(a, np.float64), np.asarray(b, np.float64))
    if row.size and not (row.min() >= 0 and row.max() < count):
        raise ValueError(f"{name}: got rows from {row.min()} to {row.max()}, want 0 to {count - 1}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("queries: got a number that is not finite, want metres")
    return row.astype(np.int64), a, b


@compiled
def _feet(lane, xy, start, centre, heading, along, out):  # type: ignore[no-untyped-def]
    """Fill (s, offset): the nearest piece of each lane's centre line, then Newton on a heading that turns evenly."""
    for n in range(len(lane)):
        px, py = xy[n, 0], xy[n, 1]
        best, k, first, last = np.inf, start[lane[n]], start[lane[n]], start[lane[n] + 1] - 1
        for i in range(first, last):
            ux, uy = centre[i + 1, 0] - centre[i, 0], centre[i + 1, 1] - centre[i, 1]
            dx, dy = px - centre[i, 0], py - centre[i, 1]
            f = min(max((dx * ux + dy * uy) / max(ux * ux + uy * uy, 1e-18), 0.0), 1.0)
            square = (dx - f * ux) * (dx - f * ux) + (dy - f * uy) * (dy - f * uy)
            if square < best:
                best, k = square, i
        for _ in range(MOST_STEPS):
            x, y, h0 = centre[k, 0], centre[k, 1], heading[k]
            ux, uy = centre[k + 1, 0] - x, centre[k + 1, 1] - y
            turn = (heading[k + 1] - h0 + np.pi) % (2 * np.pi) - np.pi
            length = max(along[k + 1] - along[k], 1e-9)
            f = ((px - x) * ux + (py - y) * uy) / max(ux * ux + uy * uy, 1e-18)
            offset = 0.0
            for _ in range(NEWTON_STEPS):
                s, c = sincos(h0 + turn * min(max(f, 0.0), 1.0))
                dx, dy = px - x - f * ux, py - y - f * uy
                offset = dy * c - dx * s
                f += (dx * c + dy * s) / (length * max(1.0 - turn / length * offset, 0.2))
            out[n, 0], out[n, 1] = min(max(along[k] + f * length, 0.0), along[last]), offset
            if f < 0.0 and k > first:
                k -= 1
            elif f > 1.0 and k < last - 1:
                k += 1
            else:
                break
