"""Analytic cases: each plan view record against its formula, profiles against rotations, lanes against sums."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import fresnel
from xodr import LANES, geometry, load, road

from roadnet.frames import rotation
from roadnet.geometry import arc_length_parameter, cubic, find_piece
from roadnet.network import Polynomials

EXACT_M = 1e-9


def test_line_runs_straight_from_its_pose(tmp_path: Path) -> None:
    net = load(tmp_path, road(geometry("<line/>", length=50.0, x=10.0, y=-3.0, hdg=0.3), length=50.0))
    pose = net.road_pose("1", 20.0, 2.0)
    assert pose.x == pytest.approx(10 + 20 * np.cos(0.3) - 2 * np.sin(0.3), abs=EXACT_M)
    assert pose.y == pytest.approx(-3 + 20 * np.sin(0.3) + 2 * np.cos(0.3), abs=EXACT_M)
    assert pose.heading == pytest.approx(0.3)


def test_quarter_circle_ends_at_its_radius(tmp_path: Path) -> None:
    length = 25 * np.pi / 2
    net = load(tmp_path, road(geometry('<arc curvature="0.04"/>', length=length), length=length))
    pose = net.road_pose("1", length)
    assert (pose.x, pose.y, pose.heading) == pytest.approx((25.0, 25.0, np.pi / 2), abs=EXACT_M)


def test_clothoid_from_straight_ends_where_the_fresnel_integrals_say(tmp_path: Path) -> None:
    length, k = 80.0, 0.02
    net = load(tmp_path, road(geometry(f'<spiral curvStart="0" curvEnd="{k}"/>', length=length), length=length))
    scale = np.sqrt(np.pi * length / k)
    sine, cosine = fresnel(length / scale)
    pose = net.road_pose("1", length)
    assert (pose.x, pose.y) == pytest.approx((scale * cosine, scale * sine), abs=EXACT_M)
    assert pose.heading == pytest.approx(k * length / 2, abs=EXACT_M)


@given(k0=st.floats(-0.2, 0.2), k1=st.floats(-0.2, 0.2), length=st.floats(1.0, 200.0))
def test_any_clothoid_equals_adaptive_quadrature(tmp_path_factory, k0: float, k1: float, length: float) -> None:
    shape = f'<spiral curvStart="{k0!r}" curvEnd="{k1!r}"/>'
    net = load(tmp_path_factory.mktemp("m"), road(geometry(shape, length=length), length=length))
    angle = lambda s: k0 * s + (k1 - k0) * s * s / (2 * length)  # noqa: E731
    want = [quad(lambda s, f=f: f(angle(s)), 0, length, epsabs=1e-10, limit=400)[0] for f in (np.cos, np.sin)]
    pose = net.road_pose("1", length)
    assert (pose.x, pose.y) == pytest.approx(want, abs=1e-7)


def test_param_poly_runs_by_arc_length(tmp_path: Path) -> None:
    """A parabola v = u^2 / 40 over u in [0, 20]: s is its arc length, not a share of u."""
    length = quad(lambda u: np.hypot(1.0, u / 20), 0, 20)[0]
    shape = '<paramPoly3 aU="0" bU="20" cU="0" dU="0" aV="0" bV="0" cV="10" dV="0" pRange="normalized"/>'
    net = load(tmp_path, road(geometry(shape, length=length), length=length))
    s = quad(lambda u: np.hypot(1.0, u / 20), 0, 7.0)[0]
    pose = net.road_pose("1", s)
    assert (pose.x, pose.y) == pytest.approx((7.0, 49 / 40), abs=1e-8)
    assert pose.heading == pytest.approx(np.arctan(7 / 20), abs=1e-8)


def test_poly3_is_the_same_curve_as_its_param_poly(tmp_path: Path) -> None:
    length = 30.0
    poly = road(geometry('<poly3 a="0" b="0.1" c="0.01" d="-0.0002"/>', length=length), length=length, id="1")
    shape = '<paramPoly3 aU="0" bU="1" cU="0" dU="0" aV="0" bV="0.1" cV="0.01" dV="-0.0002" pRange="arcLength"/>'
    param = road(geometry(shape, length=length), length=length, id="2")
    net = load(tmp_path, poly, param)
    assert net.road_pose("1", 21.0) == pytest.approx(net.road_pose("2", 21.0), abs=EXACT_M)


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")  # at the last digits asked for
@given(
    coef=st.lists(st.floats(-2, 2), min_size=4, max_size=4),
    share=st.floats(0.0, 1.0),
)
def test_arc_length_parameter_inverts_the_arc_length(coef: list[float], share: float) -> None:
    c = np.array([[0.0, 30.0, coef[0], coef[1], 0.0, coef[2], coef[3], 0.0, 1.0]])
    speed = lambda p: np.hypot(30 + 2 * coef[0] * p + 3 * coef[1] * p * p, coef[2] + 2 * coef[3] * p)  # noqa: E731
    want = quad(speed, 0, share, epsabs=1e-9)[0]
    p, beyond = arc_length_parameter(c, np.array([want]), np.array([0]))
    assert p[0] == pytest.approx(share, abs=1e-8)
    assert beyond[0] == pytest.approx(0.0, abs=1e-7)


def test_grade_and_superelevation_turn_the_lateral_axis_together(tmp_path: Path) -> None:
    profiles = (
        '<elevationProfile><elevation s="0" a="5" b="0.1" c="0" d="0"/></elevationProfile>'
        '<lateralProfile><superelevation s="0" a="0.2" b="0" c="0" d="0"/></lateralProfile>'
    )
    net = load(tmp_path, road(geometry("<line/>", length=50.0, hdg=0.7), length=50.0, profiles=profiles))
    axes = rotation(0.7, -np.arctan(0.1), 0.2)
    want = np.array([10 * np.cos(0.7), 10 * np.sin(0.7), 6.0]) + axes @ [0.0, 4.0, 0.0]
    assert net.road_pose("1", 10.0, 4.0)[:3] == pytest.approx(tuple(want), abs=EXACT_M)


def test_lane_pose_is_the_lane_centre_with_its_height(tmp_path: Path) -> None:
    offset = '<laneOffset s="0" a="0.5" b="0.01" c="0" d="0"/>'
    net = load(tmp_path, road(geometry("<line/>", length=50.0), length=50.0, lanes=offset + LANES))
    assert net.lane_pose("1", 1, 10.0)[:3] == pytest.approx((10.0, 0.6 + 1.75, 0.0), abs=EXACT_M)
    assert net.lane_pose("1", -2, 10.0, 0.25)[:3] == pytest.approx((10.0, 0.6 - 3.5 - 1.0 + 0.25, 0.12), abs=EXACT_M)
    assert net.road_pose("1", 10.0, -4.0).z == 0.0


def test_borders_give_the_same_lanes_as_widths(tmp_path: Path) -> None:
    width = "".join(f'<width sOffset="{s}" a="{a}" b="0" c="0" d="0"/>' for s, a in ((0, 3.0), (20, 3.5)))
    border = "".join(f'<border sOffset="{s}" a="{a}" b="0" c="0" d="0"/>' for s, a in ((0, -3.0), (20, -3.5)))
    outer = '<width sOffset="0" a="2" b="0" c="0" d="0"/>', '<border sOffset="0" a="-5.25" b="0" c="0" d="0"/>'
    plan = geometry("<line/>", length=50.0)
    lanes = [
        f'<laneSection s="0"><center><lane id="0"/></center><right><lane id="-1" type="driving">{first}</lane>'
        f'<lane id="-2" type="driving">{second}</lane></right></laneSection>'
        for first, second in ((width, outer[0]), (border, outer[1]))
    ]
    net = load(tmp_path, *(road(plan, length=50.0, id=str(i), lanes=x) for i, x in enumerate(lanes)))
    for s in (5.0, 30.0):
        assert net.lane_pose("1", -1, s).y == pytest.approx(net.lane_pose("0", -1, s).y, abs=EXACT_M)
    assert net.lane_pose("1", -2, 5.0).y == pytest.approx(-(3.0 + 5.25) / 2, abs=EXACT_M)
    assert net.lane_pose("1", -2, 30.0).y == pytest.approx(-(3.5 + 5.25) / 2, abs=EXACT_M)


def test_sampled_centres_lie_on_the_exact_ones(tmp_path: Path) -> None:
    """The stored line of a lane in a bend has its radius everywhere, and the arc's length."""
    length = 40.0
    net = load(tmp_path, road(geometry('<arc curvature="0.05"/>', length=length), length=length))
    lanes = net.lanes
    row = int(np.flatnonzero(lanes.id == -1)[0])
    part = slice(lanes.centre_start[row], lanes.centre_start[row + 1])
    radius = np.hypot(lanes.centre[part, 0], lanes.centre[part, 1] - 20.0)
    assert np.abs(radius - 21.75).max() < EXACT_M
    assert lanes.length_m[row] == pytest.approx(length * 21.75 / 20.0, abs=1e-6)
    assert (np.diff(lanes.centre_s[part]) > 0).all()


