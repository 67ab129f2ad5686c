"""Pairs: each other agent as the subject vehicle's body sees it, in the plane, whatever the roads are."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos_all
from roadnet.boxes import separation
from scenarios.model.recording import Recording


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pairs:
    """The others in the frame of the subject's body, x forward and y left, (A, T) each; read where `other`."""

    other: Array  # bool: somebody else, present while the subject is
    x: Array  # m, centre to centre
    y: Array
    u: Array  # m/s, the other's velocity less the subject's, along x
    v: Array  # along y
    cosine: Array  # of the other's heading against the subject's
    sine: Array
    clearance: Array  # m between the bodies, 0 where they touch
    speed: Array  # (T,) m/s of the subject, negative backwards
    half: Array  # (A, 2) m, half length and half width
    ego: int  # the subject's row

    @property
    def relative_speed(self) -> Array:
        """Return (A, T) m/s: the length of the relative velocity."""
        return np.asarray(np.sqrt(self.u**2 + self.v**2))


@lru_cache(maxsize=8)
def pairs(recording: Recording) -> Pairs:
    """Return the pairs of a recording; computed once however many measures ask."""
    agents, ego = recording.agents, recording.subject
    sin_y, cos_y = sincos_all(agents.yaw)
    half = 0.5 * agents.size[:, :2].astype(np.float64)
    other = agents.valid & agents.valid[ego]
    other[ego] = False
    out = np.zeros((7, *agents.yaw.shape))
    relate(agents.xyz, other, cos_y, sin_y, agents.speed.astype(np.float64), half, ego, out)
    x, y, u, v, cosine, sine, clearance = out
    return Pairs(
        other=other, x=x, y=y, u=u, v=v, cosine=cosine, sine=sine, clearance=clearance,
        speed=agents.speed[ego].astype(np.float64), half=half, ego=ego,
    )  # fmt: skip


@compiled
def relate(
    xyz: Array, other: Array, cos_y: Array, sin_y: Array, speed: Array, half: Array, ego: int, out: Array
) -> None:
    """Fill in (7, A, T): x, y, u, v, cosine, sine, clearance where `other`."""
    for i in range(xyz.shape[0]):
        for t in range(xyz.shape[1]):
            if not other[i, t]:
                continue
            c, s = cos_y[ego, t], sin_y[ego, t]
            dx, dy = xyz[i, t, 0] - xyz[ego, t, 0], xyz[i, t, 1] - xyz[ego, t, 1]
            cosine, sine = cos_y[i, t] * c + sin_y[i, t] * s, sin_y[i, t] * c - cos_y[i, t] * s
            x, y = dx * c + dy * s, dy * c - dx * s
            out[0, i, t], out[1, i, t] = x, y
            out[2, i, t], out[3, i, t] = speed[i, t] * cosine - speed[ego, t], speed[i, t] * sine
            out[4, i, t], out[5, i, t] = cosine, sine
            out[6, i, t] = clearance(x, y, cosine, sine, half[ego, 0], half[ego, 1], half[i, 0], half[i, 1])


@compiled
def clearance(
    x: float, y: float, cosine: float, sine: float, half_l: float, half_w: float, other_l: float, other_w: float
) -> float:
    """Return the distance between a box at the origin along x and one at (x, y) turned by (cosine, sine), m.

    0 where they touch. Two boxes apart are nearest at a corner of one of them.
    """
    if separation(x, y, 1.0, 0.0, half_l, half_w, cosine, sine, other_l, other_w) <= 0.0:
        return 0.0
    # the first box's centre as the second sees it
    x_b, y_b = -(x * cosine + y * sine), x * sine - y * cosine
    least = np.inf
    for k in range(4):
        a, b = (1.0 if k < 2 else -1.0), (1.0 if k % 2 == 0 else -1.0)
        p, q = a * other_l, b * other_w
        least = min(least, outside(x + p * cosine - q * sine, y + p * sine + q * cosine, half_l, half_w))
        p, q = a * half_l, b * half_w
        least = min(least, outside(x_b + p * cosine + q * sine, y_b - p * sine + q * cosine, other_l, other_w))
    return float(np.sqrt(least))


@compiled
def outside(x: float, y: float, half_l: float, half_w: float) -> float:
    """Return the squared distance of a point from a box at the origin, m2; 0 inside."""
    dx, dy = max(abs(x) - half_l, 0.0), max(abs(y) - half_w, 0.0)
    return float(dx * dx + dy * dy)
