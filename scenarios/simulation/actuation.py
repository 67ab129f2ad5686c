"""Actuators of the subject vehicle that do not do what they are told: between the driver's demand and the tyres.

In this order: what arrives is late by whole steps; of a deceleration that engine and tyres could give, `brake_gain`
arrives; an offset is added to the curvature; the curvature follows through a first-order lag, solved exactly over the
step. Faults that overlap act together: gains multiply; latencies, offsets and time constants add up.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import exp
from scenarios.simulation.layout import (
    BRAKE_GAIN,
    CURVATURE,
    DEMAND,
    FAULT_OFF,
    FAULT_ON,
    LAGGED,
    LATENCY,
    STEER_LAG,
    STEER_OFFSET,
)
from scenarios.simulation.motion import GRAVITY

EDGE_S = 1e-9  # a fault that begins within this of a step's beginning acts over it


@lean
def acting(fault: Array, first: int, end: int, time_s: float) -> tuple[float, float, float, float]:
    """Return (brake gain, lag s, offset 1/m, latency s) of the faults, rows [first, end), that act at a time."""
    gain, lag, offset, latency = 1.0, 0.0, 0.0, 0.0
    for f in range(first, end):
        if fault[f, FAULT_ON] - EDGE_S <= time_s < fault[f, FAULT_OFF] - EDGE_S:
            gain *= fault[f, BRAKE_GAIN]
            lag += fault[f, STEER_LAG]
            offset += fault[f, STEER_OFFSET]
            latency += fault[f, LATENCY]
    return gain, lag, offset, latency


@lean
def actuate(
    fault: Array, first: int, end: int, command: Array, begin: int, k: int, state: Array, i: int, bend: float,
    friction: float, h: float,
) -> float:  # fmt: skip
    """Return the curvature that arrives at agent i in step k where `bend` is asked for, 1/m; DEMAND likewise.

    command: (T, 2) of what was asked for, acceleration and curvature, from row `begin` on; this step's is written.
    Before the first row nothing was asked for: no acceleration, wheels as they stood.
    """
    command[begin + k, 0], command[begin + k, 1] = state[DEMAND, i], bend
    gain, lag, offset, latency = acting(fault, first, end, k * h)
    late = k - int(np.rint(latency / h))
    demand, bend = 0.0, state[CURVATURE, i]
    if late >= 0:
        demand, bend = command[begin + late, 0], command[begin + late, 1]
    if gain != 1.0 and demand < 0.0:
        demand = max(gain * demand, -friction * GRAVITY)
    bend += offset
    if lag > 0.0:
        bend += (state[LAGGED, i] - bend) * exp(-h / lag)
    state[DEMAND, i], state[LAGGED, i] = demand, bend
    return bend
