"""squeeze: draws level with the subject in a lane beside it and closes the lateral gap to `clearance_m`.

Where its limits end its room (the line of its lane, if it may not leave it), it presses against that.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.block import level_with
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import (
    NOW_CAP,
    NOW_GAP,
    NOW_LEAD_SPEED,
    NOW_SPEED,
    NOW_SUBJECT_AHEAD,
    NOW_SUBJECT_ASIDE,
    NOW_SUBJECT_LENGTHS,
    NOW_SUBJECT_SPEED,
    NOW_SUBJECT_WIDTHS,
    NOW_TIME,
    NOW_WISH,
)
from scenarios.simulation.pursuit import ASIDE, LIMITS, OWN
from scenarios.simulation.signature import LAW

SEES, SEEKS = True, True
DEFAULTS = LIMITS | {
    "clearance_m": 0.3,  # between the flanks; assumed
    "lead_m": 1.0,  # its middle is so far ahead of the subject's; assumed
    "from_s": 2.0,  # not before this time of the scenario
    "desired_speed_mps": 0.0,  # 0: the initial speed
}
CLEARANCE, LEAD, FROM_S = OWN, OWN + 1, OWN + 2
CLOSE_S = 0.8  # s, how fast it closes; assumed


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration that keeps level, and want the lateral speed that closes the gap."""
    speed, wish, ahead = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP]), now[NOW_SUBJECT_AHEAD]
    free = free_road(speed, wish, 1.5, 2.0)
    memory[ASIDE] = 0.0
    if abs(ahead) == np.inf:
        return float(free + behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], 1.5, 2.0, 2.0, 1.0))
    aside = now[NOW_SUBJECT_ASIDE]
    gap = abs(aside) - now[NOW_SUBJECT_WIDTHS]
    if now[NOW_TIME] >= values[FROM_S] and abs(ahead) < now[NOW_SUBJECT_LENGTHS] + 0.5 * speed and gap > 0.0:
        towards = 1.0 if aside > 0.0 else -1.0
        memory[ASIDE] = towards * (gap - values[CLEARANCE]) / CLOSE_S
    return float(level_with(ahead + values[LEAD], speed, now[NOW_SUBJECT_SPEED]))
