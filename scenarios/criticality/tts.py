"""tts: the latest start of a swerve that still avoids the contact."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.evasions import evasion
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="tts",
    unit="s",
    worse="low",
    formula="in file ttc - sqrt(2 y / a), y the shift to the nearer free side, a = friction * g; the body does "
    "not turn",
    source="Tamke, Dang, Breuel 2011 (time to maneuver: brake, steer, kickdown); closed form: own",
    edges="negative where it is too late, by so much; masked where no contact is foreseen, at a touch, and "
    "where no swerve up to 5 s ago would have avoided it",
    threshold=0.0,
    threshold_source="by definition: it is too late",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s from now; masked where no swerve avoids the contact or none is foreseen."""
    latest = evasion(recording).steer
    return MEASURE.series(latest, np.isfinite(latest))
