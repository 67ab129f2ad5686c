"""brake_check: drives just ahead of the subject at its speed, brakes hard for a moment, then drives on.

First it lets the subject come up to `gap_s` behind it, or falls back softly itself.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import (
    NOW_CAP,
    NOW_GAP,
    NOW_LEAD_SPEED,
    NOW_SPEED,
    NOW_STEP,
    NOW_SUBJECT_AHEAD,
    NOW_SUBJECT_ASIDE,
    NOW_SUBJECT_LENGTHS,
    NOW_SUBJECT_SPEED,
    NOW_SUBJECT_WIDTHS,
    NOW_TIME,
    NOW_WISH,
)
from scenarios.simulation.pursuit import LIMITS, OWN
from scenarios.simulation.signature import LAW

SEES, SEEKS = True, True
DEFAULTS = LIMITS | {
    "gap_s": 2.5,  # it brakes once the subject is so close behind it; assumed
    "brake_mps2": 6.0,  # assumed
    "brake_s": 1.2,  # assumed
    "from_s": 2.0,  # not before this time of the scenario
    "desired_speed_mps": 0.0,  # 0: the initial speed
}
GAP_S, BRAKE, BRAKE_S, FROM_S = OWN, OWN + 1, OWN + 2, OWN + 3
BRAKED = 1  # memory: s for which it has braked
SETTLE_S, EASE, SOFT = 1.0, 0.5, 1.0  # how fast it adapts its speed and its gap, m/s2 at most; assumed
SHORTEST_M = 2.0


@compiled
def ahead_of(gap: float, wanted: float, speed: float, other: float) -> float:
    """Return the acceleration that makes the gap behind as wanted at the other's speed, m/s2."""
    return float(max((other - speed) / SETTLE_S + EASE * (wanted - gap), -SOFT))


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration: of free driving where the subject is not behind, of the trick where it is."""
    speed, wish = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP])
    free = free_road(speed, wish, 1.5, 2.0) + behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], 1.5, 2.0, 2.0, 1.0)
    gap = -now[NOW_SUBJECT_AHEAD] - now[NOW_SUBJECT_LENGTHS]
    follows = abs(now[NOW_SUBJECT_ASIDE]) < now[NOW_SUBJECT_WIDTHS] and 0.0 < gap < np.inf
    wanted = max(values[GAP_S] * now[NOW_SUBJECT_SPEED], SHORTEST_M)
    begins = follows and gap <= wanted and now[NOW_TIME] >= values[FROM_S]
    if (begins or memory[BRAKED] > 0.0) and memory[BRAKED] < values[BRAKE_S]:
        memory[BRAKED] += now[NOW_STEP]
        return float(-values[BRAKE])
    if not follows or memory[BRAKED] > 0.0:
        return float(free)
    return float(min(free, ahead_of(gap, wanted, speed, now[NOW_SUBJECT_SPEED])))
