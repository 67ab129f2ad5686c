"""required_deceleration: how hard the subject must brake, on its own path, so as not to reach the conflict."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import Corridor, corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="required_deceleration",
    unit="m/s2",
    worse="high",
    formula="in file w^2/2d, with a braking lead b + w^2/2d or v^2/2(d + v_lead^2/2b) if it stops first; crossing: "
    "the largest 2(w t - d)/t^2 while the other is in the corridor",
    source="DRAC, Almqvist et al. 1991; a_long,req, Westhofen et al. 2022; over the time of a crossing: own",
    edges="0 where nothing is needed; masked behind, and where bodies already are at one place",
    threshold=4.9,
    threshold_source="the taxonomy's near miss",
)
IN_FILE_COS = 0.8660254037844387  # a leader heads within 30 degrees of the path; assumed


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2, 0 where nothing is needed; masked behind, and where bodies already are at one place."""
    c = corridor(recording, net)
    value = crossing(c)
    follows = c.other & (c.clear <= 0.0) & (c.cosine > IN_FILE_COS) & (c.accel < 0.0) & (c.gap > 0.0) & (c.along > 0.0)
    value[follows] = np.maximum(
        value[follows],
        behind_braking(c.gap[follows], c.speed[follows], c.along[follows], -c.accel[follows]),
    )
    valid = c.other & c.ahead & ((c.gap > 0.0) | (c.clear > 0.0))
    return Series(value=np.where(valid, value, 0.0), valid=valid, unit=MEASURE.unit, worse=MEASURE.worse)


def behind_braking(gap: Array, v_rear: Array, v_front: Array, decel_front: Array) -> Array:
    """Return the deceleration behind a leader that keeps braking to standstill, m/s2; gap > 0, decel_front > 0."""
    w = v_rear - v_front
    meets_rolling = (w > 0.0) & (2.0 * gap * decel_front <= w * v_front)
    after_stop = 0.5 * v_rear**2 / (gap + 0.5 * v_front**2 / decel_front)
    return np.where(meets_rolling, decel_front + 0.5 * w**2 / gap, after_stop)


def crossing(c: Corridor) -> Array:
    """Return the deceleration that keeps the front behind the other while it is in the corridor, (A, T) m/s2.

    At constant speeds of the other the front may reach d + u t; braking by b from v it reaches v t - b t^2 / 2.
    So b >= 2 (w t - d) / t^2 with w = v - u, for all t from when it enters to when it leaves.
    """
    w = c.speed - c.along
    moves = np.abs(c.lateral) > 1e-9
    rate = np.where(moves, c.lateral, 1.0)
    inside = c.clear <= 0.0
    enter = np.where(inside, 0.0, c.clear / rate)
    leave = np.where(moves, np.where(c.lateral > 0.0, (c.clear + c.over) / rate, c.clear / rate), np.inf)
    comes = inside | (moves & (c.lateral > 0.0))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        hardest = 2.0 * c.gap / w  # where 2 (w t - d) / t^2 peaks
    peaks = (w > 0.0) & (c.gap > 0.0) & (hardest >= enter) & (hardest <= leave)
    at_peak = 0.5 * np.square(w) / np.where(peaks, c.gap, 1.0)
    value = np.where(peaks, at_peak, np.maximum(demand(w, c.gap, enter), demand(w, c.gap, leave)))
    return np.where(comes, np.maximum(value, 0.0), 0.0)


def demand(w: Array, gap: Array, t: Array) -> Array:
    """Return 2 (w t - d) / t^2, and 0 at t = 0 or infinity."""
    usable = np.isfinite(t) & (t > 0.0)
    at = np.where(usable, t, 1.0)
    return np.where(usable, 2.0 * (w * at - gap) / np.square(at), 0.0)
