"""btn: the required braking against what the tyres can give."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import a_long_req
from scenarios.criticality.friction import grip
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="btn",
    unit="1",
    worse="high",
    formula="|a_long_req| / (friction g)",
    source="brake threat number: Jansson 2005; Asljung, Nilsson, Fredriksson 2017",
    edges="as a_long_req; above 1 braking alone does not help",
    threshold=1.0,
    threshold_source="by definition: more than the tyres can give",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T); masked where `a_long_req` is."""
    along, most = a_long_req.evaluate(recording, net), grip(recording)
    return MEASURE.series(np.abs(along.value) / np.where(most > 0.0, most, 1.0), along.valid & (most > 0.0))
