"""OpenDRIVE documents, element by element, in the order that the 1.7 schema asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from lxml import etree
from scipy.integrate import quad

Element = etree._Element
START, END = "start", "end"
Cubic = tuple[float, float, float, float, float]  # s, a, b, c, d


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of reference line: curvature runs linearly from k0 to k1 over length_m."""

    length_m: float
    k0: float = 0.0  # 1/m, left positive
    k1: float = 0.0

    def end(self, x: float, y: float, heading: float) -> tuple[float, float, float]:
        """Return the pose at the end of the piece that begins at this pose."""

        def turn(s: float) -> float:
            return heading + self.k0 * s + (self.k1 - self.k0) * s * s / (2 * self.length_m)

        dx, _ = quad(lambda s: cos(turn(s)), 0.0, self.length_m, epsabs=1e-12)
        dy, _ = quad(lambda s: sin(turn(s)), 0.0, self.length_m, epsabs=1e-12)
        return x + dx, y + dy, turn(self.length_m)


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneSpec:
    """One lane of a section."""

    id: int
    type: str
    width_m: float
    mark: str = "none"  # roadMark type of the outer edge
    height_m: float = 0.0
    predecessor: int | None = None
    successor: int | None = None
    key: str = ""  # lanes of one key are one lane from section to section; "": the id is the key
    widths: tuple[Cubic, ...] = ()  # along the section; () where width_m holds all along
    mark_colour: str = "white"


def number(value: float) -> str:
    """Return a number as text: 12 digits, a picometre on a map of a kilometre, and no negative zero."""
    return format(value + 0.0 if abs(value) > 1e-15 else 0.0, ".12g")


def add(parent: Element, tag: str, **attributes: float | str) -> Element:
    """Append an element; numbers are written by `number`, a trailing underscore in a name is dropped."""
    text = {k.rstrip("_"): v if isinstance(v, str) else number(v) for k, v in attributes.items()}
    return etree.SubElement(parent, tag, text)


def open_document(name: str) -> Element:
    """Return the root of an empty OpenDRIVE 1.7 document."""
    root = etree.Element("OpenDRIVE")
    add(root, "header", revMajor="1", revMinor="7", name=name, version="1.00", vendor="nearmiss")
    return root


def add_road(
    root: Element,
    *,
    id: str,
    name: str,
    start: tuple[float, float, float],
    pieces: Sequence[Piece],
    left: Sequence[LaneSpec],
    right: Sequence[LaneSpec],
    centre_mark: str = "none",
    junction: str = "-1",
    links: Sequence[tuple[str, str, str, str]] = (),
    speed_kph: float = 50.0,
    elevation: Sequence[tuple[float, float, float, float, float]] = ((0.0, 0.0, 0.0, 0.0, 0.0),),
) -> Element:
    """Append a road with one lane section.

    start: x, y m, heading rad. links: (predecessor | successor, road | junction, id, contact point or "").
    elevation: rows s, a, b, c, d. `left` and `right` run outward from the reference line.
    """
    length = sum(p.length_m for p in pieces)
    road = add(root, "road", name=name, length=length, id=id, junction=junction, rule="RHT")
    link = add(road, "link")
    for which, kind, target, contact in links:
        attributes = {"contactPoint": contact} if contact else {}
        add(link, which, elementType=kind, elementId=target, **attributes)
    add(add(road, "type", s=0.0, type="town"), "speed", max=speed_kph, unit="km/h")
    add_plan(add(road, "planView"), start, pieces)
    profile = add(road, "elevationProfile")
    for s, a, b, c, d in elevation:
        add(profile, "elevation", s=s, a=a, b=b, c=c, d=d)
    add(road, "lateralProfile")
    section = add(add(road, "lanes"), "laneSection", s=0.0)
    if left:
        side = add(section, "left")
        for lane in reversed(left):
            add_lane(side, lane)
    centre = add(add(section, "center"), "lane", id="0", type="none", level="false")
    add_mark(centre, centre_mark)
    if right:
        side = add(section, "right")
        for lane in right:
            add_lane(side, lane)
    return road


def add_plan(view: Element, start: tuple[float, float, float], pieces: Sequence[Piece]) -> None:
    """Append the pieces as line, arc or spiral records."""
    (x, y, heading), s = start, 0.0
    for piece in pieces:
        record = add(view, "geometry", s=s, x=x, y=y, hdg=heading, length=piece.length_m)
        if piece.k0 == piece.k1 == 0.0:
            add(record, "line")
        elif piece.k0 == piece.k1:
            add(record, "arc", curvature=piece.k0)
        else:
            add(record, "spiral", curvStart=piece.k0, curvEnd=piece.k1)
        x, y, heading = piece.end(x, y, heading)
        s += piece.length_m


def add_lane(side: Element, lane: LaneSpec) -> None:
    """Append one lane with its links, width, mark and height."""
    node = add(side, "lane", id=str(lane.id), type=lane.type, level="false")
    if lane.predecessor is not None or lane.successor is not None:
        link = add(node, "link")
        if lane.predecessor is not None:
            add(link, "predecessor", id=str(lane.predecessor))
        if lane.successor is not None:
            add(link, "successor", id=str(lane.successor))
    for s, a, b, c, d in lane.widths or ((0.0, lane.width_m, 0.0, 0.0, 0.0),):
        add(node, "width", sOffset=s, a=a, b=b, c=c, d=d)
    add_mark(node, lane.mark, lane.mark_colour)
    if lane.height_m:
        add(node, "height", sOffset=0.0, inner=lane.height_m, outer=lane.height_m)


def add_mark(node: Element, kind: str, colour: str = "white") -> None:
    """Append a road mark over the whole lane; 0.12 m wide (German RMS-1, narrow line)."""
    wide = {} if kind in ("none", "curb") else {"width": 0.12}
    add(node, "roadMark", sOffset=0.0, type=kind, weight="standard", color=colour, material="standard", **wide)


def turn_pieces(start: tuple[float, float, float], end: tuple[float, float, float]) -> tuple[Piece, ...]:
    """Return line, arc, line from one pose to another: the widest arc that both tangents allow.

    Raises ValueError where no such turn exists: the lines do not meet ahead of `start` and behind `end`.
    """
    (x0, y0, h0), (x1, y1, h1) = start, end
    turn = (h1 - h0 + pi) % (2 * pi) - pi
    dx, dy = x1 - x0, y1 - y0
    if abs(turn) < 1e-9:
        if abs(-sin(h0) * dx + cos(h0) * dy) > 1e-6:
            raise ValueError("turn: the parallel ends are not on one line")
        return (Piece(sqrt(dx * dx + dy * dy)),)
    before = (dx * sin(h1) - dy * cos(h1)) / sin(turn)
    after = (dy * cos(h0) - dx * sin(h0)) / sin(turn)
    tangent = min(before, after)
    if tangent <= 0.0:
        raise ValueError("turn: the two lines do not meet between the ends")
    radius = tangent / abs(sin(turn / 2) / cos(turn / 2))
    curvature = (1.0 if turn > 0 else -1.0) / radius
    lines = (Piece(before - tangent), Piece(radius * abs(turn), curvature, curvature), Piece(after - tangent))
    return tuple(p for p in lines if p.length_m > 1e-6)


def document_bytes(root: Element) -> bytes:
    """Return the document as UTF-8 text with a declaration and line breaks."""
    etree.indent(root, "  ")
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)) + b"\n"
