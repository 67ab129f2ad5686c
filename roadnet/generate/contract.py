"""What every generated map holds: no gap, no kink, no negative width, no lanes on top of each other, no dead end.

The limits are those of arithmetic, not of roads: a drawn map has no excuse for a millimetre.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.frames import wrap_angle
from roadnet.geometry import reference_points
from roadnet.lane_lines import BEFORE_END_M
from roadnet.network import Finding, Polynomials, RoadNetwork

GAP_M, KINK_RAD = 1e-3, 1e-6
OVERLAP_M2 = 0.05
SNAP_M = 1e-6  # borders that coincide but for the last bit must not confuse the overlay
NO_WIDTH_M = 0.05  # a lane that has narrowed to this may end


def violations(net: RoadNetwork) -> tuple[Finding, ...]:
    """Return what a generated map does wrong, () when nothing."""
    return (
        *net.findings,
        *reference_breaks(net),
        *profile_breaks(net),
        *lane_gaps(net),
        *negative_widths(net),
        *folds(net),
        *overlaps(net),
        *dead_ends(net),
    )


def reference_breaks(net: RoadNetwork) -> Iterator[Finding]:
    """Yield where a record of a reference line does not begin as the one before ends."""
    roads = net.roads
    for row, (a, b) in enumerate(pairwise(roads.plan_start.tolist())):
        pose = roads.plan_pose[a:b]
        at = pose[1:, 0]
        if not len(at):
            continue
        owner = np.full(len(at), row)
        x, y, heading, _ = reference_points(roads, owner, at - BEFORE_END_M)
        x, y = x + BEFORE_END_M * np.cos(heading), y + BEFORE_END_M * np.sin(heading)
        gap = np.hypot(x - pose[1:, 1], y - pose[1:, 2])
        kink = np.abs(wrap_angle(heading - pose[1:, 3]))
        for k in np.flatnonzero((gap > GAP_M) | (kink > KINK_RAD)).tolist():
            text = f"records {gap[k]:.6f} m and {kink[k]:.8f} rad apart"
            yield _finding("plan", f"road {roads.id[row]} s {at[k]:.1f}", text)


def profile_breaks(net: RoadNetwork) -> Iterator[Finding]:
    """Yield jumps of value or slope of elevation, superelevation, lane offset and, in a section, width."""
    roads, lanes = net.roads, net.lanes
    road_names = [f"road {r}" for r in roads.id]
    lane_names = [f"road {roads.id[lanes.road[k]]} lane {lanes.id[k]}" for k in range(len(lanes))]
    for code, profile, names in (
        ("elevation", roads.elevation, road_names),
        ("superelevation", roads.superelevation, road_names),
        ("lane_offset", roads.lane_offset, road_names),
        ("width", lanes.width, lane_names),
    ):
        for where, s, jump, bend in _jumps(profile, names):
            if jump > GAP_M or bend > KINK_RAD:
                yield _finding(code, f"{where} s {s:.1f}", f"a jump of {jump:.6f} and of {bend:.8f} in slope")


def _jumps(profile: Polynomials, names: list[str]) -> Iterator[tuple[str, float, float, float]]:
    for owner, (i, j) in enumerate(pairwise(profile.start.tolist())):
        for k in range(i, j - 1):
            x = profile.s[k + 1] - profile.s[k]
            a, b, c, d = profile.abcd[k]
            value, slope = a + x * (b + x * (c + x * d)), b + x * (2 * c + x * 3 * d)
            after = profile.abcd[k + 1]
            yield names[owner], float(profile.s[k + 1]), float(abs(value - after[0])), float(abs(slope - after[1]))


def lane_gaps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield links whose lanes do not meet, edge on edge and in direction."""
    lanes = net.lanes
    a = np.repeat(np.arange(len(lanes)), np.diff(lanes.successor_start))
    b = lanes.successor
    end, begin = lanes.centre_start[a + 1] - 1, lanes.centre_start[b]
    gap = np.maximum.reduce([
        np.linalg.norm(line[end] - line[begin], axis=-1) for line in (lanes.centre, lanes.left_edge, lanes.right_edge)
    ])  # fmt: skip
    kink = np.abs(wrap_angle(lanes.centre_heading[end] - lanes.centre_heading[begin]))
    for k in np.flatnonzero((gap > GAP_M) | (kink > KINK_RAD)).tolist():
        where = " to ".join(_lane_name(net, int(row)) for row in (a[k], b[k]))
        yield _finding("link", where, f"lanes {gap[k]:.6f} m and {kink[k]:.8f} rad apart")


