"""brake_or_steer: holds its speed until a given time, then brakes fully or swerves to a side. A clairvoyant optimum.

At that time each manoeuvre is rolled out against the others at constant speeds; the one that keeps the largest
clearance is driven. `manoeuvre` forces one instead, so that the best of three runs is found by running them. Kerbs
and barriers are not seen.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean
from scenarios.simulation.drivers.full_brake import BRAKE_MPS2, begun
from scenarios.simulation.drivers.way import ALONG, ASIDE, FOUND, LONG, OFFSET, WIDE, S, Sight, Way, warm_up
from scenarios.simulation.planner import Controls, PlannerInput

TITLE = "Best of full braking and swerving, from a given time on (clairvoyant)"
SOURCE = "definition; the size of the swerve is assumed"
SHIFT_M = 3.5  # aside: a lane; assumed
ASIDE_MPS2 = 5.0  # lateral acceleration of the swerve; assumed
ROLLED_MPS2 = 7.0  # of braking in the roll-out; assumed
HORIZON_S, ROLL_S = 5.0, 0.05
SIDES = {"brake": 0.0, "left": 1.0, "right": -1.0}


class Driver:
    """The better manoeuvre from `t_s` after the start on, or the one that is named."""

    def __init__(self, t_s: float = 0.0, manoeuvre: str | None = None) -> None:
        if manoeuvre is not None and manoeuvre not in SIDES:
            wanted = f"one of {', '.join(SIDES)}{did_you_mean(manoeuvre, SIDES)}"
            raise InputError("manoeuvre", got=repr(manoeuvre), wanted=wanted)
        self.t_s, self.forced = t_s, manoeuvre
        warm_up()
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Forget everything; nothing is drawn."""
        self.way: Way | None = None
        self.chosen, self.since_ns, self.offset_m = "", 0, 0.0

    def act(self, now: PlannerInput) -> Controls:
        """Return held speed, and from `t_s` on the chosen manoeuvre."""
        self.way = self.way or Way(now)
        sight = self.way.look(now)
        if not begun(now, self.t_s):
            return Controls(0.0, self.way.steer(now))
        if not self.chosen:
            self.chosen = self.forced or best(sight, now.ego_size)
            self.since_ns, self.offset_m = now.t_ns, sight.offset_m
        if self.chosen == "brake":
            return Controls(-BRAKE_MPS2, self.way.steer(now))
        shift, rate, accel = swerve((now.t_ns - self.since_ns) * 1e-9, SIDES[self.chosen])
        return Controls(0.0, self.way.steer(now, (self.offset_m + shift, rate, accel)))


def swerve(t_s: float, side: float) -> tuple[float, float, float]:
    """Return (offset m, rate m/s, second rate m/s2) `t_s` into a swerve: faster for half the way, then slower."""
    half_s = float(np.sqrt(SHIFT_M / ASIDE_MPS2))
    if t_s < half_s:
        return side * 0.5 * ASIDE_MPS2 * t_s * t_s, side * ASIDE_MPS2 * t_s, side * ASIDE_MPS2
    left_s = max(2.0 * half_s - t_s, 0.0)
    return (
        side * (SHIFT_M - 0.5 * ASIDE_MPS2 * left_s * left_s),
        side * ASIDE_MPS2 * left_s,
        -side * ASIDE_MPS2 if left_s > 0.0 else 0.0,
    )


def best(sight: Sight, size: Array) -> str:
    """Return the manoeuvre that keeps the largest clearance to everyone; the first of SIDES where they are equal."""
    kept = {name: clearance_m(sight, size, side) for name, side in SIDES.items()}
    return max(kept, key=lambda name: kept[name])


def clearance_m(sight: Sight, size: Array, side: float) -> float:
    """Return the least clearance over the horizon, m; below zero where boxes overlap. side: 0 brakes."""
    others = sight.others[sight.others[:, FOUND] > 0.0]
    if not len(others):
        return np.inf
    t = np.arange(0.0, HORIZON_S, ROLL_S)[:, None]
    v = sight.speed_mps
    s, offset = v * t, np.array([[swerve(float(x), side)[0]] for x in t[:, 0]])
    if side == 0.0:
        until = np.minimum(t, v / ROLLED_MPS2)
        s, offset = v * until - 0.5 * ROLLED_MPS2 * until * until, np.zeros_like(t)
    along = np.abs(others[:, S] + others[:, ALONG] * t - sight.s_m - s) - others[:, LONG] - 0.5 * size[0]
    aside = np.abs(others[:, OFFSET] + others[:, ASIDE] * t - sight.offset_m - offset) - others[:, WIDE] - 0.5 * size[1]
    return float(np.maximum(along, aside).min())
