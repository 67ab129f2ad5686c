"""How far the subject vehicle came along its route, and how far from where it was recorded.

A metre counts where it is driven on a drivable lane or near the route: who leaves the road makes no progress there.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.network import RoadNetwork
from roadnet.polyline import Path, project
from roadnet.queries import nearest_lane
from scenarios.model.recording import Recording
from scenarios.model.spec import ConcreteScenario
from scenarios.simulation.tracks import track

NEAR_ROUTE_M = 2.0  # within this of the route it is on the road whatever the map says: its own polyline, say
JUMP = 2.0  # a step along the route of more than so many times the step driven is the route meeting itself
LEAST_M = 1.0  # a reference that went less far than this asks for no progress


def route_of(spec: ConcreteScenario, net: RoadNetwork) -> Path:
    """Return the path that the subject vehicle is asked to follow."""
    return track(net, spec.actors[0].path, where=f"scenario {spec.index}, actor 'ego'").path


def travelled(recording: Recording, route: Path, net: RoadNetwork) -> Array:
    """Return (T,) m that the subject has made along the route since the start, at each step."""
    xy = recording.agents.xyz[recording.subject, :, :2]
    s, offset = project(route, xy)
    along, driven = np.diff(s), np.hypot(*np.diff(xy, axis=0).T)
    counts = (np.abs(along) <= JUMP * driven + 0.1) & on_road(xy, offset, net)[1:]
    return np.concatenate([[0.0], np.cumsum(np.where(counts, along, 0.0))])


def on_road(xy: Array, offset: Array, net: RoadNetwork) -> Array:
    """Return (N,) bool: near the route, or on a drivable lane."""
    on = np.abs(offset) <= NEAR_ROUTE_M
    if len(net.lanes) and net.lanes.drivable.any() and not on.all():
        on[~on] = nearest_lane(net, xy[~on])[3] <= 0.0
    return np.asarray(on)


def share_of(made_m: float, reference_m: float) -> float:
    """Return the share of the reference's distance that was made; 1 where the reference hardly moved."""
    return 1.0 if reference_m < LEAST_M else max(made_m, 0.0) / reference_m


def deviation(recording: Recording, reference: Recording) -> float:
    """Return the largest distance between the subject's places at the same time in two recordings, m."""
    steps = min(len(recording.t_ns), len(reference.t_ns))
    mine = recording.agents.xyz[recording.subject, :steps, :2]
    theirs = reference.agents.xyz[reference.subject, :steps, :2]
    present = recording.agents.valid[recording.subject, :steps] & reference.agents.valid[reference.subject, :steps]
    return float(np.hypot(*(mine - theirs).T)[present].max(initial=0.0))
