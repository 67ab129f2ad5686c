"""clearance: how far apart the bodies are."""

from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="clearance",
    unit="m",
    worse="low",
    formula="the least distance between the two oriented boxes",
    source="geometry: two boxes apart are nearest at a corner of one of them",
    edges="0 where they touch; masked where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m."""
    p = pairs(recording)
    return MEASURE.series(p.clearance, p.other)
