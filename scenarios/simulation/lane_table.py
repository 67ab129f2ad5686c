"""The lanes of a network as traffic reads them: samples, links, neighbours, lights, signs, shared places.

Lanes shorter than SHORTEST_M are passed over: their predecessors lead into their successors. Two lanes share a
place where their centre lines come nearer than BODY_M. Who gives way there is what roadnet.priority says, but for
rings: on a roundabout the circulating lane goes first, signs or none.
"""

from dataclasses import dataclass, replace

import networkx as nx
import numpy as np
from scipy.spatial.distance import cdist

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.crossings import signal_group
from roadnet.network import RoadNetwork
from roadnet.polyline import STEP_M, UNLIMITED_MPS
from roadnet.priority import Rule, Yields, priorities, signs_before
from roadnet.routes import lane_graph, lane_path
from scenarios.simulation import lane_layout as c
from scenarios.simulation.layout import PX, PY
from scenarios.simulation.tracks import light_groups, tracked
from scenarios.simulation.ways import FAR_M

SHORTEST_M = 0.5
BODY_M = 2.8  # widest body that traffic has, 2.55 m (Directive 96/53/EC), and a margin
UNPOSTED_MPS = 13.9  # on maps with junctions that post no limit: 50 km/h, the limit in towns (StVO section 3)
TURN_RAD = np.pi / 6  # a lane that turns less goes straight on, as in roadnet.priority
NARROW_M = 1.5  # half the width below which nobody waits on a lane that ends; assumed
BETTER_M = 50.0  # a neighbour that goes on by this much farther is where traffic must go
RING_RADIUS_M = (6.0, 70.0)  # of circulating lanes; assumed
MINOR_GAP = {-1: c.RIGHT_MINOR, 0: c.THROUGH_MINOR, 1: c.LEFT_MINOR}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LaneTable:
    """A network in the columns of scenarios/simulation/lane_layout.py; L lanes, rows as in the network."""

    lane: Array  # (L, LANE_COLUMNS) int64
    metric: Array  # (L, METRIC_COLUMNS)
    sample: Array  # (M, PATH_COLUMNS), a path a lane
    link: Array  # (E,) int64 lane rows
    clash: Array  # (K, CLASH_COLUMNS)


def no_lanes() -> LaneTable:
    """Return the table of a map that no traffic asks for."""
    return LaneTable(
        lane=np.zeros((1, c.LANE_COLUMNS), np.int64),
        metric=np.zeros((1, c.METRIC_COLUMNS)),
        sample=np.zeros((2, 8)),
        link=np.zeros(1, np.int64),
        clash=np.zeros((1, c.CLASH_COLUMNS)),
    )


@kept
def lane_table(net: RoadNetwork) -> LaneTable:
    """Return the lanes as traffic reads them; made once a network."""
    graph = traffic_graph(net)
    lane = np.full((len(net.lanes), c.LANE_COLUMNS), -1, np.int64)
    metric = np.zeros((len(net.lanes), c.METRIC_COLUMNS))
    lane[:, [c.FIRST, c.END, c.SIGN, c.TURNS, c.ENDS]] = 0
    lane[:, c.INSIDE] = net.roads.in_junction[net.lanes.road]
    sample = _samples(net, graph, lane, metric)
    link = _links(graph, lane)
    _neighbours(net, graph, lane)
    _onward(graph, lane, metric)
    _tightest(graph, lane, metric)
    _roadways(net, graph, lane)
    _lines(net, graph, lane)
    clash = _clashes(net, graph, lane, metric, sample)
    # not set read-only: the kernel's signature names arrays that may be written
    return LaneTable(lane=lane, metric=metric, sample=sample, link=link, clash=clash)


@kept
def traffic_graph(net: RoadNetwork) -> "nx.DiGraph[int]":
    """Return the graph of the lanes that traffic uses, the shortest ones passed over."""
    graph: nx.DiGraph[int] = nx.DiGraph(lane_graph(net).edges)
    graph.add_nodes_from(lane_graph(net))
    for short in [i for i in sorted(graph) if net.lanes.length_m[i] < SHORTEST_M]:
        before, after = set(graph.predecessors(short)) - {short}, set(graph.successors(short)) - {short}
        graph.remove_node(short)
        graph.add_edges_from((a, b) for a in before for b in after if a != b)
    return graph


