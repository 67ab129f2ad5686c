"""time_advantage: the time between one leaving the crossing of their ways and the other reaching it, as foreseen."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.criticality.pet import SAME_WAY_COS
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="time_advantage",
    unit="s",
    worse="low",
    formula="max(t_in_ego - t_out_other, t_in_other - t_out_ego) at constant velocities; 0 on a collision course",
    source="Hansson 1975; Laureshyn, Svensson, Hyden 2010 (time advantage, predicted PET)",
    edges="masked where headings are within 30 degrees of parallel, where one stands, and once one of them is through",
    threshold=1.0,
    threshold_source="that of `pet`",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s; masked where the ways do not cross or somebody is already through."""
    p = pairs(recording)
    long, wide = p.half[:, :1], p.half[:, 1:]
    sine, cosine = np.abs(p.sine), np.abs(p.cosine)
    ego_long, ego_wide = p.half[p.ego]
    other_speed = recording.agents.speed.astype(np.float64)
    # along the subject's way to the other's strip, and the reverse
    ego_in, ego_out = through(
        (p.x * p.sine - p.y * p.cosine) * np.sign(p.sine), p.speed * sine, wide + ego_long * sine + ego_wide * cosine
    )
    other_in, other_out = through(-p.y * np.sign(p.sine), other_speed * sine, ego_wide + long * sine + wide * cosine)
    crossing = p.other & (cosine < SAME_WAY_COS) & (p.speed > 0.0) & (other_speed > 0.0)
    valid = crossing & (ego_out > 0.0) & (other_out > 0.0)
    return MEASURE.series(np.maximum(np.maximum(ego_in - other_out, other_in - ego_out), 0.0), valid)


def through(distance: Array, rate: Array, reach: Array) -> tuple[Array, Array]:
    """Return when a centre that nears a strip's middle line at `rate` comes in reach of it and leaves it, s."""
    pace = np.where(rate > 0.0, rate, 1.0)
    return (distance - reach) / pace, (distance + reach) / pace
