"""A straight two-lane rural road with gravel shoulders and delineators."""

from dataclasses import dataclass

from roadnet.generate.document import LaneSpec, Piece
from roadnet.generate.parts.furniture import Run, Thing
from roadnet.generate.parts.profiles import vertical
from roadnet.generate.parts.ranges import OURS, RAL, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, Section, both_sides, map_bytes

PLACES = frozenset({"following", "kerbside"})
RANGES = {
    "length_m": Range(low=400.0, high=1500.0, unit="m", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.75, unit="m", source=f"{RAL}: RQ 9 to RQ 11.5+"),
    "edge_m": Range(low=0.25, high=0.75, unit="m", source=f"{RAL}: edge strip"),
    "shoulder_m": Range(low=1.0, high=1.5, unit="m", source=f"{RAL}: unpaved shoulder"),
    "grade": Range(low=-0.045, high=0.045, unit="m/m", source=f"{RAL}: EKL 1 at most 4.5 %"),
    "speed_kph": Range(low=70.0, high=100.0, unit="km/h", source="German StVO: 100 km/h outside towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StraightRoad:
    """The form's parameters."""

    length_m: float = 800.0
    lane_width_m: float = 3.5
    edge_m: float = 0.5
    shoulder_m: float = 1.5
    grade: float = 0.01
    speed_kph: float = 100.0


FORM = StraightRoad


def sample(seed: int) -> StraightRoad:
    """Return parameters drawn from RANGES."""
    return StraightRoad(**drawn("straight_road", RANGES, seed))  # type: ignore[arg-type]


def document(form: StraightRoad) -> bytes:
    """Return the road as OpenDRIVE 1.7."""
    road = RoadSpec(
        id="1",
        name="rural road",
        start=(0.0, 0.0, 0.0),
        pieces=(Piece(form.length_m),),
        sections=(two_lanes(form.lane_width_m, form.edge_m, form.shoulder_m, broken=True),),
        speeds_kph=((0.0, form.speed_kph),),
        elevation=vertical([(form.grade, form.length_m)], []),
        things=delineators(form.length_m, form.lane_width_m + form.edge_m + 0.5),
    )
    return map_bytes("straight_road", [road])


def two_lanes(lane_m: float, edge_m: float, shoulder_m: float, *, broken: bool) -> Section:
    """Return a lane each way, a paved edge strip and a gravel shoulder; overtaking allowed or not."""
    outward = (
        LaneSpec(id=1, type="driving", width_m=lane_m, mark="solid"),
        LaneSpec(id=2, type="border", width_m=edge_m),
        LaneSpec(id=3, type="shoulder", width_m=shoulder_m),
    )
    return both_sides(outward, centre_mark="broken" if broken else "solid")


def delineators(length_m: float, t_m: float) -> tuple[Thing, ...]:
    """Return posts on both sides, 50 m apart (German HLB, recalled: assumed)."""
    run = Run(length_m=length_m - 20.0, distance_m=50.0)
    return tuple(
        Thing(type="pole", name="delineator", s_m=10.0, t_m=side * t_m, size=(0.12, 0.12, 1.0), round=True, run=run)
        for side in (1.0, -1.0)
    )
