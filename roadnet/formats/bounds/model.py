"""What the readers of bounded lanes hand over: strips, their links, and the furniture in map coordinates."""

from dataclasses import dataclass, field

from roadnet.base.arrays import Array
from roadnet.network import LaneType, MarkType, ObjectKind, SignalKind

Mark = tuple[MarkType, float, float]  # type, width m, colour 0 white 1 yellow


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Strip:
    """One lane: the surface between two polylines that run in driving direction."""

    id: str
    left: Array  # (N, 3) m, N >= 2
    right: Array  # (M, 3) m, M >= 2
    type: LaneType
    line: int  # in the file, for findings
    speed_mps: float = 0.0  # 0: none posted
    left_mark: Mark | None = None
    right_mark: Mark | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SignalRow:
    """One signal or sign; without `xyz` it stands where the first governed lane ends (in a junction: begins)."""

    id: str
    type: str
    kind: SignalKind
    strips: tuple[int, ...]
    xyz: tuple[float, float, float] | None = None
    group: str | None = None  # traffic lights: signals of one group show one state
    value: float | None = None
    size: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ObjectRow:
    """One static thing by its outline."""

    id: str
    kind: ObjectKind
    outline: Array  # (P, 2) m, P >= 3
    z: float = 0.0
    height: float = 0.0


@dataclass(kw_only=True, slots=True, eq=False)
class LaneMap:
    """A map of strips; indices are rows of `strips`."""

    strips: list[Strip]
    successors: set[tuple[int, int]] = field(default_factory=set)
    beside: set[tuple[int, int]] = field(default_factory=set)  # (left, right), same direction
    sharing: set[tuple[int, int]] = field(default_factory=set)  # the pairs of `beside` that share their bound
    junctions: dict[str, list[int]] = field(default_factory=dict)  # id -> strips inside
    road_names: dict[int, str] = field(default_factory=dict)  # ids of roads, by first strip; else the strip's own
    left_hand: bool = False
    signals: list[SignalRow] = field(default_factory=list)
    objects: list[ObjectRow] = field(default_factory=list)
