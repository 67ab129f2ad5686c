"""Here: a point of a lane with what a behaviour has to know of its surroundings, all looked up in the map."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.polyline import STEP_M, at, project
from roadnet.queries import nearest_lane
from roadnet.routes import lane_path
from scenarios.hazards.spots import Corridor, extended, room_speed

LOOK_M, GRID_M = 40.0, 0.25  # how far across the road is looked, in such steps
STAND_M = 2.5  # ground beside the road that has to be free of other roads
SPACING_M = 15.0  # between the places of a lane that are tried


@dataclass(frozen=True, kw_only=True, slots=True)
class Needs:
    """What a behaviour needs of a place."""

    behind_m: float = 60.0  # road before it
    ahead_m: float = 100.0  # and after it
    clear_m: tuple[float, float] = (20.0, 40.0)  # no junction so far behind and ahead
    sharpest_1pm: float = 0.02  # over the road behind and ahead
    kerb: bool = False  # the outermost lane, with ground beside it to stand on
    oncoming: bool = False  # a lane of the other direction next to its own lanes, without ground between
    beside: bool = False  # a lane of its own direction beside it
    alone: bool = False  # no lane of its own direction beside it


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Here:
    """A point of a lane; offsets are from the corridor's path, left positive, m."""

    net: RoadNetwork
    corridor: Corridor
    lane: int  # row of net.lanes
    s_m: float  # along the corridor's path
    half_lane_m: float
    kerb_side: float  # 1 left, -1 right: the side on which traffic keeps
    near_m: float  # offset of the road's edge on that side
    far_m: float  # and of the road's edge beyond all lanes of both directions
    oncoming_m: float | None  # offset of the middle of the nearest lane of the other direction
    beside_m: float | None  # offset of the middle of the nearest lane of the same direction
    limit_mps: float  # what the posted limit and comfort allow around here
    kerb_free: bool  # the outermost lane, with ground beside it that belongs to no other road
    oncoming_joins: bool  # lanes, and no ground, lie between here and the oncoming lane

    @property
    def oncoming(self) -> float:
        """Return the offset of the oncoming lane's middle, m. Raises InputError where there is none."""
        if self.oncoming_m is None:
            raise InputError("place", got="no lane of the other direction", wanted="a road with traffic both ways")
        return self.oncoming_m

    @property
    def beside(self) -> float:
        """Return the offset of the next lane's middle in this direction, m. Raises InputError where there is none."""
        if self.beside_m is None:
            raise InputError("place", got="no lane beside this one", wanted="a road with two lanes in this direction")
        return self.beside_m

    def point(self, s_m: Array | float, offset_m: Array | float) -> Array:
        """Return (..., 3) map points at `s_m` from here along the path and an offset from it."""
        return at(self.corridor.path, self.s_m + np.asarray(s_m), offset_m)[0]

    def heading(self, s_m: float = 0.0) -> float:
        """Return the path's heading at `s_m` from here, rad."""
        return float(at(self.corridor.path, self.s_m + s_m)[1])


def here_at(net: RoadNetwork, lane: int, s_m: float) -> Here:
    """Return the surroundings of a point of a lane, `s_m` along its centre. Raises InputError off the lane."""
    if not (0 <= lane < len(net.lanes) and net.lanes.drivable[lane] and 0.0 <= s_m <= net.lanes.length_m[lane]):
        raise InputError("place", got=f"lane row {lane}, s {s_m:g} m", wanted="a drivable lane and a place on it")
    corridor = extended(net, (lane,))
    s = s_m + corridor.shift_m
    path = corridor.path
    half = float(np.interp(s / STEP_M, np.arange(len(path.x)), path.half_width))
    kerb = 1.0 if net.roads.left_hand[net.lanes.road[lane]] else -1.0
    near, far = _edges(net, corridor, s, kerb)
    oncoming = _beside(net, corridor, lane, s, same_way=False)
    return Here(
        net=net,
        corridor=corridor,
        lane=lane,
        s_m=s,
        half_lane_m=half,
        kerb_side=kerb,
        near_m=near,
        far_m=far,
        oncoming_m=oncoming,
        beside_m=_beside(net, corridor, lane, s, same_way=True),
        limit_mps=float(room_speed(path, np.array([s]), before_s=1.0, after_s=3.0)[0]),
        kerb_free=abs(near) < half + 2.0 * GRID_M and _is_free(net, corridor, s, near, kerb),
        oncoming_joins=oncoming is not None and _joins(net, corridor, s, oncoming),
    )


