"""What buildings hide: by similar triangles, from both ends alike, and on generated and real maps."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadnet.generate.registry import build
from roadnet.network import ObjectKind, Objects, RoadNetwork
from roadnet.polyline import STEP_M
from roadnet.routes import points_path
from roadnet.sightlines import first_sight, sight_distance, visible

CREST = "opendrive/esmini+esmini/resources/xodr/crest-curve.xodr"  # 56 buildings and barriers
HEIGHT_M = 6.0
PLACE = st.tuples(*[st.floats(-60, 60, allow_subnormal=False)] * 3)


def with_things(net: RoadNetwork, *things: tuple[ObjectKind, tuple[float, ...], tuple[float, ...]]) -> RoadNetwork:
    """Return a map with nothing on it but boxes: (kind, (x, y, z, heading), (length, width, height))."""
    objects = Objects(
        id=tuple(str(i) for i in range(len(things))),
        kind=np.array([kind for kind, _, _ in things], np.uint8),
        pose=np.array([pose for _, pose, _ in things], float).reshape(-1, 4),
        size=np.array([size for _, _, size in things], float).reshape(-1, 3),
        outline_start=np.zeros(len(things) + 1, np.int64),
        outline=np.zeros((0, 2)),
    )
    return replace(net, objects=objects)


@pytest.fixture
def corner(load_map: Callable[[str], RoadNetwork]) -> RoadNetwork:
    """Return a map with a building of 20 m by 20 m whose corner at (-10, -10) lies next to a crossing."""
    house = (ObjectKind.BUILDING, (-20.0, -20.0, 0.0, 0.0), (20.0, 20.0, HEIGHT_M))
    return with_things(load_map("crossing"), house)


def test_a_building_at_the_corner_hides_what_similar_triangles_say(corner: RoadNetwork) -> None:
    """Two straight paths meet at the origin; the eye 30 m before it sees past the corner (-10, -10)."""
    ego = points_path(np.array([[-60.0, 0, 0], [60, 0, 0]]))  # s = 60 at the origin
    other = points_path(np.array([[0.0, -60, 0], [0, 60, 0]]))
    distance, whole = sight_distance(corner, ego, np.array([30.0, 45.0, 59.0]), other, until_m=60.0)
    # from (-30, 0) past (-10, -10): y = -15 at x = 0; from (-15, 0): past (-10, -10) to -30; from (-1, 0) all
    assert distance[:2] == pytest.approx([15.0, 30.0], abs=STEP_M)
    assert whole.tolist() == [False, False, True]
    assert distance[2] == pytest.approx(60.0)
    assert first_sight(corner, ego, 30.0, other) == pytest.approx(45.0, abs=STEP_M)


def test_height_decides_what_a_wall_hides(load_map: Callable[[str], RoadNetwork]) -> None:
    """A wall of 1 m half-way: the line from 1.5 m to z passes it at (1.5 + z) / 2."""
    net = with_things(load_map("crossing"), (ObjectKind.BARRIER, (0.0, 0.0, 0.0, np.pi / 2), (20.0, 0.2, 1.0)))
    eye = np.array([[-10.0, 0.0, 1.5]])
    targets = np.array([[10.0, 0.0, z] for z in (0.2, 0.4, 0.6, 3.0)])
    assert visible(net, eye, targets)[0].tolist() == [False, False, True, True]
    assert not visible(net, eye[:, :2], targets).any()
    assert visible(net, eye[:, :2], targets[:, :2] * [1, 0] + [0, 30]).all()


def test_what_only_touches_or_is_no_screen_is_free(load_map: Callable[[str], RoadNetwork]) -> None:
    box = ((0.0, 0.0, 0.0, 0.0), (4.0, 4.0, 4.0))
    net = load_map("crossing")
    along_its_side = np.array([[-9.0, 2.0, 1.0]]), np.array([[9.0, 2.0, 1.0]])
    assert visible(with_things(net, (ObjectKind.BUILDING, *box)), *along_its_side).all()
    through = np.array([[-9.0, 1.0, 1.0]]), np.array([[9.0, 1.0, 1.0]])
    assert not visible(with_things(net, (ObjectKind.BUILDING, *box)), *through).any()
    assert visible(with_things(net, (ObjectKind.PARKING_SPACE, *box)), *through).all()
    assert visible(with_things(net), *through).all()


@given(st.lists(PLACE, min_size=1, max_size=4), st.lists(PLACE, min_size=1, max_size=4), st.booleans())
def test_who_sees_is_seen(
    load_map: Callable[[str], RoadNetwork], eyes: list[tuple[float, ...]], targets: list[tuple[float, ...]], flat: bool
) -> None:
    net = with_things(
        load_map("crossing"),
        (ObjectKind.BUILDING, (5.0, 3.0, -2.0, 0.4), (30.0, 12.0, 20.0)),
        (ObjectKind.TREE, (-20.0, 10.0, 0.0, 1.0), (8.0, 8.0, 9.0)),
    )
    a, b = np.array(eyes)[:, : 2 if flat else 3], np.array(targets)
    assert (visible(net, a, b) == visible(net, b, a).T).all()


def test_batches_equal_one_line_at_a_time_on_an_urban_street() -> None:
    net = build("urban_street")
    rng = np.random.default_rng(3)
    pick = rng.choice(len(net.lanes.centre), (2, 80))
    eyes, targets = net.lanes.centre[pick[0]] + [0, 0, 1.1], net.lanes.centre[pick[1]] + [0, 0, 0.6]
    seen = visible(net, eyes, targets)  # more than one chunk
    for i, j in rng.integers(0, 80, (60, 2)).tolist():
        assert visible(net, eyes[[i]], targets[[j]])[0, 0] == seen[i, j]


def test_the_buildings_of_a_real_map_hide_some_of_it(
    load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]
) -> None:
    net = load_map(str(real(CREST)))
    points = net.lanes.centre[:: max(len(net.lanes.centre) // 60, 1)][:60] + np.array([0, 0, 1.0])
    seen = visible(net, points, points)
    assert (seen == seen.T).all()
    assert 0.5 < seen.mean() < 0.9
    assert visible(net, points + np.array([0, 0, 100.0]), points + np.array([0, 0, 100.0])).all()


def test_points_of_a_wrong_shape_are_refused(corner: RoadNetwork) -> None:
    with pytest.raises(ValueError, match=r"eye: got shape \(3,\)"):
        visible(corner, np.zeros(3), np.zeros((1, 3)))
    path = points_path(np.array([[0.0, 0, 0], [9, 0, 0]]))
    with pytest.raises(ValueError, match="until_m"):
        sight_distance(corner, path, np.zeros(1), path, until_m=10.0)
    assert visible(corner, np.zeros((0, 2)), np.zeros((5, 2))).shape == (0, 5)
