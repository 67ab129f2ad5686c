"""SUMO networks: edges become roads, connections links, traffic light programs groups."""

from pathlib import Path

import numpy as np
import pytest
from bounded import check_share, holds, mutants, real_maps, refusal, survives
from hypothesis import given, settings
from hypothesis import strategies as st

import roadnet
from roadnet.network import LaneType, RoadNetwork, SignalKind

# two lanes east, a signalled left turn (radius 10 m) from the left one, a straight on from the right one
TURN = " ".join(f"{100 + 10 * np.sin(a):.2f},{8.6 - 10 * np.cos(a):.2f}" for a in np.linspace(0, np.pi / 2, 9))
NET = f"""<net version="1.20"><location netOffset="5.00,-3.00" projParameter="+proj=utm +zone=32"/>
<edge id=":j_0" function="internal">
<lane id=":j_0_0" index="0" speed="8" length="15.7" width="3.2" shape="{TURN}"/></edge>
<edge id=":j_1" function="internal">
<lane id=":j_1_0" index="0" speed="8" length="20" width="3.2" shape="100,-4.6 120,-4.6"/></edge>
<edge id="in" from="a" to="j"><lane id="in_0" index="0" speed="13.89" length="100" width="3.2" shape="0,-4.6 100,-4.6"/>
<lane id="in_1" index="1" speed="13.89" length="100" width="3.2" shape="0,-1.4 100,-1.4"/></edge>
<edge id="up" from="j" to="b">
<lane id="up_0" index="0" disallow="all" allow="bus" speed="10" length="50" width="3.2"
 shape="110,8.6 110,58.6"/></edge>
<edge id="on" from="j" to="c"><lane id="on_0" index="0" speed="10" length="50" shape="120,-4.6 170,-4.6"/></edge>
<tlLogic id="t" type="static" programID="0" offset="0">
<phase duration="9" state="Gr"/><phase duration="9" state="rG"/></tlLogic>
<junction id="j" type="traffic_light" x="100" y="0"/>
<connection from="in" to="up" fromLane="1" toLane="0" via=":j_0_0" tl="t" linkIndex="0" dir="l" state="o"/>
<connection from="in" to="on" fromLane="0" toLane="0" via=":j_1_0" tl="t" linkIndex="1" dir="s" state="O"/>
<connection from=":j_0" to="up" fromLane="0" toLane="0" dir="l" state="M"/>
<connection from=":j_1" to="on" fromLane="0" toLane="0" dir="s" state="M"/></net>
"""


@pytest.fixture
def net(tmp_path: Path) -> RoadNetwork:
    path = tmp_path / "small.net.xml"
    path.write_text(NET)
    return roadnet.load(path)


def lane(net: RoadNetwork, road: str, number: int = -1) -> int:
    rows = np.flatnonzero((net.lanes.road == net.road_index[road]) & (net.lanes.id == number))
    return int(rows[0])


def test_lanes_of_an_edge_are_one_road_with_the_kerb_lane_outside(net: RoadNetwork) -> None:
    holds(net)
    assert net.lane_pose("in", -1, 50.0)[:2] == pytest.approx((50.0, -1.4), abs=1e-6)
    assert net.lane_pose("in", -2, 50.0)[:2] == pytest.approx((50.0, -4.6), abs=1e-6)
    assert net.lanes.right[lane(net, "in")] == lane(net, "in", -2)
    assert net.lanes.speed_mps[lane(net, "in")] == 13.89
    assert net.lanes.type[lane(net, "up")] == LaneType.BUS


def test_turn_on_nine_points_is_an_arc_within_a_centimetre(net: RoadNetwork) -> None:
    row = lane(net, ":j_0_0")
    part = slice(net.lanes.centre_start[row], net.lanes.centre_start[row + 1])
    radius = np.hypot(*(net.lanes.centre[part, :2] - [100.0, 8.6]).T)
    assert radius == pytest.approx(10.0, abs=0.012)
    assert net.lanes.length_m[row] == pytest.approx(5 * np.pi, abs=0.02)
    assert net.lanes.centre_half_width[part] == pytest.approx(1.6, abs=0.01)


def test_connections_lead_through_the_internal_lane(net: RoadNetwork) -> None:
    at = net.lanes.successor_start
    turn = lane(net, ":j_0_0")
    assert net.lanes.successor[at[lane(net, "in")] : at[lane(net, "in") + 1]].tolist() == [turn]
    assert net.lanes.successor[at[turn] : at[turn + 1]].tolist() == [lane(net, "up")]
    assert not [f for f in net.findings if f.code in ("gap", "kink")]
    assert net.roads.in_junction[net.road_index[":j_0_0"]]


def test_links_with_different_columns_of_the_program_are_two_groups(net: RoadNetwork) -> None:
    signals = net.signals
    assert signals.kind.tolist() == [SignalKind.TRAFFIC_LIGHT] * 2
    assert signals.group.tolist() == [0, 1]
    assert signals.lane.tolist() == [lane(net, ":j_0_0"), lane(net, ":j_1_0")]
    assert net.source.header_offset == (5.0, -3.0, 0.0, 0.0)
    assert net.source.geo_reference == "+proj=utm +zone=32"


