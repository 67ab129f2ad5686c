"""ttb: the latest start of full braking that still avoids the contact."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.evasions import evasion
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttb",
    unit="s",
    worse="low",
    formula="in file d / w - w / (2 b) with b = friction * g; in general the least over the time in which bodies "
    "could overlap",
    source="Tamke, Dang, Breuel 2011 (time to maneuver: brake, steer, kickdown); closed form: own",
    edges="negative where it is too late, by so much; masked where no contact is foreseen, at a touch, and "
    "where no braking up to 5 s ago would have avoided it, as with oncoming traffic and from behind; "
    "masked at standstill",
    threshold=0.0,
    threshold_source="by definition: it is too late",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s from now; masked where no braking avoids the contact or none is foreseen."""
    latest = evasion(recording).brake
    return MEASURE.series(latest, np.isfinite(latest))
