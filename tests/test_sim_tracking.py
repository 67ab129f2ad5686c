"""Trajectories are followed: exactly where that is possible, back to them where not, never beyond the vehicle."""

from typing import Any

import numpy as np
import pytest
import sim_world as w
from hypothesis import given
from hypothesis import strategies as st

from roadnet.network import RoadNetwork
from scenarios.simulation.planner import Controls, PlannerFailed, PlannerInput, Trajectory
from scenarios.simulation.tracking import knots, reference

FOLLOWED_M = 0.02  # how close a motion that the vehicle can make is followed; a line and an arc are followed exactly


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


class Plans:
    """A planner that answers one motion, told again at each call from where its time has come to."""

    def __init__(self, motion: Any, horizon_s: float = 3.0, spacing_s: float = 0.5) -> None:
        self.motion, self.ahead = motion, np.arange(0.0, horizon_s + 1e-9, spacing_s)

    def reset(self, seed: int) -> None:
        self.calls: list[int] = []

    def act(self, now: PlannerInput) -> Trajectory:
        self.calls.append(now.t_ns)
        t = now.t_ns * 1e-9 + self.ahead
        return Trajectory(np.column_stack([self.ahead, *self.motion(t)]))


def line(speed_mps: float, accel_mps2: float = 0.0, y: float = 0.0) -> Any:
    """Return a motion along x from the start of `ego`; it stops rather than rolls back."""

    def motion(t: np.ndarray) -> tuple[np.ndarray, ...]:
        end = speed_mps / -accel_mps2 if accel_mps2 < 0.0 else np.inf
        t = np.minimum(t, end)
        x = -50.0 + 60.0 + speed_mps * t + 0.5 * accel_mps2 * t * t
        return x, np.full_like(t, y), np.zeros_like(t), np.maximum(speed_mps + accel_mps2 * t, 0.0)

    return motion


def ego(speed_mps: float, **fields: Any) -> Any:
    return w.actor("ego", w.along_x(), 60.0, speed_mps, **fields)


@pytest.mark.parametrize("accel_mps2", [-2.0, 0.0, 1.5])
def test_a_line_at_constant_acceleration_is_followed_exactly(net: RoadNetwork, accel_mps2: float) -> None:
    run = w.drive(w.scenario(ego(12.0), duration_s=5.0), net, Plans(line(12.0, accel_mps2)))
    np.testing.assert_allclose(run.x("ego"), line(12.0, accel_mps2)(run.t)[0], atol=1e-9)
    assert np.abs(run.of("accel", "ego")[1:] - accel_mps2).max() < 1e-5


def test_a_circle_is_followed_at_its_radius(net: RoadNetwork) -> None:
    radius, speed, back = 30.0, 8.0, 0.3 * w.CAR[0]

    def motion(t: np.ndarray) -> tuple[np.ndarray, ...]:
        yaw = speed / radius * t  # of the rear axle's circle; the centre lies `back` ahead
        x = 10.0 - back + radius * np.sin(yaw) + back * np.cos(yaw)
        return (
            x,
            radius * (1.0 - np.cos(yaw)) + back * np.sin(yaw),
            np.remainder(yaw + 3.0, 2 * np.pi) - 3.0,
            0 * t + speed,
        )

    run = w.drive(w.scenario(ego(speed), duration_s=20.0), net, Plans(motion))
    x, y, _, _ = motion(run.t)
    error = np.hypot(run.x("ego") - x, run.y("ego") - y)
    assert error[60:].max() < FOLLOWED_M  # once the steering has turned in
    assert run.of("yaw", "ego")[-1] > 5.0  # past the jump of the planned yaw at 2 pi - 3


@pytest.mark.parametrize(("behind_m", "aside_m"), [(2.0, 0.0), (0.0, 0.5), (-1.0, -0.8)])
def test_a_vehicle_off_its_trajectory_returns(net: RoadNetwork, behind_m: float, aside_m: float) -> None:
    def motion(t: np.ndarray) -> tuple[np.ndarray, ...]:
        x, y, yaw, speed = line(10.0, y=aside_m)(t)
        return x + behind_m, y, yaw, speed

    run = w.drive(w.scenario(ego(10.0), duration_s=8.0), net, Plans(motion))
    x, y, _, _ = motion(run.t)
    assert np.hypot(run.x("ego") - x, run.y("ego") - y)[0] > 0.4
    assert np.hypot(run.x("ego") - x, run.y("ego") - y)[-1] < FOLLOWED_M
    assert run.y("ego").max() < max(aside_m, 0.0) + 0.1
    assert run.y("ego").min() > min(aside_m, 0.0) - 0.1


def test_a_planned_stop_is_kept(net: RoadNetwork) -> None:
    run = w.drive(w.scenario(ego(10.0), duration_s=10.0), net, Plans(line(10.0, -2.5), spacing_s=0.1))
    assert run.of("speed", "ego")[-1] == 0.0
    assert run.x("ego")[-1] == pytest.approx(10.0 + 20.0, abs=FOLLOWED_M)
    assert (np.diff(run.x("ego")) >= 0.0).all()


