"""rss_lateral: the room between the flanks beyond the safe one of responsibility-sensitive safety."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.safe_distance import LATERAL_MARGIN_M, beside
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="rss_lateral",
    unit="m",
    worse="low",
    formula="clear - d_min; d_min = mu + what both can drift in rho and until they stop drifting",
    source="Shalev-Shwartz, Shammah, Shashua 2017, definition 6; rho 0.75 s, mu 0.3 m, 1 m/s2 as in JRC-FSM",
    edges="negative where unsafe, as ahead in the same lane; the subject is taken to keep its path; masked behind",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m; masked behind."""
    c = corridor(recording, net)
    safe = beside(np.zeros_like(c.lateral)) + beside(c.lateral) + LATERAL_MARGIN_M
    return MEASURE.series(c.clear - safe, c.other & c.ahead)
