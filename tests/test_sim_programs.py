"""Programs run to the instant: a builder may solve them backwards in closed form."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import LAMP_BRAKE, LAMP_RIGHT
from scenarios.model.spec import Environment, Kind, What, When

EXACT_M = 1e-6  # rounding of sums over some hundred steps
X0 = -50.0  # x of s = 0 on `along_x`


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def ego(s: float = 0.0, v: float = 0.0):  # type: ignore[no-untyped-def]
    return w.actor("ego", w.along_x(y=40.0), s, v)


def ramp(t: np.ndarray, v0: float, v1: float, rate: float, at: float) -> np.ndarray:
    """The closed form: constant speed until `at`, then constant rate to v1, then constant."""
    whole = abs(v1 - v0) / rate
    run = np.clip(t - at, 0.0, whole)
    sign = np.sign(v1 - v0)
    return v0 * np.minimum(t, at) + v0 * run + 0.5 * sign * rate * run**2 + v1 * np.clip(t - at - whole, 0.0, None)


@settings(max_examples=25, deadline=None)
@given(
    at=st.floats(0.0, 4.0), v0=st.floats(2.0, 30.0), v1=st.floats(0.0, 30.0), rate=st.floats(0.3, 4.5)
)  # fmt: skip
def test_a_speed_action_starts_at_its_instant_and_follows_the_closed_form(
    net: RoadNetwork, at: float, v0: float, v1: float, rate: float
) -> None:
    steps = (w.step(When.SIMULATION_TIME, at, What.SPEED, v1, rate),)
    run = w.drive(w.scenario(ego(), w.actor("lead", w.along_x(), 100.0, v0, steps=steps), duration_s=8.0), net)
    np.testing.assert_allclose(run.x("lead"), X0 + 100.0 + ramp(run.t, v0, v1, rate, at), atol=EXACT_M)


def test_a_scripted_cut_in_is_on_the_lane_line_when_the_closed_form_says(net: RoadNetwork) -> None:
    # 3.5 m at a peak of 1.4 m/s take pi / 2 * 3.5 / 1.4 s; the centre is half-way across after half of it
    start, rate, width = 1.237, 1.4, 3.5
    whole = 0.5 * np.pi * width / rate
    steps = (w.step(When.SIMULATION_TIME, start, What.LANE_OFFSET, 0.0, rate),)
    run = w.drive(w.scenario(ego(), w.actor("cut", w.along_x(), 0.0, 20.0, offset_m=width, steps=steps)), net)
    phase = np.clip((run.t - start) / whole, 0.0, 1.0)
    np.testing.assert_allclose(run.y("cut"), width - 0.5 * width * (1 - np.cos(np.pi * phase)), atol=EXACT_M)
    np.testing.assert_allclose(run.x("cut"), X0 + 20.0 * run.t, atol=EXACT_M)
    assert np.abs(np.diff(run.y("cut"))).max() / w.STEP_S == pytest.approx(rate, rel=2e-3)
    assert run.of("yaw", "cut")[round((start + whole / 2) / w.STEP_S)] == pytest.approx(
        -np.arctan(rate / 20.0), abs=1e-3
    )


@pytest.mark.parametrize(
    ("when", "value", "entity", "expected_s"),
    [
        (When.SIMULATION_TIME, 1.51, "", 1.51),
        (When.TRAVELED_DISTANCE, 33.3, "", 33.3 / 20.0),
        (When.TRAVELED_DISTANCE, 33.3, "ego", 33.3 / 25.0),
        (When.REACH_POSITION, 41.0, "ego", 41.0 / 25.0),
        # ego starts 60 m behind at 5 m/s more; bodies are 4.5 m long
        (When.RELATIVE_DISTANCE, 50.3, "ego", (60.0 - 50.3) / 5.0),
        (When.TIME_TO_COLLISION, 9.4, "ego", 55.5 / 5.0 - 9.4),
        (When.TIME_HEADWAY, 2.03, "ego", (55.5 - 2.03 * 25.0) / 5.0),
    ],
)
def test_every_trigger_fires_at_its_instant(
    net: RoadNetwork, when: When, value: float, entity: str, expected_s: float
) -> None:
    steps = (w.step(when, value, What.SPEED, 0.0, 4.0, entity),)
    spec = w.scenario(
        w.actor("ego", w.along_x(), 0.0, 25.0), w.actor("lead", w.along_x(), 60.0, 20.0, steps=steps), duration_s=4.0
    )
    run = w.drive(spec, net)
    np.testing.assert_allclose(run.x("lead"), X0 + 60.0 + ramp(run.t, 20.0, 0.0, 4.0, expected_s), atol=EXACT_M)


def test_steps_fire_in_order_each_once_and_two_may_share_an_instant(net: RoadNetwork) -> None:
    steps = (
        w.step(When.SIMULATION_TIME, 1.0, What.LAMPS, float(LAMP_RIGHT)),
        w.step(When.SIMULATION_TIME, 1.0, What.SPEED, 10.0, 4.0),
        w.step(When.SIMULATION_TIME, 0.2, What.LAMPS, 0.0),  # waits for those before it
    )
    run = w.drive(w.scenario(ego(), w.actor("a", w.along_x(), 0.0, 20.0, steps=steps)), net)
    assert not (run.of("lamps", "a") & LAMP_RIGHT).any()
    assert run.of("speed", "a")[-1] == 10.0


def test_braking_lights_the_brake_lamp(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 1.0, What.SPEED, 0.0, 3.0),)
    run = w.drive(w.scenario(ego(), w.actor("a", w.along_x(), 0.0, 6.0, steps=steps), duration_s=5.0), net)
    lit = (run.of("lamps", "a") & LAMP_BRAKE) > 0
    assert lit.tolist() == ((run.t > 1.0 + 1e-6) & (run.t < 3.0 + 1e-6)).tolist()


def test_a_walker_starts_from_rest_and_looks_where_it_goes(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.5, What.SPEED, 1.5, 1.0),)
    walker = w.actor(
        "child", w.along_y(30.0), 200.0, 0.0, "walk", kind=Kind.PEDESTRIAN, size=(0.4, 0.5, 1.2), steps=steps
    )
    run = w.drive(w.scenario(ego(), walker, duration_s=4.0), net)
    np.testing.assert_allclose(run.y("child"), ramp(run.t, 0.0, 1.5, 1.0, 0.5), atol=EXACT_M)
    assert run.of("yaw", "child")[-1] == pytest.approx(np.pi / 2, abs=1e-6)
    assert run.of("gait", "child")[-1] == pytest.approx(2 * np.pi / 1.4 * run.y("child")[-1], rel=1e-5)


def test_a_standing_vehicle_does_not_slip_sideways(net: RoadNetwork) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.5, What.LANE_OFFSET, 3.0, 1.0),)
    run = w.drive(w.scenario(ego(), w.actor("a", w.along_x(), 10.0, 0.0, steps=steps)), net)
    assert (run.y("a") == 0.0).all()


def test_a_program_beyond_the_grip_brakes_with_the_grip(net: RoadNetwork) -> None:

    steps = (w.step(When.SIMULATION_TIME, 0.0, What.SPEED, 0.0, 9.0),)
    spec = w.scenario(ego(), w.actor("a", w.along_x(), 0.0, 20.0, steps=steps), environment=Environment(friction=0.3))
    run = w.drive(spec, net)
    assert run.of("accel", "a").min() == pytest.approx(-0.3 * 9.81, rel=1e-5)
    assert run.x("a")[-1] == pytest.approx(X0 + 20.0**2 / (2 * 0.3 * 9.81), abs=0.02)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"law": "idem"}, "did you mean 'idm'"),
        ({"law": "idm", "law_values": (("head_s", 1.0),)}, "did you mean 'headway_s'"),
        ({"steps": (w.step(When.REACH_POSITION, 1.0, What.SPEED, 0.0, 1.0, "eggo"),)}, "did you mean 'ego'"),
        ({"steps": (w.step(When.SIMULATION_TIME, 1.0, What.SPEED, 0.0, 0.0),)}, "rate above zero"),
        ({"s_m": float("nan")}, "finite numbers"),
        ({"steps": (w.step(When.SIMULATION_TIME, float("inf"), What.SPEED, 0.0, 1.0),)}, "finite numbers"),
        ({"law": "idm", "law_values": (("accel_mps2", -1.0),)}, "want zero or more"),
        ({"size": (0.0, 1.8, 1.5)}, "a body, moving forward"),
        ({"path": w.PathSpec()}, "neither lanes nor points"),
        ({"path": w.PathSpec(lanes=(10**6,))}, "want rows from 0"),
    ],
)
def test_a_program_that_cannot_run_is_refused_in_one_line(net: RoadNetwork, change: dict, wanted: str) -> None:

    with pytest.raises(InputError, match=r"scenario 0, actor 'a'") as caught:
        w.drive(w.scenario(ego(), replace(w.actor("a", w.along_x(), 0.0, 5.0), **change)), net)
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("change", [{"step_s": 0.0}, {"duration_s": 1e9}, {"environment": Environment(friction=0.0)}])
def test_times_and_grip_that_cannot_be_are_refused(net: RoadNetwork, change: dict) -> None:
    with pytest.raises(InputError, match="want 0 to 36000 s in steps of 0 to 1 s, friction above 0"):
        w.drive(replace(w.scenario(ego()), **change), net)