def test_left_hand_traffic_runs_the_other_way(tmp_path: Path) -> None:
    plan = geometry("<line/>", length=50.0)
    net = load(tmp_path, road(plan, length=50.0, id="r"), road(plan, length=50.0, id="l", rule="LHT"))
    lanes = net.lanes
    forward = {(net.roads.id[lanes.road[i]], int(lanes.id[i])): bool(lanes.forward[i]) for i in range(len(lanes))}
    assert forward["r", -1]
    assert not forward["r", 1]
    assert forward["l", 1]
    assert not forward["l", -1]


@given(st.data())
def test_find_piece_agrees_with_searchsorted(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(0, 6), min_size=1, max_size=5))
    keys = [np.sort(np.array(data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)), float)) for n in sizes]
    start = np.concatenate([[0], np.cumsum(sizes)])
    owner = np.array([i for i, n in enumerate(sizes) if n] or [0])
    s = np.array([data.draw(st.floats(-1, 10)) for _ in owner])
    if not sum(sizes):
        return
    want = [start[o] + max(np.searchsorted(keys[o], x, side="right") - 1, 0) for o, x in zip(owner, s, strict=True)]
    assert find_piece(start, np.concatenate(keys), owner, s).tolist() == want


def test_owner_without_pieces_is_zero() -> None:
    poly = Polynomials(start=np.array([0, 0, 1]), s=np.array([0.0]), abcd=np.array([[1.0, 2.0, 0.0, 0.0]]))
    value, slope = cubic(poly, np.array([0, 1]), np.array([3.0, 3.0]))
    assert value.tolist() == [0.0, 7.0]
    assert slope.tolist() == [0.0, 2.0]
