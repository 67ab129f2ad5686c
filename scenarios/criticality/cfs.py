"""cfs: how far the gap is from critically safe, the leader holding its speed."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.fuzzy import COMFORT_MPS2, HARD_MPS2, REACTS_S, ramp
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="cfs",
    unit="1",
    worse="high",
    formula="0 above S_safe = R + (v1 - v_other)^2/(2 b1), 1 below R + (v1 - v_other)^2/(2 b2), R what closes in "
    "t, v1 the speed then",
    source="Mattas et al. 2020, critical fuzzy surrogate; t 0.75 s, b1 4, b2 6 m/s2",
    edges="0 where the gap opens and at standstill; where braking at present closes it within t: 1 if too hard "
    "for the gap; masked behind and beside the corridor",
    threshold=1.0,
    threshold_source="by definition: unsafe",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T), 0 to 1; masked behind and beside the corridor."""
    c = corridor(recording, net)
    accel = recording.agents.accel[recording.subject].astype(np.float64)
    return MEASURE.series(critical(c.gap.clip(0.0), c.speed, c.along, np.broadcast_to(accel, c.gap.shape)), c.in_file)


def critical(gap: Array, v_rear: Array, v_front: Array, accel: Array) -> Array:
    """Return the surrogate, 0 to 1; all broadcast."""
    held = np.maximum(accel, -COMFORT_MPS2)
    later = v_rear + held * REACTS_S - v_front  # what still closes after the reaction
    closes = (v_rear + 0.5 * held * REACTS_S - v_front) * REACTS_S
    squared = 0.5 * np.maximum(later, 0.0) ** 2
    value = ramp(gap, closes + squared / HARD_MPS2, closes + squared / COMFORT_MPS2)
    # already braking enough within the reaction time: does it reach the leader before?
    needs = 0.5 * (v_rear - v_front) ** 2 / np.where(accel < 0.0, -accel, 1.0)
    value = np.where(later < 0.0, np.where((accel < 0.0) & (gap < needs), 1.0, 0.0), value)
    return np.where(v_rear <= v_front, 0.0, value)
