"""Argoverse 2 vector maps (log_map_archive_*.json) in: lane segments by their bounds, pedestrian crossings.

https://argoverse.github.io/user-guide/api/hd_maps.html. Lane segments side by side that share a bound become one road.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.formats.bounds.assemble import assemble
from roadnet.formats.bounds.model import LaneMap, Mark, ObjectRow, Strip
from roadnet.formats.bounds.overlaps import add_junctions
from roadnet.formats.bounds.polylines import fractions, plan_length
from roadnet.formats.opendrive.document import LARGEST_NUMBER, Document
from roadnet.network import LaneType, MarkType, ObjectKind, RoadNetwork, Source

ROOT = "drivable_areas"  # the first key; the files have no root element
KEYS = frozenset({ROOT, "lane_segments", "pedestrian_crossings"})
MOST_BYTES = 256 << 20
TOGETHER_M = 0.3  # bounds of neighbours are surveyed one by one: closer than this they are one line
TYPES = {"VEHICLE": LaneType.DRIVING, "BIKE": LaneType.BIKING, "BUS": LaneType.BUS}
WIDTH_M = 0.12  # of a line; assumed
MARKS = {
    "DASHED": MarkType.BROKEN, "SOLID": MarkType.SOLID, "DOUBLE_SOLID": MarkType.SOLID_SOLID,
    "DOUBLE_DASH": MarkType.BROKEN_BROKEN, "SOLID_DASH": MarkType.SOLID_BROKEN, "DASH_SOLID": MarkType.BROKEN_SOLID,
}  # fmt: skip


def matches(root_tag: str) -> bool:
    """Whether a file with this first key is for this reader."""
    return root_tag in KEYS


def read(path: str | Path) -> RoadNetwork:
    """Return the road network of a map archive. Raises InputError that names the lane segment."""
    path = Path(path)
    tree = _tree(path)
    doc = Document(path, None)
    segments: dict[str, Any] = tree.get("lane_segments") or {}
    strips = [_strip(path, name, segment) for name, segment in segments.items()]
    if not strips:
        raise InputError(str(path), got="no lane segment", wanted="at least one")
    index = {name: i for i, name in enumerate(segments)}
    lanes = LaneMap(strips=strips)
    for name, segment in segments.items():
        _link(doc, lanes, index, name, segment)
    lanes.sharing = {(a, b) for a, b in lanes.beside if _together(strips[a].right, strips[b].left)}
    add_junctions(lanes, {})
    crossings: dict[str, Any] = tree.get("pedestrian_crossings") or {}
    for name, crossing in crossings.items():
        ring = np.concatenate([_line(path, name, crossing, "edge1"), _line(path, name, crossing, "edge2")[::-1]])
        kind = ObjectKind.CROSSWALK
        lanes.objects.append(ObjectRow(id=name[:40], kind=kind, outline=ring[:, :2], z=float(ring[:, 2].mean())))
    counts = (("lane_segments", len(segments)), ("pedestrian_crossings", len(crossings)))
    source = Source(path=str(path), format="argoverse", version="2", geo_reference="",
                    header_offset=(0.0, 0.0, 0.0, 0.0), counts=counts)  # fmt: skip
    return assemble(doc, lanes, source)


def _tree(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(str(path), got=f"{path.stat().st_size} bytes", wanted=f"at most {MOST_BYTES}")
        tree = json.loads(path.read_bytes())
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an unreadable file", wanted="a readable map file") from None
    except (ValueError, RecursionError) as error:
        raise InputError(str(path), got=f"text that is no JSON ({error})", wanted="an Argoverse 2 map") from None
    parts = tree.values() if isinstance(tree, dict) else [None]
    if not all(isinstance(p, dict) and all(isinstance(x, dict) for x in p.values()) for p in parts):
        raise InputError(str(path), got="JSON of another form", wanted="objects by id under each key")
    return dict(tree)


def _strip(path: Path, name: str, segment: Mapping[str, Any]) -> Strip:
    return Strip(
        id=name[:40],
        left=_line(path, name, segment, "left_lane_boundary"),
        right=_line(path, name, segment, "right_lane_boundary"),
        type=TYPES.get(str(segment.get("lane_type")), LaneType.DRIVING),
        line=0,
        left_mark=_mark(segment.get("left_lane_mark_type")),
        right_mark=_mark(segment.get("right_lane_mark_type")),
    )


def _line(path: Path, name: str, thing: Mapping[str, Any], key: str) -> Array:
    """Return (N, 3) m of a list of {"x", "y", "z"}."""
    try:
        points = [[float(p[c]) for c in "xyz"] for p in thing[key]]
    except (KeyError, TypeError, ValueError):
        points = [[np.nan] * 3]
    line = np.array(points, float).reshape(-1, 3)
    if not (np.abs(line) <= LARGEST_NUMBER).all():
        wanted = f"points with finite x, y, z within {LARGEST_NUMBER:g}"
        raise InputError(f"{path}: {name[:40]}", got=f"{key} of another form", wanted=wanted)
    return line


def _mark(word: Any) -> Mark | None:
    shape, _, colour = str(word).rpartition("_")
    return (MARKS[shape], WIDTH_M, 1.0 if colour == "YELLOW" else 0.0) if shape in MARKS else None


def _link(doc: Document, lanes: LaneMap, index: Mapping[str, int], name: str, segment: Mapping[str, Any]) -> None:
    """Add successors, predecessors and neighbours; what lies beyond the map's edge is no finding."""
    me = index[name]
    for key in ("successors", "predecessors"):
        ids = segment.get(key)
        for other in (index.get(str(i)) for i in (ids if isinstance(ids, list) else [])):
            if other is not None and other != me:
                lanes.successors.add((me, other) if key == "successors" else (other, me))
    right = index.get(str(segment.get("right_neighbor_id")))
    left = index.get(str(segment.get("left_neighbor_id")))
    for a, b in ((me, right), (left, me)):
        if a is not None and b is not None and a != b and _same_way(lanes.strips[a], lanes.strips[b]):
            lanes.beside.add((a, b))


def _same_way(a: Strip, b: Strip) -> bool:
    """Whether two neighbours run the same way: the archive names those across the centre line too."""
    if min(len(a.left), len(b.left)) < 2:
        return False
    along_a, along_b = a.left[-1, :2] - a.left[0, :2], b.left[-1, :2] - b.left[0, :2]
    return float(along_a[0] * along_b[0] + along_a[1] * along_b[1]) > 0.0


def _together(a: Array, b: Array) -> bool:
    if min(len(a), len(b)) < 2:
        return False
    part = np.linspace(0.0, 1.0, 9)
    return float(plan_length(fractions(a, part) - fractions(b, part)).max()) <= TOGETHER_M
