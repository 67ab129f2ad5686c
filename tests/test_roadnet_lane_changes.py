"""Routes with lane changes: the cheapest way over links and neighbours, and nothing else."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from xodr import geometry, load, road

from roadnet.lane_changes import CHANGE_COST_M, route_with_changes
from roadnet.network import RoadNetwork
from roadnet.routes import lane_graph, route

E6_SUMO = "sumo/esmini+esmini/resources/sumo_inputs/e6mini.net.xml"
TOWN03 = "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr"
TWO_LANES = (
    '<laneSection s="0"><center><lane id="0"/></center><right>{}</right></laneSection>'
    '<laneSection s="50"><center><lane id="0"/></center><right>{}</right></laneSection>'
)
LANE = '<lane id="{}" type="driving"><link>{}</link><width sOffset="0" a="3" b="0" c="0" d="0"/></lane>'


def two_lanes(folder: Path) -> RoadNetwork:
    """Return a road of two sections of 50 m with lanes -1 and -2: rows 0, 1 and 2, 3."""
    first = "".join(LANE.format(i, f'<successor id="{i}"/>') for i in (-1, -2))
    second = "".join(LANE.format(i, f'<predecessor id="{i}"/>') for i in (-1, -2))
    return load(folder, road(geometry("<line/>", length=100.0), length=100.0, lanes=TWO_LANES.format(first, second)))


def cost(net: RoadNetwork, way: tuple[int, ...]) -> float:
    graph = lane_graph(net)
    return sum(net.lanes.length_m[a] if graph.has_edge(a, b) else CHANGE_COST_M for a, b in pairwise(way))


def test_a_way_to_the_lane_beside_changes_once(tmp_path: Path) -> None:
    net = two_lanes(tmp_path)
    assert route(net, 0, 3) == ()
    way = route_with_changes(net, 0, 3)
    assert way in {(0, 1, 3), (0, 2, 3)}
    assert route_with_changes(net, 0, 2) == (0, 2)
    assert route_with_changes(net, 0, 1) == (0, 1)
    assert route_with_changes(net, 0, 0) == (0,)
    assert route_with_changes(net, 3, 0) == ()
    assert route_with_changes(net, 0, 99) == ()


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_a_cost_that_is_none_is_refused(tmp_path: Path, bad: float) -> None:
    with pytest.raises(ValueError, match="change_cost_m"):
        route_with_changes(two_lanes(tmp_path), 0, 1, change_cost_m=bad)


@pytest.mark.parametrize("name", ["boulevard", TOWN03, E6_SUMO])
def test_ways_follow_links_or_neighbours_and_cost_no_more_than_links_alone(
    load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path], name: str
) -> None:
    net = load_map(str(real(name)) if "/" in name else name)
    graph, lanes = lane_graph(net), net.lanes
    rng = np.random.default_rng(5)
    drivable, changed, reached = np.flatnonzero(lanes.drivable), 0, 0
    for a, b in rng.choice(drivable, (60, 2)).tolist():
        way, plain = route_with_changes(net, a, b), route(net, a, b)
        assert not plain or cost(net, way) <= cost(net, plain) + 1e-6
        reached += bool(way) and not plain
        for i, j in pairwise(way):
            beside = {int(n[i]) for n, has in ((lanes.left, lanes.has_left), (lanes.right, lanes.has_right)) if has[i]}
            assert graph.has_edge(i, j) or j in beside
            changed += not graph.has_edge(i, j)
            assert lanes.drivable[j]
        assert not way or (way[0], way[-1]) == (a, b)
        assert len(set(way)) == len(way)
    assert changed
    assert reached