def test_what_the_vehicle_cannot_do_is_followed_as_far_as_it_can(net: RoadNetwork) -> None:
    def leap(t: np.ndarray) -> tuple[np.ndarray, ...]:
        return 10.0 + 60.0 * t, 30.0 * t, 0 * t + 0.46, 0 * t + 67.0

    run = w.drive(w.scenario(ego(5.0), duration_s=4.0), net, Plans(leap))
    free = w.drive(w.scenario(ego(5.0), duration_s=4.0), net, Everything())
    assert run.of("accel", "ego").max() <= free.of("accel", "ego").max()
    bend = run.of("yaw_rate", "ego")[1:] / np.maximum(run.of("speed", "ego")[1:], 0.1)
    most = free.of("yaw_rate", "ego")[1:] / np.maximum(free.of("speed", "ego")[1:], 0.1)
    assert np.abs(np.diff(bend)).max() <= np.abs(np.diff(most)).max() + 1e-6


class Everything:
    """Full throttle and full lock."""

    def reset(self, seed: int) -> None: ...

    def act(self, now: PlannerInput) -> Controls:
        return Controls(1e3, 1e3)


def test_one_trajectory_to_the_end_drives_as_one_that_is_told_again(net: RoadNetwork) -> None:
    class Once(Plans):
        period_s = 5.0

    spec = w.scenario(ego(12.0), duration_s=5.0)
    once, again = Once(line(12.0, -1.0), horizon_s=6.0), Plans(line(12.0, -1.0))
    np.testing.assert_allclose(w.drive(spec, net, once).x("ego"), w.drive(spec, net, again).x("ego"), atol=1e-9)
    assert (len(once.calls), len(again.calls)) == (1, 100)


def test_a_planner_with_a_period_is_called_that_often_and_its_controls_are_held(net: RoadNetwork) -> None:
    class Slow(Plans):
        period_s = 0.1

        def act(self, now: PlannerInput) -> Any:
            super().act(now)
            return Controls(0.1 * len(self.calls), 0.0)

    slow = Slow(line(10.0))
    run = w.drive(w.scenario(ego(10.0), duration_s=1.0), net, slow)
    assert slow.calls == [100_000_000 * i for i in range(10)]
    np.testing.assert_allclose(run.of("accel", "ego")[1:], np.repeat(0.1 * np.arange(1, 11), 2), rtol=1e-5)


def test_after_its_end_a_trajectory_goes_straight_on(net: RoadNetwork) -> None:
    class Short(Plans):
        period_s = 5.0

    run = w.drive(w.scenario(ego(12.0), duration_s=5.0), net, Short(line(12.0), horizon_s=1.0))
    np.testing.assert_allclose(run.x("ego"), line(12.0)(run.t)[0], atol=1e-9)


@pytest.mark.parametrize("period_s", [0.0, 0.07, -0.1, float("nan"), "fast"])
def test_a_period_that_is_no_multiple_of_the_step_is_refused(net: RoadNetwork, period_s: Any) -> None:
    plans = Plans(line(10.0))
    plans.period_s = period_s  # type: ignore[attr-defined]
    with pytest.raises(
        PlannerFailed, match=r"wrong_shape: period_s: got .* want a whole multiple of the step, 0\.05 s"
    ):
        w.drive(w.scenario(ego(10.0), duration_s=1.0), net, plans)


numbers = st.floats(-50.0, 50.0, allow_nan=False)
rows = st.lists(
    st.tuples(st.floats(0.05, 2.0), numbers, numbers, numbers, st.floats(0.0, 40.0)), min_size=1, max_size=6
)


@given(rows, numbers, st.booleans())
def test_the_planned_motion_passes_its_points_without_jumps(plan: list[Any], yaw: float, starts_now: bool) -> None:
    points = np.array(plan)
    points[:, 0] = np.cumsum(points[:, 0]) - (points[0, 0] if starts_now and len(points) > 1 else 0.0)
    made = knots(points, np.array([1.0, 2.0, 0.0, yaw]), 3.0, 1.35)
    assert made[0, 0] == 0.0
    assert np.abs(np.diff(made[:, 3])).max(initial=0.0) <= np.pi + 1e-9
    for t, x, y, turned, speed in made.tolist():
        at = reference(made, t)
        np.testing.assert_allclose(at, (x, y, turned, speed), atol=1e-9)
        np.testing.assert_allclose(reference(made, t + 1e-9), at, atol=1e-5)
    for row in points:
        at = reference(made, row[0])
        centre = (at.x + 1.35 * np.cos(at.yaw), at.y + 1.35 * np.sin(at.yaw))
        np.testing.assert_allclose(centre, row[1:3], atol=1e-9)
