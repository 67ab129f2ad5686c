"""grip_used: the share of the available grip that the subject uses."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.friction import grip
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="grip_used",
    unit="1",
    worse="high",
    formula="sqrt(a^2 + (v yaw_rate)^2) / (friction g)",
    source="circle of forces, Kamm; Mitschke and Wallentowitz 2014",
    edges="0 at standstill; above 1 the recording is not feasible at its friction; a measure of the subject "
    "alone, masked where it is absent",
    threshold=1.0,
    threshold_source="by definition: more than the tyres can give",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (T,); masked where the subject is absent."""
    ego, agents = recording.subject, recording.agents
    across = agents.speed[ego].astype(np.float64) * agents.yaw_rate[ego]
    most = grip(recording)
    used = np.sqrt(agents.accel[ego].astype(np.float64) ** 2 + across**2)
    return MEASURE.series(used / np.where(most > 0.0, most, 1.0), agents.valid[ego] & (most > 0.0))
