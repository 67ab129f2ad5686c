"""An urban street with parking, perhaps bicycle lanes, sidewalks, crosswalks, houses, trees and lamps."""

from dataclasses import dataclass
from math import radians

from roadnet.base.streams import Streams
from roadnet.generate.curved_road import curve
from roadnet.generate.document import Piece
from roadnet.generate.parts.furniture import LIMIT, Sign
from roadnet.generate.parts.ranges import OURS, RAST, Choice, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, map_bytes
from roadnet.generate.parts.streets import StreetSection, crosswalks, lined, spaces, street_section

LEAST_TURN_DEG = 1.0  # less is no bend
PLACES = frozenset({"following", "kerbside"})
RANGES = {
    "scenery": Range(low=0.0, high=999.0, unit="", source="ours: seed of what lines the street", step=1.0),
    "lanes": Range(low=1.0, high=2.0, unit="", source=OURS, step=1.0),
    "bike": Choice(words=("lane", "none"), source=f"{RAST}: protective lanes from 1.5 m"),
    "straight_m": Range(low=120.0, high=250.0, unit="m", source=OURS),
    "radius_m": Range(
        low=150.0, high=500.0, unit="m", source=f"{RAST}: main streets; ours, wide enough for the houses"
    ),
    "turn_deg": Range(low=-30.0, high=30.0, unit="deg", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "parking_m": Range(low=2.0, high=2.3, unit="m", source=f"{RAST}: parking along the kerb 2.0 m"),
    "sidewalk_m": Range(low=2.5, high=4.5, unit="m", source=f"{RAST}: sidewalks from 2.5 m"),
    "crosswalks": Range(low=1.0, high=3.0, unit="", source=OURS, step=1.0),
    "speed_kph": Range(low=30.0, high=50.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class UrbanStreet:
    """The form's parameters."""

    scenery: int = 1
    lanes: int = 1
    bike: str = "none"
    straight_m: float = 180.0
    radius_m: float = 250.0
    turn_deg: float = 20.0
    lane_width_m: float = 3.25
    parking_m: float = 2.1
    sidewalk_m: float = 3.0
    crosswalks: int = 2
    speed_kph: float = 50.0


FORM = UrbanStreet


def sample(seed: int) -> UrbanStreet:
    """Return parameters drawn from RANGES."""
    return UrbanStreet(**drawn("urban_street", RANGES, seed))  # type: ignore[arg-type]


def document(form: UrbanStreet) -> bytes:
    """Return the street as OpenDRIVE 1.7."""
    cs = StreetSection(
        lanes=form.lanes,
        lane_m=form.lane_width_m,
        bike_m=1.6 if form.bike == "lane" else 0.0,
        parking_m=form.parking_m,
        sidewalk_m=form.sidewalk_m,
    )
    bend = curve(form.radius_m, radians(form.turn_deg)) if abs(form.turn_deg) >= LEAST_TURN_DEG else ()
    pieces = (Piece(form.straight_m), *bend, Piece(form.straight_m))
    length = sum(p.length_m for p in pieces)
    at = [length * (k + 1) / (form.crosswalks + 1) for k in range(form.crosswalks)]
    walks, walk_signs = crosswalks(cs, at)
    post = cs.kerb_m + 0.5
    limits = (
        Sign(type=LIMIT, s_m=15.0, t_m=-post, lanes=(-1, -cs.lanes), facing="+", value=form.speed_kph),
        Sign(type=LIMIT, s_m=length - 15.0, t_m=post, lanes=(1, cs.lanes), facing="-", value=form.speed_kph),
    )
    road = RoadSpec(
        id="1",
        name="street",
        kind="town",
        start=(0.0, 0.0, 0.0),
        pieces=pieces,
        sections=(street_section(cs),),
        speeds_kph=((0.0, form.speed_kph),),
        things=(
            *walks,
            *spaces(cs, 8.0, length - 8.0, at),
            *lined(Streams(form.scenery, 0).rng("urban_street scenery"), cs, length),
        ),
        signs=(*walk_signs, *limits),
    )
    return map_bytes("urban_street", [road])
