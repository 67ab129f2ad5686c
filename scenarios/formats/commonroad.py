"""CommonRoad XML (2018b, 2020a) in: obstacles, planning problems, signals' cycles, weather; docs/formats.md lists it.

https://commonroad.in.tum.de, "XML Scenario Format Documentation". The map in the same file is read by
roadnet/formats/commonroad.py. A recorded road user is a dynamic obstacle, or one that is parked; other static
obstacles are scenery. A planning problem has no motion: it is kept as a task beside the recording.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

import roadnet
from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.base.maths import atan2
from roadnet.base.streams import key64
from roadnet.formats.bounds.values import child_point, number_in
from roadnet.formats.opendrive.document import Document, Element, parse
from roadnet.loading import COMMONROAD_PROTOBUF, root_tag
from roadnet.network import RoadNetwork
from scenarios.formats.common.crsignals import environment_of, lamps_of, phases_of, states_of
from scenarios.formats.common.shapes import LARGEST_M, Box, placed, tightest, upright
from scenarios.formats.common.tracks import NS, TYPICAL, Scenery, Track, counted, recorded, taken
from scenarios.model.imported import Imported, Problem
from scenarios.model.spec import Kind, StaticObject

TITLE = "CommonRoad XML: recorded obstacles with their map"
ROOT = "commonRoad"
MOST_STEP, LONGEST_STEP_S = 1_000_000, 10.0
KINDS = {
    "car": Kind.CAR, "taxi": Kind.CAR, "priorityVehicle": Kind.CAR, "parkedVehicle": Kind.CAR, "truck": Kind.TRUCK,
    "bus": Kind.BUS, "motorcycle": Kind.MOTORCYCLE, "bicycle": Kind.CYCLIST, "pedestrian": Kind.PEDESTRIAN,
}  # fmt: skip
SCENERY = {"building": ("building", 8.0), "pillar": ("pole", 3.0), "roadBoundary": ("guard_rail", 0.8),
           "median_strip": ("guard_rail", 0.3), "medianStrip": ("guard_rail", 0.3)}  # fmt: skip # heights m: assumed
OTHER = ("obstacle", 1.0)
TAGS = ("dynamicObstacle", "staticObstacle", "obstacle", "environmentObstacle")


class State(NamedTuple):
    """A state as far as the file tells it; m, rad, s."""

    x: float
    y: float
    z: float | None = None
    yaw: float | None = None
    speed: float | None = None
    accel: float | None = None
    yaw_rate: float | None = None


def matches(path: Path, head: bytes) -> bool:
    """Whether a file that begins with `head` is for this reader."""
    return b"<commonRoad" in head.replace(b"\0", b"") or COMMONROAD_PROTOBUF.match(head) is not None


def read(path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the one recording of a CommonRoad XML file. Raises InputError with file and line.

    net: a map instead of the file's own. subject: an obstacle's id; "" chooses one and says so.
    """
    root_tag(path)  # says so where the file is in protobuf form
    doc = parse(path, root_tag=ROOT)
    step_s = number_in(doc, doc.root, "timeStepSize", doc.root.get("timeStepSize"))
    if not 1e-3 <= step_s <= LONGEST_STEP_S:
        raise doc.error(doc.root, got=f"timeStepSize {step_s:g}", wanted=f"0.001 to {LONGEST_STEP_S:g} s")
    step_ns = round(step_s * NS)
    if net is None and doc.root.find("lanelet") is not None:
        net = roadnet.load(path)
    made_by = doc.text(doc.root, "source", "")
    if made_by:
        doc.find(None, "note", "source", path.name, f"source as the file says: {made_by[:120]!r}")
    tracks, statics = _obstacles(doc)
    if not tracks:
        raise InputError(str(path), got="no road user", wanted="a dynamic obstacle with states, or a parked vehicle")
    low = min(int(t.step[0]) for t in tracks)
    last = max(int(t.step[-1]) for t in tracks)
    tracks = [_lasting(t, low, last) for t in tracks]
    phases = phases_of(doc, net, low, last - low + 1, step_s)
    scenery = Scenery(
        statics=tuple(statics),
        environment=environment_of(doc),
        signal_state=None if net is None else states_of(phases, len(net.signals.group_id), last - low + 1, step_s),
    )
    recording, names, derived = recorded(
        tracks, step_ns=step_ns, where=str(path), net=net, subject=subject, scenery=scenery
    )
    name = doc.text(doc.root, "benchmarkID", "") or path.stem
    problems = tuple(_problem(doc, e, net, low, step_s) for e in doc.root.iterfind("planningProblem"))
    return (
        Imported(
            name=name[:80],
            format="commonroad",
            path=str(path),
            recording=recording,
            net=net,
            names=names,
            phases=tuple(phases),
            problems=problems,
            findings=(*counted(doc.findings), *derived),
        ),
    )


