"""Places: where on this map a situation can happen, in road words only, each found once per map.

A place is a corridor: lane rows joined in driving direction, long enough before and after the interesting
part for a builder to solve initial states backwards from the conflict.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork, SignalKind
from roadnet.polyline import STEP_M, Path, at, project
from roadnet.routes import extend, lane_graph, lane_path

KINDS = ("following", "side_by_side", "kerbside", "signalled_crossing")
AHEAD_M, BEHIND_M = 320.0, 220.0  # corridors reach this far where the roads do: 8 s at 130 km/h, and an approach
LONGEST_RUN_M = 5000.0
SHORTEST_M = {"following": 120.0, "side_by_side": 80.0, "kerbside": 60.0}
CROSSING_ANGLE_RAD = np.pi / 4  # a conflict at a flatter angle is a merge
SPARE_M = 25.0  # room that a crossing corridor needs on both sides of the junction
MISSING = {
    "following": "no corridor of 120 m in one direction",
    "side_by_side": "no two lanes side by side for 80 m",
    "kerbside": "no kerbside lane of 60 m outside junctions",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A corridor where a situation can happen.

    s_m is measured along lane_path(net, lanes). What it marks depends on the kind: "following", "side_by_side"
    and "kerbside": the middle of the qualifying stretch, any s in [room_behind_m, length - room_ahead_m] of
    which will do; "signalled_crossing": where the centre lines of the two corridors cross.
    """

    kind: str
    lanes: tuple[int, ...]  # rows of net.lanes, in driving direction, joined without jumps
    s_m: float
    room_behind_m: float  # from the corridor's beginning to the qualifying stretch; the crossing: to s_m
    room_ahead_m: float  # from the qualifying stretch to the corridor's end; the crossing: from s_m
    other_lanes: tuple[int, ...] = ()  # the neighbour or the crossing corridor
    other_s_m: float = 0.0  # the same instant of the situation along other_lanes
    group: int | None = None  # signal group that governs `lanes` at the crossing, row of net.signals.group_id
    other_group: int | None = None
    curvature_max_1pm: float = 0.0  # over the qualifying stretch
    speed_limit_mps: float = 0.0  # lowest over the qualifying stretch
    weight: float = 1.0  # usable metres, or 1 a crossing pair: probability of the place given the map, unnormalised


