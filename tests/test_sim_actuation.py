"""Actuators that fail: what arrives of what the subject's driver asks for."""

from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.spec import ActuationFault, ConcreteScenario, What, When
from scenarios.simulation.planner import Controls, PlannerInput

ALWAYS = {"t_on_s": 0.0, "t_off_s": 100.0}


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


class Plays:
    """A planner that plays rows of (acceleration, curvature), the last for ever."""

    def __init__(self, *rows: tuple[float, float]) -> None:
        self.rows = rows

    def reset(self, seed: int) -> None:
        self.k = 0

    def act(self, now: PlannerInput) -> Controls:
        self.k += 1
        return Controls(*self.rows[min(self.k, len(self.rows)) - 1])


def scene(*faults: ActuationFault, v: float = 20.0, law: str = "programmed", **fields: object) -> ConcreteScenario:
    return w.scenario(w.actor("ego", w.along_x(), 0.0, v, law, **fields), duration_s=10.0, actuation_faults=faults)


def test_with_half_brakes_the_way_to_a_stop_doubles(net: RoadNetwork) -> None:
    for gain, wanted in ((1.0, 50.0), (0.5, 100.0)):
        run = w.drive(scene(ActuationFault(**ALWAYS, brake_gain=gain)), net, Plays((-4.0, 0.0)))
        assert run.x("ego")[-1] - run.x("ego")[0] == pytest.approx(wanted, abs=1e-6)


def test_half_brakes_give_half_of_what_the_tyres_would(net: RoadNetwork) -> None:
    run = w.drive(scene(ActuationFault(**ALWAYS, brake_gain=0.5)), net, Plays((-100.0, 0.0)))
    assert run.of("accel", "ego").min() == pytest.approx(-0.5 * 0.8 * 9.81, rel=1e-5)


@pytest.mark.parametrize("law", ["idm", "careful_human", "programmed"])
def test_a_driver_of_any_law_needs_longer_to_stop_with_weak_brakes(net: RoadNetwork, law: str) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.5, What.SPEED, 0.0, 5.0),)
    wall = w.actor("wall", w.along_x(), 110.0, 0.0)
    gaps = []
    for faults in ((), (ActuationFault(**ALWAYS, brake_gain=0.25),)):
        spec = scene(*faults, law=law, steps=steps)
        run = w.drive(replace(spec, actors=(*spec.actors, wall)), net)
        gaps.append(run.x("ego")[60])
    assert gaps[1] > gaps[0] + 1.0


def test_engine_demands_are_not_touched_by_weak_brakes(net: RoadNetwork) -> None:
    run = w.drive(scene(ActuationFault(**ALWAYS, brake_gain=0.5)), net, Plays((2.0, 0.0)))
    np.testing.assert_allclose(run.of("accel", "ego")[1:], 2.0, rtol=1e-5)


def bends(run: w.Driven) -> np.ndarray:
    """Return the curvature driven in each step, 1/m."""
    v = run.of("speed", "ego").astype(float)
    return np.asarray(run.of("yaw_rate", "ego").astype(float)[1:] / (0.5 * (v[1:] + v[:-1])))


def test_a_steering_lag_answers_a_step_as_a_first_order_system(net: RoadNetwork) -> None:
    tau, bend = 0.4, 0.004
    run = w.drive(scene(ActuationFault(**ALWAYS, steer_lag_s=tau)), net, Plays((0.0, bend)))
    t = run.t[1:]
    np.testing.assert_allclose(bends(run), bend * (1.0 - np.exp(-t / tau)), atol=1e-7)


def test_a_steering_offset_bends_the_way_of_a_held_wheel(net: RoadNetwork) -> None:
    run = w.drive(scene(ActuationFault(**ALWAYS, steer_offset_1pm=0.003)), net, Plays((0.0, 0.001)))
    np.testing.assert_allclose(bends(run), 0.004, atol=1e-7)


