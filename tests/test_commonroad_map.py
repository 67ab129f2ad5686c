"""CommonRoad maps: bounds to two centimetres, links from both sides, signs and lights."""

from pathlib import Path

import numpy as np
import pytest
import shapely
from bounded import check_share, holds, mutants, real_maps, refusal, survives
from lxml import etree

import roadnet
from roadnet.network import RoadNetwork, SignalKind

REFUSED = {
    "test_reading_obstacles.xml": "no lanelet",  # obstacles alone
    "test_reading_planning_problem.xml": "no lanelet",  # a planning problem alone
}


def points(*xy: tuple[float, float]) -> str:
    return "".join(f"<point><x>{x}</x><y>{y}</y></point>" for x, y in xy)


def lanelet(name: int, y: float, x: tuple[float, float], rest: str = "") -> str:
    left, right = points((x[0], y + 3.5), (x[1], y + 3.5)), points((x[0], y), (x[1], y))
    return f'<lanelet id="{name}"><leftBound>{left}</leftBound><rightBound>{right}</rightBound>{rest}</lanelet>\n'


THREE = f"""<commonRoad commonRoadVersion="2020a" benchmarkID="DEU_T-1_1_T-1">
{lanelet(1, 0, (0, 60), '<successor ref="2"/><adjacentLeft ref="3" drivingDir="same"/><trafficSignRef ref="7"/>')}
{lanelet(2, 0, (60, 130), '<predecessor ref="1"/><trafficLightRef ref="8"/>')}
{lanelet(3, 3.5, (0, 60), '<adjacentRight ref="1" drivingDir="same"/>')}
<trafficSign id="7"><trafficSignElement><trafficSignID>274</trafficSignID><additionalValue>13.5</additionalValue>
</trafficSignElement></trafficSign><trafficLight id="8"><position><point><x>130</x><y>-1</y></point></position>
</trafficLight></commonRoad>"""


@pytest.fixture
def net(tmp_path: Path) -> RoadNetwork:
    path = tmp_path / "three.xml"
    path.write_text(THREE)
    return roadnet.load(path)


def test_three_lanelets_are_two_roads_with_exact_poses(net: RoadNetwork) -> None:
    holds(net)
    assert net.roads.name == ("2", "3 1")
    assert net.lane_pose("3", -2, 30.0) == pytest.approx((30.0, 1.75, 0.0, 0.0), abs=1e-9)
    assert net.lane_pose("3", -1, 30.0) == pytest.approx((30.0, 5.25, 0.0, 0.0), abs=1e-9)
    assert net.lanes.right[1] == 2
    assert net.lanes.successor.tolist() == [0]
    assert not net.findings


def test_sign_and_light_govern_the_lanelets_that_refer_to_them(net: RoadNetwork) -> None:
    assert net.lanes.speed_mps[2] == 13.5
    kinds = dict(zip(net.signals.kind.tolist(), net.signals.lane.tolist(), strict=True))
    assert kinds == {SignalKind.SPEED_LIMIT: 2, SignalKind.TRAFFIC_LIGHT: 0}


def test_2018b_speed_and_one_sided_links_hold(tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    old = THREE.replace("2020a", "2018b").replace('<predecessor ref="1"/>', "<speedLimit>9.5</speedLimit>")
    path.write_text(old)
    net = roadnet.load(path)
    assert net.lanes.successor.tolist() == [0]
    assert net.lanes.speed_mps[0] == 9.5
    assert [f.code for f in net.findings] == ["one_sided_link"]


def test_exchanged_bounds_are_repaired_and_degenerate_lanelets_left_out(tmp_path: Path) -> None:
    path = tmp_path / "odd.xml"
    swapped = lanelet(4, 9, (0, 60)).replace("leftBound", "x").replace("rightBound", "leftBound")
    more = swapped.replace("<x>", "<rightBound>", 1).replace("</x><leftBound", "</rightBound><leftBound", 1)
    path.write_text(THREE.replace("</commonRoad>", more + lanelet(9, 0, (5, 5)) + "</commonRoad>"))
    assert {"swapped_bounds", "degenerate_lane"} <= {f.code for f in roadnet.load(path).findings}


def test_refusals_are_one_line(tmp_path: Path) -> None:
    assert "<point>" in refusal(tmp_path, "bad.xml", THREE.replace("<x>60</x>", "<x>nan</x>", 1))
    assert "no lanelet" in refusal(tmp_path, "none.xml", "<commonRoad/>")
    (tmp_path / "map.pb").write_bytes(b"\n\x51\n\x052020a\x12")
    with pytest.raises(roadnet.loading.InputError, match="XML form"):
        roadnet.load(tmp_path / "map.pb")


REAL = real_maps("commonroad", "*.xml")
needs_real = pytest.mark.skipif(not REAL, reason="the real maps are not there")


@needs_real
def test_real_files_load_hold_and_meet_their_bounds() -> None:
    nets = check_share(REAL, REFUSED, roadnet.load)
    assert len(nets) == 32
    total = off = 0
    for net in nets:
        holds(net)
        miss = misses(net)
        total, off = total + len(miss), off + int((miss > 0.02).sum())
    assert off / total < 0.02  # ends cut obliquely; each such lane is a finding


def misses(net: RoadNetwork) -> np.ndarray:
    lanes, out = net.lanes, []
    first = np.searchsorted(lanes.road, np.arange(len(net.roads.id)))
    where = {name: first[r] + k for r, names in enumerate(net.roads.name) for k, name in enumerate(names.split())}
    for e in etree.parse(net.source.path).getroot().iterfind("lanelet"):
        if e.get("id") not in where:
            continue
        row = where[e.get("id")]
        part = slice(lanes.centre_start[row], lanes.centre_start[row + 1])
        for tag, edge in (("leftBound", lanes.left_edge), ("rightBound", lanes.right_edge)):
            xy = [[float(p.findtext("x")), float(p.findtext("y"))] for p in e.iterfind(f"{tag}/point")]
            out.append(shapely.distance(shapely.points(np.array(xy)), shapely.linestrings(edge[part, :2])))
    return np.concatenate(out)


def test_mutants_load_or_are_refused_in_one_line(tmp_path: Path) -> None:
    assert 0.1 < survives(tmp_path, "mutant.xml", mutants(THREE, count=60, seed=3)) < 1.0
