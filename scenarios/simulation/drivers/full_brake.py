"""full_brake: holds its speed until a given time, and then brakes as hard as tyres allow. A clairvoyant optimum.

The latest time that still avoids is the latest instant at which braking helps. What a driver could know at that
time does not matter here: such optima are reported, but make nothing preventable.
"""

from scenarios.simulation.drivers.way import Way, warm_up
from scenarios.simulation.planner import Controls, PlannerInput

TITLE = "Full braking from a given time on (clairvoyant)"
SOURCE = "definition"
BRAKE_MPS2 = 20.0  # beyond any tyre: the vehicle takes what the road gives


class Driver:
    """Full braking from `t_s` after the start, held to standstill."""

    def __init__(self, t_s: float = 0.0) -> None:
        self.t_s = t_s
        warm_up()
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget everything; nothing is drawn."""
        self.way: Way | None = None

    def act(self, now: PlannerInput) -> Controls:
        """Return held speed or full braking, along the route."""
        self.way = self.way or Way(now)
        self.way.look(now)
        return Controls(-BRAKE_MPS2 if begun(now, self.t_s) else 0.0, self.way.steer(now))


def begun(now: PlannerInput, t_s: float) -> bool:
    """Return whether the instant is `t_s` after the start, or later."""
    return now.t_ns * 1e-9 >= t_s - 1e-9
