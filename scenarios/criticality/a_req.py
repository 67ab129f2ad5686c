"""a_req: the required acceleration along and across together."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality import a_lat_req, a_long_req
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="a_req",
    unit="m/s2",
    worse="high",
    formula="sqrt(a_long_req^2 + a_lat_req^2)",
    source="Jansson 2005, section 5.3.10; a_req of Westhofen et al. 2022",
    edges="0 where nothing is required; masked where one of the two is",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m/s2; masked where one of the two is."""
    along, across = a_long_req.evaluate(recording, net), a_lat_req.evaluate(recording, net)
    return MEASURE.series(np.sqrt(along.value**2 + across.value**2), along.valid & across.valid)