def test_left_hand_network_has_its_kerb_on_the_left(tmp_path: Path) -> None:
    path = tmp_path / "left.net.xml"
    path.write_text(NET.replace("<net ", '<net lefthand="true" ').replace("0,-4.6 100,-4.6", "0,1.8 100,1.8"))
    net = roadnet.load(path)
    assert net.roads.left_hand.all()
    assert net.lane_pose("in", 2, 50.0)[:2] == pytest.approx((50.0, 1.8), abs=1e-6)
    assert net.lanes.forward.all()


def test_dangling_connections_and_lanes_of_no_length_are_findings(tmp_path: Path) -> None:
    path = tmp_path / "odd.net.xml"
    text = NET.replace('via=":j_1_0"', 'via=":nowhere_0"').replace("110,8.6 110,58.6", "110,8.6 110,8.61")
    path.write_text(text)
    codes = {f.code: f.where for f in roadnet.load(path).findings}
    assert "dangling_link" in codes
    assert "line 10" in codes["degenerate_lane"]


@pytest.mark.parametrize("value", ["nan", "1e308", "x", "1,2,3,4"])
def test_bad_shape_is_refused_in_one_line_that_names_it(tmp_path: Path, value: str) -> None:
    message = refusal(tmp_path, "bad.net.xml", NET.replace("0,-1.4 100,-1.4", f"0,-1.4 {value},1"))
    assert "bad.net.xml:7 <lane>" in message
    assert "shape" in message


def test_doctype_and_maps_without_lanes_are_refused(tmp_path: Path) -> None:
    assert "DOCTYPE" in refusal(tmp_path, "bomb.net.xml", f'<!DOCTYPE net [<!ENTITY a "a">]>{NET}')
    assert "no lane" in refusal(tmp_path, "none.net.xml", "<net/>")
    walk = NET.replace('speed="', 'allow="pedestrian" speed="').replace(
        'disallow="all" allow="pedestrian"', 'disallow="all"'
    )
    walk = walk.replace('disallow="all" allow="bus" allow="pedestrian"', 'allow="pedestrian"').replace(
        'disallow="all" allow="bus"', ""
    )
    assert "driven on" in refusal(tmp_path, "walk.net.xml", walk)


@settings(max_examples=15, deadline=None)
@given(
    st.floats(0.01, 0.05), st.floats(2.5, 4.0), st.integers(20, 40), st.floats(-3.1, 3.1), st.floats(-1000.0, 1000.0)
)
def test_arcs_at_any_place_keep_centre_and_width(
    tmp_path_factory: pytest.TempPathFactory, bend: float, width: float, count: int, turn: float, far: float
) -> None:
    a = np.linspace(0, 1.2, count)
    x, y = np.sin(a) / bend, (1 - np.cos(a)) / bend
    x, y = far + np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y
    shape = " ".join(f"{p!r},{q!r}" for p, q in zip(x.tolist(), y.tolist(), strict=True))
    path = tmp_path_factory.mktemp("arc") / "arc.net.xml"
    path.write_text(f'<net><edge id="e"><lane id="e_0" index="0" width="{width!r}" shape="{shape}"/></edge></net>')
    net = roadnet.load(path)
    centre = np.array([far - np.sin(turn) / bend, np.cos(turn) / bend])
    sagitta = (1.2 / (count - 1)) ** 2 / 8 / bend
    assert np.hypot(*(net.lanes.centre[:, :2] - centre).T) == pytest.approx(1 / bend, abs=0.05 + sagitta)
    assert net.lanes.centre_half_width == pytest.approx(width / 2, abs=0.06)


REAL = real_maps("sumo", "*.net.xml")
needs_real = pytest.mark.skipif(not REAL, reason="the real maps are not there")


@needs_real
def test_all_seven_real_networks_load_and_hold() -> None:
    nets = check_share(REAL, {}, roadnet.load)
    assert len(nets) == 7
    for net in nets:
        holds(net)


@needs_real
def test_town01_has_the_drivable_length_of_its_opendrive_twin() -> None:
    town = next(p for p in REAL if p.name == "Town01.net.xml")
    net, twin = roadnet.load(town), roadnet.load(real_maps("opendrive", "Town01.xodr")[0])
    driving = [(x.lanes.length_m[x.lanes.drivable].sum(), x.lanes.drivable.sum()) for x in (net, twin)]
    assert driving[0][0] == pytest.approx(driving[1][0], rel=0.05)
    assert driving[0][1] == pytest.approx(driving[1][1], rel=0.25)


@needs_real
def test_mutants_of_real_networks_load_or_are_refused_in_one_line(tmp_path: Path) -> None:
    text = next(p for p in REAL if p.name == "straight.net.xml").read_text()
    share = survives(tmp_path, "mutant.net.xml", mutants(text, count=15, seed=1))
    share = min(share, survives(tmp_path, "small.net.xml", mutants(NET, count=60, seed=2)))
    assert 0.1 < share < 1.0
