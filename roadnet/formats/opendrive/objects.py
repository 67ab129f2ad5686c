"""<object>: what stands beside and on the road, repeats unrolled, outlines in the map frame."""

import numpy as np

from roadnet.base.arrays import Array, ragged
from roadnet.base.maths import sincos
from roadnet.formats.opendrive.document import Document, Element
from roadnet.formats.opendrive.roads import Road
from roadnet.frames import wrap_angle
from roadnet.geometry import road_points
from roadnet.network import ObjectKind, Objects, Roads

MOST_COPIES = 20_000  # of one <repeat>
MOST_OBJECTS = 200_000
CONTINUOUS_STEP_M = 4.0  # a continuous thing becomes boxes of this length
MOST_CORNERS = 2_000
WORDS = (
    ("crosswalk", ObjectKind.CROSSWALK), ("building", ObjectKind.BUILDING), ("tree", ObjectKind.TREE),
    ("vegetation", ObjectKind.VEGETATION), ("bush", ObjectKind.VEGETATION), ("parkingspace", ObjectKind.PARKING_SPACE),
    ("barrier", ObjectKind.BARRIER), ("guardrail", ObjectKind.BARRIER), ("railing", ObjectKind.BARRIER),
    ("fence", ObjectKind.BARRIER), ("wall", ObjectKind.BARRIER), ("pole", ObjectKind.POLE), ("lamp", ObjectKind.POLE),
    ("streetlight", ObjectKind.POLE), ("delineator", ObjectKind.POLE), ("sign", ObjectKind.SIGN),
    ("speed", ObjectKind.SIGN), ("obstacle", ObjectKind.OBSTACLE), ("barrel", ObjectKind.OBSTACLE),
)  # fmt: skip

Row = tuple[str, ObjectKind, int, float, float, float, float, tuple[float, float, float], Element | None]


def read_objects(doc: Document, roads: list[Road], table: Roads) -> Objects:
    """Return every <object>, each copy of a <repeat> on its own."""
    rows: list[Row] = []
    for number, road in enumerate(roads):
        for e in road.element.iterfind("objects/object"):
            repeats = [r for r in e.iterfind("repeat") if doc.number(r, "length", 0.0) > 0]
            for repeat in repeats:
                rows += _copies(doc, e, repeat, number, road.length_m)
            if not repeats:
                rows.append(_single(doc, e, number, road.length_m))
            if len(rows) > MOST_OBJECTS:
                raise doc.error(e, got=f"more than {MOST_OBJECTS} objects", wanted="fewer")
    return _table(doc, rows, table)


def object_kind(doc: Document, e: Element) -> ObjectKind:
    """Return what a thing is, by its type, else its subtype, else its name."""
    for text in (doc.text(e, k, "").lower().replace("_", "").replace(" ", "") for k in ("type", "subtype", "name")):
        for word, kind in WORDS:
            if word in text:
                return kind
    return ObjectKind.OTHER


def _single(doc: Document, e: Element, road: int, length: float) -> Row:
    s = min(max(doc.number(e, "s"), 0.0), length)
    radius = doc.number(e, "radius", 0.0)
    across = 2 * radius if radius > 0 else 0.0
    size = tuple(max(0.0, doc.number(e, k, d)) for k, d in (("length", across), ("width", across), ("height", 0.0)))
    hdg, up = doc.number(e, "hdg", 0.0), doc.number(e, "zOffset", 0.0)
    outline = e.find("outlines/outline") if e.find("outlines") is not None else e.find("outline")
    return doc.text(e, "id", ""), object_kind(doc, e), road, s, doc.number(e, "t"), up, hdg, size, outline  # type: ignore[return-value]


def _copies(doc: Document, e: Element, repeat: Element, road: int, road_length: float) -> list[Row]:
    base = _single(doc, e, road, road_length)
    begin, length = doc.number(repeat, "s"), doc.number(repeat, "length")
    length = min(length, max(road_length - begin, 0.0))
    distance = doc.number(repeat, "distance", 0.0)
    step = distance if distance > 0 else CONTINUOUS_STEP_M
    count = int(min(length / step + 1e-9, MOST_COPIES + 1)) + (1 if distance > 0 else 0)
    if count > MOST_COPIES:
        raise doc.error(repeat, got=f"{length / step:.0f} copies", wanted=f"at most {MOST_COPIES}")
    out: list[Row] = []
    for i in range(max(count, 1)):
        at = i * step if distance > 0 else (i + 0.5) * length / max(count, 1)
        f = at / length if length > 0 else 0.0
        size = (
            _mix(doc, repeat, "length", base[7][0], f),
            _mix(doc, repeat, "width", base[7][1], f),
            _mix(doc, repeat, "height", base[7][2], f),
        )
        if distance <= 0:
            size = (length / max(count, 1), size[1], size[2])
        t, up = _mix(doc, repeat, "t", base[4], f), _mix(doc, repeat, "zOffset", base[5], f)
        out.append((f"{base[0]}/{i}", base[1], road, min(begin + at, road_length), t, up, base[6], size, None))
    return out


def _mix(doc: Document, repeat: Element, name: str, default: float, f: float) -> float:
    a = doc.number(repeat, f"{name}Start", default)
    b = doc.number(repeat, f"{name}End", a)
    return a + (b - a) * f


def _table(doc: Document, rows: list[Row], roads: Roads) -> Objects:
    road, s, t, up, hdg = (np.array([r[k] for r in rows], float) for k in (2, 3, 4, 5, 6))
    if rows:
        xyz, heading = road_points(roads, road.astype(np.int64), s, t)
        pose = np.column_stack([xyz[:, 0], xyz[:, 1], xyz[:, 2] + up, wrap_angle(heading + hdg)])
    else:
        pose = np.zeros((0, 4))
    outlines = [_outline(doc, r[8], pose[i], int(r[2]), roads) for i, r in enumerate(rows)]
    flat, start = ragged(outlines, np.float64, 2)
    return Objects(
        id=tuple(r[0] for r in rows),
        kind=np.array([r[1] for r in rows], np.uint8),
        pose=pose,
        size=np.array([r[7] for r in rows], float).reshape(-1, 3),
        outline_start=start,
        outline=flat,
    )


def _outline(doc: Document, e: Element | None, pose: Array, road: int, roads: Roads) -> Array:
    """Return (P, 2) corners in the map frame, counter-clockwise; none for fewer than three."""
    if e is None:
        return np.zeros((0, 2))
    local = [(doc.number(c, "u"), doc.number(c, "v")) for c in e.iterfind("cornerLocal")]
    on_road = [(doc.number(c, "s"), doc.number(c, "t")) for c in e.iterfind("cornerRoad")]
    if max(len(local), len(on_road)) > MOST_CORNERS:
        raise doc.error(e, got="too many corners", wanted=f"at most {MOST_CORNERS}")
    if len(local) >= 3:
        n, c = sincos(float(pose[3]))
        u, v = np.array(local).T
        xy = np.stack([pose[0] + c * u - n * v, pose[1] + n * u + c * v], 1)
    elif len(on_road) >= 3:
        s, t = np.array(on_road).T
        xy = road_points(roads, np.full(len(s), road), s, t)[0][:, :2]
    else:
        return np.zeros((0, 2))
    after = np.roll(xy, -1, axis=0)
    clockwise = float((xy[:, 0] * after[:, 1] - after[:, 0] * xy[:, 1]).sum()) < 0
    return np.asarray(xy[::-1] if clockwise else xy)
