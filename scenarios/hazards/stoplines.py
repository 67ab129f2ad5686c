"""Stop lines of traffic lights, and who crosses them while the light is red."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording

RED = 1
MOVING_MPS = 1.0
SAME_WAY_COS = 0.7  # along the lane, not across its end


@dataclass(frozen=True, slots=True, eq=False)
class StopLines:
    """The ends of the lanes that traffic lights govern; Q lines."""

    xy: Array  # (Q, 2) m, where the lane's centre line meets the stop line
    heading: Array  # (Q,) rad of the lane there
    half_width: Array  # (Q,) m
    group: Array  # (Q,) signal group


@kept
def stop_lines(net: RoadNetwork) -> StopLines:
    """Return the stop lines of a map's traffic lights, sorted by lane."""
    signals, lanes = net.signals, net.lanes
    pairs = sorted(
        {
            (int(lane), int(signals.group[i]))
            for i in np.flatnonzero(signals.dynamic)
            for lane in signals.lane[signals.lane_start[i] : signals.lane_start[i + 1]]
        }
    )
    last = np.array([lanes.centre_start[lane + 1] - 1 for lane, _ in pairs], int)
    return StopLines(
        xy=lanes.centre[last, :2],
        heading=lanes.centre_heading[last],
        half_width=lanes.centre_half_width[last],
        group=np.array([g for _, g in pairs], int),
    )


def crossed_on_red(recording: Recording, net: RoadNetwork) -> Array:
    """Return (A, T) bool: at this step the agent's front has just crossed a stop line whose light is red."""
    lines, agents = stop_lines(net), recording.agents
    out = np.zeros(agents.valid.shape, bool)
    if not len(lines.group):
        return out
    red = recording.signal_state[lines.group] == RED  # (Q, T)
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
