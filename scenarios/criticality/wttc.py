"""wttc: the earliest time at which the bodies could touch, whatever both do within the tyres' grip."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.network import RoadNetwork
from scenarios.criticality.friction import grip
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="wttc",
    unit="s",
    worse="low",
    formula="first t with |p + v t| = r_ego + r_other + (a_ego + a_other) t^2 / 2; r circles about the bodies, a = "
    "friction * g",
    source="Wachenfeld et al. 2016, worst time to collision, on the circle of forces",
    edges="0 where the circles meet; finite at standstill and where the gap opens, for both could turn and accelerate; "
    "masked where somebody is absent",
)
CLOSE_S = 1e-12  # of an advance: there
MOST_ADVANCES = 60  # each doubles the digits; a handful is enough


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s."""
    p = pairs(recording)
    radius = np.sqrt((p.half**2).sum(axis=1))
    out = np.zeros_like(p.x)
    worst_times(p.x, p.y, p.u, p.v, p.other, radius + radius[p.ego], 2.0 * grip(recording), out)
    return MEASURE.series(out, p.other & np.isfinite(out))


@compiled
def worst_times(x: Array, y: Array, u: Array, v: Array, other: Array, reach: Array, accel: Array, out: Array) -> None:
    """Fill in (A, T) s where `other`; reach (A,) m of both bodies, accel (T,) m/s2 of both together."""
    for i in range(x.shape[0]):
        for t in range(x.shape[1]):
            if other[i, t]:
                out[i, t] = worst_time(x[i, t], y[i, t], u[i, t], v[i, t], reach[i], accel[t])


@compiled
def worst_time(x: float, y: float, u: float, v: float, reach: float, accel: float) -> float:
    """Return the first t with |(x, y) + (u, v) t| = reach + accel t^2 / 2, s; infinity without any.

    The distance is convex in t, so its tangent lies below it: where the tangent meets the parabola is never past the
    first root, and the roots of the tangents run up to it.
    """
    t = 0.0
    for _ in range(MOST_ADVANCES):
        dx, dy = x + u * t, y + v * t
        distance = np.sqrt(dx * dx + dy * dy)
        room = distance - reach - 0.5 * accel * t * t
        if room <= 0.0:
            return float(t)
        closing = accel * t - (dx * u + dy * v) / distance
        root = closing * closing + 2.0 * accel * room
        below = closing + np.sqrt(root)
        if below <= 0.0:
            return np.inf
        advance = 2.0 * room / below
        t += advance
        if advance <= CLOSE_S:
            break
    return float(t)
