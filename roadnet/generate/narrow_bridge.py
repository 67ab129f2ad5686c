"""A two-lane rural road that narrows onto a bridge between guard rails."""

from dataclasses import dataclass

from roadnet.generate.document import Cubic, LaneSpec, Piece
from roadnet.generate.parts.furniture import LIMIT, NARROW, Run, Sign, Thing
from roadnet.generate.parts.profiles import level, smooth, vertical
from roadnet.generate.parts.ranges import OURS, RAL, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, Structure, both_sides, map_bytes

PLACES = frozenset({"following", "kerbside"})
RANGES = {
    "bridge_m": Range(low=20.0, high=120.0, unit="m", source=OURS),
    "approach_m": Range(low=150.0, high=350.0, unit="m", source=OURS),
    "taper_m": Range(low=20.0, high=60.0, unit="m", source=f"{RAL}: widths change over L = v sqrt(b / 3)"),
    "lane_width_m": Range(low=3.0, high=3.5, unit="m", source=f"{RAL}: RQ 9 to RQ 11"),
    "bridge_lane_m": Range(
        low=2.4, high=2.9, unit="m", source="two cars pass at 4.75 m, car and lorry at 5.55 m: RASt 06, recalled"
    ),
    "shoulder_m": Range(low=1.0, high=1.5, unit="m", source=f"{RAL}: unpaved shoulder"),
    "hump": Range(low=0.0, high=0.04, unit="m/m", source=f"{RAL}: EKL 3 at most 6.5 %"),
    "speed_kph": Range(low=60.0, high=100.0, unit="km/h", source="German StVO: 100 km/h outside towns", step=10.0),
    "bridge_kph": Range(low=30.0, high=50.0, unit="km/h", source=OURS, step=10.0),
}
RIM_M = 0.3  # what is left of the shoulder on the bridge (ours)


@dataclass(frozen=True, kw_only=True, slots=True)
class NarrowBridge:
    """The form's parameters."""

    bridge_m: float = 60.0
    approach_m: float = 220.0
    taper_m: float = 30.0
    lane_width_m: float = 3.25
    bridge_lane_m: float = 2.6
    shoulder_m: float = 1.5
    hump: float = 0.02
    speed_kph: float = 80.0
    bridge_kph: float = 50.0


FORM = NarrowBridge


def sample(seed: int) -> NarrowBridge:
    """Return parameters drawn from RANGES."""
    return NarrowBridge(**drawn("narrow_bridge", RANGES, seed))  # type: ignore[arg-type]


def document(form: NarrowBridge) -> bytes:
    """Return the road as OpenDRIVE 1.7."""
    begin = form.approach_m
    end = begin + form.bridge_m
    length = end + form.approach_m
    outward = (
        LaneSpec(id=1, type="driving", width_m=0.0, mark="solid",
                 widths=waist(form, form.lane_width_m, form.bridge_lane_m)),
        LaneSpec(id=2, type="shoulder", width_m=0.0, widths=waist(form, form.shoulder_m, RIM_M)),
    )  # fmt: skip
    crest = form.bridge_m + 60.0
    half = length / 2 - crest / 2
    road = RoadSpec(
        id="1",
        name="bridge road",
        start=(0.0, 0.0, 0.0),
        pieces=(Piece(length),),
        sections=(both_sides(outward, centre_mark="broken"),),
        speeds_kph=((0.0, form.speed_kph),),
        elevation=vertical([(form.hump, half), (-form.hump, half)], [crest]),
        things=tuple(
            Thing(
                type="barrier", subtype="guardRail", name="guardRail", s_m=begin - 10.0,
                t_m=side * (form.bridge_lane_m + RIM_M + 0.1), size=(4.0, 0.25, 1.0),
                run=Run(length_m=form.bridge_m + 20.0, distance_m=0.0),
            )
            for side in (1.0, -1.0)
        ),
        structures=(Structure(tag="bridge", type="concrete", s_m=begin, length_m=form.bridge_m),),
        signs=tuple(
            Sign(type=type, s_m=s if facing == "+" else length - s, t_m=side * (form.lane_width_m + form.shoulder_m),
                 lanes=(round(side), round(side)), facing=facing, value=value)
            for facing, side in (("+", -1.0), ("-", 1.0))
            for type, s, value in ((NARROW, begin - 100.0, None), (LIMIT, begin - 60.0, form.bridge_kph))
        ),
    )  # fmt: skip
    return map_bytes("narrow_bridge", [road])


def waist(form: NarrowBridge, wide_m: float, narrow_m: float) -> tuple[Cubic, ...]:
    """Return a width that shrinks before the bridge's rails and grows again behind them."""
    begin, end = form.approach_m - 12.0, form.approach_m + form.bridge_m + 12.0
    return (
        level(wide_m),
        smooth(begin - form.taper_m, form.taper_m, wide_m, narrow_m),
        (begin, narrow_m, 0.0, 0.0, 0.0),
        smooth(end, form.taper_m, narrow_m, wide_m),
        (end + form.taper_m, wide_m, 0.0, 0.0, 0.0),
    )
