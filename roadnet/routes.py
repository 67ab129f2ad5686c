"""Ways over the lane graph: successors, routes, and the paths along them."""

from collections.abc import Callable, Iterable

import networkx as nx
import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.base.maths import atan2_all, sincos
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork
from roadnet.polyline import UNLIMITED_MPS, Path, arc_lengths, resample

LARGEST_GAP_M = 0.3  # lanes whose ends lie further apart are linked in name only
LARGEST_KINK_RAD = 0.35  # nor does traffic turn on the spot
SHORTEST_STEP_M = 1e-3  # points nearer than this are one


def lane_path(net: RoadNetwork, lanes: tuple[int, ...], *, reverse: bool = False) -> Path:
    """Return the path along the centres of lane rows joined in order; `reverse` runs it from the end back.

    Raises ValueError for no lanes, a row that is none, or a jump of more than LARGEST_GAP_M between two lanes
    that are not side by side.
    """
    if not lanes or min(lanes) < 0 or max(lanes) >= len(net.lanes):
        raise ValueError(f"lanes: got {lanes[:5]}, want rows from 0 to {len(net.lanes) - 1}")
    rows = [np.arange(net.lanes.centre_start[i], net.lanes.centre_start[i + 1]) for i in lanes]
    _check_jumps(net, lanes, rows)
    at = np.concatenate(rows)
    limit = _limits(net, lanes)
    xyz, heading = net.lanes.centre[at], net.lanes.centre_heading[at]
    half = net.lanes.centre_half_width[at]
    if reverse:
        xyz, heading, half, limit = xyz[::-1], heading[::-1] + np.pi, half[::-1], limit[::-1]
    return _path(xyz, heading, half, limit)


def points_path(points: Array, *, half_width_m: float = 0.5, speed_limit_mps: float = UNLIMITED_MPS) -> Path:
    """Return the path through points (N, 3) m, N >= 2, tangents from their neighbours. Raises ValueError."""
    xyz = np.asarray(points, np.float64)
    if xyz.ndim != 2 or xyz.shape[1] != 3 or len(xyz) < 2 or not np.isfinite(xyz).all():
        raise ValueError(f"points: got shape {xyz.shape}, want (N, 3) finite with N >= 2")
    xyz = xyz[np.concatenate([[True], np.linalg.norm(np.diff(xyz[:, :2], axis=0), axis=1) > SHORTEST_STEP_M])]
    if len(xyz) < 2:
        raise ValueError("points: got points that coincide, want at least 2 apart")
    step = np.diff(xyz[:, :2], axis=0)
    chord = np.unwrap(atan2_all(step[:, 1], step[:, 0]))
    heading = np.concatenate([chord[:1], (chord[1:] + chord[:-1]) / 2, chord[-1:]])
    return _path(xyz, heading, np.full(len(xyz), half_width_m), np.full(len(xyz), speed_limit_mps))


def extend(net: RoadNetwork, lane: int, *, ahead_m: float, behind_m: float) -> tuple[tuple[int, ...], float]:
    """Return (lane rows, s m where `lane` begins on their path): the straightest way on, both ways.

    As long as asked, or until the lanes end or repeat; at least `lane` itself.
    """
    graph = lane_graph(net)
    length = net.lanes.length_m
    way, before, room = [lane], 0.0, 0.0
    while room < ahead_m and (nxt := _straightest(graph, way[-1], graph.successors, way)) is not None:
        way.append(nxt)
        room += float(length[nxt])
    while before < behind_m and (prv := _straightest(graph, way[0], graph.predecessors, way, back=True)) is not None:
        way.insert(0, prv)
        before += float(length[prv])
    return tuple(way), before


def route(net: RoadNetwork, from_lane: int, to_lane: int) -> tuple[int, ...]:
    """Return the lane rows of the shortest way along links, both ends included; () if there is none."""
    try:
        return tuple(nx.shortest_path(lane_graph(net), from_lane, to_lane, weight="length_m"))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return ()


@kept
def lane_graph(net: RoadNetwork) -> "nx.DiGraph[int]":
    """Return the graph of drivable lanes: an edge where one leads into the next in driving direction.

    Edge attributes: length_m of the lane it leaves, gap_m and kink_rad between the ends, turn_rad of the lane
    it enters. Links that only a name joins (gap or kink too large) are left out; net.findings lists them.
    """
    lanes = net.lanes
    count = np.diff(lanes.successor_start)
    a, b = np.repeat(np.arange(len(lanes)), count), lanes.successor
    gap, kink = link_misfit(net, a, b)
    drivable = lanes.drivable
    keep = drivable[a] & drivable[b] & (gap <= LARGEST_GAP_M) & (kink <= LARGEST_KINK_RAD)
    length, turn = lanes.length_m, lane_turn(net)
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(np.flatnonzero(drivable).tolist())
    columns = (a[keep], b[keep], length[a[keep]], gap[keep], kink[keep], turn[b[keep]], turn[a[keep]])
    for i, j, metres, apart, angle, bend, bend_before in zip(*(c.tolist() for c in columns), strict=True):
        graph.add_edge(i, j, length_m=metres, gap_m=apart, kink_rad=angle, turn_rad=bend, turn_before_rad=bend_before)
    return graph


