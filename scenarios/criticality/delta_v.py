"""delta_v: the change of the subject's velocity if the two stuck together now."""

from roadnet.network import RoadNetwork
from scenarios.criticality.masses import mass_of
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="delta_v",
    unit="m/s",
    worse="high",
    formula="m_other / (m_ego + m_other) |v_ego - v_other|, masses by kind and size",
    source="Shelby 2011, Delta-V; plastic impact",
    edges="0 where nobody moves against the other; severity, not likelihood: it is given at any distance; "
    "masked where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s."""
    p = pairs(recording)
    mass = mass_of(recording.agents.kind, recording.agents.size)
    share = mass / (mass + mass[p.ego])
    return MEASURE.series(share[:, None] * p.relative_speed, p.other)
