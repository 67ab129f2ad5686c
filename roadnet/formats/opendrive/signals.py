"""<signal>, <signalReference>, <controller>: what they are, where they stand, which lanes they govern.

Which lanes: a <validity> names them (0 alone names none); without one, those whose traffic runs as the
orientation says. A signal or reference on a connecting road of a junction governs that road's lanes (a
movement: CARLA's towns do so, with the signal itself standing beside the incoming road and validity 0); one
on any other road governs the lanes of its section, which end or stop there.
"""

from dataclasses import dataclass, field

import numpy as np

from roadnet.base.arrays import Array, ragged
from roadnet.formats.opendrive.document import Document, Element
from roadnet.formats.opendrive.roads import KMH_MPS, MPH_MPS, Road
from roadnet.frames import wrap_angle
from roadnet.geometry import road_points
from roadnet.network import Roads, SignalKind, Signals

# types of the catalogue that OpenDRIVE files share ("OpenDRIVE" and German StVO numbers), and of the US MUTCD
KINDS = {
    "1000001": SignalKind.TRAFFIC_LIGHT, "1000008": SignalKind.TRAFFIC_LIGHT, "1000009": SignalKind.TRAFFIC_LIGHT,
    "1000010": SignalKind.TRAFFIC_LIGHT, "1000011": SignalKind.TRAFFIC_LIGHT, "1000012": SignalKind.TRAFFIC_LIGHT,
    "1000016": SignalKind.TRAFFIC_LIGHT, "1000003": SignalKind.CROSSWALK, "293": SignalKind.CROSSWALK,
    "294": SignalKind.STOP_LINE, "206": SignalKind.STOP_SIGN, "R1-1": SignalKind.STOP_SIGN,
    "205": SignalKind.YIELD_SIGN, "R1-2": SignalKind.YIELD_SIGN, "274": SignalKind.SPEED_LIMIT,
    "R2-1": SignalKind.SPEED_LIMIT, "306": SignalKind.PRIORITY_ROAD, "301": SignalKind.PRIORITY_ROAD,
}  # fmt: skip


@dataclass
class Signal:
    """One <signal> as read; `spots` are the places on roads where it applies."""

    id: str
    element: Element
    road: int
    s: float
    t: float
    spots: list[tuple[int, float, str, list[tuple[int, int]] | None]] = field(default_factory=list)


def read_signals(doc: Document, roads: list[Road]) -> list[Signal]:
    """Return the signals in the file's order, with the spots of their references added."""
    out: list[Signal] = []
    named: dict[str, Signal] = {}
    for row, road in enumerate(roads):
        for e in road.element.iterfind("signals/signal"):
            s = min(max(doc.number(e, "s"), 0.0), road.length_m)
            name = doc.text(e, "id")
            if name in named:
                doc.find(e, "problem", "double_signal", f"signal {name}", "id used twice: references mean the first")
            out.append(Signal(name, e, row, s, doc.number(e, "t"), [_spot(doc, e, row, s)]))
            named.setdefault(name, out[-1])
    for row, road in enumerate(roads):
        for e in road.element.iterfind("signals/signalReference"):
            name = doc.text(e, "id")
            if name not in named:
                doc.find(e, "problem", "dangling_signal", f"road {road.id}", f"no signal {name!r}")
                continue
            named[name].spots.append(_spot(doc, e, row, min(max(doc.number(e, "s"), 0.0), road.length_m)))
    return out


def signal_table(doc: Document, signals: list[Signal], roads: Roads, lanes: dict[str, Array]) -> Signals:
    """Return the arrays of the signals. `lanes`: columns road, id, s_range, drivable, forward, and heading: of
    the traffic where it meets a signal of the lane."""
    S = len(signals)
    dynamic = np.array([doc.text(x.element, "dynamic", "no") == "yes" for x in signals], bool)
    kind = np.array([KINDS.get(doc.text(x.element, "type", ""), SignalKind.OTHER) for x in signals], np.uint8)
    group, group_id = _groups(doc, signals, dynamic)
    governed = [_governed(x, roads, lanes) for x in signals]
    lane, lane_start = ragged(governed, np.int32)
    value = [_value(doc, x.element, k) for x, k in zip(signals, kind, strict=True)]
    return Signals(
        id=tuple(x.id for x in signals),
        type=tuple(doc.text(x.element, "type", "") for x in signals),
        kind=kind,
        road=np.array([x.road for x in signals], np.int32),
        s=np.array([x.s for x in signals], float),
        t=np.array([x.t for x in signals], float),
        pose=_poses(doc, signals, roads, [lanes["heading"][rows] for rows in governed]),
        size=np.array([[doc.number(x.element, k, 0.0) for k in ("width", "height")] for x in signals]).reshape(S, 2),
        value=np.array([v or 0.0 for v in value], float),
        has_value=np.array([v is not None for v in value], bool),
        dynamic=dynamic,
        group=group,
        group_id=group_id,
        lane_start=lane_start,
        lane=lane,
    )


