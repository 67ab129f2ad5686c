"""How the others stand to the subject vehicle, once per recording: every kinematic oracle reads this.

The frame is the path that the subject drove, continued along its lane (scenarios/criticality/corridor.py). Only
facts of the recording and of the map go in.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from roadnet.queries import nearest_lane
from scenarios.criticality import pet, required_deceleration, ttc
from scenarios.criticality.corridor import corridor
from scenarios.criticality.series import Series
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.recording import Recording

LANE_SAMPLES = 5  # instants at which the subject's lane is looked up
OFF_MAP_M = 3.0  # farther from any lane the map says nothing of the subject's lane
HALF_LANE_M = 1.75  # assumed there
STATION_M = 1e6  # longer than any lane


@dataclass(frozen=True, eq=False)
class Relations:
    """The agents in the frame of the subject's path; A agents, T steps, the subject's own row included."""

    t_s: Array  # (T,)
    other: Array  # (A, T) bool: somebody else, present while the subject is
    ahead_m: Array  # (A, T) along the path, centre to centre, negative behind
    aside_m: Array  # (A, T) distance of the centre from the path, not negative
    half_width_m: Array  # (A, T) of the body across the path
    cosine: Array  # (A, T) of the angle between heading and path
    ttc: Series  # (A, T)
    pet: Series  # (A, T)
    required: Series  # (A, T) required deceleration
    urgent: Array  # (A, T) bool: one of the three onset criteria
    recording: Recording
    net: RoadNetwork | None

    @cached_property
    def half_lane_m(self) -> Array:
        """Return (T,) half the width of the lane the subject is in, m; looked up where somebody asks."""
        return _half_lane(self.recording, self.net)


@lru_cache(maxsize=4)
def relations(recording: Recording, net: RoadNetwork | None) -> Relations:
    """Return the relations of a recording; computed once however many oracles ask."""
    c, size, ego = corridor(recording, net), recording.agents.size.astype(np.float64), recording.subject
    sine = np.sqrt(np.maximum(1.0 - c.cosine**2, 0.0))
    half_long = 0.5 * (size[:, :1] * np.abs(c.cosine) + size[:, 1:2] * sine)
    half_wide = 0.5 * (size[:, :1] * sine + size[:, 1:2] * np.abs(c.cosine))
    measured = (
        ttc.evaluate(recording, net),
        pet.evaluate(recording, net),
        required_deceleration.evaluate(recording, net),
    )
    return Relations(
        t_s=recording.t_ns * 1e-9,
        other=c.other,
        ahead_m=c.gap + half_long + 0.5 * size[ego, 0],
        aside_m=c.clear + half_wide + 0.5 * size[ego, 1],
        half_width_m=half_wide,
        cosine=c.cosine,
        ttc=measured[0],
        pet=measured[1],
        required=measured[2],
        urgent=c.other & _urgent(*measured, in_corridor=c.clear <= 0.0),
        recording=recording,
        net=net,
    )


def _urgent(ttc_s: Series, pet_s: Series, required: Series, *, in_corridor: Array) -> Array:
    """Return (A, T) bool: one of the onset criteria.

    Braking is required only for who is in the corridor or will be met: in front of who crosses later, one may pass.
    """
    onset = taxonomy().thresholds.onset
    return np.asarray(
        (ttc_s.valid & (ttc_s.value < onset.ttc_s.value))
        | (pet_s.valid & (pet_s.value < onset.pet_s.value))
        | (required.valid & (required.value > onset.required_deceleration_mps2.value) & (in_corridor | ttc_s.valid))
    )


def _half_lane(recording: Recording, net: RoadNetwork | None) -> Array:
    """Return (T,) half the width of the lane under the subject, m."""
    count = len(recording.t_ns)
    if net is None or not len(net.lanes):
        return np.full(count, HALF_LANE_M)
    steps = np.unique(np.linspace(0, count - 1, LANE_SAMPLES).astype(int))
    lane, s, _, distance = nearest_lane(net, recording.agents.xyz[recording.subject, steps, :2], drivable_only=True)
    rows = np.searchsorted(_stations(net), lane * STATION_M + s)
    rows = np.clip(rows, net.lanes.centre_start[lane], net.lanes.centre_start[lane + 1] - 1)
    half = np.where(distance > OFF_MAP_M, HALF_LANE_M, net.lanes.centre_half_width[rows])
    return np.interp(np.arange(count), steps, half)


@kept
def _stations(net: RoadNetwork) -> Array:
    """Return (N,) s of every centre sample plus STATION_M times its lane: sorted, so that one search finds many."""
    lanes = net.lanes
    owner = np.repeat(np.arange(len(lanes)), np.diff(lanes.centre_start))
    return np.asarray(owner * STATION_M + lanes.centre_s)
