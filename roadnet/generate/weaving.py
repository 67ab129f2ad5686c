"""A weaving section: an entry and, a few hundred metres on, an exit that share one lane beside the motorway."""

from dataclasses import dataclass

from roadnet.generate.document import END, START, Piece
from roadnet.generate.parts.joints import joint
from roadnet.generate.parts.motorway import (
    CrossSection,
    ahead,
    entry_movements,
    entry_ramp,
    exit_movements,
    exit_ramp,
    motorway_road,
    nose,
    rails,
    ramp,
    section,
)
from roadnet.generate.parts.profiles import level
from roadnet.generate.parts.ranges import OURS, RAA, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, map_bytes

RAMP_KPH = 60.0
PLACES = frozenset({"following", "side_by_side"})
RANGES = {
    "lanes": Range(low=2.0, high=4.0, unit="", source=f"{RAA}: RQ 31, RQ 36, RQ 43.5", step=1.0),
    "lane_width_m": Range(low=3.5, high=3.75, unit="m", source=f"{RAA}: lanes of EKA 1"),
    "median_m": Range(low=1.5, high=2.5, unit="m", source=f"{RAA}: half of 4 m, with the edge strips"),
    "shoulder_m": Range(low=2.0, high=3.0, unit="m", source=f"{RAA}: emergency lane 2.5 to 3 m"),
    "weaving_m": Range(low=150.0, high=500.0, unit="m", source=f"{RAA}: 180 m in cloverleafs; HBS up to 500 m"),
    "lead_m": Range(low=200.0, high=400.0, unit="m", source=OURS),
    "ramp_radius_m": Range(low=125.0, high=250.0, unit="m", source=f"{RAA}: ramps of 60 to 80 km/h"),
    "speed_kph": Range(low=80.0, high=130.0, unit="km/h", source="posted limits of European motorways", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Weaving:
    """The form's parameters."""

    lanes: int = 2
    lane_width_m: float = 3.75
    median_m: float = 2.0
    shoulder_m: float = 2.5
    weaving_m: float = 250.0
    lead_m: float = 250.0
    ramp_radius_m: float = 150.0
    speed_kph: float = 100.0


FORM = Weaving


def sample(seed: int) -> Weaving:
    """Return parameters drawn from RANGES."""
    return Weaving(**drawn("weaving", RANGES, seed))  # type: ignore[arg-type]


def document(form: Weaving) -> bytes:
    """Return the motorway as OpenDRIVE 1.7."""
    cs = CrossSection(
        lanes=form.lanes,
        lane_m=form.lane_width_m,
        median_m=form.median_m,
        shoulder_m=form.shoulder_m,
        speed_kph=form.speed_kph,
    )
    _, gap = nose(cs, form.ramp_radius_m)
    lead, along = Piece(form.lead_m), Piece(form.weaving_m)
    before = RoadSpec(
        id="1",
        start=(0.0, 0.0, 0.0),
        pieces=(lead,),
        sections=(section(cs),),
        links={END: ("junction", "100", "")},
        things=rails(cs, form.lead_m, right_until_m=form.lead_m / 2),
        **motorway_road(cs),
    )
    middle = RoadSpec(
        id="2",
        start=ahead(before.end, gap),
        pieces=(along,),
        sections=(section(cs, 0.0, (level(cs.lane_m),), "driving"),),
        links={START: ("junction", "100", ""), END: ("junction", "101", "")},
        things=rails(cs, form.weaving_m),
        **motorway_road(cs),
    )
    after = RoadSpec(
        id="3",
        start=ahead(middle.end, gap),
        pieces=(lead,),
        sections=(section(cs),),
        links={START: ("junction", "101", "")},
        things=rails(cs, form.lead_m),
        **motorway_road(cs),
    )
    on = entry_ramp(cs, middle, form.ramp_radius_m, 80.0, ramp(cs, "4", END, "100", RAMP_KPH))
    off = exit_ramp(cs, middle, form.ramp_radius_m, 80.0, ramp(cs, "5", START, "101", RAMP_KPH))
    entries, first = joint("100", entry_movements(cs, before, middle, on), name="entry", first=1000)
    exits, second = joint("101", exit_movements(cs, middle, after, off), name="exit", first=1100)
    return map_bytes("weaving", [before, middle, after, on, off, *entries, *exits], [first, second])
