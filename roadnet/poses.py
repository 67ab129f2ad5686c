"""Exact poses: evaluated from the geometry records, never from sampled lines."""

from typing import TYPE_CHECKING

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import did_you_mean
from roadnet.base.kept import kept
from roadnet.frames import Pose
from roadnet.geometry import cubic, find_piece, road_frames, road_points, surface_heights

if TYPE_CHECKING:
    from roadnet.network import Lanes, Polynomials, RoadNetwork

BEYOND_M = 1e-3  # s may miss the road's ends by so much: lengths in files are rounded


def road_pose(net: "RoadNetwork", road: str, s: float, t: float = 0.0) -> Pose:
    """Return the pose at (s, t) of a road, m, without lane height; heading of the reference line.

    Raises ValueError for an unknown road or an s outside it.
    """
    row = road_row(net, road, s)
    xyz, heading = road_points(net.roads, np.array([row]), np.array([s], float), np.array([t], float))
    x, y, z = xyz[0]
    return Pose(float(x), float(y), float(z), float(heading[0]))


def lane_pose(net: "RoadNetwork", road: str, lane: int, s: float, t: float = 0.0) -> Pose:
    """Return the pose at `s` of the road and `t` m left (as the road sees it) of the lane's centre.

    The lane's height is included. The heading is the reference line's, as for `road_pose`: where
    net.lanes.forward is false, traffic runs against it. Raises ValueError for an unknown road or lane.
    """
    row = road_row(net, road, s)
    at = lane_at(net, row, lane, s)
    middle, height = lane_middle(net.lanes, net.roads.lane_offset, at, row, s)
    origin, axes, heading, _ = road_frames(net.roads, np.array([row]), np.array([s], float))
    height += surface_heights(net.roads, np.array([row]), np.array([s], float), np.array([middle + t]))[0]
    x, y, z = origin[0] + (middle + t) * axes[0, 0] + height * axes[0, 1]
    return Pose(float(x), float(y), float(z), float(heading[0]))


def road_row(net: "RoadNetwork", road: str, s: float) -> int:
    """Return the road's row; ValueError when it is unknown or `s` lies outside it."""
    if road not in net.road_index:
        raise ValueError(
            f"road {road!r}: got an unknown id, want a road of the map{did_you_mean(road, net.road_index)}"
        )
    row = net.road_index[road]
    length = float(net.roads.length_m[row])
    if not -BEYOND_M <= s <= length + BEYOND_M:
        raise ValueError(f"road {road}: got s = {s:g} m, want 0 <= s <= {length:g}")
    return row


def lane_at(net: "RoadNetwork", road: int, lane: int, s: float) -> int:
    """Return the lane's row in the section that holds `s` (the later one at a boundary); ValueError if none."""
    rows = lane_rows(net).get((road, lane), np.zeros(0, np.int64))
    begins, ends = net.lanes.s_range[rows].T
    holds = rows[(begins <= s + BEYOND_M) & (s <= ends + BEYOND_M)]
    if not len(holds):
        here = sorted({i for r, i in lane_rows(net) if r == road})
        raise ValueError(
            f"road {net.roads.id[road]}: got lane {lane} at s = {s:g} m, want one of {here} where it exists"
        )
    exact = holds[net.lanes.s_range[holds, 0] <= s]
    return int(exact[-1] if len(exact) else holds[0])


@kept
def lane_rows(net: "RoadNetwork") -> dict[tuple[int, int], Array]:
    """Return (road row, lane id) -> lane rows in order of s."""
    out: dict[tuple[int, int], list[int]] = {}
    for row, key in enumerate(zip(net.lanes.road.tolist(), net.lanes.id.tolist(), strict=True)):
        out.setdefault(key, []).append(row)
    return {key: np.array(rows) for key, rows in out.items()}


def lane_middle(lanes: "Lanes", lane_offset: "Polynomials", row: int, road: int, s: float) -> tuple[float, float]:
    """Return (t m, height m) of the middle of a lane row at `s` of its road: half its width outside of the
    lanes between it and lane 0."""
    side = 1 if lanes.id[row] > 0 else -1
    inner = row + side * np.arange(abs(int(lanes.id[row])))  # towards lane 0, itself first
    inner = inner[(inner >= 0) & (inner < len(lanes))]
    same = (lanes.road[inner] == road) & (lanes.section[inner] == lanes.section[row]) & (lanes.id[inner] * side > 0)
    inner = inner[same]
    local = np.full(len(inner), s - lanes.s_range[row, 0])
    width = np.maximum(cubic(lanes.width, inner, local)[0], 0.0)
    offset = float(cubic(lane_offset, np.array([road]), np.array([s], float))[0][0])
    height = lane_heights(lanes.height, np.array([row]), local[:1])[0]
    return offset + side * float(width.sum() - width[0] / 2), float(height.mean())


def lane_heights(height: "Polynomials", row: Array, local: Array) -> Array:
    """Return (N, 2) inner and outer height above the road, m, `local` m from the section's start."""
    if not len(height.s):
        return np.zeros((len(local), 2))
    piece = find_piece(height.start, height.s, row, local)
    some = height.start[row] < height.start[np.asarray(row) + 1]
    return np.asarray(height.abcd[np.where(some, piece, 0), :2] * some[:, None])
