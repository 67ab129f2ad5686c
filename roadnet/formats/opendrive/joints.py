"""How roads and junctions must be linked in a file so that a reader finds the lane links of a network again.

A network knows which lane follows which. A file says it in three places: the link of a road's end, the links of
its lanes beyond that end, and the lane links of a junction's connections. A road's end has one link; what it
cannot say, the other side or a connection does.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import networkx as nx
import numpy as np

from roadnet.network import RoadNetwork

BEGIN, END = 0, 1
SAME_PLACE_M = 1e-5  # ends of two sections of one road that are this close meet there
RoadEnd = tuple[int, int]  # road row, BEGIN or END
Connection = tuple[int, int, int]  # incoming road, connecting or linked road, the latter's end that is touched
Touch = tuple[int, int, int, int]  # lane row that traffic leaves, at this end; lane row that it enters, at this end


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Joints:
    """What to write; everything sorted."""

    lanes: dict[tuple[int, int], list[int]]  # (lane row, its end) -> lane ids beyond
    roads: dict[RoadEnd, tuple[str, str, str]]  # element type, id, contact point ("" for junctions)
    connections: dict[str, dict[Connection, list[tuple[int, int]]]]  # junction id -> connection -> lane id pairs
    direct: frozenset[str]  # junctions in which roads meet without connecting roads
    lost: tuple[Touch, ...]  # what a file has no words for


def joints(net: RoadNetwork) -> Joints:
    """Return the links of a network as a file puts them."""
    inner, outer = _touches(net)
    neighbours: dict[RoadEnd, Counter[RoadEnd]] = defaultdict(Counter)
    for a, i, b, j in outer:
        here, there = (int(net.lanes.road[a]), i), (int(net.lanes.road[b]), j)
        neighbours[here][there] += 1
        neighbours[there][here] += 1
    to_junction = _default_junctions(net, neighbours)
    direct = _direct_junctions(net, neighbours, to_junction)
    to_junction |= direct
    to_road = {e: _nearest(net, others) for e, others in sorted(neighbours.items()) if e not in to_junction}
    lanes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for a, i, b, j in inner:
        lanes[a, i].append(int(net.lanes.id[b]))
        lanes[b, j].append(int(net.lanes.id[a]))
    connections: dict[str, dict[Connection, list[tuple[int, int]]]] = {
        name: {} for name in _ids_with_roads(net) | set(to_junction.values())
    }
    lost = [t for t in outer if not _carried(net, t, to_road, to_junction, lanes, connections)]
    contact = ("start", "end")
    links = {e: ("junction", name, "") for e, name in to_junction.items()}
    links |= {e: ("road", net.roads.id[road], contact[end]) for e, (road, end) in to_road.items()}
    return Joints(
        lanes={key: sorted(set(ids), key=lambda k: (abs(k), k)) for key, ids in lanes.items()},
        roads=links,
        connections={name: {k: sorted(set(v)) for k, v in sorted(c.items())} for name, c in connections.items()},
        direct=frozenset(direct.values()),
        lost=tuple(lost),
    )


def _touches(net: RoadNetwork) -> tuple[list[Touch], list[Touch]]:
    """Return the touching lane ends inside of roads, and those between ends of roads."""
    lanes = net.lanes
    a = np.repeat(np.arange(len(lanes)), np.diff(lanes.successor_start))
    b = lanes.successor.astype(np.int64)
    i, j = np.where(lanes.forward[a], END, BEGIN), np.where(lanes.forward[b], BEGIN, END)
    apart = np.abs(lanes.s_range[a, i] - lanes.s_range[b, j])
    inside = (lanes.road[a] == lanes.road[b]) & (i != j) & (apart < SAME_PLACE_M)
    rows = np.stack([a, i, b, j], 1)
    inner: list[Touch] = [tuple(row) for row in rows[inside].tolist()]
    outer: list[Touch] = [tuple(row) for row in rows[~inside].tolist()]
    return inner, outer


def _default_junctions(net: RoadNetwork, neighbours: dict[RoadEnd, Counter[RoadEnd]]) -> dict[RoadEnd, str]:
    """Return the junction that each end of a road outside of junctions leads into, by most of its lanes."""
    out = {}
    for end, others in sorted(neighbours.items()):
        if not net.roads.in_junction[end[0]]:
            found: Counter[int] = Counter()
            for (road, _), lanes in sorted(others.items()):
                if net.roads.in_junction[road]:
                    found[int(net.roads.junction[road])] += lanes
            if found:
                out[end] = net.junctions.id[found.most_common(1)[0][0]]
    return out


def _direct_junctions(
    net: RoadNetwork, neighbours: dict[RoadEnd, Counter[RoadEnd]], taken: dict[RoadEnd, str]
) -> dict[RoadEnd, str]:
    """Return the direct junction of each end that meets several ends of roads outside of junctions.

    Such junctions own no road, so their ids are those of the network's junctions without one, in order, and
    after these the lowest free numbers.
    """
    graph: nx.Graph[RoadEnd] = nx.Graph()
    for end, others in sorted(neighbours.items()):
        if not net.roads.in_junction[end[0]] and end not in taken:
            free = [o for o in sorted(others) if not net.roads.in_junction[o[0]] and o not in taken]
            graph.add_edges_from((end, o) for o in free)
    groups = sorted(sorted(g) for g in nx.connected_components(graph) if len(g) > 2)
    with_roads = _ids_with_roads(net)
    names = [name for name in net.junctions.id if name not in with_roads]
    used, number = {*net.junctions.id, *net.roads.id}, 1
    while len(names) < len(groups):
        while str(number) in used:
            number += 1
        names.append(str(number))
        used.add(str(number))
    return {end: name for group, name in zip(groups, names, strict=False) for end in group}


def _ids_with_roads(net: RoadNetwork) -> set[str]:
    return {net.junctions.id[k] for k in np.unique(net.roads.junction[net.roads.in_junction]).tolist()}


def _nearest(net: RoadNetwork, others: Counter[RoadEnd]) -> RoadEnd:
    """Return the one end that a road's end is linked to: outside of junctions if any is, with the most lanes."""
    return min(others, key=lambda o: (bool(net.roads.in_junction[o[0]]), -others[o], o))


def _carried(
    net: RoadNetwork,
    touch: Touch,
    to_road: dict[RoadEnd, RoadEnd],
    to_junction: dict[RoadEnd, str],
    lanes: dict[tuple[int, int], list[int]],
    connections: dict[str, dict[Connection, list[tuple[int, int]]]],
) -> bool:
    """Write one lane link wherever the file has a place for it; return whether there was one."""
    a, i, b, j = touch
    number = net.lanes.id
    here, there = (int(net.lanes.road[a]), i), (int(net.lanes.road[b]), j)
    carried = False
    if to_road.get(here) == there:
        lanes[a, i].append(int(number[b]))
        carried = True
    if to_road.get(there) == here:
        lanes[b, j].append(int(number[a]))
        carried = True
    enters = here in to_junction and net.roads.in_junction[there[0]]
    if enters and net.junctions.id[net.roads.junction[there[0]]] != to_junction[here]:
        enters = False
    if enters or (not carried and here in to_junction):
        key = (here[0], *there)
        connections[to_junction[here]].setdefault(key, []).append((int(number[a]), int(number[b])))
        carried = True
    elif not carried and there in to_junction:
        key = (there[0], *here)
        connections[to_junction[there]].setdefault(key, []).append((int(number[b]), int(number[a])))
        carried = True
    return carried
