"""careful_human: the simulation's law of that name behind a planner's interface.

It drives as the law does, on what a planner is shown: it makes out the others' accelerations from their speeds a
call ago, and takes the speed it begins with for the wish; a program's later wishes it cannot know.
"""

from scenarios.simulation.drivers.calm import Law
from scenarios.simulation.drivers.way import Way
from scenarios.simulation.laws import careful_human as law
from scenarios.simulation.planner import Controls, PlannerInput

TITLE = "Careful human: follows softly, obeys, foresees crossings"
SOURCE = "UN Regulation No. 157, Annex 4, Appendix 3; Treiber, Hennecke, Helbing, Phys. Rev. E 62, 1805 (2000)"


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
        sight = self.way.look(now)
        return Controls(self.law.accel_mps2(sight, conflict_s=sight.conflict_s), self.way.steer(now))