def link_misfit(net: RoadNetwork, a: Array, b: Array) -> tuple[Array, Array]:
    """Return (gap m, kink rad), each (E,): how far the end of lane rows `a` misses the beginning of `b`."""
    lanes = net.lanes
    end, begin = lanes.centre_start[np.asarray(a) + 1] - 1, lanes.centre_start[b]
    gap = np.linalg.norm(lanes.centre[end] - lanes.centre[begin], axis=-1)
    return gap, np.abs(wrap_angle(lanes.centre_heading[end] - lanes.centre_heading[begin]))


@kept
def lane_turn(net: RoadNetwork) -> Array:
    """Return (L,) absolute turning from the beginning to the end of each lane, rad (winding included)."""
    lanes = net.lanes
    step = wrap_angle(np.diff(lanes.centre_heading))
    total = np.concatenate([[0.0], np.cumsum(step)])
    return np.asarray(np.abs(total[lanes.centre_start[1:] - 1] - total[lanes.centre_start[:-1]]))


def _straightest(
    graph: "nx.DiGraph[int]", lane: int, neighbours: Callable[[int], Iterable[int]], way: list[int], back: bool = False
) -> int | None:
    """Return the neighbour that turns least, the lower row on a tie; None where all are on the way already."""
    if lane not in graph:
        return None
    best: tuple[float, int] | None = None
    for other in neighbours(lane):
        edge = graph.edges[other, lane] if back else graph.edges[lane, other]
        turn = edge["turn_before_rad"] if back else edge["turn_rad"]
        if other not in way and (best is None or (turn, other) < best):
            best = (turn, other)
    return None if best is None else best[1]


def _limits(net: RoadNetwork, lanes: tuple[int, ...]) -> Array:
    """Return the limit at each centre point, m/s: a posted one holds until the next; before the first, the first."""
    posted = np.concatenate([_posted(net, lane) for lane in lanes])
    known = np.flatnonzero(posted > 0)
    if not len(known):
        return np.full(len(posted), UNLIMITED_MPS)
    latest = np.searchsorted(known, np.arange(len(posted)), side="right") - 1
    return np.asarray(posted[known[np.maximum(latest, 0)]])


def _posted(net: RoadNetwork, lane: int) -> Array:
    """Return the limit posted at each point of a lane's centre, m/s, 0 where none is.

    Changes along the road are found on the centre by their share of its length.
    """
    lanes, changes = net.lanes, net.lanes.speed_changes
    along = lanes.centre_s[lanes.centre_start[lane] : lanes.centre_start[lane + 1]]
    rows = slice(*changes.start[lane : lane + 2]) if len(changes) else slice(0)
    at, speed = changes.s[rows], changes.speed_mps[rows]
    if not len(at):
        return np.full(len(along), float(lanes.speed_mps[lane]) if lanes.has_speed[lane] else 0.0)
    begin, end = lanes.s_range[lane]
    s = along * ((end - begin) / max(float(along[-1]), SHORTEST_STEP_M))
    if lanes.forward[lane]:
        piece = np.searchsorted(at, s + SHORTEST_STEP_M, side="right") - 1
    else:
        piece = np.searchsorted(at, end - begin - s - SHORTEST_STEP_M, side="left") - 1
    return np.asarray(speed[np.maximum(piece, 0)])


def _check_jumps(net: RoadNetwork, lanes: tuple[int, ...], rows: list[Array]) -> None:
    for a, b, i, j in zip(lanes, lanes[1:], rows, rows[1:], strict=False):
        jump = float(np.linalg.norm(net.lanes.centre[i[-1]] - net.lanes.centre[j[0]]))
        if jump > LARGEST_GAP_M:
            raise ValueError(f"lanes {a}, {b}: got a jump of {jump:.2f} m, want at most {LARGEST_GAP_M} m")


def _path(xyz: Array, heading: Array, half: Array, limit: Array) -> Path:
    """Return the path through points that may coincide: a joint belongs to the lane that begins there."""
    apart = np.linalg.norm(np.diff(xyz, axis=0), axis=1) > SHORTEST_STEP_M
    keep = np.concatenate([apart, [True]])
    if keep.sum() == 1:  # a lane without length: its direction is all there is
        step = SHORTEST_STEP_M * np.array([*sincos(float(heading[-1]))[::-1], 0.0])
        return _path(np.stack([xyz[-1], xyz[-1] + 2 * step]), heading[[-1, -1]], half[[-1, -1]], limit[[-1, -1]])
    xyz, heading = xyz[keep], np.unwrap(heading[keep])
    return resample(xyz, heading, arc_lengths(xyz, heading), half_width=half[keep], speed_limit=limit[keep])
