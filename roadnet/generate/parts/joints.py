"""Joints: connecting roads between the ends of roads, and the junction that holds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin, sqrt

from roadnet.generate.document import END, START, LaneSpec, Piece, turn_pieces
from roadnet.generate.parts.profiles import joined, smooth, value_at
from roadnet.generate.parts.roads import Connection, JunctionSpec, Pose, RoadSpec, Section, lane_width


@dataclass(frozen=True, kw_only=True, slots=True)
class Mouth:
    """An end of a road at a junction."""

    road: RoadSpec
    end: str  # START | END

    @property
    def outward(self) -> Pose:
        """Return the pose of the reference line there, heading out of the junction and into the road."""
        if self.end == START:
            return self.road.start
        x, y, heading = self.road.end
        return x, y, heading + pi

    @property
    def entering(self) -> int:
        """Return the sign of the lanes whose traffic enters the junction here (traffic keeps right)."""
        return 1 if self.end == START else -1

    @property
    def section(self) -> Section:
        """Return the lane section at this end."""
        return self.road.sections[0 if self.end == START else -1]

    @property
    def height(self) -> tuple[float, float]:
        """Return (z m, grade along the outward direction)."""
        z, grade = value_at(self.road.elevation, 0.0 if self.end == START else self.road.length_m)
        return z, grade if self.end == START else -grade

    def width(self, lane: int) -> float:
        """Return the width of a lane at this end."""
        return lane_width(self.section.lane(lane), 0.0 if self.end == START else self.road.length_m - self.section.s_m)

    def inner(self, lane: int) -> float:
        """Return t of the lane's edge next to the middle, to the left as the road's reference line runs."""
        side = 1 if lane > 0 else -1
        offset, _ = value_at(self.road.offset, 0.0 if self.end == START else self.road.length_m)
        return offset + side * sum(self.width(side * k) for k in range(1, abs(lane)))

    def point(self, t: float) -> tuple[float, float]:
        """Return the point t to the left of the reference line."""
        x, y, heading = self.outward
        t = t if self.end == START else -t
        return x - t * sin(heading), y + t * cos(heading)


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """Lanes that lead side by side from one mouth to another; numbers count outward from the middle."""

    start: Mouth
    end: Mouth
    from_: tuple[int, ...]
    to: tuple[int, ...]
    pieces: tuple[Piece, ...] = ()  # () : a turn
    marked: bool = False  # road marks run on through the junction
    speed_kph: float = 0.0  # 0: as the road that it comes from


def joint(
    id: str,
    movements: Sequence[Movement],
    *,
    name: str = "",
    first: int,
    groups: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[list[RoadSpec], JunctionSpec]:
    """Return the connecting roads, numbered from `first`, and the junction."""
    roads = [connecting_road(id, str(first + k), m) for k, m in enumerate(movements)]
    connections = tuple(
        Connection(
            incoming=m.start.road.id,
            connecting=road.id,
            lanes=tuple((m.start.entering * lane, -k - 1) for k, lane in enumerate(m.from_)),
        )
        for m, road in zip(movements, roads, strict=True)
    )
    return roads, JunctionSpec(id=id, name=name, connections=connections, groups=groups or {})


def connecting_road(junction: str, id: str, m: Movement) -> RoadSpec:
    """Return the road of a movement: its lanes lie right of the reference line, heights and widths join smoothly."""
    inward, outward = m.start.entering, -m.end.entering
    start = (*m.start.point(m.start.inner(inward * m.from_[0])), m.start.outward[2] + pi)
    end = (*m.end.point(m.end.inner(outward * m.to[0])), m.end.outward[2])
    pieces = m.pieces or way(start, end)
    length = sum(p.length_m for p in pieces)
    lanes = []
    for k, (a, b) in enumerate(zip(m.from_, m.to, strict=True)):
        source = m.start.section.lane(inward * a)
        before, after = m.start.width(inward * a), m.end.width(outward * b)
        lanes.append(
            LaneSpec(
                id=-k - 1,
                type=source.type,
                width_m=before,
                widths=(smooth(0.0, length, before, after),) if before != after else (),
                mark=source.mark if m.marked else "none",
                height_m=source.height_m,
                predecessor=inward * a,
                successor=outward * b,
            )
        )
    (z0, out0), (z1, out1) = m.start.height, m.end.height
    speed = m.speed_kph or m.start.road.speeds_kph[0 if m.start.end == START else -1][1]
    return RoadSpec(
        id=id,
        start=start,
        pieces=pieces,
        sections=(Section(right=tuple(lanes)),),
        kind=m.start.road.kind,
        speeds_kph=((0.0, speed),),
        links={START: ("road", m.start.road.id, m.start.end), END: ("road", m.end.road.id, m.end.end)},
        junction=junction,
        elevation=(joined(0.0, length, (z0, -out0), (z1, out1)),),
    )


def way(start: Pose, end: Pose) -> tuple[Piece, ...]:
    """Return lines and arcs from one pose to another: one arc where the tangents allow, else two that meet."""
    try:
        return turn_pieces(start, end)
    except ValueError:
        return biarc(start, end)


def biarc(start: Pose, end: Pose) -> tuple[Piece, ...]:
    """Return two arcs that join two poses smoothly, with tangents of equal length. Bolton 1975."""
    (x0, y0, h0), (x1, y1, h1) = start, end
    vx, vy = x1 - x0, y1 - y0
    tx, ty = cos(h0) + cos(h1), sin(h0) + sin(h1)
    along, dot = vx * tx + vy * ty, 1.0 - (cos(h0) * cos(h1) + sin(h0) * sin(h1))
    squared = vx * vx + vy * vy
    if dot < 1e-12:
        d = squared / (4.0 * (vx * cos(h1) + vy * sin(h1)))
    else:
        d = (sqrt(along * along + 2.0 * dot * squared) - along) / (2.0 * dot)
    xm, ym = (x0 + x1 + d * (cos(h0) - cos(h1))) / 2, (y0 + y1 + d * (sin(h0) - sin(h1))) / 2
    first = arc_to(start, xm, ym)
    second = arc_to((x1, y1, h1 + pi), xm, ym)
    return first, Piece(second.length_m, -second.k0, -second.k0)


def arc_to(start: Pose, x: float, y: float) -> Piece:
    """Return the arc (or line) that leaves a pose and ends at a point."""
    dx, dy = x - start[0], y - start[1]
    chord = hypot(dx, dy)
    half = (atan2(dy, dx) - start[2] + pi) % (2 * pi) - pi
    if abs(half) < 1e-9:
        return Piece(chord)
    curvature = 2.0 * sin(half) / chord
    return Piece(2.0 * half / curvature, curvature, curvature)
