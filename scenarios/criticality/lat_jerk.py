"""lat_jerk: how abruptly the subject changes its acceleration across."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.rates import rate
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="lat_jerk",
    unit="m/s3",
    worse="high",
    formula="|da/dt|, a = speed * yaw rate, differences over the two neighbouring steps",
    source="jerk, Westhofen et al. 2022 (LatJ)",
    edges="one-sided at the ends; masked where no neighbouring step is present; a measure of the subject alone",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (T,) m/s3; masked where no neighbouring step is present."""
    ego = recording.subject
    across = recording.agents.speed[ego].astype(np.float64) * recording.agents.yaw_rate[ego]
    value, valid = rate(across, recording.agents.valid[ego], recording.step_s)
    return MEASURE.series(np.abs(value), valid)
