"""msd: the distance in which the subject can stop."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.friction import grip
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="msd",
    unit="m",
    worse="high",
    formula="v^2 / (2 b), b = friction * g",
    source="Allen, Shin, Cooper 1978, minimum stopping distance",
    edges="0 at standstill; a measure of the subject alone, masked where it is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (T,) m."""
    speed = recording.agents.speed[recording.subject].astype(np.float64)
    most = grip(recording)
    return MEASURE.series(
        0.5 * speed**2 / np.where(most > 0.0, most, 1.0), recording.agents.valid[recording.subject] & (most > 0.0)
    )
