"""ttk: the latest start of accelerating that still passes before the other."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.evasions import evasion
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttk",
    unit="s",
    worse="low",
    formula="the latest t0 with v t + a (t - t0)^2 / 2 beyond the other at all times, a = 3 m/s2 (assumed)",
    source="Tamke, Dang, Breuel 2011 (time to maneuver: brake, steer, kickdown); closed form: own",
    edges="negative where it is too late, by so much; masked where no contact is foreseen, at a touch, and "
    "where no acceleration up to 5 s ago would have avoided it, as with a leader in file; masked at "
    "standstill",
    threshold=0.0,
    threshold_source="by definition: it is too late",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s from now; masked where no acceleration avoids the contact or none is foreseen."""
    latest = evasion(recording).kick
    return MEASURE.series(latest, np.isfinite(latest))
