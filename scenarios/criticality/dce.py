"""dce: how near the bodies will still come in the recording."""

from roadnet.network import RoadNetwork
from scenarios.criticality.encounters import closest_encounter
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="dce",
    unit="m",
    worse="low",
    formula="the least clearance from now to the end of the recording",
    source="Eggert 2014, distance of closest encounter, on what was driven",
    edges="0 before a touch; at the last step the clearance; masked where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m."""
    return MEASURE.series(closest_encounter(recording)[0], pairs(recording).other)
