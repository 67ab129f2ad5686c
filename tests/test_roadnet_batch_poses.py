"""Poses in batches: equal to those one by one, and Frenet coordinates that come back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xodr import geometry, load, road

from roadnet.batch_poses import lane_frenet, lane_points, lane_poses, road_poses
from roadnet.network import RoadNetwork
from roadnet.queries import lane_point

SAME_M = 1e-9  # the same formulas in doubles; sums may run in another order
BACK_M = 1e-5  # Newton's last step on a polyline
MAPS = (
    "crossing",
    "boulevard",
    "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr",
    "opendrive/maliput+maliput_malidrive/resources/ParametricCubicCurveComplexRoad.xodr",
)


@pytest.fixture(scope="module", params=MAPS)
def net(request: pytest.FixtureRequest, load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]):
    return load_map(str(real(request.param)) if "/" in request.param else request.param)


def lane_queries(net: RoadNetwork, count: int) -> tuple[np.ndarray, ...]:
    """Return (lane row, road row, lane id, road s, t) drawn over all lanes, ends included."""
    rng = np.random.default_rng(7)
    row = rng.integers(0, len(net.lanes), count)
    share = rng.uniform(-0.1, 1.1, count).clip(0, 1)
    begin, end = net.lanes.s_range[row].T
    return row, net.lanes.road[row], net.lanes.id[row], begin + share * (end - begin), rng.uniform(-2, 2, count)


def gap(batch: np.ndarray, single: list) -> float:
    return float(np.abs(batch - np.array([tuple(p) for p in single])).max())


def test_a_pose_on_an_arc_is_on_the_circle(tmp_path: Path) -> None:
    net = load(tmp_path, road(geometry('<arc curvature="0.02"/>', length=100.0), length=100.0))
    s = np.array([0.0, 25.0, 100.0])
    pose = lane_poses(net, np.zeros(3, int), np.array([-1, 1, -1]), s)
    radius = np.array([51.75, 48.25, 51.75])  # lanes are 3.5 m wide, the centre of the circle lies to the left
    want = np.column_stack([radius * np.sin(s / 50), 50 - radius * np.cos(s / 50), 0 * s, s / 50])
    assert np.abs(pose - want).max() < SAME_M


def test_batches_equal_poses_one_by_one(net: RoadNetwork) -> None:
    _, on, lane, s, t = lane_queries(net, 300)
    ids = net.roads.id
    one = [net.lane_pose(ids[r], i, a, b) for r, i, a, b in zip(on, lane.tolist(), s, t, strict=True)]
    assert gap(lane_poses(net, on, lane, s, t), one) < SAME_M
    one = [net.road_pose(ids[r], a, b) for r, a, b in zip(on, s, t, strict=True)]
    assert gap(road_poses(net, on, s, t), one) < SAME_M


def test_frenet_comes_back(net: RoadNetwork) -> None:
    row, _, _, _, _ = lane_queries(net, 2000)
    row = row[net.lanes.drivable[row] & (net.lanes.length_m[row] > 1.0)]
    rng = np.random.default_rng(8)
    s, offset = rng.uniform(0.05, 0.95, len(row)) * net.lanes.length_m[row], rng.uniform(-1, 1, len(row))
    pose = lane_points(net, row, s, offset)
    one = [lane_point(net, *q) for q in zip(row.tolist(), s.tolist(), offset.tolist(), strict=True)]
    apart = pose - np.array([tuple(p) for p in one])
    assert np.abs(apart[:, :3]).max() < 1e-6
    assert np.abs(np.sin(apart[:, 3] / 2)).max() < 1e-6
    back_s, back_offset = lane_frenet(net, row, pose[:, :2])
    assert np.abs(np.stack([back_s - s, back_offset - offset])).max() < BACK_M


@given(s=st.floats(0.0, 1.0), offset=st.floats(-5.0, 5.0), lane=st.integers(0, 10**6))
def test_frenet_comes_back_anywhere(load_map: Callable[[str], RoadNetwork], s: float, offset: float, lane: int) -> None:
    """On lanes of radius above the offset, which a lane of the boulevard outside of its junction has."""
    net = load_map("boulevard")
    rows = np.flatnonzero(net.lanes.drivable & ~net.roads.in_junction[net.lanes.road])
    row = rows[[lane % len(rows)]]
    want = np.array([s]) * net.lanes.length_m[row]
    back = lane_frenet(net, row, lane_points(net, row, want, offset)[:, :2])
    assert np.allclose(back, [want, [offset]], atol=BACK_M)


@pytest.mark.parametrize(
    ("lane", "s", "text"),
    [(-1, 1e6, "want 0 <= s <="), (99, 1.0, "has no lane 99"), (-1, np.nan, "not finite")],
)
def test_a_query_that_is_nowhere_is_named(shipped_net: RoadNetwork, lane: int, s: float, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        lane_poses(shipped_net, np.zeros(2, int), np.array([lane, lane]), np.array([s, s]))


def test_rows_out_of_range_and_empty_batches(shipped_net: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="road: got rows"):
        road_poses(shipped_net, np.array([-1]), np.zeros(1))
    none = np.zeros(0, int)
    assert lane_poses(shipped_net, none, none, np.zeros(0)).shape == (0, 4)
    assert road_poses(shipped_net, none, np.zeros(0)).shape == (0, 4)
    assert lane_points(shipped_net, none, np.zeros(0)).shape == (0, 4)
    assert lane_frenet(shipped_net, none, np.zeros((0, 2)))[0].shape == (0,)


def test_crossfall_lifts_a_batch_as_it_lifts_one_pose(tmp_path: Path) -> None:
    fall = '<lateralProfile><crossfall side="both" s="0" a="0.03" b="0" c="0" d="0"/></lateralProfile>'
    net = load(tmp_path, road(geometry("<line/>", length=50.0), length=50.0, profiles=fall))
    s, t = np.array([0.0, 20.0, 50.0]), np.array([0.0, 1.0, -1.0])
    lane, first = np.array([-1, 1, -2]), np.zeros(3, int)
    one = [net.lane_pose("1", i, a, b) for i, a, b in zip(lane.tolist(), s, t, strict=True)]
    assert one[0].z < -0.01
    assert gap(lane_poses(net, first, lane, s, t), one) < SAME_M
    one = [net.road_pose("1", a, b) for a, b in zip(s, 4 * t, strict=True)]
    assert gap(road_poses(net, first, s, 4 * t), one) < SAME_M
