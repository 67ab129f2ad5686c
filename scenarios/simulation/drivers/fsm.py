"""fsm: the fuzzy safety model, along a route; models/fsm.py has the model."""

from scenarios.simulation.drivers.models import fsm as model
from scenarios.simulation.drivers.watchful import Watchful
from scenarios.simulation.planner import Controls, PlannerInput

TITLE, SOURCE = model.TITLE, model.SOURCE


class Driver:
    """The model behind the wheel."""

    def __init__(self) -> None:
        self.watchful = Watchful(model.judge, model.RESPONSE)

    def reset(self, seed: int) -> None:
        """Forget everything."""
        self.watchful.reset(seed)

    def act(self, now: PlannerInput) -> Controls:
        """Return the controls for the coming step."""
        return self.watchful.act(now)
