"""Bodies on paths: how far from it, and what happens when they touch."""

import math

import numpy as np
import pytest
import sim_world as w

from roadnet.network import RoadNetwork
from roadnet.polyline import at, project
from roadnet.routes import points_path
from scenarios.model.spec import Kind, What, When

PATH_ERROR_M = 0.3  # a steered car on a path whose curvature jumps; its rear axle cuts and its middle swings out


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


@pytest.mark.parametrize("radius_m", [10.0, 25.0, 80.0])
@pytest.mark.parametrize("law", ["idm", "careful_human"])
def test_a_steered_car_stays_on_its_path(net: RoadNetwork, law: str, radius_m: float) -> None:
    spec = w.arc(radius_m)
    run = w.drive(w.scenario(w.actor("ego", spec, 0.0, 8.0, law), duration_s=15.0), net)
    path = points_path(spec.points)
    xy = np.stack([run.x("ego"), run.y("ego")], 1)
    s, offset = project(path, xy)
    assert np.abs(offset[s < path.length_m]).max() < PATH_ERROR_M


def test_a_steered_car_on_a_straight_road_stays_on_the_line(net: RoadNetwork) -> None:
    run = w.drive(w.scenario(w.actor("ego", w.along_x(), 0.0, 20.0, "idm")), net)
    assert (run.y("ego") == 0.0).all()


@pytest.mark.parametrize("law", ["idm", "careful_human"])
def test_a_steered_car_returns_to_its_path_without_swinging(net: RoadNetwork, law: str) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.5, What.LANE_OFFSET, 0.0, 1.0),)
    run = w.drive(
        w.scenario(w.actor("ego", w.along_x(), 0.0, 15.0, law, offset_m=3.5, steps=steps), duration_s=15.0), net
    )
    assert abs(run.y("ego")[-1]) < 0.01
    assert run.y("ego").min() > -0.1


@pytest.mark.parametrize("radius_m", [8.0, 40.0])
def test_a_car_on_rails_is_where_its_path_says(net: RoadNetwork, radius_m: float) -> None:
    spec = w.arc(radius_m)
    run = w.drive(w.scenario(w.actor("ego", spec, 3.0, 7.0, offset_m=1.2)), net)
    xyz, heading = at(points_path(spec.points), 3.0 + 7.0 * run.t, 1.2)
    np.testing.assert_allclose(np.stack([run.x("ego"), run.y("ego")], 1), xyz[:, :2], atol=1e-9)
    np.testing.assert_allclose(run.of("yaw", "ego"), heading, atol=1e-6)


def test_head_on_cars_touch_when_their_gap_is_used_up(net: RoadNetwork) -> None:
    back = w.PathSpec(points=np.array([[300.0, 0.0, 0.0], [-100.0, 0.0, 0.0]]))
    spec = w.scenario(w.actor("ego", w.along_x(), 50.0, 13.0), w.actor("ghost", back, 200.0, 17.0))
    run = w.drive(spec, net)
    contacts = run.recording.contacts
    assert contacts.pair.tolist() == [[0, 1]]
    assert contacts.t_ns[0] * 1e-9 == pytest.approx((100.0 - 4.5) / 30.0, abs=2e-9)
    assert contacts.closing_mps[0] == pytest.approx(30.0, rel=1e-6)


def test_a_crossing_contact_is_exact_and_recorded_once(net: RoadNetwork) -> None:
    # ego's front is at x = 20 + 10 t - 50 + 2.25; the other's flank at x = 20 - 0.9; its front passes y = -0.9 earlier
    spec = w.scenario(
        w.actor("ego", w.along_x(), 20.0, 10.0), w.actor("other", w.along_y(20.0), 200.0 - 24.0, 5.0), duration_s=8.0
    )
    run = w.drive(spec, net)
    contacts = run.recording.contacts
    assert len(contacts.t_ns) == 1
    assert contacts.t_ns[0] * 1e-9 == pytest.approx((20.0 - 0.9 - 2.25 + 30.0) / 10.0, abs=2e-9)
    assert contacts.closing_mps[0] == pytest.approx(math.hypot(10.0, 5.0), rel=1e-6)


def test_those_who_touched_brake_to_standstill(net: RoadNetwork) -> None:
    run = w.drive(w.scenario(w.actor("ego", w.along_x(), 0.0, 20.0), w.actor("wall", w.along_x(), 40.0, 0.0)), net)
    assert len(run.recording.contacts.t_ns) == 1
    assert run.of("speed", "ego")[-1] == 0.0
    touched = run.recording.contacts.t_ns[0] * 1e-9
    after = run.of("accel", "ego")[(run.t > touched + w.STEP_S) & (run.of("speed", "ego") > 0.0)]
    np.testing.assert_allclose(after, -6.0, rtol=1e-5)


def test_a_near_pass_is_no_contact(net: RoadNetwork) -> None:
    run = w.drive(
        w.scenario(w.actor("ego", w.along_x(), 0.0, 20.0), w.actor("near", w.along_x(y=1.81), 60.0, 0.0)), net
    )
    assert not len(run.recording.contacts.t_ns)


def test_height_comes_from_the_path(net: RoadNetwork) -> None:
    slope = w.PathSpec(points=np.array([[0.0, 0.0, 5.0], [200.0, 0.0, 15.0]]))
    run = w.drive(w.scenario(w.actor("ego", slope, 10.0, 10.0, kind=Kind.CAR), duration_s=5.0), net)
    np.testing.assert_allclose(run.recording.agents.xyz[0, :, 2], 5.0 + 0.05 * run.x("ego"), atol=0.01)
