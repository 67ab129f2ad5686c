"""When a sensor's trouble matters: a moving road user is ahead of the subject, in its way or on a course to meet it."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from scenarios.hazards.relations import relations
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.recording import Recording

MOVING_MPS = 0.5


def situation(recording: Recording, net: RoadNetwork | None) -> Array:
    """Return (T,) bool: a traffic situation is active."""
    seen, agents = relations(recording, net), recording.agents
    reach = taxonomy().thresholds.modifier.situation_range_m.value
    subject_moves = agents.speed[recording.subject] > MOVING_MPS
    ahead = seen.other & (seen.ahead_m > 0.0) & (seen.ahead_m <= reach)
    in_the_way = seen.aside_m - seen.half_width_m < seen.half_lane_m
    return np.asarray((ahead & (in_the_way | seen.ttc.valid) & ((agents.speed > MOVING_MPS) | subject_moves)).any(0))


def overlap_s(intervals: list[tuple[float, float]], active: Array, t_s: Array) -> tuple[float, float, float]:
    """Return how long the intervals meet the active steps, and the first and last instant of that, s; 0 if never."""
    step = float(t_s[1] - t_s[0]) if len(t_s) > 1 else 0.0
    total, first, last = 0.0, np.inf, -np.inf
    for a, b in intervals:
        low = np.maximum(t_s[active], a)
        high = np.minimum(t_s[active] + step, b)
        met = high > low
        if met.any():
            total += float((high - low)[met].sum())
            first, last = min(first, float(low[met].min())), max(last, float(high[met].max()))
    return (total, first, last) if total > 0.0 else (0.0, 0.0, 0.0)
