"""<laneSection> and <lane>: ids, types, widths, heights, speeds, road marks."""

from dataclasses import dataclass, field
from itertools import pairwise

from roadnet.formats.opendrive.access import opened
from roadnet.formats.opendrive.document import Document, Element
from roadnet.formats.opendrive.roads import Road, speed_mps
from roadnet.network import LaneType, MarkType

Cubic = tuple[float, ...]  # s, a, b, c, d
MOST_LANES_A_SIDE = 64
SHORTEST_SECTION_M = 1e-6
BREAK_M = 1e-6  # changes nearer than this to an end of a section lie on it
STANDARD_MARK_M, BOLD_MARK_M = 0.12, 0.25  # OpenDRIVE leaves the widths of weights open; RMS (DE): 0.12 and 0.25
LANE_TYPES = {t.name.lower().replace("_", ""): t for t in LaneType} | {
    "mwyentry": LaneType.ENTRY, "mwyexit": LaneType.EXIT, "bicycle": LaneType.BIKING, "shared": LaneType.DRIVING,
    "special1": LaneType.SPECIAL, "special2": LaneType.SPECIAL, "special3": LaneType.SPECIAL,
}  # fmt: skip
MARK_TYPES = {t.name.lower().replace("_", ""): t for t in MarkType} | {"bottsdots": MarkType.BOTTS_DOTS}


@dataclass
class Lane:
    """One <lane> as read."""

    road: int
    section: int
    id: int
    type: LaneType
    begin: float
    end: float
    forward: bool
    element: Element
    width: list[Cubic] = field(default_factory=list)
    height: list[Cubic] = field(default_factory=list)
    speeds: list[tuple[float, float]] = field(default_factory=list)  # s offset, m/s; 0 m/s: none posted
    marks: list[tuple[float, ...]] = field(default_factory=list)
    links: dict[int, list[int]] = field(default_factory=dict)  # lane ids at the beginning (0) and the end (1)


@dataclass
class RoadLanes:
    """The lanes of one road: sections in order, and the marks along lane 0."""

    lanes: list[Lane] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)  # of the sections
    sides: list[set[int]] = field(default_factory=list)  # which sides (+1, -1) each section speaks for
    empty: dict[tuple[int, int], Lane] = field(default_factory=dict)  # (section, id) of lanes without length
    centre_marks: list[tuple[float, ...]] = field(default_factory=list)


def read_lanes(doc: Document, road: Road, row: int) -> RoadLanes:
    """Return the lanes of a road, sorted by section, then id descending."""
    sections = sorted(road.element.iterfind("lanes/laneSection"), key=lambda e: doc.number(e, "s"))
    if not sections:
        doc.find(road.element, "problem", "no_lanes", f"road {road.id}", "no lane section: nothing can be driven on")
    out = RoadLanes(starts=[max(0.0, doc.number(e, "s")) for e in sections])
    for element in sections:
        single = doc.text(element, "singleSide", "false") == "true"
        has = {side for side, tag in ((1, "left"), (-1, "right")) if element.find(tag) is not None}
        out.sides.append(has if single and has else {1, -1})
    for i, element in enumerate(sections):
        for side, tag in ((1, "left"), (-1, "right")):
            lanes = _side(doc, road, row, element, i, side, tag, _end(out, i, side, road.length_m))
            if lanes and lanes[0].end - lanes[0].begin <= SHORTEST_SECTION_M:
                where = f"road {road.id} s {lanes[0].begin:g}"
                doc.find(element, "repaired", "empty_section", where, "section without length: only its links count")
                out.empty |= {(i, lane.id): lane for lane in lanes}
            else:
                out.lanes += lanes
        centre = element.find("center/lane")
        if centre is not None:
            end = out.starts[i + 1] if i + 1 < len(sections) else road.length_m
            out.centre_marks += _centre_marks(doc, centre, f"road {road.id} lane 0", out.starts[i], end)
    return out


def _end(lanes: RoadLanes, i: int, side: int, length: float) -> float:
    later = (s for s, sides in zip(lanes.starts[i + 1 :], lanes.sides[i + 1 :], strict=True) if side in sides)
    return max(next(later, length), lanes.starts[i])


def _side(
    doc: Document, road: Road, row: int, element: Element, section: int, side: int, tag: str, end: float
) -> list[Lane]:
    begin = max(0.0, doc.number(element, "s"))
    lanes: dict[int, Lane] = {}
    for e in element.iterfind(f"{tag}/lane"):
        number = doc.integer(e, "id")
        if number * side <= 0 or abs(number) > 1000:
            raise doc.error(e, got=f"lane id {number} on the {tag}", wanted="positive ids on the left, negative right")
        if number in lanes:
            raise doc.error(e, got=f"lane id {number} twice", wanted="a lane id of its own")
        lanes[number] = _lane(doc, road, row, section, e, number, begin, end)
    if len(lanes) > MOST_LANES_A_SIDE:
        raise doc.error(element, got=f"{len(lanes)} lanes on one side", wanted=f"at most {MOST_LANES_A_SIDE}")
    outward = [lanes[k] for k in sorted(lanes, key=abs)]
    if any(lane.element.find("border") is not None for lane in outward):
        _widths_from_borders(doc, outward)
    return sorted(outward, key=lambda lane: -lane.id)


