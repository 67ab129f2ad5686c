"""CommonRoad XML (2018b, 2020a) in: the map alone; the coverage list is in docs/formats.md.

https://commonroad.in.tum.de, "XML Scenario Format Documentation". Traffic in the file is for scenario readers.
Lanelets side by side that share a bound become one road, named after its leftmost lanelet.
"""

from collections import Counter
from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.formats.bounds.assemble import assemble
from roadnet.formats.bounds.model import LaneMap, Mark, ObjectRow, SignalRow, Strip
from roadnet.formats.bounds.overlaps import add_junctions
from roadnet.formats.bounds.polylines import fractions, plan_length
from roadnet.formats.bounds.values import child_point, number_in
from roadnet.formats.opendrive.document import Document, Element, parse
from roadnet.network import LaneType, MarkType, ObjectKind, RoadNetwork, SignalKind, Source

ROOT = "commonRoad"
VERSIONS = ("2018b", "2020a")
TOGETHER_M = 0.1  # neighbours whose bounds lie further apart share none
FASTEST_MPS = 150.0
THIN_M, BROAD_M = 0.12, 0.25  # line widths of RMS-1 (DE)
LIGHT_SIZE_M = (0.3, 0.9)  # three lenses of 200 mm with their housing (DIN EN 12368)
TYPES = {
    "sidewalk": LaneType.SIDEWALK, "crosswalk": LaneType.WALKING, "bicycleLane": LaneType.BIKING,
    "busLane": LaneType.BUS, "busStop": LaneType.STOP, "shoulder": LaneType.SHOULDER, "parking": LaneType.PARKING,
    "border": LaneType.BORDER, "restricted": LaneType.RESTRICTED, "exitRamp": LaneType.OFF_RAMP,
    "accessRamp": LaneType.ON_RAMP, "restrictedArea": LaneType.RESTRICTED,
}  # fmt: skip
MARKS = {
    "solid": (MarkType.SOLID, THIN_M), "dashed": (MarkType.BROKEN, THIN_M), "broad_solid": (MarkType.SOLID, BROAD_M),
    "broad_dashed": (MarkType.BROKEN, BROAD_M), "solid_solid": (MarkType.SOLID_SOLID, THIN_M),
    "solid_dashed": (MarkType.SOLID_BROKEN, THIN_M), "dashed_solid": (MarkType.BROKEN_SOLID, THIN_M),
    "dashed_dashed": (MarkType.BROKEN_BROKEN, THIN_M), "curb": (MarkType.CURB, THIN_M),
    "lowered_curb": (MarkType.CURB, THIN_M),
}  # fmt: skip
SIGNS = {
    "206": SignalKind.STOP_SIGN, "R1-1": SignalKind.STOP_SIGN, "205": SignalKind.YIELD_SIGN,
    "R1-2": SignalKind.YIELD_SIGN, "274": SignalKind.SPEED_LIMIT, "R2-1": SignalKind.SPEED_LIMIT,
    "306": SignalKind.PRIORITY_ROAD, "301": SignalKind.PRIORITY_ROAD, "350": SignalKind.CROSSWALK,
}  # fmt: skip
KEEP_LEFT = frozenset({
    "AUS", "BGD", "BWA", "CYP", "FJI", "GBR", "HKG", "IDN", "IND", "IRL", "JAM", "JPN", "KEN", "LKA",
    "MLT", "MYS", "NAM", "NPL", "NZL", "PAK", "SGP", "THA", "TZA", "UGA", "ZAF", "ZMB", "ZWE",
})  # fmt: skip # ISO 3166 codes; benchmark ids begin with them


def matches(root_tag: str) -> bool:
    """Whether a file with this root element is for this reader."""
    return root_tag == ROOT


