"""The Gymnasium environment: it passes Gymnasium's own check, and it is the loop of `simulate`."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
import sim_world as w
from gymnasium.utils.env_checker import check_env
from planner_zoo import Brain
from test_planner_hosting import digest, world
from test_walls import LABEL

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.gym_env import CONTACT_COST, NearmissEnv
from scenarios.simulation.hosting.spec import open_planner
from scenarios.simulation.observation import EGO, LAYOUT, OBJECT, OBJECTS, ROUTE, SIZE, controls, observation
from scenarios.simulation.planner import Controls, PlannerFailed, PlannerInput
from scenarios.simulation.simulate import simulate


@pytest.fixture(scope="module")
def net() -> RoadNetwork:
    return w.net()


def env_of(net: RoadNetwork, **options: Any) -> NearmissEnv:
    return NearmissEnv(specs=[world(i) for i in range(3)], net=net, **options)


@pytest.mark.filterwarnings("ignore:.*Box observation space.*infinity", "ignore:.*not within the observation space")
def test_gymnasiums_own_check_passes(net: RoadNetwork) -> None:
    check_env(env_of(net), skip_render_check=True)


def test_stepping_with_a_policys_actions_is_simulating_it_as_a_planner(net: RoadNetwork) -> None:
    env = env_of(net)
    with open_planner("gym:planner_zoo:policy_none") as planner:
        for i in range(3):
            seen, info = env.reset(options={"scenario": i})
            brain, over = Brain(), False
            brain.reset(info["seed"])
            while not over:
                seen, _, terminated, truncated, _ = env.step(brain(seen))
                over = terminated or truncated
            assert digest(env.recording()) == digest(simulate(world(i), net, planner))


def test_a_contact_ends_the_episode_and_costs(net: RoadNetwork) -> None:
    spec = replace(world(0), duration_s=6.0)
    env = NearmissEnv(specs=[spec], net=net)
    env.reset()
    rewards, terminated, truncated = [], False, False
    while not (terminated or truncated):
        _, reward, terminated, truncated, info = env.step(np.array([1.0, 0.0]))
        rewards.append(reward)
    assert terminated
    assert not truncated
    assert rewards[-1] < -0.9 * CONTACT_COST
    assert min(rewards[:-1]) > 0.0

    class Ram:
        def reset(self, seed: int) -> None: ...

        def act(self, now: PlannerInput) -> Controls:
            return controls(np.array([1.0, 0.0]))

    whole = simulate(spec, net, Ram())
    assert digest(env.recording()) == digest(whole)
    assert info["t_s"] == pytest.approx(whole.contacts.t_ns[0] * 1e-9, abs=w.STEP_S)


def test_the_reward_adds_up_to_the_way_along_the_route(net: RoadNetwork) -> None:
    env = env_of(net)
    env.reset(options={"scenario": 1})
    total, truncated = 0.0, False
    while not truncated:
        _, reward, _, truncated, _ = env.step(np.array([0.0, 0.0]))
        total += reward
    assert total == pytest.approx(9.0 * 3.0, abs=0.05)  # 9 m/s for 3 s, straight on along a straight


def test_seeds_choose_the_scenarios(net: RoadNetwork) -> None:
    def chosen(seed: int) -> list[int]:
        env = env_of(net)
        return [env.reset(seed=seed)[1]["scenario"], *(env.reset()[1]["scenario"] for _ in range(8))]

    assert chosen(1) == chosen(1)
    assert len({tuple(chosen(seed)) for seed in range(5)}) > 1
    with pytest.raises(InputError, match="scenario: got 3, want 0 to 2"):
        env_of(net).reset(options={"scenario": 3})


def test_a_period_holds_the_action(net: RoadNetwork) -> None:
    env = env_of(net, period_s=0.1)
    env.reset(options={"scenario": 0})
    assert env.step(np.zeros(2))[4]["t_s"] == pytest.approx(0.1)


def test_information_names_nothing_that_is_meant(net: RoadNetwork) -> None:
    env = env_of(net)
    _, info = env.reset(options={"scenario": 0})
    names = [*info, *env.step(np.zeros(2))[4]]
    assert [n for n in names if LABEL.search(n) and n not in ("scenario", "seed")] == []


def test_a_suite_is_an_environment_by_its_id(tmp_path: Path) -> None:
    from scenarios.suite.batch import generate

    generate(tmp_path / "suite", maps=["boulevard"], hazards=["TC-03"], count=2, seed=7)
    env = gymnasium.make("scenarios.gym_env:nearmiss/Suite-v0", suite=tmp_path / "suite")
    seen, _ = env.reset(seed=1)
    assert seen.shape == (SIZE,)
    assert np.isfinite(env.step(env.action_space.sample())[0]).all()
    env.close()


def test_without_gymnasium_a_sentence_says_what_to_install() -> None:
    code = "import sys; sys.modules['gymnasium'] = None\nimport scenarios.gym_env"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode != 0
    assert re.search(r"needs gymnasium: pip install 'nearmiss\[gym\]'", done.stderr)


def test_the_observation_is_in_the_ego_frame(net: RoadNetwork) -> None:
    seen: list[PlannerInput] = []

    class Spy:
        def reset(self, seed: int) -> None: ...

        def act(self, now: PlannerInput) -> Controls:
            seen.append(now)
            return Controls(0.0, 0.0)

    ego = w.actor("ego", w.along_y(5.0), 100.0, 6.0)
    near = w.actor("near", w.along_y(2.0), 120.0, 4.0, size=(4.0, 1.7, 1.4))
    far = w.actor("far", w.along_x(y=-40.0), 55.0, 3.0)
    simulate(w.scenario(ego, near, far, duration_s=0.1), net, Spy())
    got = observation(seen[0])
    assert got.dtype == np.float32
    assert got[LAYOUT["ego"]].tolist() == [6.0, 0.0, 0.0, *map(np.float32, w.CAR[:2])]
    assert len(EGO) == 5
    objects = got[LAYOUT["objects"]].reshape(OBJECTS, len(OBJECT))
    np.testing.assert_allclose(objects[0], [1, 20, 3, 1, 0, 4, 4.0, 1.7, 0], atol=1e-5)  # 20 m ahead, 3 m to the left
    np.testing.assert_allclose(objects[1], [1, 60, 0, 0, -1, 3, *w.CAR[:2], 0], atol=1e-5)  # heads to the right
    assert not objects[2:].any()
    route = got[LAYOUT["route"]].reshape(-1, len(ROUTE))
    np.testing.assert_allclose(route[:, 0], 5.0 * np.arange(len(route)), atol=0.5)
    np.testing.assert_allclose(route[:, 1:4], [[0, 1, 0]] * len(route), atol=1e-5)


@pytest.mark.parametrize(
    ("action", "wanted"),
    [([1, 1], (3.0, 0.2)), ([-1, -1], (-8.0, -0.2)), ([9, 0], (3.0, 0.0)), ([-0.5, 0.5], (-4.0, 0.1))],
)
def test_actions_mean_controls(action: list[float], wanted: tuple[float, float]) -> None:
    got = controls(np.array(action))
    assert (got.accel_mps2, got.curvature_1pm) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("action", "kind"),
    [([0.0], "wrong_shape"), ([[0.0, 0.0]], "wrong_shape"), (None, "wrong_shape"), ([np.inf, 0.0], "not_finite")],
)
def test_what_is_no_action_fails(action: Any, kind: str) -> None:
    with pytest.raises(PlannerFailed) as failed:
        controls(action)
    assert failed.value.kind == kind
