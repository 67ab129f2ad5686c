"""TC-05 cut_in: a vehicle from the next lane moves into the gap ahead.

Builder: at `t_mid` the other's centre is on the lane line and its rear is `gap_m` ahead of the subject's front;
both come from there at constant speed. The lane change is half a cosine whose lateral speed peaks in the middle.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.exposure import prior
from scenarios.hazards.kinematics import bends, held, soft_braking, steady, straight_ttc, urgent
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.relations import relations
from scenarios.hazards.spots import RUN_S, Spot
from scenarios.hazards.stage import (
    CAR_LENGTH_M,
    CAR_WIDTH_M,
    at_time,
    lamps_at,
    road_words,
    subject,
    subject_speed,
    times_speed,
    vehicle,
    vehicle_body,
)
from scenarios.hazards.verdict import NOT_NEAR, around, evidence, not_observed, since
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind, What

VERSION = 1
GAP_GROWTH = 3.0  # drivers leave faster followers more room: times 1 + 3 (closing speed / v_ego); fits the measured
# shares of TTC below 10 s and 4 s (4.4 % and 1.0 % of 297 events)
LEAD_IN_S = 0.5  # before the lane change begins
SETTLED_S = 1.0  # the manoeuvre lasts until the body has been inside the lane for so long
INSTANT_S, LONGEST_S = 0.1, 4.8  # the closed form looks so often, for so long
APPROACH_S, FOLLOW_UP_S = 4.0, 6.0  # around the instant when its centre crosses the lane line
SIGNALS_S = 0.4  # the indicator is lit so long before
SAME_WAY_COS = 0.88  # within 28 degrees of the lane
MOVING_MPS = 1.0
STEEPEST = 0.35  # lateral over forward speed: a lane change, not a turn; assumed


def _gap_scale(values: Columns, features: Columns) -> tuple[Array, Array]:
    closing = np.maximum(1.0 - values["v_target_mps"] / values["v_ego_mps"], 0.0)
    return np.zeros_like(closing), values["v_ego_mps"] * (1.0 + GAP_GROWTH * closing)


LEAF = Leaf(
    id="TC-05",
    name="cut_in",
    title="A vehicle from the next lane moves into the gap ahead",
    cause="actor",
    place_kind="side_by_side",
    tags=("longitudinal", "lane_change"),
    parameters=(
        subject_speed(),
        Parameter(
            name="v_target_mps",
            meaning="speed of the vehicle that cuts in",
            lo=2.5,
            hi=50.0,
            prior=prior("cut_in", "speed_ratio"),
            fill=(0.4, 1.1),
            given=times_speed,
            given_text="times v_ego_mps",
        ),
        Parameter(
            name="gap_m",
            meaning="between bumpers when its centre is on the lane line",
            lo=1.0,
            hi=120.0,
            prior=prior("cut_in", "time_gap"),
            fill=(0.1, 3.0),
            given=_gap_scale,
            given_text="times v_ego_mps, and 1 + 3 (closing speed / v_ego_mps) where it is slower",
        ),
        Parameter(
            name="lateral_mps",
            meaning="peak lateral speed of the lane change",
            lo=0.7,
            hi=3.0,
            prior=prior("cut_in", "lateral_speed"),
            fill=(0.7, 3.0),
            within=lambda values, features: (np.zeros_like(values["v_target_mps"]), STEEPEST * values["v_target_mps"]),
            within_text="at most 0.35 v_target_mps",
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return the cut-in at a spot."""
    v, v_target, gap, rate = (values[p.name] for p in LEAF.parameters)
    lateral = features["lateral_m"]
    mid = mid_time(values, features, streams)
    whole = lane_change_time(lateral, rate)
    start = mid - 0.5 * whole
    body = vehicle_body(streams, "target")
    ahead = spot.s_m + 0.5 * (CAR_LENGTH_M + body.size[0]) + gap
    steps = (
        lamps_at(max(start - SIGNALS_S, 0.0), "right" if lateral > 0.0 else "left"),
        at_time(start, What.LANE_OFFSET, 0.0, rate),
        lamps_at(start + whole),
    )
    return Draft(
        actors=(
            subject(spot.corridor, spot.s_m - v * mid, v, desired_speed_mps=v),
            vehicle("target", body, spot.corridor, ahead - v_target * mid, v_target, offset_m=lateral, steps=steps),
        ),
        duration_s=RUN_S,
        where=road_words(net, spot),
    )


