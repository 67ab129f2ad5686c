"""A curved boulevard with parking, trees and facades that meets a side road at a signalled crossing."""

from dataclasses import dataclass
from math import pi

from numpy.random import Generator

from roadnet.base.streams import Streams
from roadnet.generate.crossing import Arm, Crossing, Thing, crossing_document
from roadnet.generate.document import Piece
from roadnet.generate.parts.ranges import RAST, Range, drawn

PLACES = frozenset({"following", "side_by_side", "kerbside", "signalled_crossing"})
RANGES = {
    "scenery": Range(low=0.0, high=999.0, unit="", source="ours: seed of the scenery", step=1.0),
    "radius_m": Range(
        low=180.0, high=400.0, unit="m", source=f"{RAST}: main streets; ours, wide enough for the houses"
    ),
    "clothoid_m": Range(low=40.0, high=90.0, unit="m", source="A between R/3 and R (RAL 2012), recalled"),
    "lane_width_m": Range(low=3.0, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "parking_m": Range(low=2.0, high=2.3, unit="m", source=f"{RAST}: parking along the kerb 2.0 m"),
    "speed_kph": Range(low=30.0, high=60.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Boulevard:
    """The form's parameters. Clothoids join line and arc: A = sqrt(R L) of 130 m at R 240 m."""

    scenery: int = 1  # its seed
    radius_m: float = 240.0
    clothoid_m: float = 70.0
    lane_width_m: float = 3.25
    parking_m: float = 2.2
    speed_kph: float = 50.0


FORM = Boulevard


def sample(seed: int) -> Boulevard:
    """Return parameters drawn from RANGES."""
    return Boulevard(**drawn("boulevard", RANGES, seed))  # type: ignore[arg-type]


def document(form: Boulevard) -> bytes:
    """Return the boulevard as OpenDRIVE 1.7: about 650 m west of the crossing, 300 m east, 150 m side roads."""
    shape = Crossing(
        name="boulevard",
        lanes=2,
        lane_width_m=form.lane_width_m,
        sidewalk_m=3.5,
        corner_radius_m=9.0,
        speed_kph=form.speed_kph,
    )
    k, ramp = 1.0 / form.radius_m, form.clothoid_m
    west = (Piece(180.0), Piece(ramp, 0.0, k), Piece(120.0, k, k), Piece(ramp, k, 0.0), Piece(210.0))
    roads = {
        "1": (0.0, (Piece(300.0),), 1.5, form.parking_m),
        "2": (pi / 2, (Piece(150.0),), 0.0, 0.0),
        "3": (pi, west, 4.0, form.parking_m),
        "4": (-pi / 2, (Piece(150.0),), -1.0, 0.0),
    }
    arms = []
    for id, (heading, pieces, climb, parking) in roads.items():
        rng = Streams(form.scenery, int(id)).rng("boulevard scenery")
        kerb = shape.lanes * shape.lane_width_m + parking
        arms.append(
            Arm(
                id=id,
                heading_rad=heading,
                pieces=pieces,
                group="1" if id in "13" else "2",
                parking_m=parking,
                climb_m=climb,
                things=scenery(rng, sum(p.length_m for p in pieces), kerb, shape.sidewalk_m),
            )
        )
    return crossing_document(shape, arms)


def scenery(rng: Generator, length_m: float, kerb_m: float, sidewalk_m: float) -> tuple[Thing, ...]:
    """Return facades behind the sidewalk, trees and lamp posts on its outer edge, on both sides of an arm."""
    things: list[Thing] = []
    for side in (1.0, -1.0):
        s = 14.0
        while s < length_m - 12.0:
            long, deep, high = rng.uniform(12.0, 26.0), rng.uniform(9.0, 14.0), 3.1 * rng.integers(2, 6)
            if s + long < length_m - 4.0 and rng.random() < 0.85:
                t = side * (kerb_m + sidewalk_m + rng.uniform(1.0, 3.0) + deep / 2)
                things.append(Thing(type="building", s_m=s + long / 2, t_m=t, size=(long, deep, float(high))))
            s += long + rng.uniform(1.5, 9.0)
        for type_, gap, size in (("tree", 22.0, (4.0, 4.0, 7.0)), ("pole", 36.0, (0.18, 0.18, 7.5))):
            t = side * (kerb_m + (sidewalk_m - 0.4 if type_ == "tree" else 0.5))
            s = 12.0 + float(rng.uniform(0.0, gap))
            while s < length_m - 4.0:
                grow = rng.uniform(0.8, 1.25) if type_ == "tree" else 1.0
                things.append(Thing(type=type_, s_m=s, t_m=t, size=(size[0] * grow, size[1] * grow, size[2] * grow)))
                s += gap * float(rng.uniform(0.85, 1.2))
    return tuple(things)