def test_a_driver_holds_the_lane_against_an_offset_with_a_lasting_error(net: RoadNetwork) -> None:
    run = w.drive(scene(ActuationFault(**ALWAYS, steer_offset_1pm=0.002), law="careful_human"), net)
    reach = 0.5 * 20.0
    assert run.y("ego")[-1] == pytest.approx(0.002 * reach**2, rel=0.1)  # where the return balances the offset


@settings(max_examples=20)
@given(late=st.integers(0, 30), seed=st.integers(0, 1000))
def test_latency_delays_by_exactly_so_many_steps(net: RoadNetwork, late: int, seed: int) -> None:
    rng = np.random.Generator(np.random.Philox(seed))
    rows = [(float(a), float(k)) for a, k in zip(rng.uniform(-1, 1, 200), rng.uniform(-1e-3, 1e-3, 200), strict=True)]
    plain = w.drive(scene(), net, Plays(*[(0.0, 0.0)] * late, *rows))
    fault = ActuationFault(**ALWAYS, latency_s=late * w.STEP_S)
    run = w.drive(scene(fault), net, Plays(*rows))
    assert (run.recording.agents.xyz == plain.recording.agents.xyz).all()
    assert (run.recording.agents.yaw == plain.recording.agents.yaw).all()


@pytest.mark.parametrize("law", ["idm", "careful_human", "programmed"])
@pytest.mark.parametrize("planner", [None, Plays((-1.0, 0.002), (1.0, -0.001), (0.5, 0.0))])
def test_a_fault_of_nothing_changes_no_bit(net: RoadNetwork, law: str, planner: Plays | None) -> None:
    steps = (w.step(When.SIMULATION_TIME, 0.7, What.SPEED, 12.0, 2.0),)
    runs = [
        w.drive(scene(*faults, law=law, steps=steps), net, planner)
        for faults in ((), (ActuationFault(**ALWAYS),), (ActuationFault(t_on_s=11.0, t_off_s=12.0, brake_gain=0.0),))
    ]
    for name in ("xyz", "yaw", "speed", "accel", "yaw_rate", "lamps"):
        values = [getattr(run.recording.agents, name) for run in runs]
        assert values[0].tobytes() == values[1].tobytes() == values[2].tobytes()


def test_a_fault_acts_from_its_first_to_its_last_instant(net: RoadNetwork) -> None:
    fault = ActuationFault(t_on_s=1.0, t_off_s=2.0, brake_gain=0.25)
    accel = w.drive(scene(fault), net, Plays((-2.0, 0.0))).of("accel", "ego")
    np.testing.assert_allclose(accel[1:21], -2.0, rtol=1e-5)
    np.testing.assert_allclose(accel[21:41], -0.5, rtol=1e-5)
    np.testing.assert_allclose(accel[41:80], -2.0, rtol=1e-5)


def test_faults_that_overlap_act_together(net: RoadNetwork) -> None:
    faults = (
        ActuationFault(**ALWAYS, brake_gain=0.5),
        ActuationFault(**ALWAYS, brake_gain=0.5, steer_offset_1pm=0.002),
    )
    run = w.drive(scene(*faults), net, Plays((-4.0, 0.0)))
    assert run.of("accel", "ego")[5] == pytest.approx(-1.0, rel=1e-5)
    assert bends(run)[5] == pytest.approx(0.002, abs=1e-7)


def test_only_the_subject_has_faults(net: RoadNetwork) -> None:
    other = w.actor("other", w.along_x(y=10.0), 0.0, 20.0, "idm")
    spec = scene(ActuationFault(**ALWAYS, steer_offset_1pm=0.01, brake_gain=0.0))
    run = w.drive(replace(spec, actors=(*spec.actors, other)), net)
    assert (run.y("other") == 10.0).all()


@pytest.mark.parametrize("change", [{"brake_gain": -0.1}, {"steer_lag_s": -1.0}, {"latency_s": float("nan")}])
def test_a_fault_that_cannot_be_is_refused(net: RoadNetwork, change: dict[str, float]) -> None:
    with pytest.raises(InputError, match="scenario 0, actuation fault"):
        w.drive(scene(ActuationFault(**ALWAYS, **change)), net)
