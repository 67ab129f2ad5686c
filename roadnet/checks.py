"""What is wrong with a road network: checks on the network itself, merged with what its reader found.

Severities: "problem" (traffic, sensors or routes will be wrong there), "repaired" (read as something else than
the file says), "note" (worth knowing). A check sees only the network, so that it holds for every format.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.errors import one_line
from roadnet.base.kept import kept
from roadnet.conflicts import LEVELS_APART_M, has_area
from roadnet.frames import wrap_angle
from roadnet.geometry import cubic, reference_points
from roadnet.network import Finding, Lanes, LaneType, ObjectKind, Polynomials, RoadNetwork, Roads
from roadnet.poses import lane_at, lane_pose, road_pose
from roadnet.queries import nearest_lane

MOST_FINDINGS = 10_000
SEVERITIES = ("problem", "repaired", "note")
GAP_M, KINK_RAD = 0.05, 0.05  # ends that miss each other by more are a finding: a tyre's width, three degrees
STEP_M = 0.05  # jumps of profiles
BEFORE_M = 1e-9  # an end is looked at from this side
NEGATIVE_M = 1e-3  # widths are rounded to millimetres in files
NARROWEST_M = 1.5  # a drivable lane that is never wider: the narrowest cars are 1.5 m (Smart Fortwo 1.66 m)
TIGHTEST_RADIUS_M = 3.0  # no car turns so tightly: inner radius of AASHTO's passenger car P is 4.4 m
FOLD_M = 0.02  # an edge that runs back by more between two samples
SLOWEST_MPS, FASTEST_MPS = 1.0, 44.5  # walking pace; 160 km/h, the highest limit posted anywhere (Abu Dhabi)
OVERLAP_M2, OVERLAP_SHARE = 2.0, 0.02  # of two lanes, and of the smaller one
MOST_PAIRS = 20_000  # of lanes whose overlap is looked at
FLOATS_M = 1.0  # an object whose base is higher above the lane than this does not stand on it
SOLID = (ObjectKind.BUILDING, ObjectKind.TREE, ObjectKind.POLE, ObjectKind.BARRIER, ObjectKind.OBSTACLE)
WHERE = re.compile(r"road (?P<road>\S+)(?: lane (?P<lane>-?\d+))?(?: s (?P<s>-?[\d.]+(?:e[+-]?\d+)?))?")
LINE = re.compile(r", line (\d+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """A finding with the parts of its place; None where it does not say."""

    finding: Finding
    road: str | None
    lane: int | None
    s_m: float | None
    line: int | None
    xy: tuple[float, float] | None


@kept
def check(net: RoadNetwork) -> tuple[Finding, ...]:
    """Return every finding on a network, its reader's included, each once: problems first, then by code and place."""
    found = {(f.severity, f.code, f.where): f for f in net.findings}
    for one in CHECKS:
        for f in islice(one(net), MOST_FINDINGS - min(len(found), MOST_FINDINGS)):
            found.setdefault((f.severity, f.code, f.where), f)
    rank = {name: i for i, name in enumerate(SEVERITIES)}
    return tuple(sorted(found.values(), key=lambda f: (rank.get(f.severity, len(rank)), f.code, f.where)))


def located(net: RoadNetwork, finding: Finding) -> Located:
    """Return a finding with its road, lane, s, line and point, as far as its `where` names them."""
    road, lane, s, line = place_in(finding.where)
    return Located(finding=finding, road=road, lane=lane, s_m=s, line=line, xy=_point(net, road, lane, s))


def place_in(where: str) -> tuple[str | None, int | None, float | None, int | None]:
    """Return (road, lane, s m, line) that a finding's `where` names first, None for what it does not say."""
    match, line = WHERE.search(where), LINE.search(where)
    if match is None:
        return None, None, None, int(line[1]) if line else None
    lane, s = match["lane"], match["s"]
    return (
        match["road"].rstrip(","),
        int(lane) if lane is not None else None,
        float(s) if s is not None else None,
        int(line[1]) if line else None,
    )


