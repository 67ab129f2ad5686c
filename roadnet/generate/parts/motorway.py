"""Motorways: the cross section, ramps that leave and join it, and the joints between."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, sin
from typing import Any

from roadnet.generate.document import END, START, Cubic, LaneSpec, Piece
from roadnet.generate.parts.furniture import LIMIT, Run, Sign, Thing
from roadnet.generate.parts.joints import Mouth, Movement
from roadnet.generate.parts.profiles import level, smooth, vertical
from roadnet.generate.parts.roads import Pose, RoadSpec, Section, sides, turned_back

RAMP_EASE_M = 40.0  # clothoid at the beginning of a ramp (ours)
RAMP_BEND_M = 30.0  # of the bend beyond the nose (ours)
RAMP_GRADE, RAMP_CURVE_M = 0.04, 40.0  # RAA 2008: at most 6 %, recalled: assumed
RAMP_STEP_M = 2.0
NOSE_M = 1.0  # between the motorway's shoulder and the ramp where they part (ours)
RAMP_SHOULDER_M = 1.5  # RAA 2008, ramp cross section Q1: recalled, assumed


@dataclass(frozen=True, kw_only=True, slots=True)
class CrossSection:
    """Half of a motorway; both halves are alike."""

    lanes: int
    lane_m: float
    median_m: float  # half of it, with the inner edge strip
    shoulder_m: float
    speed_kph: float

    @property
    def aux(self) -> int:
        """Return the number outward of a lane beside the outermost through lane."""
        return self.lanes + 2

    @property
    def through(self) -> tuple[int, ...]:
        """Return the numbers outward of the median and the through lanes."""
        return tuple(range(1, self.lanes + 2))


def half(cs: CrossSection, aux: Sequence[Cubic] = (), aux_type: str = "") -> tuple[LaneSpec, ...]:
    """Return the lanes of one half outward: median, through lanes, a lane of widths `aux` if any, shoulder."""
    out = [LaneSpec(id=1, type="median", width_m=cs.median_m, mark="solid", key="M")]
    for k in range(cs.lanes):
        mark = "broken" if k + 1 < cs.lanes or aux else "solid"
        out.append(LaneSpec(id=k + 2, type="driving", width_m=cs.lane_m, mark=mark, key=f"D{k}"))
    if aux:
        out.append(LaneSpec(id=0, type=aux_type, width_m=cs.lane_m, widths=tuple(aux), mark="solid", key="X"))
    out.append(LaneSpec(id=0, type="shoulder", width_m=cs.shoulder_m, mark="none", key="H"))
    return tuple(out)


def section(cs: CrossSection, s_m: float = 0.0, aux: Sequence[Cubic] = (), aux_type: str = "") -> Section:
    """Return a section with the auxiliary lane, if any, on the right half."""
    return Section(s_m=s_m, left=sides(half(cs))["left"], right=sides(half(cs, aux, aux_type))["right"])


def opening(cs: CrossSection, taper_m: float) -> tuple[Cubic, ...]:
    """Return the widths of a lane that opens over a taper and stays."""
    return smooth(0.0, taper_m, 0.0, cs.lane_m), (taper_m, cs.lane_m, 0.0, 0.0, 0.0)


def closing(cs: CrossSection, full_m: float, taper_m: float) -> tuple[Cubic, ...]:
    """Return the widths of a lane that stays for full_m and then closes over a taper."""
    return level(cs.lane_m), smooth(full_m, taper_m, cs.lane_m, 0.0)


def nose(cs: CrossSection, radius_m: float) -> tuple[tuple[Piece, ...], float]:
    """Return (pieces of a ramp that bears away to the right until it is clear, m along the motorway until then)."""
    ease, arc = Piece(RAMP_EASE_M, 0.0, -1.0 / radius_m), 0.0
    while True:
        arc += RAMP_STEP_M
        bend = Piece(arc, -1.0 / radius_m, -1.0 / radius_m)
        x, y, _ = bend.end(*ease.end(0.0, 0.0, 0.0))
        if -y >= cs.shoulder_m + NOSE_M:
            return (ease, bend), x


def ramp(cs: CrossSection, id: str, end: str, junction: str, limit_kph: float) -> RoadSpec:
    """Return a ramp that is still to be placed; `end` is the one at the motorway."""
    type = "offRamp" if end == START else "onRamp"
    return RoadSpec(
        id=id,
        name=type,
        kind="motorway",
        start=(0.0, 0.0, 0.0),
        pieces=(),
        sections=ramp_lanes(cs.lane_m, type),
        speeds_kph=((0.0, limit_kph),),
        links={end: ("junction", junction, "")},
        signs=(Sign(type=LIMIT, s_m=10.0, t_m=-(cs.lane_m + 2.5), lanes=(-1, -1), facing="+", value=limit_kph),),
    )


def motorway_road(cs: CrossSection) -> dict[str, Any]:
    """Return what all roads of one motorway have in common."""
    return {"name": "motorway", "kind": "motorway", "speeds_kph": ((0.0, cs.speed_kph),)}


def ahead(pose: Pose, metres: float) -> Pose:
    """Return the pose so far straight on."""
    x, y, heading = pose
    return x + metres * cos(heading), y + metres * sin(heading), heading


def ramp_lanes(lane_m: float, type: str) -> tuple[Section, ...]:
    """Return the single section of a ramp of one lane."""
    lane = LaneSpec(id=-1, type=type, width_m=lane_m, mark="solid")
    return (Section(right=(lane, LaneSpec(id=-2, type="shoulder", width_m=RAMP_SHOULDER_M)), centre_mark="solid"),)


def far_ramp(radius_m: float, straight_m: float) -> tuple[Piece, ...]:
    """Return a ramp from its nose on: the bend goes on, eases out, then straight."""
    k = -1.0 / radius_m
    return Piece(RAMP_BEND_M, k, k), Piece(RAMP_EASE_M, k, 0.0), Piece(straight_m)


def exit_movements(cs: CrossSection, before: RoadSpec, after: RoadSpec, ramp: RoadSpec) -> list[Movement]:
    """Return the movements where a ramp leaves: through lanes both ways, and the auxiliary lane onto the ramp."""
    near, far = Mouth(road=before, end=END), Mouth(road=after, end=START)
    pieces, _ = nose(cs, ramp_radius(ramp.pieces[0]))
    return [
        *through(cs, near, far),
        Movement(
            start=near,
            end=Mouth(road=ramp, end=START),
            from_=(cs.aux, cs.aux + 1),
            to=(1, 2),
            pieces=pieces,
            marked=True,
        ),
    ]


def entry_movements(cs: CrossSection, before: RoadSpec, after: RoadSpec, ramp: RoadSpec) -> list[Movement]:
    """Return the movements where a ramp joins."""
    near, far = Mouth(road=before, end=END), Mouth(road=after, end=START)
    pieces, _ = nose(cs, ramp_radius(ramp.pieces[-1]))
    _, joining = turned_back(0.0, 0.0, 0.0, mirrored(pieces))
    return [
        *through(cs, near, far),
        Movement(
            start=Mouth(road=ramp, end=END),
            end=far,
            from_=(1, 2),
            to=(cs.aux, cs.aux + 1),
            pieces=joining,
            marked=True,
        ),
    ]


def through(cs: CrossSection, near: Mouth, far: Mouth) -> list[Movement]:
    """Return the lanes that run on both ways; on the far side of the motorway with their shoulder."""
    whole = (*cs.through, cs.aux)
    return [
        Movement(start=near, end=far, from_=cs.through, to=cs.through, marked=True),
        Movement(start=far, end=near, from_=whole, to=whole, marked=True),
    ]


def ramp_radius(piece: Piece) -> float:
    """Return the radius of the arc beside the nose."""
    return 1.0 / abs(piece.k0)


def mirrored(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Return the pieces bent to the other side."""
    return tuple(Piece(p.length_m, -p.k0, -p.k1) for p in pieces)


