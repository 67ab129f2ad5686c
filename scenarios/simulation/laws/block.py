"""block: matches the subject's speed, in front of it or beside it, and does not let it past.

In front it also moves aside with the subject as far as its room goes; beside it (`beside` 1) it stays level.
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
    NOW_SUBJECT_AHEAD,
    NOW_SUBJECT_ASIDE,
    NOW_SUBJECT_DRIFT,
    NOW_SUBJECT_LENGTHS,
    NOW_SUBJECT_SPEED,
    NOW_WISH,
)
from scenarios.simulation.pursuit import ASIDE, LIMITS, OWN
from scenarios.simulation.signature import LAW

SEES, SEEKS = True, True
DEFAULTS = LIMITS | {
    "gap_s": 1.0,  # of the subject behind it; assumed
    "slower": 0.8,  # in front: of the speed it has at first, that it lets the subject have; assumed
    "beside": 0.0,  # 1: level with the subject in the next lane, else in front of it
    "desired_speed_mps": 0.0,  # 0: the initial speed
}
GAP_S, SLOWER, BESIDE = OWN, OWN + 1, OWN + 2
SETTLE_S, EASE, FOLLOW_S = 0.8, 0.8, 0.6  # how fast it adapts speed, place along and place aside; assumed


@compiled
def level_with(ahead: float, speed: float, other: float) -> float:
    """Return the acceleration that brings it to a place `ahead` m from here that moves at `other` m/s, m/s2."""
    return float((other - speed) / SETTLE_S + EASE * min(max(ahead, -15.0), 15.0))


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration that keeps the place, and want the lateral speed that keeps it in the way."""
    speed, wish, ahead = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP]), now[NOW_SUBJECT_AHEAD]
    free = free_road(speed, wish, 1.5, 2.0) + behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], 1.5, 2.0, 2.0, 1.0)
    memory[ASIDE] = 0.0
    if abs(ahead) == np.inf:
        return float(free)
    if values[BESIDE] > 0.0:
        return float(level_with(ahead, speed, now[NOW_SUBJECT_SPEED]))
    if ahead > 0.0:
        return float(free)
    memory[ASIDE] = now[NOW_SUBJECT_ASIDE] / FOLLOW_S + now[NOW_SUBJECT_DRIFT]
    lengths = now[NOW_SUBJECT_LENGTHS]
    place = ahead + lengths + max(values[GAP_S] * now[NOW_SUBJECT_SPEED], 2.0)
    return float(min(free, max(level_with(place, speed, now[NOW_SUBJECT_SPEED]), (values[SLOWER] * wish - speed))))
