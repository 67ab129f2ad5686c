"""The vector of a program: every one is feasible, comes back from its program, and has a likelihood of closed form."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import sim_world as w
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from roadnet.polyline import project
from roadnet.routes import lane_path
from scenarios.hazards.adversary import (
    ACCEL_SD_MPS2,
    KEPT_PER_S,
    LATERAL_SD_MPS,
    Plan,
    decode,
    encode,
    feasible,
    log_prior,
)
from scenarios.hazards.behaviour import limits_passed
from scenarios.model.spec import PathSpec, What

LANE = 18  # of the boulevard
BASE = w.actor("other", PathSpec(lanes=(LANE,)), 60.0, 12.0)
PLAN = Plan(base=BASE, begins_s=0.5)
WIDE = st.lists(st.floats(-12.0, 12.0), min_size=12, max_size=12)


@pytest.fixture(scope="module")
def road(load_map: Callable[[str], RoadNetwork]) -> RoadNetwork:
    return load_map("boulevard")


def test_the_vector_is_declared_name_by_name() -> None:
    assert [e.name for e in PLAN.entries][:2] == ["accel_0", "accel_1"]
    assert {e.unit for e in PLAN.entries} == {"m/s2", "m/s"}
    assert PLAN.bounds.shape == (12, 2)
    assert (PLAN.bounds[:, 0] < PLAN.bounds[:, 1]).all()


@given(vector=WIDE)
def test_a_feasible_vector_stays_as_it_is_and_within_the_bounds(vector: list[float]) -> None:
    x = feasible(PLAN, vector)
    np.testing.assert_allclose(feasible(PLAN, x), x, atol=1e-12)
    assert (x >= PLAN.bounds[:, 0] - 1e-12).all()
    assert (x <= PLAN.bounds[:, 1] + 1e-12).all()


@given(vector=WIDE)
def test_a_program_gives_its_vector_back(vector: list[float]) -> None:
    x = feasible(PLAN, vector)
    x = np.where(np.abs(x) < 2e-3, 0.0, x)  # what is too slow to be a step is none
    np.testing.assert_allclose(encode(PLAN, decode(PLAN, x)), feasible(PLAN, x), atol=5e-3)


@settings(max_examples=30)
@given(vector=WIDE)
def test_every_vector_is_driven_within_the_limits_of_plan_and_body(road: RoadNetwork, vector: list[float]) -> None:
    ego = w.actor("ego", PathSpec(lanes=(16,)), 30.0, 0.0)
    run = w.drive(w.scenario(ego, decode(PLAN, vector), duration_s=8.0), road)
    speed, accel = run.of("speed", "other").astype(float), run.of("accel", "other").astype(float)
    assert limits_passed(run.recording, run.row["other"], 0.8) == ()
    assert accel.min() >= max(PLAN.accel_mps2[0], -0.8 * 9.81) - 1e-3
    assert accel.max() <= PLAN.accel_mps2[1] + 1e-3
    assert speed.min() >= 0.0
    _s, offset = project(lane_path(road, (LANE,)), run.of("xyz", "other")[:, :2])
    assert PLAN.offset_m[0] - 0.02 <= offset.min()
    assert offset.max() <= PLAN.offset_m[1] + 0.02
    assert np.abs(np.diff(offset)).max() / w.STEP_S <= PLAN.lateral_most_mps + 0.02


def test_a_vector_is_the_motion_it_says(road: RoadNetwork) -> None:
    x = np.zeros(12)
    x[1], x[6 + 2] = -2.0, 0.8  # brakes over the second second, moves left over the third
    ego = w.actor("ego", PathSpec(lanes=(16,)), 30.0, 0.0)
    run = w.drive(w.scenario(ego, decode(PLAN, x), duration_s=6.0), road)
    np.testing.assert_allclose(run.of("speed", "other"), 12.0 - 2.0 * np.clip(run.t - 1.5, 0.0, 1.0), atol=1e-4)
    _s, offset = project(lane_path(road, (LANE,)), run.of("xyz", "other")[:, :2])
    phase = np.clip(run.t - 2.5, 0.0, 1.0)
    np.testing.assert_allclose(offset, 0.4 * (1.0 - np.cos(np.pi * phase)), atol=0.01)


@given(vector=WIDE)
def test_the_prior_is_the_gaussian_of_its_covariance(vector: list[float]) -> None:
    apart = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    kept = KEPT_PER_S**apart
    want = sum(
        float(multivariate_normal(np.zeros(6), sd * sd * kept).logpdf(vector[6 * i : 6 * i + 6]))
        for i, sd in enumerate((ACCEL_SD_MPS2, LATERAL_SD_MPS))
    )
    assert log_prior(PLAN, vector) == pytest.approx(want, rel=1e-9, abs=1e-6)


def test_doing_nothing_is_most_likely_and_a_hard_jerk_hardly_ever_happens() -> None:
    jerk = np.zeros(12)
    jerk[2], jerk[8] = -8.0, 1.1
    assert log_prior(PLAN, np.zeros(12)) > log_prior(PLAN, 0.1 * jerk) > log_prior(PLAN, jerk) + 50.0


def test_steps_of_the_actor_itself_run_first() -> None:
    own = (w.step(0, 0.1, What.LAMPS, 2.0),)
    plan = Plan(base=replace(BASE, steps=own), begins_s=1.0, knots=2)
    program = decode(plan, [1.0, -1.0, 0.2, 0.0])
    assert program.steps[:1] == own
    np.testing.assert_allclose(encode(plan, program), [1.0, -1.0, 0.2, 0.0], atol=1e-6)


@pytest.mark.parametrize("vector", [[0.0] * 11, [float("nan")] * 12])
def test_a_vector_that_is_none_is_refused(vector: list[float]) -> None:
    for function in (feasible, decode, log_prior):
        with pytest.raises(InputError, match=r"vector: got shape .* want 12 finite numbers"):
            function(PLAN, vector)


@pytest.mark.parametrize("change", [{"knots": 0}, {"accel_mps2": (1.0, 2.0)}, {"offset_m": (0.5, 1.0)}])
def test_a_plan_that_cannot_be_is_refused(change: dict) -> None:
    with pytest.raises(InputError, match=r"^plan: got"):
        Plan(**({"base": BASE} | change))
