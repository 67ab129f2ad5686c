"""refuse_to_yield: drives on at its speed whoever has priority; it brakes for nobody who crosses.

It keeps behind who drives ahead of it in its lane, so that its conflict is with who should be let through.
"""

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.laws.idm import behind, free_road
from scenarios.simulation.layout import NOW_CAP, NOW_GAP, NOW_LEAD_SPEED, NOW_SPEED, NOW_WISH
from scenarios.simulation.pursuit import LIMITS, OWN
from scenarios.simulation.signature import LAW

SEES, SEEKS = True, True
DEFAULTS = LIMITS | {
    "headway_s": 1.0,  # to who drives ahead; assumed
    "desired_speed_mps": 0.0,  # 0: the initial speed
}
HEADWAY_S = OWN
SAME_WAY = 0.5  # of its own speed: who goes slower along its path than this part crosses, or stands


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration of free driving, less what a leader on its way takes."""
    speed, wish = now[NOW_SPEED], min(now[NOW_WISH], now[NOW_CAP])
    free = free_road(speed, wish, 1.5, 2.0)
    if now[NOW_LEAD_SPEED] < SAME_WAY * speed:
        return float(free)
    return float(free + behind(speed, now[NOW_GAP], now[NOW_LEAD_SPEED], 1.5, 2.0, 2.0, values[HEADWAY_S]))
