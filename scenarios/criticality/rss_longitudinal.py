"""rss_longitudinal: the gap ahead beyond the safe distance of responsibility-sensitive safety."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.safe_distance import oncoming, same_way
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="rss_longitudinal",
    unit="m",
    worse="low",
    formula="d - d_min; same way d_min = [v rho + a rho^2/2 + (v + rho a)^2/(2 b) - v_other^2/(2 b_max)]+; "
    "oncoming: both stop",
    source="Shalev-Shwartz, Shammah, Shashua 2017, definitions 1 and 2; rho 1 s, a 3.5, b 4, b_max 8 m/s2 (assumed)",
    edges="negative where unsafe; the margin at standstill counts the reaction of rho; masked behind; given "
    "beside the corridor too, see rss_margin",
    threshold=0.0,
    threshold_source="by definition: unsafe",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m; masked behind."""
    c = corridor(recording, net)
    safe = np.where(c.along >= 0.0, same_way(c.speed, c.along), oncoming(c.speed, -c.along))
    return MEASURE.series(c.gap - safe, c.other & c.ahead)
