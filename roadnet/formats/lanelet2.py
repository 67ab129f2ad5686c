"""Lanelet2 maps (OSM XML) in; the coverage list is in docs/formats.md.

https://github.com/fzi-forschungszentrum-informatik/Lanelet2 (lanelet2_core/doc: LaneletPrimitives,
LaneletAndAreaTagging, RegulatoryElementTagging). Lanelets side by side that share a bound become one road, named
after its leftmost lanelet. Coordinates are the tags local_x,
local_y where every node has them, else latitude and longitude in a transverse Mercator projection about the first
node.
"""

import re
from collections import Counter
from pathlib import Path

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.formats.bounds.assemble import assemble
from roadnet.formats.bounds.mercator import transverse_mercator
from roadnet.formats.bounds.model import LaneMap, Mark, ObjectRow, SignalRow, Strip
from roadnet.formats.bounds.overlaps import add_junctions
from roadnet.formats.bounds.values import number_in
from roadnet.formats.opendrive.document import Document, Element, parse
from roadnet.formats.opendrive.roads import KMH_MPS, MPH_MPS
from roadnet.network import DRIVABLE, LaneType, MarkType, ObjectKind, RoadNetwork, SignalKind, Source

ROOT = "osm"
THIN_M, BROAD_M = 0.12, 0.25  # line widths of RMS-1 (DE)
LIGHT_SIZE_M = (0.3, 0.9)  # three lenses of 200 mm with their housing (DIN EN 12368)
FARTHEST_DEG = 1.0  # from the first node: the projection stays true to scale within 1e-4
TYPES = {
    "road": LaneType.DRIVING, "highway": LaneType.DRIVING, "play_street": LaneType.DRIVING, "exit": LaneType.DRIVING,
    "bus_lane": LaneType.BUS, "emergency_lane": LaneType.SHOULDER, "road_shoulder": LaneType.SHOULDER,
    "bicycle_lane": LaneType.BIKING, "walkway": LaneType.SIDEWALK, "shared_walkway": LaneType.SIDEWALK,
    "pedestrian_lane": LaneType.SIDEWALK, "crosswalk": LaneType.WALKING, "stairs": LaneType.WALKING,
    "parking": LaneType.PARKING, "rail": LaneType.RAIL, "tram": LaneType.TRAM, "keepout": LaneType.RESTRICTED,
}  # fmt: skip
MARKS = {
    "solid": MarkType.SOLID, "dashed": MarkType.BROKEN, "solid_solid": MarkType.SOLID_SOLID,
    "solid_dashed": MarkType.SOLID_BROKEN, "dashed_solid": MarkType.BROKEN_SOLID,
    "dashed_dashed": MarkType.BROKEN_BROKEN,
}  # fmt: skip
SPEED = re.compile(r"\s*([0-9.eE+-]+)\s*(km/?h|kmh|mph|m/s|mps)?\s*$")
UNITS = {"mph": MPH_MPS, "m/s": 1.0, "mps": 1.0}
LIMIT_SIGN = re.compile(r"^(?:de)?274[-.:](\d{2,3})$")
LEFT_HAND_REGIONS = frozenset({
    "au", "bd", "cy", "gb", "hk", "id", "ie", "in", "jm", "jp", "ke", "lk", "mt", "my", "nz", "pk",
    "sg", "th", "tz", "ug", "za",
})  # fmt: skip # ISO 3166
SIGNS = {"de206": SignalKind.STOP_SIGN, "stop_sign": SignalKind.STOP_SIGN, "usR1-1": SignalKind.STOP_SIGN,
         "de205": SignalKind.YIELD_SIGN, "usR1-2": SignalKind.YIELD_SIGN, "de301": SignalKind.PRIORITY_ROAD,
         "de306": SignalKind.PRIORITY_ROAD}  # fmt: skip


def matches(root_tag: str) -> bool:
    """Whether a file with this root element is for this reader."""
    return root_tag == ROOT


def read(path: str | Path) -> RoadNetwork:
    """Return the road network in a Lanelet2 map. Raises InputError with file and line."""
    doc = parse(Path(path), root_tag=ROOT)
    osm = _Osm(doc)
    lanelets = [(name, e) for name, e in osm.relations.items() if osm.tags(e).get("type") == "lanelet"]
    if not lanelets:
        raise InputError(str(doc.path), got="no lanelet", wanted="at least one relation of type lanelet")
    lanes = LaneMap(strips=[])
    rows: dict[str, int] = {}
    shapes: list[_Shape] = []
    for name, e in lanelets:
        shape = osm.shape(name, e)
        if shape is not None:
            rows[name] = len(shapes)
            shapes.append(shape)
            lanes.strips.append(_strip(doc, osm, name, e, shape))
    _add_links(lanes, shapes)
    roads = [shape for shape, strip in zip(shapes, lanes.strips, strict=True) if strip.type in DRIVABLE]
    lanes.left_hand = _left_hand(roads, [osm.tags(e).get("region", "") for _, e in lanelets])
    add_junctions(lanes, {})
    _add_rules(doc, osm, lanes, rows)
    for name, i in rows.items():
        if osm.tags(osm.relations[name]).get("subtype") == "crosswalk":
            outline = np.concatenate([lanes.strips[i].right, lanes.strips[i].left[::-1]])[:, :2]
            z = float(lanes.strips[i].left[0, 2])
            lanes.objects.append(ObjectRow(id=name, kind=ObjectKind.CROSSWALK, outline=outline, z=z))
    return assemble(doc, lanes, osm.source(len(lanelets)))


