"""Crossfall and shape: the surface across the road, in exact poses and in sampled lane lines."""

from math import atan
from pathlib import Path

import numpy as np
import pytest
from xodr import geometry, load, road

from roadnet.batch_poses import lane_poses, road_poses
from roadnet.formats.opendrive.write import save
from roadnet.frames import rotation
from roadnet.loading import load as load_map
from roadnet.network import RoadNetwork

EXACT_M = 1e-9
LENGTH_M = 50.0
SHAPES = (  # at s = 10 a parabola right of t = -1 and a slope left of it; at s = 30 level ground 0.2 m up
    '<shape s="10" t="-6" a="0.25" b="-0.1" c="0.01" d="0"/><shape s="10" t="-1" a="0" b="0.02" c="0" d="0"/>'
    '<shape s="30" t="-6" a="0.2" b="0" c="0" d="0"/>'
)


def profile(inside: str, *, roll: float = 0.0, hdg: float = 0.0, grade: float = 0.0) -> str:
    """Return a straight road with this in its lateral profile."""
    rise = f'<elevationProfile><elevation s="0" a="0" b="{grade}" c="0" d="0"/></elevationProfile>'
    bank = f'<superelevation s="0" a="{roll}" b="0" c="0" d="0"/>' if roll else ""
    plan = geometry("<line/>", length=LENGTH_M, hdg=hdg)
    return road(plan, length=LENGTH_M, profiles=f"{rise}<lateralProfile>{bank}{inside}</lateralProfile>")


def crossfall(side: str, *, angle: float = atan(0.03), s: float = 0.0, b: float = 0.0) -> str:
    """Return a <crossfall>."""
    return f'<crossfall side="{side}" s="{s}" a="{angle!r}" b="{b!r}" c="0" d="0"/>'


def check_lines_lie_on_poses(net: RoadNetwork) -> None:
    """Every sampled centre of a straight road along x is where its exact pose is."""
    for row, lane in enumerate(net.lanes.id.tolist()):
        for x, y, z in net.lanes.centre[net.lanes.centre_start[row] : net.lanes.centre_start[row + 1]]:
            assert net.lane_pose("1", lane, min(x, LENGTH_M))[:3] == pytest.approx((x, y, z), abs=EXACT_M)


@pytest.mark.parametrize(
    ("side", "left", "right"), [("left", -0.03, 0.0), ("right", 0.0, -0.03), ("both", -0.03, -0.03)]
)
def test_three_percent_crossfall_is_a_plane_on_its_side(tmp_path: Path, side: str, left: float, right: float) -> None:
    net = load(tmp_path, profile(crossfall(side)))
    assert net.road_pose("1", 20.0, 4.0)[:3] == pytest.approx((20.0, 4.0, 4 * left), abs=EXACT_M)
    assert net.road_pose("1", 20.0, -4.0)[:3] == pytest.approx((20.0, -4.0, 4 * right), abs=EXACT_M)
    assert net.lane_pose("1", 1, 20.0).z == pytest.approx(1.75 * left, abs=EXACT_M)
    assert net.lane_pose("1", -2, 20.0).z == pytest.approx(0.12 + 4.5 * right, abs=EXACT_M)
    check_lines_lie_on_poses(net)
    row = net.lanes.id.tolist().index(-1)
    edge = net.lanes.right_edge[net.lanes.centre_start[row] : net.lanes.centre_start[row + 1]]
    assert edge[:, 2] == pytest.approx(3.5 * right, abs=EXACT_M)


def test_crossfall_changes_along_the_road(tmp_path: Path) -> None:
    net = load(tmp_path, profile(crossfall("both", angle=0.0, b=0.002) + crossfall("right", s=25.0, angle=-0.01)))
    assert net.road_pose("1", 15.0, 3.0).z == pytest.approx(-3 * np.tan(0.03), abs=EXACT_M)
    assert net.road_pose("1", 40.0, -3.0).z == pytest.approx(3 * np.tan(0.01), abs=EXACT_M)
    assert net.road_pose("1", 40.0, 3.0).z == pytest.approx(-3 * np.tan(0.08), abs=EXACT_M)


def test_crossfall_turns_with_pitch_and_roll(tmp_path: Path) -> None:
    net = load(tmp_path, profile(crossfall("left"), roll=0.05, hdg=0.7, grade=0.1))
    want = np.array([10 * np.cos(0.7), 10 * np.sin(0.7), 1.0]) + rotation(0.7, -np.arctan(0.1), 0.05) @ [0, 4.0, -0.12]
    assert net.road_pose("1", 10.0, 4.0)[:3] == pytest.approx(tuple(want), abs=EXACT_M)


def test_shape_is_cubic_across_and_linear_between_its_stations(tmp_path: Path) -> None:
    net = load(tmp_path, profile(SHAPES))
    low, high = 0.25 - 0.3 + 0.09, 0.02 * 4.0  # at t = -3 and t = 3 of the first station
    assert net.road_pose("1", 10.0, -3.0).z == pytest.approx(low, abs=EXACT_M)
    assert net.road_pose("1", 10.0, 3.0).z == pytest.approx(high, abs=EXACT_M)
    assert net.road_pose("1", 0.0, 3.0).z == pytest.approx(high, abs=EXACT_M)
    assert net.road_pose("1", 15.0, -3.0).z == pytest.approx(0.75 * low + 0.25 * 0.2, abs=EXACT_M)
    assert net.road_pose("1", 45.0, -3.0).z == pytest.approx(0.2, abs=EXACT_M)
    assert net.road_pose("1", 10.0, -9.0).z == pytest.approx(0.25, abs=EXACT_M)
    check_lines_lie_on_poses(net)


@pytest.mark.parametrize("inside", [SHAPES, crossfall("both") + crossfall("right", s=25.0, angle=0.01)])
def test_batches_agree_and_a_written_surface_comes_back(tmp_path: Path, inside: str) -> None:
    net = load(tmp_path, profile(inside, grade=0.05))
    save(net, tmp_path / "again.xodr")
    again = load_map(tmp_path / "again.xodr")
    s = np.array([0.0, 11.0, 24.0, 26.0, 41.0, 50.0])
    for t in (-4.0, 2.0):
        batch, back = (road_poses(n, np.zeros(6, np.int64), s, t) for n in (net, again))
        want = [net.road_pose("1", at, t)[:3] for at in s.tolist()]
        assert batch[:, :3] == pytest.approx(np.array(want), abs=EXACT_M)
        assert back == pytest.approx(batch, abs=EXACT_M)
    centres = lane_poses(net, np.zeros(6, np.int64), np.full(6, -1), s)
    assert centres[:, 2] == pytest.approx([net.lane_pose("1", -1, at).z for at in s.tolist()], abs=EXACT_M)


def test_a_flat_road_keeps_its_digest_form(tmp_path: Path) -> None:
    flat, level = load(tmp_path, profile("")), load(tmp_path, profile('<shape s="0" t="0" a="0" b="0" c="0" d="0"/>'))
    assert not len(flat.roads.surface)
    assert len(level.roads.surface)
    assert flat.digest != level.digest
    assert flat.lanes.centre.tobytes() == level.lanes.centre.tobytes()
