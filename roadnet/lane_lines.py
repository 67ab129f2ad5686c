"""Lines of the lanes: centres and edges sampled from the records, all lanes of a map at once."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array, offsets_of
from roadnet.base.maths import atan2_all
from roadnet.geometry import ARC, SPIRAL, cubic, find_piece, reference_points, road_frames, surface_heights
from roadnet.network import Polynomials, Roads
from roadnet.polyline import arc_steps
from roadnet.poses import lane_heights

SAGITTA_M = 0.002  # the reference line leaves the chord between samples by at most so much
LONGEST_STEP_M, SHORTEST_STEP_M = 2.0, 0.1
PROBES = np.linspace(0.01, 0.99, 15)  # where a polynomial's curvature is looked at, as parts of its record
MOST_SAMPLES = 2_000_000  # 4,000 km of lanes; some 600 MB on the way
BEFORE_END_M = 1e-7  # at a section's end the records before it hold
BREAK_TOLERANCE_M = 1e-6


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LaneRows:
    """What the lines follow from; L rows sorted by road, section, id descending."""

    road: Array  # (L,)
    section: Array  # (L,)
    id: Array  # (L,)
    s_range: Array  # (L, 2)
    forward: Array  # (L,) bool
    width: Polynomials
    height: Polynomials


def lane_lines(roads: Roads, lanes: LaneRows) -> dict[str, Array]:
    """Return the sampled columns of `Lanes`: centre_start, centre, centre_s, centre_heading, centre_half_width,
    left_edge, right_edge, in driving direction. Raises ValueError when there were too many samples."""
    group, first = _groups(lanes)
    grid_s, grid_start = _grid(roads, lanes, group, first)
    counts = np.diff(grid_start)[group]
    if counts.sum() > MOST_SAMPLES:
        raise ValueError(f"got {counts.sum()} samples of lane centres, want at most {MOST_SAMPLES}")
    start = offsets_of(counts)
    owner = np.repeat(np.arange(len(group)), counts)
    grid = np.arange(len(owner)) - start[owner] + grid_start[group[owner]]

    grid_group = np.repeat(np.arange(len(first)), np.diff(grid_start))
    grid_road, grid_end = lanes.road[first][grid_group], lanes.s_range[first, 1][grid_group]
    lookup = np.minimum(grid_s, grid_end - BEFORE_END_M)
    origin, axes, heading, bend = road_frames(roads, grid_road, grid_s, lookup)
    offset = np.stack(cubic(roads.lane_offset, grid_road, grid_s, lookup))

    inner, outer = _borders(lanes, group, owner, start, grid, offset, grid_s)
    middle = (inner + outer) / 2
    local = np.minimum(grid_s, lookup)[grid] - lanes.s_range[owner, 0]
    height = lane_heights(lanes.height, owner, local)
    tilt = atan2_all(middle[1], np.maximum(1.0 - bend[grid] * middle[0], 1e-3))

    forward = lanes.forward[owner]
    order = np.where(forward, np.arange(len(owner)), start[owner] + start[owner + 1] - 1 - np.arange(len(owner)))
    left_is_inner = (lanes.forward == (lanes.id < 0))[owner][:, None]
    origin, axes = origin[grid], axes[grid]
    place, until = (grid_road[grid], grid_s[grid]), lookup[grid]
    above = [surface_heights(roads, *place, t, until) for t in (inner[0], middle[0], outer[0])]
    edge_in = _point(origin, axes, inner[0], height[:, 0] + above[0])
    edge_out = _point(origin, axes, outer[0], height[:, 1] + above[2])
    angle = heading[grid] + tilt + np.where(forward, 0.0, np.pi)
    angle = (angle + np.pi) % (2 * np.pi) - np.pi
    columns = {
        "centre_start": start,
        "centre": _point(origin, axes, middle[0], height.mean(1) + above[1])[order],
        "centre_heading": angle[order],
        "centre_half_width": (np.abs(outer[0] - inner[0]) / 2)[order],
        "left_edge": np.where(left_is_inner, edge_in, edge_out)[order],
        "right_edge": np.where(left_is_inner, edge_out, edge_in)[order],
    }
    columns["centre_s"] = _arc_lengths(columns["centre"], columns["centre_heading"], start, owner)
    return columns


def _point(origin: Array, axes: Array, t: Array, h: Array) -> Array:
    return np.asarray(origin + t[:, None] * axes[:, 0] + h[:, None] * axes[:, 1])


def _groups(lanes: LaneRows) -> tuple[Array, Array]:
    """Return (group of each lane, first lane of each group): the lanes of one side of one section."""
    side = np.sign(lanes.id)
    new = np.ones(len(side), bool)
    new[1:] = (np.diff(lanes.road) != 0) | (np.diff(lanes.section) != 0) | (np.diff(side) != 0)
    return np.cumsum(new) - 1, np.flatnonzero(new)


def _grid(roads: Roads, lanes: LaneRows, group: Array, first: Array) -> tuple[Array, Array]:
    """Return (s flat, start) of the samples of each group: its ends, every break of a record, and steps between."""
    G = len(first)
    begin, end = lanes.s_range[first].T
    road = lanes.road[first]
    plan_owner, plan_s = _of_road(roads.plan_start, roads.plan_pose[:, 0], road)
    offset_owner, offset_s = _of_road(roads.lane_offset.start, roads.lane_offset.s, road)
    rise_owner, rise_s = _of_road(roads.elevation.start, roads.elevation.s, road)
    fall_owner, fall_s = _surface_breaks(roads, road)
    piece_lane = np.repeat(np.arange(len(group)), np.diff(lanes.width.start))
    of_roads = (plan_owner, offset_owner, rise_owner, fall_owner)
    owner = np.concatenate([np.arange(G), np.arange(G), *of_roads, group[piece_lane]])
    width_s = lanes.width.s + lanes.s_range[piece_lane, 0]
    s = np.concatenate([begin, end, plan_s, offset_s, rise_s, fall_s, width_s])
    inside = (s >= begin[owner]) & (s <= end[owner])
    owner, s = owner[inside], s[inside]
    order = np.lexsort((s, owner))
    owner, s = owner[order], s[order]
    same = owner[1:] == owner[:-1]
    # drop breaks next to the one before, but never a group's end
    near = np.concatenate([[False], same & (np.diff(s) < BREAK_TOLERANCE_M)])
    is_end = np.concatenate([~same, [True]])
    s = np.where(np.concatenate([near[1:], [False]]) & np.concatenate([is_end[1:], [False]]), np.roll(s, -1), s)
    keep = ~near
    owner, s = owner[keep], s[keep]
    last = np.concatenate([owner[1:] != owner[:-1], [True]])
    a, b = s, np.concatenate([s[1:], s[-1:]])
    step = _steps(roads)[find_piece(roads.plan_start, roads.plan_pose[:, 0], road[owner], (a + b) / 2)]
    n = np.where(last, 1, np.ceil((b - a) / step - 1e-9)).astype(np.int64).clip(1)
    if n.sum() > MOST_SAMPLES:
        raise ValueError(f"got {n.sum()} samples of reference lines, want at most {MOST_SAMPLES}")
    interval = np.repeat(np.arange(len(n)), n)
    k = np.arange(len(interval)) - offsets_of(n)[interval]
    flat = a[interval] + (b - a)[interval] * k / n[interval] * ~last[interval]
    return flat, offsets_of(np.bincount(owner[interval], minlength=G))


def _surface_breaks(roads: Roads, road: Array) -> tuple[Array, Array]:
    """Return (group, s) of every break of the surface of each group's road."""
    surface = roads.surface
    parts = [(surface.start, surface.s)] + [(fall.start, fall.s) for fall in (surface.left, surface.right)]
    found = [_of_road(start, s, road) for start, s in parts if len(s)]
    owners, breaks = zip(*found, strict=True) if found else ((), ())
    return np.concatenate([np.zeros(0, np.int64), *owners]), np.concatenate([np.zeros(0), *breaks])


