"""Places: where on this map a situation can happen, in road words only, each found once per map.

A place is a corridor: lane rows joined in driving direction, long enough before and after the interesting
part for a builder to solve initial states backwards from the conflict.
"""

from dataclasses import dataclass

from roadnet.base.kept import kept
from roadnet.network import RoadNetwork

KINDS = ("following", "side_by_side", "kerbside", "signalled_crossing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A corridor where a situation can happen.

    s_m is measured along lane_path(net, lanes). What it marks depends on the kind: "following", "side_by_side"
    and "kerbside": the middle of the qualifying stretch, any s in [room_behind_m, length - room_ahead_m] of
    which will do; "signalled_crossing": where the centre lines of the two corridors cross.
    """

    kind: str
    lanes: tuple[int, ...]  # rows of net.lanes, in driving direction, joined without jumps
    s_m: float
    room_behind_m: float  # from the corridor's beginning to the qualifying stretch; the crossing: to s_m
    room_ahead_m: float  # from the qualifying stretch to the corridor's end; the crossing: from s_m
    other_lanes: tuple[int, ...] = ()  # the neighbour or the crossing corridor
    other_s_m: float = 0.0  # the same instant of the situation along other_lanes
    group: int | None = None  # signal group that governs `lanes` at the crossing, row of net.signals.group_id
    other_group: int | None = None
    curvature_max_1pm: float = 0.0  # over the qualifying stretch
    speed_limit_mps: float = 0.0  # lowest over the qualifying stretch
    weight: float = 1.0  # usable metres, or 1 a crossing pair: probability of the place given the map, unnormalised


@kept
def places(net: RoadNetwork, kind: str) -> tuple[Place, ...]:
    """Return the places of a kind, sorted, () when the map has none. Raises ValueError for an unknown kind."""
    raise ValueError(f"kind: got {kind!r}, want one of {', '.join(KINDS)}")


def no_place_reason(net: RoadNetwork, kind: str) -> str:
    """Return one line that says why the map has no place of this kind, "" when it has one."""
    raise ValueError(f"kind: got {kind!r}, want one of {', '.join(KINDS)}")
