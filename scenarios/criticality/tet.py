"""tet: for how long the time to collision has been below a limit so far."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality import ttc
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="tet",
    unit="s",
    worse="high",
    formula="sum of dt over the steps with ttc <= 1.5 s, up to now",
    source="Minderhoud and Bovy 2001, time exposed TTC",
    edges="starts at 0 where the other appears and never falls, so the last step holds the total; a touch "
    "counts; masked where somebody is absent",
)

LIMIT_S = 1.5  # the near miss of the taxonomy; 1.5 to 3 s are used, Minderhoud and Bovy 2001


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s, the total so far."""
    return MEASURE.series(exposed(ttc.contact_time(recording), recording.step_s), pairs(recording).other)


def exposed(contact: Series, step_s: float, limit_s: float = LIMIT_S) -> Array:
    """Return (A, T) s below `limit_s` up to each step."""
    return np.cumsum(contact.valid & (contact.value <= limit_s), axis=1) * step_s