def read(path: str | Path) -> RoadNetwork:
    """Return the road network in a CommonRoad XML file. Raises InputError with file and line."""
    doc = parse(Path(path), root_tag=ROOT)
    version = doc.text(doc.root, "commonRoadVersion", "")
    if version not in VERSIONS:
        doc.find(doc.root, "note", "version", "commonRoad", f"version {version[:20]!r}: read like {VERSIONS[-1]}")
    rows = _rows(doc, "lanelet")
    if not rows:
        raise InputError(str(doc.path), got="no lanelet", wanted="at least one")
    signs, lights = _rows(doc, "trafficSign"), _rows(doc, "trafficLight")
    lanes = LaneMap(strips=[_strip(doc, e, signs) for e in rows.values()])
    index = {name: i for i, name in enumerate(rows)}
    _add_links(doc, lanes, rows, index)
    lanes.left_hand = _left_hand(doc, rows)
    add_junctions(lanes, _intersections(doc, index))
    _add_signals(doc, lanes, rows, signs, lights)
    for i, strip in enumerate(lanes.strips):
        if strip.type == LaneType.WALKING and min(len(strip.left), len(strip.right)) > 1:
            outline = np.concatenate([strip.right, strip.left[::-1]])[:, :2]
            z = float(strip.left[0, 2])
            lanes.objects.append(ObjectRow(id=list(rows)[i], kind=ObjectKind.CROSSWALK, outline=outline, z=z))
    return assemble(doc, lanes, _source(doc, version))


def _rows(doc: Document, tag: str) -> dict[str, Element]:
    """Return id -> element of the root's children `tag`; of equal ids the first holds."""
    out: dict[str, Element] = {}
    for e in doc.root.iterfind(tag):
        name = doc.text(e, "id")
        if name in out:
            doc.find(e, "problem", "double_id", f"{tag} {name[:40]}", "id used twice: the first holds")
        out.setdefault(name, e)
    return out


def _strip(doc: Document, e: Element, signs: dict[str, Element]) -> Strip:
    left, right = (_bound(doc, e, tag) for tag in ("leftBound", "rightBound"))
    if _clockwise(left, right):
        where = f"lanelet {doc.text(e, 'id')[:40]}"
        doc.find(e, "repaired", "swapped_bounds", where, "the left bound lies on the right: exchanged")
        left, right = right, left
    return Strip(
        id=doc.text(e, "id"),
        left=left,
        right=right,
        type=_type(doc, e),
        line=e.sourceline,
        speed_mps=_speed(doc, e, signs),
        left_mark=_mark(e, "leftBound"),
        right_mark=_mark(e, "rightBound"),
    )


def _bound(doc: Document, e: Element, tag: str) -> Array:
    points = [child_point(doc, p) for p in e.iterfind(f"{tag}/point")]
    return np.array(points, float).reshape(-1, 3)


def _clockwise(left: Array, right: Array) -> bool:
    """Whether the surface from right bound forward and left bound back runs clockwise: sides exchanged."""
    if min(len(left), len(right)) < 2:
        return False
    ring = np.concatenate([right, left[::-1]])[:, :2]
    d = ring - ring[0]
    after = np.roll(d, -1, axis=0)
    return float((d[:, 0] * after[:, 1] - after[:, 0] * d[:, 1]).sum()) < 0


def _type(doc: Document, e: Element) -> LaneType:
    words = [(x.text or "").strip() for x in e.iterfind("laneletType")]
    known = [TYPES[word] for word in words if word in TYPES]
    if known:
        return known[0]
    users = {(x.text or "").strip() for tag in ("userOneWay", "userBidirectional") for x in e.iterfind(tag)}
    if users and users <= {"pedestrian"}:
        return LaneType.SIDEWALK
    if users and users <= {"pedestrian", "bicycle"}:
        return LaneType.BIKING
    both_ways = {(x.text or "").strip() for x in e.iterfind("userBidirectional")}
    return LaneType.BIDIRECTIONAL if both_ways - {"pedestrian", "bicycle"} else LaneType.DRIVING


