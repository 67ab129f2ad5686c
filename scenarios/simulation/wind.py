"""Gusts: the air's velocity at a time, and how it pushes a body aside.

Side force 0.5 rho c A v_rel times the air's velocity across the body, v_rel relative to the body (Hucho,
Aerodynamics of Road Vehicles, 4th ed., ch. 5); A = length times height.
"""

from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from scenarios.criticality.masses import mass_of
from scenarios.model.spec import Kind
from scenarios.simulation.layout import COS, GUST_OFF, GUST_ON, GUST_X, GUST_Y, SIN, SPEED, WINDAGE

AIR_KGPM3 = 1.2  # at 20 degrees Celsius and sea level
SIDE_COEFFICIENT = 1.0  # of the side area in a cross wind; assumed, the same for all kinds


@lru_cache(maxsize=1024)
def windage(kind: Kind, size: tuple[float, float, float]) -> float:
    """Return the lateral acceleration by wind over the square of its speed, 1/m."""
    mass = float(mass_of(np.array([kind]), np.array([size]))[0])
    return 0.5 * AIR_KGPM3 * SIDE_COEFFICIENT * size[0] * size[2] / mass


@lean
def air(gust: Array, first: int, end: int, time_s: float) -> tuple[float, float]:
    """Return the air's velocity in the map frame at a time, m/s: the sum of the gusts, rows [first, end)."""
    x, y = 0.0, 0.0
    for g in range(first, end):
        if gust[g, GUST_ON] <= time_s < gust[g, GUST_OFF]:
            x, y = x + gust[g, GUST_X], y + gust[g, GUST_Y]
    return x, y


@lean
def pushed(body: Array, state: Array, i: int, air_x: float, air_y: float) -> float:
    """Return the acceleration to the left that moving air gives body i, m/s2; none where the air stands."""
    if air_x == 0.0 and air_y == 0.0:
        return 0.0
    along = air_x * state[COS, i] + air_y * state[SIN, i] - state[SPEED, i]
    across = air_y * state[COS, i] - air_x * state[SIN, i]
    return float(body[WINDAGE, i] * np.sqrt(along * along + across * across) * across)
