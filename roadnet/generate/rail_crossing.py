"""A road that crosses a railway on the level: lights, half barriers, St Andrew's crosses, stop lines."""

from dataclasses import dataclass
from math import cos, pi, radians, sin

from roadnet.generate.document import END, START, LaneSpec, Piece
from roadnet.generate.parts.furniture import LIGHT, RAIL, STOP_LINE, Sign, Thing
from roadnet.generate.parts.joints import Mouth, Movement, joint
from roadnet.generate.parts.profiles import level
from roadnet.generate.parts.ranges import OURS, RAL, Choice, Range, drawn
from roadnet.generate.parts.roads import Pose, RoadSpec, Section, map_bytes
from roadnet.generate.straight_road import two_lanes

PLACES = frozenset({"following", "kerbside"})
EBO = "German EBO section 11, recalled"
TRACK_M = 3.0  # width of the rail lane: what a train needs (ours); the gauge is 1.435 m
BEFORE_M = 6.0  # from the track's middle to the stop line, along the road's direction across it (ours)
RANGES = {
    "guard": Choice(words=("barriers", "lights", "cross"), source=f"{EBO}: technical protection or none"),
    "angle_deg": Range(low=60.0, high=120.0, unit="deg", source="near right angles: 60 to 90 degrees; ours"),
    "approach_m": Range(low=150.0, high=400.0, unit="m", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAL}: RQ 9 to RQ 11"),
    "shoulder_m": Range(low=1.5, high=2.0, unit="m", source=f"{RAL}: unpaved shoulder"),
    "rail_m": Range(low=80.0, high=250.0, unit="m", source=OURS),
    "speed_kph": Range(
        low=50.0, high=70.0, unit="km/h", source="German StVO: 70 km/h before level crossings", step=10.0
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class RailCrossing:
    """The form's parameters."""

    guard: str = "barriers"
    angle_deg: float = 75.0
    approach_m: float = 200.0
    lane_width_m: float = 3.0
    shoulder_m: float = 1.5
    rail_m: float = 120.0
    speed_kph: float = 70.0


FORM = RailCrossing


def sample(seed: int) -> RailCrossing:
    """Return parameters drawn from RANGES."""
    return RailCrossing(**drawn("rail_crossing", RANGES, seed))  # type: ignore[arg-type]


def document(form: RailCrossing) -> bytes:
    """Return road and railway as OpenDRIVE 1.7: they meet in a junction, so that the road stops before the track."""
    angle = radians(form.angle_deg)
    half_road = form.lane_width_m + 0.5 + form.shoulder_m
    reach = (BEFORE_M + abs(cos(angle)) * half_road) / sin(angle)
    rail_reach = (half_road + 2.0 + abs(cos(angle)) * TRACK_M) / sin(angle)
    roads = [
        road(form, "1", (-reach - form.approach_m, 0.0, 0.0), END),
        road(form, "2", (reach, 0.0, 0.0), START),
        rail(form, "3", -rail_reach - form.rail_m, END),
        rail(form, "4", rail_reach, START),
    ]
    west, east = Mouth(road=roads[0], end=END), Mouth(road=roads[1], end=START)
    south, north = Mouth(road=roads[2], end=END), Mouth(road=roads[3], end=START)
    across = (1, 2, 3)
    movements = [
        Movement(start=west, end=east, from_=across, to=across, marked=True),
        Movement(start=east, end=west, from_=across, to=across, marked=True),
        Movement(start=south, end=north, from_=(1,), to=(1,)),
    ]
    groups = {"1": ("L1", "L2")} if form.guard != "cross" else {}
    connecting, junction = joint("100", movements, name="level crossing", first=1000, groups=groups)
    return map_bytes("rail_crossing", [*roads, *connecting], [junction])


def road(form: RailCrossing, id: str, start: Pose, end: str) -> RoadSpec:
    """Return the road on one side; `end` is the one at the track."""
    s, facing, side = (form.approach_m, "+", -1) if end == END else (0.0, "-", 1)
    verge = side * (form.lane_width_m + 0.5 + 0.6)
    lanes = (side, side)
    signs = [
        Sign(type=RAIL, s_m=s, t_m=verge, lanes=lanes, facing=facing, width_m=0.8),
        Sign(
            type=STOP_LINE,
            s_m=s,
            t_m=side * form.lane_width_m / 2,
            lanes=lanes,
            facing=facing,
            width_m=form.lane_width_m,
        ),
    ]
    things = []
    if form.guard != "cross":
        signs.append(
            Sign(type=LIGHT, id=f"L{id}", s_m=s, t_m=verge + side * 0.4, lanes=lanes, facing=facing, width_m=0.35)
        )
    if form.guard == "barriers":
        box = Thing(type="pole", name="barrier drive", s_m=s, t_m=verge + side * 0.9, size=(0.5, 0.5, 1.2), round=True)
        boom = Thing(
            type="barrier", name="boom, raised", s_m=s, t_m=verge + side * 0.9, size=(0.15, 0.15, 5.0), up_m=1.0
        )
        things = [box, boom]
    return RoadSpec(
        id=id,
        name="road",
        start=start,
        pieces=(Piece(form.approach_m),),
        sections=(two_lanes(form.lane_width_m, 0.5, form.shoulder_m, broken=False),),
        speeds_kph=((0.0, form.speed_kph),),
        links={end: ("junction", "100", "")},
        signs=tuple(signs),
        things=tuple(things),
    )


def rail(form: RailCrossing, id: str, from_m: float, end: str) -> RoadSpec:
    """Return the track on one side of the crossing."""
    angle = radians(form.angle_deg)
    lane = LaneSpec(id=-1, type="rail", width_m=TRACK_M)
    return RoadSpec(
        id=id,
        name="railway",
        kind="unknown",
        start=(from_m * cos(angle), from_m * sin(angle), angle % (2 * pi)),
        pieces=(Piece(form.rail_m),),
        sections=(Section(right=(lane,)),),
        speeds_kph=((0.0, 100.0),),
        links={end: ("junction", "100", "")},
        offset=(level(TRACK_M / 2),),
    )
