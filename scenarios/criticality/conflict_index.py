"""conflict_index: the energy that a crash would have released, discounted by the time that was left."""

from roadnet.base.maths import exp_all
from roadnet.network import RoadNetwork
from scenarios.criticality.masses import mass_of
from scenarios.criticality.pet import encroachment
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="conflict_index",
    unit="J",
    worse="high",
    formula="m1 m2 / (m1 + m2) |v_rel|^2 / 2 * exp(-pet / 1 s), velocities when the second arrives",
    source="Alhajyaseen 2015, conflict index with alpha = 1, beta = 1 / s; energy of a plastic impact",
    edges="masked where pet is: no encounter, or one that follows",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) J; masked where `pet` is."""
    p, after = pairs(recording), encroachment(recording)
    mass = mass_of(recording.agents.kind, recording.agents.size)
    reduced = (mass * mass[p.ego] / (mass + mass[p.ego]))[:, None]
    return MEASURE.series(0.5 * reduced * p.relative_speed**2 * exp_all(-after.value), after.valid)
