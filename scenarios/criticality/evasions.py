"""Evasion: the latest start of braking, steering and accelerating that still avoids the contact, in closed form.

Everybody keeps its velocity, only the subject departs from it: along its heading by braking or accelerating, or
sideways by a swerve that shifts its body without turning it. At time t the bodies overlap while the shift lies between
lines that are linear in t, one pair for each of the four separating axes: a convex polygon in the plane of time and
shift. Staying behind means to stay below the polygon's lower edge, passing means to be beyond its upper edge.
Negative starts are in the past: had both come at these velocities, so much earlier it would have had to begin.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from scenarios.criticality import ttc
from scenarios.criticality.friction import grip
from scenarios.criticality.relative import pairs
from scenarios.model.recording import Recording

EARLIEST_S = -5.0  # a start longer ago than this belongs to another story: none avoids the contact; assumed
KICKDOWN_MPS2 = 3.0  # assumed: a passenger car's brisk acceleration
FLAT = 1e-9  # an axis less inclined to the shift than this does not see it
BRAKE, STEER, KICK, LATERAL = range(4)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Evasion:
    """What still avoids the contact that `ttc` foresees, (A, T) each; minus or plus infinity where nothing does."""

    brake: Array  # s, the latest start
    steer: Array  # s
    kick: Array  # s
    lateral: Array  # m/s2, the least constant sideways acceleration from now on


@lru_cache(maxsize=8)
def evasion(recording: Recording) -> Evasion:
    """Return the evasions of a recording; computed once however many measures ask."""
    p, contact = pairs(recording), ttc.contact_time(recording)
    looms = contact.valid & (contact.value > 0.0)
    out = np.full((4, *p.x.shape), -np.inf)
    out[LATERAL] = np.inf
    states = np.stack([p.x, p.y, p.u, p.v, p.cosine, p.sine])
    evade(states, looms, p.speed, p.half, p.ego, grip(recording), KICKDOWN_MPS2, out)
    return Evasion(brake=out[BRAKE], steer=out[STEER], kick=out[KICK], lateral=out[LATERAL])


@compiled
def evade(
    states: Array, looms: Array, speed: Array, half: Array, ego: int, most: Array, kick: float, out: Array
) -> None:
    """Fill in (4, A, T) where a contact looms; states: (6, A, T) x, y, u, v, cosine, sine as in `relative.Pairs`."""
    low, high, slope = np.empty(4), np.empty(4), np.empty(4)
    for i in range(looms.shape[0]):
        for t in range(looms.shape[1]):
            if not looms[i, t] or most[t] <= 0.0:
                continue
            x, y, u, v = states[0, i, t], states[1, i, t], states[2, i, t], states[3, i, t]
            c, s = states[4, i, t], states[5, i, t]
            now = speed[t]
            if now > 0.0:
                n, begin, end = polygon(x, y, u + now, v, c, s, half[ego], half[i], 0, low, high, slope)
                out[BRAKE, i, t] = latest_brake(n, begin, end, low, slope, now, most[t])
                for k in range(n):
                    slope[k] -= now  # the shift against going on
                out[KICK, i, t] = latest_push(n, begin, end, high, slope, kick)
            for side in range(2):
                sign = 1.0 - 2.0 * side
                n, begin, end = polygon(x, sign * y, u, sign * v, c, sign * s, half[ego], half[i], 1, low, high, slope)
                out[STEER, i, t] = max(out[STEER, i, t], latest_push(n, begin, end, high, slope, most[t]))
                out[LATERAL, i, t] = min(out[LATERAL, i, t], least_push(n, begin, end, high, slope))


@compiled
def polygon(
    x: float, y: float, u: float, v: float, c: float, s: float, a: Array, b: Array, along: int,
    low: Array, high: Array, slope: Array,
) -> tuple[int, float, float]:  # fmt: skip
    """Fill in the n lines low + slope t <= shift <= high + slope t at which body a, shifted along x (0) or y (1),
    overlaps body b at (x, y) + (u, v) t turned by (c, s); return n and the times at which any shift does.
    """
    n, begin, end = 0, -np.inf, np.inf
    ac, as_ = abs(c), abs(s)
    for axis in range(4):
        if axis == 0:
            ax, ay, reach = 1.0, 0.0, a[0] + b[0] * ac + b[1] * as_
        elif axis == 1:
            ax, ay, reach = 0.0, 1.0, a[1] + b[0] * as_ + b[1] * ac
        elif axis == 2:
            ax, ay, reach = c, s, b[0] + a[0] * ac + a[1] * as_
        else:
            ax, ay, reach = -s, c, b[1] + a[0] * as_ + a[1] * ac
        p, q, m = x * ax + y * ay, u * ax + v * ay, ay if along == 1 else ax
        if abs(m) > FLAT:
            low[n], high[n], slope[n] = p / m - reach / abs(m), p / m + reach / abs(m), q / m
            n += 1
        elif q != 0.0:
            begin, end = max(begin, -p / q - abs(reach / q)), min(end, -p / q + abs(reach / q))
        elif abs(p) > reach:
            end = -np.inf
    for i in range(n):
        for j in range(n):
            rate, room = slope[i] - slope[j], high[j] - low[i]  # where rate t <= room
            if rate > 0.0:
                end = min(end, room / rate)
            elif rate < 0.0:
                begin = max(begin, room / rate)
    return n, begin, end


@compiled
def latest_brake(n: int, begin: float, end: float, low: Array, slope: Array, speed: float, most: float) -> float:
    """Return the latest start of braking by `most` to stand that stays below the lines, s; minus infinity for none."""
    if begin >= end:
        return -np.inf
    first, last = np.inf, -np.inf
    for k in range(n):
        first, last = min(first, slope[k]), max(last, slope[k])
    if (begin == -np.inf and first >= speed) or (end == np.inf and last < 0.0):
        return -np.inf  # it comes from behind, or towards a car that stands
    latest = np.inf
    for i in range(n):
        for j in range(i, n):
            if i == j:
                w = speed - slope[i]
                t = low[i] / w + 0.5 * w / most if w > 0.0 else begin
            elif slope[i] != slope[j]:
                t = (low[j] - low[i]) / (slope[i] - slope[j])
            else:
                continue
            latest = min(latest, brake_by(n, begin, end, t, low, slope, speed, most))
    latest = min(latest, brake_by(n, begin, end, begin, low, slope, speed, most))
    latest = min(latest, brake_by(n, begin, end, end, low, slope, speed, most))
    return latest if EARLIEST_S <= latest < np.inf else -np.inf


@compiled
def brake_by(n: int, begin: float, end: float, t: float, low: Array, slope: Array, speed: float, most: float) -> float:
    """Return the latest start that is behind every body line at one time t, s; infinity where nothing binds."""
    if not begin <= t <= end or abs(t) == np.inf:
        return np.inf
    shift = -np.inf
    for k in range(n):
        shift = max(shift, low[k] + slope[k] * t)
    short = speed * t - shift  # what braking must have taken off by then
    if short <= 0.0:
        return np.inf
    stop = 0.5 * speed * speed / most
    if short <= stop:
        return float(t - np.sqrt(2.0 * short / most))
    return float((shift - stop) / speed)


@compiled
def latest_push(n: int, begin: float, end: float, high: Array, slope: Array, most: float) -> float:
    """Return the latest start of accelerating by `most` from rest that is beyond the lines, s."""
    if begin >= end:
        return -np.inf
    last = -np.inf
    for k in range(n):
        last = max(last, slope[k])
    if begin == -np.inf and last <= 0.0:
        return -np.inf  # it always was in the way
    latest = np.inf
    for i in range(n):
        for j in range(i, n):
            if i == j:
                f = slope[i]
                t = (0.5 * f * f / most - high[i]) / f if f > 0.0 else begin
            elif slope[i] != slope[j]:
                t = (high[j] - high[i]) / (slope[i] - slope[j])
            else:
                continue
            latest = min(latest, push_by(n, begin, end, t, high, slope, most))
    latest = min(latest, push_by(n, begin, end, begin, high, slope, most))
    latest = min(latest, push_by(n, begin, end, end, high, slope, most))
    return latest if EARLIEST_S <= latest < np.inf else -np.inf


@compiled
def push_by(n: int, begin: float, end: float, t: float, high: Array, slope: Array, most: float) -> float:
    """Return the latest start that is beyond some line at one time t, s; infinity where nothing binds."""
    if not begin <= t <= end or abs(t) == np.inf:
        return np.inf
    shift = np.inf
    for k in range(n):
        shift = min(shift, high[k] + slope[k] * t)
    return np.inf if shift <= 0.0 else float(t - np.sqrt(2.0 * shift / most))


@compiled
def least_push(n: int, begin: float, end: float, high: Array, slope: Array) -> float:
    """Return the least acceleration from now on that is beyond the lines in time, m/s2; infinity for none."""
    if begin >= end:
        return np.inf
    least = 0.0
    for i in range(n):
        for j in range(i, n):
            if i == j:
                t = -2.0 * high[i] / slope[i] if slope[i] > 0.0 else begin
            elif slope[i] != slope[j]:
                t = (high[j] - high[i]) / (slope[i] - slope[j])
            else:
                continue
            least = max(least, push_of(n, begin, end, t, high, slope))
    least = max(least, push_of(n, begin, end, max(begin, 0.0), high, slope))
    return float(max(least, push_of(n, begin, end, end, high, slope)))


@compiled
def push_of(n: int, begin: float, end: float, t: float, high: Array, slope: Array) -> float:
    """Return the acceleration from now on that is beyond some line at one time t, m/s2; 0 where nothing binds."""
    if t < 0.0 or not begin <= t <= end or t == np.inf:
        return 0.0
    shift = np.inf
    for k in range(n):
        shift = min(shift, high[k] + slope[k] * t)
    if shift <= 0.0:
        return 0.0
    return float(2.0 * shift / (t * t)) if t > 0.0 else np.inf
