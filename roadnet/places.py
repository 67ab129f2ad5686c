"""Places: where on this map a situation can happen, in road words only, each found once per map.

A place is a corridor: lane rows joined in driving direction, continued before and after the interesting
stretch so that a builder can solve initial states backwards from the conflict. Corridors follow chains: lanes
of which each is the straightest way on from the one before and the other way round, so that the stretches of
one kind do not overlap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.chains import Corridor, chains, corridor_of
from roadnet.crossings import Crossing, crossings
from roadnet.network import LaneType, RoadNetwork
from roadnet.polyline import STEP_M, Path, at, project
from roadnet.routes import lane_graph, lane_path

FOLLOWING_M, BESIDE_M, KERB_M = 120.0, 80.0, 60.0  # shortest corridor, stretch side by side, stretch of kerb
ROOM_M, ROOM_SHARE = 50.0, 0.25  # room kept at each end of a corridor, or this share of a short one
KERB_WIDTH_M = 1.5  # ground beside the lane where somebody can stand: the clear width of a pavement (assumed)
KERB_SPEED_MPS = 70 / 3.6  # faster roads have no pedestrians at the kerb where the map offers others (assumed)
WALKABLE = frozenset(
    {
        LaneType.PARKING, LaneType.SHOULDER, LaneType.SIDEWALK, LaneType.WALKING, LaneType.BORDER, LaneType.CURB,
        LaneType.BIKING, LaneType.STOP, LaneType.NONE, LaneType.MEDIAN,
    }
)  # fmt: skip


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
    other_s_m: float = 0.0  # beside s_m on the neighbour, or where the crossing corridor crosses
    stop_s_m: float = 0.0  # "signalled_crossing": where `lanes` enters the junction; other kinds: 0
    other_stop_s_m: float = 0.0  # the same of other_lanes
    group: int | None = None  # signal group that governs `lanes` at the crossing, row of net.signals.group_id
    other_group: int | None = None
    curvature_max_1pm: float = 0.0  # over the qualifying stretch; the crossing: from the stop line to s_m
    speed_limit_mps: float = 0.0  # lowest over the same
    weight: float = 1.0  # usable metres, or 1 a crossing pair: probability of the place given the map, unnormalised


@kept
def places(net: RoadNetwork, kind: str) -> tuple[Place, ...]:
    """Return the places of a kind, sorted by lanes, () when the map has none. Raises ValueError for an unknown kind."""
    found = _finder(kind)[0](net)
    return tuple(sorted(found, key=lambda p: (p.lanes, p.other_lanes, p.s_m)))


def no_place_reason(net: RoadNetwork, kind: str) -> str:
    """Return one line that says why the map has no place of this kind, "" when it has one."""
    _, reason = _finder(kind)
    return "" if places(net, kind) else reason(net)


def _following(net: RoadNetwork) -> list[Place]:
    out = []
    for chain in chains(net):
        corridor = corridor_of(net, chain, 0, len(chain))
        if corridor.path.length_m >= FOLLOWING_M:
            out += stretch("following", corridor, corridor.begin_m, corridor.end_m)
    return out


def _side_by_side(net: RoadNetwork) -> list[Place]:
    lanes = net.lanes
    drivable = lanes.drivable
    out = []
    for beside, has in ((lanes.left, lanes.has_left), (lanes.right, lanes.has_right)):
        for chain in chains(net):
            partner = [int(beside[i]) if has[i] and drivable[beside[i]] else None for i in chain]
            for begin, end in _runs(net, partner):
                corridor = corridor_of(net, chain, begin, end)
                if corridor.end_m - corridor.begin_m < BESIDE_M:
                    continue
                others = tuple(p for p in partner[begin:end] if p is not None)
                other = corridor_of(net, others, 0, len(others))
                behind = max(0.0, ROOM_M - min(corridor.begin_m, other.begin_m))
                ahead = max(
                    0.0, ROOM_M - min(corridor.path.length_m - corridor.end_m, other.path.length_m - other.end_m)
                )
                spare = max(corridor.end_m - corridor.begin_m - 2 * STEP_M, 0.0)
                squeeze = min(1.0, spare / max(behind + ahead, 1e-9) / 2)
                low, high = corridor.begin_m + squeeze * behind, corridor.end_m - squeeze * ahead
                out += stretch("side_by_side", corridor, low, high, other)
    return out


def _kerbside(net: RoadNetwork) -> list[Place]:
    """Prefer slow roads with ground to stand on beside the lane; else any outermost lane will do."""
    outermost, width = _nearside(net)
    inside = net.roads.in_junction[net.lanes.road]
    slow = ~net.lanes.has_speed | (net.lanes.speed_mps <= KERB_SPEED_MPS)
    for fits in (outermost & ~inside & slow & (width >= KERB_WIDTH_M), outermost & ~inside):
        out = []
        for chain in chains(net):
            for begin, end in _runs(net, [i if fits[i] else None for i in chain]):
                corridor = corridor_of(net, chain, begin, end)
                if corridor.end_m - corridor.begin_m >= KERB_M:
                    out += stretch("kerbside", corridor, corridor.begin_m, corridor.end_m)
        if out:
            return out
    return []


def _signalled_crossing(net: RoadNetwork) -> list[Place]:
    if not net.signals.dynamic.any():
        return []
    return [_crossing_place(x) for x in crossings(net) if x.group is not None and x.other_group is not None]


def _crossing_place(x: Crossing) -> Place:
    ego, other = x.corridor, x.other
    bend, limit = _bend_and_limit(ego.path, x.stop_s_m, x.s_m)
    return Place(
        kind="signalled_crossing",
        lanes=ego.lanes,
        s_m=x.s_m,
        room_behind_m=x.s_m,
        room_ahead_m=ego.path.length_m - x.s_m,
        other_lanes=other.lanes,
        other_s_m=x.other_s_m,
        stop_s_m=x.stop_s_m,
        other_stop_s_m=x.other_stop_s_m,
        group=x.group,
        other_group=x.other_group,
        curvature_max_1pm=bend,
        speed_limit_mps=limit,
    )


def _no_following(net: RoadNetwork) -> str:
    longest = max((lane_path(net, c).length_m for c in chains(net)), default=0.0)
    return f"no {FOLLOWING_M:g} m of lanes in one direction without a sharp bend: the longest has {longest:.0f} m"


def _no_side_by_side(net: RoadNetwork) -> str:
    return f"no two lanes side by side for {BESIDE_M:g} m"


def _no_kerbside(net: RoadNetwork) -> str:
    return f"no {KERB_M:g} m of outermost lane outside of junctions"


def _no_signalled_crossing(net: RoadNetwork) -> str:
    if not net.signals.dynamic.any():
        return "no traffic lights"
    return "no two crossing lanes that traffic lights of different groups govern"


Finder = tuple[Callable[[RoadNetwork], list[Place]], Callable[[RoadNetwork], str]]
FINDERS: dict[str, Finder] = {
    "following": (_following, _no_following),
    "side_by_side": (_side_by_side, _no_side_by_side),
    "kerbside": (_kerbside, _no_kerbside),
    "signalled_crossing": (_signalled_crossing, _no_signalled_crossing),
}
KINDS = tuple(FINDERS)


def _finder(kind: str) -> Finder:
    if kind not in FINDERS:
        raise ValueError(f"kind: got {kind!r}, want one of {', '.join(KINDS)}")
    return FINDERS[kind]


def stretch(kind: str, corridor: Corridor, begin: float, end: float, other: Corridor | None = None) -> list[Place]:
    """Return the place whose s in [begin, end] qualify, less the room that the corridor's ends need."""
    length = corridor.path.length_m
    room = min(ROOM_M, ROOM_SHARE * length)
    low, high = max(begin, room), min(end, length - room)
    if high - low < STEP_M:
        return []
    bend, limit = _bend_and_limit(corridor.path, low, high)
    middle = (low + high) / 2
    beside = 0.0 if other is None else float(project(other.path, at(corridor.path, middle)[0][None, :2])[0][0])
    return [
        Place(
            kind=kind,
            lanes=corridor.lanes,
            s_m=middle,
            room_behind_m=low,
            room_ahead_m=length - high,
            other_lanes=() if other is None else other.lanes,
            other_s_m=beside,
            curvature_max_1pm=bend,
            speed_limit_mps=limit,
            weight=high - low,
        )
    ]


