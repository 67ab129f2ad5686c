"""Streets: lanes with parking and sidewalks, crosswalks, parked spaces, and what lines the street."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from numpy.random import Generator

from roadnet.generate.boulevard import scenery
from roadnet.generate.document import LaneSpec
from roadnet.generate.parts.furniture import CROSSING_SIGN, Sign, Thing
from roadnet.generate.parts.profiles import smooth
from roadnet.generate.parts.roads import Section, both_sides

SPACE_M = 5.7  # length of a space along the kerb (EAR 05, recalled: assumed)
BAY_FROM_M, BAY_TAPER_M = 14.0, 6.0  # parking begins so far from a street's ends, over such a taper (ours)
CROSSWALK_LONG_M = 4.0  # width of a crosswalk, measured along the street (R-FGUe 2001: 3 to 4 m, recalled)
CROSSWALK_CLEAR_M = 10.0  # no parking so near to its middle (StVO section 12: 5 m before it)


@dataclass(frozen=True, kw_only=True, slots=True)
class StreetSection:
    """Half of a street; both halves are alike. 0 m: there is none."""

    lanes: int
    lane_m: float
    bike_m: float
    parking_m: float
    sidewalk_m: float

    @property
    def kerb_m(self) -> float:
        """Return the distance from the middle to the kerb."""
        return self.lanes * self.lane_m + self.bike_m + self.parking_m

    @property
    def parking_t_m(self) -> float:
        """Return the distance from the middle to the middle of the parking lane."""
        return self.kerb_m - self.parking_m / 2


def street_section(cs: StreetSection, s_m: float = 0.0) -> Section:
    """Return the lane section of a street."""
    out = [
        LaneSpec(
            id=0,
            key=f"D{k}",
            type="driving",
            width_m=cs.lane_m,
            mark="broken" if k + 1 < cs.lanes or cs.bike_m else "solid",
        )
        for k in range(cs.lanes)
    ]
    if cs.bike_m:
        out.append(LaneSpec(id=0, key="B", type="biking", width_m=cs.bike_m, mark="solid"))
    if cs.parking_m:
        out.append(LaneSpec(id=0, key="P", type="parking", width_m=cs.parking_m))
    out[-1] = replace(out[-1], mark="curb")
    out.append(LaneSpec(id=0, key="S", type="sidewalk", width_m=cs.sidewalk_m, height_m=0.12))
    return both_sides(out, s_m=s_m, centre_mark="solid" if cs.lanes > 1 else "broken")


def bayed_sections(cs: StreetSection, length_m: float) -> tuple[Section, ...]:
    """Return the sections of a street whose parking lanes begin and end clear of its ends."""
    plain = replace(cs, parking_m=0.0)
    if not cs.parking_m or length_m < 2 * (BAY_FROM_M + BAY_TAPER_M) + SPACE_M:
        return (street_section(plain),)
    long = length_m - 2 * BAY_FROM_M
    widths = (
        smooth(0.0, BAY_TAPER_M, 0.0, cs.parking_m),
        (BAY_TAPER_M, cs.parking_m, 0.0, 0.0, 0.0),
        smooth(long - BAY_TAPER_M, BAY_TAPER_M, cs.parking_m, 0.0),
    )
    middle = street_section(cs, BAY_FROM_M)
    left, right = (
        tuple(replace(x, widths=widths) if x.type == "parking" else x for x in lanes)
        for lanes in (middle.left, middle.right)
    )
    return street_section(plain), replace(middle, left=left, right=right), street_section(plain, length_m - BAY_FROM_M)


def crosswalks(cs: StreetSection, at: Sequence[float]) -> tuple[tuple[Thing, ...], tuple[Sign, ...]]:
    """Return crosswalks over the whole street, and their signs for both directions."""
    things = tuple(Thing(type="crosswalk", s_m=s, t_m=0.0, size=(CROSSWALK_LONG_M, 2 * cs.kerb_m, 0.0)) for s in at)
    beside = CROSSWALK_LONG_M / 2 + 0.5
    signs = tuple(
        Sign(type=CROSSING_SIGN, s_m=s - side * beside, t_m=-side * (cs.kerb_m + 0.5),
             lanes=(-side, -side * cs.lanes), facing="+" if side > 0 else "-")
        for s in at
        for side in (1, -1)
    )  # fmt: skip
    return things, signs


def spaces(cs: StreetSection, begin_m: float, end_m: float, clear: Sequence[float]) -> tuple[Thing, ...]:
    """Return the marked parking spaces on both sides, none near the places to be kept clear."""
    count = int((end_m - begin_m) / SPACE_M) if cs.parking_m else 0
    middle = [begin_m + (k + 0.5) * SPACE_M for k in range(count)]
    return tuple(
        Thing(type="parkingSpace", s_m=s, t_m=side * cs.parking_t_m, size=(SPACE_M, cs.parking_m, 0.0))
        for side in (1.0, -1.0)
        for s in middle
        if all(abs(s - c) > CROSSWALK_CLEAR_M for c in clear)
    )


def lined(rng: Generator, cs: StreetSection, length_m: float) -> tuple[Thing, ...]:
    """Return houses, trees and lamps along a street."""
    return tuple(
        Thing(type=x.type, s_m=x.s_m, t_m=x.t_m, size=x.size, round=x.type != "building")
        for x in scenery(rng, length_m, cs.kerb_m, cs.sidewalk_m)
    )
