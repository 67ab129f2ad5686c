"""a_lat_req: the least constant sideways acceleration, left or right, that avoids the foreseen contact."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import ttc
from scenarios.criticality.evasions import evasion
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="a_lat_req",
    unit="m/s2",
    worse="high",
    formula="in file 2 y / ttc^2, y the shift to the nearer free side; in general the largest over the time of a "
    "possible overlap",
    source="Jansson 2005, section 5.3.8; a_lat,req of Westhofen et al. 2022; over the whole time: own",
    edges="0 where no contact is foreseen; masked at a touch, and where no sideways acceleration is enough",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2; masked at a touch and where none is enough."""
    lateral, contact = evasion(recording).lateral, ttc.contact_time(recording)
    value = np.where(contact.valid, lateral, 0.0)
    return MEASURE.series(value, pairs(recording).other & np.isfinite(value))