def exit_ramp(cs: CrossSection, before: RoadSpec, radius_m: float, straight_m: float, road: RoadSpec) -> RoadSpec:
    """Return `road` as the ramp that leaves at the end of `before` and rises."""
    mouth = Mouth(road=before, end=END)
    x, y = mouth.point(mouth.inner(-cs.aux))
    pose = (x, y, before.end[2])
    for piece in nose(cs, radius_m)[0]:
        pose = piece.end(*pose)
    pieces = far_ramp(radius_m, straight_m)
    grade = sum(p.length_m for p in pieces) - RAMP_CURVE_M - 5.0
    profile = vertical([(0.0, 5.0), (RAMP_GRADE, grade)], [RAMP_CURVE_M])
    return replace(road, start=pose, pieces=pieces, elevation=profile)


def entry_ramp(cs: CrossSection, after: RoadSpec, radius_m: float, straight_m: float, road: RoadSpec) -> RoadSpec:
    """Return `road` as the ramp that comes down and joins at the start of `after`."""
    mouth = Mouth(road=after, end=START)
    x, y = mouth.point(mouth.inner(-cs.aux))
    back = mirrored(nose(cs, radius_m)[0])
    (x, y, heading), _ = turned_back(x, y, after.start[2], back)
    start, pieces = turned_back(x, y, heading, mirrored(far_ramp(radius_m, straight_m)))
    grade = sum(p.length_m for p in pieces) - RAMP_CURVE_M - 5.0
    top = RAMP_GRADE * (grade + RAMP_CURVE_M / 2)
    profile = vertical([(-RAMP_GRADE, grade), (0.0, 5.0)], [RAMP_CURVE_M], z_m=top)
    return replace(road, start=start, pieces=pieces, elevation=profile)


def rails(cs: CrossSection, length_m: float, *, right_until_m: float = 0.0) -> tuple[Thing, ...]:
    """Return the concrete wall in the median, and guard rails outside of the shoulders."""
    outside = cs.median_m + cs.lanes * cs.lane_m + cs.shoulder_m + 0.5
    wall = Thing(
        type="barrier", name="concrete wall", subtype="jerseyBarrier", s_m=0.0, t_m=0.0, size=(4.0, 0.6, 0.9),
        run=Run(length_m=length_m, distance_m=0.0),
    )  # fmt: skip
    out = [wall]
    for t, until in ((outside, length_m), (-outside, right_until_m)):
        if until > 1.0:
            run = Run(length_m=until, distance_m=0.0)
            size = (4.0, 0.3, 0.75)
            out.append(Thing(type="barrier", name="guardRail", subtype="guardRail", s_m=0.0, t_m=t, size=size, run=run))
    return tuple(out)
