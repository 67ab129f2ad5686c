"""thw: the time headway to the one in front."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import gap
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="thw",
    unit="s",
    worse="low",
    formula="d / v_ego: until the subject's front is where the other's rear is now, along the subject's path",
    source="Westhofen et al. 2022, THW",
    edges="masked where `gap` is, and at standstill, where there is no headway",
    threshold=1.0,
    threshold_source="assumed: half of the two seconds that driving schools teach",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s; masked where `gap` is, and at standstill, where there is none."""
    distance, speed = gap.evaluate(recording, net), corridor(recording, net).speed
    moving = speed > 0.0
    value = np.divide(distance.value, speed, out=np.zeros_like(distance.value), where=moving)
    return Series(value=value, valid=distance.valid & moving, unit=MEASURE.unit, worse=MEASURE.worse)
