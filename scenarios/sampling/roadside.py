"""Where scenery can stand beside a way, found once per way: clear of every lane."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.polyline import STEP_M, at
from roadnet.queries import nearest_lane
from scenarios.hazards.spots import extended

SLOT_M = 12.0  # between slots of one kind along the way
# kind -> distance of the centre from the lane's edge, length, width, height m, room needed around the centre
SCENERY = {
    "pole": (0.8, 0.2, 0.2, 6.0, 0.3),
    "tree": (4.5, 4.0, 4.0, 7.0, 1.0),
    "building": (13.0, 14.0, 10.0, 8.0, 8.8),
}
PARKED_M = 1.25  # centre of a parked vehicle from the lane's edge
PARKED_ROOM_M = 1.05


@dataclass(frozen=True, slots=True, eq=False)
class Slots:
    """Places for one kind of thing beside a way; M slots."""

    s_m: Array  # (M,) along the way
    side: Array  # (M,) 1 left, -1 right
    pose: Array  # (M, 4) x, y, z, heading


@kept
def slots(net: RoadNetwork, lanes: tuple[int, ...]) -> dict[str, Slots]:
    """Return kind -> slots beside the extended way of `lanes`; "parked" on both sides where no lane runs."""
    path = extended(net, lanes).path
    out = {}
    rows = [(kind, edge, room, False) for kind, (edge, _, _, _, room) in SCENERY.items()]
    for kind, edge, room, drivable in [*rows, ("parked", PARKED_M, PARKED_ROOM_M, True)]:
        s = np.repeat(np.arange(0.5 * SLOT_M, path.length_m, SLOT_M), 2)
        side = np.tile([1.0, -1.0], len(s) // 2)
        half = np.interp(s / STEP_M, np.arange(len(path.x)), path.half_width)
        xyz, heading = at(path, s, side * (half + edge))
        _, _, _, distance = nearest_lane(net, xyz[:, :2], drivable_only=drivable or kind != "building")
        free = distance >= room
        pose = np.round(np.column_stack([xyz, heading]), 6)
        out[kind] = Slots(s[free], side[free], pose[free])
    return out


@kept
def oncoming_lanes(net: RoadNetwork, lanes: tuple[int, ...]) -> tuple[int, ...]:
    """Return drivable lanes that run the other way beside `lanes`, sorted."""
    table = net.lanes
    found = set()
    for lane in lanes:
        beside = (table.road == table.road[lane]) & (table.section == table.section[lane]) & table.drivable
        found |= set(np.flatnonzero(beside & (table.forward != table.forward[lane])).tolist())
    return tuple(sorted(found))
