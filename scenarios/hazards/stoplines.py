"""Stop lines of traffic lights, and who crosses them while the light is red."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.crossings import signal_group
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording

RED = 1
MOVING_MPS = 1.0
SAME_WAY_COS = 0.7  # along the lane, not across its end


@dataclass(frozen=True, slots=True, eq=False)
class StopLines:
    """Where lanes that a traffic light governs enter their junction; Q lines."""

    xy: Array  # (Q, 2) m, on the lane's centre line
    heading: Array  # (Q,) rad of the lane there
    half_width: Array  # (Q,) m
    groups: tuple[tuple[int, ...], ...]  # signal groups of the movements that begin there


@kept
def stop_lines(net: RoadNetwork) -> StopLines:
    """Return the stop lines of a map's traffic lights, each once however many movements begin there."""
    lanes, group = net.lanes, signal_group(net)
    entries: dict[tuple[float, float], tuple[int, set[int]]] = {}
    for lane in np.flatnonzero(group >= 0).tolist():
        row = int(lanes.centre_start[lane])
        key = (round(float(lanes.centre[row, 0]), 1), round(float(lanes.centre[row, 1]), 1))
        entries.setdefault(key, (row, set()))[1].add(int(group[lane]))
    rows = np.array([row for row, _ in entries.values()], int)
    return StopLines(
        xy=lanes.centre[rows, :2],
        heading=lanes.centre_heading[rows],
        half_width=lanes.centre_half_width[rows],
        groups=tuple(tuple(sorted(groups)) for _, groups in entries.values()),
    )


def crossed_on_red(recording: Recording, net: RoadNetwork | None) -> Array:
    """Return (A, T) bool: at this step the agent's front has just crossed a stop line that is red for all movements."""
    agents = recording.agents
    out = np.zeros(agents.valid.shape, bool)
    if net is None or not (recording.signal_state == RED).any():
        return out
    lines = stop_lines(net)
    if not lines.groups:
        return out
    red = np.stack([(recording.signal_state[list(groups)] == RED).all(0) for groups in lines.groups])  # (Q, T)
    front = 0.5 * agents.size[:, 0].astype(np.float64)
    for q in np.flatnonzero(red.any(1)):
        c, n = np.cos(lines.heading[q]), np.sin(lines.heading[q])
        dx, dy = agents.xyz[:, :, 0] - lines.xy[q, 0], agents.xyz[:, :, 1] - lines.xy[q, 1]
        near = (np.abs(dx) + np.abs(dy)).min(1) < 2.0 * (front + lines.half_width[q]) + 10.0
        if not near.any():
            continue
        beyond = dx[near] * c + dy[near] * n + front[near, None] > 0.0
        aside = np.abs(dy[near] * c - dx[near] * n) < lines.half_width[q]
        along = np.cos(agents.yaw[near] - lines.heading[q]) > SAME_WAY_COS
        moving = agents.valid[near] & (agents.speed[near] > MOVING_MPS) & along & aside
        out[near, 1:] |= beyond[:, 1:] & ~beyond[:, :-1] & moving[:, 1:] & agents.valid[near, :-1] & red[q, 1:]
    return out
