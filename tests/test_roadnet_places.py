"""Places: corridors that can be driven, long enough, and of the kind they claim."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from roadnet.network import RoadNetwork
from roadnet.places import BESIDE_M, FOLLOWING_M, KERB_M, KINDS, no_place_reason, places
from roadnet.polyline import at, project
from roadnet.routes import LARGEST_GAP_M, lane_graph, lane_path

TOWN01 = "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr"
TOWN03 = "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr"
NONE = {("Town01", "side_by_side"), ("Town03", "signalled_crossing")}


@pytest.fixture(scope="module", params=("crossing", "boulevard", "Town01", "Town03"))
def net(request: pytest.FixtureRequest, load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]):
    return load_map({"Town01": lambda: str(real(TOWN01)), "Town03": lambda: str(real(TOWN03))}.get(
        request.param, lambda: request.param)())  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_found_or_the_reason_given(net: RoadNetwork, kind: str) -> None:
    found = places(net, kind)
    assert bool(found) == ((net.name, kind) not in NONE)
    assert bool(no_place_reason(net, kind)) == (not found)
    assert "\n" not in no_place_reason(net, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_corridors_are_joined_and_hold_their_stretch(net: RoadNetwork, kind: str) -> None:
    graph = lane_graph(net)
    for place in places(net, kind):
        for lanes in filter(None, (place.lanes, place.other_lanes)):
            assert all(graph.has_edge(a, b) for a, b in pairwise(lanes))
            assert len(set(lanes)) == len(lanes)
            path = lane_path(net, lanes)
            steps = np.hypot(np.diff(path.x), np.diff(path.y))
            assert np.abs(steps - 0.5).max() < LARGEST_GAP_M
        length = lane_path(net, place.lanes).length_m
        assert 0 < place.room_behind_m <= place.s_m + 1e-9
        assert place.s_m <= length - place.room_ahead_m + 1e-6
        assert place.room_ahead_m > 0
        assert place.speed_limit_mps > 0
        assert place.weight > 0


def test_places_are_sorted_and_repeatable(net: RoadNetwork) -> None:
    for kind in KINDS:
        found = places(net, kind)
        assert list(found) == sorted(found, key=lambda p: (p.lanes, p.other_lanes, p.s_m))
        assert places(net, kind) is found


def test_stretches_are_long_enough(net: RoadNetwork) -> None:
    for place in places(net, "following"):
        assert lane_path(net, place.lanes).length_m >= FOLLOWING_M
    for place in places(net, "kerbside"):
        assert lane_path(net, place.lanes).length_m >= KERB_M


def test_neighbours_run_beside_the_corridor_a_lane_away(net: RoadNetwork) -> None:
    for place in places(net, "side_by_side"):
        ego, other = lane_path(net, place.lanes), lane_path(net, place.other_lanes)
        s = np.linspace(place.room_behind_m, ego.length_m - place.room_ahead_m, 9)
        xyz, heading = at(ego, s)
        other_s, _ = project(other, xyz[:, :2])
        beside, other_heading = at(other, other_s)
        apart = np.linalg.norm(beside - xyz, axis=1)
        assert ((apart > 2.0) & (apart < 5.5)).all(), place
        assert (np.cos(heading - other_heading) > 0.95).all()
        assert (other_s > -1e-6).all()
        assert (other_s < other.length_m + 1e-6).all()
        middle = project(other, at(ego, place.s_m)[0][None, :2])[0][0]
        assert place.other_s_m == pytest.approx(middle, abs=0.01)
        assert other.length_m >= BESIDE_M - 1.0


def test_kerbside_has_no_drivable_lane_outside_and_lies_off_junctions(net: RoadNetwork) -> None:
    lanes = net.lanes
    for place in places(net, "kerbside"):
        path = lane_path(net, place.lanes)
        ends = np.cumsum(lanes.length_m[list(place.lanes)])
        for s in np.linspace(place.room_behind_m + 0.6, path.length_m - place.room_ahead_m - 0.6, 5):
            row = place.lanes[int(np.searchsorted(ends, s))]
            assert not net.roads.in_junction[lanes.road[row]]
            left_hand = net.roads.left_hand[lanes.road[row]]
            has, beside = (lanes.has_left, lanes.left) if left_hand else (lanes.has_right, lanes.right)
            assert not (has[row] and lanes.drivable[beside[row]])


def test_crossing_corridors_meet_at_the_point_at_45_degrees_or_more_under_different_lights(net: RoadNetwork) -> None:
    for place in places(net, "signalled_crossing"):
        ego, other = lane_path(net, place.lanes), lane_path(net, place.other_lanes)
        (xyz, heading), (other_xyz, other_heading) = at(ego, place.s_m), at(other, place.other_s_m)
        assert np.linalg.norm(xyz[:2] - other_xyz[:2]) < 0.01
        assert abs(np.sin(heading - other_heading)) >= np.sin(np.pi / 4) - 1e-6
        assert place.group != place.other_group
        assert 0 < place.stop_s_m < place.s_m
        assert 0 < place.other_stop_s_m < place.other_s_m


def test_following_stretches_do_not_overlap(net: RoadNetwork) -> None:
    """Each metre of the map counts once, so that weights are metres of road."""
    total = net.lanes.length_m[net.lanes.drivable].sum()
    assert sum(p.weight for p in places(net, "following")) <= total


def test_unknown_kind_is_refused(load_map: Callable[[str], RoadNetwork]) -> None:
    with pytest.raises(ValueError, match="want one of"):
        places(load_map("crossing"), "folowing")
