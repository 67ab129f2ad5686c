"""stn: the required swerve against what the tyres can give."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import a_lat_req
from scenarios.criticality.friction import grip
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="stn",
    unit="1",
    worse="high",
    formula="a_lat_req / (friction g)",
    source="steer threat number: Jansson 2005; Eidehall 2011",
    edges="as a_lat_req; above 1 steering alone does not help",
    threshold=1.0,
    threshold_source="by definition: more than the tyres can give",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T); masked where `a_lat_req` is."""
    across, most = a_lat_req.evaluate(recording, net), grip(recording)
    return MEASURE.series(across.value / np.where(most > 0.0, most, 1.0), across.valid & (most > 0.0))
