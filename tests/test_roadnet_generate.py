"""Generated maps: the same bytes again, clean geometry over the whole range of their parameters."""

from pathlib import Path

import numpy as np
import pytest

import roadnet
from roadnet.base.shipped import data_path
from roadnet.generate import four_way
from roadnet.generate.shipped import shipped_documents
from roadnet.network import LaneType, ObjectKind, RoadNetwork, SignalKind
from roadnet.places import KINDS, places
from roadnet.routes import lane_graph


@pytest.mark.parametrize("name", sorted(shipped_documents()))
def test_shipped_map_is_what_its_form_writes(name: str) -> None:
    assert data_path("maps", name).read_bytes() == shipped_documents()[name]


@pytest.mark.parametrize("name", roadnet.shipped_maps())
def test_every_leaf_finds_a_place_on_each_shipped_map(name: str) -> None:
    net = roadnet.load(name)
    assert all(places(net, kind) for kind in KINDS)


@pytest.mark.parametrize("seed", range(8))
def test_four_way_is_clean_over_its_ranges(tmp_path: Path, seed: int) -> None:
    form = four_way.sample(seed)
    path = tmp_path / "four_way.xodr"
    path.write_bytes(four_way.document(form))
    net = roadnet.load(path)
    assert net.findings == ()
    edges = lane_graph(net).edges(data=True)
    assert max(e["gap_m"] for _, _, e in edges) < 0.01
    assert max(e["kink_rad"] for _, _, e in edges) < 1e-6
    assert crossing_furniture(net) == {"lights": 4, "groups": 2, "stop lines": 4, "crosswalks": 4}
    drivable = net.lanes.drivable & ~net.roads.in_junction[net.lanes.road]
    assert drivable.sum() == 8 * form.lanes
    assert net.lanes.speed_mps[drivable] == pytest.approx(form.speed_kph / 3.6)
    assert 2 * net.lanes.centre_half_width[net.lanes.centre_start[:-1][drivable]] == pytest.approx(form.lane_width_m)
    assert (net.lanes.type == LaneType.SIDEWALK).any()


def crossing_furniture(net: RoadNetwork) -> dict[str, int]:
    return {
        "lights": int((net.signals.kind == SignalKind.TRAFFIC_LIGHT).sum()),
        "groups": len(net.signals.group_id),
        "stop lines": int((net.signals.kind == SignalKind.STOP_LINE).sum()),
        "crosswalks": int((net.objects.kind == ObjectKind.CROSSWALK).sum()),
    }


def test_boulevard_has_a_curve_two_lanes_each_way_parking_and_scenery() -> None:
    net = roadnet.load("boulevard")
    kinds = set(net.objects.kind.tolist())
    assert {ObjectKind.TREE, ObjectKind.BUILDING, ObjectKind.POLE} <= kinds
    assert (net.lanes.type == LaneType.PARKING).any()
    assert any(p.curvature_max_1pm > 1e-3 for p in places(net, "side_by_side"))
    west, south, east, north = *net.lanes.centre[:, :2].min(0), *net.lanes.centre[:, :2].max(0)
    assert 500 < max(east - west, north - south) < 1500


def test_scenery_stands_off_the_lanes() -> None:
    net = roadnet.load("boulevard")
    solid = np.isin(net.objects.kind, [int(ObjectKind.TREE), int(ObjectKind.BUILDING), int(ObjectKind.POLE)])
    centres = net.lanes.centre[:, :2]
    owner = np.repeat(np.arange(len(net.lanes)), np.diff(net.lanes.centre_start))
    drivable = net.lanes.drivable[owner]
    for pose, size in zip(net.objects.pose[solid], net.objects.size[solid], strict=True):
        local = centres[drivable] - pose[:2]
        c, n = np.cos(pose[3]), np.sin(pose[3])
        u, v = local @ [c, n], local @ [-n, c]
        apart = np.hypot(np.maximum(np.abs(u) - size[0] / 2, 0), np.maximum(np.abs(v) - size[1] / 2, 0))
        assert (apart > net.lanes.centre_half_width[drivable]).all()
