"""A two-lane road through a tunnel: walls, emergency walkways, lights, a bend inside."""

from dataclasses import dataclass
from math import radians

from roadnet.generate.curved_road import curve
from roadnet.generate.document import LaneSpec, Piece
from roadnet.generate.parts.furniture import LIMIT, Run, Sign, Thing
from roadnet.generate.parts.profiles import vertical
from roadnet.generate.parts.ranges import OURS, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, Structure, both_sides, map_bytes

PLACES = frozenset({"following", "kerbside"})
RABT = "German RABT/EABT 80/100 (tunnels), recalled"
RANGES = {
    "tunnel_m": Range(low=150.0, high=600.0, unit="m", source=OURS),
    "approach_m": Range(low=120.0, high=300.0, unit="m", source=OURS),
    "lane_width_m": Range(low=3.25, high=3.75, unit="m", source=f"{RABT}: 10.5 T and 11 T"),
    "walkway_m": Range(low=1.0, high=1.5, unit="m", source=f"{RABT}: emergency walkways of 1 m"),
    "wall_m": Range(low=4.7, high=6.0, unit="m", source=f"{RABT}: clearance of 4.5 m"),
    "radius_m": Range(low=400.0, high=1200.0, unit="m", source="by stopping sight between the walls at 80 km/h; ours"),
    "turn_deg": Range(low=3.0, high=15.0, unit="deg", source=OURS),
    "grade": Range(low=0.005, high=0.03, unit="m/m", source=f"{RABT}: at most 3 % where it can be had"),
    "speed_kph": Range(low=50.0, high=80.0, unit="km/h", source="German StVO: 80 km/h in two-way tunnels", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tunnel:
    """The form's parameters."""

    tunnel_m: float = 300.0
    approach_m: float = 180.0
    lane_width_m: float = 3.5
    walkway_m: float = 1.0
    wall_m: float = 5.0
    radius_m: float = 600.0
    turn_deg: float = 8.0
    grade: float = 0.02
    speed_kph: float = 80.0


FORM = Tunnel


def sample(seed: int) -> Tunnel:
    """Return parameters drawn from RANGES."""
    return Tunnel(**drawn("tunnel", RANGES, seed))  # type: ignore[arg-type]


def document(form: Tunnel) -> bytes:
    """Return the road as OpenDRIVE 1.7: it falls into the tunnel, bends in it and rises again."""
    bend = curve(form.radius_m, radians(form.turn_deg))
    inside = sum(p.length_m for p in bend)
    straight = form.approach_m + form.tunnel_m / 2
    pieces = (Piece(straight), *bend, Piece(straight))
    length = 2 * straight + inside
    begin, long = form.approach_m, form.tunnel_m + inside
    outward = (
        LaneSpec(id=1, type="driving", width_m=form.lane_width_m, mark="solid"),
        LaneSpec(id=2, type="border", width_m=0.25, mark="curb"),
        LaneSpec(id=3, type="walking", width_m=form.walkway_m, height_m=0.1),
    )
    half, verge = length / 2, form.lane_width_m + form.walkway_m + 1.2
    sag = min(120.0, length / 3)
    road = RoadSpec(
        id="1",
        name="tunnel",
        start=(0.0, 0.0, 0.0),
        pieces=pieces,
        sections=(both_sides(outward, centre_mark="solid solid"),),
        speeds_kph=((0.0, form.speed_kph),),
        elevation=vertical([(-form.grade, half - sag / 2), (form.grade, half - sag / 2)], [sag]),
        things=inner_things(form, begin, long),
        structures=(Structure(tag="tunnel", type="standard", s_m=begin, length_m=long),),
        signs=(
            Sign(type=LIMIT, s_m=40.0, t_m=-verge, lanes=(-1, -1), facing="+", value=form.speed_kph),
            Sign(type=LIMIT, s_m=length - 40.0, t_m=verge, lanes=(1, 1), facing="-", value=form.speed_kph),
        ),
    )
    return map_bytes("tunnel", [road])


def inner_things(form: Tunnel, begin_m: float, long_m: float) -> tuple[Thing, ...]:
    """Return walls on both sides, the lights under the ceiling, and the lintels of both portals."""
    t = form.lane_width_m + 0.25 + form.walkway_m + 0.2
    run = Run(length_m=long_m, distance_m=0.0)
    walls = [
        Thing(type="barrier", subtype="wall", name="tunnel wall", s_m=begin_m, t_m=side * t,
              size=(4.0, 0.4, form.wall_m), run=run)
        for side in (1.0, -1.0)
    ]  # fmt: skip
    lights = [
        Thing(
            type="streetLamp", name="tunnel lamp", s_m=begin_m + 2.0, t_m=side * (t - 0.7), size=(1.2, 0.3, 0.15),
            up_m=form.wall_m - 0.25, run=Run(length_m=long_m - 4.0, distance_m=12.0),
        )
        for side in (1.0, -1.0)
    ]  # fmt: skip
    return (*walls, *lights)
