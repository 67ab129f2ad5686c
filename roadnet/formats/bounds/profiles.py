"""Bounds as piecewise cubics along the reference line: lane offset, widths, elevation, superelevation."""

from dataclasses import dataclass, field

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos_all
from roadnet.formats.bounds.polylines import dense, plan_length
from roadnet.formats.bounds.reference import footpoints
from roadnet.network import Roads

NEAREST_M = 2e-3  # knots nearer to the one before say nothing new
STEEPEST = 5.0  # of a bound against the reference line: further across than along by so much is a corner
OVERSHOOT = 3.0  # slopes beyond so many secants would make a cubic leave its vertices (Fritsch and Carlson 1980)
COLLINEAR = 1e-6  # knots on a straight bound that bends by less are left out
STEEPEST_BANK = 0.5  # rad
MISSED_M = 1e-3  # footpoints that miss their point by more were not found
LEVEL_M = 1e-3

Cubic = tuple[float, ...]  # s, a, b, c, d


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Bound:
    """A bound along its road: knots with values and slopes."""

    s: Array  # (K,) m, from 0 to the road's length
    t: Array  # (K, 2): m left of the reference line and z m
    slope: Array  # (K, 2) the same per m of s

    def at(self, s: Array) -> tuple[Array, Array]:
        """Return (values (N, 2), slopes (N, 2)); straight on beyond the ends."""
        if len(self.s) == 1:
            return self.t[[0] * len(s)], self.slope[[0] * len(s)]
        i = np.clip(np.searchsorted(self.s, s, side="right") - 1, 0, len(self.s) - 2)
        h = (self.s[i + 1] - self.s[i])[:, None]
        x = (s.clip(self.s[0], self.s[-1]) - self.s[i])[:, None] / h
        p0, p1, m0, m1 = self.t[i], self.t[i + 1], self.slope[i] * h, self.slope[i + 1] * h
        xx, xxx = x * x, x * x * x
        value = (2 * xxx - 3 * xx + 1) * p0 + (xxx - 2 * xx + x) * m0 + (3 * xx - 2 * xxx) * p1 + (xxx - xx) * m1
        slope = ((6 * xx - 6 * x) * (p0 - p1) + (3 * xx - 4 * x + 1) * m0 + (3 * xx - 2 * x) * m1) / h
        beyond = (s - s.clip(self.s[0], self.s[-1]))[:, None]
        return value + beyond * slope, slope


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Profile:
    """The records of one road."""

    lane_offset: list[Cubic] = field(default_factory=list)
    widths: list[list[Cubic]] = field(default_factory=list)  # of the lanes from left to right
    elevation: list[Cubic] = field(default_factory=list)
    superelevation: list[Cubic] = field(default_factory=list)
    narrowest_m: float = 0.0  # below zero where bounds cross


def fitted_bounds(roads: Roads, owner: list[int], lines: list[tuple[Array, Array]]) -> list[Bound | None]:
    """Return each polyline as a bound of its road, None where no part of it lies beside the road.

    owner: road row of each; lines: (vertices (N, 3), tangents (N, 3)).
    """
    samples = [dense(points, tangent) for points, tangent in lines]
    count = [len(p) for p, _ in samples]
    road = np.repeat(np.array(owner, np.int64), count)
    points = np.concatenate([p for p, _ in samples])
    direction = np.concatenate([d for _, d in samples])
    part = np.concatenate([_parts(p) for p, _ in samples])
    length = roads.length_m[road]
    s, t, heading, bend = footpoints(roads, road, points[:, :2], part * length)
    sine_h, cosine_h = sincos_all(heading)
    along = direction[:, 0] * cosine_h + direction[:, 1] * sine_h
    across = direction[:, 1] * cosine_h - direction[:, 0] * sine_h
    speed = np.maximum(1.0 - bend * t, 0.0)
    tangent = across / np.maximum(along, 1.0 / STEEPEST)
    slope = np.stack([speed * tangent, speed * direction[:, 2] / np.maximum(along, 1.0 / STEEPEST)], -1)
    slope[:, 0] = slope[:, 0].clip(-STEEPEST, STEEPEST)
    value = np.stack([t, points[:, 2]], -1)
    start = np.concatenate([[0], np.cumsum(count)])
    return [
        _bound(s[a:b], value[a:b], slope[a:b], float(roads.length_m[o]))
        for a, b, o in zip(start[:-1], start[1:], owner, strict=True)
    ]


