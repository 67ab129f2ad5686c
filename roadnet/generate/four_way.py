"""A four-way signalled crossing with straight approaches of two lanes in each direction."""

from dataclasses import dataclass
from math import pi

from roadnet.base.streams import Streams
from roadnet.generate.crossing import Arm, Crossing, crossing_document
from roadnet.generate.document import Piece

# lane 2.75-3.5 m and kerb radius 6-12 m in built-up areas, sidewalk from 2.5 m (German RASt 06); speeds 30-60 km/h.
# Recalled, not read: grade assumed. Lengths are ours: long enough to stop from the limit and to be met.
RANGES = {
    "lane_width_m": (2.75, 3.5),
    "corner_radius_m": (6.0, 12.0),
    "sidewalk_m": (2.5, 4.0),
    "approach_m": (80.0, 250.0),
    "speed_kph": (30.0, 60.0),
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


def sample(seed: int) -> FourWay:
    """Return parameters drawn uniformly from RANGES, speed in tens."""
    rng = Streams(seed, 0).rng("four_way")
    drawn = {name: float(rng.uniform(lo, hi)) for name, (lo, hi) in RANGES.items()}
    drawn["speed_kph"] = 10.0 * round(drawn["speed_kph"] / 10.0)
    return FourWay(lanes=int(rng.integers(1, 3)), **drawn)


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
