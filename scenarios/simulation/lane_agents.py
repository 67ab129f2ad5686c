"""Who of a scenario drives by lanes, who keeps a path of lanes and who knows none; and where each is at the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.model.spec import ActorProgram, ConcreteScenario, Kind, What
from scenarios.simulation import lane_layout as c
from scenarios.simulation.bodies import BODIES, REAR_AXLE
from scenarios.simulation.lane_motion import tightest
from scenarios.simulation.lane_table import LaneTable, lane_table, no_lanes

WALKERS = frozenset({Kind.PEDESTRIAN, Kind.ANIMAL, Kind.DOOR, Kind.DEBRIS, Kind.TRAILER})
LATERAL = frozenset({What.LANE_OFFSET, What.DIRECTION})  # who is told where to be across does not choose lanes
KEY_BITS = (1 << 63) - 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LaneAgents:
    """The agents of a batch in the columns of scenarios/simulation/lane_layout.py; N agents, S scenarios."""

    table: LaneTable
    route: Array  # (R,) int64 lane rows of all routes, one after the other
    route_s: Array  # (R,) m, where each begins on the agent's path
    driven: Array  # (S,) int64, how many drive by lanes
    plan: Array  # (N, PLAN) int64
    drive: Array  # (N, DRIVE)
    way: Array  # (N, WAY) int64
    order: Array  # (2 N,) int64, the entries of each scenario's agents, as scenarios/simulation/ranking.py sorts them


def drives_by_lanes(actor: ActorProgram, law: Any, outside: bool) -> bool:
    """Return whether an actor plans its own way over lanes."""
    free = bool(actor.path.lanes) and not actor.path.reverse and actor.kind not in WALKERS and not outside
    free = free and not actor.attached_to
    return bool(free and law.by_lanes and not any(step.action.what in LATERAL for step in actor.steps))


def lane_agents(
    net: RoadNetwork, specs: Sequence[ConcreteScenario], agents: Sequence[tuple[int, ActorProgram, bool]]
) -> LaneAgents:
    """Return the tables of agents: (scenario, actor, whether it drives by lanes) in the order of the batch."""
    N, driven = len(agents), np.zeros(len(specs), np.int64)
    for n, _actor, by_lanes in agents:
        driven[n] += by_lanes
    table = lane_table(net) if driven.any() else no_lanes()
    plan, drive = np.full((N, c.PLAN), -1, np.int64), np.zeros((N, c.DRIVE))
    plan[:, [c.BOUND, c.WAYS, c.VISITS, c.COMMITTED, c.HALTED, c.BLOCKED, c.NEEDS, c.WANTS, c.CHANGES, c.STAYS]] = 0
    drive[:, [c.AHEAD, c.OTHER_GAP, c.HOLD, c.SINCE, c.TTC, c.END_FROM]] = np.inf
    drive[:, [c.LET_UNTIL, c.CHANGED_AT]] = -np.inf
    routes: list[int] = []
    begins: list[float] = []
    for i, (n, actor, by_lanes) in enumerate(agents):
        length = actor.size[0]
        drive[i, c.HEAD], drive[i, c.TAIL] = (0.5 + REAR_AXLE) * length, (0.5 - REAR_AXLE) * length
        drive[i, c.FLANK] = 0.5 * actor.size[1]
        drive[i, c.TIGHTEST] = tightest(actor.size, BODIES[actor.kind].curvature_most_1pm)
        plan[i, c.KEY] = Streams(specs[n].suite_key, specs[n].index).key(f"driver {actor.name}") & KEY_BITS
        if not driven[n] or not actor.path.lanes or actor.path.reverse:
            continue
        rows, at = usable(table, net, actor.path.lanes)
        if not rows:
            continue
        plan[i, c.BOUND] = c.ON_LANE if by_lanes else c.ON_PATH
        plan[i, c.ROUTE] = plan[i, c.ROUTE_AT] = len(routes)
        leaves = dict(actor.law_values).get("leaves_map", 0.0) > 0.0
        plan[i, c.STAYS] = actor.name == specs[n].actors[0].name and not leaves
        routes += rows
        begins += at
        plan[i, c.ROUTE_END] = len(routes)
        s = actor.s_m - REAR_AXLE * length
        here = max(int(np.searchsorted(at, s, side="right")) - 1, 0)
        plan[i, c.LANE], drive[i, c.ALONG] = rows[here], s - at[here]
    counts = np.bincount([n for n, _, _ in agents], minlength=len(specs))
    return LaneAgents(
        table=table,
        route=np.array(routes or [0], np.int64),
        route_s=np.array(begins or [0.0], np.float64),
        driven=driven,
        plan=plan,
        drive=drive,
        way=np.zeros((N, c.WAY), np.int64),
        order=np.concatenate([np.arange(2 * count) for count in counts]).astype(np.int64),
    )


def usable(table: LaneTable, net: RoadNetwork, lanes: tuple[int, ...]) -> tuple[list[int], list[float]]:
    """Return the lanes of a path that traffic uses, and where each begins on the path, m; none if one is closed to it.

    Of lanes side by side, which a path may list one after the other, the path runs the length of each.
    """
    rows, begins, at = [], [], 0.0
    for row in lanes:
        if not net.lanes.drivable[row]:
            return [], []
        if table.lane[row, c.FIRST] < table.lane[row, c.END]:
            rows.append(row)
            begins.append(at)
        at += float(net.lanes.length_m[row])
    return rows, begins
