"""Invariants of every network: symmetric links, neighbours that agree, conflicts inside lanes, a telling digest."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from xodr import geometry, load, road

import roadnet
from roadnet.frames import wrap_angle
from roadnet.network import RoadNetwork, SignalKind
from roadnet.routes import lane_graph

ROOT = Path(roadnet.__file__).parents[1]
REAL_MAPS = {
    "Town01": "opendrive/BerkeleyLearnVerify+Scenic/assets/maps/CARLA/Town01.xodr",
    "Town03": "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr",
    "soderleden": "opendrive/esmini+esmini/resources/xodr/soderleden.xodr",
}


@pytest.fixture(scope="module", params=("crossing", "boulevard", *REAL_MAPS))
def net(request: pytest.FixtureRequest, load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]):
    return load_map(str(real(REAL_MAPS[request.param])) if request.param in REAL_MAPS else request.param)


def pairs(start: np.ndarray, rows: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(np.repeat(np.arange(len(start) - 1), np.diff(start)).tolist(), rows.tolist(), strict=True))


def test_links_are_symmetric(net: RoadNetwork) -> None:
    lanes = net.lanes
    ahead, behind = pairs(lanes.successor_start, lanes.successor), pairs(lanes.predecessor_start, lanes.predecessor)
    assert ahead == {(b, a) for a, b in behind}


def test_linked_drivable_lanes_meet_in_position_and_heading(net: RoadNetwork) -> None:
    for a, b, edge in lane_graph(net).edges(data=True):
        assert edge["gap_m"] < 0.01, (a, b)
        assert edge["kink_rad"] < 0.01, (a, b)


def test_neighbours_agree_and_run_the_same_way(net: RoadNetwork) -> None:
    lanes = net.lanes
    for row in np.flatnonzero(lanes.has_left):
        other = lanes.left[row]
        assert lanes.right[other] == row
        assert lanes.has_right[other]
        assert lanes.forward[other] == lanes.forward[row]
    assert lanes.has_left.sum() == lanes.has_right.sum()


def test_neighbour_lies_on_its_side(net: RoadNetwork) -> None:
    lanes = net.lanes
    for row in np.flatnonzero(lanes.has_left & lanes.drivable):
        i, j = lanes.centre_start[row], lanes.centre_start[lanes.left[row]]
        step = lanes.centre[j, :2] - lanes.centre[i, :2]
        heading = lanes.centre_heading[i]
        assert -np.sin(heading) * step[0] + np.cos(heading) * step[1] > -1e-6


def test_edges_lie_left_and_right_of_the_centre_at_half_a_width(net: RoadNetwork) -> None:
    lanes = net.lanes
    assert np.allclose((lanes.left_edge + lanes.right_edge) / 2, lanes.centre, atol=1e-9)
    across = np.linalg.norm(lanes.left_edge - lanes.right_edge, axis=1)
    assert (across + 1e-6 >= 2 * lanes.centre_half_width).all()
    left = np.stack([-np.sin(lanes.centre_heading), np.cos(lanes.centre_heading)], -1)
    toward = ((lanes.left_edge - lanes.centre)[:, :2] * left).sum(1)
    assert (toward >= -1e-9).all()


def test_headings_follow_the_centre_lines(net: RoadNetwork) -> None:
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    same = (owner[1:] == owner[:-1]) & lanes.drivable[owner[1:]]
    step = np.diff(lanes.centre[:, :2], axis=0)
    same &= np.linalg.norm(step, axis=1) > 0.2
    middle = lanes.centre_heading[:-1] + wrap_angle(np.diff(lanes.centre_heading)) / 2
    miss = np.abs(wrap_angle(np.arctan2(step[:, 1], step[:, 0]) - middle))[same]
    assert np.quantile(miss, 0.999) < 0.01


def test_conflicts_are_sorted_pairs_with_spans_inside_the_lanes(net: RoadNetwork) -> None:
    pair, span = net.junctions.conflict, net.junctions.conflict_s
    length = net.lanes.length_m
    assert (pair[:, 0] < pair[:, 1]).all()
    assert (span[:, 0] <= span[:, 1]).all()
    assert (span[:, 2] <= span[:, 3]).all()
    assert (span[:, 1] <= length[pair[:, 0]] + 1e-6).all()
    assert (span[:, 3] <= length[pair[:, 1]] + 1e-6).all()
    assert net.roads.in_junction[net.lanes.road[pair]].all()


def test_arrays_of_a_table_have_one_length(net: RoadNetwork) -> None:
    lanes = net.lanes
    for name in ("road", "section", "id", "type", "s_range", "forward", "speed_mps", "left", "has_right"):
        assert len(getattr(lanes, name)) == len(lanes)
    N = lanes.centre_start[-1]
    for name in ("centre", "centre_s", "centre_heading", "centre_half_width", "left_edge", "right_edge"):
        assert len(getattr(lanes, name)) == N


def test_two_crossing_corridors_conflict_where_they_cross(tmp_path: Path) -> None:
    """Two straight roads of one junction, 3.5 m lanes at right angles: each meets the other for a lane's width."""
    lanes = (
        '<laneSection s="0"><center><lane id="0"/></center><right><lane id="-1" type="driving">'
        '<width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right></laneSection>'
    )
    net = load(
        tmp_path,
        road(geometry("<line/>", length=40.0), length=40.0, id="a", junction="5", lanes=lanes),
        road(geometry("<line/>", length=40.0, x=20.0, y=-20.0, hdg=np.pi / 2), length=40.0, id="b", junction="5",
             lanes=lanes),
        '<junction id="5" name=""/>',
    )  # fmt: skip
    assert net.junctions.conflict.tolist() == [[0, 1]]
    assert net.junctions.conflict_s[0] == pytest.approx([20.0, 23.5, 16.5, 20.0], abs=1e-6)


