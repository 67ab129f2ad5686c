"""What wind and grip do to those that drive: gusts, and braking and steering on one circle."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.network import RoadNetwork
from scenarios.model.spec import Environment, Gust
from scenarios.simulation.planner import Controls, PlannerInput

G = 9.81
MASS_KG = 122.0 * 4.5 * 1.8 * 1.5  # criticality/masses.py


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


class Straight:
    """A planner that holds speed and wheel."""

    def __init__(self, accel: float = 0.0, bend: float = 0.0) -> None:
        self.controls = Controls(accel, bend)

    def reset(self, seed: int) -> None:
        pass

    def act(self, now: PlannerInput) -> Controls:
        return self.controls


def gusty(law: str = "careful_human", **fields: object):  # type: ignore[no-untyped-def]
    gust = Gust(t_on_s=1.0, t_off_s=2.0, speed_mps=15.0, azimuth_rad=np.pi / 2)
    return w.scenario(w.actor("ego", w.along_x(), 0.0, 25.0, law, **fields), gusts=(gust,))


def test_a_gust_pushes_a_car_that_does_not_steer_by_the_closed_form(net: RoadNetwork) -> None:
    run = w.drive(gusty(), net, Straight())
    rate = 0.5 * 1.2 * 4.5 * 1.5 / MASS_KG * np.hypot(25.0, 15.0) * 15.0  # m/s2 at first
    assert run.of("yaw_rate", "ego")[22] * 25.0 == pytest.approx(rate, rel=0.03)
    assert abs(run.of("yaw_rate", "ego")[45:]).max() == 0.0
    yaw = float(run.of("yaw", "ego")[40])
    assert run.y("ego")[40] == pytest.approx(0.5 * rate + 0.3 * 4.5 * yaw, rel=0.02)  # the middle is before the axle


def test_a_driver_steers_back_after_a_gust(net: RoadNetwork) -> None:
    run = w.drive(gusty(), net)
    assert 0.02 < run.y("ego").max() < 1.0
    assert abs(run.y("ego")[-1]) < 0.02


def test_still_air_changes_nothing(net: RoadNetwork) -> None:
    calm = w.drive(replace(gusty(), gusts=(Gust(t_on_s=1.0, t_off_s=9.0, speed_mps=0.0, azimuth_rad=1.0),)), net)
    none = w.drive(replace(gusty(), gusts=()), net)
    assert (calm.recording.agents.xyz == none.recording.agents.xyz).all()


@settings(max_examples=25)
@given(mu=st.floats(0.05, 1.0), accel=st.floats(-9.0, 4.0), bend=st.floats(-0.1, 0.1), v=st.floats(5.0, 30.0))
def test_braking_and_steering_share_the_circle_of_grip(
    net: RoadNetwork, mu: float, accel: float, bend: float, v: float
) -> None:
    spec = w.scenario(w.actor("ego", w.along_x(), 0.0, v), duration_s=3.0, environment=Environment(friction=mu))
    run = w.drive(spec, net, Straight(accel, bend))
    speed, a = run.of("speed", "ego").astype(float), run.of("accel", "ego").astype(float)[1:]
    rate = run.of("yaw_rate", "ego").astype(float)[1:]
    moving = speed[1:] > 0.5
    middle = 0.5 * (speed[1:] + speed[:-1])
    across = speed[:-1] * rate * speed[:-1] / np.maximum(middle, 1e-9)  # curvature times v^2 at the step's begin
    assert (np.hypot(across, a)[moving & (speed[:-1] > 1.0)] <= mu * G * (1.0 + 1e-4)).all()


def test_who_brakes_in_a_bend_at_the_limit_runs_wider_and_stops_later_than_who_does_one(net: RoadNetwork) -> None:
    spec = w.scenario(w.actor("ego", w.along_x(), 0.0, 15.0), duration_s=1.5, environment=Environment(friction=0.4))
    bend = 0.4 * G / 15.0**2
    both, brakes, steers = (w.drive(spec, net, Straight(a, k)) for a, k in ((-3.9, bend), (-3.9, 0.0), (0.0, bend)))
    assert both.of("speed", "ego")[-1] > brakes.of("speed", "ego")[-1] + 0.5
    assert both.of("yaw", "ego")[10] < 0.8 * steers.of("yaw", "ego")[10]
