"""aeb: automatic emergency braking above a driver who brakes comfortably at most.

Below it drives the intelligent driver model with at most 3 m/s2. The system looks at the time to contact at constant
speeds with anyone in or crossing its corridor: it brakes by half at PART_S, by all at FULL_S, and lets go once the
time is above FREE_S or the vehicle stands.
"""

import numpy as np

from scenarios.simulation.drivers.calm import Law
from scenarios.simulation.drivers.way import Way
from scenarios.simulation.laws import idm as law
from scenarios.simulation.planner import Controls, PlannerInput

TITLE = "Automatic emergency braking (AEB) above a comfortable driver"
SOURCE = "two stages by time to collision; every threshold is assumed"
# all assumed: in the range that such systems are reported to have, none is a product's
PART_S, FULL_S, FREE_S = 1.6, 0.9, 2.5
PART_MPS2, FULL_MPS2 = 4.0, 9.0
DRIVER_MOST_MPS2 = 3.0


class Driver:
    """A comfortable driver with the system above."""

    def __init__(self) -> None:
        self.law = Law(law, decel_most_mps2=DRIVER_MOST_MPS2)
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget everything; nothing is drawn."""
        self.way: Way | None = None
        self.brake_mps2 = 0.0
        self.law.forget()

    def act(self, now: PlannerInput) -> Controls:
        """Return the harder of driver and system."""
        self.way = self.way or Way(now)
        sight = self.way.look(now)
        self.brake_mps2 = stage(self.brake_mps2, sight.conflict_s if sight.speed_mps > 0.0 else np.inf)
        accel = self.law.accel_mps2(sight)
        return Controls(min(accel, -self.brake_mps2) if self.brake_mps2 else accel, self.way.steer(now))


def stage(before_mps2: float, contact_s: float) -> float:
    """Return the system's deceleration, m/s2: it goes up by the thresholds and back only once there is no danger."""
    if contact_s > FREE_S:
        return 0.0
    return max(before_mps2, FULL_MPS2 if contact_s <= FULL_S else PART_MPS2 if contact_s <= PART_S else 0.0)