class _Shape:
    """The bounds of a lanelet as node ids in driving direction, and the ways they were made of."""

    def __init__(self, left: list[str], right: list[str], left_ways: tuple[str, ...], right_ways: tuple[str, ...]):
        self.left, self.right, self.left_ways, self.right_ways = left, right, left_ways, right_ways


class _Osm:
    """Nodes, ways and relations of a file by id."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        root = doc.root
        nodes = {doc.text(e, "id"): e for e in root.iterfind("node") if e.get("action") != "delete"}
        self.geo_reference, self.points = self._points(nodes)
        self.ways = {doc.text(e, "id"): e for e in root.iterfind("way") if e.get("action") != "delete"}
        self.relations = {doc.text(e, "id"): e for e in root.iterfind("relation") if e.get("action") != "delete"}

    def tags(self, e: Element | None) -> dict[str, str]:
        """Return the tags of an element; none of no element."""
        return {} if e is None else {str(t.get("k", "")): str(t.get("v", "")).strip() for t in e.iterfind("tag")}

    def nodes_of(self, way: str, owner: Element) -> list[str]:
        """Return the known nodes of a way in order, repeated ones once."""
        e = self.ways.get(way)
        if e is None:
            self.doc.find(owner, "problem", "dangling_way", f"relation {owner.get('id')}", f"no way {way[:40]!r}")
            return []
        out: list[str] = []
        for nd in e.iterfind("nd"):
            ref = self.doc.text(nd, "ref", "")
            if ref not in self.points:
                self.doc.find(nd, "problem", "dangling_node", f"way {way[:40]}", f"no node {ref[:40]!r}")
            elif not out or out[-1] != ref:
                out.append(ref)
        return out

    def xyz(self, nodes: list[str]) -> Array:
        """Return (N, 3) points of node ids."""
        return np.array([self.points[n] for n in nodes], float).reshape(-1, 3)

    def members(self, e: Element, role: str, kind: str = "way") -> list[str]:
        """Return the ids of a relation's members in a role."""
        text = self.doc.text
        found = (m for m in e.iterfind("member") if text(m, "role", "") == role and text(m, "type", "way") == kind)
        return [text(m, "ref", "") for m in found]

    def shape(self, name: str, e: Element) -> "_Shape | None":
        """Return the bounds of a lanelet, running the same way with the left one on the left; None where one lacks."""
        ways = [tuple(self.members(e, side)) for side in ("left", "right")]
        left, right = (_chained([self.nodes_of(w, e) for w in side]) for side in ways)
        if min(len(left), len(right)) < 2:
            text = "a bound is missing or has fewer than two points: left out"
            self.doc.find(e, "problem", "degenerate_lane", f"lanelet {name[:40]}", text)
            return None
        a, b = self.xyz(left), self.xyz(right)
        if _far(a[0], b[0]) + _far(a[-1], b[-1]) > _far(a[0], b[-1]) + _far(a[-1], b[0]):
            right, b = right[::-1], b[::-1]
        if _turn(np.concatenate([b, a[::-1]])) < 0:
            left, right = left[::-1], right[::-1]
        return _Shape(left, right, ways[0], ways[1])

    def source(self, lanelets: int) -> Source:
        """Return where the map came from."""
        counts = {"nodes": len(self.points), "ways": len(self.ways), "relations": len(self.relations)}
        counts["lanelets"] = lanelets
        return Source(
            path=str(self.doc.path),
            format="lanelet2",
            version=self.doc.text(self.doc.root, "version", ""),
            geo_reference=self.geo_reference,
            header_offset=(0.0, 0.0, 0.0, 0.0),
            counts=tuple(sorted(counts.items())),
        )

    def _points(self, nodes: dict[str, Element]) -> tuple[str, dict[str, tuple[float, float, float]]]:
        doc = self.doc
        tags = {name: self.tags(e) for name, e in nodes.items()}
        height = {n: number_in(doc, nodes[n], "ele", t["ele"]) if t.get("ele") else 0.0 for n, t in tags.items()}
        if nodes and all("local_x" in t and "local_y" in t for t in tags.values()):
            local = {n: [number_in(doc, nodes[n], k, t[k]) for k in ("local_x", "local_y")] for n, t in tags.items()}
            return "", {n: (x, y, height[n]) for n, (x, y) in local.items()}
        if not nodes:
            return "", {}
        lat, lon = (np.array([doc.number(e, k) for e in nodes.values()]) for k in ("lat", "lon"))
        lat0, lon0 = float(lat[0]), float(lon[0])
        for e, a, o in zip(nodes.values(), lat.tolist(), lon.tolist(), strict=True):
            if abs(a) > 89 or abs(a - lat0) > FARTHEST_DEG or abs(o - lon0) > FARTHEST_DEG:
                wanted = f"a node within {FARTHEST_DEG:g} degree of the first ({lat0:g}, {lon0:g}) and off the poles"
                raise doc.error(e, got=f"lat={a:g}, lon={o:g}", wanted=wanted)
        x, y = transverse_mercator(lat, lon, lat0, lon0)
        text = f"+proj=tmerc +lat_0={lat0!r} +lon_0={lon0!r} +k=1 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
        return text, {n: (px, py, height[n]) for n, px, py in zip(nodes, x.tolist(), y.tolist(), strict=True)}


