"""The subject vehicle's first touch: with whom, how hard, and whether it was run into."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos
from roadnet.boxes import overlap
from roadnet.network import RoadNetwork
from scenarios.criticality.masses import mass_of
from scenarios.evaluation.verdict import PROGRESS_SHARE, Contact
from scenarios.hazards.relations import relations
from scenarios.hazards.taxonomy import taxonomy
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario, Kind
from scenarios.simulation.tables import order_of

STANDS_MPS = 0.5  # slower than this the subject stands
STOOD_S = 1.0  # for so long before somebody on foot walked into it; assumed
ON_FOOT = (Kind.PEDESTRIAN, Kind.ANIMAL)
LOOK_BACK_S = 3.0  # how it drove before a contact; assumed
EXCUSE_S = 1.0  # what was urgent so long ago still excuses braking; assumed
ASIDE_M = 1.0  # a move sideways of more than this in that time is a manoeuvre of its own; assumed
SAME_WAY_COS = 0.5  # who comes from behind heads within 60 degrees of the subject
TRUNK_M = 0.45  # of a tree, what a vehicle meets; its size is the crown's


@dataclass(frozen=True, slots=True)
class Touch:
    """A first touch: the row of an agent, or the number of a static thing."""

    t_s: float
    agent: int = -1
    static: int = -1
    closing_mps: float = 0.0


def first_touch(recording: Recording) -> Touch | None:
    """Return the subject's first touch of an agent or of a static thing of the scenario; None without any."""
    found = [t for t in (agent_touch(recording), static_touch(recording)) if t is not None]
    return min(found, key=lambda t: (t.t_s, t.agent), default=None)


def agent_touch(recording: Recording) -> Touch | None:
    """Return the subject's first touch of an agent, exact between the steps."""
    contacts, ego = recording.contacts, recording.subject
    rows = np.flatnonzero((contacts.pair == ego).any(1))
    if not len(rows):
        return None
    first = int(rows[np.lexsort((contacts.pair[rows].sum(1), contacts.t_ns[rows]))[0]])
    other = int(contacts.pair[first].sum()) - ego
    return Touch(float(contacts.t_ns[first]) * 1e-9, agent=other, closing_mps=float(contacts.closing_mps[first]))


def static_touch(recording: Recording) -> Touch | None:
    """Return the subject's first overlap with a static thing, to the step; a tree is met at its trunk."""
    statics, agents, ego = recording.statics, recording.agents, recording.subject
    xy, yaw = agents.xyz[ego, :, :2], agents.yaw[ego].astype(np.float64)
    best: Touch | None = None
    for i, kind in enumerate(statics.kind):
        x, y, _z, heading = statics.pose[i]
        length, width = (TRUNK_M, TRUNK_M) if kind == "tree" else statics.size[i, :2].astype(np.float64)
        reach = 0.5 * (np.hypot(length, width) + np.hypot(*agents.size[ego, :2]))
        near = np.flatnonzero((np.hypot(xy[:, 0] - x, xy[:, 1] - y) <= reach) & agents.valid[ego])
        if not len(near):
            continue
        mine = np.column_stack([xy[near], yaw[near], np.tile(agents.size[ego, :2], (len(near), 1))])
        touching = near[overlap(mine, np.tile([x, y, heading, length, width], (len(near), 1)))]
        if len(touching) and (best is None or recording.t_ns[touching[0]] * 1e-9 < best.t_s):
            k = int(touching[0])
            best = Touch(float(recording.t_ns[k]) * 1e-9, static=i, closing_mps=abs(float(agents.speed[ego, k])))
    return best


def contact_of(
    touch: Touch, spec: ConcreteScenario, recording: Recording, net: RoadNetwork, *, progress: float, offset: Array
) -> Contact:
    """Return what a touch was.

    progress: share of the careful human's distance that the subject had made by then. offset: (T,) m from its route.
    """
    if touch.agent < 0:
        other, delta_v, struck = recording.statics.kind[touch.static], touch.closing_mps, False
    else:
        other = spec.actors[order_of(spec)[touch.agent]].name
        delta_v, struck = delta_v_of(recording, touch), is_struck(recording, touch)
    return Contact(
        other=other,
        t_s=touch.t_s,
        impact_mps=touch.closing_mps,
        delta_v_mps=delta_v,
        struck=struck,
        normal=struck and progress >= PROGRESS_SHARE and drove_normally(recording, net, touch, offset),
    )


def delta_v_of(recording: Recording, touch: Touch) -> float:
    """Return the subject's change of speed in a plastic impact: m2 / (m1 + m2) times the relative speed."""
    rows = [recording.subject, touch.agent]
    mine, theirs = mass_of(recording.agents.kind[rows], recording.agents.size[rows]).tolist()
    return touch.closing_mps * float(theirs / (mine + theirs))


def is_struck(recording: Recording, touch: Touch) -> bool:
    """Return whether the other ran into the subject: from behind, or on foot when it had stood for long.

    Who stops across the way of others and is hit from the side was not run into: a careful driver stands elsewhere.
    """
    agents, ego, other = recording.agents, recording.subject, touch.agent
    k = step_before(recording, touch.t_s)
    if int(agents.kind[other]) in ON_FOOT:
        stood = np.abs(agents.speed[ego, max(0, k - round(STOOD_S / recording.step_s)) : k + 1]) < STANDS_MPS
        return bool(stood.all())
    sin_e, cos_e = sincos(float(agents.yaw[ego, k]))
    sin_o, cos_o = sincos(float(agents.yaw[other, k]))
    dx, dy = (agents.xyz[other, k, :2] - agents.xyz[ego, k, :2]).tolist()
    same_way = cos_e * cos_o + sin_e * sin_o
    behind = dx * cos_e + dy * sin_e < -0.5 * float(agents.size[ego, 0])
    backing = float(agents.speed[ego, k]) < 0.0
    return bool(same_way > SAME_WAY_COS and behind and not backing)


def drove_normally(recording: Recording, net: RoadNetwork, touch: Touch, offset: Array) -> bool:
    """Return whether before a touch the subject neither changed lanes nor braked hard without a cause ahead of it."""
    k = step_before(recording, touch.t_s)
    first = max(0, k - round(LOOK_BACK_S / recording.step_s))
    if np.ptp(offset[first : k + 1]) > ASIDE_M:
        return False
    hard = taxonomy().thresholds.near_miss.required_deceleration_mps2.value
    braked = np.flatnonzero(recording.agents.accel[recording.subject, first : k + 1] <= -hard) + first
    seen = relations(recording, net)
    cause = seen.urgent & (seen.ahead_m > 0.0)
    back = round(EXCUSE_S / recording.step_s)
    return all(bool(cause[:, max(0, b - back) : b + 1].any()) for b in braked.tolist())


def step_before(recording: Recording, t_s: float) -> int:
    """Return the last step before an instant."""
    return max(0, min(int(np.ceil(t_s / recording.step_s - 1e-6)) - 1, len(recording.t_ns) - 1))
