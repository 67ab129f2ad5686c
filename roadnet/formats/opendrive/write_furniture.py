"""Signals, controllers and objects out."""

from collections import defaultdict
from dataclasses import dataclass
from math import cos, pi

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos
from roadnet.formats.opendrive.placing import on_roads
from roadnet.formats.opendrive.roads import KMH_MPS
from roadnet.formats.opendrive.signals import KINDS
from roadnet.formats.opendrive.write_lanes import exact, rounded
from roadnet.frames import wrap_angle
from roadnet.generate.document import Element, add
from roadnet.geometry import road_frames, surface_heights
from roadnet.network import ObjectKind, RoadNetwork, SignalKind

POSITION_DIGITS = 6  # micrometres: what is left of a double where coordinates are those of a national grid
LARGEST_TURN = 3.141592653  # rad, half a turn rounded towards zero: it must not come back with the other sign
QUARTER_TURN = 1.570796326  # rad, likewise
TYPE_OF_KIND = {
    SignalKind.TRAFFIC_LIGHT: "1000001", SignalKind.STOP_SIGN: "206", SignalKind.YIELD_SIGN: "205",
    SignalKind.SPEED_LIMIT: "274", SignalKind.CROSSWALK: "1000003", SignalKind.STOP_LINE: "294",
    SignalKind.PRIORITY_ROAD: "306",
}  # fmt: skip
OBJECT_TYPES = {
    ObjectKind.OTHER: "none", ObjectKind.BUILDING: "building", ObjectKind.TREE: "tree", ObjectKind.POLE: "pole",
    ObjectKind.BARRIER: "barrier", ObjectKind.PARKING_SPACE: "parkingSpace", ObjectKind.CROSSWALK: "crosswalk",
    ObjectKind.OBSTACLE: "obstacle", ObjectKind.VEGETATION: "vegetation", ObjectKind.SIGN: "none",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Placed:
    """Where things stand, said by roads; N things."""

    road: Array  # (N,) rows
    s: Array  # (N,) m
    t: Array  # (N,) m
    up: Array  # (N,) m above the road
    turn: Array  # (N,) rad, heading minus that of the reference line


def placed_objects(net: RoadNetwork) -> Placed:
    """Return the objects' places on roads, in rounded numbers that lead back to themselves."""
    pose = net.objects.pose
    road, s, _ = on_roads(net.roads, pose[:, :2])
    s = np.clip(np.round(s, POSITION_DIGITS), 0.0, net.roads.length_m[road])
    origin, axes, heading, _ = road_frames(net.roads, road, s)
    side = axes[:, 0]
    t = ((pose[:, :2] - origin[:, :2]) * side[:, :2]).sum(1) / np.maximum((side[:, :2] ** 2).sum(1), 1e-12)
    t = np.round(t, POSITION_DIGITS)
    up = pose[:, 2] - origin[:, 2] - t * side[:, 2] - surface_heights(net.roads, road, s, t) * axes[:, 1, 2]
    turn = np.clip(wrap_angle(pose[:, 3] - heading), -LARGEST_TURN, LARGEST_TURN)
    return Placed(road=road, s=s, t=t, up=up, turn=turn)


def add_objects(road: Element, net: RoadNetwork, placed: Placed, rows: list[int]) -> None:
    """Append the objects `rows` to their road."""
    parent = add(road, "objects")
    for k in rows:
        kind = ObjectKind(net.objects.kind[k])
        node = add(parent, "object", id=net.objects.id[k], type=OBJECT_TYPES[kind], orientation="none")
        if kind == ObjectKind.SIGN:
            node.set("subtype", "sign")
        node.attrib.update(
            {"s": exact(placed.s[k]), "t": exact(placed.t[k]), "zOffset": rounded(placed.up[k], POSITION_DIGITS)}
        )
        node.attrib.update({"hdg": rounded(placed.turn[k]), "pitch": exact(0.0), "roll": exact(0.0)})
        for word, value in zip(("length", "width", "height"), net.objects.size[k].tolist(), strict=True):
            if value > 0.0:  # the schema wants more than nothing
                node.set(word, exact(value))
        corners = net.objects.outline[net.objects.outline_start[k] : net.objects.outline_start[k + 1]]
        if len(corners):
            _add_outline(node, net.objects.pose[k], corners, float(net.objects.size[k, 2]))


def add_signals(road: Element, net: RoadNetwork, row: int, spots: dict[int, list["Spot"]]) -> None:
    """Append the signals that stand on a road, and references to those that govern its lanes from elsewhere."""
    own = np.flatnonzero(net.signals.road == row).tolist()
    if not own and row not in spots:
        return
    parent = add(road, "signals")
    for k in own:
        _add_signal(parent, net, k)
    for spot in spots.get(row, []):
        name = net.signals.id[spot.signal]
        node = add(parent, "signalReference", s=exact(spot.s), t=exact(0.0), id=name, orientation="none")
        _add_validity(node, spot.lanes)


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a road where a signal that stands elsewhere applies."""

    signal: int
    s: float
    lanes: list[int]  # lane ids


def referring_spots(net: RoadNetwork) -> dict[int, list[Spot]]:
    """Return road row -> the spots of signals beyond those that their own place speaks for."""
    out: dict[int, list[Spot]] = defaultdict(list)
    for k in range(len(net.signals.id)):
        rows = net.signals.lane[net.signals.lane_start[k] : net.signals.lane_start[k + 1]]
        groups: dict[tuple[int, int], list[int]] = defaultdict(list)
        for row in rows[~_at_signal(net, k, rows)].tolist():
            groups[int(net.lanes.road[row]), int(net.lanes.section[row])].append(row)
        for (road, _), members in sorted(groups.items()):
            lanes = net.lanes.id[members].tolist()
            out[road].append(Spot(k, float(net.lanes.s_range[members, 0].max()), lanes))
    return out


def add_controllers(root: Element, net: RoadNetwork) -> None:
    """Append a controller for each group of dynamic signals that is more than one signal by itself."""
    for number, name in enumerate(net.signals.group_id):
        ids = _members(net, number)
        if not _is_own_group(name, ids):
            node = add(root, "controller", id=name)
            for signal in dict.fromkeys(ids):
                add(node, "control", signalId=signal, type="0")


def controllers_of(net: RoadNetwork) -> dict[int, list[str]]:
    """Return junction row -> ids of the controllers whose signals govern traffic into it or in it."""
    signals, lanes, roads = net.signals, net.lanes, net.roads
    out: dict[int, list[str]] = defaultdict(list)
    for number, name in enumerate(signals.group_id):
        if _is_own_group(name, _members(net, number)):
            continue
        member = np.flatnonzero(signals.dynamic & (signals.group == number)).tolist()
        rows = [r for k in member for r in signals.lane[signals.lane_start[k] : signals.lane_start[k + 1]].tolist()]
        after = [x for r in rows for x in lanes.successor[lanes.successor_start[r] : lanes.successor_start[r + 1]]]
        on = lanes.road[np.array([*rows, *after], np.int64)]
        for junction in np.unique(roads.junction[on[roads.in_junction[on]]]).tolist():
            out[junction].append(name)
    return out


def _members(net: RoadNetwork, group: int) -> list[str]:
    of = np.flatnonzero(net.signals.dynamic & (net.signals.group == group))
    return [net.signals.id[k] for k in of.tolist()]


def _is_own_group(name: str, ids: list[str]) -> bool:
    return all(name == f"signal {one}" for one in ids)


def _at_signal(net: RoadNetwork, k: int, rows: Array) -> Array:
    """Return which lane rows lie at the signal's own place."""
    road, s = int(net.signals.road[k]), float(net.signals.s[k])
    begin, end = net.lanes.s_range[rows].T
    at_end = s >= net.roads.length_m[road] - 1e-6
    return np.asarray((net.lanes.road[rows] == road) & (begin - 1e-6 <= s) & ((s < end) | (at_end & (end >= s - 1e-6))))


def _add_signal(parent: Element, net: RoadNetwork, k: int) -> None:
    signals = net.signals
    place = np.array([signals.road[k]]), np.array([signals.s[k]])
    origin, axes, heading, _ = road_frames(net.roads, *place)
    above = surface_heights(net.roads, *place, signals.t[k : k + 1])[0]
    up = signals.pose[k, 2] - origin[0, 2] - signals.t[k] * axes[0, 0, 2] - above * axes[0, 1, 2]
    turn = float(wrap_angle(signals.pose[k, 3] - heading[0] - pi))  # of the face, from against the road
    orientation = "+" if cos(turn) >= -1e-9 else "-"
    if orientation == "-":
        turn = float(wrap_angle(turn + pi))
    kind, type_ = SignalKind(signals.kind[k]), signals.type[k]
    if KINDS.get(type_, SignalKind.OTHER) != kind:
        type_ = TYPE_OF_KIND.get(kind, "-1")
    node = add(parent, "signal", s=exact(signals.s[k]), t=exact(signals.t[k]), id=signals.id[k])
    node.attrib.update({"dynamic": "yes" if signals.dynamic[k] else "no", "orientation": orientation})
    node.attrib.update({"zOffset": rounded(up, POSITION_DIGITS), "type": type_, "subtype": "-1"})
    node.set("hOffset", rounded(np.clip(turn, -QUARTER_TURN, QUARTER_TURN)))
    if signals.has_value[k]:
        limit = kind == SignalKind.SPEED_LIMIT
        node.set("value", rounded(signals.value[k] / KMH_MPS) if limit else exact(signals.value[k]))
        if limit:
            node.set("unit", "km/h")
    for word, value in zip(("width", "height"), signals.size[k].tolist(), strict=True):
        if value > 0.0:
            node.set(word, exact(value))
    rows = signals.lane[signals.lane_start[k] : signals.lane_start[k + 1]]
    _add_validity(node, net.lanes.id[rows[_at_signal(net, k, rows)]].tolist())


def _add_validity(node: Element, lanes: list[int]) -> None:
    """Append the ids of lanes as runs; lane 0 where there is none, which is valid for no traffic."""
    ids = sorted(set(lanes)) or [0]
    first = [i for i in ids if i - 1 not in ids]
    last = [i for i in ids if i + 1 not in ids]
    for a, b in zip(first, last, strict=True):
        add(node, "validity", fromLane=str(a), toLane=str(b))


def _add_outline(node: Element, pose: Array, corners: Array, height: float) -> None:
    outline = add(add(node, "outlines"), "outline", id="0", closed="true", outer="true")
    n, c = sincos(float(pose[3]))
    x, y = (corners - pose[:2]).T
    for k, (u, v) in enumerate(zip((c * x + n * y).tolist(), (c * y - n * x).tolist(), strict=True)):
        place = {"u": rounded(u, POSITION_DIGITS), "v": rounded(v, POSITION_DIGITS), "z": exact(0.0)}
        add(outline, "cornerLocal", id=str(k), height=exact(height), **place)
