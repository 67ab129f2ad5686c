"""Spots: where on a map a leaf can be staged, and at what speed.

A spot is a point of a place with room around it: whoever travels at up to `speed_mps` reaches it after BEFORE_S
and is still on the road AFTER_S later, within the posted limit and comfortable in every bend on the way.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.places import Place, no_place_reason, places
from roadnet.polyline import STEP_M, Path, at, project
from roadnet.routes import extend, lane_path
from scenarios.hazards.bodies import size_of
from scenarios.hazards.crossing import overlap_rim

RUN_S = 8.0  # duration of a scenario
BEFORE_S, AFTER_S = 4.5, 6.5  # a run of 8 s whose conflict comes after 1.5 to 4.5 s
CROSSING_S = 7.0  # who crosses may come as late and may have come as early
EXTRA_AHEAD_M = 30.0  # who drives ahead needs road too
EXTENDED_M = 250.0  # how far a corridor is continued beyond its place
BEND_M = 30.0  # over which the road's bend is told
SHORT_M, SHIFTS_M = 10.0, (-20.0, -10.0, 0.0, 10.0, 20.0, 30.0)  # and how it varies around the spot
SHARPEST_STRAIGHT_1PM = 0.01  # lane changes and crossings of the road are staged where it is nearly straight
SPACING_M = 10.0  # between spots of a stretch
COMFORT_LATERAL_MPS2 = 2.0  # comfortable in bends; assumed
HURRIED_LATERAL_MPS2 = 4.0  # of who runs a light; assumed
SPEEDS_MPS = np.arange(3.0, 36.5, 0.5)  # candidates of a spot's speed
SLOWEST_MPS, SLOWEST_CROSSING_MPS = 5.0, 4.0  # slower spots are left out


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Corridor:
    """A place's lanes, continued at both ends, as a path."""

    lanes: tuple[int, ...]
    path: Path
    shift_m: float  # s on this path = s on the place's own + shift_m


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spot:
    """One point of a place; s on the corridor's path."""

    place: Place
    corridor: Corridor
    s_m: float
    other: Corridor | None = None
    other_s_m: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spots:
    """All spots of a kind on a map; N spots."""

    spots: tuple[Spot, ...]
    log_p: Array  # (N,) log probability of each, given the map
    edges: Array  # (N,) cumulative probability
    features: dict[str, Array]  # (N, ...) each

    def __len__(self) -> int:
        return len(self.spots)

    def at(self, row: int) -> dict[str, float]:
        """Return the features of one spot that are single numbers."""
        return {name: float(column[row]) for name, column in self.features.items() if column.ndim == 1}


Found = tuple[Spot, float, dict[str, Any]]  # with weight and features


@kept
def spots_of(net: RoadNetwork, kind: str) -> Spots:
    """Return the spots of a kind of place; none where the map has no such place."""
    found: list[Found] = []
    for place in places(net, kind):
        found += _crossing_spots(net, place) if place.other_group is not None else _stretch_spots(net, place)
    weights = np.array([w for _, w, _ in found])
    probability = weights / weights.sum() if len(found) else weights
    names = list(found[0][2]) if found else []
    return Spots(
        spots=tuple(s for s, _, _ in found),
        log_p=np.log(probability),
        edges=np.cumsum(probability),
        features={name: np.array([f[name] for _, _, f in found]) for name in names},
    )


def no_spot_reason(net: RoadNetwork, kind: str) -> str:
    """Return one line that says why a leaf of this kind cannot be staged on the map."""
    return no_place_reason(net, kind) or f"no {kind.replace('_', ' ')} place has room for a run at {SLOWEST_MPS:g} m/s"


def _stretch_spots(net: RoadNetwork, place: Place) -> list[Found]:
    corridor = extended(net, place.lanes)
    own_length = _length(net, place.lanes)
    low, high = place.room_behind_m + corridor.shift_m, own_length - place.room_ahead_m + corridor.shift_m
    count = max(1, int((high - low) / SPACING_M))
    s = low + (np.arange(count) + 0.5) * (high - low) / count
    speed = room_speed(corridor.path, s)
    sharpest = np.inf if place.kind == "following" else SHARPEST_STRAIGHT_1PM
    beside = _neighbour(net, place, corridor, s)
    bend = mean_curvature(corridor.path, s)
    around = np.stack([mean_curvature(corridor.path, s + shift, over_m=SHORT_M) for shift in SHIFTS_M])
    low_bend, high_bend = around.min(0), around.max(0)
    kerb = 1.0 if net.roads.left_hand[net.lanes.road[place.lanes[0]]] else -1.0  # left positive
    half = np.interp(s, np.arange(len(corridor.path.x)) * STEP_M, corridor.path.half_width)
    return [
        (
            Spot(place=place, corridor=corridor, s_m=float(s[i])),
            place.weight / count,
            {
                "speed_mps": float(speed[i]),
                "half_lane_m": float(half[i]),
                "lateral_m": float(beside[i]),
                "kerb_side": kerb,
                "bend_1pm": float(bend[i]),
                "bend_low_1pm": float(low_bend[i]),
                "bend_high_1pm": float(high_bend[i]),
            },
        )
        for i in np.flatnonzero((speed >= SLOWEST_MPS) & (np.maximum(high_bend, -low_bend) <= sharpest))
    ]


