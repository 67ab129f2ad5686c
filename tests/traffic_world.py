"""Small worlds for tests of traffic: drivers of the law `human` on lanes of maps, and what they did."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import sim_world as w

import roadnet
from roadnet.generate.registry import build
from roadnet.network import RoadNetwork
from scenarios.model.spec import ActorProgram, ConcreteScenario, Kind, PathSpec
from scenarios.simulation import lane_layout as c
from scenarios.simulation.lane_table import LaneTable, lane_table, traffic_graph

SIZES = {
    Kind.CAR: w.CAR, Kind.VAN: (5.9, 2.0, 2.5), Kind.TRUCK: (9.5, 2.5, 3.6), Kind.BUS: (12.0, 2.55, 3.1),
    Kind.MOTORCYCLE: (2.08, 0.8, 1.6),
}  # fmt: skip
KINDS = tuple(SIZES)


@cache
def net_of(name: str, **values: Any) -> RoadNetwork:
    """Return a shipped map, or a road form with these values."""
    return roadnet.load(name) if name in ("boulevard", "crossing") else build(name, **values)


def lanes_of(net: RoadNetwork) -> LaneTable:
    return lane_table(net)


def driver(name: str, lanes: tuple[int, ...], s_m: float, speed_mps: float, **fields: Any) -> ActorProgram:
    """Return a driver of the law `human` on lanes; `kind` brings its size."""
    kind = fields.pop("kind", Kind.CAR)
    return w.actor(name, PathSpec(lanes=lanes), s_m, speed_mps, "human", kind=kind, size=SIZES[kind], **fields)


def scenario(net: RoadNetwork, *actors: ActorProgram, duration_s: float, **fields: Any) -> ConcreteScenario:
    """Return a scenario on a map; the first actor is renamed to be the subject."""
    first = replace(actors[0], name="ego")
    return replace(
        w.scenario(first, *actors[1:], duration_s=duration_s, **fields), map_name=net.name, map_digest=net.digest
    )


def entries(net: RoadNetwork, least_m: float = 60.0) -> list[int]:
    """Return the lanes that lead to a junction from outside, long enough to drive up to it, sorted."""
    table, graph = lane_table(net), traffic_graph(net)
    out = []
    for row in sorted(graph):
        if table.lane[row, c.INSIDE] or before_m(net, row) < least_m:
            continue
        if any(table.lane[n, c.INSIDE] for n in graph.successors(row)):
            out.append(row)
    return out


def before_m(net: RoadNetwork, row: int) -> float:
    """Return how far one can come from along a lane and those that lead to it alone, m."""
    return float(sum(lane_table(net).metric[i, c.LONG] for i in approach(net, row)))


def approach(net: RoadNetwork, row: int) -> tuple[int, ...]:
    """Return the lanes that lead to a lane and nowhere else, and the lane itself, in driving direction."""
    table, graph = lane_table(net), traffic_graph(net)
    way = [row]
    while len(found := list(graph.predecessors(way[0]))) == 1 and not table.lane[found[0], c.INSIDE]:
        if found[0] in way:
            break
        way.insert(0, found[0])
    return tuple(way)


def turns(net: RoadNetwork, entry: int) -> dict[int, int]:
    """Return side (1 left, 0 straight on, -1 right) -> lane of the junction that a lane leads to."""
    table = lane_table(net)
    found = sorted(traffic_graph(net).successors(entry))
    return {int(table.lane[n, c.TURNS]): n for n in reversed(found) if table.lane[n, c.INSIDE]}


def through(net: RoadNetwork, entry: int, side: int) -> tuple[int, ...]:
    """Return the lanes up to a junction, through it to a side, and on."""
    graph, way = traffic_graph(net), [*approach(net, entry), turns(net, entry)[side]]
    while len(found := sorted(graph.successors(way[-1]))) >= 1 and len(way) < 12 and found[0] not in way:
        way.append(found[0])
    return tuple(way)


def progress(run: w.Driven, name: str) -> np.ndarray:
    """Return (T,) m driven so far."""
    step = np.hypot(np.diff(run.x(name)), np.diff(run.y(name)))
    return np.concatenate([[0.0], np.cumsum(step)])


def enters_at(net: RoadNetwork, run: w.Driven, name: str, actor: ActorProgram, entry: int) -> float:
    """Return when an actor's front passes the end of its approach, s; infinity if it does not."""
    line = before_m(net, entry) - actor.s_m - 0.5 * actor.size[0]
    over = np.flatnonzero(progress(run, name) > line)
    return float(run.t[over[0]]) if len(over) else np.inf
