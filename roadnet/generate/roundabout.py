"""A roundabout of one lane with three to five legs, splitter islands and crosswalks."""

from dataclasses import dataclass, replace
from math import pi

from roadnet.generate.document import START, LaneSpec, Piece
from roadnet.generate.parts.furniture import Thing
from roadnet.generate.parts.joints import Mouth
from roadnet.generate.parts.profiles import smooth
from roadnet.generate.parts.ranges import OURS, RAST, Range, drawn
from roadnet.generate.parts.rings import Ring, give_way, ring_roads
from roadnet.generate.parts.roads import RoadSpec, both_sides, map_bytes

PLACES = frozenset({"following", "kerbside"})
MERKBLATT = "German Merkblatt Kreisverkehre 2006, recalled"
LEG_ROOM_M, RING_KPH = 9.0, 30.0  # of the inscribed diameter for each leg: entries keep a radius (ours)
SPLITTER_M, CROSSWALK_AT_M = 20.0, 6.0  # length of the splitter island; a car's length before the ring
RANGES = {
    "legs": Range(low=3.0, high=5.0, unit="", source=f"{MERKBLATT}: three to five legs", step=1.0),
    "inscribed_m": Range(
        low=30.0, high=45.0, unit="m", source=f"{MERKBLATT}: small ones 26 to 40 m, outside towns to 50 m"
    ),
    "ring_lane_m": Range(low=5.0, high=6.5, unit="m", source=f"{MERKBLATT}: 6.5 m at 35 m, less with an apron inside"),
    "lane_width_m": Range(low=3.25, high=3.75, unit="m", source=f"{MERKBLATT}: entries 3.25 to 3.75 m"),
    "splitter_m": Range(low=0.6, high=1.5, unit="m", source=f"{MERKBLATT}: half of an island of 1.6 to 2.5 m"),
    "sidewalk_m": Range(
        low=2.0, high=3.0, unit="m", source=f"{RAST}: sidewalks from 2.5 m, less where there is no room"
    ),
    "leg_m": Range(low=120.0, high=250.0, unit="m", source=OURS),
    "speed_kph": Range(low=30.0, high=70.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Roundabout:
    """The form's parameters."""

    legs: int = 4
    inscribed_m: float = 36.0
    ring_lane_m: float = 6.0
    lane_width_m: float = 3.5
    splitter_m: float = 1.0
    sidewalk_m: float = 2.5
    leg_m: float = 150.0
    speed_kph: float = 50.0


FORM = Roundabout


def sample(seed: int) -> Roundabout:
    """Return parameters drawn from RANGES."""
    return Roundabout(**drawn("roundabout", RANGES, seed))  # type: ignore[arg-type]


def document(form: Roundabout) -> bytes:
    """Return the roundabout as OpenDRIVE 1.7, its legs evenly spread; it is wider where its legs need the room."""
    ring = Ring(
        id="9",
        x=0.0,
        y=0.0,
        inscribed_m=max(form.inscribed_m, LEG_ROOM_M * form.legs),
        lane_m=form.ring_lane_m,
        sidewalk_m=form.sidewalk_m,
        speed_kph=RING_KPH,
    )
    legs = [leg(form, ring, k) for k in range(form.legs)]
    roads, junctions = ring_roads(ring, [Mouth(road=road, end=START) for road in legs], lane=2, first=1000)
    return map_bytes("roundabout", [*legs, *roads], junctions)


def leg(form: Roundabout, ring: Ring, k: int) -> RoadSpec:
    """Return a leg that begins at the ring: a splitter island between its lanes tapers off."""
    split = (smooth(0.0, SPLITTER_M, form.splitter_m, 0.0), (SPLITTER_M, 0.0, 0.0, 0.0, 0.0))
    near = (
        LaneSpec(id=1, type="median", width_m=form.splitter_m, widths=split, key="S", mark="solid"),
        LaneSpec(id=2, type="driving", width_m=form.lane_width_m, key="D", mark="curb"),
        LaneSpec(id=3, type="sidewalk", width_m=form.sidewalk_m, key="P", height_m=0.12),
    )
    kerb = form.splitter_m + form.lane_width_m
    road = RoadSpec(
        id=str(k + 1),
        name=f"leg {k + 1}",
        kind="town",
        start=ring.leg_start(2 * pi * k / form.legs),
        pieces=(Piece(form.leg_m),),
        sections=(
            both_sides(near),
            both_sides(near[1:], s_m=SPLITTER_M, centre_mark="broken"),
        ),
        speeds_kph=((0.0, form.speed_kph),),
        links={START: ("junction", ring.junction(k), "")},
        things=(Thing(type="crosswalk", s_m=CROSSWALK_AT_M, t_m=0.0, size=(3.0, 2 * kerb - 0.5, 0.0)),),
    )
    signs = give_way(
        road, START, lane=2, t_m=kerb + 0.6, lane_t_m=kerb - form.lane_width_m / 2, lane_m=form.lane_width_m
    )
    return replace(road, signs=signs)
