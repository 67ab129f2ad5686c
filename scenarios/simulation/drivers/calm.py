"""How reference drivers drive while nothing is wrong: a law of the simulation, on what a planner is shown."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.simulation import layout as c
from scenarios.simulation.drivers.way import Sight, warm_up
from scenarios.simulation.laws import careful_human

STANDING_MPS = 0.1  # who begins slower than this wishes for the limit, not for its speed; assumed


class Law:
    """A law of simulation/laws with its memory; the wish is the first speed, or the limit for who begins at rest."""

    def __init__(self, file: object = careful_human, **changed: float) -> None:
        values = {**file.DEFAULTS, **changed}  # type: ignore[attr-defined]
        self.function = file.law  # type: ignore[attr-defined]
        self.values: Array = np.zeros(c.VALUES)
        self.values[: len(values)] = list(values.values())
        warm_up()
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.memory: Array = np.zeros(c.MEMORY)
        self.wish_mps = -1.0

    def accel_mps2(self, sight: Sight, *, conflict_s: float = np.inf) -> float:
        """Return the law's acceleration; conflict_s: the conflict that it shall know of, by default none."""
        if self.wish_mps < 0.0:
            self.wish_mps = sight.speed_mps if sight.speed_mps > STANDING_MPS else np.inf
        wish = min(self.wish_mps, sight.cap_mps)
        now = np.full(c.NOW, np.inf)
        now[c.NOW_TIME], now[c.NOW_STEP], now[c.NOW_SPEED] = 0.0, sight.step_s, sight.speed_mps
        now[c.NOW_WISH], now[c.NOW_WISH_ACCEL], now[c.NOW_CAP] = wish, 0.0, sight.cap_mps
        now[c.NOW_GAP], now[c.NOW_LEAD_SPEED], now[c.NOW_STOP] = sight.gap_m, sight.lead_mps, sight.stop_m
        now[c.NOW_CONFLICT], now[c.NOW_FRICTION] = conflict_s, 1.0
        return float(self.function(now, self.values, self.memory))
