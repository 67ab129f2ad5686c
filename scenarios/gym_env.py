"""Scenarios as a Gymnasium environment: the loop of `simulate`, one action at a time.

import gymnasium
env = gymnasium.make("scenarios.gym_env:nearmiss/Suite-v0", suite="suite")

Observation and action are those of scenarios/simulation/observation.py, so that a policy trained here is a planner
(`gym:package.module:factory`). Nothing of a scenario's intention is in observation, reward or info.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.closed_loop import ClosedLoop, steps_of
from scenarios.simulation.observation import SIZE, controls, observation
from scenarios.simulation.planner import Answer, checked_answer
from scenarios.suite.index import Suite, open_suite

try:
    import gymnasium
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("the Gymnasium environment needs gymnasium: pip install 'nearmiss[gym]'") from error

CONTACT_COST = 100.0  # in metres of progress; assumed


class NearmissEnv(gymnasium.Env[Array, Array]):
    """One scenario an episode, of a suite or of a list.

    Observation: (SIZE,) float32. Action: (2,) float32 in [-1, 1], held for `period_s`. Reward: metres gained along
    the route, less CONTACT_COST for a contact of the subject vehicle. An episode is terminated by that contact and
    truncated at the scenario's end. `reset(options={"scenario": i})` chooses one, else the seeded generator does.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 Gymnasium's own name and type

    def __init__(
        self,
        suite: str | Path | None = None,
        *,
        specs: Sequence[ConcreteScenario] = (),
        net: RoadNetwork | None = None,
        period_s: float | None = None,
    ) -> None:
        """Take a suite's folder, or specs and the map they were made on. Raises InputError."""
        self.scenarios: _Listed | _OfSuite = _Listed(specs, net) if suite is None else _OfSuite(open_suite(suite))
        self.period_s = period_s
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (SIZE,), np.float32)
        self.action_space = gymnasium.spaces.Box(-1.0, 1.0, (2,), np.float32)
        self.loop: ClosedLoop | None = None

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Array, dict[str, Any]]:
        """Begin a scenario; return the observation of its first instant, and {"scenario", "t_s", "seed"}."""
        super().reset(seed=seed)
        chosen = (options or {}).get("scenario")
        if chosen is None:
            chosen = int(self.np_random.integers(len(self.scenarios)))
        if not (isinstance(chosen, int) and 0 <= chosen < len(self.scenarios)):
            raise InputError("options: scenario", got=repr(chosen)[:40], wanted=f"0 to {len(self.scenarios) - 1}")
        self.loop = ClosedLoop(*self.scenarios[chosen])
        self.steps = steps_of(self.period_s, self.loop.spec.step_s)
        return observation(self.loop.look()), self._info() | {"scenario": chosen, "seed": self.loop.seed}

    def step(self, action: Any) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Hold an action for a period; return observation, reward, terminated, truncated and {"t_s"}."""
        return self.drive(controls(action))

    def drive(self, answer: Answer) -> tuple[Array, float, bool, bool, dict[str, Any]]:
        """Do as `step` with what a planner answers, controls in SI units or a trajectory. Raises PlannerFailed."""
        loop = self._loop()
        before = loop.progress_m
        loop.take(checked_answer(answer))
        for _ in range(self.steps):
            if not loop.done:
                loop.step()
        reward = loop.progress_m - before - (CONTACT_COST if loop.touched else 0.0)
        return observation(loop.look()), reward, loop.touched, loop.done and not loop.touched, self._info()

    def recording(self) -> Recording:
        """Return the scenario's recording, its rest driven with the last action held."""
        loop = self._loop()
        while not loop.done:
            loop.step()
        return loop.recording()

    def close(self) -> None:
        """Close the suite's files."""
        self.scenarios.close()

    def _loop(self) -> ClosedLoop:
        if self.loop is None:
            raise gymnasium.error.ResetNeeded("call reset first")
        return self.loop

    def _info(self) -> dict[str, Any]:
        return {"t_s": self._loop().look().t_ns * 1e-9}


class _Listed:
    """Scenarios of a list, on one map."""

    def __init__(self, specs: Sequence[ConcreteScenario], net: RoadNetwork | None) -> None:
        if not specs or net is None:
            raise InputError("NearmissEnv", got="no scenarios", wanted="a suite, or specs and the net they are for")
        self.specs, self.net = tuple(specs), net

    def __len__(self) -> int:
        return len(self.specs)

    def __getitem__(self, i: int) -> tuple[ConcreteScenario, RoadNetwork]:
        return self.specs[i], self.net

    def close(self) -> None: ...


class _OfSuite:
    """The scenarios of a suite that were made, each with its map."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        rows = suite.scenarios
        self.made = rows["index"][~rows["failed"]].tolist()
        if not self.made:
            raise InputError(str(suite.path), got="a suite without scenarios", wanted="one with some")

    def __len__(self) -> int:
        return len(self.made)

    def __getitem__(self, i: int) -> tuple[ConcreteScenario, RoadNetwork]:
        spec = self.suite.run(self.made[i]).spec
        return spec, self.suite.net(spec.map_name)

    def close(self) -> None:
        self.suite.close()


gymnasium.register(id="nearmiss/Suite-v0", entry_point="scenarios.gym_env:NearmissEnv")