def _speed(doc: Document, e: Element, signs: dict[str, Element]) -> float:
    """Return the limit, m/s: of the lanelet (2018b) or of the signs that it refers to (2020a); 0 for none."""
    text = e.findtext("speedLimit")
    found = [number_in(doc, e, "speedLimit", text)] if text and text.strip().lower() != "inf" else []
    for ref in e.iterfind("trafficSignRef"):
        sign = signs.get(doc.text(ref, "ref", ""))
        if sign is None:
            where = f"lanelet {doc.text(e, 'id')[:40]}"
            doc.find(ref, "problem", "dangling_sign", where, f"no traffic sign {doc.text(ref, 'ref', '')[:40]!r}")
        else:
            found += [v for kind, v, _ in _sign_parts(doc, sign) if kind == SignalKind.SPEED_LIMIT and v is not None]
    usable = [v for v in found if 0 < v <= FASTEST_MPS]
    return min(usable) if usable else 0.0


def _sign_parts(doc: Document, sign: Element) -> list[tuple[SignalKind, float | None, str]]:
    """Return (kind, value, id) of the elements of a traffic sign; speeds are m/s."""
    out = []
    for part in sign.iterfind("trafficSignElement"):
        name = (part.findtext("trafficSignID") or "").strip()
        kind = SIGNS.get(name, SignalKind.OTHER)
        text = part.findtext("additionalValue")
        speed = kind == SignalKind.SPEED_LIMIT and text is not None
        out.append((kind, number_in(doc, part, "additionalValue", text) if speed else None, name))
    return out


def _mark(e: Element, tag: str) -> Mark | None:
    name = (e.findtext(f"{tag}/lineMarking") or "").strip()
    return (*MARKS[name], 0.0) if name in MARKS else None


def _add_links(doc: Document, lanes: LaneMap, rows: dict[str, Element], index: dict[str, int]) -> None:
    """Add successors and neighbours; a reference from one side alone holds, and is a finding."""
    said: dict[str, set[tuple[int, int]]] = {"successor": set(), "predecessor": set()}
    right: set[tuple[int, int]] = set()
    left: set[tuple[int, int]] = set()
    for name, e in rows.items():
        me = index[name]
        for tag in ("successor", "predecessor", "adjacentLeft", "adjacentRight"):
            for ref in e.iterfind(tag):
                other = index.get(doc.text(ref, "ref", ""))
                if other is None:
                    text = f"{tag} {doc.text(ref, 'ref', '')[:40]!r} does not exist"
                    doc.find(ref, "problem", "dangling_link", f"lanelet {name[:40]}", text)
                elif tag in said:
                    said[tag].add((me, other) if tag == "successor" else (other, me))
                elif doc.text(ref, "drivingDir", "same") == "same":
                    (left if tag == "adjacentLeft" else right).add(
                        (other, me) if tag == "adjacentLeft" else (me, other)
                    )
    for a, b in sorted(said["successor"] ^ said["predecessor"]):
        where = f"lanelets {lanes.strips[a].id[:40]}, {lanes.strips[b].id[:40]}"
        doc.find(None, "repaired", "one_sided_link", where, "only one of them names the link: taken")
    lanes.successors = said["successor"] | said["predecessor"]
    lanes.beside = left | right
    lanes.sharing = {(a, b) for a, b in lanes.beside if _together(lanes.strips[a].right, lanes.strips[b].left)}


def _together(a: Array, b: Array) -> bool:
    if min(len(a), len(b)) < 2:
        return False
    part = np.linspace(0.0, 1.0, 9)
    return float(plan_length(fractions(a, part) - fractions(b, part)).max()) <= TOGETHER_M


def _left_hand(doc: Document, rows: dict[str, Element]) -> bool:
    """Whether traffic keeps left: oncoming lanes lie on the right; without any, the benchmark's country says."""
    votes = Counter(
        tag for e in rows.values() for tag in ("adjacentLeft", "adjacentRight") for ref in e.iterfind(tag)
        if doc.text(ref, "drivingDir", "same") == "opposite"
    )  # fmt: skip
    if votes["adjacentLeft"] != votes["adjacentRight"]:
        return votes["adjacentRight"] > votes["adjacentLeft"]
    return doc.text(doc.root, "benchmarkID", "")[:3] in KEEP_LEFT


