"""p_mc: the probability of a contact within three seconds if both accelerate at random."""

from functools import cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.streams import Streams
from roadnet.boxes import straight_contact
from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.relative import pairs
from scenarios.criticality.series import Series
from scenarios.criticality.wttc import worst_time
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="p_mc",
    unit="1",
    worse="high",
    formula="share of 64 draws in which the bodies touch within 3 s; both hold accelerations drawn evenly from "
    "+-4 m/s2 along and +-2 m/s2 across",
    source="Broadhurst, Baker, Kanade 2005; horizon of Eidehall and Petersson 2008; the draws' limits are assumed",
    edges="1 at a touch; a car that stops stays; what stands does not move sideways; bodies do not turn; the same "
    "draws for all pairs and steps; interval(value) gives the 95 % interval of the share",
)
HORIZON_S, LEGS = 3.0, 5  # relative motion is straight within a leg: 0.3 m off at the most
HALF_OF_THE_DRAWS = 32  # each is used with its mirror image too, so that left and right count alike
ALONG_MPS2, ACROSS_MPS2 = 4.0, 2.0
SHARPEST_1PM = 0.2  # across is no more than this curvature gives at the speed; a car's turning circle
Z95 = 1.959963984540054


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T), 0 to 1."""
    p = pairs(recording)
    states = np.stack([p.x, p.y, p.u, p.v, p.cosine, p.sine])
    out = np.zeros_like(p.x)
    shares(states, p.other, p.speed, recording.agents.speed.astype(np.float64), p.half, p.ego, draws(), out)
    return MEASURE.series(out, p.other)


@cache
def draws() -> Array:
    """Return (N, 4) m/s2: the subject's acceleration along and across, the other's likewise."""
    rng = Streams(0, 0).rng("criticality p_mc")
    limits = np.array([ALONG_MPS2, ACROSS_MPS2, ALONG_MPS2, ACROSS_MPS2])
    half = rng.uniform(-1.0, 1.0, (HALF_OF_THE_DRAWS, 4)) * limits
    return np.concatenate([half, half * (1.0, -1.0, 1.0, -1.0)])


def interval(share: float) -> tuple[float, float]:
    """Return the 95 % interval of a share of the draws, as if they were independent. Wilson 1927."""
    n = 2 * HALF_OF_THE_DRAWS
    middle = (share + 0.5 * Z95**2 / n) / (1.0 + Z95**2 / n)
    half = Z95 / (1.0 + Z95**2 / n) * np.sqrt(share * (1.0 - share) / n + 0.25 * (Z95 / n) ** 2)
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


@compiled
def shares(
    states: Array, other: Array, speed: Array, other_speed: Array, half: Array, ego: int, draw: Array, out: Array
) -> None:
    """Fill in (A, T) where `other`; states: (6, A, T) x, y, u, v, cosine, sine as in `relative.Pairs`."""
    most = 2.0 * np.sqrt(ALONG_MPS2**2 + ACROSS_MPS2**2)
    legs = np.empty((2, len(draw), LEGS, 2))
    for t in range(other.shape[1]):
        for n in range(len(draw)):
            shifts(speed[t], draw[n, 0], draw[n, 1], legs[0, n])
        for i in range(other.shape[0]):
            if not other[i, t]:
                continue
            reach = np.sqrt(half[ego, 0] ** 2 + half[ego, 1] ** 2) + np.sqrt(half[i, 0] ** 2 + half[i, 1] ** 2)
            x, y, u, v = states[0, i, t], states[1, i, t], states[2, i, t], states[3, i, t]
            c, s = states[4, i, t], states[5, i, t]
            if worst_time(x, y, u, v, reach, most) > HORIZON_S:
                continue
            count = 0
            for n in range(len(draw)):
                shifts(other_speed[i, t], draw[n, 2], draw[n, 3], legs[1, n])
                if touches(x, y, c, s, half[ego], half[i], reach, legs[0, n], legs[1, n]):
                    count += 1
            out[i, t] = count / len(draw)


@compiled
def shifts(speed: float, along: float, across: float, out: Array) -> None:
    """Fill in (LEGS, 2) m along and across the heading at the end of each leg."""
    sharpest = SHARPEST_1PM * speed * speed
    turn = min(max(across, -sharpest), sharpest)
    stop = speed / -along if along * speed < 0.0 else np.inf
    for k in range(LEGS):
        t = min((k + 1) * HORIZON_S / LEGS, stop)
        out[k, 0] = (speed + 0.5 * along * t) * t
        out[k, 1] = 0.5 * turn * t * t


@compiled
def touches(x: float, y: float, c: float, s: float, a: Array, b: Array, reach: float, own: Array, its: Array) -> bool:
    """Return whether the bodies touch on any leg; own, its: `shifts` of both."""
    px, py = x, y
    for k in range(LEGS):
        qx = x + its[k, 0] * c - its[k, 1] * s - own[k, 0]
        qy = y + its[k, 0] * s + its[k, 1] * c - own[k, 1]
        ux, uy = qx - px, qy - py
        leg = ux * ux + uy * uy
        # (reach + leg)^2 <= 2 (reach^2 + leg^2): farther apart they cannot meet on this leg
        if px * px + py * py <= 2.0 * (reach * reach + leg) and (
            passes_within(px, py, ux, uy, leg, reach)
            and straight_contact(px, py, ux, uy, 1.0, 0.0, a[0], a[1], c, s, b[0], b[1]) <= 1.0
        ):
            return True
        px, py = qx, qy
    return False


@compiled
def passes_within(x: float, y: float, ux: float, uy: float, squared: float, reach: float) -> bool:
    """Return whether a point that moves from (x, y) by (ux, uy), of that squared length, comes near the origin."""
    part = min(max(-(x * ux + y * uy) / squared, 0.0), 1.0) if squared > 0.0 else 0.0
    nx, ny = x + part * ux, y + part * uy
    return bool(nx * nx + ny * ny <= reach * reach)
