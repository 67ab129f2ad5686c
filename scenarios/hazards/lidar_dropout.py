"""SN-01 lidar_dropout: the lidar falls silent while somebody drives ahead.

A modifier: the fault counts only where the stream shows it and a traffic situation is active. Its oracle reads
packets: sensors/oracles/lidar_dropout.py.
"""

from collections.abc import Mapping

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.exposure import prior
from scenarios.hazards.following import follow
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.spots import RUN_S, Spot
from scenarios.hazards.stage import CAR_LENGTH_M, road_words, subject_speed, vehicle_body
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.spec import SensorEvent

STREAM = "lidar*"
REVOLUTION_S = 0.1  # of a lidar at 10 Hz
AT_SPOT_S = 3.0

LEAF = Leaf(
    id="SN-01",
    name="lidar_dropout",
    title="The lidar falls silent",
    cause="modifier",
    place_kind="following",
    tags=("sensor", "lidar", "fault"),
    needs_packets=True,
    parameters=(
        subject_speed(),
        Parameter(
            name="thw_s",
            meaning="time headway to the vehicle ahead",
            lo=0.5,
            hi=6.0,
            prior=prior("following", "time_gap"),
            fill=(0.5, 6.0),
        ),
        Parameter(
            name="onset_s",
            meaning="when the lidar falls silent",
            lo=0.5,
            hi=6.0,
            prior=prior("fault", "dropout_onset"),
            fill=(0.5, 6.0),
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
    """Return a subject behind a lead whose lidar drops out."""
    v, thw, onset, duration = (values[p.name] for p in LEAF.parameters)
    event = SensorEvent(kind="dropout", stream=STREAM, t_on_s=onset, t_off_s=round(onset + duration, 6))
    return Draft(
        actors=follow(spot, v, thw, features["speed_mps"], AT_SPOT_S, vehicle_body(streams, "lead"), ()),
        duration_s=RUN_S,
        sensor_events=(event,),
        where=road_words(net, spot),
    )


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether at least one whole turn of the lidar falls into the silence, with the lead in range."""
    v, thw, onset, duration = (np.asarray(values[p.name], float) for p in LEAF.parameters)
    in_range = v * thw + CAR_LENGTH_M < taxonomy().thresholds.modifier.situation_range_m.value * (1.0 - margin)
    return np.asarray(in_range & (turns_lost(onset, onset + duration) > (1 if margin > 0.0 else 0)))


def turns_lost(on_s: Array, off_s: Array) -> Array:
    """Return (N,) how many turns of the lidar, one after the other from 0, the silence takes all but wholly."""
    spared = taxonomy().thresholds.modifier.dropout_point_share.value  # of a turn that still counts as lost
    first = np.ceil(on_s / REVOLUTION_S - spared)
    last = np.floor(np.minimum(off_s, RUN_S) / REVOLUTION_S + spared)
    return np.asarray(last - first)
