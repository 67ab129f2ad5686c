"""Speed limits that change along a lane, and lanes that are closed to cars."""

from pathlib import Path

import numpy as np
import pytest
from xodr import geometry, load, road

from roadnet.formats.opendrive.write import save
from roadnet.loading import load as load_map
from roadnet.network import LaneType, RoadNetwork
from roadnet.polyline import STEP_M
from roadnet.routes import lane_path

LENGTH_M = 100.0
WIDTH = '<width sOffset="0" a="3.5" b="0" c="0" d="0"/>'
HALVES = '<speed sOffset="0" max="20" unit="m/s"/><speed sOffset="50" max="36" unit="km/h"/>'
SAMPLE_M = 2.0  # a change takes hold at the first sample of the centre line behind it


def one_lane(folder: Path, inside: str, *, number: int = -1, road_type: str = "", kind: str = "driving") -> RoadNetwork:
    """Return a straight road along x: this lane, and a plain one beside it."""
    side, other = ("right", "left") if number < 0 else ("left", "right")
    lanes = {
        side: f'<{side}><lane id="{number}" type="{kind}">{WIDTH}{inside}</lane></{side}>',
        other: f'<{other}><lane id="{-number}" type="driving">{WIDTH}</lane></{other}>',
    }
    section = f'<laneSection s="0">{lanes["left"]}<center><lane id="0"/></center>{lanes["right"]}</laneSection>'
    plan = geometry("<line/>", length=LENGTH_M)
    return load(folder, road(plan, length=LENGTH_M, lanes=section).replace("<planView>", f"{road_type}<planView>"))


def row_of(net: RoadNetwork, number: int) -> int:
    """Return the lane's row."""
    return net.lanes.id.tolist().index(number)


def check_halves(net: RoadNetwork, number: int, first: float, second: float) -> None:
    """The limit along the driving direction is `first`, then `second` from the middle on."""
    limit = lane_path(net, (row_of(net, number),)).speed_limit
    s = np.arange(len(limit)) * STEP_M
    assert limit[s < LENGTH_M / 2 - STEP_M].tolist() == pytest.approx([first] * int((s < 49.5).sum()))
    late = limit[s >= LENGTH_M / 2 + SAMPLE_M]
    assert late == pytest.approx(np.full(len(late), second))


def test_path_carries_the_limit_of_each_half(tmp_path: Path) -> None:
    net = one_lane(tmp_path, HALVES)
    check_halves(net, -1, 20.0, 10.0)
    assert net.lanes.speed_mps[row_of(net, -1)] == 20.0


def test_traffic_against_s_meets_the_second_limit_first(tmp_path: Path) -> None:
    check_halves(one_lane(tmp_path, HALVES, number=1), 1, 10.0, 20.0)


def test_road_type_changes_the_limit_of_lanes_without_their_own(tmp_path: Path) -> None:
    types = "".join(f'<type s="{s}" type="rural"><speed max="{v}" unit="m/s"/></type>' for s, v in ((0, 25), (50, 15)))
    net = one_lane(tmp_path, '<speed sOffset="0" max="5" unit="m/s"/>', road_type=types)
    check_halves(net, 1, 15.0, 25.0)
    check_halves(net, -1, 5.0, 5.0)


def test_the_road_speaks_until_the_lane_does(tmp_path: Path) -> None:
    types = '<type s="0" type="rural"><speed max="25" unit="m/s"/></type>'
    net = one_lane(tmp_path, '<speed sOffset="50" max="12" unit="m/s"/>', road_type=types)
    check_halves(net, -1, 25.0, 12.0)


def test_changes_come_back_from_a_written_file(tmp_path: Path) -> None:
    net = one_lane(tmp_path, HALVES + '<speed sOffset="80" max="no limit"/>')
    save(net, tmp_path / "again.xodr")
    again = load_map(tmp_path / "again.xodr")
    for column in ("start", "s", "speed_mps"):
        want = getattr(net.lanes.speed_changes, column)
        assert getattr(again.lanes.speed_changes, column).tolist() == want.tolist()
    assert net.lanes.speed_changes.speed_mps.tolist() == [20.0, 10.0, 0.0]


@pytest.mark.parametrize(
    ("access", "want"),
    [
        ('<access sOffset="0" rule="deny" restriction="passengerCar"/>', LaneType.RESTRICTED),
        ('<access sOffset="0" rule="deny"><restriction type="truck"/></access>', LaneType.DRIVING),
        ('<access sOffset="0" rule="allow"><restriction type="bus"/><restriction type="taxi"/></access>', LaneType.BUS),
        ('<access sOffset="0" rule="allow"><restriction type="pedestrian"/></access>', LaneType.RESTRICTED),
        ('<access sOffset="0" rule="allow" restriction="passengerCar"/>', LaneType.DRIVING),
        ('<access sOffset="40" rule="deny" restriction="passengerCar"/>', LaneType.DRIVING),
        ('<access sOffset="0" restriction="none"/>', LaneType.DRIVING),
    ],
)
def test_lane_that_is_closed_to_cars_is_no_driving_lane(tmp_path: Path, access: str, want: LaneType) -> None:
    net = one_lane(tmp_path, access)
    assert net.lanes.type[row_of(net, -1)] == want
    noted = any(f.code == "access" for f in net.findings)
    assert noted == (want != LaneType.DRIVING or 'sOffset="40"' in access)


def test_access_leaves_a_sidewalk_what_it_is(tmp_path: Path) -> None:
    rule = '<access sOffset="0" rule="allow" restriction="pedestrian"/>'
    net = one_lane(tmp_path, rule, kind="sidewalk")
    assert net.lanes.type[row_of(net, -1)] == LaneType.SIDEWALK
