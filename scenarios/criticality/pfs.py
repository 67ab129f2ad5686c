"""pfs: how far the gap is from proactively safe, should the leader brake."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.fuzzy import COMFORT_MPS2, HARD_MPS2, LEADER_MPS2, MARGIN_M, REACTS_S, ramp
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="pfs",
    unit="1",
    worse="high",
    formula="0 above D_safe = v t + v^2/(2 b1) - v_other^2/(2 bL) + 2 m, 1 below D_unsafe = v t + v^2/(2 b2) - "
    "v_other^2/(2 bL), linear between",
    source="Mattas et al. 2020, proactive fuzzy surrogate; t 0.75 s, b1 4, b2 6, bL 7 m/s2, D = d - 2 m",
    edges="0 at standstill beyond 4 m; an oncoming one counts as standing; masked behind and beside the corridor",
    threshold=1.0,
    threshold_source="by definition: unsafe",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T), 0 to 1; masked behind and beside the corridor."""
    c = corridor(recording, net)
    front = np.maximum(c.along, 0.0)
    common = c.speed * REACTS_S - 0.5 * front**2 / LEADER_MPS2
    safe = common + 0.5 * c.speed**2 / COMFORT_MPS2 + MARGIN_M
    unsafe = common + 0.5 * c.speed**2 / HARD_MPS2
    return MEASURE.series(ramp(c.gap.clip(0.0) - MARGIN_M, unsafe, safe), c.in_file)