def _spot(doc: Document, e: Element, row: int, s: float) -> tuple[int, float, str, list[tuple[int, int]] | None]:
    spans = [(doc.integer(v, "fromLane"), doc.integer(v, "toLane")) for v in e.iterfind("validity")]
    return row, s, doc.text(e, "orientation", "none"), [(min(v), max(v)) for v in spans] or None


def _governed(signal: Signal, roads: Roads, lanes: dict[str, Array]) -> list[int]:
    found: set[int] = set()
    for road, s, orientation, spans in signal.spots:
        here = np.flatnonzero((lanes["road"] == road) & lanes["drivable"])
        begin, end = lanes["s_range"][here].T
        at_end = s >= roads.length_m[road] - 1e-6
        here = here[(begin - 1e-6 <= s) & ((s < end) | at_end & (end >= s - 1e-6))]
        number = lanes["id"][here]
        if spans is not None:
            valid = np.zeros(len(here), bool)
            for low, high in spans:
                valid |= (number >= low) & (number <= high)
        else:
            along = lanes["forward"][here]
            valid = {"+": along, "-": ~along}.get(orientation, np.ones(len(here), bool))
        found.update(here[valid].tolist())
    return sorted(found)


def _groups(doc: Document, signals: list[Signal], dynamic: Array) -> tuple[Array, tuple[str, ...]]:
    """Return (group of each signal, ids): a controller's signals are one group, others one each."""
    controller: dict[str, str] = {}
    known = {x.id for x in signals}
    for e in doc.root.iterfind("controller"):
        for control in e.iterfind("control"):
            name = doc.text(control, "signalId", "")
            controller.setdefault(name, doc.text(e, "id"))
            if name not in known:
                doc.find(control, "problem", "dangling_signal", f"controller {e.get('id')}", f"no signal {name!r}")
    names: dict[str, int] = {}
    group = np.zeros(len(signals), np.int32)
    for i, x in enumerate(signals):
        if dynamic[i]:
            group[i] = names.setdefault(controller.get(x.id, f"signal {x.id}"), len(names))
    return group, tuple(names)


def _poses(doc: Document, signals: list[Signal], roads: Roads, traffic: list[Array]) -> Array:
    """Return (S, 4) poses; the heading is where the face looks: against the traffic that it is meant for.

    Some tools write hOffset as seen from the road, others as seen from the governed traffic, and CARLA's towns
    turn the orientation round: of the headings along one axis, the one that the governed traffic can read is
    taken. `traffic`: headings of the governed lanes of each signal.
    """
    if not signals:
        return np.zeros((0, 4))
    road, s = np.array([x.road for x in signals]), np.array([x.s for x in signals])
    xyz, heading = road_points(roads, road, s, np.array([x.t for x in signals]))
    up = np.array([doc.number(x.element, "zOffset", 0.0) for x in signals])
    turn = wrap_angle(np.array([doc.number(x.element, "hOffset", 0.0) for x in signals]))
    against = np.array([np.pi if doc.text(x.element, "orientation", "none") != "-" else 0.0 for x in signals])
    turn = np.where(np.cos(turn) < 0, wrap_angle(turn + np.pi), turn)
    face = heading + against + turn
    toward = np.array([np.cos(a - f).sum() for a, f in zip(traffic, face, strict=True)])
    face = np.where(toward > 0, face + np.pi, face)
    return np.column_stack([xyz[:, 0], xyz[:, 1], xyz[:, 2] + up, wrap_angle(face)])


def _value(doc: Document, e: Element, kind: int) -> float | None:
    value = doc.number(e, "value", -1.0)
    if value < 0:
        return None
    if kind != SignalKind.SPEED_LIMIT:
        return value
    return value * {"mph": MPH_MPS, "m/s": 1.0}.get(doc.text(e, "unit", "km/h"), KMH_MPS)