def _link_gaps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield the links between drivable lanes whose ends do not meet."""
    roads, lanes = net.roads, net.lanes
    a = np.repeat(np.arange(len(lanes)), np.diff(lanes.successor_start))
    b = lanes.successor
    end, begin = lanes.centre_start[a + 1] - 1, lanes.centre_start[b]
    gap = np.linalg.norm(lanes.centre[end] - lanes.centre[begin], axis=-1)
    kink = np.abs(wrap_angle(lanes.centre_heading[end] - lanes.centre_heading[begin]))
    both = lanes.drivable[a] & lanes.drivable[b]
    for i in np.flatnonzero(both & ((gap > GAP_M) | (kink > KINK_RAD))).tolist():
        at = lanes.s_range[a[i], 1 if lanes.forward[a[i]] else 0]
        where = f"{_lane(roads, lanes, a[i], at)} to {_lane(roads, lanes, b[i])}"
        text = f"lane centres {gap[i]:.3f} m and {kink[i]:.3f} rad apart"
        yield _finding("problem", "gap" if gap[i] > GAP_M else "kink", where, text)


def _plan_gaps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield where one record of a reference line does not begin where the one before it ends."""
    roads = net.roads
    owner = np.repeat(np.arange(len(roads.id)), np.diff(roads.plan_start))
    later = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    if not len(later):
        return
    s = roads.plan_pose[later, 0]
    before = reference_points(roads, owner[later], s - BEFORE_M)
    after = reference_points(roads, owner[later], s)
    gap = np.hypot(before[0] - after[0], before[1] - after[1])
    kink = np.abs(wrap_angle(before[2] - after[2]))
    for i in np.flatnonzero((gap > GAP_M) | (kink > KINK_RAD)).tolist():
        where = f"road {roads.id[owner[later[i]]]} s {s[i]:.3f}"
        code = "plan_gap" if gap[i] > GAP_M else "plan_kink"
        yield _finding("problem", code, where, f"reference line jumps {gap[i]:.3f} m and {kink[i]:.3f} rad")


