"""A motorway that loses its outermost or its innermost lane over a taper."""

from dataclasses import dataclass, replace
from math import radians

from roadnet.generate.curved_road import curve
from roadnet.generate.document import LaneSpec, Piece
from roadnet.generate.parts.furniture import CLOSED_LANE, LIMIT, Sign
from roadnet.generate.parts.motorway import CrossSection, half, motorway_road, rails
from roadnet.generate.parts.profiles import smooth, superelevation
from roadnet.generate.parts.ranges import OURS, RAA, Choice, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, Section, map_bytes, sides

PLACES = frozenset({"following", "side_by_side"})
RANGES = {
    "lanes": Range(low=2.0, high=4.0, unit="", source=f"{RAA}: RQ 31, RQ 36, RQ 43.5", step=1.0),
    "drops": Choice(words=("right", "left"), source="both are built; RSA 21 closes the left one at works"),
    "lane_width_m": Range(low=3.5, high=3.75, unit="m", source=f"{RAA}: lanes of EKA 1"),
    "median_m": Range(low=1.5, high=2.5, unit="m", source=f"{RAA}: half of 4 m, with the edge strips"),
    "shoulder_m": Range(low=2.0, high=3.0, unit="m", source=f"{RAA}: emergency lane 2.5 to 3 m"),
    "lead_m": Range(low=250.0, high=500.0, unit="m", source=OURS),
    "taper_m": Range(
        low=90.0, high=250.0, unit="m", source="US MUTCD 3B.12: L = W S / 1.6, 3.6 m at 40-110 km/h, recalled"
    ),
    "radius_m": Range(low=900.0, high=3000.0, unit="m", source=f"{RAA}: EKA 1 A from 900 m"),
    "turn_deg": Range(low=5.0, high=15.0, unit="deg", source=OURS),
    "speed_kph": Range(low=80.0, high=130.0, unit="km/h", source="posted limits of European motorways", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneDrop:
    """The form's parameters."""

    lanes: int = 3
    drops: str = "right"
    lane_width_m: float = 3.75
    median_m: float = 2.0
    shoulder_m: float = 2.5
    lead_m: float = 350.0
    taper_m: float = 180.0
    radius_m: float = 1800.0
    turn_deg: float = 8.0
    speed_kph: float = 120.0


FORM = LaneDrop


def sample(seed: int) -> LaneDrop:
    """Return parameters drawn from RANGES."""
    return LaneDrop(**drawn("lane_drop", RANGES, seed))  # type: ignore[arg-type]


def document(form: LaneDrop) -> bytes:
    """Return the motorway as OpenDRIVE 1.7; the drop is on the right half, the left half keeps its lanes."""
    cs = CrossSection(
        lanes=form.lanes,
        lane_m=form.lane_width_m,
        median_m=form.median_m,
        shoulder_m=form.shoulder_m,
        speed_kph=form.speed_kph,
    )
    pieces = (Piece(form.lead_m + form.taper_m), *curve(form.radius_m, radians(form.turn_deg)), Piece(form.lead_m))
    length = sum(p.length_m for p in pieces)
    left = sides(half(cs))["left"]
    s1, s2 = form.lead_m, form.lead_m + form.taper_m
    rights = (half(cs), narrowing(form, half(cs)), narrowed(form, half(cs)))
    verge = -(cs.median_m + cs.lanes * cs.lane_m + cs.shoulder_m + 1.5)
    lanes = (-1 - cs.lanes, -2)
    signs = tuple(
        Sign(type=type, s_m=s1 - before, t_m=t, lanes=lanes, facing="+", value=value, width_m=0.9)
        for type, before, value in ((CLOSED_LANE, 200.0, None), (CLOSED_LANE, 20.0, None), (LIMIT, 150.0, 80.0))
        for t in (verge, 0.0)
    )
    road = RoadSpec(
        id="1",
        start=(0.0, 0.0, 0.0),
        pieces=pieces,
        sections=tuple(
            Section(s_m=s, left=left, right=sides(right)["right"])
            for s, right in zip((0.0, s1, s2), rights, strict=True)
        ),
        roll=superelevation(pieces, sharpest_m=900.0),
        signs=signs,
        things=rails(cs, length, right_until_m=s1),
        **motorway_road(cs),
    )
    return map_bytes("lane_drop", [road])


def dropped(form: LaneDrop) -> str:
    """Return the key of the lane that ends."""
    return f"D{form.lanes - 1}" if form.drops == "right" else "D0"


def narrowing(form: LaneDrop, outward: tuple[LaneSpec, ...]) -> tuple[LaneSpec, ...]:
    """Return the lanes along the taper; where the innermost lane ends, the median takes its width."""
    widths = {dropped(form): (smooth(0.0, form.taper_m, form.lane_width_m, 0.0),)}
    if form.drops == "left":
        widths["M"] = (smooth(0.0, form.taper_m, form.median_m, form.median_m + form.lane_width_m),)
    return tuple(replace(lane, widths=widths.get(lane.key, ())) for lane in outward)


def narrowed(form: LaneDrop, outward: tuple[LaneSpec, ...]) -> tuple[LaneSpec, ...]:
    """Return the lanes after the taper."""
    wide = form.median_m + (form.lane_width_m if form.drops == "left" else 0.0)
    kept = [replace(lane, width_m=wide) if lane.key == "M" else lane for lane in outward if lane.key != dropped(form)]
    last = max(k for k, lane in enumerate(kept) if lane.type == "driving")
    return tuple(replace(lane, mark="solid") if k == last else lane for k, lane in enumerate(kept))
