"""RoadNetwork: the map as ragged arrays, in the file's own coordinates.

A ragged field is a pair: flat values and `*_start` offsets; the rows of element i are
flat[start[i] : start[i + 1]]. Missing is an empty row or a mask, never a magic number.
"""

from dataclasses import dataclass, field, fields
from enum import IntEnum
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np

from roadnet import poses
from roadnet.base.arrays import Array
from roadnet.frames import Pose


class LaneType(IntEnum):
    """Lane types of OpenDRIVE 1.8 (e_laneType), the ones that we tell apart."""

    NONE = 0
    DRIVING = 1
    BIDIRECTIONAL = 2
    ENTRY = 3
    EXIT = 4
    ON_RAMP = 5
    OFF_RAMP = 6
    STOP = 7
    SHOULDER = 8
    BORDER = 9
    CURB = 10
    SIDEWALK = 11
    WALKING = 12
    BIKING = 13
    PARKING = 14
    MEDIAN = 15
    RESTRICTED = 16
    BUS = 17
    TAXI = 18
    HOV = 19
    RAIL = 20
    TRAM = 21
    ROAD_WORKS = 22
    SPECIAL = 23
    CONNECTING_RAMP = 24
    SLIP_LANE = 25


DRIVABLE = frozenset(
    {
        LaneType.DRIVING, LaneType.BIDIRECTIONAL, LaneType.ENTRY, LaneType.EXIT, LaneType.ON_RAMP,
        LaneType.OFF_RAMP, LaneType.CONNECTING_RAMP, LaneType.SLIP_LANE, LaneType.BUS, LaneType.TAXI, LaneType.HOV,
    }
)  # fmt: skip


class MarkType(IntEnum):
    """Road mark types of OpenDRIVE, the ones that are drawn differently."""

    NONE = 0
    SOLID = 1
    BROKEN = 2
    SOLID_SOLID = 3
    SOLID_BROKEN = 4
    BROKEN_SOLID = 5
    BROKEN_BROKEN = 6
    BOTTS_DOTS = 7
    CURB = 8
    GRASS = 9


class SignalKind(IntEnum):
    """What a signal is for, from its country and type."""

    OTHER = 0
    TRAFFIC_LIGHT = 1
    STOP_SIGN = 2
    YIELD_SIGN = 3
    SPEED_LIMIT = 4
    CROSSWALK = 5
    STOP_LINE = 6
    PRIORITY_ROAD = 7


class ObjectKind(IntEnum):
    """Static things beside and on the road."""

    OTHER = 0
    BUILDING = 1
    TREE = 2
    POLE = 3
    BARRIER = 4
    PARKING_SPACE = 5
    CROSSWALK = 6
    OBSTACLE = 7
    VEGETATION = 8
    SIGN = 9
    TUNNEL = 10
    BRIDGE = 11
    RAIL_SWITCH = 12


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Polynomials:
    """Piecewise cubics along s, ragged over their owners: value = a + b ds + c ds^2 + d ds^3, ds = s - s0."""

    start: Array  # (owners + 1,) int64
    s: Array  # (K,) m, where the piece begins
    abcd: Array  # (K, 4)


def no_pieces() -> Polynomials:
    """Return the polynomials of owners that have none."""
    return Polynomials(start=np.zeros(1, np.int64), s=np.zeros(0), abcd=np.zeros((0, 4)))


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CrossSections:
    """How high the surface lies above the plane of the lateral axis; stations ragged over roads, linear between."""

    start: Array = field(default_factory=lambda: np.zeros(1, np.int64))  # (R + 1,)
    s: Array = field(default_factory=lambda: np.zeros(0))  # (Q,) m, where the stations are
    profile: Polynomials = field(default_factory=no_pieces)  # m, one owner a station, along t in place of s
    left: Polynomials = field(default_factory=no_pieces)  # rad: how the side of t > 0 falls outwards, by s
    right: Polynomials = field(default_factory=no_pieces)  # likewise t < 0

    def __len__(self) -> int:
        return len(self.s) + len(self.left.s) + len(self.right.s)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SpeedChanges:
    """Limits that change within a lane section, ragged over lanes; a lane without rows keeps its one limit."""

    start: Array = field(default_factory=lambda: np.zeros(1, np.int64))  # (L + 1,)
    s: Array = field(default_factory=lambda: np.zeros(0))  # (K,) m from the section's start, the first 0
    speed_mps: Array = field(default_factory=lambda: np.zeros(0))  # (K,) from there on; 0: none posted

    def __len__(self) -> int:
        return len(self.s)


