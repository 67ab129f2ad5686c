"""ttce: how long until the bodies will be nearest in the recording."""

from roadnet.network import RoadNetwork
from scenarios.criticality.encounters import closest_encounter
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttce",
    unit="s",
    worse="low",
    formula="t' - t, t' the first time from now on with the least clearance",
    source="Eggert 2014, time to closest encounter, on what was driven",
    edges="0 once they part, so read it beside dce: near in time need not be near in space; to within one step; "
    "masked where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s."""
    return MEASURE.series(closest_encounter(recording)[1], pairs(recording).other)
