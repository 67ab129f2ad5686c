"""A recording at one instant, between steps interpolated."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.frames import wrap_angle
from scenarios.model.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Moment:
    """States of A agents at `t_s`."""

    t_s: float
    step: int  # the last step not after t_s
    valid: Array  # (A,) bool
    xyz: Array  # (A, 3) m
    yaw: Array  # (A,) rad
    speed: Array  # (A,) m/s
    lamps: Array  # (A,) uint8
    signal_state: Array  # (groups,) uint8


def moment(recording: Recording, t_s: float) -> Moment:
    """Return the states at `t_s`, clamped to the recording; linear between two steps where both are valid."""
    a, last = recording.agents, len(recording.t_ns) - 1
    place = min(max(t_s / recording.step_s, 0.0), float(last))
    k = min(int(place + 1e-9), last)
    n, w = min(k + 1, last), place - k
    weight = np.where(a.valid[:, n], w if w > 1e-6 else 0.0, 0.0)
    turn = wrap_angle(a.yaw[:, n].astype(np.float64) - a.yaw[:, k])
    return Moment(
        t_s=place * recording.step_s,
        step=k,
        valid=a.valid[:, k],
        xyz=a.xyz[:, k] + weight[:, None] * (a.xyz[:, n] - a.xyz[:, k]),
        yaw=a.yaw[:, k] + weight * turn,
        speed=a.speed[:, k] + weight * (a.speed[:, n] - a.speed[:, k]),
        lamps=a.lamps[:, k],
        signal_state=recording.signal_state[:, k],
    )
