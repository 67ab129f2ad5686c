"""chase_the_gap: arrives where its path crosses the subject's when the subject arrives.

Its speed aims at the crossing point `later_s` after the subject, on the assumption that the subject keeps its speed;
on foot or on wheels. Once past the point, or where their ways do not cross, it goes on at its own speed.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.idm import free_road
from scenarios.simulation.layout import NOW_CAP, NOW_CROSS, NOW_SPEED, NOW_SUBJECT_CROSS_S, NOW_TIME, NOW_WISH
from scenarios.simulation.pursuit import LIMITS, OWN
from scenarios.simulation.signature import LAW

SEES, SEEKS = True, True
DEFAULTS = LIMITS | {
    "later_s": 0.0,  # than the subject's middle; assumed
    "desired_speed_mps": 0.0,  # 0: the initial speed
}
LATER_S = OWN
DUE = 1  # memory: when it wants to arrive, s of the scenario
SETTLE_S = 0.4  # how fast it adapts; assumed
SOONEST_S = 0.2  # times below count as this


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration that makes its arrival the subject's."""
    speed, left = now[NOW_SPEED], now[NOW_CROSS]
    if now[NOW_SUBJECT_CROSS_S] < np.inf:
        memory[DUE] = now[NOW_TIME] + now[NOW_SUBJECT_CROSS_S] + values[LATER_S]
    due = memory[DUE] - now[NOW_TIME]  # still waited for when the subject has passed and `later_s` is not over
    if left <= 0.0 or left == np.inf or due <= 0.0:
        return float(free_road(speed, min(now[NOW_WISH], now[NOW_CAP]), 1.5, 2.0))
    return float((left / max(due, SOONEST_S) - speed) / SETTLE_S)