def profile(bounds: list[Bound], *, left_hand: bool) -> Profile:
    """Return the records of a road whose bounds are given from left to right."""
    s = _union([b.s for b in bounds])
    value, slope = (np.stack(x) for x in zip(*(b.at(s) for b in bounds), strict=True))  # (B, K, 2)
    width = np.maximum(value[0, :, 0] - value[-1, :, 0], 0.0)
    wide = np.maximum(width, 0.5)
    bank = (value[0, :, 1] - value[-1, :, 1]) / wide
    banked = bool((np.abs(value[0, :, 1] - value[-1, :, 1]) > LEVEL_M).any())
    stretch = np.sqrt(1 + bank * bank)[None] if banked else 1.0
    t, dt = value[:, :, 0] * stretch, slope[:, :, 0] * stretch
    share = (value[0, :, 0] / wide).clip(0.0, 1.0)
    z = value[0, :, 1] + (value[-1, :, 1] - value[0, :, 1]) * share
    dz = slope[0, :, 1] + (slope[-1, :, 1] - slope[0, :, 1]) * share
    inner = -1 if left_hand else 0
    gaps, gap_slopes = t[:-1] - t[1:], dt[:-1] - dt[1:]
    roll = atan2_all(bank, np.ones_like(bank)).clip(-STEEPEST_BANK, STEEPEST_BANK)
    return Profile(
        lane_offset=_cubics(s, t[inner], dt[inner]),
        widths=[
            _cubics(s, np.maximum(w, 0.0), np.where(w > 0, dw, 0.0)) for w, dw in zip(gaps, gap_slopes, strict=True)
        ],
        elevation=_cubics(s, z, dz) if np.abs(z).max() > 0 else [],
        superelevation=_cubics(s, roll, np.zeros_like(roll)) if banked else [],
        narrowest_m=float(gaps.min()),
    )


def _parts(points: Array) -> Array:
    along = np.concatenate([[0.0], np.cumsum(plan_length(np.diff(points, axis=0)))])
    return np.asarray(along / max(float(along[-1]), 1e-9))


def _bound(s: Array, value: Array, slope: Array, length: float) -> Bound | None:
    kept: list[int] = []
    for i, at in enumerate(s.tolist()):
        if not kept or at > s[kept[-1]] + NEAREST_M:
            kept.append(i)
    s, value, slope = s[kept], value[kept], slope[kept]
    if len(s) > 1:
        secant = np.abs(np.diff(value, axis=0) / np.diff(s)[:, None])
        limit = OVERSHOOT * np.maximum(np.concatenate([secant, secant[-1:]]), np.concatenate([secant[:1], secant]))
        slope = slope.clip(-limit - COLLINEAR, limit + COLLINEAR)
    whole = Bound(s=s, t=value, slope=slope)
    if s[-1] < 0 or s[0] > length:
        return None
    inside = (s > NEAREST_M) & (s < length - NEAREST_M)
    end_value, end_slope = whole.at(np.array([0.0, length]))
    return _thinned(
        np.concatenate([[0.0], s[inside], [length]]),
        np.concatenate([end_value[:1], value[inside], end_value[1:]]),
        np.concatenate([end_slope[:1], slope[inside], end_slope[1:]]),
    )


def _thinned(s: Array, value: Array, slope: Array) -> Bound:
    secant = np.diff(value, axis=0) / np.diff(s)[:, None]
    off = np.maximum(np.abs(slope[:-1] - secant), np.abs(slope[1:] - secant)).max(1)
    turn = np.abs(secant[:-1] - secant[1:]).max(1)
    same = np.maximum(np.maximum(off[:-1], off[1:]), turn) < COLLINEAR
    keep = np.concatenate([[True], ~same, [True]])
    return Bound(s=s[keep], t=value[keep], slope=slope[keep])


def _union(knots: list[Array]) -> Array:
    s = np.unique(np.concatenate(knots))
    kept = [0]
    for i in range(1, len(s) - 1):
        if s[i] - s[kept[-1]] > NEAREST_M and s[-1] - s[i] > NEAREST_M:
            kept.append(i)
    return s[[*kept, len(s) - 1]]


def _cubics(s: Array, value: Array, slope: Array) -> list[Cubic]:
    """Return the cubics between knots; straight ones that carry on the one before are left out."""
    h = np.diff(s)
    rise, m0, m1 = np.diff(value), slope[:-1] * h, slope[1:] * h
    c, d = (3 * rise - 2 * m0 - m1) / (h * h), (m0 + m1 - 2 * rise) / (h * h * h)
    straight = np.maximum(np.abs(c * h * h), np.abs(d * h * h * h)) < COLLINEAR
    even = np.where(straight, rise / h, slope[:-1])
    out: list[Cubic] = []
    for i in range(len(h)):
        if i and straight[i] and straight[i - 1] and abs(even[i] - out[-1][2]) * h[i] < COLLINEAR:
            continue
        if straight[i]:
            out.append((float(s[i]), float(value[i]), float(even[i]), 0.0, 0.0))
        else:
            out.append((float(s[i]), float(value[i]), float(slope[i]), float(c[i]), float(d[i])))
    return out
