"""a_long_req: the acceleration along the path that just avoids running into a leader, negative."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.required_deceleration import behind_braking
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="a_long_req",
    unit="m/s2",
    worse="low",
    formula="min(0, a_other - w^2 / (2 d)), or -v^2 / (2 (d + v_other^2 / (2 |a_other|))) where the leader stops first",
    source="Jansson 2005, section 5.3.5; a_long,req of Westhofen et al. 2022",
    edges="0 where the gap opens and nobody brakes; an oncoming one counts as standing where it is; masked "
    "alongside, behind and beside the corridor",
    threshold=-4.9,
    threshold_source="that of `required_deceleration`",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2, 0 or negative; masked alongside and outside the corridor."""
    c = corridor(recording, net)
    valid = c.in_file & (c.gap > 0.0)
    gap, rolls = np.where(valid, c.gap, 1.0), c.along > 0.0
    front, accel = np.maximum(c.along, 0.0), np.where(rolls, c.accel, 0.0)
    closing = c.speed - front
    steady = np.where(closing > 0.0, np.minimum(accel - 0.5 * closing**2 / gap, 0.0), 0.0)
    brakes = accel < 0.0
    stops = -behind_braking(gap, np.maximum(c.speed, 0.0), front, np.where(brakes, -accel, 1.0))
    return MEASURE.series(np.where(brakes, np.minimum(stops, 0.0), steady), valid)
