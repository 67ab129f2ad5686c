"""inverse_ttc: the reciprocal of the time to collision, fit for means and extremes."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import ttc
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="inverse_ttc",
    unit="1/s",
    worse="high",
    formula="1 / ttc; 0 where no contact is foreseen",
    source="Kiefer et al. 2005; Balas and Balas 2006",
    edges="0 at standstill and where the gap opens; masked at a touch, where it is infinite",
    threshold=1.0 / 1.5,
    threshold_source="that of `ttc`",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) 1/s; masked where bodies touch."""
    contact, other = ttc.contact_time(recording), pairs(recording).other
    foreseen = contact.valid & (contact.value > 0.0)
    value = np.divide(1.0, contact.value, out=np.zeros_like(contact.value), where=foreseen)
    return MEASURE.series(value, other & (foreseen | ~contact.valid))