def _strip(doc: Document, osm: _Osm, name: str, e: Element, shape: _Shape) -> Strip:
    tags = osm.tags(e)
    kind = TYPES.get(tags.get("subtype", "road"))
    if kind is None:
        kind = LaneType.DRIVING if tags.get("participant:vehicle") == "yes" else LaneType.NONE
        doc.find(e, "note", "lane_type", f"lanelet {name[:40]}", f"subtype {tags.get('subtype', '')[:40]!r} not known")
    if kind == LaneType.DRIVING and tags.get("one_way", "yes") in ("no", "false"):
        kind = LaneType.BIDIRECTIONAL
    return Strip(
        id=name,
        left=osm.xyz(shape.left),
        right=osm.xyz(shape.right),
        type=kind,
        line=e.sourceline,
        speed_mps=_speed(doc, osm, e, tags),
        left_mark=_mark(osm, shape.left_ways),
        right_mark=_mark(osm, shape.right_ways),
    )


def _speed(doc: Document, osm: _Osm, e: Element, tags: dict[str, str]) -> float:
    """Return the limit, m/s, of the tag speed_limit or of a speed_limit element; 0 for none."""
    texts = [tags["speed_limit"]] if "speed_limit" in tags else []
    for ref in osm.members(e, "regulatory_element", "relation"):
        rule = osm.relations.get(ref)
        if osm.tags(rule).get("subtype") == "speed_limit" and rule is not None:
            names = [osm.tags(rule).get("sign_type", ""), *(
                osm.tags(osm.ways.get(w)).get("subtype", "") for w in osm.members(rule, "refers"))]  # fmt: skip
            texts += [found.group(1) for found in map(LIMIT_SIGN.match, names) if found]
    for text in texts:
        found = SPEED.match(text)
        if found is None:
            where = f"lanelet {doc.text(e, 'id')[:40]}"
            doc.find(e, "note", "speed_limit", where, f"speed limit {text[:40]!r} not understood")
        else:
            return max(number_in(doc, e, "speed_limit", found.group(1)) * UNITS.get(found.group(2) or "", KMH_MPS), 0.0)
    return 0.0


def _mark(osm: _Osm, ways: tuple[str, ...]) -> Mark | None:
    tags = osm.tags(osm.ways.get(ways[0])) if ways else {}
    kind, style = tags.get("type", ""), tags.get("subtype", "solid")
    colour = 1.0 if tags.get("color") == "yellow" else 0.0
    if kind in ("line_thin", "line_thick"):
        width = BROAD_M if kind == "line_thick" else THIN_M
        return MARKS.get(style, MarkType.SOLID), width, colour
    return (MarkType.CURB, THIN_M, 0.0) if kind == "curbstone" else None


def _add_links(lanes: LaneMap, shapes: list[_Shape]) -> None:
    """Link lanelets whose bounds end and begin in the same nodes; neighbours share a whole bound."""
    drivable = [s.type in DRIVABLE for s in lanes.strips]
    begins: dict[tuple[str, str], list[int]] = {}
    lefts: dict[tuple[str, ...], list[int]] = {}
    for i, s in enumerate(shapes):
        begins.setdefault((s.left[0], s.right[0]), []).append(i)
        lefts.setdefault(tuple(s.left), []).append(i)
    for i, s in enumerate(shapes):
        for j in begins.get((s.left[-1], s.right[-1]), ()):
            if i != j and drivable[i] == drivable[j]:
                lanes.successors.add((i, j))
        for j in lefts.get(tuple(s.right), ()):
            lanes.beside.add((i, j))
    lanes.sharing = set(lanes.beside)


