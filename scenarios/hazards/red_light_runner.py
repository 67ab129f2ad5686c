"""AD-01 red_light_runner: a vehicle crosses against its red light.

Builder: the subject has green and reaches the point where the ways cross at a chosen instant; the other reaches
it `arrival_gap_s` later at constant speed, having crossed its stop line `into_red_s` after its light turned red.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from scenarios.hazards.crossing import encounter
from scenarios.hazards.exposure import prior
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.relations import relations
from scenarios.hazards.spots import RUN_S, Spot
from scenarios.hazards.stage import (
    CAR_LENGTH_M,
    road_words,
    subject,
    subject_speed,
    vehicle,
    vehicle_body,
)
from scenarios.hazards.stoplines import crossed_on_red
from scenarios.hazards.taxonomy import taxonomy
from scenarios.hazards.verdict import NOT_NEAR, around, evidence, not_observed
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import SignalPhase

VERSION = 1
MEETING_S = (4.0, 4.4)  # when the subject's centre reaches the crossing point
SEEN_S = 0.1  # it must be seen before its stop line for so long
HOLDING_S = 0.13  # by which the encroachment time grows while an onset must hold; measured on simulated runs
RED, AMBER, GREEN = 1, 3, 4
BEFORE_S, AFTER_S = 4.0, 6.0  # the manoeuvre: around the instant when it crosses its stop line

LEAF = Leaf(
    id="AD-01",
    name="red_light_runner",
    title="A vehicle crosses against its red light",
    cause="actor",
    place_kind="signalled_crossing",
    tags=("crossing", "adversarial", "junction"),
    parameters=(
        subject_speed(lo=2.4),  # spots from 4 m/s on, driven at 0.6 of that and more
        Parameter(
            name="v_target_mps",
            meaning="speed of the vehicle that runs the light",
            lo=4.0,
            hi=36.0,
            prior=prior("speed", "of_reference"),
            fill=(0.6, 1.3),
            given=lambda values, features: (
                np.zeros_like(features["other_speed_mps"]),
                features["other_speed_mps"],
            ),
            given_text="times the speed that its way allows",
        ),
        Parameter(
            name="into_red_s",
            meaning="since its light turned red, when it crosses its stop line",
            lo=0.0,
            hi=5.0,
            prior=prior("signal", "into_red"),
            fill=(0.0, 5.0),
        ),
        Parameter(
            name="arrival_gap_s",
            meaning="how much later than the subject it reaches the point where the ways cross",
            lo=-2.0,
            hi=3.0,
            prior=prior("signal", "arrival"),
            fill=(-2.0, 3.0),
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return the crossing at a spot."""
    v, v_target, into_red, later = (values[p.name] for p in LEAF.parameters)
    other, group, other_group = spot.other, spot.place.group, spot.place.other_group
    if other is None or group is None or other_group is None:
        raise ValueError(f"{LEAF.id}: got a place of kind {spot.place.kind!r}, want {LEAF.place_kind!r}")
    mine = float(streams.rng("timing").uniform(*MEETING_S))
    theirs = mine + later
    body = vehicle_body(streams, "target")
    at_line = theirs - (features["line_m"] + 0.5 * body.size[0]) / v_target
    turned_red = at_line - into_red
    phases = [SignalPhase(group=group, t_s=0.0, state=GREEN)]
    if turned_red > 0.0:
        phases.append(SignalPhase(group=other_group, t_s=0.0, state=AMBER))
    phases.append(SignalPhase(group=other_group, t_s=round(max(turned_red, 0.0), 6), state=RED))
    return Draft(
        actors=(
            subject(spot.corridor, spot.s_m - v * mine, v, desired_speed_mps=v),
            vehicle("target", body, other, spot.other_s_m - v_target * theirs, v_target),
        ),
        duration_s=RUN_S,
        phases=tuple(phases),
        where=road_words(net, spot),
        oncoming=False,
    )


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the onset will occur: both hold their speeds on their ways."""
    v, v_target, _, later = (np.asarray(values[p.name], float) for p in LEAF.parameters)
    collide, pet = encounter(features["rim_m"], v, v_target, later)
    meeting = MEETING_S[0] if margin > 0.0 else 0.5 * sum(MEETING_S)
    at_line = meeting + later - (features["line_m"] + 0.5 * CAR_LENGTH_M) / v_target
    limit = taxonomy().thresholds.onset.pet_s.value * (1.0 - margin) - HOLDING_S
    return np.asarray((at_line > SEEN_S * (1.0 + margin)) & (collide | (pet < limit)))


def oracle(recording: Recording, net: RoadNetwork, packets: Iterable[Any] | None) -> Evidence:
    """Return whether somebody else crossed its stop line while its light was red, and that was urgent."""
    crossed = crossed_on_red(recording, net)
    crossed[recording.subject] = False
    if not crossed.any():
        return not_observed(LEAF.id, VERSION, "nobody else crossed a stop line on red")
    seen, step = relations(recording, net), recording.step_s
    manoeuvre = seen.other & around(crossed, round(BEFORE_S / step), round(AFTER_S / step))
    return evidence(LEAF.id, VERSION, recording, seen, manoeuvre, NOT_NEAR)
