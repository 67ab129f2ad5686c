"""Fixed-time programmes for a map's signal groups: stages of groups that do not meet, one after the other.

Groups meet where lanes that they govern share a place. Within each set of groups that are linked by such meetings,
groups are put into as few stages as a greedy colouring finds; a stage is green, amber, then all are red.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np

from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from scenarios.model.spec import SignalPhase
from scenarios.simulation import lane_layout as c
from scenarios.simulation.lane_table import lane_table

RED, RED_AMBER, AMBER, GREEN = 1, 2, 3, 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Programme:
    """Times of a stage, s; assumed, but amber: 3 s where 50 km/h are allowed (VwV-StVO to section 37)."""

    green_s: float = 15.0
    amber_s: float = 3.0
    all_red_s: float = 2.0
    red_amber_s: float = 1.0  # the end of the time when all are red

    @property
    def stage_s(self) -> float:
        """Return how long a stage lasts."""
        return self.green_s + self.amber_s + self.all_red_s


@kept
def stages(net: RoadNetwork) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """Return, for each set of groups that are linked by meetings, its stages: groups that are green together."""
    table = lane_table(net)
    meets: nx.Graph[int] = nx.Graph()
    meets.add_nodes_from(range(len(net.signals.group_id)))
    for row in np.flatnonzero(table.lane[:, c.LIGHT] >= 0).tolist():
        mine = int(table.lane[row, c.LIGHT])
        for clash in table.clash[table.lane[row, c.CLASH] : table.lane[row, c.CLASH_END]]:
            other = int(table.lane[int(clash[c.OTHER]), c.LIGHT])
            if other >= 0 and other != mine and clash[c.SORT] != c.PARTS:
                meets.add_edge(mine, other)
    out = []
    for part in sorted(nx.connected_components(meets), key=min):
        colour: dict[int, int] = {}
        for group in sorted(part, key=lambda g: (-meets.degree(g), g)):
            taken = {colour[other] for other in meets[group] if other in colour}
            colour[group] = next(k for k in range(len(part)) if k not in taken)
        count = max(colour.values()) + 1
        out.append(tuple(tuple(sorted(g for g in part if colour[g] == k)) for k in range(count)))
    return tuple(out)


def fixed_time(
    net: RoadNetwork, duration_s: float, *, offset_s: float = 0.0, programme: Programme | None = None
) -> tuple[SignalPhase, ...]:
    """Return the phases of all of a map's groups over a time; groups that meet nobody stay green.

    offset_s: how far into its cycle each programme is at the start; those of different sets differ by more.
    """
    p = programme or Programme()
    out: list[SignalPhase] = []
    for number, sequence in enumerate(stages(net)):
        if len(sequence) == 1:
            out += [SignalPhase(group=g, t_s=0.0, state=GREEN) for g in sequence[0]]
            continue
        cycle = p.stage_s * len(sequence)
        begin = -((offset_s + number * p.stage_s) % cycle)
        for k, groups in enumerate(sequence):
            out += [x for g in groups for x in _of_group(g, begin + k * p.stage_s, cycle, duration_s, p)]
    return tuple(sorted(out, key=lambda x: (x.t_s, x.group)))


def _of_group(group: int, green_at: float, cycle: float, duration_s: float, p: Programme) -> list[SignalPhase]:
    """Return a group's phases: what holds at the start, then each change."""
    changes: list[tuple[float, int]] = []
    at = green_at - cycle
    while at < duration_s + cycle:
        changes.append((at - p.red_amber_s, RED_AMBER))
        changes += [(at, GREEN), (at + p.green_s, AMBER), (at + p.green_s + p.amber_s, RED)]
        at += cycle
    before = [state for t, state in changes if t <= 0.0]
    out = [SignalPhase(group=group, t_s=0.0, state=before[-1] if before else RED)]
    return out + [
        SignalPhase(group=group, t_s=round(t, 6), state=state) for t, state in changes if 0.0 < t <= duration_s
    ]