def limits(net: RoadNetwork, graph: "nx.DiGraph[int]") -> dict[int, float]:
    """Return each lane's limit, m/s: posted, else the highest of those that lead to it, else of those it leads to."""
    out = {i: float(net.lanes.speed_mps[i]) for i in graph if net.lanes.has_speed[i] and net.lanes.speed_mps[i] > 0}
    for neighbours in (graph.predecessors, graph.successors):
        todo = sorted(set(graph) - set(out))
        while found := {i: max(v) for i in todo if (v := [out[p] for p in neighbours(i) if p in out])}:
            out |= found
            todo = [i for i in todo if i not in found]
    plain = UNPOSTED_MPS if len(net.junctions.id) else UNLIMITED_MPS
    return {i: out.get(i, plain) for i in graph}


def ring_lanes(net: RoadNetwork, graph: "nx.DiGraph[int]") -> set[int]:
    """Return the lanes that circulate: cycles of lanes that all bend to one side with a roundabout's radius."""
    inner, outer = RING_RADIUS_M
    out: set[int] = set()
    turn = {i: _turn(net, i) / max(float(net.lanes.length_m[i]), SHORTEST_M) for i in graph}
    for side in (1, -1):
        bent = [i for i in graph if 1 / outer <= side * turn[i] <= 1 / inner]
        for part in nx.strongly_connected_components(graph.subgraph(bent)):
            if len(part) > 1:
                out |= part
    return out


def _turn(net: RoadNetwork, row: int) -> float:
    """Return how far a lane turns from begin to end, rad, left positive."""
    part = net.lanes.centre_heading[net.lanes.centre_start[row] : net.lanes.centre_start[row + 1]]
    return float((((np.diff(part) + np.pi) % (2 * np.pi)) - np.pi).sum())


def _samples(net: RoadNetwork, graph: "nx.DiGraph[int]", lane: Array, metric: Array) -> Array:
    speed, parts, at = limits(net, graph), [], 0
    for i in sorted(graph):
        path = lane_path(net, (i,))
        if not net.lanes.has_speed[i]:
            path = replace(path, speed_limit=np.full(len(path.x), speed[i]))
        samples = tracked(path, np.zeros((0, 2))).samples
        lane[i, c.FIRST], lane[i, c.END] = at, at + len(samples)
        at += len(samples)
        metric[i, c.LONG], metric[i, c.HALF] = path.length_m, float(path.half_width.mean())
        metric[i, c.CAP_SQUARE] = samples[0, 7] ** 2
        wide = np.flatnonzero(path.half_width >= NARROW_M)
        metric[i, c.WIDE] = min(float(wide[-1]) * STEP_M, path.length_m) if len(wide) else 0.0
        metric[i, c.BEND] = np.abs(np.convolve(path.curvature, np.full(5, 0.2), "valid")).max(initial=0.0)
        parts.append(samples)
        turn = _turn(net, i)
        lane[i, c.TURNS] = 0 if abs(turn) < TURN_RAD else 1 if turn > 0 else -1
    return np.ascontiguousarray(np.concatenate(parts)) if parts else np.zeros((2, 8))


def _links(graph: "nx.DiGraph[int]", lane: Array) -> Array:
    link: list[int] = []
    for first, neighbours in ((c.SUCC, graph.successors), (c.PRED, graph.predecessors)):
        lane[:, first] = lane[:, first + 1] = 0
        for i in sorted(graph):
            lane[i, first] = len(link)
            link += sorted(neighbours(i))
            lane[i, first + 1] = len(link)
    return np.array(link or [0], np.int64)


