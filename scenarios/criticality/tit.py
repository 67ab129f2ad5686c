"""tit: by how much and for how long the time to collision has been below a limit so far."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality import ttc
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.criticality.tet import LIMIT_S
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="tit",
    unit="s2",
    worse="high",
    formula="sum of (1.5 s - ttc) dt over the steps with ttc <= 1.5 s, up to now",
    source="Minderhoud and Bovy 2001, time integrated TTC",
    edges="starts at 0 where the other appears and never falls, so the last step holds the total; a touch "
    "counts fully; masked where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s2, the total so far."""
    return MEASURE.series(integrated(ttc.contact_time(recording), recording.step_s), pairs(recording).other)


def integrated(contact: Series, step_s: float, limit_s: float = LIMIT_S) -> Array:
    """Return (A, T) s2 that `ttc` was short of `limit_s` up to each step."""
    return np.cumsum(np.where(contact.valid, np.maximum(limit_s - contact.value, 0.0), 0.0), axis=1) * step_s
