"""A T crossing: a side road meets a main road, with lights, a stop sign, a give-way sign or none."""

from dataclasses import dataclass
from math import pi

from roadnet.generate.crossing import Arm, Crossing, crossing_document
from roadnet.generate.document import Piece
from roadnet.generate.parts.ranges import OURS, RAST, Choice, Range, drawn

PLACES = frozenset({"following", "kerbside"})
RANGES = {
    "control": Choice(words=("light", "stop", "yield", "none"), source="German StVO section 8"),
    "lanes": Range(low=1.0, high=2.0, unit="", source=OURS, step=1.0),
    "lane_width_m": Range(low=2.75, high=3.5, unit="m", source=f"{RAST}: lanes of built-up areas"),
    "corner_radius_m": Range(low=6.0, high=12.0, unit="m", source=f"{RAST}: kerb radii"),
    "sidewalk_m": Range(
        low=2.0, high=4.0, unit="m", source=f"{RAST}: sidewalks from 2.5 m, less where there is no room"
    ),
    "main_m": Range(low=100.0, high=250.0, unit="m", source=OURS),
    "side_m": Range(low=70.0, high=150.0, unit="m", source=OURS),
    "speed_kph": Range(low=30.0, high=60.0, unit="km/h", source="German StVO: 50 km/h in towns", step=10.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TCrossing:
    """The form's parameters."""

    control: str = "yield"
    lanes: int = 1
    lane_width_m: float = 3.25
    corner_radius_m: float = 8.0
    sidewalk_m: float = 2.5
    main_m: float = 150.0
    side_m: float = 100.0
    speed_kph: float = 50.0


FORM = TCrossing


def sample(seed: int) -> TCrossing:
    """Return parameters drawn from RANGES."""
    return TCrossing(**drawn("t_crossing", RANGES, seed))  # type: ignore[arg-type]


def document(form: TCrossing) -> bytes:
    """Return the crossing as OpenDRIVE 1.7; the main road runs along x, the side road leaves to the south."""
    shape = Crossing(
        name="t_crossing",
        lanes=form.lanes,
        lane_width_m=form.lane_width_m,
        sidewalk_m=form.sidewalk_m,
        corner_radius_m=form.corner_radius_m,
        speed_kph=form.speed_kph,
    )
    main = form.control if form.control in ("light", "none") else "priority"
    arms = [
        Arm(id="1", heading_rad=0.0, pieces=(Piece(form.main_m),), group="1", control=main),
        Arm(id="2", heading_rad=pi, pieces=(Piece(form.main_m),), group="1", control=main),
        Arm(id="3", heading_rad=-pi / 2, pieces=(Piece(form.side_m),), group="2", control=form.control),
    ]
    return crossing_document(shape, arms)
