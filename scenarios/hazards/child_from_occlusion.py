"""VR-02 child_from_occlusion: a child steps out from behind an occluder.

Builder: a vehicle is parked at the kerb; a child stands just beyond its far end, hidden by it, and walks straight
across the lane when the subject's front is `arrival_s` away from the child's line.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.streams import Streams
from roadnet.network import RoadNetwork
from roadnet.polyline import at
from scenarios.hazards.bodies import size_of
from scenarios.hazards.exposure import prior
from scenarios.hazards.kinematics import ACCEL_MPS2, SOFT_DECEL_MPS2
from scenarios.hazards.leaf import Columns, Draft, Leaf, Parameter
from scenarios.hazards.relations import relations
from scenarios.hazards.sightline import hidden
from scenarios.hazards.spots import RUN_S, Spot
from scenarios.hazards.stage import CAR_LENGTH_M, CAR_WIDTH_M, at_time, road_words, subject, subject_speed
from scenarios.hazards.taxonomy import taxonomy
from scenarios.hazards.verdict import around, evidence, lasting, not_observed
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.spec import ActorProgram, Control, Kind, PathSpec, StaticObject, What

VERSION = 1
CHILD = size_of("child")
PARKED_BODIES = ("car", "van", "van")  # tall enough to hide a child of 1.16 m
KERB_M = 0.3  # between the lane's edge and the parked vehicle
BEHIND_M = 1.4  # between the lane's edge and the child's centre: well inside the parked vehicle's width
WALK_FROM_S = (0.8, 1.0)  # when the child starts
START_MPS2 = 4.0  # how fast it is at walking speed; what legs can do
ACROSS_M = 8.0  # how far beyond the lane's centre its way leads
CHILD_HEIGHT_M = 1.4  # below this it is a child
HIDDEN_S, EMERGES_S = 0.3, 5.0  # the sight was blocked for so long, within so long before
WALKING_MPS = 0.3

LEAF = Leaf(
    id="VR-02",
    name="child_from_occlusion",
    title="A child steps out from behind an occluder",
    cause="actor",
    place_kind="kerbside",
    control=Control.TRIGGERED,
    tags=("vulnerable", "occlusion", "crossing"),
    parameters=(
        subject_speed(hi=20.0),
        Parameter(
            name="v_child_mps",
            meaning="walking speed of the child",
            lo=0.83,
            hi=2.78,
            prior=prior("pedestrian", "walking_speed"),
            fill=(0.83, 2.78),
        ),
        Parameter(
            name="occl_gap_m",
            meaning="between the parked vehicle's end and the child",
            lo=0.5,
            hi=3.0,
            prior=prior("pedestrian", "standing_off"),
            fill=(0.5, 3.0),
        ),
        Parameter(
            name="arrival_s",
            meaning="from the child's first step until the subject's front reaches its line at constant speed",
            lo=0.5,
            hi=3.5,
            prior=prior("pedestrian", "arrival"),
            fill=(0.5, 3.5),
        ),
    ),
)


def build(
    spot: Spot, values: Mapping[str, float], features: Mapping[str, float], net: RoadNetwork, streams: Streams
) -> Draft:
    """Return the child and its occluder at a spot; the child's line crosses the lane at the spot."""
    v, walk, standing_off, arrival = (values[p.name] for p in LEAF.parameters)
    start = float(streams.rng("timing").uniform(*WALK_FROM_S))
    side, half = features["kerb_side"], features["half_lane_m"]
    rng = streams.rng("occluder")
    kind = PARKED_BODIES[int(rng.integers(len(PARKED_BODIES)))]
    size, look = size_of(kind), int(rng.integers(1 << 32))
    parked_s = spot.s_m - standing_off - 0.5 * CHILD[0] - 0.5 * size[0]
    base, heading = at(spot.corridor.path, parked_s, side * (half + KERB_M + 0.5 * size[1]))
    ends, _ = at(spot.corridor.path, np.array([spot.s_m] * 2), np.array([side * (half + BEHIND_M), -side * ACROSS_M]))
    child = ActorProgram(
        name="child",
        kind=Kind.PEDESTRIAN,
        size=CHILD,
        path=PathSpec(points=np.round(ends, 6)),
        s_m=0.0,
        law="walk",
        steps=(at_time(start, What.SPEED, walk, START_MPS2),),
        control=Control.TRIGGERED,
        look=int(rng.integers(1 << 32)),
    )
    s = spot.s_m - v * (start + arrival) - 0.5 * CAR_LENGTH_M
    parked = StaticObject(kind=kind, pose=pose(base, float(heading)), size=size, look=look)
    return Draft(
        actors=(subject(spot.corridor, s, v, desired_speed_mps=v), child),
        duration_s=RUN_S,
        statics=(parked,),
        where=road_words(net, spot),
        oncoming=False,
    )