def _crossing_spots(net: RoadNetwork, place: Place) -> list[Found]:
    mine, theirs = extended(net, place.lanes), extended(net, place.other_lanes)
    s, other_s = place.s_m + mine.shift_m, place.other_s_m + theirs.shift_m
    speed = room_speed(mine.path, np.array([s]))
    other_speed = room_speed(
        theirs.path, np.array([other_s]), before_s=CROSSING_S, after_s=CROSSING_S, lateral_mps2=HURRIED_LATERAL_MPS2
    )
    if min(speed[0], other_speed[0]) < SLOWEST_CROSSING_MPS:
        return []
    features = {
        "speed_mps": speed[0],
        "other_speed_mps": other_speed[0],
        "line_m": place.other_s_m - place.other_stop_s_m,
        "rim_m": overlap_rim(mine.path, s, theirs.path, other_s, size_of("car")[:2]),
    }
    return [(Spot(place=place, corridor=mine, s_m=s, other=theirs, other_s_m=other_s), place.weight, features)]


@kept
def extended(net: RoadNetwork, lanes: tuple[int, ...]) -> Corridor:
    """Return lanes continued straight on at both ends by up to EXTENDED_M."""
    behind, _ = extend(net, lanes[0], ahead_m=0.0, behind_m=EXTENDED_M)
    ahead, _ = extend(net, lanes[-1], ahead_m=EXTENDED_M, behind_m=0.0)
    before, after = behind[: behind.index(lanes[0])], ahead[ahead.index(lanes[-1]) + 1 :]
    before = before[_last_repeat(before, lanes) :]
    seen = {*before, *lanes}
    after = after[: next((i for i, lane in enumerate(after) if lane in seen), len(after))]
    return Corridor(lanes=(*before, *lanes, *after), path=lane_path(net, (*before, *lanes, *after)),
                    shift_m=_length(net, before))  # fmt: skip


def room_speed(
    path: Path,
    s: Array,
    *,
    before_s: float = BEFORE_S,
    after_s: float = AFTER_S,
    lateral_mps2: float = COMFORT_LATERAL_MPS2,
) -> Array:
    """Return (N,) the highest speed at which a run through each `s` stays on the path, within limit and comfort; 0."""
    samples = int(path.length_m / STEP_M)
    bend = np.sqrt(lateral_mps2 / np.maximum(np.abs(path.curvature[:samples]), 1e-6))
    cap = np.minimum(path.speed_limit[:samples], bend)
    below = np.concatenate(
        [np.zeros((len(SPEEDS_MPS), 1)), np.cumsum(cap[None, :] < SPEEDS_MPS[:, None] - 1e-9, axis=1)], 1
    )
    first = np.floor((s[None, :] - before_s * SPEEDS_MPS[:, None]) / STEP_M).astype(int)
    last = np.ceil((s[None, :] + after_s * SPEEDS_MPS[:, None] + EXTRA_AHEAD_M) / STEP_M).astype(int)
    inside = (first >= 0) & (last < samples)
    rows = np.arange(len(SPEEDS_MPS))[:, None]
    slow = below[rows, np.clip(last, 0, samples)] - below[rows, np.clip(first, 0, samples)]
    return np.asarray(np.where(inside & (slow == 0), SPEEDS_MPS[:, None], 0.0).max(0))


def mean_curvature(path: Path, s: Array, over_m: float = BEND_M) -> Array:
    """Return (N,) the mean curvature from each `s` to `over_m` ahead, 1/m, left positive."""
    turned = np.concatenate([[0.0], np.cumsum(path.curvature) * STEP_M])
    first = np.clip((s / STEP_M).astype(int), 0, len(turned) - 1)
    last = np.clip(first + int(over_m / STEP_M), 1, len(turned) - 1)
    return np.asarray((turned[last] - turned[first]) / np.maximum((last - first) * STEP_M, STEP_M))


def _length(net: RoadNetwork, lanes: tuple[int, ...]) -> float:
    return lane_path(net, lanes).length_m if lanes else 0.0


def _last_repeat(before: tuple[int, ...], lanes: tuple[int, ...]) -> int:
    """Return how many lanes at the beginning of `before` must go so that none of the rest is in `lanes`."""
    return next((i + 1 for i in range(len(before) - 1, -1, -1) if before[i] in lanes), 0)


def _neighbour(net: RoadNetwork, place: Place, corridor: Corridor, s: Array) -> Array:
    """Return (N,) signed offset of the neighbour corridor's centre line, left positive, m; 0 without one."""
    if not place.other_lanes:
        return np.zeros(len(s))
    other = lane_path(net, place.other_lanes)
    points, _ = at(corridor.path, s)
    _, offset = project(other, points[:, :2])
    return -offset