def _profile_steps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield where a height profile jumps, or the lane offset inside of a section (at its ends it may)."""
    roads, lanes = net.roads, net.lanes
    begins = set(zip(lanes.road.tolist(), np.round(lanes.s_range[:, 0], 3).tolist(), strict=True))
    for code, word, profile in (
        ("elevation_step", "elevation", roads.elevation),
        ("offset_step", "lane offset", roads.lane_offset),
    ):
        for row, s, step in _jumps(profile):
            allowed = code == "offset_step" and (row, round(s, 3)) in begins
            if 0 < s < roads.length_m[row] and not allowed:
                where = f"road {roads.id[row]} s {s:.3f}"
                yield _finding("problem", code, where, f"{word} jumps {step:+.3f} m")


def _jumps(profile: Polynomials) -> Iterator[tuple[int, float, float]]:
    """Yield (owner, s m, step m) of the breaks where a piecewise cubic jumps by more than STEP_M."""
    owner = np.repeat(np.arange(len(profile.start) - 1), np.diff(profile.start))
    later = np.flatnonzero(owner[1:] == owner[:-1]) + 1
    if not len(later):
        return
    ds = profile.s[later] - profile.s[later - 1]
    a, b, c, d = profile.abcd[later - 1].T
    step = profile.abcd[later, 0] - (a + ds * (b + ds * (c + ds * d)))
    for i in np.flatnonzero(np.abs(step) > STEP_M).tolist():
        yield int(owner[later[i]]), float(profile.s[later[i]]), float(step[i])


def _widths(net: RoadNetwork) -> Iterator[Finding]:
    """Yield widths below zero, drivable lanes of no or hardly any width, and widths that begin late."""
    lanes, share = net.lanes, np.linspace(0.0, 1.0, 33)
    length = lanes.s_range[:, 1] - lanes.s_range[:, 0]
    local = length[:, None] * share * (1 - 1e-9)
    width = cubic(lanes.width, np.repeat(np.arange(len(lanes)), len(share)), local.ravel())[0].reshape(local.shape)
    low, high = width.min(1), width.max(1)
    some = np.diff(lanes.width.start) > 0
    for i in np.flatnonzero(low < -NEGATIVE_M).tolist():
        s = lanes.s_range[i, 0] + local[i, int(width[i].argmin())]
        where = _lane(net.roads, lanes, i, s)
        yield _finding("repaired", "negative_width", where, f"width {low[i]:.3f} m: taken as 0")
    for i in np.flatnonzero(lanes.drivable & (high < NARROWEST_M)).tolist():
        where = _lane(net.roads, lanes, i, lanes.s_range[i, 0])
        code = "zero_width" if high[i] <= NEGATIVE_M else "narrow"
        severity = "problem" if code == "zero_width" else "note"
        yield _finding(severity, code, where, f"drivable, but never wider than {max(high[i], 0.0):.2f} m")
    first = np.zeros(len(lanes))
    first[some] = lanes.width.s[lanes.width.start[:-1][some]]
    for i in np.flatnonzero(first > NEGATIVE_M).tolist():
        where = _lane(net.roads, lanes, i, lanes.s_range[i, 0])
        text = f"no width for the first {first[i]:.3f} m of the section: the first record is carried back"
        yield _finding("repaired", "width_hole", where, text)


def _lane_holes(net: RoadNetwork) -> Iterator[Finding]:
    """Yield lane sections whose ids leave one out, and drivable lanes that stop between two sections of a road."""
    lanes = net.lanes
    side = np.sign(lanes.id)
    new = np.ones(len(lanes), bool)
    new[1:] = (np.diff(lanes.road) != 0) | (np.diff(lanes.section) != 0) | (np.diff(side) != 0)
    group = np.cumsum(new) - 1
    size, first = np.bincount(group), np.flatnonzero(new)
    widest = np.maximum.reduceat(np.abs(lanes.id), first)
    for g in np.flatnonzero(widest != size).tolist():
        i = int(first[g])
        where = f"road {net.roads.id[lanes.road[i]]} s {lanes.s_range[i, 0]:.3f}"
        word = "left" if side[i] > 0 else "right"
        text = f"{size[g]} lanes on the {word}, but the outermost has id {side[i] * widest[g]}"
        yield _finding("problem", "lane_ids", where, text)


def _radii(net: RoadNetwork) -> Iterator[Finding]:
    """Yield drivable lanes that bend more than any car can, and edges that fold over in a bend."""
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    row = np.flatnonzero((owner[1:] == owner[:-1]) & lanes.drivable[owner[1:]])
    if not len(row):
        return
    turn = np.abs(wrap_angle(lanes.centre_heading[row + 1] - lanes.centre_heading[row]))
    radius = (lanes.centre_s[row + 1] - lanes.centre_s[row]) / np.maximum(turn, 1e-12)
    middle = lanes.centre_heading[row] + wrap_angle(lanes.centre_heading[row + 1] - lanes.centre_heading[row]) / 2
    ahead = np.stack([np.cos(middle), np.sin(middle)], -1)
    edges = (lanes.left_edge, lanes.right_edge)
    back = np.min([((edge[row + 1, :2] - edge[row, :2]) * ahead).sum(-1) for edge in edges], axis=0)
    for i, k in _worst_a_lane(owner[row], back):
        if back[k] < -FOLD_M:
            where = _lane(net.roads, lanes, i, _road_s(lanes, i, row[k]))
            text = f"the inner edge folds back {-back[k]:.2f} m: the bend (radius {radius[k]:.2f} m) is too tight"
            yield _finding("problem", "folded_edge", where, text)
        elif (tight := _tightest(owner[row], radius, i)) < TIGHTEST_RADIUS_M:
            where = _lane(net.roads, lanes, i, lanes.s_range[i, 0])
            yield _finding("note", "radius", where, f"a bend of {tight:.2f} m radius: no car can follow it")


def _worst_a_lane(owner: Array, value: Array) -> Iterator[tuple[int, int]]:
    """Yield (owner, index of its least value)."""
    order = np.lexsort((value, owner))
    first = np.concatenate([[True], np.diff(owner[order]) > 0])
    yield from zip(owner[order][first].tolist(), order[first].tolist(), strict=True)


def _tightest(owner: Array, radius: Array, lane: int) -> float:
    low, high = np.searchsorted(owner, [lane, lane + 1])
    return float(radius[low:high].min(initial=np.inf))


def _road_s(lanes: Lanes, lane: int, row: int) -> float:
    """Return the road s of a sample of a lane, from its share of the lane's length."""
    share = float(lanes.centre_s[row] / max(lanes.length_m[lane], 1e-12))
    begin, end = lanes.s_range[lane]
    return float(begin + (end - begin) * (share if lanes.forward[lane] else 1 - share))


