"""The sorted search equals looking at everybody: who is ahead along a way, who is behind on a lane."""

import numpy as np
import traffic_world as t
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios.simulation import lane_layout as c
from scenarios.simulation import layout
from scenarios.simulation.lane_table import LaneTable, lane_table, traffic_graph
from scenarios.simulation.ranking import FOLLOWERS_M, first_ahead, last_behind, place_in, rank

NET = t.net_of("small_town")
LANES = sorted(traffic_graph(NET))
FAR = 1e9

SHARE = st.integers(0, 10_000).map(lambda n: n / 10_000)
AGENT = st.tuples(
    st.sampled_from(LANES[:40]), SHARE, st.sampled_from([c.FREE, c.ON_PATH, c.ON_LANE]), st.booleans(),
    st.floats(2.0, 8.0), st.floats(0.5, 3.0),
)  # fmt: skip


class World:
    """Agents on the lanes of a map, ranked."""

    def __init__(self, agents: list[tuple[int, float, int, bool, float, float]]) -> None:
        self.table: LaneTable = lane_table(NET)
        A = len(agents)
        self.plan, self.drive = np.full((A, c.PLAN), -1, np.int64), np.zeros((A, c.DRIVE))
        self.state = np.zeros((layout.STATE, A))
        for i, (row, share, bound, present, head, tail) in enumerate(agents):
            self.plan[i, [c.LANE, c.BOUND]] = row, bound
            self.drive[i, c.ALONG] = share * self.table.metric[row, c.LONG]
            self.drive[i, [c.HEAD, c.TAIL]], self.state[layout.PRESENT, i] = (head, tail), present
        self.entry, self.entry_lane = np.empty((c.ENTRY, 2 * A)), np.empty(2 * A, np.int64)
        self.order, self.spot = np.arange(2 * A), np.empty(2 * A, np.int64)
        self.head = np.full(len(self.table.lane), -1)
        self.live, self.rank_again = 0, A
        self.rank()

    def rank(self) -> None:
        self.live = rank(
            self.table.lane, self.table.metric, self.plan, self.drive, self.state, 0, self.rank_again,
            self.entry, self.entry_lane, self.order, self.spot, self.head, self.live,
        )  # fmt: skip

    def on(self, row: int) -> list[tuple[float, int]]:
        """Return (s, agent) of all that are on a lane."""
        lanes, bound, there = self.plan[:, c.LANE], self.plan[:, c.BOUND], self.state[layout.PRESENT]
        found = np.flatnonzero((lanes == row) & (bound != c.FREE) & (there > 0))
        return sorted((float(self.drive[i, c.ALONG]), int(i)) for i in found)


def plain_ahead(world: World, me: int, way: list[int], s: float) -> float:
    """Return the distance to the rear of the nearest one ahead along a way, looking at everybody on each lane."""
    offset = -s
    for n, row in enumerate(way):
        ahead = [(x, j) for x, j in world.on(row) if j != me and (n > 0 or x >= s)]
        if ahead:
            x, j = ahead[0]
            return offset + x - float(world.drive[j, c.TAIL])
        offset += float(world.table.metric[row, c.LONG])
    return np.inf


def plain_behind(world: World, me: int, row: int, s: float) -> float:
    """Return the distance from the front of the nearest one behind on a lane, or on the lanes before it."""
    behind = [(x, j) for x, j in world.on(row) if j != me and x < s]
    if behind:
        x, j = behind[-1]
        return s - x - float(world.drive[j, c.HEAD])
    best, graph, metric = np.inf, traffic_graph(NET), world.table.metric
    for at in sorted(graph.predecessors(row)):
        away = s
        for _ in range(3):
            away += float(metric[at, c.LONG])
            found = [(x, j) for x, j in world.on(at) if j != me]
            if found:
                best = min(best, away - found[-1][0] - float(world.drive[found[-1][1], c.HEAD]))
                break
            before = sorted(graph.predecessors(at))
            if away > FOLLOWERS_M or not before:
                break
            at = before[0]
    return best if best < FOLLOWERS_M else np.inf


@settings(max_examples=150)
@given(
    st.lists(AGENT, min_size=2, max_size=24),
    st.lists(SHARE, min_size=24, max_size=24, unique=True),
)
def test_the_sorted_search_finds_whom_looking_at_everybody_finds(
    agents: list[tuple[int, float, int, bool, float, float]], moved: list[float]
) -> None:
    world = World(agents)
    for _ in range(2):  # the second time in the order of the first, all of them elsewhere on their lanes
        lanes, along = world.plan[:, c.LANE].tolist(), world.drive[:, c.ALONG].round(4).tolist()
        places = list(zip(lanes, along, strict=True))
        assume(len(set(places)) == len(places))  # of two at one place either may be found
        for me in range(len(agents)):
            if world.plan[me, c.BOUND] == c.FREE or not world.state[layout.PRESENT, me]:
                continue
            row, s = int(world.plan[me, c.LANE]), float(world.drive[me, c.ALONG])
            way = [row]
            while len(way) < c.WAY and (on := sorted(traffic_graph(NET).successors(way[-1]))):
                way.append(on[0])
            place = place_in(world.entry, world.order, world.live, row, s)
            _, ahead = first_ahead(
                world.table.metric, world.drive, np.array(way), len(way), world.entry, world.entry_lane, world.order,
                world.live, world.head, 0, me, place, row, s, FAR, True, 0.0, 0.0,
            )  # fmt: skip
            _, behind = last_behind(
                world.table.lane, world.table.metric, world.table.link, world.drive, world.entry, world.entry_lane,
                world.order, world.live, world.head, 0, me, place, row, s,
            )  # fmt: skip
            assert np.isclose(ahead, plain_ahead(world, me, way, s)) or ahead == plain_ahead(world, me, way, s)
            assert np.isclose(behind, plain_behind(world, me, row, s)) or behind == plain_behind(world, me, row, s)
        for i, share in enumerate(moved[: len(agents)]):
            world.drive[i, c.ALONG] = share * world.table.metric[world.plan[i, c.LANE], c.LONG]
        world.rank()