# ------------------------------------------------------------------------------------------ obstacles


def _obstacles(doc: Document) -> tuple[list[Track], list[StaticObject]]:
    tracks: list[Track] = []
    statics: list[StaticObject] = []
    seen: set[str] = set()
    for e in (e for tag in TAGS for e in doc.root.iterfind(tag)):
        name = doc.text(e, "id")
        if name in seen:
            doc.find(e, "problem", "double_id", f"obstacle {name[:40]}", "id used twice: the first holds")
            continue
        seen.add(name)
        word = (e.findtext("type") or "").strip()
        moves = e.tag == "dynamicObstacle" or (e.tag == "obstacle" and (e.findtext("role") or "").strip() == "dynamic")
        if moves or word == "parkedVehicle":
            track = _track(doc, e, name, word)
            if track is not None:
                tracks.append(track)
        else:
            statics.append(_static(doc, e, name, word))
    for e in doc.root.iterfind("phantomObstacle"):
        doc.find(e, "note", "phantom", f"phantomObstacle {doc.text(e, 'id', '')[:40]}", "nobody there: left out")
    return tracks, statics


def _track(doc: Document, e: Element, name: str, word: str) -> Track | None:
    """Return the motion of an obstacle; None, with a finding, where it has no state."""
    kind = KINDS.get(word)
    if kind is None:
        doc.find(e, "note", "kind", f"obstacle {name[:40]}", f"type {word[:40]!r}: taken as a car")
        kind = Kind.CAR
    box = _shape(doc, e, name)
    if box is None:
        doc.find(e, "note", "no_shape", f"obstacle {name[:40]}", "no shape: the kind's usual size")
        box = Box(0.0, 0.0, 0.0, *TYPICAL[kind][:2])
    rows = dict(_states(doc, e, name))
    if not rows:
        doc.find(e, "problem", "no_state", f"obstacle {name[:40]}", "no state: left out")
        return None
    step = np.array(sorted(rows), np.int64)
    states = [rows[int(k)] for k in step]
    yaw = _column([s.yaw for s in states])
    xy = np.array([(s.x, s.y) for s in states], np.float64)
    if (box.x or box.y) and yaw is not None:
        boxes = [placed(box, s.x, s.y, angle) for s, angle in zip(states, yaw.tolist(), strict=True)]
        xy = np.array([(b.x, b.y) for b in boxes])
    return Track(
        name=name,
        kind=kind,
        size=(box.length, box.width, TYPICAL[kind][2]),
        step=step,
        xy=xy,
        z=_column([s.z for s in states]),
        yaw=yaw,
        speed=np.zeros(len(step)) if word == "parkedVehicle" else _column([s.speed for s in states]),
        accel=_column([s.accel for s in states]),
        yaw_rate=_column([s.yaw_rate for s in states]),
        lamps=lamps_of(doc, e, step),
    )