@kept
def sites(net: RoadNetwork, needs: Needs) -> tuple[Here, ...]:
    """Return the places of a map that have what is needed, in the order of lanes and s; () where there are none."""
    return tuple(here for here in _points(net) if fits(here, needs))


@kept
def _points(net: RoadNetwork) -> tuple[Here, ...]:
    """Return points of all lanes outside of junctions, SPACING_M apart."""
    rows = np.flatnonzero(net.lanes.drivable & ~net.roads.in_junction[net.lanes.road]).tolist()
    return tuple(
        here_at(net, lane, s)
        for lane in rows
        for s in np.arange(0.5 * SPACING_M, float(net.lanes.length_m[lane]), SPACING_M).tolist()
    )


def fits(here: Here, needs: Needs) -> bool:
    """Return whether a place has what is needed."""
    path, on_lane = here.corridor.path, here.s_m - here.corridor.shift_m
    if on_lane < needs.clear_m[0] or float(here.net.lanes.length_m[here.lane]) - on_lane < needs.clear_m[1]:
        return False
    low, high = here.s_m - needs.behind_m, here.s_m + needs.ahead_m
    if low < 0.0 or high > path.length_m or here.limit_mps < 3.0:
        return False
    if np.abs(path.curvature[int(low / STEP_M) : int(high / STEP_M)]).max() > needs.sharpest_1pm:
        return False
    if (needs.kerb and not here.kerb_free) or (needs.oncoming and not here.oncoming_joins):
        return False
    return not (needs.beside and here.beside_m is None) and not (needs.alone and here.beside_m is not None)


def _edges(net: RoadNetwork, corridor: Corridor, s: float, kerb: float) -> tuple[float, float]:
    """Return the offsets at which the lanes around the path end, on the kerb's side and on the other."""
    out = []
    for side in (kerb, -kerb):
        offset = side * np.arange(0.0, LOOK_M, GRID_M)
        xyz, _ = at(corridor.path, np.full(len(offset), s), offset)
        off = nearest_lane(net, xyz[:, :2])[3] > 1e-6
        out.append(float(offset[max(int(np.argmax(off)) - 1, 0)]) if off.any() else float(offset[-1]))
    return out[0], out[1]


def _beside(net: RoadNetwork, corridor: Corridor, lane: int, s: float, *, same_way: bool) -> float | None:
    """Return the offset of the middle of the nearest other drivable lane of the road, of this or of the other way."""
    lanes = net.lanes
    rows = (lanes.road == lanes.road[lane]) & (lanes.section == lanes.section[lane]) & lanes.drivable
    rows &= (lanes.forward == lanes.forward[lane]) == same_way
    point, heading = at(corridor.path, s)
    best: float | None = None
    for row in np.flatnonzero(rows).tolist():
        if row == lane:
            continue
        path = lane_path(net, (row,))
        along, _ = project(path, point[None, :2])
        foot, _ = at(path, along[0])
        d = foot[:2] - point[:2]
        offset = float(d[1] * np.cos(heading) - d[0] * np.sin(heading))
        if best is None or abs(offset) < abs(best):
            best = offset
    return best


def _is_free(net: RoadNetwork, corridor: Corridor, s: float, near: float, kerb: float) -> bool:
    offset = near + kerb * np.arange(1.0, STAND_M + 0.1, 0.5)
    xyz, _ = at(corridor.path, np.full(len(offset), s), offset)
    return bool((nearest_lane(net, xyz[:, :2])[3] > 0.4).all())


def _joins(net: RoadNetwork, corridor: Corridor, s: float, oncoming: float) -> bool:
    xyz, _ = at(corridor.path, np.full(20, s), np.linspace(0.0, oncoming, 20))
    return bool((nearest_lane(net, xyz[:, :2])[3] < 0.3).all())
