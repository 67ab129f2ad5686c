"""TC-03 lead_braking: the vehicle ahead brakes.

Builder: both drive at one speed, `thw_s` apart; the subject's following law is set so that it holds that gap.
From an instant on the lead brakes at `decel_mps2` to a share of its speed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.criticality.required_deceleration import behind_braking
from scenarios.hazards.exposure import prior
from scenarios.hazards.following import closing_in, follow
from scenarios.hazards.kinematics import bends, held, steady, straight_ttc, urgent
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.relations import relations
from scenarios.hazards.spots import RUN_S, Spot
from scenarios.hazards.stage import (
    CAR_LENGTH_M,
    CAR_WIDTH_M,
    at_time,
    lamps_at,
    road_words,
    subject_speed,
    vehicle_body,
)
from scenarios.hazards.verdict import NOT_NEAR, around, evidence, lasting, not_observed
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind, What

VERSION = 1
ONSET_S = (1.5, 2.5)  # when the lead begins to brake
BRAKING_MPS2 = 1.0  # a lead that slows by more than this brakes; the taxonomy's least
MIN_BRAKING_S = 0.2  # a shorter dip is none
AFTER_S = 1.0  # the manoeuvre lasts so long beyond the braking
SAME_WAY_COS = 0.88  # within 28 degrees of the lane

LEAF = Leaf(
    id="TC-03",
    name="lead_braking",
    title="The vehicle ahead brakes",
    cause="actor",
    place_kind="following",
    tags=("longitudinal", "rear_end"),
    parameters=(
        subject_speed(),
        Parameter(
            name="thw_s",
            meaning="time headway before the lead brakes",
            lo=0.5,
            hi=3.0,
            prior=prior("following", "time_gap"),
            fill=(0.5, 3.0),
        ),
        Parameter(
            name="decel_mps2",
            meaning="deceleration of the lead",
            lo=1.0,
            hi=8.0,
            prior=prior("following", "deceleration"),
            fill=(1.0, 8.0),
        ),
        Parameter(
            name="speed_kept",
            meaning="share of its speed that the lead keeps",
            lo=0.0,
            hi=0.9,
            prior=prior("following", "speed_kept"),
            fill=(0.0, 0.9),
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return the braking lead at a spot."""
    v, thw, decel, kept = (values[p.name] for p in LEAF.parameters)
    onset = float(streams.rng("timing").uniform(*ONSET_S))
    steps = (
        at_time(onset, What.SPEED, kept * v, decel),
        lamps_at(onset, "brake"),
        lamps_at(onset + (1.0 - kept) * v / decel),
    )
    return Draft(
        actors=follow(spot, v, thw, features["speed_mps"], onset, vehicle_body(streams, "lead"), steps),
        duration_s=RUN_S,
        where=road_words(net, spot),
    )


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the onset will occur: the pair's motion until there is a risk."""
    v, thw, decel, kept = (np.asarray(values[p.name], float) for p in LEAF.parameters)
    pair = closing_in(v, thw, np.maximum(features["speed_mps"], v), decel, kept)
    gap, closing = np.maximum(pair.gap_m, 0.1), np.maximum(pair.speed_mps - pair.lead_mps, 1e-6)
    required = behind_braking(gap, pair.speed_mps, pair.lead_mps, np.maximum(pair.braking_mps2, 1e-6))
    required = np.where(pair.braking_mps2 > 0.0, required, 0.5 * closing**2 / gap)
    none, size = np.zeros_like(gap), (CAR_LENGTH_M, CAR_WIDTH_M)
    at_bend = [
        urgent(
            straight_ttc(gap + CAR_LENGTH_M, none, features[bend][:, None], pair.speed_mps, pair.lead_mps, none, size),
            required,
            margin,
        )
        for bend in bends(margin)
    ]
    return held(np.logical_and.reduce(at_bend), instants=steady(margin))


def oracle(recording: Recording, net: RoadNetwork, packets: Iterable[Any] | None) -> Evidence:
    """Return whether the nearest vehicle ahead in the lane braked, and that was urgent."""
    seen, agents = relations(recording, net), recording.agents
    if not seen.urgent.any():
        return not_observed(LEAF.id, VERSION, NOT_NEAR)
    in_lane = (
        seen.other
        & (agents.kind != Kind.PEDESTRIAN)[:, None]
        & (seen.aside_m < seen.half_lane_m)
        & (seen.cosine > SAME_WAY_COS)
        & (seen.ahead_m > 0.0)
    )
    distance = np.where(in_lane, seen.ahead_m, np.inf)
    leads = in_lane & (distance == distance.min(0))
    braking = lasting(leads & (agents.accel < -BRAKING_MPS2), round(MIN_BRAKING_S / recording.step_s))
    manoeuvre = leads & around(braking, 0, round(AFTER_S / recording.step_s))
    return evidence(LEAF.id, VERSION, recording, seen, manoeuvre, "no vehicle ahead in the lane braked")
