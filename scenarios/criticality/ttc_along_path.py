"""ttc_along_path: the time until the gap along the path closes at constant speeds."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttc_along_path",
    unit="s",
    worse="low",
    formula="d / (v_ego - v_other), speeds along the subject's path, to whoever is in its corridor ahead",
    source="Hayward 1972; TTC of Westhofen et al. 2022 in the frame of the path",
    edges="0 alongside; masked where the gap does not close (also both standing), behind and beside the corridor",
    threshold=1.5,
    threshold_source="that of `ttc`",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s; masked where the gap does not close."""
    c = corridor(recording, net)
    gap, closing = c.gap.clip(0.0), c.closing
    value = np.divide(gap, closing, out=np.zeros_like(gap), where=closing > 0.0)
    return MEASURE.series(value, c.in_file & ((closing > 0.0) | (gap <= 0.0)))