def _lane(doc: Document, road: Road, row: int, section: int, e: Element, number: int, begin: float, end: float) -> Lane:
    name = doc.text(e, "type", "none")
    kind = LANE_TYPES.get(name.lower().replace("_", ""))
    if kind is None:
        doc.find(e, "note", "lane_type", f"road {road.id} lane {number}", f"type {name[:40]!r} is not known: none")
        kind = LaneType.NONE
    forward = (number < 0) != road.left_hand
    said = e.find("userData[@code='direction']")  # what our writer does for 1.7, where lanes have no direction
    if "reversed" in (doc.text(e, "direction", ""), "" if said is None else doc.text(said, "value", "")):
        forward = not forward
    lane = Lane(row, section, number, kind, begin, end, forward, e, width=doc.cubics(e, "width", "sOffset"))
    if not lane.width and e.find("border") is None:
        doc.find(e, "note", "no_width", f"road {road.id} lane {number} s {begin:g}", "no width: taken as 0 m")
    heights = [(doc.number(h, "sOffset", 0.0), doc.number(h, "inner", 0.0), doc.number(h, "outer", 0.0), 0.0, 0.0)
               for h in e.iterfind("height")]  # fmt: skip
    lane.height = sorted(heights)
    lane.speeds = _speeds(doc, e, road, begin, end)
    where = f"road {road.id} lane {number} s {begin:g}"
    lane.type = opened(doc, e, kind, where)
    lane.marks = _marks(doc, e, where)
    for which, tag in enumerate(("predecessor", "successor")):
        ids = [doc.integer(x, "id") for x in e.iterfind(f"link/{tag}") if x.get("id") is not None]
        if ids:
            lane.links[which] = ids
    return lane


def _speeds(doc: Document, e: Element, road: Road, begin: float, end: float) -> list[tuple[float, float]]:
    """Return (s offset, m/s) wherever the limit of a lane changes, the first at 0: its own, before it the road's."""
    own: dict[float, float] = {}
    for x in e.iterfind("speed"):
        own.setdefault(max(0.0, doc.number(x, "sOffset", 0.0)), speed_mps(doc, x))
    until = min(own, default=end - begin)
    posted = [v for s, v in road.speeds if s <= begin + BREAK_M]
    rows = [(0.0, posted[-1] if posted else 0.0)]
    rows += [(s - begin, v) for s, v in road.speeds if begin + BREAK_M < s < begin + until - BREAK_M]
    rows = [row for row in rows if row[0] < until] + sorted(own.items())
    rows = [row for row in rows if row[0] == 0.0 or row[0] < end - begin - BREAK_M]
    return [row for k, row in enumerate(rows) if k == 0 or row[1] != rows[k - 1][1]]


def _marks(doc: Document, e: Element, where: str) -> list[tuple[float, ...]]:
    """Return (s offset, MarkType, width m, colour) of the marks of a lane, sorted."""
    out = []
    for m in e.iterfind("roadMark"):
        if m.find("explicit") is not None:
            doc.find(m, "note", "explicit_mark", where, "explicit lines are not drawn: the mark's type counts")
        names = doc.text(m, "type", "none").lower().split()
        kind = MARK_TYPES.get("".join(names), MARK_TYPES.get(names[0] if names else "none", MarkType.NONE))
        standard = BOLD_MARK_M if doc.text(m, "weight", "standard") == "bold" else STANDARD_MARK_M
        width = doc.number(m, "width", standard)
        colour = 1.0 if doc.text(m, "color", "standard").lower() in ("yellow", "orange") else 0.0
        out.append((doc.number(m, "sOffset", 0.0), float(kind), width if width > 0 else standard, colour))
    return sorted(out)


def _centre_marks(doc: Document, e: Element, where: str, begin: float, end: float) -> list[tuple[float, ...]]:
    marks = _marks(doc, e, where)
    if not marks:
        return []
    ends = [begin + m[0] for m in marks[1:]] + [end]
    rows = [(begin + m[0], min(stop, end), *m[1:]) for m, stop in zip(marks, ends, strict=True)]
    return [r for r in rows if r[1] > r[0] and r[2] != MarkType.NONE]


def _widths_from_borders(doc: Document, outward: list[Lane]) -> None:
    """Turn <border> (t of the outer edge) into widths: the difference to the edge of the lane inside."""
    edge: list[Cubic] = [(0.0, 0.0, 0.0, 0.0, 0.0)]
    for lane in outward:
        border = doc.cubics(lane.element, "border", "sOffset")
        if border and not lane.width:
            sign = 1.0 if lane.id > 0 else -1.0
            outer = [(s, *(sign * k for k in abcd)) for s, *abcd in border]
            lane.width = combined(outer, edge, -1.0)
            edge = outer
        else:
            edge = combined(edge, lane.width or [(0.0, 0.0, 0.0, 0.0, 0.0)], 1.0)


def combined(a: list[Cubic], b: list[Cubic], factor: float) -> list[Cubic]:
    """Return the piecewise cubic a + factor * b, with a piece wherever either has one."""
    at = sorted({row[0] for row in a} | {row[0] for row in b})
    return [(s, *(x + factor * y for x, y in zip(shifted(a, s), shifted(b, s), strict=True))) for s in at]


def shifted(rows: list[Cubic], s: float) -> Cubic:
    """Return (a, b, c, d) of the piece that holds `s`, rewritten about `s`."""
    piece = rows[0]
    for before, after in pairwise([*rows, (float("inf"),)]):
        if before[0] <= s < after[0]:
            piece = before
    s0, a, b, c, d = piece
    x = s - s0
    return a + x * (b + x * (c + x * d)), b + x * (2 * c + 3 * d * x), c + 3 * d * x, d
