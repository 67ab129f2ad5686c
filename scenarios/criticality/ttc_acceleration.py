"""ttc_acceleration: the time until the gap closes if both keep their acceleration and stop at standstill."""

import itertools

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttc_acceleration",
    unit="s",
    worse="low",
    formula="first root of d(t) = 0, each car's speed v + a t held at 0 from standstill on",
    source="piecewise form of the constant-acceleration TTC (MTTC, Ozbay et al. 2008), clipped at standstill",
    edges="a car that stops stays, it does not roll back; 0 alongside; masked where the gap never closes",
)

NO_ACCEL_MPS2 = 1e-6  # accelerations below this are none


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s to whoever is in the corridor ahead; masked where the gap never closes."""
    c, ego = corridor(recording, net), recording.subject
    accel = np.broadcast_to(recording.agents.accel[ego].astype(np.float64), c.gap.shape)
    value = closing_time(c.gap.clip(0.0), c.speed, np.maximum(c.along, 0.0), accel, c.accel)
    valid = c.other & c.ahead & (c.clear <= 0.0) & np.isfinite(value)
    return Series(value=np.where(valid, value, 0.0), valid=valid, unit=MEASURE.unit, worse=MEASURE.worse)


def closing_time(gap: Array, v_rear: Array, v_front: Array, a_rear: Array, a_front: Array) -> Array:
    """Return when the gap is used up, s; infinity for never. All broadcast; speeds >= 0, a car that stops stays."""
    gap, v_r, v_f, a_r, a_f = np.broadcast_arrays(
        *(np.asarray(x, np.float64) for x in (gap, v_rear, v_front, a_rear, a_front))
    )
    a_r, a_f = (np.where(np.abs(a) < NO_ACCEL_MPS2, 0.0, a) for a in (a_r, a_f))
    stops = [
        np.where(a < 0.0, v / np.where(a < 0.0, -a, 1.0), np.where((v > 0.0) | (a > 0.0), np.inf, 0.0))
        for v, a in ((v_r, a_r), (v_f, a_f))
    ]
    edges = [np.zeros_like(gap), np.minimum(*stops), np.maximum(*stops), np.full_like(gap, np.inf)]
    out = np.where(gap <= 0.0, 0.0, np.inf)
    for begin, end in itertools.pairwise(edges):
        # in each phase everybody either keeps its acceleration or stands
        at = np.where(np.isfinite(begin), begin, 0.0)
        (x_r, u_r, b_r), (x_f, u_f, b_f) = (
            _at(v, a, stop, at) for v, a, stop in ((v_r, a_r, stops[0]), (v_f, a_f, stops[1]))
        )
        root = at + _first_root(gap + x_f - x_r, u_f - u_r, 0.5 * (b_f - b_r))
        out = np.where(np.isfinite(begin) & (root <= end), np.minimum(out, root), out)
    return out


def _at(v: Array, a: Array, stop: Array, t: Array) -> tuple[Array, Array, Array]:
    """Return (distance, speed, acceleration from then on) of a car at `t`."""
    ran = np.minimum(t, stop)
    stands = t >= stop
    return v * ran + 0.5 * a * ran**2, np.where(stands, 0.0, v + a * ran), np.where(stands, 0.0, a)


def _first_root(c: Array, b: Array, a: Array) -> Array:
    """Return the smallest t >= 0 with a t^2 + b t + c = 0, infinity if there is none; c >= 0."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        root = np.sqrt(np.maximum(b * b - 4.0 * a * c, 0.0))
        # the form without cancellation: the gap closes at 2c / (-b + root)
        t = 2.0 * c / (-b + root)
    closes = (b * b >= 4.0 * a * c) & (-b + root > 0.0)
    return np.where(c <= 0.0, 0.0, np.where(closes, t, np.inf))