def _overlaps(net: RoadNetwork) -> Iterator[Finding]:
    """Yield drivable lanes that lie on each other outside junctions, without being linked."""
    lanes = net.lanes
    rows = np.flatnonzero(lanes.drivable & ~net.roads.in_junction[lanes.road] & has_area(lanes))
    if len(rows) < 2:
        return
    areas = np.array([_area(lanes, i) for i in rows.tolist()])
    a, b = shapely.STRtree(areas).query(areas, predicate="intersects")
    keep = (a < b) & ~_related(net, rows[a], rows[b])
    a, b = a[keep][:MOST_PAIRS], b[keep][:MOST_PAIRS]
    size = shapely.area(areas)
    shared = shapely.intersection(areas[a], areas[b])
    area = shapely.area(shared)
    for i in np.flatnonzero((area > OVERLAP_M2) & (area > OVERLAP_SHARE * np.minimum(size[a], size[b]))).tolist():
        one, other = int(rows[a[i]]), int(rows[b[i]])
        point = shapely.get_coordinates(shapely.point_on_surface(shared[i]))[0]
        near = [_nearest_sample(lanes, k, point) for k in (one, other)]
        if abs(lanes.centre[near[0], 2] - lanes.centre[near[1], 2]) < LEVELS_APART_M:
            where = f"{_lane(net.roads, lanes, one, _road_s(lanes, one, near[0]))} and {_lane(net.roads, lanes, other)}"
            yield _finding("problem", "overlap", where, f"drivable lanes share {area[i]:.1f} m2 outside a junction")


def _area(lanes: Lanes, lane: int) -> shapely.Geometry:
    part = slice(lanes.centre_start[lane], lanes.centre_start[lane + 1])
    ring = np.concatenate([lanes.left_edge[part, :2], lanes.right_edge[part, :2][::-1]])
    return shapely.make_valid(shapely.Polygon(ring))


def _nearest_sample(lanes: Lanes, lane: int, xy: Array) -> int:
    begin, end = lanes.centre_start[lane], lanes.centre_start[lane + 1]
    return int(begin + np.square(lanes.centre[begin:end, :2] - xy).sum(1).argmin())


def _related(net: RoadNetwork, a: Array, b: Array) -> Array:
    """Return (N,) bool: side by side in one section, following each other, or parting from or joining one lane."""
    lanes = net.lanes
    out = (lanes.road[a] == lanes.road[b]) & (lanes.section[a] == lanes.section[b])
    ahead = _rows(lanes.successor_start, lanes.successor)
    behind = _rows(lanes.predecessor_start, lanes.predecessor)
    linked = [
        j in ahead[i] or i in ahead[j] or bool(ahead[i] & ahead[j]) or bool(behind[i] & behind[j])
        for i, j in zip(a.tolist(), b.tolist(), strict=True)
    ]
    return np.asarray(out | np.array(linked, bool))


def _rows(start: Array, flat: Array) -> list[set[int]]:
    return [set(flat[i:j].tolist()) for i, j in zip(start[:-1].tolist(), start[1:].tolist(), strict=True)]


def _isolated(net: RoadNetwork) -> Iterator[Finding]:
    """Yield drivable lanes without any link in a map of several roads, and lanes of junctions that lead nowhere."""
    lanes = net.lanes
    ahead, behind = np.diff(lanes.successor_start) > 0, np.diff(lanes.predecessor_start) > 0
    if len(net.roads.id) < 2:
        return
    inside = net.roads.in_junction[lanes.road]
    for i in np.flatnonzero(lanes.drivable & ~ahead & ~behind).tolist():
        where = _lane(net.roads, lanes, i, lanes.s_range[i, 0])
        yield _finding("note", "isolated", where, "drivable, but no lane leads to it or on from it")
    for i in np.flatnonzero(lanes.drivable & inside & (ahead ^ behind)).tolist():
        end = lanes.forward[i] == bool(behind[i])
        where = _lane(net.roads, lanes, i, lanes.s_range[i, 1 if end else 0])
        text = f"a lane of a junction {'without a way out' if behind[i] else 'that nothing leads into'}"
        yield _finding("note", "dead_end", where, text)


