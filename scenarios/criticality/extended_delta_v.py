"""extended_delta_v: the change of the subject's velocity in the foreseen contact if both brake until then."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import ttc
from scenarios.criticality.masses import mass_of
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="extended_delta_v",
    unit="m/s",
    worse="high",
    formula="delta_v with both speeds less 4 m/s2 * ttc, not below 0",
    source="Laureshyn et al. 2017, extended Delta-V",
    edges="0 where braking stops both before; delta_v at a touch; masked where no contact is foreseen",
)

BRAKES_MPS2 = 4.0  # Laureshyn et al. 2017 use 0, 4 and 8 m/s2


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s; masked where no contact is foreseen."""
    p, contact = pairs(recording), ttc.contact_time(recording)
    lost = BRAKES_MPS2 * contact.value
    other_speed = recording.agents.speed.astype(np.float64)
    ego_left, other_left = (np.sign(v) * np.maximum(np.abs(v) - lost, 0.0) for v in (p.speed, other_speed))
    mass = mass_of(recording.agents.kind, recording.agents.size)
    share = (mass / (mass + mass[p.ego]))[:, None]
    value = share * np.sqrt((other_left * p.cosine - ego_left) ** 2 + (other_left * p.sine) ** 2)
    return MEASURE.series(value, contact.valid)
