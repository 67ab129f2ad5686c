"""ttc: the time until the bodies touch if everybody keeps its velocity, in the plane, whatever the roads are."""

from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos_all
from roadnet.boxes import straight_contact
from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="ttc",
    unit="s",
    worse="low",
    formula="first touch of the oriented bodies that move on at constant velocity; in file d / (v_rear - v_front)",
    source="Hayward 1972; in the plane by separating axes with times, Eberly 1999",
    edges="0 at a touch; masked where they never would touch: an opening gap is not closing",
    threshold=1.5,
    threshold_source="the taxonomy's near miss",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s, 0 where they touch; masked where they never would: an opening gap is not closing."""
    return contact_time(recording)


@lru_cache(maxsize=8)
def contact_time(recording: Recording) -> Series:
    """Return `ttc` of a recording; computed once however many measures ask."""
    agents = recording.agents
    sin_y, cos_y = sincos_all(agents.yaw)
    value = np.empty(agents.yaw.shape)
    contact_times(
        agents.xyz,
        agents.valid,
        cos_y,
        sin_y,
        agents.speed,
        0.5 * agents.size.astype(np.float64),
        recording.subject,
        value,
    )
    return MEASURE.series(value, np.isfinite(value))


@compiled
def contact_times(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, speed: Array, half: Array, ego: int, out: Array
) -> None:
    """Fill in (A, T) s until agent and subject touch at their velocities; infinity for never and for absence."""
    for i in range(xyz.shape[0]):
        for t in range(xyz.shape[1]):
            out[i, t] = np.inf
            if i == ego or not present[i, t] or not present[ego, t]:
                continue
            v, u = np.float64(speed[i, t]), np.float64(speed[ego, t])
            out[i, t] = straight_contact(
                xyz[i, t, 0] - xyz[ego, t, 0], xyz[i, t, 1] - xyz[ego, t, 1],
                v * cos_y[i, t] - u * cos_y[ego, t], v * sin_y[i, t] - u * sin_y[ego, t],
                cos_y[ego, t], sin_y[ego, t], half[ego, 0], half[ego, 1],
                cos_y[i, t], sin_y[i, t], half[i, 0], half[i, 1],
            )  # fmt: skip