def negative_widths(net: RoadNetwork) -> Iterator[Finding]:
    """Yield lanes whose width polynomial falls below zero anywhere on its stretch."""
    width, lanes = net.lanes.width, net.lanes
    for lane, (i, j) in enumerate(pairwise(width.start.tolist())):
        length = float(lanes.s_range[lane, 1] - lanes.s_range[lane, 0])
        for k in range(i, j):
            least = least_value(width.abcd[k], (float(width.s[k + 1]) if k + 1 < j else length) - float(width.s[k]))
            if least < -1e-9:
                yield _finding("width", _lane_name(net, lane), f"a width of {least:.6f} m")


def least_value(abcd: Array, length: float) -> float:
    """Return the least value of a cubic on [0, length]: at an end or where its slope is zero."""
    a, b, c, d = (float(v) for v in abcd)
    turns = [x for x in np.roots([3 * d, 2 * c, b]) if abs(x.imag) < 1e-12] if (c or d) else []
    at = [0.0, length, *(float(x.real) for x in turns if 0.0 < x.real < length)]
    return min(a + x * (b + x * (c + x * d)) for x in at)


def folds(net: RoadNetwork) -> Iterator[Finding]:
    """Yield lanes whose edge runs backwards: a bend tighter than the lane is wide."""
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    ahead = np.stack([np.cos(lanes.centre_heading), np.sin(lanes.centre_heading)], 1)[:-1]
    same = owner[1:] == owner[:-1]
    back = np.zeros(len(ahead), bool)
    for edge in (lanes.left_edge, lanes.right_edge):
        back |= np.einsum("ij,ij->i", np.diff(edge[:, :2], axis=0), ahead) < 0.0
    for k in np.unique(owner[:-1][back & same]).tolist():
        yield _finding("fold", _lane_name(net, k), "an edge runs backwards")


def overlaps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield pairs of drivable lanes that lie on one another outside of a junction that both belong to."""
    lanes, roads = net.lanes, net.roads
    rows = np.flatnonzero(lanes.drivable)
    shapes = [_shape(net, int(k)) for k in rows]
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        a, b = int(rows[i]), int(rows[j])
        ra, rb = int(lanes.road[a]), int(lanes.road[b])
        together = roads.in_junction[ra] and roads.in_junction[rb] and roads.junction[ra] == roads.junction[rb]
        if a >= b or together:
            continue
        area = shapely.area(shapely.intersection(shapes[i], shapes[j], grid_size=SNAP_M))
        if area > OVERLAP_M2:
            where = f"{_lane_name(net, a)} and {_lane_name(net, b)}"
            yield _finding("overlap", where, f"{area:.2f} m2 in common outside of a junction")


def _shape(net: RoadNetwork, lane: int) -> shapely.MultiPolygon:
    i, j = net.lanes.centre_start[lane : lane + 2]
    ring = np.concatenate([net.lanes.left_edge[i:j, :2], net.lanes.right_edge[i:j, :2][::-1]])
    parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(ring)))
    return shapely.MultiPolygon([p for p in parts if p.geom_type == "Polygon"])


def dead_ends(net: RoadNetwork) -> Iterator[Finding]:
    """Yield drivable lanes that end where they need not: neither at the map's edge nor narrowed to nothing."""
    lanes = net.lanes
    for what, start, at in (
        ("leads on", lanes.successor_start, lanes.centre_start[1:] - 1),
        ("leads in", lanes.predecessor_start, lanes.centre_start[:-1]),
    ):
        free = lanes.drivable & (np.diff(start) == 0)
        at_end = lanes.forward == (what == "leads on")  # at the end of the section, not at its beginning
        for k in np.flatnonzero(free).tolist():
            narrow = 2 * lanes.centre_half_width[at[k]] <= NO_WIDTH_M
            if not narrow and not _map_edge(net, k, at_end=bool(at_end[k])):
                yield _finding("dead_end", _lane_name(net, k), f"no lane {what}, and the map goes on beside it")


def _map_edge(net: RoadNetwork, lane: int, *, at_end: bool) -> bool:
    """Return whether the road ends here and none of its lanes goes on."""
    lanes, road = net.lanes, int(net.lanes.road[lane])
    if net.roads.in_junction[road]:
        return False
    s = lanes.s_range[lane, 1 if at_end else 0]
    if abs(s - (net.roads.length_m[road] if at_end else 0.0)) > GAP_M:
        return False
    here = (lanes.road == road) & (lanes.section == lanes.section[lane]) & lanes.drivable
    leads_on, leads_in = np.diff(lanes.successor_start) > 0, np.diff(lanes.predecessor_start) > 0
    return not bool((np.where(lanes.forward == at_end, leads_on, leads_in) & here).any())


def _lane_name(net: RoadNetwork, lane: int) -> str:
    s = net.lanes.s_range[lane]
    return f"road {net.roads.id[net.lanes.road[lane]]} lane {net.lanes.id[lane]} s {s[0]:.1f}-{s[1]:.1f}"


def _finding(code: str, where: str, message: str) -> Finding:
    return Finding(severity="problem", code=code, where=where, message=message)
