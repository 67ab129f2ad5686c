"""WX-02 fog: fog cuts the sight while somebody drives ahead.

A modifier: it counts only where its effect on the sensors is measured and a traffic situation is active. Its
oracle reads packets: sensors/oracles/fog.py.
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
from scenarios.model.spec import Environment

AT_SPOT_S = 3.0

LEAF = Leaf(
    id="WX-02",
    name="fog",
    title="Fog",
    cause="modifier",
    place_kind="following",
    tags=("weather", "visibility"),
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
            name="mor_m",
            meaning="meteorological optical range",
            lo=10.0,
            hi=1000.0,
            prior=prior("weather", "fog_visibility"),
            fill=(10.0, 800.0),
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return a subject behind a lead in fog."""
    v, thw, mor = (values[p.name] for p in LEAF.parameters)
    return Draft(
        actors=follow(spot, v, thw, features["speed_mps"], AT_SPOT_S, vehicle_body(streams, "lead"), ()),
        duration_s=RUN_S,
        environment=Environment(mor_m=mor),
        where=road_words(net, spot),
    )


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the visibility is that of fog, with the lead in range: lidars measure it within a tenth."""
    v, thw, mor = (np.asarray(values[p.name], float) for p in LEAF.parameters)
    modifier = taxonomy().thresholds.modifier
    in_range = v * thw + CAR_LENGTH_M < modifier.situation_range_m.value * (1.0 - margin)
    return np.asarray(in_range & (mor < modifier.fog_mor_m.value * (1.0 - margin)))
