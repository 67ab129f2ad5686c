"""A crossing of three or four arms with lights or signs, each arm a road of its own; the forms in this folder use it.

Arms run outward from the junction: their right lanes (negative ids) leave it, their left lanes enter it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from roadnet.generate.document import (
    START,
    Element,
    LaneSpec,
    Piece,
    add,
    add_road,
    document_bytes,
    open_document,
    turn_pieces,
)

JUNCTION = "100"
LIGHT = "1000001"  # traffic light, the OpenDRIVE catalogue's number
STOP_LINE = "294"  # German sign 294
SIGNS = {"stop": "206", "yield": "205", "priority": "301"}  # German sign numbers
CROSSWALK_M = (1.0, 4.0)  # from the stop line into the junction
SIGN_ABOVE_M, SIGN_M = 2.2, 0.9  # lower edge over the sidewalk, width of a give-way sign (German VwV-StVO, recalled)
LIGHT_ABOVE_M, LIGHT_SIZE_M = 2.1, (0.35, 0.9)  # lower edge over the sidewalk, width and height (German RiLSA)


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """Something beside an arm."""

    type: str  # OpenDRIVE object type: "building" | "tree" | "pole" | "parkingSpace"
    s_m: float
    t_m: float
    size: tuple[float, float, float]  # length, width, height m


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """One road that leaves the crossing."""

    id: str
    heading_rad: float
    pieces: tuple[Piece, ...]
    group: str = ""  # controller that its light belongs to
    control: str = "light"  # "light" | "stop" | "yield" | "priority" | "none"
    parking_m: float = 0.0  # width of a parking lane on both sides, 0 for none
    climb_m: float = 0.0  # the far end lies this much higher, smoothly
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Crossing:
    """Dimensions that all arms share."""

    name: str
    lanes: int  # entering, and as many leaving, on every arm
    lane_width_m: float
    sidewalk_m: float
    corner_radius_m: float  # of the kerb
    speed_kph: float

    @property
    def reach_m(self) -> float:
        """Return the distance from the middle to where the arms begin."""
        return self.lanes * self.lane_width_m + self.corner_radius_m


def crossing_document(shape: Crossing, arms: Sequence[Arm]) -> bytes:
    """Return the OpenDRIVE document. Arms are given counter-clockwise, at right angles to their neighbours."""
    root = open_document(shape.name)
    for arm in arms:
        add_arm(root, shape, arm)
    links = [link for a in arms for b in arms if a is not b for link in connections(shape, arms, a, b)]
    for k, link in enumerate(links):
        add_connecting_road(root, shape, link, str(1000 + k))
    groups = sorted({a.group for a in arms if a.control == "light"})
    for group in groups:
        controller = add(root, "controller", id=group, name=f"group {group}", sequence="0")
        for arm in arms:
            if arm.group == group:
                add(controller, "control", signalId=f"L{arm.id}", type="0")
    junction = add(root, "junction", id=JUNCTION, name=shape.name, type="default")
    for k, link in enumerate(links):
        node = add(
            junction,
            "connection",
            id=str(k),
            incomingRoad=link.start.id,
            connectingRoad=str(1000 + k),
            contactPoint=START,
        )
        add(node, "laneLink", from_=str(link.lane_in), to="-1")
    for group in groups:
        add(junction, "controller", id=group, type="0", sequence="0")
    return document_bytes(root)


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """One lane through the junction."""

    start: Arm
    end: Arm
    lane_in: int  # positive: an entering lane of `start`
    lane_out: int  # negative: a leaving lane of `end`
    right_turn: bool
    kerb: bool  # a sidewalk runs along it on the right


def connections(shape: Crossing, arms: Sequence[Arm], a: Arm, b: Arm) -> list[Connection]:
    """Return the lanes that lead from arm a to arm b: all straight on, the innermost left, the outermost right."""
    turn = turn_of(a, b)
    if abs(turn) < 0.5:
        lanes = range(1, shape.lanes + 1)
    elif turn > 0:
        lanes = range(1, 2)
    else:
        lanes = range(shape.lanes, shape.lanes + 1)
    right = turn < -0.5
    closed = abs(turn) < 0.5 and not any(turn_of(a, arm) < -0.5 for arm in arms if arm is not a)
    return [
        Connection(
            start=a, end=b, lane_in=k, lane_out=-k, right_turn=right, kerb=right or (closed and k == shape.lanes)
        )
        for k in lanes
    ]


def turn_of(a: Arm, b: Arm) -> float:
    """Return how far traffic turns from arm a to arm b, rad, left positive."""
    return (b.heading_rad - (a.heading_rad + pi) + pi) % (2 * pi) - pi


def beside(shape: Crossing, arm: Arm, t_m: float) -> tuple[float, float]:
    """Return the point at the beginning of an arm, t to the left of its reference line."""
    c, s = cos(arm.heading_rad), sin(arm.heading_rad)
    return shape.reach_m * c - t_m * s, shape.reach_m * s + t_m * c


def add_arm(root: Element, shape: Crossing, arm: Arm) -> None:
    """Append an arm with its lanes, light, stop line, crosswalk and things."""
    length = sum(p.length_m for p in arm.pieces)
    road = add_road(
        root,
        id=arm.id,
        name=f"arm {arm.id}",
        start=(*beside(shape, arm, 0.0), arm.heading_rad),
        pieces=arm.pieces,
        left=side_lanes(shape, arm, 1),
        right=side_lanes(shape, arm, -1),
        centre_mark="solid",
        links=[("predecessor", "junction", JUNCTION, "")],
        speed_kph=shape.speed_kph,
        elevation=[(0.0, 0.0, 0.0, 3 * arm.climb_m / length**2, -2 * arm.climb_m / length**3)],
    )
    add_objects(add(road, "objects"), shape, arm)
    add_signals(add(road, "signals"), shape, arm)


def side_lanes(shape: Crossing, arm: Arm, sign: int) -> list[LaneSpec]:
    """Return the lanes of one side of an arm, outward: driving, parking where there is any, sidewalk."""
    n = shape.lanes
    out = [
        LaneSpec(id=sign * k, type="driving", width_m=shape.lane_width_m, mark="broken" if k < n else "solid")
        for k in range(1, n + 1)
    ]
    if arm.parking_m:
        out.append(LaneSpec(id=sign * (n + 1), type="parking", width_m=arm.parking_m, mark="curb"))
    out.append(LaneSpec(id=sign * (len(out) + 1), type="sidewalk", width_m=shape.sidewalk_m, height_m=0.12))
    return out


def add_objects(node: Element, shape: Crossing, arm: Arm) -> None:
    """Append the crosswalk, inside the junction, and the things beside the arm."""
    half = shape.lanes * shape.lane_width_m
    near, far = CROSSWALK_M
    walk = add(
        node, "object", id=f"X{arm.id}", type="crosswalk", name="crosswalk", s=0.0, t=0.0, zOffset=0.0,
        hdg=0.0, pitch=0.0, roll=0.0, orientation="none", length=far - near, width=2 * half, height=0.0,
    )  # fmt: skip
    outline = add(add(walk, "outlines"), "outline", id="0", closed="true")
    for k, (u, v) in enumerate(((-near, half), (-far, half), (-far, -half), (-near, -half))):
        add(outline, "cornerLocal", u=u, v=v, z=0.0, height=0.0, id=str(k))
    for k, thing in enumerate(arm.things):
        length, width, height = thing.size
        round_ = thing.type in ("tree", "pole")
        extent = {"radius": length / 2} if round_ else {"length": length, "width": width}
        add(
            node, "object", id=f"{thing.type[0].upper()}{arm.id}.{k}", type=thing.type, name=thing.type, s=thing.s_m,
            t=thing.t_m, zOffset=0.0, hdg=0.0, pitch=0.0, roll=0.0, orientation="none", height=height, **extent,
        )  # fmt: skip


def add_signals(node: Element, shape: Crossing, arm: Arm) -> None:
    """Append the light or sign of the entering lanes, and their stop line where they must stop."""
    if arm.control == "none":
        return
    half = shape.lanes * shape.lane_width_m
    if arm.control != "light":
        add_sign(node, shape, arm)
        if arm.control == "stop":
            add_stop_line(node, shape, arm)
        return
    light = add(
        node, "signal", s=0.0, t=half + arm.parking_m + 0.6, id=f"L{arm.id}", name="light", dynamic="yes",
        orientation="-", zOffset=LIGHT_ABOVE_M, country="OpenDRIVE", type=LIGHT, subtype="-1",
        width=LIGHT_SIZE_M[0], height=LIGHT_SIZE_M[1], hOffset=0.0, pitch=0.0, roll=0.0,
    )  # fmt: skip
    add(light, "validity", fromLane="1", toLane=str(shape.lanes))
    add_stop_line(node, shape, arm)


def add_stop_line(node: Element, shape: Crossing, arm: Arm) -> None:
    """Append the stop line of the entering lanes."""
    half = shape.lanes * shape.lane_width_m
    line = add(
        node, "signal", s=0.0, t=half / 2, id=f"S{arm.id}", name="stop line", dynamic="no", orientation="-",
        zOffset=0.0, country="DE", type=STOP_LINE, subtype="-1", width=half, height=0.0, hOffset=0.0, pitch=0.0,
        roll=0.0,
    )  # fmt: skip
    add(line, "validity", fromLane="1", toLane=str(shape.lanes))


def add_sign(node: Element, shape: Crossing, arm: Arm) -> None:
    """Append the sign that rules the entering lanes."""
    t = shape.lanes * shape.lane_width_m + arm.parking_m + 0.6
    sign = add(
        node, "signal", s=0.0, t=t, id=f"G{arm.id}", name=arm.control, dynamic="no", orientation="-",
        zOffset=SIGN_ABOVE_M, country="DE", type=SIGNS[arm.control], subtype="-1", width=SIGN_M, height=SIGN_M,
        hOffset=0.0, pitch=0.0, roll=0.0,
    )  # fmt: skip
    add(sign, "validity", fromLane="1", toLane=str(shape.lanes))


def add_connecting_road(root: Element, shape: Crossing, link: Connection, id: str) -> None:
    """Append the road of one connection: its single lane lies right of the reference line."""
    x0, y0 = beside(shape, link.start, (link.lane_in - 1) * shape.lane_width_m)
    x1, y1 = beside(shape, link.end, (link.lane_out + 1) * shape.lane_width_m)
    start, end = (x0, y0, link.start.heading_rad + pi), (x1, y1, link.end.heading_rad)
    lane = LaneSpec(
        id=-1, type="driving", width_m=shape.lane_width_m, predecessor=link.lane_in, successor=link.lane_out
    )
    lanes = [lane]
    plain = not (link.start.parking_m or link.end.parking_m)
    if link.kerb and plain:
        n = shape.lanes + 1
        lanes.append(
            LaneSpec(id=-2, type="sidewalk", width_m=shape.sidewalk_m, height_m=0.12, predecessor=n, successor=-n)
        )
    add_road(
        root,
        id=id,
        name="",
        start=start,
        pieces=turn_pieces(start, end),
        left=(),
        right=lanes,
        junction=JUNCTION,
        links=[("predecessor", "road", link.start.id, START), ("successor", "road", link.end.id, START)],
        speed_kph=shape.speed_kph if not link.right_turn else min(shape.speed_kph, 30.0),
    )