def _neighbours(net: RoadNetwork, graph: "nx.DiGraph[int]", lane: Array) -> None:
    lanes = net.lanes
    for column, beside, has in ((c.LEFT, lanes.left, lanes.has_left), (c.RIGHT, lanes.right, lanes.has_right)):
        for i in graph:
            j = int(beside[i])
            if has[i] and j in graph and lanes.forward[i] == lanes.forward[j]:
                lane[i, column] = j
    inner = {(int(lanes.road[i]), int(lanes.section[i]), int(lanes.id[i])): i for i in graph if abs(lanes.id[i]) == 1}
    for (road, section, number), i in inner.items():
        facing = inner.get((road, section, -number))
        if facing is not None and lanes.forward[i] != lanes.forward[facing]:
            lane[i, c.ONCOMING] = facing


def _onward(graph: "nx.DiGraph[int]", lane: Array, metric: Array) -> None:
    """Fill in what each lane's end is, and how far the lane leads without a change; where the map ends all is well."""
    rings = {i for part in nx.strongly_connected_components(graph) if len(part) > 1 for i in part}
    rings |= {i for i in graph if graph.has_edge(i, i)}
    _reach(graph, metric, rings)
    for i in graph:
        if lane[i, c.SUCC] == lane[i, c.SUCC_END]:
            beside = [metric[j, c.ONWARD] for j in lane[i, [c.LEFT, c.RIGHT]] if j >= 0]
            drops = max(beside, default=0.0) > metric[i, c.ONWARD] + BETTER_M
            lane[i, c.ENDS] = c.LANE_ENDS if drops else c.MAP_ENDS
    _reach(graph, metric, rings | set(np.flatnonzero(lane[:, c.ENDS] == c.MAP_ENDS).tolist()))


def _reach(graph: "nx.DiGraph[int]", metric: Array, endless: set[int]) -> None:
    """Fill in how far each lane leads: FAR_M where to one of the endless, else as long as its longest way."""
    far = endless | {i for r in sorted(endless) for i in nx.ancestors(graph, r)}
    metric[sorted(far), c.ONWARD] = FAR_M
    for i in reversed(list(nx.topological_sort(graph.subgraph(set(graph) - far)))):
        farther = max((metric[j, c.ONWARD] for j in graph.successors(i)), default=0.0)
        metric[i, c.ONWARD] = min(metric[i, c.LONG] + farther, FAR_M)


def _tightest(graph: "nx.DiGraph[int]", lane: Array, metric: Array) -> None:
    """Turn each lane's own bend into the tightest that it and the gentlest way on from it take.

    Where a lane ends the way on is that of its neighbours.
    """
    changed = True
    while changed:
        changed = False
        for i in sorted(graph, reverse=True):
            on = list(graph.successors(i))
            if lane[i, c.ENDS] == c.LANE_ENDS:
                on = [int(j) for j in lane[i, [c.LEFT, c.RIGHT]] if j >= 0]
            forced = min((metric[j, c.BEND] for j in on), default=0.0)
            if forced > metric[i, c.BEND]:
                metric[i, c.BEND], changed = forced, True


def _roadways(net: RoadNetwork, graph: "nx.DiGraph[int]", lane: Array) -> None:
    """Number the roadways, and say for each lane of a junction which one it leads to."""
    keys = np.stack([net.lanes.road, net.lanes.section, net.lanes.forward], 1)
    lane[:, c.ROADWAY] = np.unique(keys, axis=0, return_inverse=True)[1].ravel()
    for i in graph:
        at, seen = i, {i}
        while lane[at, c.INSIDE] and lane[at, c.SUCC] < lane[at, c.SUCC_END]:
            at = min(graph.successors(at))
            if at in seen:
                break
            seen.add(at)
        lane[i, c.EXIT] = lane[at, c.ROADWAY]


def _lines(net: RoadNetwork, graph: "nx.DiGraph[int]", lane: Array) -> None:
    """Fill in lights and signs: their lines lie where a lane begins that they govern."""
    groups, lights = signal_group(net), light_groups(net)
    entries = [i for i in sorted(graph) if any(not lane[p, c.INSIDE] for p in graph.predecessors(i))]
    for i in entries:
        before = [p for p in sorted(graph.predecessors(i)) if not lane[p, c.INSIDE]]
        if lane[i, c.INSIDE]:
            lane[i, c.LIGHT] = groups[i]
        elif any(p in lights for p in before):
            lane[i, c.LIGHT] = min(g for p in before for g in lights.get(p, ()))
    inside = np.array([i for i in entries if lane[i, c.INSIDE]], np.int64)
    if len(inside):
        stop, give_way = signs_before(net, inside)
        lane[inside, c.SIGN] = np.where(stop, c.STOP, np.where(give_way, c.GIVE_WAY, c.NO_SIGN))


