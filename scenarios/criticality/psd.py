"""psd: the way that is left to the foreseen contact against the way it takes to stop."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import msd, ttc
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="psd",
    unit="1",
    worse="low",
    formula="v ttc / (v^2 / 2b), b = friction * g: below 1 braking alone does not stop before the place",
    source="Allen, Shin, Cooper 1978, proportion of stopping distance",
    edges="0 at a touch; masked at standstill and where no contact is foreseen",
    threshold=1.0,
    threshold_source="by definition: the subject cannot stop before the place",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T); masked where no contact is foreseen."""
    contact, stop = ttc.contact_time(recording), msd.evaluate(recording, net)
    speed = np.abs(pairs(recording).speed)
    moving = contact.valid & stop.valid & (stop.value > 0.0)
    value = np.divide(speed * contact.value, stop.value, out=np.zeros_like(contact.value), where=moving)
    return MEASURE.series(value, moving)
