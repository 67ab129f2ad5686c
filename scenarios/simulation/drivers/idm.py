"""idm: the intelligent driver model, which knows its leader and nobody else."""

from scenarios.simulation.drivers.calm import Law
from scenarios.simulation.drivers.way import Way
from scenarios.simulation.laws import idm as law
from scenarios.simulation.planner import Controls, PlannerInput

TITLE = "Intelligent driver model (IDM)"
SOURCE = "Treiber, Hennecke, Helbing, Phys. Rev. E 62, 1805 (2000), table I"


class Driver:
    """The law behind the wheel."""

    def __init__(self) -> None:
        self.law = Law(law)
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget everything; nothing is drawn."""
        self.way: Way | None = None
        self.law.forget()

    def act(self, now: PlannerInput) -> Controls:
        """Return the law's acceleration along the route."""
        self.way = self.way or Way(now)
        return Controls(self.law.accel_mps2(self.way.look(now)), self.way.steer(now))