def _clashes(net: RoadNetwork, graph: "nx.DiGraph[int]", lane: Array, metric: Array, sample: Array) -> Array:
    """Return the places that pairs of lanes share, each from both sides, and note the rows of each lane."""
    duty = _duties(net, ring_lanes(net, graph))
    pairs = {p for p in duty if p[0] in graph and p[1] in graph}
    for i in graph:
        for group in (sorted(graph.successors(i)), sorted(graph.predecessors(i))):
            pairs |= {(a, b) for a in group for b in group if a < b}
    rows: list[tuple[float, ...]] = []
    for a, b in sorted(pairs):
        zone = _zone(lane, metric, sample, a, b)
        if zone is None:
            continue
        parts = bool(set(graph.predecessors(a)) & set(graph.predecessors(b)))
        merges = bool(set(graph.successors(a)) & set(graph.successors(b)))
        sort = c.PARTS if parts else c.MERGES if merges else c.CROSSES
        waits, gap = duty.get((a, b), (c.FIRST_COMES, (c.SIDE, c.SIDE)))
        swapped = {c.I_WAIT: c.IT_WAITS, c.IT_WAITS: c.I_WAIT}.get(waits, waits)
        rows.append((a, b, *zone, sort, waits, gap[0]))
        rows.append((b, a, zone[2], zone[3], zone[0], zone[1], sort, swapped, gap[1]))
    rows.sort()
    lane[:, c.CLASH] = lane[:, c.CLASH_END] = 0
    owner = np.array([r[0] for r in rows], np.int64)
    for i in set(owner.tolist()):
        lane[i, c.CLASH], lane[i, c.CLASH_END] = np.searchsorted(owner, [i, i + 1])
    return np.array([r[1:] for r in rows], np.float64).reshape(-1, c.CLASH_COLUMNS)


def _duties(net: RoadNetwork, rings: set[int]) -> dict[tuple[int, int], tuple[int, tuple[int, int]]]:
    """Return pair -> (whose duty it is to wait, which critical headway the first takes, and the second)."""
    codes = {Yields.NEITHER: c.FIRST_COMES, Yields.FIRST: c.I_WAIT, Yields.SECOND: c.IT_WAITS, Yields.SIGNAL: c.LIGHTS}
    found = priorities(net)
    out = {}
    for (a, b), yields, rule in zip(net.junctions.conflict.tolist(), found.yields, found.rule, strict=True):
        waits = codes[Yields(int(yields))]
        if (a in rings) != (b in rings):
            waits = c.IT_WAITS if a in rings else c.I_WAIT
            gap = [c.SIDE, c.SIDE]
        elif rule in (Rule.SIGN, Rule.PRIORITY_ROAD):
            gap = [MINOR_GAP[int(np.sign(t)) if abs(t := _turn(net, x)) > TURN_RAD else 0] for x in (a, b)]
        else:
            gap = [c.LEFT_MAJOR if rule == Rule.TURN_ACROSS else c.SIDE] * 2
        out[a, b] = (waits, (gap[0], gap[1]))
    return out


def _zone(lane: Array, metric: Array, sample: Array, a: int, b: int) -> tuple[float, float, float, float] | None:
    """Return where two lanes come nearer than a body, m along each; None where they do not."""
    first, second = (sample[lane[i, c.FIRST] : lane[i, c.END]][:, [PX, PY]] for i in (a, b))
    near = cdist(first, second) < BODY_M
    if not near.any():
        return None
    out = []
    for i, hit in ((a, near.any(1)), (b, near.any(0))):
        at = np.flatnonzero(hit) * STEP_M
        out += [float(at[0]), float(min(at[-1], metric[i, c.LONG]))]
    return out[0], out[1], out[2], out[3]
