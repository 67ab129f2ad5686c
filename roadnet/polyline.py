"""Paths: a curve in the plane sampled at equal steps, with height, width and speed limit along it."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import sincos_all
from roadnet.geometry import sine_ratio

STEP_M = 0.5  # spacing of the samples along the path
NEWTON_STEPS = 4


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Path:
    """A curve sampled at s = 0, STEP_M, 2 STEP_M, ...; P samples, P >= 2.

    The last sample lies at or up to one step beyond `length_m`, straight on, so that linear interpolation
    holds over [0, length_m]. Points beyond the ends are meant straight on.
    """

    x: Array  # (P,) m, map frame
    y: Array  # (P,) m
    z: Array  # (P,) m
    heading: Array  # (P,) rad, without jumps of 2 pi
    curvature: Array  # (P,) 1/m, left positive
    half_width: Array  # (P,) m, half the lane's width
    speed_limit: Array  # (P,) m/s; UNLIMITED_MPS where the map says nothing
    length_m: float


UNLIMITED_MPS = 36.11111111111111  # 130 km/h: advisory speed where no limit is posted; read as "no limit known"


def resample(xyz: Array, heading: Array, s: Array, *, half_width: Array | float, speed_limit: Array | float) -> Path:
    """Return the path through points given with their headings, cubic Hermite between them.

    xyz: (N, 3) m; heading: (N,) rad of the tangent; s: (N,) m, strictly growing arc length from 0; half_width
    and speed_limit: (N,) or one number (the limit is taken from the last point not beyond). Raises ValueError.
    """
    if len(s) < 2 or not (np.diff(s) > 0).all():
        raise ValueError(f"s: got {len(s)} points, want at least 2 with strictly growing s")
    length = float(s[-1])
    at = np.arange(int(np.ceil(length / STEP_M - 1e-9)) + 1) * STEP_M
    inside = np.minimum(at, length)
    row = np.clip(np.searchsorted(s, inside, side="right") - 1, 0, len(s) - 2)
    heading = np.unwrap(heading)
    position, turned, bend = _hermite(xyz, heading, s, row, inside)
    beyond = (at - inside)[:, None]
    sine, cosine = sincos_all(turned)
    tangent = np.stack([cosine, sine, np.zeros_like(turned)], -1)
    position = position + beyond * tangent
    nearest = np.clip(np.searchsorted(s, inside, side="right") - 1, 0, len(s) - 1)
    half = np.interp(inside, s, np.broadcast_to(half_width, s.shape))
    limit = np.broadcast_to(speed_limit, s.shape)[nearest]
    columns = (position[:, 0], position[:, 1], position[:, 2], turned, bend, half, limit)
    x, y, z, h, k, w, v = (_readonly(c) for c in columns)
    return Path(x=x, y=y, z=z, heading=h, curvature=k, half_width=w, speed_limit=v, length_m=length)


def at(path: Path, s: Array | float, offset: Array | float = 0.0) -> tuple[Array, Array]:
    """Return (xyz (..., 3) m, heading (...) rad) at arc length `s` and lateral `offset` (left positive).

    Linear between samples, straight on beyond both ends.
    """
    s = np.asarray(s, np.float64)
    u = s / STEP_M
    i = np.clip(np.floor(u).astype(np.int64), 0, len(path.x) - 2)
    inside = np.clip(s, 0.0, (len(path.x) - 1) * STEP_M)
    f = inside / STEP_M - i
    heading = _mix(path.heading, i, f)
    n, c = (a.reshape(heading.shape) for a in sincos_all(heading))
    over = s - inside
    x = _mix(path.x, i, f) + over * c - offset * n
    y = _mix(path.y, i, f) + over * n + offset * c
    return np.stack(np.broadcast_arrays(x, y, _mix(path.z, i, f)), -1), np.broadcast_to(heading, np.shape(x)).copy()


def project(path: Path, xy: Array) -> tuple[Array, Array]:
    """Return (s, offset), each (N,): the nearest point of the path and the signed distance, left positive.

    The inverse of `at` wherever |offset| is below the radius of the curve. xy: (N, 2) m. Points before the
    start have s < 0, beyond the end s > length_m.
    """
    xy = np.asarray(xy, np.float64).reshape(-1, 2)
    i = _nearest_sample(path, xy)
    s = np.clip(i * STEP_M, 0.0, path.length_m)
    offset = np.zeros(len(xy))
    for _ in range(NEWTON_STEPS):
        foot, heading = at(path, s)
        d = xy - foot[:, :2]
        sine, cosine = sincos_all(heading)
        along = d[:, 0] * cosine + d[:, 1] * sine
        offset = d[:, 1] * cosine - d[:, 0] * sine
        bend = np.where((s > 0) & (s < path.length_m), path.curvature[i], 0.0)
        s = s + along / np.maximum(1.0 - bend * offset, 0.2)
        i = np.clip(np.round(s / STEP_M).astype(np.int64), 0, len(path.x) - 1)
    foot, heading = at(path, s)
    d = xy - foot[:, :2]
    sine, cosine = sincos_all(heading)
    return s, d[:, 1] * cosine - d[:, 0] * sine


def arc_lengths(xyz: Array, heading: Array) -> Array:
    """Return (N,) arc length from the first point, m: chords, each lengthened to the arc of its turning.

    xyz: (N, 3); heading: (N,) rad. Exact on arcs.
    """
    return np.concatenate([[0.0], np.cumsum(arc_steps(xyz, heading))])


def arc_steps(xyz: Array, heading: Array) -> Array:
    """Return (N - 1,) arc lengths between consecutive points, m; turns of more than a right angle are jumps."""
    dx, dy, dz = np.diff(xyz, axis=0).T
    chord = np.sqrt(dx * dx + dy * dy + dz * dz)
    half = np.abs((np.diff(heading) + np.pi) % (2 * np.pi) - np.pi) / 2
    half = np.minimum(half, np.pi / 4)
    return np.asarray(chord / sine_ratio(half, sincos_all(half)[0]))


def _hermite(xyz: Array, heading: Array, s: Array, row: Array, at_s: Array) -> tuple[Array, Array, Array]:
    """Return positions (M, 3), headings (M,) and curvatures (M,) at `at_s` inside the segments `row`."""
    h = s[row + 1] - s[row]
    u = ((at_s - s[row]) / h)[:, None]
    p0, p1 = xyz[row], xyz[row + 1]
    rise = np.gradient(xyz[:, 2], s)
    sine, cosine = sincos_all(heading)
    tangent = np.stack([cosine, sine, rise], -1)
    m0, m1 = tangent[row] * h[:, None], tangent[row + 1] * h[:, None]
    uu, uuu = u * u, u * u * u  # numpy's power is libm's: not the same bits on every CPU
    position = (2 * uuu - 3 * uu + 1) * p0 + (uuu - 2 * uu + u) * m0 + (3 * uu - 2 * uuu) * p1 + (uuu - uu) * m1
    turn = np.diff(heading)
    turned = heading[row] + turn[row] * u[:, 0]
    # the curvature of each sample is the turning over the step around it
    around = np.interp(np.stack([at_s - STEP_M, at_s + STEP_M]), s, heading)
    span = np.minimum(at_s + STEP_M, s[-1]) - np.maximum(at_s - STEP_M, 0.0)
    return position, turned, (around[1] - around[0]) / np.maximum(span, 1e-9)


def _nearest_sample(path: Path, xy: Array, chunk: int = 4096) -> Array:
    out = np.empty(len(xy), np.int64)
    for i in range(0, len(xy), chunk):
        part = xy[i : i + chunk]
        square = (part[:, :1] - path.x) ** 2 + (part[:, 1:] - path.y) ** 2
        out[i : i + chunk] = square.argmin(1)
    return out


def _mix(column: Array, i: Array, f: Array) -> Array:
    return np.asarray(column[i] + (column[i + 1] - column[i]) * f)


def _readonly(array: Array) -> Array:
    array = np.ascontiguousarray(array, np.float64)
    array.setflags(write=False)
    return array
