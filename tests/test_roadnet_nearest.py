"""The nearest lane: the compiled search against a plain twin on shapely's tree, on shipped and real maps."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from roadnet.nearest import ENTRIES_A_SEGMENT, SPARE_CELLS, nearest, segments_of
from roadnet.network import RoadNetwork
from roadnet.queries import nearest_lane

TOLERANCE_M = 1e-9  # both compute in doubles near the map's origin
TWIN_MAPS = (
    "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town07.xodr",
    "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/LGSVL/borregasave.xodr",
    "opendrive/maliput+maliput_malidrive/resources/ParametricCubicCurveComplexRoad.xodr",
    "opendrive/maliput+maliput_malidrive/resources/Crossing8Course.xodr",
)


def plain(net: RoadNetwork, xy: np.ndarray, *, drivable_only: bool) -> tuple[np.ndarray, ...]:
    """Return (lane, s, offset, distance): hulls in a tree, then the nearest centre, then the first sample."""
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    row = np.flatnonzero(owner[1:] == owner[:-1])
    row = row[lanes.drivable[owner[row]]] if drivable_only else row
    left, right = lanes.left_edge[:, :2], lanes.right_edge[:, :2]
    hulls = shapely.convex_hull(
        shapely.linestrings(np.stack([left[row], right[row], right[row + 1], left[row + 1]], 1))
    )
    tree, points = shapely.STRtree(hulls), shapely.points(xy)
    query, near = tree.query_nearest(points, all_matches=True)
    a, step = lanes.centre[row[near], :2], lanes.centre[row[near] + 1, :2] - lanes.centre[row[near], :2]
    f = np.clip(((xy[query] - a) * step).sum(1) / np.maximum((step**2).sum(1), 1e-18), 0, 1)
    centre = np.round(np.linalg.norm(xy[query] - a - f[:, None] * step, axis=1), 9)
    order = np.lexsort((near, centre, query))
    first = order[np.concatenate([[True], np.diff(query[order]) > 0])]
    k = row[near[first]]
    return owner[k], *foot(lanes, k, xy), shapely.distance(points, hulls[near[first]])


def foot(lanes, k: np.ndarray, xy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (s, offset) beside the segments that begin at samples `k`, by the formulas of the kernel."""
    h0, length = lanes.centre_heading[k], np.maximum(lanes.centre_s[k + 1] - lanes.centre_s[k], 1e-9)
    turn = (lanes.centre_heading[k + 1] - h0 + np.pi) % (2 * np.pi) - np.pi
    p, step = lanes.centre[k, :2], lanes.centre[k + 1, :2] - lanes.centre[k, :2]
    f = ((xy - p) * step).sum(1) / np.maximum((step**2).sum(1), 1e-18)
    for _ in range(3):
        heading, d = h0 + turn * np.clip(f, 0, 1), xy - p - f[:, None] * step
        offset = d[:, 1] * np.cos(heading) - d[:, 0] * np.sin(heading)
        along = d[:, 0] * np.cos(heading) + d[:, 1] * np.sin(heading)
        f = f + along / (length * np.maximum(1 - turn / length * offset, 0.2))
    lane = np.searchsorted(lanes.centre_start, k, side="right") - 1
    return np.clip(lanes.centre_s[k] + f * length, 0, lanes.length_m[lane]), offset


def around(net: RoadNetwork, count: int, spread_m: float) -> np.ndarray:
    rng = np.random.Generator(np.random.Philox(3))
    near = net.lanes.centre[rng.integers(0, len(net.lanes.centre), count), :2] + rng.normal(0, spread_m, (count, 2))
    low, high = net.lanes.centre[:, :2].min(0) - 300, net.lanes.centre[:, :2].max(0) + 300
    return np.concatenate([near, rng.uniform(low, high, (count // 4, 2))])


def assert_same(net: RoadNetwork, xy: np.ndarray, *, drivable_only: bool) -> None:
    on_edges = net.lanes.left_edge[::7, :2]  # there rounding chooses among lanes, but not the distance
    assert nearest_lane(net, on_edges)[3] == pytest.approx(plain(net, on_edges, drivable_only=True)[3], abs=TOLERANCE_M)
    lane, s, offset, distance = nearest_lane(net, xy, drivable_only=drivable_only)
    want_lane, want_s, want_offset, want_distance = plain(net, xy, drivable_only=drivable_only)
    assert distance == pytest.approx(want_distance, abs=TOLERANCE_M)
    same = lane == want_lane
    assert same.mean() > 0.995  # the rest touches two quadrilaterals, and rounding chooses
    close = np.abs(s - want_s) < 1e-6
    assert (same & close).mean() > 0.99
    assert offset[same & close] == pytest.approx(want_offset[same & close], abs=1e-6)


@pytest.mark.parametrize("drivable_only", [True, False])
def test_search_agrees_with_the_plain_twin_on_shipped_maps(shipped_net: RoadNetwork, drivable_only: bool) -> None:
    for spread_m in (0.5, 5.0, 80.0):
        assert_same(shipped_net, around(shipped_net, 2000, spread_m), drivable_only=drivable_only)


@pytest.mark.parametrize("name", TWIN_MAPS)
def test_search_agrees_with_the_plain_twin_on_real_maps(
    name: str, real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]
) -> None:
    net = load_map(str(real(name)))
    assert_same(net, around(net, 2000, 4.0), drivable_only=True)


@given(x=st.floats(-1e6, 1e6), y=st.floats(-1e6, 1e6))
def test_a_point_anywhere_has_a_nearest_lane(x: float, y: float) -> None:
    """Two unit squares 10 m apart: the distance is known in closed form."""
    left = np.array([[0.0, 1.0], [1.0, 1.0], [10.0, 1.0], [11.0, 1.0]])
    right = left - [0.0, 1.0]
    segments = segments_of(
        np.array([0, 2]), np.array([0, 1]), left, right, (left + right) / 2, np.zeros(4),
        np.array([0.0, 1.0, 0.0, 1.0]), np.ones(2),
    )  # fmt: skip
    which, s, offset, distance = nearest(segments, np.array([[x, y]]))
    apart = [np.hypot(max(at - x, 0, x - at - 1), max(-y, 0, y - 1)) for at in (0.0, 10.0)]
    assert distance[0] == pytest.approx(min(apart), abs=1e-9)
    assert apart[int(which[0])] == pytest.approx(min(apart), abs=1e-8)
    assert s[0] == pytest.approx(np.clip(x - 10.0 * which[0], 0, 1), abs=1e-9)
    assert offset[0] == pytest.approx(y - 0.5, abs=1e-9)


def test_the_grid_stays_linear_in_the_segments_however_long_and_sparse_they_are() -> None:
    rng = np.random.Generator(np.random.Philox(2))
    centre = rng.uniform(-1e6, 1e6, (400, 2))
    segments = segments_of(
        np.arange(0, 400, 2), np.zeros(200, int), centre + 50.0, centre - 50.0, centre, np.zeros(400),
        np.zeros(400), np.ones(1),
    )  # fmt: skip
    assert len(segments.cell) <= ENTRIES_A_SEGMENT * 200 + SPARE_CELLS
    assert len(segments.cell_start) < 200 * 8 + 2 * SPARE_CELLS


def test_points_that_are_not_finite_are_refused(shipped_net: RoadNetwork) -> None:
    with pytest.raises(ValueError, match="not finite"):
        nearest_lane(shipped_net, np.array([[0.0, np.nan]]))
