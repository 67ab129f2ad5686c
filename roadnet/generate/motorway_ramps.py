"""A motorway with an exit and then an entry on the right: tapers, deceleration and acceleration lanes, ramps."""

from dataclasses import dataclass
from math import radians

from roadnet.generate.curved_road import curve
from roadnet.generate.document import END, START, Piece
from roadnet.generate.parts.joints import joint
from roadnet.generate.parts.motorway import (
    CrossSection,
    ahead,
    closing,
    entry_movements,
    entry_ramp,
    exit_movements,
    exit_ramp,
    motorway_road,
    nose,
    opening,
    rails,
    ramp,
    section,
)
from roadnet.generate.parts.profiles import superelevation
from roadnet.generate.parts.ranges import OURS, RAA, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, map_bytes

RAMP_KPH = 60.0
PLACES = frozenset({"following", "side_by_side"})
RANGES = {
    "lanes": Range(low=2.0, high=4.0, unit="", source=f"{RAA}: RQ 31, RQ 36, RQ 43.5", step=1.0),
    "lane_width_m": Range(low=3.5, high=3.75, unit="m", source=f"{RAA}: lanes of EKA 1"),
    "median_m": Range(low=1.5, high=2.5, unit="m", source=f"{RAA}: half of 4 m, with the edge strips"),
    "shoulder_m": Range(low=2.0, high=3.0, unit="m", source=f"{RAA}: emergency lane 2.5 to 3 m"),
    "taper_m": Range(low=30.0, high=60.0, unit="m", source=f"{RAA}: taper of 30 m at exits, 60 m at entries"),
    "deceleration_m": Range(low=190.0, high=300.0, unit="m", source=f"{RAA}: exit lane 250 m with taper"),
    "acceleration_m": Range(low=190.0, high=300.0, unit="m", source=f"{RAA}: entry lane 250 m with taper"),
    "between_m": Range(low=250.0, high=400.0, unit="m", source=OURS),
    "radius_m": Range(low=900.0, high=3000.0, unit="m", source=f"{RAA}: EKA 1 A from 900 m"),
    "turn_deg": Range(low=5.0, high=20.0, unit="deg", source=OURS),
    "ramp_radius_m": Range(low=125.0, high=250.0, unit="m", source=f"{RAA}: ramps of 60 to 80 km/h"),
    "speed_kph": Range(low=100.0, high=130.0, unit="km/h", source="posted limits of European motorways", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class MotorwayRamps:
    """The form's parameters."""

    lanes: int = 2
    lane_width_m: float = 3.75
    median_m: float = 2.0
    shoulder_m: float = 2.5
    taper_m: float = 60.0
    deceleration_m: float = 190.0
    acceleration_m: float = 190.0
    between_m: float = 300.0
    radius_m: float = 1500.0
    turn_deg: float = 10.0
    ramp_radius_m: float = 150.0
    speed_kph: float = 120.0


FORM = MotorwayRamps


def sample(seed: int) -> MotorwayRamps:
    """Return parameters drawn from RANGES."""
    return MotorwayRamps(**drawn("motorway_ramps", RANGES, seed))  # type: ignore[arg-type]


def document(form: MotorwayRamps) -> bytes:
    """Return the motorway as OpenDRIVE 1.7: a curve, the exit, a straight, the entry, a curve."""
    cs = cross_section(form)
    bend = (Piece(100.0), *curve(form.radius_m, radians(form.turn_deg)), Piece(60.0))
    lead = sum(p.length_m for p in bend)
    pieces = (*bend[:-1], Piece(bend[-1].length_m + form.taper_m + form.deceleration_m))
    before = RoadSpec(
        id="1",
        start=(0.0, 0.0, 0.0),
        pieces=pieces,
        sections=(section(cs), section(cs, lead, opening(cs, form.taper_m), "exit")),
        links={END: ("junction", "100", "")},
        roll=superelevation(pieces, sharpest_m=900.0),
        things=rails(cs, lead + form.taper_m + form.deceleration_m, right_until_m=lead),
        **motorway_road(cs),
    )
    _, gap = nose(cs, form.ramp_radius_m)
    between = RoadSpec(
        id="2",
        start=ahead(before.end, gap),
        pieces=(Piece(form.between_m),),
        sections=(section(cs),),
        links={START: ("junction", "100", ""), END: ("junction", "101", "")},
        things=rails(cs, form.between_m, right_until_m=form.between_m),
        **motorway_road(cs),
    )
    tail = (Piece(form.acceleration_m + form.taper_m + bend[0].length_m), *bend[1:])
    after = RoadSpec(
        id="3",
        start=ahead(between.end, gap),
        pieces=tail,
        sections=(
            section(cs, 0.0, closing(cs, form.acceleration_m, form.taper_m), "entry"),
            section(cs, form.acceleration_m + form.taper_m),
        ),
        links={START: ("junction", "101", "")},
        roll=superelevation(tail, sharpest_m=900.0),
        things=rails(cs, sum(p.length_m for p in tail)),
        **motorway_road(cs),
    )
    straight = form.between_m / 2 - 80.0  # the ramps end before they meet
    off = exit_ramp(cs, before, form.ramp_radius_m, straight, ramp(cs, "4", START, "100", RAMP_KPH))
    on = entry_ramp(cs, after, form.ramp_radius_m, straight, ramp(cs, "5", END, "101", RAMP_KPH))
    exits, first = joint("100", exit_movements(cs, before, between, off), name="exit", first=1000)
    entries, second = joint("101", entry_movements(cs, between, after, on), name="entry", first=1100)
    return map_bytes("motorway_ramps", [before, between, after, off, on, *exits, *entries], [first, second])


def cross_section(form: MotorwayRamps) -> CrossSection:
    """Return the form's cross section."""
    return CrossSection(
        lanes=form.lanes,
        lane_m=form.lane_width_m,
        median_m=form.median_m,
        shoulder_m=form.shoulder_m,
        speed_kph=form.speed_kph,
    )