@kept
def places(net: RoadNetwork, kind: str) -> tuple[Place, ...]:
    """Return the places of a kind, sorted, () when the map has none. Raises ValueError for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"kind: got {kind!r}, want one of {', '.join(KINDS)}")
    found = crossings(net) if kind == "signalled_crossing" else stretches(net, kind)
    return tuple(sorted(found, key=lambda p: (p.lanes, p.other_lanes, p.s_m)))


def no_place_reason(net: RoadNetwork, kind: str) -> str:
    """Return one line that says why the map has no place of this kind, "" when it has one."""
    if places(net, kind):
        return ""
    if kind == "signalled_crossing":
        lights = int(((net.signals.kind == SignalKind.TRAFFIC_LIGHT) & net.signals.dynamic).sum())
        return "no signals" if not lights else f"none of {lights} traffic lights governs a crossing conflict"
    return MISSING[kind]


def stretches(net: RoadNetwork, kind: str) -> Iterator[Place]:
    """Yield one place for each longest run of lanes that qualify together; every lane counts in one run only."""
    for side in (-1, 1) if kind == "side_by_side" else (0,):
        taken: set[int] = set()
        for lane in lane_graph(net):
            if lane not in taken and qualifies(net, kind, lane, side):
                run = (lane,) if kind == "following" else longest_run(net, kind, lane, side, taken)
                taken.update(run)
                yield from stretch_place(net, kind, run, side)


def longest_run(net: RoadNetwork, kind: str, lane: int, side: int, taken: set[int]) -> tuple[int, ...]:
    """Return the lanes before and after `lane` on the straightest way that qualify with it and are not taken."""
    way, _ = extend(net, lane, ahead_m=LONGEST_RUN_M, behind_m=LONGEST_RUN_M)
    first = last = way.index(lane)
    while first > 0 and way[first - 1] not in taken and together(net, kind, way[first - 1], way[first], side):
        first -= 1
    while last + 1 < len(way) and way[last + 1] not in taken and together(net, kind, way[last], way[last + 1], side):
        last += 1
    return way[first : last + 1]


def together(net: RoadNetwork, kind: str, lane: int, following: int, side: int) -> bool:
    """Return whether two lanes in a row both qualify, with neighbours in a row too where there are any."""
    if not (qualifies(net, kind, lane, side) and qualifies(net, kind, following, side)):
        return False
    return not side or lane_graph(net).has_edge(neighbour(net, lane, side), neighbour(net, following, side))


def qualifies(net: RoadNetwork, kind: str, lane: int, side: int) -> bool:
    """Return whether one lane can be part of a stretch of this kind."""
    lanes = net.lanes
    if kind == "following":
        return True
    if net.roads.in_junction[lanes.road[lane]]:
        return False
    if kind == "side_by_side":
        beside = lanes.has_left if side > 0 else lanes.has_right
        return bool(beside[lane]) and bool(lanes.drivable[neighbour(net, lane, side)])
    nearside = lanes.has_left if net.roads.left_hand[lanes.road[lane]] else lanes.has_right
    row = neighbour(net, lane, 1 if net.roads.left_hand[lanes.road[lane]] else -1)
    return not (nearside[lane] and lanes.drivable[row])


def neighbour(net: RoadNetwork, lane: int, side: int) -> int:
    """Return the row of the same-direction neighbour on the left (1) or the right (-1)."""
    return int(net.lanes.left[lane] if side > 0 else net.lanes.right[lane])


def stretch_place(net: RoadNetwork, kind: str, run: tuple[int, ...], side: int) -> Iterator[Place]:
    """Yield the place of a run, if it is long enough."""
    length = float(net.lanes.length_m[list(run)].sum())
    lanes, path, begin = corridor(net, run)
    end = min(begin + length, path.length_m)
    enough = path.length_m if kind == "following" else length
    if enough < SHORTEST_M[kind] or end - begin < 1.0:
        return
    beside: tuple[int, ...] = ()
    other_s = 0.0
    middle = (begin + end) / 2
    if side:
        beside, other, _ = corridor(net, tuple(neighbour(net, lane, side) for lane in run))
        other_s = float(project(other, at(path, middle)[0][None, :2])[0][0])
    yield Place(
        kind=kind,
        lanes=lanes,
        s_m=middle,
        room_behind_m=begin,
        room_ahead_m=path.length_m - end,
        other_lanes=beside,
        other_s_m=other_s,
        curvature_max_1pm=float(np.abs(samples(path, path.curvature, begin, end)).max()),
        speed_limit_mps=float(samples(path, path.speed_limit, begin, end).min()),
        weight=end - begin,
    )


def corridor(net: RoadNetwork, run: tuple[int, ...]) -> tuple[tuple[int, ...], Path, float]:
    """Return (lanes, their path, s m where the run begins): the run with the straightest ways to and from it."""
    to, _ = extend(net, run[0], ahead_m=0.0, behind_m=BEHIND_M)
    on, _ = extend(net, run[-1], ahead_m=AHEAD_M, behind_m=0.0)
    before = tuple(takewhile(lambda lane: lane not in run, reversed(to[:-1])))[::-1]
    after = tuple(takewhile(lambda lane: lane not in run + before, on[1:]))  # a loop ends where it closes
    lanes = before + run + after
    return lanes, lane_path(net, lanes), float(net.lanes.length_m[list(before)].sum())


def samples(path: Path, column: Array, begin: float, end: float) -> Array:
    """Return the samples of one column between two s, at least one."""
    a = int(np.clip(begin / STEP_M, 0, len(column) - 1))
    return column[a : max(int(end / STEP_M) + 1, a + 1)]


def crossings(net: RoadNetwork) -> Iterator[Place]:
    """Yield both views of each pair of lanes of different signal groups whose centre lines cross."""
    group = lane_groups(net)
    for a, b in net.junctions.conflict.tolist():
        for lane, other in ((a, b), (b, a)):
            if lane in group and other in group and group[lane] != group[other]:
                yield from crossing_place(net, lane, other, group[lane], group[other])


@kept
def lane_groups(net: RoadNetwork) -> dict[int, int]:
    """Return the signal group of each lane inside a junction that a traffic light governs.

    A light governs the lanes it is valid for: a lane in the junction by name (a reference on a connecting
    road), or every drivable lane that follows one it ends.
    """
    signals, lanes, graph = net.signals, net.lanes, lane_graph(net)
    out: dict[int, int] = {}
    for k in np.flatnonzero((signals.kind == SignalKind.TRAFFIC_LIGHT) & signals.dynamic).tolist():
        for lane in signals.lane[signals.lane_start[k] : signals.lane_start[k + 1]].tolist():
            inside = net.roads.in_junction[lanes.road[lane]]
            for row in (lane,) if inside else graph.successors(lane) if lane in graph else ():
                if net.roads.in_junction[lanes.road[row]]:
                    out.setdefault(int(row), int(signals.group[k]))
    return out


def crossing_place(net: RoadNetwork, lane: int, other: int, group: int, other_group: int) -> Iterator[Place]:
    """Yield the place where two lanes of a junction cross at an angle, if they do and have room around."""
    lines = [
        shapely.linestrings(net.lanes.centre[slice(*net.lanes.centre_start[k : k + 2]), :2]) for k in (lane, other)
    ]
    meeting = shapely.get_coordinates(shapely.intersection(*lines))
    if not len(meeting):
        return
    (lanes, path, _), (beside, across, _) = corridor(net, (lane,)), corridor(net, (other,))
    (s,), (other_s,) = project(path, meeting[:1])[0], project(across, meeting[:1])[0]
    angle = abs(float(wrap_angle(at(path, s)[1] - at(across, other_s)[1])))
    room = min(s, other_s, path.length_m - s, across.length_m - other_s)
    if not CROSSING_ANGLE_RAD <= angle <= np.pi - CROSSING_ANGLE_RAD or room < SPARE_M:
        return
    yield Place(
        kind="signalled_crossing",
        lanes=lanes,
        s_m=float(s),
        room_behind_m=float(s),
        room_ahead_m=path.length_m - float(s),
        other_lanes=beside,
        other_s_m=float(other_s),
        group=group,
        other_group=other_group,
        curvature_max_1pm=float(np.abs(samples(path, path.curvature, s - SPARE_M, s + SPARE_M)).max()),
        speed_limit_mps=float(samples(path, path.speed_limit, s - SPARE_M, s + SPARE_M).min()),
    )
