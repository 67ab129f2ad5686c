"""Priority: which of two conflicting lanes of a junction gives way, and by which rule.

Derived from lights, signs and geometry, in the order of German StVO: sections 37 (lights go before signs), 8
(signs, else right before left) and 9(3), 9(4) (who turns across oncoming traffic waits). All-way stops: US MUTCD
2B.07. Where traffic keeps left, sides are mirrored. OpenDRIVE's junction <priority> records are not kept by
RoadNetwork and so play no part.
"""

from dataclasses import dataclass
from enum import IntEnum

import networkx as nx
import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.crossings import signal_group
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork, SignalKind
from roadnet.routes import lane_graph

LEAST_TURN_RAD = np.pi / 6  # a movement that turns less goes straight on (assumed)
ABREAST_RAD = np.pi / 9  # approaches whose directions differ less come from the same side (assumed)
ONCOMING_RAD = 3 * np.pi / 4  # approaches whose directions differ more come from opposite sides (assumed)
SIGN_REACH_M = 50.0  # stop and give-way signs farther before the junction are for something else (assumed)

SIGNS = (SignalKind.STOP_SIGN, SignalKind.YIELD_SIGN, SignalKind.PRIORITY_ROAD)


class Yields(IntEnum):
    """Who gives way of the pair net.junctions.conflict[k]."""

    NEITHER = 0  # no rule puts one before the other: lanes of one approach, all-way stops, two that turn left
    FIRST = 1
    SECOND = 2
    SIGNAL = 3  # traffic lights of different groups decide


class Rule(IntEnum):
    """Why."""

    NONE = 0
    LIGHTS = 1
    SAME_APPROACH = 2
    SIGN = 3  # stop or give way on one side only
    ALL_WAY_STOP = 4
    PRIORITY_ROAD = 5
    TURN_ACROSS = 6  # across the path of oncoming traffic
    SIDE = 7  # right before left; left before right where traffic keeps left


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Priorities:
    """One row for each of net.junctions.conflict, K."""

    yields: Array  # (K,) uint8 Yields
    rule: Array  # (K,) uint8 Rule


@kept
def priorities(net: RoadNetwork) -> Priorities:
    """Return who gives way in each pair of conflicting lanes; computed once a network."""
    conflict = net.junctions.conflict.astype(np.int64)
    rows, of = np.unique(conflict, return_inverse=True)
    a, b = of.reshape(-1, 2).T
    m = _movements(net, rows)
    angle = wrap_angle(m.heading[b] - m.heading[a]) * m.side[a]  # of the second's direction as the first sees it
    all_stop = _all_stop(net, rows, m.stop)
    lit = (m.group[a] >= 0) & (m.group[b] >= 0)
    minor, major = m.stop | m.give_way, m.priority
    oncoming, abreast = np.abs(angle) > ONCOMING_RAD, np.abs(angle) < ABREAST_RAD
    across = m.turn * m.side > LEAST_TURN_RAD
    same = (m.approach[a] == m.approach[b]) & (m.approach[a] >= 0)
    nobody, first = np.zeros(len(conflict), bool), np.ones(len(conflict), bool)
    # (rule, where it applies, whether the first gives way, whether the second does)
    ladder = (
        (Rule.LIGHTS, lit & (m.group[a] != m.group[b]), nobody, nobody),
        (Rule.SAME_APPROACH, same, nobody, nobody),
        (Rule.ALL_WAY_STOP, ~lit & all_stop[a], nobody, nobody),
        (Rule.SIGN, ~lit & (minor[a] != minor[b]), minor[a], minor[b]),
        (Rule.PRIORITY_ROAD, ~lit & (major[a] != major[b]), major[b], major[a]),
        (Rule.TURN_ACROSS, oncoming & (across[a] != across[b]), across[a], across[b]),
        (Rule.SIDE, ~oncoming & ~abreast, angle > 0, angle < 0),
        (Rule.NONE, first, nobody, nobody),
    )
    applies = np.stack([row[1] for row in ladder])
    chosen, k = applies.argmax(0), np.arange(len(conflict))
    gives_way = [np.stack([row[i] for row in ladder])[chosen, k] for i in (2, 3)]
    rule = np.array([row[0] for row in ladder], np.uint8)[chosen]
    yields = np.select(
        [rule == Rule.LIGHTS, *gives_way], [Yields.SIGNAL, Yields.FIRST, Yields.SECOND], Yields.NEITHER
    ).astype(np.uint8)
    for column in (yields, rule):
        column.setflags(write=False)
    return Priorities(yields=yields, rule=rule)


