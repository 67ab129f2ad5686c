"""A two-lane road over a crest and through a sag: straight grades joined by parabolas of given K."""

from dataclasses import dataclass

from roadnet.generate.document import Piece
from roadnet.generate.parts.profiles import vertical
from roadnet.generate.parts.ranges import OURS, RAL, Range, drawn
from roadnet.generate.parts.roads import RoadSpec, map_bytes
from roadnet.generate.straight_road import delineators, two_lanes

PLACES = frozenset({"following", "kerbside"})
AASHTO = "AASHTO Green Book 2018, design controls for vertical curves 60-100 km/h, recalled"
RANGES = {
    "grade_up": Range(low=0.02, high=0.08, unit="m/m", source=f"{RAL}: EKL 4 at most 8 %"),
    "grade_down": Range(low=0.02, high=0.08, unit="m/m", source=f"{RAL}: EKL 4 at most 8 %"),
    "crest_k": Range(low=11.0, high=52.0, unit="m/%", source=f"{AASHTO}: crest K 11 to 52"),
    "sag_k": Range(low=18.0, high=45.0, unit="m/%", source=f"{AASHTO}: sag K 18 to 45"),
    "straight_m": Range(low=60.0, high=250.0, unit="m", source=OURS),
    "lane_width_m": Range(low=2.75, high=3.75, unit="m", source=f"{RAL}: RQ 9 to RQ 11.5+"),
    "shoulder_m": Range(low=1.0, high=1.5, unit="m", source=f"{RAL}: unpaved shoulder"),
    "speed_kph": Range(low=60.0, high=100.0, unit="km/h", source="German StVO: 100 km/h outside towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CrestAndSag:
    """The form's parameters."""

    grade_up: float = 0.05
    grade_down: float = 0.05
    crest_k: float = 26.0
    sag_k: float = 30.0
    straight_m: float = 120.0
    lane_width_m: float = 3.25
    shoulder_m: float = 1.5
    speed_kph: float = 80.0


FORM = CrestAndSag


def sample(seed: int) -> CrestAndSag:
    """Return parameters drawn from RANGES."""
    return CrestAndSag(**drawn("crest_and_sag", RANGES, seed))  # type: ignore[arg-type]


def document(form: CrestAndSag) -> bytes:
    """Return the road as OpenDRIVE 1.7: level, up, over the crest, down, through the sag, level."""
    up, down = form.grade_up, -form.grade_down
    sag_in = form.sag_k * 100.0 * up
    crest = form.crest_k * 100.0 * (up - down)
    sag_out = form.sag_k * 100.0 * -down
    straight = form.straight_m
    length = 4 * straight + sag_in + crest + sag_out
    road = RoadSpec(
        id="1",
        name="crest and sag",
        start=(0.0, 0.0, 0.0),
        pieces=(Piece(length),),
        sections=(two_lanes(form.lane_width_m, 0.5, form.shoulder_m, broken=False),),
        speeds_kph=((0.0, form.speed_kph),),
        elevation=vertical(
            [(0.0, straight), (up, straight), (down, straight), (0.0, straight)], [sag_in, crest, sag_out]
        ),
        things=delineators(length, form.lane_width_m + 1.0),
    )
    return map_bytes("crest_and_sag", [road])
