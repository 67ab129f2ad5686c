"""dst: the deceleration that keeps a safety time to a leader that keeps its speed."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="dst",
    unit="m/s2",
    worse="high",
    formula="3 (v_ego - v_other)^2 / (2 (d - v_other t_s)), t_s = 2 s; 0 where the gap does not close",
    source="Hupfer 1997; Schubert, Schulze, Wanielik 2010, equation 17 (deceleration to safety time)",
    edges="0 at equal speeds; masked where the safety time is already lost (d <= v_other t_s), behind and "
    "beside the corridor",
)

SAFETY_TIME_S = 2.0  # assumed: the headway that driving schools teach


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2; masked where the safety time is already lost."""
    c = corridor(recording, net)
    valid = c.in_file & (c.gap > np.maximum(c.along, 0.0) * SAFETY_TIME_S)
    return MEASURE.series(to_safety_time(np.where(valid, c.gap, 1e9), c.speed, c.along, SAFETY_TIME_S), valid)


def to_safety_time(gap: Array, v_rear: Array, v_front: Array, safety_s: float) -> Array:
    """Return the deceleration, m/s2; gap > v_front * safety_s."""
    return np.asarray(1.5 * np.maximum(v_rear - v_front, 0.0) ** 2 / (gap - np.maximum(v_front, 0.0) * safety_s))
