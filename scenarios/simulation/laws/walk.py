"""walk: a pedestrian's speed follows its program as fast as legs allow, in any direction.

Largest change of speed: a sprint start reaches 4-5 m/s2 (di Prampero et al., J Exp Biol 2005), a walker's
start 1.4 m/s2; the default leaves programs of walkers and runners as they are. Grade: published.
"""

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.layout import NOW_WISH_ACCEL
from scenarios.simulation.signature import LAW

SEES = False
DEFAULTS = {"accel_most_mps2": 4.0}


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the program's acceleration within what legs can do."""
    return float(min(max(now[NOW_WISH_ACCEL], -values[0]), values[0]))
