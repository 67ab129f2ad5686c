"""A roundabout: a ring of arcs, and a junction where each leg meets it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from roadnet.generate.document import END, START, LaneSpec, Piece
from roadnet.generate.parts.furniture import ROUNDABOUT, YIELD, YIELD_LINE, Sign, Thing
from roadnet.generate.parts.joints import Mouth, Movement, joint
from roadnet.generate.parts.roads import JunctionSpec, Pose, RoadSpec, Section

SPREAD_RAD = 40 * pi / 180  # half the part of the ring that belongs to a leg, where neighbours leave room
REST_RAD = 5 * pi / 180  # of ring at least left between a leg's part and the middle to the next leg
MOUTH_M = 8.0  # legs begin so far outside of the ring


@dataclass(frozen=True, kw_only=True, slots=True)
class Ring:
    """A roundabout of one lane; traffic runs counter-clockwise."""

    id: str  # its legs' junctions are id + 0, 1, ... in the order of the legs
    x: float
    y: float
    inscribed_m: float  # outer diameter
    lane_m: float
    sidewalk_m: float  # outside of the lane
    speed_kph: float

    @property
    def inner_m(self) -> float:
        """Return the radius of the reference line, the lane's inner edge."""
        return self.inscribed_m / 2 - self.lane_m

    @property
    def reach_m(self) -> float:
        """Return the distance from the centre to where the legs begin."""
        return self.inscribed_m / 2 + MOUTH_M

    def junction(self, leg: int) -> str:
        """Return the id of a leg's junction."""
        return f"{self.id}{leg}"

    def leg_start(self, angle_rad: float) -> Pose:
        """Return the pose where a leg of this direction begins, heading away."""
        return self.x + self.reach_m * cos(angle_rad), self.y + self.reach_m * sin(angle_rad), angle_rad

    def point(self, angle_rad: float) -> Pose:
        """Return the pose of the reference line at an angle."""
        return (
            self.x + self.inner_m * cos(angle_rad),
            self.y + self.inner_m * sin(angle_rad),
            angle_rad + pi / 2,
        )


def ring_roads(
    ring: Ring, legs: Sequence[Mouth], *, lane: int, first: int
) -> tuple[list[RoadSpec], list[JunctionSpec]]:
    """Return the ring's roads, the connecting roads numbered from `first`, and the junctions.

    legs: counter-clockwise, at ring.reach_m along their direction; lane: number outward of their driving lane,
    with the sidewalk next to it.
    """
    angles = [leg.outward[2] for leg in legs]
    gaps = [((b - a) % (2 * pi)) or 2 * pi for a, b in zip(angles, angles[1:] + angles[:1], strict=True)]
    spread = min(SPREAD_RAD, *(gap / 2 - REST_RAD for gap in gaps))
    count = len(legs)
    arcs = [
        arc(
            ring,
            f"{first + k}",
            angles[k] + spread,
            gaps[k] - 2 * spread,
            ring.junction(k),
            ring.junction((k + 1) % count),
        )
        for k in range(count)
    ]
    roads, junctions = list(arcs), []
    for k, leg in enumerate(legs):
        inflow, outflow = Mouth(road=arcs[k - 1], end=END), Mouth(road=arcs[k], end=START)
        bend = 1.0 / ring.inner_m
        movements = [
            Movement(
                start=inflow, end=outflow, from_=(1,), to=(1,), pieces=(Piece(2 * spread * ring.inner_m, bend, bend),)
            ),
            Movement(start=inflow, end=leg, from_=(1, 2), to=(lane, lane + 1)),
            Movement(start=leg, end=outflow, from_=(lane, lane + 1), to=(1, 2), speed_kph=ring.speed_kph),
        ]
        more, junction = joint(ring.junction(k), movements, name="roundabout", first=first + 10 * (k + 1))
        roads += more
        junctions.append(junction)
    return roads, junctions


def arc(ring: Ring, id: str, angle_rad: float, turn_rad: float, before: str, after: str) -> RoadSpec:
    """Return the ring's road between two legs; the first one carries the island."""
    k = 1.0 / ring.inner_m
    across = 2 * ring.inner_m - 1.0
    island = (
        Thing(
            type="trafficIsland",
            name="central island",
            s_m=0.0,
            t_m=ring.inner_m,
            size=(across, across, 0.2),
            round=True,
        ),
        Thing(type="tree", s_m=0.0, t_m=ring.inner_m, size=(4.0, 4.0, 6.0), round=True, up_m=0.2),
    )
    return RoadSpec(
        id=id,
        name="ring",
        kind="town",
        start=ring.point(angle_rad),
        pieces=(Piece(ring.inner_m * turn_rad, k, k),),
        sections=(
            Section(
                right=(
                    LaneSpec(id=-1, type="driving", width_m=ring.lane_m, mark="curb"),
                    LaneSpec(id=-2, type="sidewalk", width_m=ring.sidewalk_m, height_m=0.12),
                ),
                centre_mark="solid",
            ),
        ),
        speeds_kph=((0.0, ring.speed_kph),),
        links={START: ("junction", before, ""), END: ("junction", after, "")},
        things=island if before.endswith("0") else (),
    )


def give_way(leg: RoadSpec, end: str, *, lane: int, t_m: float, lane_t_m: float, lane_m: float) -> tuple[Sign, ...]:
    """Return the give-way sign, its line and the roundabout sign at a leg's mouth; t_m: of the posts."""
    s, facing, side = (leg.length_m, "+", -1) if end == END else (0.0, "-", 1)
    lanes = (side * lane, side * lane)
    return (
        Sign(type=YIELD, s_m=s, t_m=side * t_m, lanes=lanes, facing=facing, width_m=0.9),
        Sign(type=ROUNDABOUT, s_m=s, t_m=side * (t_m + 0.1), lanes=lanes, facing=facing),
        Sign(type=YIELD_LINE, s_m=s, t_m=side * lane_t_m, lanes=lanes, facing=facing, width_m=lane_m),
    )