def lane_change_time(lateral_m: float, rate_mps: float) -> float:
    """Return how long half a cosine over `lateral_m` takes when its speed peaks at `rate_mps`, s."""
    return 0.5 * float(np.pi) * abs(lateral_m) / rate_mps


def mid_time(values: Mapping[str, float], features: Mapping[str, float], streams: Streams) -> float:
    """Return when the other's centre is on the lane line, s."""
    whole = lane_change_time(features["lateral_m"], values["lateral_mps"])
    return 0.5 * whole + LEAD_IN_S + float(streams.rng("timing").uniform(0.0, 0.3))


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the onset will occur."""
    instants = urgent_instants(values, features, margin)[0]
    return held(instants, instants=steady(margin))


def urgent_instants(values: Columns, features: Columns, margin: float) -> tuple[Array, Array]:
    """Return (urgent (N, K), s since the centre was on the lane line): boxes at constant speeds, INSTANT_S apart, from
    the touch of the lane line to the manoeuvre's end; the subject brakes softly once they overlap sideways.
    """
    v, v_target, gap, rate = (np.asarray(values[p.name])[:, None] for p in LEAF.parameters)
    lateral, half_lane = np.abs(features["lateral_m"])[:, None], features["half_lane_m"][:, None]
    whole = 0.5 * np.pi * lateral / rate
    askew = 0.7 * rate / v_target  # mean slope of the body on its way over the line; small angles below
    half_wide = 0.5 * (CAR_WIDTH_M + CAR_LENGTH_M * askew)
    touch = _phase(lateral, half_lane + half_wide) * whole
    inside = _phase(lateral, half_lane - 0.5 * CAR_WIDTH_M) * whole
    overlap = _phase(lateral, half_wide + 0.5 * CAR_WIDTH_M) * whole
    at_overlap = gap - (v - v_target) * (overlap - 0.5 * whole)
    brake = soft_braking(v, at_overlap, v - v_target)

    clock = touch + INSTANT_S * np.arange(int(LONGEST_S / INSTANT_S))  # since the lane change began
    phase = np.clip(clock / whole, 0.0, 1.0)
    side = np.sign(features["lateral_m"])[:, None]
    slope = -side * np.arctan(rate * np.sin(np.pi * phase) / v_target)
    braked = np.maximum(clock - overlap, 0.0)
    distance = gap + CAR_LENGTH_M - (v - v_target) * (clock - 0.5 * whole) + 0.5 * brake * braked**2
    aside = 0.5 * side * lateral * (1.0 + np.cos(np.pi * phase))
    speed = np.maximum(v - brake * braked, 0.0)
    at_bend = (
        urgent(
            straight_ttc(distance, aside, features[bend][:, None], speed, v_target, slope, (CAR_LENGTH_M, CAR_WIDTH_M)),
            0.0,
            margin,
        )
        for bend in bends(margin)
    )
    counts = (clock <= inside + SETTLED_S) & (distance > 0.0)
    return np.logical_and.reduce([counts, *at_bend]), clock - 0.5 * whole


def oracle(recording: Recording, net: RoadNetwork, packets: Iterable[Any] | None) -> Evidence:
    """Return whether somebody entered the subject's lane from the side, ahead of it, and that was urgent."""
    seen, agents = relations(recording, net), recording.agents
    if not seen.urgent.any():
        return not_observed(LEAF.id, VERSION, NOT_NEAR)
    towards = (
        seen.other
        & (agents.kind != Kind.PEDESTRIAN)[:, None]
        & (agents.speed > MOVING_MPS)
        & (seen.cosine > SAME_WAY_COS)
        & (seen.ahead_m > 0.0)
    )
    within = seen.aside_m < seen.half_lane_m
    crosses = np.zeros_like(within)
    crosses[:, 1:] = within[:, 1:] & ~within[:, :-1] & towards[:, 1:] & towards[:, :-1]
    step = recording.step_s
    manoeuvre = (
        towards
        & (seen.aside_m - seen.half_width_m < seen.half_lane_m)
        & around(crosses, round(APPROACH_S / step), round(FOLLOW_UP_S / step))
        & (since(seen.aside_m + seen.half_width_m >= seen.half_lane_m) <= round(SETTLED_S / step))
    )
    return evidence(LEAF.id, VERSION, recording, seen, manoeuvre, "nobody entered the lane from the side")


def _phase(lateral: Array, aside: Array | float) -> Array:
    """Return the part of the lane change after which the offset has fallen from `lateral` to `aside`."""
    return np.arccos(np.clip(2.0 * aside / lateral - 1.0, -1.0, 1.0)) / np.pi
