"""The OpenDRIVE reader: one file in, one RoadNetwork out."""

from collections import Counter
from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array, ragged
from roadnet.base.errors import InputError
from roadnet.conflicts import junction_conflicts
from roadnet.formats.opendrive.document import Document, check_bounds, elements, parse
from roadnet.formats.opendrive.lanes import Lane, RoadLanes, read_lanes
from roadnet.formats.opendrive.links import LaneLinks, directed, neighbours, successors
from roadnet.formats.opendrive.objects import read_objects
from roadnet.formats.opendrive.roads import Road, polynomials, read_roads, road_table
from roadnet.formats.opendrive.signals import read_signals, signal_table
from roadnet.formats.opendrive.structures import read_structures
from roadnet.lane_lines import LaneRows, lane_lines
from roadnet.network import DRIVABLE, CentreMarks, Junctions, Lanes, RoadNetwork, Roads, Source, SpeedChanges


def read(path: str | Path) -> RoadNetwork:
    """Return the road network in an OpenDRIVE file. Raises InputError with file and line."""
    path = Path(path)
    doc = parse(path, root_tag="OpenDRIVE")
    roads = read_roads(doc)
    junction_ids = [doc.text(e, "id", "") for e in doc.root.iterfind("junction")]
    junctions = {name: i for i, name in enumerate(dict.fromkeys(junction_ids))}
    names = [doc.text(r.element, "name", "") for r in roads]
    table = road_table(roads, junctions, names)
    per_road = [read_lanes(doc, road, row) for row, road in enumerate(roads)]
    rows = [lane for part in per_road for lane in part.lanes]
    lanes = _lanes(doc, roads, table, per_road, rows)
    pairs, spans = junction_conflicts(table, lanes)
    connections = Counter(doc.text(e.getparent(), "id", "") for e in doc.root.iterfind("junction/connection"))
    columns = {"road": lanes.road, "id": lanes.id, "s_range": lanes.s_range}
    meets = np.where(table.in_junction[lanes.road], lanes.centre_start[:-1], lanes.centre_start[1:] - 1)
    columns |= {"drivable": lanes.drivable, "forward": lanes.forward, "heading": lanes.centre_heading[meets]}
    marks, mark_start = ragged([part.centre_marks for part in per_road], np.float64, 5)
    return RoadNetwork(
        name=path.stem,
        source=_source(doc),
        roads=table,
        lanes=lanes,
        centre_marks=CentreMarks(start=mark_start, mark=marks),
        junctions=Junctions(
            id=tuple(junctions),
            connection_count=np.array([connections[name] for name in junctions], np.int32),
            conflict=pairs,
            conflict_s=spans,
            virtual=_virtual(doc, junctions),
        ),
        signals=signal_table(doc, read_signals(doc, roads), table, columns),
        objects=read_objects(doc, roads, table),
        structures=read_structures(doc, roads),
        findings=tuple(doc.findings),
    )


def _virtual(doc: Document, junctions: dict[str, int]) -> Array:
    kind = {doc.text(e, "id", ""): doc.text(e, "type", "default") for e in doc.root.iterfind("junction")}
    virtual = np.array([kind[name] == "virtual" for name in junctions], bool)
    return virtual if virtual.any() else virtual[:0]


def _lanes(doc: Document, roads: list[Road], table: Roads, per_road: list[RoadLanes], rows: list[Lane]) -> Lanes:
    L = len(rows)
    key = LaneRows(
        road=np.array([lane.road for lane in rows], np.int32),
        section=np.array([lane.section for lane in rows], np.int32),
        id=np.array([lane.id for lane in rows], np.int32),
        s_range=np.array([(lane.begin, lane.end) for lane in rows], float).reshape(L, 2),
        forward=np.array([lane.forward for lane in rows], bool),
        width=polynomials([lane.width for lane in rows]),
        height=polynomials([lane.height for lane in rows]),
    )
    if not any(lane.type in DRIVABLE for lane in rows):
        raise InputError(str(doc.path), got="no lane that can be driven on", wanted="at least one")
    try:
        lines = lane_lines(table, key)
    except ValueError as error:
        raise InputError(str(doc.path), got=str(error), wanted="a map within bounds") from None
    check_bounds(doc, lines)
    a, b = directed(LaneLinks(doc, roads, per_road, rows).touches(), key.forward)
    successor_start, successor = successors(a, b, L)
    predecessor_start, predecessor = successors(b, a, L)
    marks, mark_start = ragged([lane.marks for lane in rows], np.float64, 4)
    speed = np.array([lane.speeds[0][1] for lane in rows], float)
    return Lanes(
        road=key.road,
        section=key.section,
        id=key.id,
        type=np.array([lane.type for lane in rows], np.uint8),
        s_range=key.s_range,
        forward=key.forward,
        width=key.width,
        height=key.height,
        speed_mps=speed,
        has_speed=speed > 0,
        successor_start=successor_start,
        successor=successor,
        predecessor_start=predecessor_start,
        predecessor=predecessor,
        mark_start=mark_start,
        mark=marks,
        speed_changes=_speed_changes(rows),
        **neighbours(key.road, key.section, key.id, key.forward),
        **lines,
    )


def _speed_changes(rows: list[Lane]) -> SpeedChanges:
    changes = [lane.speeds if len(lane.speeds) > 1 else [] for lane in rows]
    if not any(changes):
        return SpeedChanges()
    flat, start = ragged(changes, np.float64, 2)
    return SpeedChanges(start=start, s=np.ascontiguousarray(flat[:, 0]), speed_mps=np.ascontiguousarray(flat[:, 1]))


def _source(doc: Document) -> Source:
    header = doc.root.find("header")
    version, geo, offset = "", "", (0.0, 0.0, 0.0, 0.0)
    if header is None:
        doc.find(doc.root, "note", "no_header", "OpenDRIVE", "no header")
    else:
        version = f"{doc.text(header, 'revMajor', '1')}.{doc.text(header, 'revMinor', '?')}"
        geo = (header.findtext("geoReference") or "").strip()
        shift = header.find("offset")
        if shift is not None:
            x, y, z, hdg = (doc.number(shift, k, 0.0) for k in ("x", "y", "z", "hdg"))
            offset = (x, y, z, hdg)
    counts = tuple(sorted(_counts(doc).items()))
    return Source(
        path=str(doc.path), format="opendrive", version=version, geo_reference=geo, header_offset=offset, counts=counts
    )


def _counts(doc: Document) -> Counter[str]:
    """Return how many elements of each sort the file holds, straight from the XML."""
    out: Counter[str] = Counter()
    tags = {"road": "roads", "junction": "junctions", "connection": "junction_connections", "signal": "signals",
            "laneSection": "lane_sections", "object": "objects", "geometry": "geometries"}  # fmt: skip
    out.update(dict.fromkeys((*tags.values(), "controllers", "lanes_excluding_center", "roads_in_junctions"), 0))
    for e in elements(doc.root):
        if e.tag in tags:
            out[tags[e.tag]] += 1
        if e.tag == "road":
            out["roads_in_junctions"] += e.get("junction", "-1") not in ("-1", "")
        elif e.tag == "lane" and e.get("id") not in (None, "0"):
            out["lanes_excluding_center"] += 1
            out[f"lanes.{e.get('type', 'none')}"] += 1
        elif e.tag == "controller":
            out["controllers"] += e.getparent() is doc.root
        elif e.tag == "geometry":
            for shape in e:
                out[f"geometries.{shape.tag}"] += 1
    return out
