"""A learned policy as a planner: it is shown the observation of the Gymnasium environment and answers its action."""

import inspect
from typing import Any

from scenarios.simulation.observation import controls, observation
from scenarios.simulation.planner import Controls, PlannerInput


class PolicyPlanner:
    """A policy: `policy(observation) -> action`, or `policy.predict(observation) -> (action, state)`.

    Of `predict`, the arguments `deterministic`, `state` and `episode_start` are given where it takes them, as
    Stable-Baselines3 names them. `reset(seed)` is called where it is there.
    """

    def __init__(self, policy: Any) -> None:
        self.policy, self.state, self.is_first = policy, None, True
        self.predicts = callable(getattr(policy, "predict", None))
        taken = inspect.signature(policy.predict).parameters if self.predicts else {}
        self.takes = [name for name in ("deterministic", "state", "episode_start") if name in taken]
        if hasattr(policy, "period_s"):
            self.period_s = policy.period_s

    def reset(self, seed: int) -> None:
        """Forget the state of a recurrent policy."""
        self.state, self.is_first = None, True
        if callable(getattr(self.policy, "reset", None)):
            self.policy.reset(seed)

    def act(self, now: PlannerInput) -> Controls:
        """Return what the policy's action means."""
        seen = observation(now)
        if not self.predicts:
            return controls(self.policy(seen))
        given = {"deterministic": True, "state": self.state, "episode_start": [self.is_first]}
        answer = self.policy.predict(seen, **{name: given[name] for name in self.takes})
        action, self.state = answer if isinstance(answer, tuple) else (answer, None)
        self.is_first = False
        return controls(action)
