"""picud: the gap that is left once both have braked to standstill, the subject after its reaction time."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="picud",
    unit="m",
    worse="low",
    formula="d + v_other^2 / (2 b) - v_ego t_r - v_ego^2 / (2 b), b = 3.3 m/s2, t_r = 1 s",
    source="Uno, Iida, Itsubo, Yasuhara 2002; Bin, Uno, Iida 2003 (PICUD)",
    edges="negative where they would crash; the gap itself at standstill; an oncoming one counts as standing; "
    "masked behind and beside the corridor",
    threshold=0.0,
    threshold_source="by definition: they would crash",
)

BRAKES_MPS2, REACTS_S = 3.3, 1.0  # Bin, Uno, Iida 2003


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m; masked behind and beside the corridor."""
    c = corridor(recording, net)
    front = np.maximum(c.along, 0.0)
    left = c.gap.clip(0.0) + 0.5 * (front**2 - c.speed**2) / BRAKES_MPS2 - c.speed * REACTS_S
    return MEASURE.series(left, c.in_file)
