"""closing_speed: how fast the centres near each other."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="closing_speed",
    unit="m/s",
    worse="high",
    formula="-(p . v) / |p|, p and v relative",
    source="relative kinematics",
    edges="negative where they part; masked where the centres coincide and where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s."""
    p = pairs(recording)
    apart = np.sqrt(p.x**2 + p.y**2)
    valid = p.other & (apart > 0.0)
    value = np.divide(-(p.x * p.u + p.y * p.v), apart, out=np.zeros_like(apart), where=valid)
    return MEASURE.series(value, valid)