def pose(xyz: Array, heading: float) -> tuple[float, float, float, float]:
    """Return a static's pose, rounded to what every processor agrees on."""
    x, y, z = (round(float(c), 6) for c in xyz)
    return x, y, z, round(heading, 6)


def expected(values: Columns, features: Columns, margin: float = 0.0) -> Array:
    """Return (N,) whether the onset will occur: two boxes at constant speeds from the child's first steps.

    A subject that finds the child in its corridor without a risk brakes softly until the child is across.
    """
    v, walk, standing_off, arrival = (np.asarray(values[p.name], float) for p in LEAF.parameters)
    half = features["half_lane_m"]
    ramp = walk / START_MPS2  # s until it walks; it is then 0.5 walk ramp on its way
    enters = ramp + (half + BEHIND_M - 0.5 * CHILD[1] - 0.5 * CAR_WIDTH_M - 0.5 * walk * ramp) / walk
    leaves = enters + (CAR_WIDTH_M + CHILD[1]) / walk
    passed = arrival + (CAR_LENGTH_M + CHILD[0]) / v
    collides = (enters <= passed) & (arrival <= leaves)
    braking = leaves - enters
    slowed = v - SOFT_DECEL_MPS2 * braking
    left = v * (arrival - enters) - (v - 0.5 * SOFT_DECEL_MPS2 * braking) * braking
    after_child = np.where(slowed > 0.0, left / np.maximum(slowed + 0.5 * ACCEL_MPS2, 0.5), np.inf)
    pet = np.where(enters > passed, enters - passed, after_child)
    limit = taxonomy().thresholds.onset.pet_s.value * (1.0 - margin)
    shows = (standing_off + 0.5 * CHILD[0]) * (half + BEHIND_M) / (BEHIND_M - KERB_M)  # from here on it is seen
    starts = WALK_FROM_S[0] if margin > 0.0 else 0.5 * sum(WALK_FROM_S)
    unseen = v * (arrival + starts - HIDDEN_S) > shows * (1.0 + margin)
    return np.asarray(unseen & (collides | (pet < limit)))


def oracle(recording: Recording, net: RoadNetwork, packets: Iterable[Any] | None) -> Evidence:
    """Return whether somebody of child height came out from where scenery hid it, and that was urgent."""
    agents = recording.agents
    child = (agents.kind == Kind.PEDESTRIAN) & (agents.size[:, 2] < CHILD_HEIGHT_M)
    walking = child[:, None] & agents.valid & (agents.speed > WALKING_MPS)
    if not walking.any():
        return not_observed(LEAF.id, VERSION, "no child walked")
    seen = relations(recording, net)
    manoeuvre = np.zeros_like(walking)
    for row in np.flatnonzero((walking & seen.urgent).any(1)).tolist():
        manoeuvre[row] = walking[row] & _came_out(recording, row)
    return evidence(LEAF.id, VERSION, recording, seen, manoeuvre, "no child came out of hiding near enough")


def _came_out(recording: Recording, row: int) -> Array:
    """Return (T,) bool: within EMERGES_S after scenery hid the agent for at least HIDDEN_S."""
    step = recording.step_s
    blocked = lasting(hidden(recording, row)[None], round(HIDDEN_S / step))
    return np.asarray(around(blocked, 0, round(EMERGES_S / step))[0])
