"""Crossings: pairs of ways through a junction whose centre lines cross, and the signals that govern them."""

from dataclasses import dataclass

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.chains import Corridor, corridor_of
from roadnet.network import RoadNetwork, SignalKind
from roadnet.polyline import at, project
from roadnet.routes import lane_graph

LEAST_ANGLE_RAD = np.pi / 4  # flatter crossings are merges


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Crossing:
    """Two corridors through a junction that cross once; the group is None where no traffic light governs."""

    corridor: Corridor
    other: Corridor
    s_m: float  # of the crossing point along corridor.path
    other_s_m: float
    stop_s_m: float  # where corridor.path enters the junction
    other_stop_s_m: float
    angle_rad: float  # of `other` relative to `corridor`, counter-clockwise positive
    group: int | None
    other_group: int | None


@kept
def crossings(net: RoadNetwork) -> tuple[Crossing, ...]:
    """Return every ordered pair of lanes of a junction whose centre lines cross at LEAST_ANGLE_RAD or more."""
    conflict, graph = net.junctions.conflict, lane_graph(net)
    used = sorted({int(i) for i in conflict.ravel() if graph.in_degree(int(i)) and graph.out_degree(int(i))})
    corridors = {i: corridor_of(net, (i,), 0, 1) for i in used}
    groups = signal_group(net)
    out = []
    for a, b in conflict.tolist():
        if a not in corridors or b not in corridors:
            continue
        point = _crossing_point(_line(net, a), _line(net, b))
        if point is None:
            continue
        for i, j in ((a, b), (b, a)):
            found = _crossing(corridors[i], corridors[j], point, int(groups[i]), int(groups[j]))
            if found is not None:
                out.append(found)
    return tuple(out)


@kept
def signal_group(net: RoadNetwork) -> Array:
    """Return (L,) the group of traffic lights that governs each lane of a junction, -1 for none.

    A light may name the lane itself (a movement) or a lane that leads into it (an approach); the first wins.
    """
    signals, L = net.signals, len(net.lanes)
    named = np.full(L, -1)
    lights = np.flatnonzero(signals.dynamic & (signals.kind == SignalKind.TRAFFIC_LIGHT))
    for i in lights[::-1].tolist():
        named[signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]]] = signals.group[i]
    inside = net.roads.in_junction[net.lanes.road]
    out = np.where(inside, named, -1)
    graph = lane_graph(net)
    for lane in np.flatnonzero(inside & (out < 0) & net.lanes.drivable).tolist():
        before = sorted(int(named[p]) for p in graph.predecessors(lane) if named[p] >= 0)
        if before:
            out[lane] = before[0]
    return out


def _crossing(a: Corridor, b: Corridor, point: Array, group: int, other_group: int) -> Crossing | None:
    s, other_s = float(project(a.path, point)[0][0]), float(project(b.path, point)[0][0])
    heading, other_heading = at(a.path, s)[1], at(b.path, other_s)[1]
    angle = float((other_heading - heading + np.pi) % (2 * np.pi) - np.pi)
    if not LEAST_ANGLE_RAD <= abs(angle) <= np.pi - LEAST_ANGLE_RAD or group == other_group >= 0:
        return None
    return Crossing(
        corridor=a,
        other=b,
        s_m=s,
        other_s_m=other_s,
        stop_s_m=a.begin_m,
        other_stop_s_m=b.begin_m,
        angle_rad=angle,
        group=group if group >= 0 else None,
        other_group=other_group if other_group >= 0 else None,
    )


def _line(net: RoadNetwork, lane: int) -> shapely.LineString:
    return shapely.LineString(net.lanes.centre[net.lanes.centre_start[lane] : net.lanes.centre_start[lane + 1], :2])


def _crossing_point(a: shapely.LineString, b: shapely.LineString) -> Array | None:
    """Return (1, 2) the first point along `a` where the lines cross inside both; None where they only share an end."""
    points = shapely.get_coordinates(shapely.intersection(a, b))
    if not len(points):
        return None
    along = shapely.line_locate_point(a, shapely.points(points))
    inside = (along > 0.5) & (along < a.length - 0.5)
    if not inside.any():
        return None
    return np.asarray(points[inside][np.argmin(along[inside])][None])