def _speeds(net: RoadNetwork) -> Iterator[Finding]:
    """Yield posted limits that no road has."""
    lanes = net.lanes
    odd = (lanes.speed_mps < SLOWEST_MPS) | (lanes.speed_mps > FASTEST_MPS)
    for i in np.flatnonzero(lanes.drivable & lanes.has_speed & odd).tolist():
        where = _lane(net.roads, lanes, i, lanes.s_range[i, 0])
        text = f"speed limit {lanes.speed_mps[i]:.4g} m/s ({3.6 * lanes.speed_mps[i]:.4g} km/h)"
        yield _finding("problem", "speed_limit", where, text)


def _signals(net: RoadNetwork) -> Iterator[Finding]:
    """Yield traffic lights that no lane obeys."""
    signals = net.signals
    for i in np.flatnonzero(signals.dynamic & (np.diff(signals.lane_start) == 0)).tolist():
        where = f"road {net.roads.id[signals.road[i]]} s {signals.s[i]:.3f}"
        yield _finding("note", "idle_signal", where, f"signal {signals.id[i]} changes, but governs no drivable lane")


def _objects(net: RoadNetwork) -> Iterator[Finding]:
    """Yield solid things that stand on a drivable lane."""
    objects = net.objects
    rows = np.flatnonzero(np.isin(objects.kind, [int(k) for k in SOLID]))
    if not len(rows):
        return
    lane, s, offset, distance = nearest_lane(net, objects.pose[rows, :2])
    for k in np.flatnonzero(distance <= 0.0).tolist():
        i, at = int(rows[k]), int(lane[k])
        begin, end = net.lanes.centre_start[at], net.lanes.centre_start[at + 1]
        z = np.interp(s[k], net.lanes.centre_s[begin:end], net.lanes.centre[begin:end, 2])
        if abs(objects.pose[i, 2] - z) < FLOATS_M:
            row = int(begin + np.searchsorted(net.lanes.centre_s[begin:end], s[k]).clip(0, end - begin - 1))
            where = _lane(net.roads, net.lanes, at, _road_s(net.lanes, at, row))
            kind = ObjectKind(int(objects.kind[i])).name.lower()
            text = f"{kind} {objects.id[i]} stands on the {LaneType(int(net.lanes.type[at])).name.lower()} lane"
            yield _finding("note", "object_on_road", where, f"{text}, {offset[k]:+.2f} m from its centre")


def _junctions(net: RoadNetwork) -> Iterator[Finding]:
    """Yield junctions through which no road runs."""
    used = set(net.roads.junction[net.roads.in_junction].tolist())
    for i, name in enumerate(net.junctions.id):
        if i not in used and not net.junctions.connection_count[i]:
            yield _finding("note", "empty_junction", f"junction {name}", "no road runs through it")


CHECKS: tuple[Callable[[RoadNetwork], Iterator[Finding]], ...] = (
    _link_gaps, _plan_gaps, _profile_steps, _widths, _lane_holes, _radii, _overlaps, _isolated, _speeds, _signals,
    _objects, _junctions,
)  # fmt: skip


def _finding(severity: str, code: str, where: str, message: str) -> Finding:
    return Finding(severity=severity, code=code, where=one_line(where), message=one_line(message))


def _lane(roads: Roads, lanes: Lanes, lane: int, s_m: float | None = None) -> str:
    text = f"road {roads.id[lanes.road[lane]]} lane {lanes.id[lane]}"
    return text if s_m is None else f"{text} s {s_m:.3f}"


def _point(net: RoadNetwork, road: str | None, lane: int | None, s: float | None) -> tuple[float, float] | None:
    """Return where a finding lies: its lane at s, else its road at s, else the middle of the road."""
    if road not in net.road_index or road is None:
        return None
    row = net.road_index[road]
    at = float(np.clip(net.roads.length_m[row] / 2 if s is None else s, 0.0, net.roads.length_m[row]))
    try:
        has_lane = lane is not None and lane_at(net, row, lane, at) >= 0
    except ValueError:
        has_lane = False
    pose = lane_pose(net, road, lane, at) if has_lane and lane is not None else road_pose(net, road, at)
    return pose.x, pose.y
