"""What stands beside, over and on a road: things (<object>) and signs, lights, painted lines (<signal>)."""

from dataclasses import dataclass
from math import cos, pi, sin

from roadnet.generate.document import Element, add

STOP, YIELD, STOP_LINE, YIELD_LINE, LIMIT, PRIORITY, RAIL, WORKS = (
    "206",
    "205",
    "294",
    "341",
    "274",
    "301",
    "201",
    "123",
)
NARROW, CROSSING_SIGN, SCHOOL, CLOSED_LANE, ROUNDABOUT = "120", "350", "136", "531", "215"
OUTLINED, ROUND_CORNERS = ("crosswalk", "trafficIsland"), 32
LIGHT = "1000001"  # the OpenDRIVE catalogue's number of a traffic light
SIGN_ABOVE_M, SIGN_SIZE_M = 2.2, 0.6  # lower edge over the ground, width of a round sign (German VwV-StVO, recalled)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """Copies of a thing along the road; distance_m 0: one unbroken thing."""

    length_m: float
    distance_m: float
    t_end_m: float | None = None  # where the last stands; None: as the first


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """Something beside, over or on a road."""

    type: str  # OpenDRIVE object type
    s_m: float
    t_m: float
    size: tuple[float, float, float]  # length, width, height m
    name: str = ""
    subtype: str = ""
    up_m: float = 0.0
    turn_rad: float = 0.0
    round: bool = False
    ahead_m: float = 0.0  # of a crosswalk: its middle lies so far along the road from s_m, perhaps beyond its end
    run: Run | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """A sign, light or painted line that governs lanes."""

    type: str
    s_m: float
    t_m: float
    lanes: tuple[int, int]  # from, to
    facing: str  # "+": for traffic along the road's s, "-": against it
    value: float | None = None  # km/h of a speed limit
    width_m: float = SIGN_SIZE_M
    id: str = ""  # "": numbered on the road


def add_things(node: Element, road: str, things: tuple[Thing, ...]) -> None:
    """Append the things of a road to its <objects>."""
    for k, thing in enumerate(things):
        length, width, height = thing.size
        extent = {"radius": width / 2} if thing.round else {"length": length, "width": width}
        kind = {"subtype": thing.subtype} if thing.subtype else {}
        out = add(
            node, "object", id=f"O{road}.{k}", type=thing.type, **kind, name=thing.name or thing.type, s=thing.s_m,
            t=thing.t_m, zOffset=thing.up_m, hdg=thing.turn_rad, pitch=0.0, roll=0.0, orientation="none",
            height=height, **extent,
        )  # fmt: skip
        if thing.run is not None:
            end = thing.t_m if thing.run.t_end_m is None else thing.run.t_end_m
            add(
                out, "repeat", s=thing.s_m, length=thing.run.length_m, distance=thing.run.distance_m, tStart=thing.t_m,
                tEnd=end, heightStart=height, heightEnd=height, zOffsetStart=thing.up_m, zOffsetEnd=thing.up_m,
            )  # fmt: skip
        if thing.type in OUTLINED:
            outline = add(add(out, "outlines"), "outline", id="0", closed="true")
            for i, (u, v) in enumerate(corners(thing)):
                add(outline, "cornerLocal", u=u, v=v, z=0.0, height=height, id=str(i))
        if thing.type == "parkingSpace":
            add(out, "parkingSpace", access="car")


def corners(thing: Thing) -> list[tuple[float, float]]:
    """Return the outline of a thing, m from its place along and across the road, counter-clockwise."""
    length, width, _ = thing.size
    if thing.round:
        turns = [2 * pi * k / ROUND_CORNERS for k in range(ROUND_CORNERS)]
        return [(width / 2 * cos(a), width / 2 * sin(a)) for a in turns]
    box = ((1, 1), (-1, 1), (-1, -1), (1, -1))
    return [(thing.ahead_m + u * length / 2, v * width / 2) for u, v in box]


def add_signs(node: Element, road: str, signs: tuple[Sign, ...]) -> None:
    """Append the signs, lights and lines of a road to its <signals>."""
    for k, sign in enumerate(signs):
        painted, light = sign.type in (STOP_LINE, YIELD_LINE), sign.type == LIGHT
        value: dict[str, float | str] = {} if sign.value is None else {"value": sign.value, "unit": "km/h"}
        out = add(
            node, "signal", s=sign.s_m, t=sign.t_m, id=sign.id or f"S{road}.{k}", name=sign.type,
            dynamic="yes" if light else "no", orientation=sign.facing, zOffset=0.0 if painted else SIGN_ABOVE_M,
            country="OpenDRIVE" if light else "DE", type=sign.type, subtype="-1", **value, width=sign.width_m,
            height=0.0 if painted else 0.9 if light else SIGN_SIZE_M, hOffset=0.0, pitch=0.0, roll=0.0,
        )  # fmt: skip
        add(out, "validity", fromLane=str(min(sign.lanes)), toLane=str(max(sign.lanes)))
