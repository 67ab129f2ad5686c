"""A four-way crossing without lights: the side road stops or gives way, or all four arms stop."""

from dataclasses import dataclass
from math import pi

from roadnet.generate.crossing import Arm, Crossing, crossing_document
from roadnet.generate.document import Piece
from roadnet.generate.parts.ranges import OURS, RAST, Choice, Range, drawn

PLACES = frozenset({"following", "kerbside"})
CONTROLS = ("stop", "yield", "all_stop", "none")  # "none": right before left
RANGES = {
    "control": Choice(words=CONTROLS, source="German StVO section 8; all-way stops: US MUTCD 2B.07"),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "corner_radius_m": Range(low=6.0, high=12.0, unit="m", source=f"{RAST}: kerb radii"),
    "sidewalk_m": Range(
        low=2.0, high=4.0, unit="m", source=f"{RAST}: sidewalks from 2.5 m, less where there is no room"
    ),
    "approach_m": Range(low=80.0, high=200.0, unit="m", source=OURS),
    "speed_kph": Range(low=30.0, high=50.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class FourWaySigns:
    """The form's parameters."""

    control: str = "stop"
    lane_width_m: float = 3.0
    corner_radius_m: float = 8.0
    sidewalk_m: float = 2.5
    approach_m: float = 120.0
    speed_kph: float = 50.0


FORM = FourWaySigns


def sample(seed: int) -> FourWaySigns:
    """Return parameters drawn from RANGES."""
    return FourWaySigns(**drawn("four_way_signs", RANGES, seed))  # type: ignore[arg-type]


def document(form: FourWaySigns) -> bytes:
    """Return the crossing as OpenDRIVE 1.7; the main road runs along x."""
    shape = Crossing(
        name="four_way_signs",
        lanes=1,
        lane_width_m=form.lane_width_m,
        sidewalk_m=form.sidewalk_m,
        corner_radius_m=form.corner_radius_m,
        speed_kph=form.speed_kph,
    )
    side, main = {"all_stop": ("stop", "stop"), "none": ("none", "none")}.get(form.control, (form.control, "priority"))
    arms = [
        Arm(
            id=str(k + 1),
            heading_rad=k * pi / 2,
            pieces=(Piece(form.approach_m),),
            control=side if k % 2 else main,
        )
        for k in range(4)
    ]
    return crossing_document(shape, arms)
