"""Lanelet2 maps: shared nodes link lanelets, shared ways put them side by side."""

from pathlib import Path

import pytest
from bounded import check_share, holds, mutants, real_maps, refusal, survives

import roadnet
from roadnet.formats.bounds.mercator import transverse_mercator
from roadnet.network import LaneType, RoadNetwork, SignalKind

XY = {1: (0, 3.5), 2: (40, 3.5), 3: (90, 3.5), 4: (0, 0), 5: (40, 0), 6: (90, 0), 7: (0, -3.5), 8: (40, -3.5)}
NODES = "".join(
    f'<node id="{n}" lat="49" lon="8"><tag k="local_x" v="{x}"/><tag k="local_y" v="{y}"/><tag k="ele" v="2"/></node>\n'
    for n, (x, y) in XY.items()
)
WAY_NODES = {11: (1, 2), 12: (2, 3), 13: (4, 5), 14: (6, 5), 15: (7, 8)}
REFS = {w: "".join(f'<nd ref="{n}"/>' for n in nodes) for w, nodes in WAY_NODES.items()}
WAYS = "".join(f'<way id="{w}">{refs}<tag k="type" v="line_thin"/></way>\n' for w, refs in REFS.items())


def lanelet(name: int, left: int, right: int, tags: str = "", members: str = "") -> str:
    return (
        f'<relation id="{name}"><member type="way" role="left" ref="{left}"/><member type="way" role="right" '
        f'ref="{right}"/>{members}<tag k="type" v="lanelet"/><tag k="subtype" v="road"/>{tags}</relation>\n'
    )


RULE = '<relation id="31"><tag k="type" v="regulatory_element"/><tag k="subtype" v="traffic_light"/></relation>'
USES = '<member type="relation" role="regulatory_element" ref="31"/>'
KMH, MPH = '<tag k="speed_limit" v="36 km/h"/>', '<tag k="speed_limit" v="10 mph"/>'
LANELETS = lanelet(21, 11, 13, KMH, USES) + lanelet(22, 12, 14) + lanelet(23, 13, 15, MPH)
THREE = f'<osm version="0.6">\n{NODES}{WAYS}{LANELETS}{RULE}</osm>'


@pytest.fixture
def net(tmp_path: Path) -> RoadNetwork:
    path = tmp_path / "three.osm"
    path.write_text(THREE)
    return roadnet.load(path)


def test_three_lanelets_are_two_roads_with_exact_poses(net: RoadNetwork) -> None:
    holds(net)
    assert net.roads.name == ("21 23", "22")
    assert net.lane_pose("21", -1, 20.0) == pytest.approx((20.0, 1.75, 2.0, 0.0), abs=1e-9)
    assert net.lane_pose("21", -2, 20.0) == pytest.approx((20.0, -1.75, 2.0, 0.0), abs=1e-9)
    assert net.lane_pose("22", -1, 25.0) == pytest.approx((65.0, 1.75, 2.0, 0.0), abs=1e-9)
    assert net.lanes.successor.tolist() == [2]
    assert net.lanes.right[0] == 1


def test_speed_limits_carry_their_unit_and_lights_their_lanelet(net: RoadNetwork) -> None:
    assert net.lanes.speed_mps[:2] == pytest.approx([10.0, 4.4704])
    assert net.signals.kind.tolist() == [SignalKind.TRAFFIC_LIGHT]
    assert net.signals.lane.tolist() == [0]


def test_walkways_and_two_way_lanes_keep_their_type(tmp_path: Path) -> None:
    path = tmp_path / "types.osm"
    walk = lanelet(23, 13, 15).replace('v="road"', 'v="walkway"')
    path.write_text(THREE.replace(lanelet(22, 12, 14), lanelet(22, 12, 14, '<tag k="one_way" v="no"/>') + walk, 1))
    net = roadnet.load(path)
    assert LaneType.BIDIRECTIONAL in net.lanes.type


def test_transverse_mercator_meets_the_meridian_and_its_neighbours() -> None:
    x, y = transverse_mercator([49.0, 49.01, 49.0], [8.0, 8.0, 8.01], 49.0, 8.0)
    # WGS 84 at 49 degrees: a degree of latitude 111213.6 m, of longitude 73171.8 m
    assert (x[0], y[0]) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert (x[1], y[1]) == pytest.approx((0.0, 1112.1), abs=0.5)
    assert x[2] == pytest.approx(731.7, abs=0.5)


def test_refusals_are_one_line(tmp_path: Path) -> None:
    assert "<node>" in refusal(tmp_path, "bad.osm", THREE.replace('v="40"', 'v="nan"', 1))
    assert "no lanelet" in refusal(tmp_path, "none.osm", "<osm/>")


REAL = real_maps("lanelet2", "*.osm")


@pytest.mark.skipif(not REAL, reason="the real maps are not there")
def test_all_five_real_maps_load_and_hold() -> None:
    nets = check_share(REAL, {}, roadnet.load)
    assert len(nets) == 5
    for net in nets:
        holds(net)


def test_mutants_load_or_are_refused_in_one_line(tmp_path: Path) -> None:
    assert 0.1 < survives(tmp_path, "mutant.osm", mutants(THREE, count=60, seed=4)) < 1.0