def _left_hand(shapes: list[_Shape], regions: list[str]) -> bool:
    """Whether traffic keeps left: the region tags say; without any, where oncoming lanelets share a bound."""
    named = Counter(x.lower()[:2] for x in regions if x)
    if named:
        return max(sorted(named), key=named.__getitem__) in LEFT_HAND_REGIONS
    left = Counter(tuple(s.left) for s in shapes)
    right = Counter(tuple(s.right) for s in shapes)
    keeps_right = sum(left[tuple(s.left[::-1])] for s in shapes)
    return sum(right[tuple(s.right[::-1])] for s in shapes) > keeps_right


def _add_rules(doc: Document, osm: _Osm, lanes: LaneMap, rows: dict[str, int]) -> None:
    """Add the signals of the regulatory elements: lights, signs, right of way, stop lines."""
    users: dict[str, set[int]] = {}
    for name, i in rows.items():
        for ref in osm.members(osm.relations[name], "regulatory_element", "relation"):
            if ref in osm.relations:
                users.setdefault(ref, set()).add(i)
            else:
                text = f"no regulatory element {ref[:40]!r}"
                doc.find(osm.relations[name], "problem", "dangling_rule", f"lanelet {name[:40]}", text)
    for name, e in osm.relations.items():
        tags = osm.tags(e)
        if tags.get("type") != "regulatory_element":
            continue
        governed = users.get(name, set())
        subtype = tags.get("subtype", "")
        if subtype == "right_of_way":
            governed = {rows[r] for r in osm.members(e, "yield", "relation") if r in rows}
        strips = tuple(sorted(governed))
        if not strips:
            doc.find(e, "note", "idle_rule", f"regulatory element {name[:40]}", f"{subtype[:40]!r} governs no lanelet")
            continue
        for line in osm.members(e, "ref_line"):
            spot = _middle(osm, osm.nodes_of(line, e))
            label = f"{name} stop line {line}"
            lanes.signals.append(
                SignalRow(id=label, type="ref_line", kind=SignalKind.STOP_LINE, strips=strips, xyz=spot)
            )
        lanes.signals += _rule(osm, name, e, subtype, strips)


def _rule(osm: _Osm, name: str, e: Element, subtype: str, strips: tuple[int, ...]) -> list[SignalRow]:
    """Return the lights or signs of one regulatory element, each where it stands."""
    things = osm.members(e, "refers")
    places = [_middle(osm, osm.nodes_of(w, e)) for w in things] or [None]
    labels = [f"{name}/{w}" for w in things] or [name]
    if subtype == "traffic_light":
        return [
            SignalRow(id=label, type=subtype, kind=SignalKind.TRAFFIC_LIGHT, strips=strips, xyz=spot, group=name,
                      size=LIGHT_SIZE_M)
            for label, spot in zip(labels, places, strict=True)
        ]  # fmt: skip
    default = {"right_of_way": SignalKind.YIELD_SIGN, "all_way_stop": SignalKind.STOP_SIGN,
               "speed_limit": SignalKind.SPEED_LIMIT}.get(subtype, SignalKind.OTHER)  # fmt: skip
    out = []
    for label, spot, way in zip(labels, places, things or [""], strict=True):
        sign = osm.tags(osm.ways.get(way)).get("subtype", "")
        limit = LIMIT_SIGN.match(sign)
        kind = SIGNS.get(sign, SignalKind.SPEED_LIMIT if limit else default)
        value = float(limit.group(1)) * KMH_MPS if limit else None
        out.append(SignalRow(id=label, type=sign or subtype, kind=kind, strips=strips, xyz=spot, value=value))
    return out


def _middle(osm: _Osm, nodes: list[str]) -> tuple[float, float, float] | None:
    if not nodes:
        return None
    x, y, z = osm.xyz(nodes).mean(0).tolist()
    return x, y, z


def _chained(parts: list[list[str]]) -> list[str]:
    """Return the nodes of ways joined end to end, each turned so that it meets the one before."""
    parts = [p for p in parts if p]
    out = list(parts[0]) if parts else []
    for n, part in enumerate(parts[1:]):
        if n == 0 and out[0] in (part[0], part[-1]) and out[-1] not in (part[0], part[-1]):
            out = out[::-1]
        out += (part[::-1] if part[-1] == out[-1] else part)[1:] if out[-1] in (part[0], part[-1]) else part
    return out


def _far(a: Array, b: Array) -> float:
    return float(np.sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1])))


def _turn(ring: Array) -> float:
    d = ring[:, :2] - ring[0, :2]
    after = np.roll(d, -1, axis=0)
    return float((d[:, 0] * after[:, 1] - after[:, 0] * d[:, 1]).sum())
