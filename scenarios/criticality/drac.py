"""drac: the deceleration that just avoids running into a leader that keeps its speed."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="drac",
    unit="m/s2",
    worse="high",
    formula="(v_ego - v_other)^2 / (2 d), 0 where the gap does not close",
    source="Almqvist, Hyden, Risser 1991, DRAC",
    edges="0 at equal speeds and at standstill; masked alongside (d <= 0), behind and beside the corridor",
    threshold=3.35,
    threshold_source="Archer 2005 after Hyden: a serious conflict from 3.35 m/s2",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2; masked alongside and outside the corridor."""
    c = corridor(recording, net)
    valid = c.in_file & (c.gap > 0.0)
    value = np.divide(0.5 * np.maximum(c.closing, 0.0) ** 2, c.gap, out=np.zeros_like(c.gap), where=valid)
    return MEASURE.series(value, valid)