def _column(values: list[float | None]) -> Array | None:
    """Return a quantity that most states give, None where fewer than half do; single lacks are interpolated."""
    known = np.array([v is not None for v in values])
    if known.sum() * 2 < len(values) or not known.any():
        return None
    rows = np.arange(len(values))
    return np.interp(rows, rows[known], np.array([v for v in values if v is not None], np.float64))


def _states(doc: Document, e: Element, name: str) -> Iterator[tuple[int, State]]:
    """Yield (step, state) of initial state, trajectory and occupancies; of equal steps the last holds."""
    where = f"obstacle {name[:40]}"
    for state in (*e.iterfind("initialState"), *e.iterfind("trajectory/state")):
        found = _state(doc, state, where)
        if found is not None:
            yield _step(doc, state, where), found
    occupied = list(e.iterfind("occupancySet/occupancy"))
    if occupied:
        doc.find(e, "note", "occupancy", where, "a set of places instead of a trajectory: their middles")
    for place in occupied:
        shape = next((s for s in place.iterfind("shape/*")), None)
        box = None if shape is None else _box(doc, shape, tight=True)
        if box is not None:
            yield _step(doc, place, where), State(box.x, box.y)


def _state(doc: Document, state: Element, where: str) -> State | None:
    position = state.find("position")
    spot = None if position is None else _spot(doc, position, where)
    if spot is None:
        doc.find(state, "problem", "no_position", where, "a state without a position: left out")
        return None
    tags = ("orientation", "velocity", "acceleration", "yawRate", "velocityY")
    yaw, speed, accel, yaw_rate, across = (_value(doc, state, tag, where) for tag in tags)
    if across is not None and yaw is None and speed is not None:  # a point mass: velocity by its components
        yaw, speed = atan2(across, speed), float(np.hypot(across, speed))
    return State(*spot, yaw, speed, accel, yaw_rate)


def _step(doc: Document, state: Element, where: str) -> int:
    value = _value(doc, state, "time", where)
    if value is None or not 0 <= value <= MOST_STEP:
        raise doc.error(state, got=f"time {value}", wanted=f"a step from 0 to {MOST_STEP}")
    return round(value)


def _value(doc: Document, state: Element, tag: str, where: str) -> float | None:
    """Return a quantity of a state; the middle of an interval, with a finding; None where it is not there."""
    e = state.find(tag)
    if e is None:
        return None
    if e.find("exact") is not None:
        return number_in(doc, e, tag, e.findtext("exact"))
    if e.find("intervalStart") is None:
        return None
    doc.find(e, "note", "interval", where, f"{tag} as an interval: its middle")
    return 0.5 * sum(number_in(doc, e, t, e.findtext(t)) for t in ("intervalStart", "intervalEnd"))


def _spot(doc: Document, position: Element, where: str) -> tuple[float, float, float | None] | None:
    """Return x, y, and z or None, of a position; the middle of a region, with a finding."""
    point = position.find("point")
    if point is not None:
        x, y, z = child_point(doc, point)
        return x, y, z if point.find("z") is not None else None
    shape = next((s for s in position if s.tag in ("rectangle", "circle", "polygon")), None)
    if shape is None:
        return None
    doc.find(position, "note", "interval", where, "position as a region: its middle")
    box = _box(doc, shape, tight=True)
    return None if box is None else (box.x, box.y, None)


def _lasting(track: Track, low: int, last: int) -> Track:
    """Return the track of who stands for good over the whole time; tracks of more than one state as they are."""
    if len(track.step) > 1 or int(track.step[0]) != low or track.speed is None or track.speed[0] != 0.0:
        return track
    every = np.arange(low, last + 1)
    return replace(taken(track, np.zeros(len(every), np.int64)), step=every)


# --------------------------------------------------------------------------------------- shapes, scenery


def _shape(doc: Document, e: Element, name: str) -> Box | None:
    """Return the box of an obstacle in its own frame."""
    shapes = [s for s in e.iterfind("shape/*") if s.tag in ("rectangle", "circle", "polygon")]
    if len(shapes) > 1:
        doc.find(e, "note", "many_shapes", f"obstacle {name[:40]}", f"{len(shapes)} shapes: the first is taken")
    return _box(doc, shapes[0], tight=False) if shapes else None