def test_digest_is_stable_and_sensitive(tmp_path: Path) -> None:
    plan = geometry("<line/>", length=50.0)
    one, same = load(tmp_path, road(plan, length=50.0)), load(tmp_path, road(plan, length=50.0))
    assert one.digest == same.digest
    moved = load(tmp_path, road(geometry("<line/>", length=50.0, x=1e-9), length=50.0))
    signal = '<signals><signal id="1" s="5" t="0" dynamic="yes" orientation="+" type="1000001"/></signals>'
    signed = load(tmp_path, road(plan, length=50.0, tail=signal))
    assert len({one.digest, moved.digest, signed.digest}) == 3


def test_shipped_maps_are_known_by_name_and_load_with_nothing_found() -> None:
    assert roadnet.shipped_maps() == ("boulevard", "crossing")
    for name in roadnet.shipped_maps():
        assert roadnet.load(name).findings == ()


def test_signals_govern_the_lanes_that_their_validity_or_orientation_says(tmp_path: Path) -> None:
    attributes = 's="45" t="-5" dynamic="yes" type="1000001" zOffset="3"'
    tail = (
        f'<signals><signal id="a" orientation="+" {attributes}/><signal id="b" orientation="-" {attributes}/>'
        f'<signal id="c" orientation="+" {attributes}><validity fromLane="0" toLane="0"/></signal>'
        f'<signal id="d" orientation="+" {attributes}><validity fromLane="1" toLane="1"/></signal></signals>'
    )
    controller = '<controller id="7"><control signalId="a"/><control signalId="d"/></controller>'
    net = load(tmp_path, road(geometry("<line/>", length=50.0), length=50.0, tail=tail), controller)
    signals = net.signals
    rows = [signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]] for i in range(4)]
    governed = [net.lanes.id[r].tolist() for r in rows]
    assert governed == [[-1], [1], [], [1]]
    assert signals.group[0] == signals.group[3] != signals.group[1]
    assert signals.group_id[signals.group[0]] == "7"
    assert (signals.kind == SignalKind.TRAFFIC_LIGHT).all()
    assert signals.pose[0] == pytest.approx([45.0, -5.0, 3.0, -np.pi])
    assert signals.pose[1, 3] == pytest.approx(0.0)


def test_town01_lights_govern_the_movements_behind_them(
    real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]
) -> None:
    """CARLA's maps name connecting roads through signalReference: 36 lights, each for lanes of one junction."""
    net = load_map(str(real(REAL_MAPS["Town01"])))
    signals = net.signals
    assert (signals.kind == SignalKind.TRAFFIC_LIGHT).sum() == 36
    for i in range(36):
        rows = signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]]
        assert len(rows)
        assert net.roads.in_junction[net.lanes.road[rows]].all()
        assert len(set(net.roads.junction[net.lanes.road[rows]])) == 1


@pytest.mark.parametrize("name", ["crossing", "Town01"])
def test_lights_face_the_traffic_that_they_govern(
    name: str, real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]
) -> None:
    net = load_map(str(real(REAL_MAPS[name])) if name in REAL_MAPS else name)
    signals, lanes = net.signals, net.lanes
    for i in np.flatnonzero(signals.kind == SignalKind.TRAFFIC_LIGHT):
        for row in signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]]:
            inside = net.roads.in_junction[lanes.road[row]]
            meets = lanes.centre_start[row] if inside else lanes.centre_start[row + 1] - 1
            assert np.cos(lanes.centre_heading[meets] - signals.pose[i, 3]) < -0.9


OTHER_CPU = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX2,-FMA,-FMA4",
}
FIGURES = """
import hashlib, sys, warnings
warnings.simplefilter("ignore")
import numpy as np, roadnet
from roadnet.places import KINDS, places
from roadnet.polyline import at, project
from roadnet.queries import nearest_lane
from roadnet.routes import lane_path
h = hashlib.sha256()
for name in sys.argv[1:]:
    net = roadnet.load(name)
    h.update(net.digest.encode())
    for kind in KINDS:
        for place in places(net, kind)[:20]:
            h.update(repr(place).encode())
    path = lane_path(net, place.lanes)
    for column in (path.x, path.y, path.z, path.heading, path.curvature):
        h.update(column.tobytes())
    xyz, heading = at(path, np.linspace(0, path.length_m, 500), np.linspace(-3, 3, 500))
    for column in (xyz, heading, *project(path, xyz[:, :2]), *nearest_lane(net, xyz[:, :2])[:3]):
        h.update(np.ascontiguousarray(column).tobytes())
print(h.hexdigest())
"""


def test_network_paths_and_places_have_the_same_bits_on_another_cpu(tmp_path: Path) -> None:
    """numpy without AVX-512, numba for an older CPU, libm without FMA: each would show in sines and long sums."""

    def figures(**environment: str) -> str:
        command = [sys.executable, "-c", FIGURES, "boulevard", "crossing"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env={**os.environ, **environment}, cwd=ROOT
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert figures(**OTHER_CPU, NEARMISS_CACHE=str(tmp_path), PYTHONHASHSEED="7") == figures()