def signs_before(net: RoadNetwork, rows: Array) -> tuple[Array, Array]:
    """Return (stop, give way), each (N,) bool: does such a sign govern the movement through these lanes."""
    m = _movements(net, rows)
    return m.stop, m.give_way


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Movements:
    """The ways through junctions that lanes are part of; one row a lane."""

    heading: Array  # (N,) rad, where the movement enters the junction
    turn: Array  # (N,) rad from there to where it leaves, left positive
    side: Array  # (N,) 1 where traffic keeps right, -1 where it keeps left
    approach: Array  # (N,) row of the road end that it comes from: 2 road + forward; -1 for none
    group: Array  # (N,) of traffic lights, -1 for none
    stop: Array  # (N,) bool, a stop sign governs it
    give_way: Array  # (N,) bool
    priority: Array  # (N,) bool, its approach is a priority road


def _movements(net: RoadNetwork, rows: Array) -> _Movements:
    lanes, graph = net.lanes, lane_graph(net)
    signs = {kind: _signed(net, kind) for kind in SIGNS}
    groups = signal_group(net)
    step = wrap_angle(np.diff(lanes.centre_heading, prepend=lanes.centre_heading[:1]))
    turned = np.cumsum(step)
    columns: dict[str, list[float]] = {name: [] for name in _Movements.__dataclass_fields__}
    for row in rows.tolist():
        way, approach = _way(net, graph, row)
        begin, end = lanes.centre_start[way], lanes.centre_start[np.array(way) + 1] - 1
        before = approach[0] if approach else None
        governed = {kind: bool(found.intersection(way + approach)) for kind, found in signs.items()}
        columns["heading"].append(float(lanes.centre_heading[begin[0]]))
        columns["turn"].append(float((turned[end] - turned[begin]).sum()))
        columns["side"].append(-1 if net.roads.left_hand[lanes.road[row]] else 1)
        columns["approach"].append(-1 if before is None else 2 * int(lanes.road[before]) + int(lanes.forward[before]))
        columns["group"].append(max(int(groups[i]) for i in way))
        columns["stop"].append(governed[SignalKind.STOP_SIGN])
        columns["give_way"].append(governed[SignalKind.YIELD_SIGN])
        columns["priority"].append(governed[SignalKind.PRIORITY_ROAD])
    kinds = {"heading": np.float64, "turn": np.float64, "side": np.int64, "approach": np.int64, "group": np.int64}
    return _Movements(**{name: np.array(column, kinds.get(name, np.bool_)) for name, column in columns.items()})


def _way(net: RoadNetwork, graph: "nx.DiGraph[int]", row: int) -> tuple[list[int], list[int]]:
    """Return (lane rows from the junction's entry to its exit through `row`, rows that lead there, nearest first).

    The lowest row where ways part. What leads there reaches back over SIGN_REACH_M, while nothing else joins.
    """
    inside, junction = net.roads.in_junction[net.lanes.road], net.roads.junction[net.lanes.road]
    way = [row]
    for neighbours, end in ((graph.predecessors, 0), (graph.successors, -1)):
        while inner := [i for i in neighbours(way[end]) if inside[i] and junction[i] == junction[row] and i not in way]:
            way.insert(0 if end == 0 else len(way), min(inner))
    before, room = sorted(i for i in graph.predecessors(way[0]) if not inside[i])[:1], 0.0
    while before and room < SIGN_REACH_M:
        room += float(net.lanes.length_m[before[-1]])
        farther = list(graph.predecessors(before[-1]))
        if len(farther) != 1 or inside[farther[0]] or farther[0] in before:
            break
        before += farther
    return way, before


def _signed(net: RoadNetwork, kind: SignalKind) -> set[int]:
    """Return the lane rows that signs of a kind govern; stop and give-way signs far before their ends left out."""
    signals, lanes = net.signals, net.lanes
    out: set[int] = set()
    for k in np.flatnonzero(signals.kind == kind).tolist():
        for row in signals.lane[signals.lane_start[k] : signals.lane_start[k + 1]].tolist():
            begin, end = lanes.s_range[row]
            here = signals.road[k] == lanes.road[row] and not net.roads.in_junction[lanes.road[row]]
            room = (end - signals.s[k] if lanes.forward[row] else signals.s[k] - begin) if here else 0.0
            if kind == SignalKind.PRIORITY_ROAD or room <= SIGN_REACH_M:
                out.add(row)
    return out


def _all_stop(net: RoadNetwork, rows: Array, stop: Array) -> Array:
    """Return (N,) bool: every movement of the lane's junction has a stop sign."""
    junction = net.roads.junction[net.lanes.road[rows]]
    return ~np.isin(junction, junction[~stop])
