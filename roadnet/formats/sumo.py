"""SUMO road networks (`net.xml`) in; the coverage list is in docs/formats.md.

https://sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html. A normal edge becomes one road with its lanes, each
internal lane a road in its junction. Coordinates are the file's own; netOffset and projection are kept as data.
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.formats.bounds.assemble import assemble
from roadnet.formats.bounds.model import LaneMap, ObjectRow, SignalRow, Strip
from roadnet.formats.bounds.polylines import beside, cleaned, fractions, joint_tangents, plan_length, tangents
from roadnet.formats.bounds.values import points_in
from roadnet.formats.opendrive.document import Document, Element, parse
from roadnet.network import DRIVABLE, LaneType, ObjectKind, RoadNetwork, SignalKind, Source

ROOT = "net"
DEFAULT_WIDTH_M = 3.2  # SUMO's SUMO_const_laneWidth
WIDEST_M = 50.0
NEAREST_M = 0.25  # shapes are rounded to 1 cm: directions between nearer vertices are noise,
ROUNDING_M = 0.015  # and so are vertices off the chord of their neighbours by less than the rounding's diagonal
TOGETHER_M = 0.3  # lanes whose bounds lie further apart than that are not side by side
LIGHT_SIZE_M = (0.3, 0.9)  # three lenses of 200 mm with their housing (DIN EN 12368)
MOTOR = frozenset({
    "private", "passenger", "hov", "taxi", "bus", "coach", "delivery", "truck", "trailer", "motorcycle", "moped",
    "evehicle",
})  # fmt: skip
RAILS = {"tram": LaneType.TRAM, "rail": LaneType.RAIL, "rail_urban": LaneType.RAIL, "rail_electric": LaneType.RAIL,
         "rail_fast": LaneType.RAIL}  # fmt: skip
SIGNS = {"s": SignalKind.STOP_SIGN, "w": SignalKind.STOP_SIGN, "m": SignalKind.YIELD_SIGN}  # of link states


def matches(root_tag: str) -> bool:
    """Whether a file with this root element is for this reader."""
    return root_tag == ROOT


def read(path: str | Path) -> RoadNetwork:
    """Return the road network in a SUMO network file. Raises InputError with file and line."""
    doc = parse(Path(path), root_tag=ROOT)
    lanes = LaneMap(strips=[], left_hand=doc.text(doc.root, "lefthand", "false") in ("true", "1"))
    rows, edges = _lane_elements(doc)
    if not rows:
        raise InputError(str(doc.path), got="no lane", wanted="at least one")
    links = _links(doc, rows)
    _add_strips(doc, lanes, rows, links)
    for edge, members in edges.items():
        _add_edge(doc, lanes, edge, members, rows)
    _add_signals(doc, lanes, rows)
    lanes.junctions = {name: x for name, x in lanes.junctions.items() if x}
    return assemble(doc, lanes, _source(doc))


def _lane_elements(doc: Document) -> tuple[dict[str, tuple[int, Element]], dict[Element, list[str]]]:
    """Return lane id -> (strip, element), and edge -> its lane ids by index."""
    rows: dict[str, tuple[int, Element]] = {}
    edges: dict[Element, list[str]] = {}
    for edge in doc.root.iterfind("edge"):
        if doc.text(edge, "function", "normal") in ("walkingarea", "crossing"):
            continue
        members = sorted(edge.iterfind("lane"), key=lambda e: doc.integer(e, "index"))
        for e in members:
            name = doc.text(e, "id")
            if name in rows:
                doc.find(e, "problem", "double_id", f"lane {name[:40]}", "id used twice: the first holds")
                continue
            rows[name] = len(rows), e
            edges.setdefault(edge, []).append(name)
    return rows, edges


def _links(doc: Document, rows: dict[str, tuple[int, Element]]) -> set[tuple[int, int]]:
    """Return the links between lanes; a connection with `via` leads into the internal lane, which leads on."""
    out: set[tuple[int, int]] = set()
    onward: list[tuple[int, int]] = []
    for e in doc.root.iterfind("connection"):
        names = [f"{doc.text(e, end, '')}_{doc.integer(e, f'{end}Lane', 0)}" for end in ("from", "to")]
        via = doc.text(e, "via", "")
        missing = [name for name in (*names, *([via] if via else [])) if name not in rows]
        if missing:
            if not any(_is_walk(doc, e, end) for end in ("from", "to")):
                doc.find(e, "problem", "dangling_link", "connection", f"no lane {missing[0][:40]!r}")
            continue
        a, b = (rows[name][0] for name in names)
        if via:
            out.add((a, rows[via][0]))
            onward.append((rows[via][0], b))
        else:
            out.add((a, b))
    leads = {a for a, _ in out}
    return out | {(a, b) for a, b in onward if a not in leads}


def _is_walk(doc: Document, e: Element, end: str) -> bool:
    """Whether an end of a connection is a crossing (:junction_c0) or walking area (:junction_w0)."""
    name = doc.text(e, end, "")
    return name.startswith(":") and name.rpartition("_")[2][:1] in ("c", "w")


def _add_strips(
    doc: Document, lanes: LaneMap, rows: dict[str, tuple[int, Element]], links: set[tuple[int, int]]
) -> None:
    shapes = []
    for _, e in rows.values():
        points = points_in(doc, e, "shape")
        shapes.append(_without_rounding(points) if len(points) >= 2 else np.zeros((2, 3)))
    begin, end = joint_tangents(shapes, links)
    lanes.successors = links
    for (name, (row, e)), points in zip(rows.items(), shapes, strict=True):
        width = doc.number(e, "width", DEFAULT_WIDTH_M)
        if not 0 <= width <= WIDEST_M:
            raise doc.error(e, got=f"width={width:g}", wanted=f"0 <= width <= {WIDEST_M:g} m")
        tangent = tangents(points, begin[row], end[row])
        left, right = (beside(points, tangent, side * width / 2) for side in (1, -1))
        speed = max(doc.number(e, "speed", 0.0), 0.0)
        lanes.strips.append(
            Strip(id=name, left=left, right=right, type=_type(doc, e), line=e.sourceline, speed_mps=speed)
        )


def _without_rounding(points: Array) -> Array:
    line = shapely.simplify(shapely.linestrings(cleaned(points, NEAREST_M)), ROUNDING_M, preserve_topology=False)
    return np.asarray(shapely.get_coordinates(line, include_z=True))


def _type(doc: Document, e: Element) -> LaneType:
    """Return what the vehicle classes that may use a lane make of it."""
    allowed = frozenset(doc.text(e, "allow", "").split())
    banned = set(doc.text(e, "disallow", "").split())
    if not allowed and "all" not in banned:
        allowed = (MOTOR | {"pedestrian", "bicycle"} | set(RAILS)) - banned
    if "all" in allowed or allowed & {"passenger", "private"}:
        return LaneType.DRIVING
    for name, kind in (("bus", LaneType.BUS), ("taxi", LaneType.TAXI), ("hov", LaneType.HOV)):
        if name in allowed:
            return kind
    if allowed & MOTOR:
        return LaneType.DRIVING
    if "bicycle" in allowed:
        return LaneType.BIKING
    if "pedestrian" in allowed:
        return LaneType.SIDEWALK
    rails = [kind for name, kind in RAILS.items() if name in allowed]
    return rails[0] if rails else LaneType.RESTRICTED


def _add_edge(
    doc: Document, lanes: LaneMap, edge: Element, members: list[str], rows: dict[str, tuple[int, Element]]
) -> None:
    """Put the lanes of a normal edge side by side, those of an internal one into their junction."""
    strips = [rows[name][0] for name in members]
    name = doc.text(edge, "id")
    if doc.text(edge, "function", "normal") == "internal":
        lanes.junctions.setdefault(name.lstrip(":").rpartition("_")[0], []).extend(strips)
        return
    ordered = strips if lanes.left_hand else strips[::-1]  # index 0 lies at the kerb
    lanes.road_names[ordered[0]] = name
    for a, b in pairwise(ordered):
        if _apart(lanes.strips[a].right, lanes.strips[b].left) <= TOGETHER_M:
            lanes.beside.add((a, b))
            lanes.sharing.add((a, b))


def _apart(a: Array, b: Array) -> float:
    part = np.linspace(0.0, 1.0, 9)
    return float(plan_length(fractions(a, part) - fractions(b, part)).max())


def _add_signals(doc: Document, lanes: LaneMap, rows: dict[str, tuple[int, Element]]) -> None:
    """Add a traffic light for every controlled link, a sign for approaches that give way, and the crossings."""
    states = _states(doc)
    minor: dict[str, list[str]] = {}
    for e in doc.root.iterfind("connection"):
        name = f"{doc.text(e, 'from', '')}_{doc.integer(e, 'fromLane', 0)}"
        governed = rows.get(doc.text(e, "via", ""), rows.get(name))
        if governed is None:
            continue
        light = doc.text(e, "tl", "")
        if light:
            lanes.signals.append(_light(doc, e, light, states, governed[0]))
        elif not name.startswith(":"):
            minor.setdefault(name, []).append(doc.text(e, "state", "M"))
    for name, found in minor.items():
        if name in rows and all(x in SIGNS for x in found) and lanes.strips[rows[name][0]].type in DRIVABLE:
            kind = SIGNS[min(found, key="smw".index)]
            lanes.signals.append(SignalRow(id=f"{name} sign", type=found[0], kind=kind, strips=(rows[name][0],)))
    for edge in doc.root.iterfind("edge"):
        if doc.text(edge, "function", "normal") == "crossing":
            _add_crossing(doc, lanes, edge)


def _light(doc: Document, e: Element, light: str, states: dict[str, list[str]], strip: int) -> SignalRow:
    index = doc.integer(e, "linkIndex", 0)
    if light not in states:
        doc.find(e, "problem", "dangling_light", "connection", f"no tlLogic {light[:40]!r}: links alone")
    column = "".join(s[index].lower() for s in states.get(light, []) if 0 <= index < len(s))
    group = f"{light} {column}" if column else f"{light}/{index}"
    kind = SignalKind.TRAFFIC_LIGHT
    return SignalRow(id=f"{light}/{index}", type="tlLogic", kind=kind, strips=(strip,), group=group, size=LIGHT_SIZE_M)


def _states(doc: Document) -> dict[str, list[str]]:
    """Return the phases of the first program of each traffic light: links with equal columns are one group."""
    out: dict[str, list[str]] = {}
    for e in doc.root.iterfind("tlLogic"):
        out.setdefault(doc.text(e, "id", ""), [doc.text(p, "state", "") for p in e.iterfind("phase")])
    return out


def _add_crossing(doc: Document, lanes: LaneMap, edge: Element) -> None:
    for e in edge.iterfind("lane"):
        points, width = points_in(doc, e, "shape"), doc.number(e, "width", DEFAULT_WIDTH_M)
        if len(points) >= 2:
            along = tangents(cleaned(points, NEAREST_M))
            left, right = (beside(cleaned(points, NEAREST_M), along, side * width / 2) for side in (1, -1))
            outline = np.concatenate([right, left[::-1]])[:, :2]
            z = float(points[0, 2])
            lanes.objects.append(ObjectRow(id=doc.text(e, "id", ""), kind=ObjectKind.CROSSWALK, outline=outline, z=z))


def _source(doc: Document) -> Source:
    location = doc.root.find("location")
    projection, offset = "", (0.0, 0.0)
    if location is not None:
        projection = doc.text(location, "projParameter", "!").strip("!")
        shift = points_in(doc, location, "netOffset")
        offset = (float(shift[0, 0]), float(shift[0, 1])) if len(shift) else offset
    counts: Counter[str] = Counter(edges=0, internal_edges=0, lanes=0, junctions=0, connections=0, traffic_lights=0)
    counts["traffic_lights"] = len(_states(doc))
    for edge in doc.root.iterfind("edge"):
        counts["edges"] += 1
        counts["internal_edges"] += doc.text(edge, "function", "normal") == "internal"
        counts["lanes"] += len(edge.findall("lane"))
    for tag in ("junction", "connection"):
        counts[f"{tag}s"] = len(doc.root.findall(tag))
    return Source(
        path=str(doc.path),
        format="sumo",
        version=doc.text(doc.root, "version", ""),
        geo_reference=projection,
        header_offset=(*offset, 0.0, 0.0),
        counts=tuple(sorted(counts.items())),
    )
