"""idm: the intelligent driver model. Treiber, Hennecke, Helbing, Phys. Rev. E 62, 1805 (2000), eq. 3-4.

Defaults: table I there (motorway). The wished speed is the program's, bounded by limit and curves; a closed
stop line is a standing leader.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.layout import NOW_CAP, NOW_GAP, NOW_LEAD_SPEED, NOW_SPEED, NOW_STOP, NOW_WISH
from scenarios.simulation.signature import LAW

SEES = True
DEFAULTS = {
    "accel_mps2": 0.73,
    "decel_mps2": 1.67,  # comfortable
    "jam_gap_m": 2.0,
    "headway_s": 1.6,
    "decel_most_mps2": 8.0,  # what brakes give; assumed
    "desired_speed_mps": 0.0,  # 0: the initial speed, or the limit for who starts at standstill
}
LEAST_GAP_M = 0.1  # gaps below count as this, so that the demand stays finite
LEAST_WISH_MPS = 0.1  # wishes below count as this
EASE_S = 0.5  # the model's own return from above the wish is too slow for curves; assumed


@compiled
def free_road(speed: float, wish: float, accel: float, decel: float) -> float:
    """Return the acceleration on an empty road, m/s2; beyond the wish it eases off in EASE_S, at most at `decel`."""
    if speed > wish:
        return float(max((wish - speed) / EASE_S, -decel))
    part = speed / max(wish, LEAST_WISH_MPS)
    return float(accel * (1.0 - part * part * part * part))


@compiled
def behind(
    speed: float, gap: float, lead_speed: float, accel: float, decel: float, jam: float, headway: float
) -> float:
    """Return what a leader takes from the acceleration, m/s2, zero or below."""
    if gap == np.inf:
        return 0.0
    wanted = jam + max(0.0, speed * headway + speed * (speed - lead_speed) / (2.0 * np.sqrt(accel * decel)))
    part = wanted / max(gap, LEAST_GAP_M)
    return float(-accel * part * part)


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration of the model, the harder of leader and stop line."""
    accel, decel, jam, headway = values[0], values[1], values[2], values[3]
    speed, wish = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP])
    follow = behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], accel, decel, jam, headway)
    stop = behind(speed, now[NOW_STOP], 0.0, accel, decel, jam, headway)
    return float(max(free_road(speed, wish, accel, decel) + min(follow, stop), -values[4]))
