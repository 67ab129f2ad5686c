"""gap: how far ahead the one in front is."""

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="gap",
    unit="m",
    worse="low",
    formula="d = s_other - s_ego - half lengths, along the subject's path, to whoever is in its corridor ahead",
    source="Westhofen et al. 2022, HW",
    edges="0 alongside; masked behind, beside the corridor and where somebody is absent",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) m, 0 where alongside; masked for those beside or behind the corridor."""
    c = corridor(recording, net)
    return Series(
        value=c.gap.clip(0.0), valid=c.other & c.ahead & (c.clear <= 0.0), unit=MEASURE.unit, worse=MEASURE.worse
    )
