"""Routes that may change lanes: the lane graph with steps to the neighbours of the same direction."""

import networkx as nx
import numpy as np

from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.routes import lane_graph

CHANGE_COST_M = 50.0  # a change is worth so much of a detour (assumed)


def route_with_changes(
    net: RoadNetwork, from_lane: int, to_lane: int, *, change_cost_m: float = CHANGE_COST_M
) -> tuple[int, ...]:
    """Return the lane rows of the cheapest way, both ends included; () if there is none.

    Of two consecutive rows the second follows the first or is its neighbour of the same direction. The cost, m, is
    the length of the lanes left by their ends, plus `change_cost_m` a change. Changes happen outside of junctions,
    whatever is painted between the lanes. Raises ValueError for a cost that is negative or not finite.
    """
    if not (np.isfinite(change_cost_m) and change_cost_m >= 0.0):
        raise ValueError(f"change_cost_m: got {change_cost_m:g}, want a finite number >= 0")

    def cost(_: int, __: int, edge: dict[str, float]) -> float:
        return edge["length_m"] + change_cost_m * edge["changes"]

    try:
        return tuple(nx.dijkstra_path(change_graph(net), from_lane, to_lane, weight=cost))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return ()


@kept
def change_graph(net: RoadNetwork) -> "nx.DiGraph[int]":
    """Return the graph of drivable lanes with links and changes; made once a network.

    Edge attributes: length_m of the lane that a link leaves, 0 for a change; changes: 1 for a change, else 0.
    """
    lanes = net.lanes
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(lane_graph(net))
    for a, b, edge in lane_graph(net).edges(data=True):
        graph.add_edge(a, b, length_m=edge["length_m"], changes=0)
    may = lanes.drivable & ~net.roads.in_junction[lanes.road]
    for beside, has in ((lanes.left, lanes.has_left), (lanes.right, lanes.has_right)):
        for row in np.flatnonzero(may & has).tolist():
            other = int(beside[row])
            if may[other] and not graph.has_edge(row, other):
                graph.add_edge(row, other, length_m=0.0, changes=1)
    return graph
