"""A two-lane rural road of curves that swing left and right, clothoids between, cross slope by radius."""

from dataclasses import dataclass
from math import radians

from roadnet.generate.document import Piece
from roadnet.generate.parts.furniture import Run, Thing
from roadnet.generate.parts.profiles import superelevation, vertical
from roadnet.generate.parts.ranges import OURS, RAL, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, map_bytes
from roadnet.generate.straight_road import delineators, two_lanes

PLACES = frozenset({"following", "kerbside"})
TRANSITION = 2.5  # A = R / 2.5 of the clothoids; RAL 2012 asks R/3 <= A <= R (recalled: assumed)
RANGES = {
    "curves": Range(low=1.0, high=4.0, unit="", source=OURS, step=1.0),
    "radius_m": Range(low=200.0, high=900.0, unit="m", source=f"{RAL}: EKL 4 from 200 m, EKL 3 from 300 m"),
    "turn_deg": Range(low=20.0, high=80.0, unit="deg", source=OURS),
    "straight_m": Range(low=60.0, high=300.0, unit="m", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.75, unit="m", source=f"{RAL}: RQ 9 to RQ 11.5+"),
    "edge_m": Range(low=0.25, high=0.75, unit="m", source=f"{RAL}: edge strip"),
    "shoulder_m": Range(low=1.0, high=1.5, unit="m", source=f"{RAL}: unpaved shoulder"),
    "grade": Range(low=-0.05, high=0.05, unit="m/m", source=f"{RAL}: EKL 2 at most 5.5 %"),
    "speed_kph": Range(low=60.0, high=100.0, unit="km/h", source="German StVO: 100 km/h outside towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CurvedRoad:
    """The form's parameters."""

    curves: int = 3
    radius_m: float = 300.0
    turn_deg: float = 45.0
    straight_m: float = 120.0
    lane_width_m: float = 3.25
    edge_m: float = 0.5
    shoulder_m: float = 1.5
    grade: float = 0.02
    speed_kph: float = 80.0


FORM = CurvedRoad


def sample(seed: int) -> CurvedRoad:
    """Return parameters drawn from RANGES."""
    return CurvedRoad(**drawn("curved_road", RANGES, seed))  # type: ignore[arg-type]


def document(form: CurvedRoad) -> bytes:
    """Return the road as OpenDRIVE 1.7."""
    pieces = [Piece(form.straight_m)]
    for k in range(form.curves):
        turn = radians(form.turn_deg) * (1 if k % 2 == 0 else -1)
        pieces += [*curve(form.radius_m, turn), Piece(form.straight_m)]
    length = sum(p.length_m for p in pieces)
    beside = form.lane_width_m + form.edge_m
    things = [*delineators(length, beside + 0.5)]
    s = 0.0
    for piece in pieces:
        if piece.k0 == piece.k1 != 0.0 and form.radius_m < 350.0 and piece.length_m > 8.0:  # a rail on the outer side
            side = -1.0 if piece.k0 > 0 else 1.0
            run = Run(length_m=piece.length_m, distance_m=0.0)
            t = side * (beside + form.shoulder_m)
            things.append(Thing(type="barrier", name="guardRail", s_m=s, t_m=t, size=(4.0, 0.3, 0.75), run=run))
        s += piece.length_m
    road = RoadSpec(
        id="1",
        name="rural road",
        start=(0.0, 0.0, 0.0),
        pieces=tuple(pieces),
        sections=(two_lanes(form.lane_width_m, form.edge_m, form.shoulder_m, broken=form.radius_m > 500.0),),
        speeds_kph=((0.0, form.speed_kph),),
        elevation=vertical([(form.grade, length)], []),
        roll=superelevation(pieces, sharpest_m=200.0),
        things=tuple(things),
    )
    return map_bytes("curved_road", [road])


def curve(radius_m: float, turn_rad: float) -> tuple[Piece, ...]:
    """Return clothoid, arc, clothoid that turn so far; the clothoids take at most half of the turning."""
    side = 1.0 if turn_rad > 0 else -1.0
    ramp = min(radius_m / TRANSITION**2, radius_m * abs(turn_rad) / 2)
    k = side / radius_m
    arc = radius_m * abs(turn_rad) - ramp
    return Piece(ramp, 0.0, k), Piece(arc, k, k), Piece(ramp, k, 0.0)
