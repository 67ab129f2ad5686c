"""What lane drivers do in a step, compiled apart from the kernel and only where a batch has such drivers.

The kernel calls the three stages through their addresses: without them it takes a third of the compiler's time.
"""

from functools import cache

from roadnet.base.arrays import Array
from roadnet.base.compiled import address_of, functions_at, lean
from scenarios.simulation.lane_layout import BOUND, ON_LANE
from scenarios.simulation.layout import ACCEL, MOVE_X, MOVE_Y, PRESENT, SPEED, TURN, YAW_RATE
from scenarios.simulation.signature import CODES, FLAT, TABLE, WHOLE
from scenarios.simulation.traffic import look_around, move_on, settle_in

LANE = (CODES, TABLE, TABLE, WHOLE)  # lane, metric, sample, link
SEEN = (
    TABLE, WHOLE, FLAT,  # clash, route, route_s
    CODES, TABLE, CODES, TABLE, TABLE, TABLE, "uint8[:,::1]",  # plan, drive, way, body, state, values, lights
    TABLE, WHOLE, WHOLE, WHOLE, WHOLE,  # entry, entry_lane, order, spot, head
    TABLE, WHOLE, WHOLE, WHOLE, WHOLE, WHOLE,  # claim, claim_lane, after, claimed, stray, count
)  # fmt: skip
SETTLE = f"void({', '.join((*LANE, WHOLE, FLAT, CODES, TABLE, CODES, TABLE, TABLE))}, int64, int64)"
LOOK = f"void({', '.join((*LANE, *SEEN))}, int64, int64, int64, float64)"
MOVE = f"void({', '.join((*LANE, WHOLE, CODES, TABLE, CODES, TABLE, TABLE))}, int64, int64, float64, float64)"
settlers, lookers, movers = functions_at(SETTLE), functions_at(LOOK), functions_at(MOVE)
NONE = ((0,), (0,), (0,))  # for batches that never call them


@cache
def lane_stages() -> tuple[tuple[int], tuple[int], tuple[int]]:
    """Return the addresses of the three stages, compiled on first use."""
    return (address_of(settle_in, SETTLE),), (address_of(look_around, LOOK),), (address_of(move_all, MOVE),)


@lean
def move_all(
    lane: Array, metric: Array, sample: Array, link: Array, route: Array, plan: Array, drive: Array, way: Array,
    body: Array, state: Array, low: int, high: int, friction: float, h: float,
) -> None:  # fmt: skip
    """Move the drivers of a scenario for `h` s."""
    for i in range(low, high):
        if plan[i, BOUND] == ON_LANE and state[PRESENT, i] > 0.0:
            move_on(lane, metric, sample, link, route, plan, drive, way, body, state, i, friction, h)
        elif plan[i, BOUND] == ON_LANE:
            stand_still(state, i)


@lean
def stand_still(state: Array, i: int) -> None:
    """Let agent i, who is absent, stay where it left."""
    state[MOVE_X, i], state[MOVE_Y, i], state[TURN, i] = 0.0, 0.0, 0.0
    state[SPEED, i], state[ACCEL, i], state[YAW_RATE, i] = 0.0, 0.0, 0.0