# of fields that came later: digests pass over them where they are empty, so that maps keep theirs
LATER = {"later": True}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Roads:
    """Reference lines and profiles; R roads."""

    id: tuple[str, ...]
    name: tuple[str, ...]
    length_m: Array  # (R,)
    in_junction: Array  # (R,) bool
    junction: Array  # (R,) int32, index into junctions, read only where in_junction
    left_hand: Array  # (R,) bool, traffic keeps left
    plan_start: Array  # (R + 1,)
    plan_kind: Array  # (G,) uint8: 0 line, 1 arc, 2 spiral, 3 poly3, 4 paramPoly3
    plan_pose: Array  # (G, 5): s, x, y, heading, length
    plan_coef: Array  # (G, 9): line none; arc k; spiral k0, k1; poly3 a b c d; paramPoly3 aU..dU aV..dV, pMax
    elevation: Polynomials
    superelevation: Polynomials
    lane_offset: Polynomials
    surface: CrossSections = field(default_factory=CrossSections, metadata=LATER)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Lanes:
    """One row a lane of a lane section; L lanes, sorted by road, section, lane id descending (left first)."""

    road: Array  # (L,) int32
    section: Array  # (L,) int32, section number within the road
    id: Array  # (L,) int32, OpenDRIVE lane id, never 0
    type: Array  # (L,) uint8 LaneType
    s_range: Array  # (L, 2) m, the section's extent
    forward: Array  # (L,) bool, traffic runs with growing s
    width: Polynomials  # ds from the section's start
    height: Polynomials  # abcd = inner, outer, 0, 0 m above the road, constant until the next
    speed_mps: Array  # (L,) limit, read only where has_speed; where it changes, that of the section's start
    has_speed: Array  # (L,) bool
    # centre line in driving direction, spaced <= 2 m and finer in curves
    centre_start: Array  # (L + 1,)
    centre: Array  # (N, 3) x, y, z m
    centre_s: Array  # (N,) arc length along the lane centre, m, from 0
    centre_heading: Array  # (N,) rad
    centre_half_width: Array  # (N,) m
    left_edge: Array  # (N, 3), same rows as centre, left seen in driving direction
    right_edge: Array  # (N, 3)
    successor_start: Array  # (L + 1,)
    successor: Array  # (E,) int32 lane rows, in driving direction
    predecessor_start: Array  # (L + 1,)
    predecessor: Array  # (E,) int32
    left: Array  # (L,) int32 neighbour row on the left in driving direction, read only where has_left
    right: Array  # (L,) int32
    has_left: Array  # (L,) bool
    has_right: Array  # (L,) bool
    # outer boundary marks, ragged: s offset m from the section's start, MarkType, width m, colour 0 white 1 yellow
    mark_start: Array  # (L + 1,)
    mark: Array  # (M, 4)
    speed_changes: SpeedChanges = field(default_factory=SpeedChanges, metadata=LATER)

    def __len__(self) -> int:
        return len(self.id)

    @property
    def drivable(self) -> Array:
        """Return (L,) bool: motor traffic may drive here."""
        return np.isin(self.type, [int(t) for t in DRIVABLE])

    @property
    def length_m(self) -> Array:
        """Return (L,) arc length of the centre lines, m."""
        return np.asarray(self.centre_s[self.centre_start[1:] - 1])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CentreMarks:
    """Marks along lane 0 of each section (the reference line plus lane offset); C rows, ragged over roads."""

    start: Array  # (R + 1,)
    mark: Array  # (C, 5): s begin, s end m, MarkType, width m, colour


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Junctions:
    """J junctions; which lanes run through them and which pairs of lanes conflict."""

    id: tuple[str, ...]
    connection_count: Array  # (J,) connections in the file
    conflict: Array  # (K, 2) int32 lane rows a < b whose corridors overlap inside one junction
    conflict_s: Array  # (K, 4) m: entry and exit along lane a, entry and exit along lane b (driving direction)
    # (J,) bool: virtual ones, whose connections are not followed; empty where none is
    virtual: Array = field(default_factory=lambda: np.zeros(0, bool), metadata=LATER)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Signals:
    """S signals and signs."""

    id: tuple[str, ...]
    type: tuple[str, ...]  # as in the file: country-independent text
    kind: Array  # (S,) uint8 SignalKind
    road: Array  # (S,) int32
    s: Array  # (S,) m
    t: Array  # (S,) m
    pose: Array  # (S, 4) x, y, z of the lower edge, heading it faces
    size: Array  # (S, 2) width, height m
    value: Array  # (S,) e.g. a speed limit, m/s for SPEED_LIMIT; read only where has_value
    has_value: Array  # (S,) bool
    dynamic: Array  # (S,) bool
    group: Array  # (S,) int32, read only where dynamic: signals of one group show one state; index into group_id
    group_id: tuple[str, ...]  # controller ids, or the signal's own
    lane_start: Array  # (S + 1,)
    lane: Array  # (V,) int32 lane rows it is valid for: lanes that end at it, or begin behind it in a junction


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Objects:
    """O static things."""

    id: tuple[str, ...]
    kind: Array  # (O,) uint8 ObjectKind
    pose: Array  # (O, 4) x, y, z of the base, heading
    size: Array  # (O, 3) length, width, height m
    outline_start: Array  # (O + 1,)
    outline: Array  # (P, 2) m, map frame, counter-clockwise; empty row: the box of `size`


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Structures:
    """Tunnels, bridges and rail switches: stretches and places of roads; X structures."""

    id: tuple[str, ...] = ()
    kind: Array = field(default_factory=lambda: np.zeros(0, np.uint8))  # (X,) ObjectKind.TUNNEL, BRIDGE or RAIL_SWITCH
    type: tuple[str, ...] = ()  # as in the file: "standard", "underpass", "concrete"; of switches "dynamic" or "static"
    road: Array = field(default_factory=lambda: np.zeros(0, np.int32))  # (X,)
    s_range: Array = field(default_factory=lambda: np.zeros((0, 2)))  # (X, 2) m; of a switch one place

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where the map came from; data only, no coordinate is changed by it."""

    path: str
    format: str  # "opendrive"
    version: str  # "1.4"
    geo_reference: str
    header_offset: tuple[float, float, float, float]  # x, y, z, heading
    counts: tuple[tuple[str, int], ...]  # elements counted in the file, sorted by name


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something wrong with an input that was survived."""

    severity: str  # "note" | "repaired" | "problem"
    code: str  # "dangling_link"
    where: str  # "road 12 lane -1 s 30.0, line 812"
    message: str


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RoadNetwork:
    """A road network. Built by roadnet.load or roadnet.generate; everything in it is read-only."""

    name: str
    source: Source
    roads: Roads
    lanes: Lanes
    centre_marks: CentreMarks
    junctions: Junctions
    signals: Signals
    objects: Objects
    structures: Structures = field(default_factory=Structures, metadata=LATER)
    findings: tuple[Finding, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<RoadNetwork {self.name!r}: {len(self.roads.id)} roads, {len(self.lanes)} lanes>"

    @cached_property
    def digest(self) -> str:
        """Return the content digest, 32 hex digits: equal for equal geometry, topology and furniture."""
        h = blake2b(digest_size=16)
        for part in (self.roads, self.lanes, self.centre_marks, self.junctions, self.signals, self.objects):
            update_digest(h, part)
        if len(self.structures):
            update_digest(h, self.structures)
        return h.hexdigest()

    def road_pose(self, road: str, s: float, t: float = 0.0) -> Pose:
        """Return the exact pose at (s, t) m of a road, without lane height; see roadnet.poses."""
        return poses.road_pose(self, road, s, t)

    def lane_pose(self, road: str, lane: int, s: float, t: float = 0.0) -> Pose:
        """Return the exact pose at road s, t m left of the lane's centre, with lane height; see roadnet.poses."""
        return poses.lane_pose(self, road, lane, s, t)

    @cached_property
    def road_index(self) -> dict[str, int]:
        """Return road id -> row."""
        return {name: i for i, name in enumerate(self.roads.id)}


def update_digest(h: Any, part: Any) -> None:
    """Feed a table of arrays, nested tables and tuples of text to a hash, field by field in declared order."""
    for column in fields(part):
        name, value = column.name, getattr(part, column.name)
        if column.metadata.get("later") and not len(value):
            continue
        h.update(name.encode() + b"\0")
        if isinstance(value, np.ndarray):
            h.update(f"{value.dtype.str}{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
        elif isinstance(value, tuple):
            h.update("\x1f".join(map(str, value)).encode())
        else:
            update_digest(h, value)
        h.update(b"\xff")
