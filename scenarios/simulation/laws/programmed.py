"""programmed: holds its speed and does what its steps say, whatever the others do."""

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.simulation.layout import NOW_WISH_ACCEL
from scenarios.simulation.signature import LAW

SEES = False
DEFAULTS: dict[str, float] = {}


@compiled(signature=LAW)
def law(now: Array, values: Array, memory: Array) -> float:
    """Return the acceleration of the program itself."""
    return float(now[NOW_WISH_ACCEL])