def _of_road(start: Array, s: Array, road: Array) -> tuple[Array, Array]:
    """Return (group, s) of every record of each group's road."""
    count = (start[road + 1] - start[road]).astype(np.int64)
    owner = np.repeat(np.arange(len(road)), count)
    return owner, s[start[road][owner] + np.arange(len(owner)) - offsets_of(count)[owner]]


def _steps(roads: Roads) -> Array:
    """Return the sampling step of each plan view record, m, from its strongest curvature (polynomials: probed)."""
    bend = np.where(roads.plan_kind == ARC, np.abs(roads.plan_coef[:, 0]), 0.0)
    bend = np.where(roads.plan_kind == SPIRAL, np.abs(roads.plan_coef[:, :2]).max(1), bend)
    rows = np.flatnonzero(roads.plan_kind > SPIRAL)
    if len(rows):
        road = np.searchsorted(roads.plan_start, rows, side="right") - 1
        s = roads.plan_pose[rows, 0][:, None] + roads.plan_pose[rows, 4][:, None] * PROBES
        _, _, _, probed = reference_points(roads, np.repeat(road, len(PROBES)), s.ravel())
        bend[rows] = np.abs(probed).reshape(s.shape).max(1)
    step = np.sqrt(8 * SAGITTA_M / np.maximum(bend, 1e-9)).clip(SHORTEST_STEP_M, LONGEST_STEP_M)
    return np.asarray(np.where(roads.plan_kind > SPIRAL, step / 2, step))


def _borders(
    lanes: LaneRows, group: Array, owner: Array, start: Array, grid: Array, offset: Array, grid_s: Array
) -> tuple[Array, Array]:
    """Return the inner and outer borders, each (2, N): t m and its slope dt/ds, from lane 0 outwards."""
    side = np.sign(lanes.id)
    local = grid_s[grid] - lanes.s_range[owner, 0]
    lookup = np.minimum(local, lanes.s_range[owner, 1] - lanes.s_range[owner, 0] - BEFORE_END_M)
    width, slope = cubic(lanes.width, owner, local, lookup)
    slope, width = np.where(width > 0, slope, 0.0), np.maximum(width, 0.0)
    step = np.stack([width, slope]) * side[owner]
    # rank 0 is next to lane 0: the first of a right side, the last of a left side
    size, begin = np.bincount(group), np.searchsorted(group, group)
    place = np.arange(len(group)) - begin
    rank = np.where(side < 0, place, size[group] - 1 - place)
    inner, outer = offset[:, grid].copy(), np.zeros((2, len(owner)))
    for r in range(int(rank.max(initial=-1)) + 1):
        at = np.flatnonzero(rank[owner] == r)
        if r:
            lane = owner[at]
            inside = start[lane + side[lane]] - start[lane] + at
            inner[:, at] = outer[:, inside]
        outer[:, at] = inner[:, at] + step[:, at]
    return inner, outer


def _arc_lengths(centre: Array, heading: Array, start: Array, owner: Array) -> Array:
    """Return arc length along each lane: chords, each lengthened to the arc of its turning."""
    arc = arc_steps(centre, heading) * (owner[1:] == owner[:-1])
    total = np.concatenate([[0.0], np.cumsum(arc)])
    return np.asarray(total - total[start[:-1]][owner])
