"""A four-way signalled crossing with straight approaches of two lanes in each direction."""

from dataclasses import dataclass
from math import pi

from roadnet.generate.crossing import Arm, Crossing, crossing_document
from roadnet.generate.document import Piece
from roadnet.generate.parts.ranges import OURS, RAST, Range, drawn

PLACES = frozenset({"following", "kerbside", "signalled_crossing"})
RANGES = {
    "lanes": Range(low=1.0, high=2.0, unit="", source=OURS, step=1.0),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "corner_radius_m": Range(low=6.0, high=12.0, unit="m", source=f"{RAST}: kerb radii"),
    "sidewalk_m": Range(low=2.5, high=4.0, unit="m", source=f"{RAST}: sidewalks from 2.5 m"),
    "approach_m": Range(low=80.0, high=250.0, unit="m", source=OURS),
    "speed_kph": Range(low=30.0, high=60.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FourWay:
    """The form's parameters."""

    lanes: int = 2
    lane_width_m: float = 3.25
    corner_radius_m: float = 8.0
    sidewalk_m: float = 3.0
    approach_m: float = 150.0
    speed_kph: float = 50.0


FORM = FourWay


def sample(seed: int) -> FourWay:
    """Return parameters drawn from RANGES."""
    return FourWay(**drawn("four_way", RANGES, seed))  # type: ignore[arg-type]


def document(form: FourWay) -> bytes:
    """Return the crossing as OpenDRIVE 1.7."""
    shape = Crossing(
        name="crossing",
        lanes=form.lanes,
        lane_width_m=form.lane_width_m,
        sidewalk_m=form.sidewalk_m,
        corner_radius_m=form.corner_radius_m,
        speed_kph=form.speed_kph,
    )
    arms = [
        Arm(id=str(k + 1), heading_rad=k * pi / 2, pieces=(Piece(form.approach_m),), group=str(1 + k % 2))
        for k in range(4)
    ]
    return crossing_document(shape, arms)
