"""Place queries: where on this map do these conditions hold, in road words only."""

from dataclasses import dataclass, fields

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.chains import Corridor
from roadnet.crossings import signal_group
from roadnet.network import RoadNetwork
from roadnet.places import KINDS, Place, no_place_reason, places, stretch
from roadnet.polyline import STEP_M, Path
from roadnet.routes import lane_path

SIDES = ("left", "right")
BEFORE_STOP_M = 1.0  # a crossing's neighbours are those of the lane that ends at the junction


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceQuery:
    """Conditions on a place, all to be met; None or 0: whatever there is. Raises ValueError where one is no number."""

    kind: str  # one of roadnet.places.KINDS
    min_length_m: float = 0.0  # of the qualifying stretch; a crossing has no length
    min_room_behind_m: float = 0.0  # on the corridor before the stretch, or before the crossing
    min_room_ahead_m: float = 0.0
    max_curvature_1pm: float | None = None  # anywhere on the stretch; a crossing: from the stop line on
    min_speed_limit_mps: float = 0.0  # roads without a limit count as roadnet.polyline.UNLIMITED_MPS
    max_speed_limit_mps: float | None = None
    neighbour: str | None = None  # "left" | "right": a drivable lane of the same direction all along on that side
    signalled: bool | None = None  # do traffic lights govern a lane of the corridor

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: got {self.kind!r}, want one of {', '.join(KINDS)}")
        if self.neighbour not in (None, *SIDES):
            raise ValueError(f"neighbour: got {self.neighbour!r}, want one of {', '.join(SIDES)}, or None")
        for name in NUMBERS:
            value = getattr(self, name)
            if value is not None and not (np.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name}: got {value!r}, want a finite number >= 0")


NUMBERS = tuple(f.name for f in fields(PlaceQuery) if f.name.startswith(("min_", "max_")))


@kept
def find_places(net: RoadNetwork, query: PlaceQuery) -> tuple[Place, ...]:
    """Return the places that meet all conditions, sorted by lanes; () where there are none.

    Stretches are cut down to the parts that meet them: s_m, rooms, bend, limit and weight are those of the part.
    """
    within = _crossing if query.kind == "signalled_crossing" else _parts
    found = [part for place in places(net, query.kind) for part in within(net, query, place)]
    return tuple(sorted(found, key=lambda p: (p.lanes, p.other_lanes, p.s_m)))


def no_places_reason(net: RoadNetwork, query: PlaceQuery) -> str:
    """Return one line that says which condition no place meets, "" where some place meets all."""
    if find_places(net, query):
        return ""
    if not places(net, query.kind):
        return no_place_reason(net, query.kind)
    for f in fields(query):
        value = getattr(query, f.name)
        if value != f.default and not find_places(net, PlaceQuery(**{"kind": query.kind, f.name: value})):
            return f"none of {len(places(net, query.kind))} {query.kind} places has {f.name} {value}"
    return f"none of {len(places(net, query.kind))} {query.kind} places meets all conditions at once"


def _parts(net: RoadNetwork, query: PlaceQuery, place: Place) -> list[Place]:
    """Return the parts of a place's stretch, each as long as can be, that meet the query."""
    if not _lights_fit(net, query, place):
        return []
    path = lane_path(net, place.lanes)
    other = _corridor(net, place.other_lanes) if place.other_lanes else None
    low = max(place.room_behind_m, query.min_room_behind_m)
    high = path.length_m - max(place.room_ahead_m, query.min_room_ahead_m)
    s = np.arange(len(path.x)) * STEP_M
    fits = (s >= low - STEP_M) & (s <= high + STEP_M) & _bend_and_limit_fit(query, path)
    if query.neighbour is not None:
        fits &= _beside(net, query.neighbour, place)[_lane_at(net, place, path, s)]
    edge = np.flatnonzero(np.diff(np.concatenate([[False], fits, [False]]).astype(np.int8)))
    out: list[Place] = []
    for first, last in edge.reshape(-1, 2).tolist():
        begin, end = max(low, s[first]), min(high, s[last - 1])
        if end - begin >= max(query.min_length_m, STEP_M):
            corridor = Corridor(lanes=place.lanes, path=path, begin_m=begin, end_m=end)
            out += stretch(place.kind, corridor, begin, end, other)
    return out


def _crossing(net: RoadNetwork, query: PlaceQuery, place: Place) -> list[Place]:
    """Return the crossing itself where it meets the query."""
    path = lane_path(net, place.lanes)
    inside = slice(int(place.stop_s_m / STEP_M), int(place.s_m / STEP_M) + 1)
    fits = (
        query.min_length_m == 0.0
        and place.room_behind_m >= query.min_room_behind_m
        and place.room_ahead_m >= query.min_room_ahead_m
        and bool(_bend_and_limit_fit(query, path)[inside].all())
        and _lights_fit(net, query, place)
    )
    if fits and query.neighbour is not None:
        lane = _lane_at(net, place, path, np.array([place.stop_s_m - BEFORE_STOP_M]))
        fits = bool(_beside(net, query.neighbour, place)[lane[0]])
    return [place] if fits else []


def _bend_and_limit_fit(query: PlaceQuery, path: Path) -> Array:
    """Return (P,) bool for each sample of the path."""
    bend = np.inf if query.max_curvature_1pm is None else query.max_curvature_1pm
    fastest = np.inf if query.max_speed_limit_mps is None else query.max_speed_limit_mps
    limit = path.speed_limit
    return np.asarray((np.abs(path.curvature) <= bend) & (query.min_speed_limit_mps <= limit) & (limit <= fastest))


def _lights_fit(net: RoadNetwork, query: PlaceQuery, place: Place) -> bool:
    return query.signalled is None or query.signalled == bool((signal_group(net)[list(place.lanes)] >= 0).any())


def _beside(net: RoadNetwork, side: str, place: Place) -> Array:
    """Return (lanes of the corridor,) bool: a drivable neighbour there; of "side_by_side" the place's own one."""
    lanes, rows = net.lanes, np.array(place.lanes)
    neighbour, has = (lanes.left, lanes.has_left) if side == "left" else (lanes.right, lanes.has_right)
    there = has[rows] & lanes.drivable[neighbour[rows]]
    if place.kind == "side_by_side":
        there &= np.isin(neighbour[rows], place.other_lanes)
    return np.asarray(there)


def _lane_at(net: RoadNetwork, place: Place, path: Path, s: Array) -> Array:
    """Return (N,) which of the corridor's lanes holds `s`."""
    end = np.cumsum(net.lanes.length_m[list(place.lanes)])
    return np.minimum(np.searchsorted(end * (path.length_m / end[-1]), s, side="right"), len(end) - 1)


def _corridor(net: RoadNetwork, lanes: tuple[int, ...]) -> Corridor:
    path = lane_path(net, lanes)
    return Corridor(lanes=lanes, path=path, begin_m=0.0, end_m=path.length_m)