def _box(doc: Document, shape: Element, *, tight: bool) -> Box | None:
    """Return the box around a shape; of polygons the tightest, or the one along the frame's own axes."""
    if shape.tag == "polygon":
        points = np.array([child_point(doc, p)[:2] for p in shape.iterfind("point")], float).reshape(-1, 2)
        found = (tightest(points) if tight else upright(points)) if len(points) else None
    else:
        middle = shape.find("center")
        x, y = (0.0, 0.0) if middle is None else child_point(doc, middle)[:2]
        if shape.tag == "circle":
            sides = (2.0 * number_in(doc, shape, "radius", shape.findtext("radius")),) * 2
        else:
            sides = tuple(number_in(doc, shape, t, shape.findtext(t)) for t in ("length", "width"))  # type: ignore[assignment]
        turn = shape.findtext("orientation")
        found = Box(x, y, 0.0 if turn is None else number_in(doc, shape, "orientation", turn), *sides)
    if found is not None and not (0 < found.length <= LARGEST_M and 0 < found.width <= LARGEST_M):
        got = f"a {shape.tag} of {found.length:g} x {found.width:g} m"
        raise doc.error(shape, got=got, wanted=f"sides above 0 and at most {LARGEST_M:g} m")
    return found


def _static(doc: Document, e: Element, name: str, word: str) -> StaticObject:
    """Return a static or environment obstacle as scenery."""
    where = f"obstacle {name[:40]}"
    shapes = [s for s in e.iterfind("shape/*") if s.tag in ("rectangle", "circle", "polygon")]
    box = _box(doc, shapes[0], tight=True) if shapes else None
    state = e.find("initialState")
    at = (None if state is None else _state(doc, state, where)) or State(0.0, 0.0)
    box = placed(box or Box(0.0, 0.0, 0.0, 1.0, 1.0), at.x, at.y, at.yaw or 0.0)
    shape, height = SCENERY.get(word, OTHER)
    return StaticObject(
        kind=shape,
        pose=(box.x, box.y, at.z or 0.0, box.yaw),
        size=(box.length, box.width, height),
        look=key64(name) & 0xFFFFFFFF,
    )


# --------------------------------------------------------------------------------------------- tasks


def _problem(doc: Document, e: Element, net: RoadNetwork | None, low: int, step_s: float) -> Problem:
    name = doc.text(e, "id", "")[:40]
    where = f"planningProblem {name}"
    state = e.find("initialState")
    found = None if state is None else _state(doc, state, where)
    if state is None or found is None:
        raise doc.error(e, got="no initial position", wanted="an initialState with one")
    goals = [spot for g in e.iterfind("goalState/position") for spot in _goal(doc, g, where)]
    return Problem(
        id=name,
        t_s=(_step(doc, state, where) - low) * step_s,
        pose=(found.x, found.y, found.yaw or 0.0),
        speed_mps=found.speed or 0.0,
        goals=tuple(goals),
    )


def _goal(doc: Document, position: Element, where: str) -> Iterator[tuple[float, float]]:
    """Yield the middles of a goal's regions; lanelets by the middle of their bounds."""
    for shape in position:
        if shape.tag in ("rectangle", "circle", "polygon"):
            box = _box(doc, shape, tight=True)
            if box is not None:
                yield box.x, box.y
        elif shape.tag == "lanelet":
            ref = doc.text(shape, "ref", "")
            lane = next((x for x in doc.root.iterfind("lanelet") if x.get("id") == ref), None)
            points = [] if lane is None else [child_point(doc, p)[:2] for p in lane.iter("point")]
            if points:
                middle = np.mean(points, axis=0)
                yield float(middle[0]), float(middle[1])
            else:
                doc.find(shape, "problem", "dangling_goal", where, f"names an unknown lanelet {ref[:40]!r}")
