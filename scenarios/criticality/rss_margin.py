"""rss_margin: the larger of the two safe-distance margins: a situation is dangerous only where both are negative."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import rss_lateral, rss_longitudinal
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="rss_margin",
    unit="m",
    worse="low",
    formula="max(rss_longitudinal, rss_lateral)",
    source="Shalev-Shwartz, Shammah, Shashua 2017, definition 9",
    edges="negative where dangerous; masked behind",
    threshold=0.0,
    threshold_source="by definition: dangerous",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m; masked behind."""
    along, across = rss_longitudinal.evaluate(recording, net), rss_lateral.evaluate(recording, net)
    return MEASURE.series(np.maximum(along.value, across.value), along.valid & across.valid)
