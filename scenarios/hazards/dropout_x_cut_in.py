"""CP-04 dropout_x_cut_in: the lidar falls silent while a vehicle cuts in.

Both parts must be found, and at the same time. The oracle reads packets: sensors/oracles/dropout_x_cut_in.py.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards import cut_in
from scenarios.hazards.exposure import prior
from scenarios.hazards.kinematics import held, steady
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.lidar_dropout import REVOLUTION_S, STREAM
from scenarios.hazards.spots import Spot
from scenarios.hazards.taxonomy import taxonomy
from scenarios.hazards.verdict import since
from scenarios.model.spec import SensorEvent

SURE_S = 0.8  # of a conflict that gap filling wants the silence to meet

LEAF = Leaf(
    id="CP-04",
    name="dropout_x_cut_in",
    title="The lidar falls silent while a vehicle cuts in",
    cause="modifier",
    place_kind="side_by_side",
    tags=("compound", "sensor", "lidar", "fault", "lane_change"),
    needs_packets=True,
    parameters=(
        *cut_in.LEAF.parameters,
        Parameter(
            name="lag_s",
            meaning="from when its centre is on the lane line until the lidar falls silent",
            lo=-3.0,
            hi=3.0,
            prior=prior("fault", "dropout_lag"),
            fill=(-3.0, 3.0),
        ),
        Parameter(
            name="duration_s",
            meaning="how long it stays silent",
            lo=0.1,
            hi=10.0,
            prior=prior("fault", "dropout_duration"),
            fill=(0.1, 5.0),
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return the cut-in with the lidar silent around it."""
    draft = cut_in.build(spot, values, features, net, streams)
    mid = cut_in.mid_time(values, features, streams)
    on = max(mid + values["lag_s"], 0.0)
    off = max(mid + values["lag_s"] + values["duration_s"], on)
    event = SensorEvent(kind="dropout", stream=STREAM, t_on_s=round(on, 6), t_off_s=round(off, 6))
    return replace(draft, sensor_events=(event,))


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the silence shows in the stream and meets the first interval of the conflict."""
    urgent, clock = cut_in.urgent_instants(values, features, margin)
    begun = np.maximum.accumulate(urgent, axis=1)
    over = begun & (since(urgent) * cut_in.INSTANT_S > taxonomy().thresholds.onset.merge_gap_s.value)
    conflict = urgent & ~np.maximum.accumulate(over, axis=1)
    if margin > 0.0:  # early in the conflict, before the subject's braking can have ended it
        conflict &= since(begun & ~np.pad(begun, ((0, 0), (1, 0)))[:, :-1]) * cut_in.INSTANT_S < SURE_S
    silent = np.asarray(values["lag_s"])[:, None], np.asarray(values["lag_s"] + values["duration_s"])[:, None]
    both = conflict & (clock >= silent[0] + REVOLUTION_S) & (clock <= silent[1] - REVOLUTION_S)
    return np.asarray(cut_in.expected(values, features, margin) & held(both, instants=steady(margin)))