def _intersections(doc: Document, index: dict[str, int]) -> dict[str, list[int]]:
    """Return intersection id -> the lanelets inside: the successors of its incomings (2020a)."""
    out: dict[str, list[int]] = {}
    tags = ("successorsRight", "successorsStraight", "successorsLeft")
    for e in doc.root.iterfind("intersection"):
        name = doc.text(e, "id", "")
        inside: set[int] = set()
        for ref in (r for tag in tags for r in e.iterfind(f"incoming/{tag}")):
            if doc.text(ref, "ref", "") in index:
                inside.add(index[doc.text(ref, "ref")])
            else:
                doc.find(ref, "problem", "dangling_link", f"intersection {name[:40]}", "names an unknown lanelet")
        if inside:
            out.setdefault(name, sorted(inside))
    return out


def _add_signals(
    doc: Document, lanes: LaneMap, rows: dict[str, Element], signs: dict[str, Element], lights: dict[str, Element]
) -> None:
    governed: dict[tuple[str, str], set[int]] = {}
    for i, (name, e) in enumerate(rows.items()):
        for tag, known in (("trafficSignRef", signs), ("trafficLightRef", lights)):
            for ref in (*e.iterfind(tag), *e.iterfind(f"stopLine/{tag}")):
                if doc.text(ref, "ref", "") in known:
                    governed.setdefault((tag, doc.text(ref, "ref")), set()).add(i)
                elif tag == "trafficLightRef":
                    doc.find(ref, "problem", "dangling_light", f"lanelet {name[:40]}", "names an unknown light")
        for line in e.iterfind("stopLine"):
            points = [child_point(doc, p) for p in line.iterfind("point")]
            x, y, z = np.mean(points, axis=0).tolist() if points else (0.0, 0.0, 0.0)
            lanes.signals.append(
                SignalRow(id=f"{name} stop line", type="stopLine", kind=SignalKind.STOP_LINE, strips=(i,),
                          xyz=(x, y, z) if points else None)
            )  # fmt: skip
    groups: dict[str, str] = {}
    for (tag, name), strips in governed.items():
        sign = (signs if tag == "trafficSignRef" else lights)[name]
        place = sign.find("position/point")
        xyz = None if place is None else child_point(doc, place)
        where = tuple(sorted(strips))
        if tag == "trafficLightRef":
            group = groups.setdefault(_cycle(sign) or name, name)
            kind = SignalKind.TRAFFIC_LIGHT
            lanes.signals.append(SignalRow(id=name, type="trafficLight", kind=kind, strips=where, xyz=xyz, group=group,
                                           size=LIGHT_SIZE_M))  # fmt: skip
        else:
            for k, (kind, value, text) in enumerate(_sign_parts(doc, sign)):
                label = f"{name}/{k}" if k else name
                lanes.signals.append(SignalRow(id=label, type=text, kind=kind, strips=where, xyz=xyz, value=value))


def _cycle(light: Element) -> str:
    """Return the cycle as text: lights with equal ones show one state."""
    cycle = light.find("cycle")
    return "" if cycle is None else " ".join((x.text or "").strip() for x in cycle.iter() if not len(x))


def _source(doc: Document, version: str) -> Source:
    place = doc.root.find("location")
    geo, shift = "", (0.0, 0.0, 0.0, 0.0)
    if place is not None:
        geo = (place.findtext("geoTransformation/geoReference") or "").strip()
        where = [(place.findtext(tag) or "").strip() for tag in ("gpsLatitude", "gpsLongitude")]
        geo = geo or (f"latitude {where[0]} longitude {where[1]}" if all(where) else "")
        more = place.find("geoTransformation/additionalTransformation")
        if more is not None:
            names = ("xTranslation", "yTranslation", "zRotation")
            x, y, turn = (number_in(doc, more, t, more.findtext(t) or "0") for t in names)
            shift = (x, y, 0.0, turn)
    tags = {"lanelet": "lanelets", "trafficSign": "traffic_signs", "trafficLight": "traffic_lights",
            "intersection": "intersections"}  # fmt: skip
    counts = {name: len(doc.root.findall(tag)) for tag, name in tags.items()}
    return Source(path=str(doc.path), format="commonroad", version=version, geo_reference=geo[:2000],
                  header_offset=shift, counts=tuple(sorted(counts.items())))  # fmt: skip
