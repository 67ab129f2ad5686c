"""A road of several lane sections with its profiles and furniture, and the document of roads and junctions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import pi

from roadnet.generate.document import (
    END,
    START,
    Cubic,
    Element,
    LaneSpec,
    Piece,
    add,
    add_lane,
    add_mark,
    add_plan,
    document_bytes,
    open_document,
)
from roadnet.generate.parts.furniture import Sign, Thing, add_signs, add_things
from roadnet.generate.parts.profiles import level, value_at

Pose = tuple[float, float, float]  # x m, y m, heading rad
Link = tuple[str, str, str]  # "road" | "junction", id, contact point or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A lane section; both sides run outward from the reference line."""

    right: tuple[LaneSpec, ...] = ()
    left: tuple[LaneSpec, ...] = ()
    centre_mark: str = "none"
    s_m: float = 0.0

    def lane(self, id: int) -> LaneSpec:
        """Return the lane of this id."""
        return next(lane for lane in (*self.left, *self.right) if lane.id == id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Structure:
    """A tunnel or a bridge on a stretch of road."""

    tag: str  # "tunnel" | "bridge"
    type: str  # tunnel: standard, underpass; bridge: concrete, steel, brick, wood
    s_m: float
    length_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RoadSpec:
    """One road."""

    id: str
    start: Pose
    pieces: tuple[Piece, ...]
    sections: tuple[Section, ...]
    name: str = ""
    kind: str = "rural"  # OpenDRIVE road type
    speeds_kph: tuple[tuple[float, float], ...] = ((0.0, 50.0),)  # from s m, km/h
    links: Mapping[str, Link] = field(default_factory=dict)  # START, END
    junction: str = "-1"
    elevation: tuple[Cubic, ...] = (level(0.0),)
    roll: tuple[Cubic, ...] = ()
    offset: tuple[Cubic, ...] = ()
    things: tuple[Thing, ...] = ()
    signs: tuple[Sign, ...] = ()
    structures: tuple[Structure, ...] = ()

    @property
    def length_m(self) -> float:
        """Return the length of the reference line."""
        return sum(p.length_m for p in self.pieces)

    @property
    def end(self) -> Pose:
        """Return the pose of the reference line at its end."""
        x, y, heading = self.start
        for piece in self.pieces:
            x, y, heading = piece.end(x, y, heading)
        return x, y, heading


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """One connecting road of a junction and the lanes that lead into it."""

    incoming: str
    connecting: str
    lanes: tuple[tuple[int, int], ...]  # from, to


@dataclass(frozen=True, kw_only=True, slots=True)
class JunctionSpec:
    """A default junction; groups: controller id -> ids of the lights that it switches."""

    id: str
    connections: tuple[Connection, ...]
    name: str = ""
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def map_bytes(name: str, roads: Sequence[RoadSpec], junctions: Sequence[JunctionSpec] = ()) -> bytes:
    """Return the OpenDRIVE 1.7 document of these roads and junctions."""
    root = open_document(name)
    known = {road.id: road for road in roads}
    for road in roads:
        add_whole_road(root, road, known)
    for junction in junctions:
        for group, lights in junction.groups.items():
            controller = add(root, "controller", id=group, name=f"group {group}", sequence="0")
            for light in lights:
                add(controller, "control", signalId=light, type="0")
    for junction in junctions:
        add_junction(root, junction)
    return document_bytes(root)


def add_junction(root: Element, junction: JunctionSpec) -> None:
    """Append a junction with its connections and controllers."""
    node = add(root, "junction", id=junction.id, name=junction.name, type="default")
    for k, c in enumerate(junction.connections):
        connection = add(
            node,
            "connection",
            id=str(k),
            incomingRoad=c.incoming,
            connectingRoad=c.connecting,
            contactPoint=START,
        )
        for a, b in c.lanes:
            add(connection, "laneLink", from_=str(a), to=str(b))
    for group in junction.groups:
        add(node, "controller", id=group, type="0", sequence="0")


def add_whole_road(root: Element, road: RoadSpec, known: Mapping[str, RoadSpec]) -> None:
    """Append a road, its lanes linked from section to section and to the roads that it is linked to."""
    node = add(root, "road", name=road.name, length=road.length_m, id=road.id, junction=road.junction, rule="RHT")
    link = add(node, "link")
    for end, tag in ((START, "predecessor"), (END, "successor")):
        if end in road.links:
            kind, target, contact = road.links[end]
            add(link, tag, elementType=kind, elementId=target, **({"contactPoint": contact} if contact else {}))
    for s, kph in road.speeds_kph:
        add(add(node, "type", s=s, type=road.kind), "speed", max=kph, unit="km/h")
    add_plan(add(node, "planView"), road.start, road.pieces)
    for parent, tag, rows in (
        ("elevationProfile", "elevation", road.elevation),
        ("lateralProfile", "superelevation", road.roll),
    ):
        profile = add(node, parent)
        for s, a, b, c, d in rows:
            add(profile, tag, s=s, a=a, b=b, c=c, d=d)
    add_sections(add(node, "lanes"), road, known)
    objects = add(node, "objects")
    add_things(objects, road.id, road.things)
    for k, part in enumerate(sorted(road.structures, key=lambda p: p.tag == "bridge")):
        light = {"lighting": 0.8, "daylight": 0.1} if part.tag == "tunnel" else {}
        add(
            objects, part.tag, s=part.s_m, length=part.length_m, id=f"T{road.id}.{k}", name=part.tag, type=part.type,
            **light,
        )  # fmt: skip
    add_signs(add(node, "signals"), road.id, road.signs)


def add_sections(node: Element, road: RoadSpec, known: Mapping[str, RoadSpec]) -> None:
    """Append lane offset and sections."""
    for s, a, b, c, d in road.offset:
        add(node, "laneOffset", s=s, a=a, b=b, c=c, d=d)
    for k, section in enumerate(road.sections):
        before = road.sections[k - 1] if k else beyond(road, START, known)
        after = road.sections[k + 1] if k + 1 < len(road.sections) else beyond(road, END, known)
        out = add(node, "laneSection", s=section.s_m)
        if section.left:
            side = add(out, "left")
            for lane in reversed(section.left):
                add_lane(side, linked(lane, before, after))
        centre = add(add(out, "center"), "lane", id="0", type="none", level="false")
        add_mark(centre, section.centre_mark)
        if section.right:
            side = add(out, "right")
            for lane in section.right:
                add_lane(side, linked(lane, before, after))


def beyond(road: RoadSpec, end: str, known: Mapping[str, RoadSpec]) -> Section | None:
    """Return the section of the road that follows; None at a junction, at the map's edge, in a connecting road."""
    kind, target, contact = road.links.get(end, ("", "", ""))
    if kind != "road" or road.junction != "-1":
        return None
    if contact == end:
        raise ValueError(f"road {road.id}: got a link to the {contact} of road {target}, want roads that run alike")
    return known[target].sections[0 if contact == START else -1]


def linked(lane: LaneSpec, before: Section | None, after: Section | None) -> LaneSpec:
    """Return the lane with its links: what it says itself, else the lane of its key in the sections beside."""
    ids = [lane.predecessor, lane.successor]
    for which, section in enumerate((before, after)):
        if ids[which] is None and section is not None:
            ids[which] = next((x.id for x in (*section.left, *section.right) if lane_key(x) == lane_key(lane)), None)
    return replace(lane, predecessor=ids[0], successor=ids[1])


def lane_key(lane: LaneSpec) -> str:
    """Return what names the lane from section to section."""
    return lane.key or str(lane.id)


def lane_width(lane: LaneSpec, ds_m: float) -> float:
    """Return the width of a lane at an offset from its section's start."""
    return value_at(lane.widths, ds_m)[0] if lane.widths else lane.width_m


def sides(outward: Sequence[LaneSpec]) -> dict[str, tuple[LaneSpec, ...]]:
    """Return left and right lanes of a road that is the same on both sides; ids are given by place."""
    return {
        "left": tuple(replace(lane, id=k + 1, key=lane.key and lane.key + "L") for k, lane in enumerate(outward)),
        "right": tuple(replace(lane, id=-k - 1, key=lane.key and lane.key + "R") for k, lane in enumerate(outward)),
    }


def both_sides(outward: Sequence[LaneSpec], *, s_m: float = 0.0, centre_mark: str = "none") -> Section:
    """Return a section that is the same on both sides."""
    halves = sides(outward)
    return Section(s_m=s_m, left=halves["left"], right=halves["right"], centre_mark=centre_mark)


def turned_back(x: float, y: float, heading: float, pieces: Sequence[Piece]) -> tuple[Pose, tuple[Piece, ...]]:
    """Return (start, pieces) of the line that ends at this pose; `pieces` are given backwards from there."""
    heading += pi
    for piece in pieces:
        x, y, heading = piece.end(x, y, heading)
    return (x, y, heading - pi), tuple(Piece(p.length_m, -p.k1, -p.k0) for p in reversed(pieces))