def _bend_and_limit(path: Path, begin: float, end: float) -> tuple[float, float]:
    part = slice(int(max(begin, 0.0) / STEP_M), int(max(end, 0.0) / STEP_M) + 1)
    return float(np.abs(path.curvature[part]).max()), float(path.speed_limit[part].min())


def _runs(net: RoadNetwork, rows: Sequence[int | None]) -> list[tuple[int, int]]:
    """Return (begin, end) of the longest runs of rows that are there and lead into one another."""
    graph = lane_graph(net)
    linked = [False, *(a is not None and b is not None and graph.has_edge(a, b) for a, b in pairwise(rows))]
    out: list[tuple[int, int]] = []
    for i, row in enumerate(rows):
        if row is None:
            continue
        if linked[i] and out and out[-1][1] == i:
            out[-1] = (out[-1][0], i + 1)
        else:
            out.append((i, i + 1))
    return out


def _nearside(net: RoadNetwork) -> tuple[Array, Array]:
    """Return ((L,) bool: no drivable lane outside of it, (L,) m of walkable ground outside of it)."""
    lanes = net.lanes
    drivable = lanes.drivable
    middle = (lanes.centre_start[:-1] + lanes.centre_start[1:]) // 2
    width = 2 * lanes.centre_half_width[middle]
    right = ~net.roads.left_hand[lanes.road]  # nearside is right where traffic keeps right
    beside, has = np.where(right, lanes.right, lanes.left), np.where(right, lanes.has_right, lanes.has_left)
    apart = has & (lanes.road[beside] != lanes.road)  # neighbours in another road: files that know no roads
    walkable = np.isin(lanes.type, [int(t) for t in WALKABLE])
    side = np.sign(lanes.id)
    outermost, ground = drivable & ~(apart & drivable[beside]), np.zeros(len(lanes))
    for row in np.flatnonzero(drivable).tolist():
        out = row - int(side[row])  # rows run from left to right: outward is up on the left, down on the right
        while 0 <= out < len(lanes) and (lanes.road[out], lanes.section[out], side[out]) == (
            lanes.road[row], lanes.section[row], side[row],
        ):  # fmt: skip
            if drivable[out]:
                outermost[row] = False
            if walkable[out]:
                ground[row] += width[out]
            out -= int(side[row])
    return outermost, ground
