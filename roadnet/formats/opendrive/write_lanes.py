"""Lane sections and lanes out."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.formats.opendrive.joints import BEGIN, END, Joints
from roadnet.formats.opendrive.lanes import Cubic, shifted
from roadnet.generate.document import Element, add
from roadnet.network import LaneType, MarkType, Polynomials, RoadNetwork

SHORTEST_GAP_M = 1e-6
OFFSET_DIGITS = 9  # of offsets that follow from differences: they come back the same
LANE_NAMES = {t: t.name.lower() for t in LaneType} | {
    LaneType.ON_RAMP: "onRamp", LaneType.OFF_RAMP: "offRamp", LaneType.ROAD_WORKS: "roadWorks", LaneType.HOV: "HOV",
    LaneType.CONNECTING_RAMP: "connectingRamp", LaneType.SPECIAL: "special1",
    LaneType.WALKING: "sidewalk", LaneType.SLIP_LANE: "exit",  # words of 1.8: the nearest ones of 1.7
}  # fmt: skip
MARK_NAMES = {t: t.name.lower().replace("_", " ") for t in MarkType}


@dataclass
class Section:
    """A lane section to be written."""

    begin: float
    rows: Array  # lane rows, ids descending
    single: bool = False  # speaks for one side only


def exact(value: float) -> str:
    """Return the shortest text that reads as the same number."""
    return repr(float(value) + 0.0)


def rounded(value: float, digits: int = OFFSET_DIGITS) -> str:
    """Return a derived number as text, rounded so that reading and deriving it again gives the same text."""
    return repr(round(float(value), digits) + 0.0)


def cubics(poly: Polynomials, owner: int) -> list[Cubic]:
    """Return (s, a, b, c, d) of one owner; the first at s = 0 wherever there is one, as readers expect it."""
    part = slice(poly.start[owner], poly.start[owner + 1])
    rows: list[Cubic] = [(s, *abcd) for s, abcd in zip(poly.s[part].tolist(), poly.abcd[part].tolist(), strict=True)]
    if not rows or rows[0][0] == 0.0:
        return rows
    return [(0.0, *shifted(rows, 0.0)), *(r for r in rows if r[0] > 0.0)]


def add_cubics(parent: Element, tag: str, origin: str, rows: list[Cubic]) -> None:
    """Append one element a cubic."""
    for s, *abcd in rows:
        add(parent, tag, **{origin: exact(s)}, **{k: exact(v) for k, v in zip("abcd", abcd, strict=True)})


def add_sections(lanes: Element, net: RoadNetwork, road: int, rows: Array, joints: Joints) -> None:
    """Append the lane sections of a road; rows: its lanes."""
    parts = sections(net, rows, float(net.roads.length_m[road]))
    ends = [part.begin for part in parts[1:]] + [float(net.roads.length_m[road])]
    marks = net.centre_marks.mark[net.centre_marks.start[road] : net.centre_marks.start[road + 1]]
    of = np.searchsorted([part.begin - SHORTEST_GAP_M for part in parts], marks[:, 0], side="right") - 1
    for k, part in enumerate(parts):
        node = add(lanes, "laneSection", s=exact(part.begin), **({"singleSide": "true"} if part.single else {}))
        number = net.lanes.id[part.rows]
        if (number > 0).any():
            side = add(node, "left")
            for row in part.rows[number > 0].tolist():
                _add_lane(side, net, road, row, joints)
        centre = add(add(node, "center"), "lane", id="0", type="none", level="false")
        _add_centre_marks(centre, marks[of.clip(0) == k], part.begin, ends[k])
        if (number < 0).any():
            side = add(node, "right")
            for row in part.rows[number < 0].tolist():
                _add_lane(side, net, road, row, joints)


def sections(net: RoadNetwork, rows: Array, length: float) -> list[Section]:
    """Return the sections of a road in order, with empty ones where lanes end before others begin."""
    number = net.lanes.section[rows]
    out = [Section(float(net.lanes.s_range[p, 0].min()), p) for p in (rows[number == k] for k in np.unique(number))]
    stop = dict.fromkeys((1, -1), 0.0)  # how far the lanes of each side reach
    gaps: list[float] = []
    for part in out:
        has = {int(k) for k in np.sign(net.lanes.id[part.rows])}
        part.single = len(has) == 1 and stop[-min(has)] > part.begin + SHORTEST_GAP_M
        for side in has if part.single else (1, -1):
            if 0.0 < stop[side] < part.begin - SHORTEST_GAP_M:
                gaps.append(stop[side])
            stop[side] = 0.0
        for row in part.rows.tolist():
            stop[int(np.sign(net.lanes.id[row]))] = float(net.lanes.s_range[row, 1])
    gaps += [end for end in stop.values() if 0.0 < end < length - SHORTEST_GAP_M]
    out += [Section(s, rows[:0]) for s in sorted(set(gaps))]
    return sorted(out, key=lambda part: part.begin) or [Section(0.0, rows)]


def _add_lane(side: Element, net: RoadNetwork, road: int, row: int, joints: Joints) -> None:
    lanes = net.lanes
    node = add(side, "lane", id=str(lanes.id[row]), type=LANE_NAMES[LaneType(lanes.type[row])], level="false")
    beyond = [(tag, joints.lanes.get((row, end), [])) for end, tag in ((BEGIN, "predecessor"), (END, "successor"))]
    if any(ids for _, ids in beyond):
        link = add(node, "link")
        for tag, ids in beyond:
            for number in ids:
                add(link, tag, id=str(number))
    add_cubics(node, "width", "sOffset", cubics(lanes.width, row) or [(0.0, 0.0, 0.0, 0.0, 0.0)])
    for s, kind, width, colour in lanes.mark[lanes.mark_start[row] : lanes.mark_start[row + 1]].tolist():
        _add_mark(node, exact(s), kind, width, colour)
    _add_speeds(node, net, row)
    part = slice(lanes.height.start[row], lanes.height.start[row + 1])
    for k, (s, pair) in enumerate(zip(lanes.height.s[part].tolist(), lanes.height.abcd[part].tolist(), strict=True)):
        add(node, "height", sOffset=exact(s if k else 0.0), inner=exact(pair[0]), outer=exact(pair[1]))
    if bool(lanes.forward[row]) != (bool(lanes.id[row] < 0) != bool(net.roads.left_hand[road])):
        add(node, "userData", code="direction", value="reversed")  # an attribute of the lane only in 1.8


def _add_speeds(node: Element, net: RoadNetwork, row: int) -> None:
    lanes, changes = net.lanes, net.lanes.speed_changes
    part = slice(*changes.start[row : row + 2]) if len(changes) else slice(0)
    rows = list(zip(changes.s[part].tolist(), changes.speed_mps[part].tolist(), strict=True))
    if not rows and lanes.has_speed[row]:
        rows = [(0.0, float(lanes.speed_mps[row]))]
    for s, speed in rows:
        limit = {"max": exact(speed), "unit": "m/s"} if speed > 0.0 else {"max": "no limit"}
        add(node, "speed", sOffset=exact(s), **limit)


def _add_centre_marks(centre: Element, marks: Array, begin: float, end: float) -> None:
    until = begin
    for start, stop, kind, width, colour in marks.tolist():
        if start > until + SHORTEST_GAP_M:
            _add_mark(centre, rounded(until - begin), MarkType.NONE, width, 0.0)
        _add_mark(centre, rounded(max(start - begin, 0.0)), kind, width, colour)
        until = stop
    if until < end - SHORTEST_GAP_M:
        _add_mark(centre, rounded(until - begin), MarkType.NONE, 0.0, 0.0)


def _add_mark(node: Element, offset: str, kind: float, width: float, colour: float) -> None:
    wide = {"width": exact(width)} if width > 0.0 else {}
    name, shade = MARK_NAMES[MarkType(int(kind))], "yellow" if colour else "white"
    add(node, "roadMark", sOffset=offset, type=name, weight="standard", color=shade, material="standard", **wide)
