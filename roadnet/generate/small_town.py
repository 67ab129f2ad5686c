"""A small town: blocks of streets with a roundabout, a crossing with lights, one with stop signs, a T, a school.

        4
        |
   +-53-o-55-+      o at the top: all-way stop; 53 is the school street
   53   54   55     O: roundabout;  # : lights;  T: the main road goes on to the east
1--O-51-#-52-T--2
        |
        3
"""

from dataclasses import dataclass, replace
from math import pi

from roadnet.base.streams import Streams
from roadnet.generate.document import END, START, Piece
from roadnet.generate.parts.corners import crossing_of_streets, light_id, ruled
from roadnet.generate.parts.furniture import LIMIT, SCHOOL, Sign, Thing
from roadnet.generate.parts.joints import Mouth
from roadnet.generate.parts.ranges import OURS, RAST, Range, drawn
from roadnet.generate.parts.rings import Ring, give_way, ring_roads
from roadnet.generate.parts.roads import Link, Pose, RoadSpec, map_bytes
from roadnet.generate.parts.streets import (
    BAY_FROM_M,
    BAY_TAPER_M,
    StreetSection,
    bayed_sections,
    crosswalks,
    lined,
    spaces,
)

PLACES = frozenset({"following", "kerbside", "signalled_crossing"})
CORNER_M = 18.0  # radius of the streets that turn without a crossing (ours)
RANGES = {
    "scenery": Range(low=0.0, high=999.0, unit="", source="ours: seed of what lines the streets", step=1.0),
    "west_block_m": Range(low=110.0, high=180.0, unit="m", source=OURS),
    "east_block_m": Range(low=110.0, high=180.0, unit="m", source=OURS),
    "depth_m": Range(low=110.0, high=180.0, unit="m", source=OURS),
    "approach_m": Range(low=120.0, high=250.0, unit="m", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "parking_m": Range(low=2.0, high=2.3, unit="m", source=f"{RAST}: parking along the kerb 2.0 m"),
    "sidewalk_m": Range(
        low=2.0, high=3.0, unit="m", source=f"{RAST}: sidewalks from 2.5 m, less where there is no room"
    ),
    "corner_radius_m": Range(low=7.0, high=10.0, unit="m", source=f"{RAST}: kerb radii"),
    "inscribed_m": Range(low=30.0, high=36.0, unit="m", source="German Merkblatt Kreisverkehre 2006, recalled"),
    "speed_kph": Range(low=30.0, high=50.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
    "school_kph": Range(
        low=20.0, high=30.0, unit="km/h", source="German StVO section 45: 30 km/h at schools", step=10.0
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SmallTown:
    """The form's parameters."""

    scenery: int = 1
    west_block_m: float = 140.0
    east_block_m: float = 130.0
    depth_m: float = 130.0
    approach_m: float = 150.0
    lane_width_m: float = 3.25
    parking_m: float = 2.1
    sidewalk_m: float = 2.5
    corner_radius_m: float = 8.0
    inscribed_m: float = 32.0
    speed_kph: float = 50.0
    school_kph: float = 30.0

    @property
    def reach_m(self) -> float:
        """Return the distance from a crossing's middle to its mouths."""
        return self.lane_width_m + self.corner_radius_m


FORM = SmallTown
Wanted = tuple[str, Pose, tuple[Piece, ...], float, dict[str, Link]]


def sample(seed: int) -> SmallTown:
    """Return parameters drawn from RANGES."""
    return SmallTown(**drawn("small_town", RANGES, seed))  # type: ignore[arg-type]


def document(form: SmallTown) -> bytes:
    """Return the town as OpenDRIVE 1.7; the roundabout is at the origin."""
    ring = Ring(
        id="9", x=0.0, y=0.0, inscribed_m=form.inscribed_m, lane_m=5.5, sidewalk_m=form.sidewalk_m, speed_kph=30.0
    )
    plan = {wanted[0]: street(form, wanted) for wanted in layout(form, ring)}
    plan["53"] = school_street(form, plan["53"])
    road = rules(form, plan)
    legs = [Mouth(road=road[id], end=START) for id in ("51", "53", "1")]
    lights = {"1": (light_id(road["51"], END), light_id(road["52"], START)),
              "2": (light_id(road["54"], START), light_id(road["3"], START))}  # fmt: skip
    rings, ring_junctions = ring_roads(ring, legs, lane=1, first=9000)
    out, junctions = [*road.values(), *rings], [*ring_junctions]
    for id, name, ends, groups in (
        ("100", "lights", (("52", START), ("54", START), ("51", END), ("3", START)), lights),
        ("200", "T crossing", (("2", START), ("55", START), ("52", END)), {}),
        ("300", "all-way stop", (("55", END), ("4", START), ("53", END), ("54", END)), {}),
    ):
        mouths = [Mouth(road=road[k], end=end) for k, end in ends]
        more, junction = crossing_of_streets(id, mouths, name=name, first=10 * int(id), groups=groups)
        out += more
        junctions.append(junction)
    return map_bytes("small_town", out, junctions)


def layout(form: SmallTown, ring: Ring) -> list[Wanted]:
    """Return id, start, pieces, parking width and links of every street."""
    west, east, north, reach, away = form.west_block_m, form.east_block_m, form.depth_m, form.reach_m, form.approach_m
    quarter, bay = CORNER_M * pi / 2, form.parking_m
    lights, tee, stops = ("junction", "100", ""), ("junction", "200", ""), ("junction", "300", "")
    right, left = -1.0 / CORNER_M, 1.0 / CORNER_M
    s3 = (
        Piece(north - CORNER_M - ring.reach_m), Piece(quarter, right, right), Piece(west - CORNER_M - reach),
    )  # fmt: skip
    s5 = (Piece(north - CORNER_M - reach), Piece(quarter, left, left), Piece(east - CORNER_M - reach))
    legs = [("junction", ring.junction(k), "") for k in range(3)]
    return [
        ("51", ring.leg_start(0.0), (Piece(west - ring.reach_m - reach),), bay, {START: legs[0], END: lights}),
        ("52", (west + reach, 0.0, 0.0), (Piece(east - 2 * reach),), bay, {START: lights, END: tee}),
        ("53", ring.leg_start(pi / 2), s3, 0.0, {START: legs[1], END: stops}),
        ("54", (west, reach, pi / 2), (Piece(north - 2 * reach),), bay, {START: lights, END: stops}),
        ("55", (west + east, reach, pi / 2), s5, 0.0, {START: tee, END: stops}),
        ("1", ring.leg_start(pi), (Piece(away),), 0.0, {START: legs[2]}),
        ("2", (west + east + reach, 0.0, 0.0), (Piece(away),), 0.0, {START: tee}),
        ("3", (west, -reach, -pi / 2), (Piece(away),), bay, {START: lights}),
        ("4", (west, north + reach, pi / 2), (Piece(away),), 0.0, {START: stops}),
    ]


def cross_section(form: SmallTown, parking_m: float) -> StreetSection:
    """Return half of a street."""
    return StreetSection(lanes=1, lane_m=form.lane_width_m, bike_m=0.0, parking_m=parking_m, sidewalk_m=form.sidewalk_m)


def street(form: SmallTown, wanted: Wanted) -> RoadSpec:
    """Return a street with parking bays, houses, trees and lamps along its straight parts."""
    id, start, pieces, parking_m, links = wanted
    cs = cross_section(form, parking_m)
    length = sum(p.length_m for p in pieces)
    rng = Streams(form.scenery, 0).rng(f"small_town scenery {id}")
    things, s = list(spaces(cs, BAY_FROM_M + BAY_TAPER_M, length - BAY_FROM_M - BAY_TAPER_M, ())), 0.0
    for piece in pieces:
        if piece.k0 == 0.0:
            things += [replace(x, s_m=x.s_m + s) for x in lined(rng, cs, piece.length_m)]
        s += piece.length_m
    return RoadSpec(
        id=id,
        name=f"street {id}",
        kind="town",
        start=start,
        pieces=pieces,
        sections=bayed_sections(cs, length),
        speeds_kph=((0.0, form.speed_kph),),
        links=links,
        things=tuple(things),
    )


def school_street(form: SmallTown, road: RoadSpec) -> RoadSpec:
    """Return the street with a school on its outer side, a crosswalk before it, signs and a lower limit."""
    cs = cross_section(form, 0.0)
    long = road.pieces[0].length_m
    middle, edge = long / 2, cs.kerb_m + cs.sidewalk_m
    walk, signs = crosswalks(cs, [middle])
    size = (min(36.0, long - 20.0), 14.0, 9.0)
    school = Thing(type="building", name="school", s_m=middle, t_m=edge + 6.0 + size[1] / 2, size=size)
    others = tuple(x for x in road.things if not (x.t_m > 0.0 and x.s_m < long + 20.0))
    post, kph = cs.kerb_m + 0.5, form.school_kph
    limits = tuple(
        Sign(type=type, s_m=s, t_m=-side * post, lanes=(-side, -side), facing="+" if side > 0 else "-", value=value)
        for side, s in ((1, 10.0), (-1, road.length_m - 10.0))
        for type, value in ((SCHOOL, None), (LIMIT, kph))
    )
    return replace(road, things=(*others, school, *walk), signs=(*signs, *limits), speeds_kph=((0.0, kph),))


def rules(form: SmallTown, plan: dict[str, RoadSpec]) -> dict[str, RoadSpec]:
    """Return the streets with the lights and signs at their ends."""
    lane, out = form.lane_width_m, dict(plan)
    for control, ends in (
        ("light", (("51", END), ("52", START), ("54", START), ("3", START))),
        ("priority", (("52", END), ("2", START))),
        ("yield", (("55", START),)),
        ("stop", (("53", END), ("54", END), ("55", END), ("4", START))),
    ):
        for id, end in ends:
            out[id] = ruled(out[id], end, control, lane_m=lane)
    for id in ("51", "53", "1"):
        signs = give_way(out[id], START, lane=1, t_m=lane + 0.6, lane_t_m=lane / 2, lane_m=lane)
        out[id] = replace(out[id], signs=(*out[id].signs, *signs))
    return out
