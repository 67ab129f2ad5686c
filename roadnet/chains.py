"""Chains and corridors: lanes joined into long ways that traffic keeps to."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.polyline import Path
from roadnet.routes import lane_graph, lane_path

SHARPEST_BEND_1PM = 0.05  # 20 m radius, taken at 6 m/s with 2 m/s2: sharper lanes are turns, not parts of a way
CONTINUED_M = 150.0  # how far corridors go on beyond their stretch


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Corridor:
    """A stretch of a chain with its continuations."""

    lanes: tuple[int, ...]
    path: Path  # lane_path(net, lanes)
    begin_m: float  # where the stretch begins on the path
    end_m: float


@kept
def chains(net: RoadNetwork) -> tuple[tuple[int, ...], ...]:
    """Return the drivable lanes without sharp bends as chains, sorted: each lane in exactly one.

    A lane follows another where each is the other's straightest neighbour. A ring is cut at its lowest row.
    """
    ahead, behind = _straightest(net)
    gentle = np.flatnonzero(net.lanes.drivable & (lane_bend(net) <= SHARPEST_BEND_1PM)).tolist()
    follows = {a: ahead[a] for a in gentle if a in ahead and behind.get(ahead[a]) == a}
    has_before = set(follows.values())
    out, seen = [], set()
    for first in [i for i in gentle if i not in has_before] + gentle:
        chain: list[int] = []
        lane: int | None = first
        while lane is not None and lane not in seen:
            chain.append(lane)
            seen.add(lane)
            lane = follows.get(lane)
        if chain:
            out.append(tuple(chain))
    return tuple(sorted(out))


def corridor_of(net: RoadNetwork, chain: tuple[int, ...], begin: int, end: int) -> Corridor:
    """Return the corridor of chain[begin:end], continued straight on by up to CONTINUED_M at both ends."""
    ahead, behind = _straightest(net)
    length = net.lanes.length_m
    way, before, after = list(chain[begin:end]), 0.0, 0.0
    while before < CONTINUED_M and (lane := behind.get(way[0])) is not None and lane not in way:
        way.insert(0, lane)
        before += float(length[lane])
    while after < CONTINUED_M and (lane := ahead.get(way[-1])) is not None and lane not in way:
        way.append(lane)
        after += float(length[lane])
    path = lane_path(net, tuple(way))
    return Corridor(lanes=tuple(way), path=path, begin_m=before, end_m=path.length_m - after)


@kept
def lane_bend(net: RoadNetwork) -> Array:
    """Return (L,) the strongest curvature of each lane's centre, 1/m, over two samples: no single kink counts."""
    lanes = net.lanes
    ds = lanes.centre_s[2:] - lanes.centre_s[:-2]
    turn = (lanes.centre_heading[2:] - lanes.centre_heading[:-2] + np.pi) % (2 * np.pi) - np.pi
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    inside = (owner[2:] == owner[:-2]) & (ds > 0.1)
    out = np.zeros(len(lanes))
    np.maximum.at(out, owner[2:][inside], np.abs(turn[inside] / ds[inside]))
    return out


@kept
def _straightest(net: RoadNetwork) -> tuple[dict[int, int], dict[int, int]]:
    """Return (lane -> straightest lane ahead, lane -> straightest lane behind), each without a sharp bend."""
    graph, bend = lane_graph(net), lane_bend(net)
    ahead: dict[int, tuple[float, int]] = {}
    behind: dict[int, tuple[float, int]] = {}
    for a, b, edge in sorted(graph.edges(data=True), key=lambda e: (e[0], e[1])):
        if bend[b] <= SHARPEST_BEND_1PM:
            ahead[a] = min(ahead.get(a, (np.inf, b)), (edge["turn_rad"], b))
        if bend[a] <= SHARPEST_BEND_1PM:
            behind[b] = min(behind.get(b, (np.inf, a)), (edge["turn_before_rad"], a))
    return {a: b for a, (_, b) in ahead.items()}, {b: a for b, (_, a) in behind.items()}
