"""ttr: the latest start of any single manoeuvre that still avoids the contact."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.evasions import evasion
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttr",
    unit="s",
    worse="low",
    formula="the largest of ttb, tts and ttk",
    source="Tamke, Dang, Breuel 2011, time to react",
    edges="negative where it is too late, by so much; masked where all three are",
    threshold=0.0,
    threshold_source="by definition: it is too late",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s from now; masked where nothing avoids the contact or none is foreseen."""
    e = evasion(recording)
    latest = np.maximum(np.maximum(e.brake, e.steer), e.kick)
    return MEASURE.series(latest, np.isfinite(latest))
