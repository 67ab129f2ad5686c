"""passing_distance: how much room is left between the flanks while one is beside the other."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="passing_distance",
    unit="m",
    worse="low",
    formula="|y| less half widths, in the subject's frame, while the bodies overlap lengthwise",
    source="lateral passing distance, e.g. Walker 2007 for overtaken cyclists",
    edges="0 where they touch; masked where nobody is alongside",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m; masked where nobody is alongside."""
    p = pairs(recording)
    long, wide = p.half[:, :1], p.half[:, 1:]
    sine, cosine = np.abs(p.sine), np.abs(p.cosine)
    alongside = np.abs(p.x) <= p.half[p.ego, 0] + long * cosine + wide * sine
    room = np.abs(p.y) - p.half[p.ego, 1] - long * sine - wide * cosine
    return MEASURE.series(np.maximum(room, 0.0), p.other & alongside)
