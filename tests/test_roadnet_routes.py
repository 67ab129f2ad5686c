"""Ways over the graph and points on lanes: joined without jumps, found again."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xodr import geometry, load, road

import roadnet
from roadnet.network import RoadNetwork
from roadnet.polyline import STEP_M
from roadnet.queries import lane_point, nearest_lane
from roadnet.routes import extend, lane_graph, lane_path, route

TOWN03 = "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr"


def two_roads(folder: Path) -> RoadNetwork:
    """Return two straight roads of 50 m in line, linked, both ways."""
    lanes = (
        '<laneSection s="0"><left><lane id="1" type="driving"><link>{0}</link><width sOffset="0" a="3" b="0" c="0"'
        ' d="0"/></lane></left><center><lane id="0"/></center><right><lane id="-1" type="driving"><link>{1}</link>'
        '<width sOffset="0" a="3" b="0" c="0" d="0"/><speed sOffset="0" max="50" unit="km/h"/></lane></right>'
        "</laneSection>"
    )
    return load(
        folder,
        road(geometry("<line/>", length=50.0), length=50.0, id="a",
             lanes=lanes.format('<successor id="1"/>', '<successor id="-1"/>'),
             link='<successor elementType="road" elementId="b" contactPoint="start"/>'),
        road(geometry("<line/>", length=50.0, x=50.0), length=50.0, id="b",
             lanes=lanes.format('<predecessor id="1"/>', '<predecessor id="-1"/>'),
             link='<predecessor elementType="road" elementId="a" contactPoint="end"/>'),
    )  # fmt: skip


def test_links_follow_the_driving_direction(tmp_path: Path) -> None:
    net = two_roads(tmp_path)  # rows: a 1, a -1, b 1, b -1
    assert sorted(lane_graph(net).edges) == [(1, 3), (2, 0)]
    assert route(net, 1, 3) == (1, 3)
    assert route(net, 3, 1) == ()
    assert extend(net, 3, ahead_m=10, behind_m=10) == ((1, 3), pytest.approx(50.0))


def test_lane_path_joins_lanes_and_reverses(tmp_path: Path) -> None:
    net = two_roads(tmp_path)
    path = lane_path(net, (1, 3))
    assert path.length_m == pytest.approx(100.0)
    assert np.allclose(path.x, np.arange(len(path.x)) * STEP_M)
    assert np.allclose(path.y, -1.5)
    assert np.allclose(path.half_width, 1.5)
    assert np.allclose(path.speed_limit, 50 / 3.6)
    back = lane_path(net, (1, 3), reverse=True)
    assert back.x[0] == pytest.approx(100.0)
    assert np.allclose(np.cos(back.heading), -1.0)
    with pytest.raises(ValueError, match="jump"):
        lane_path(net, (1, 2))
    with pytest.raises(ValueError, match="rows"):
        lane_path(net, (99,))


def test_route_in_town03_is_joined_and_shortest_way_there(
    real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]
) -> None:
    net = load_map(str(real(TOWN03)))
    graph = lane_graph(net)
    origin = max(graph, key=lambda i: len(list(graph.successors(i))))
    goals = [n for n in graph if n != origin][::97]
    found = [route(net, origin, goal) for goal in goals]
    assert any(found)
    for way in found:
        assert all(graph.has_edge(a, b) for a, b in pairwise(way))
        if way:
            assert lane_path(net, way).length_m == pytest.approx(net.lanes.length_m[list(way)].sum(), rel=1e-3)


NET = roadnet.load("boulevard")
DRIVABLE = np.flatnonzero(NET.lanes.drivable)


@given(lane=st.sampled_from(DRIVABLE.tolist()), share=st.floats(0.02, 0.98), across=st.floats(-0.9, 0.9))
def test_nearest_lane_finds_the_point_again(lane: int, share: float, across: float) -> None:
    s = share * NET.lanes.length_m[lane]
    row = NET.lanes.centre_start[lane]
    offset = across * float(NET.lanes.centre_half_width[row])
    pose = lane_point(NET, lane, s, offset)
    found, found_s, found_offset, distance = nearest_lane(NET, np.array([[pose.x, pose.y]]))
    assert distance[0] == pytest.approx(0.0, abs=1e-6)
    if found[0] == lane:
        assert found_s[0] == pytest.approx(s, abs=0.01)
        assert found_offset[0] == pytest.approx(offset, abs=0.005)
    else:  # lanes of a junction overlap: another one may be nearer
        assert abs(found_offset[0]) <= abs(offset) + 0.01


def test_distance_counts_from_the_edge_of_the_lane(tmp_path: Path) -> None:
    net = two_roads(tmp_path)
    lane, s, offset, distance = nearest_lane(net, np.array([[20.0, -10.0], [20.0, -1.0], [-5.0, 1.0]]))
    assert lane.tolist() == [1, 1, 0]
    assert s == pytest.approx([20.0, 20.0, 50.0])
    assert offset == pytest.approx([-8.5, 0.5, 0.5])
    assert distance == pytest.approx([7.0, 0.0, 5.0])


def test_nearest_lane_is_quick(load_map: Callable[[str], RoadNetwork]) -> None:
    net = load_map("boulevard")
    rng = np.random.Generator(np.random.Philox(1))
    xy = net.lanes.centre[rng.integers(0, len(net.lanes.centre), 2000), :2] + rng.normal(0, 1, (2000, 2))
    lane, _, offset, distance = nearest_lane(net, xy)
    assert lane.shape == distance.shape == (2000,)
    assert (np.abs(offset) < 20).all()
