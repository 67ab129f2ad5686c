"""pttc: the time until the gap closes if the leader now brakes hard to standstill and the subject does not."""

import numpy as np

from roadnet.network import RoadNetwork
from scenarios.criticality.corridor import corridor
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.criticality.ttc_acceleration import closing_time
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="pttc",
    unit="s",
    worse="low",
    formula="first root of d + (v_other - v_ego) t - b t^2 / 2 = 0, b = 7 m/s2, the leader held where it stops",
    source="Wakabayashi et al. 2003, PTTC of Westhofen et al. 2022, clipped at standstill; b: leader of Mattas "
    "et al. 2020",
    edges="0 alongside; at standstill of both masked; masked behind and beside the corridor, and where it never closes",
)

LEADER_BRAKES_MPS2 = np.array(7.0)  # Mattas et al. 2020, the leader of the fuzzy safety model


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s; masked where the gap never closes."""
    c = corridor(recording, net)
    value = closing_time(c.gap.clip(0.0), c.speed, np.maximum(c.along, 0.0), np.zeros_like(c.gap), -LEADER_BRAKES_MPS2)
    return MEASURE.series(value, c.in_file & np.isfinite(value))
