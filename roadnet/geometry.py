"""Road geometry straight from the records: plan view, profiles, lane borders, vectorised over points.

The formulas are those of ASAM OpenDRIVE 1.8, chapters 9 (plan view), 10.5 and 10.6 (elevation, superelevation).
Everything here ends in digests and recordings, so it has the same bits on every CPU: sines of our own, and sums
in a fixed order (no matrix products).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos_all

if TYPE_CHECKING:
    from roadnet.network import Polynomials, Roads

LINE, ARC, SPIRAL, POLY3, PARAM_POLY3 = range(5)
STRAIGHT_CURVATURE = 1e-12  # 1/m: arcs flatter than this are lines in double precision
PANEL_TURN_RAD = 1.0  # a 16-point Gauss rule integrates cos over so much turning to 1e-16
MOST_PANELS = 64
TABLE_PANELS = 32  # of the arc length table of one paramPoly3
NEWTON_STEPS = 6
# Gauss-Legendre rules, the half with positive nodes: constants, since a solver's last bit depends on the CPU
NODES8 = (0.18343464249564978, 0.525532409916329, 0.7966664774136267, 0.9602898564975362)
WEIGHTS8 = (0.36268378337836166, 0.3137066458778869, 0.22238103445337443, 0.10122853629037706)
NODES16 = (
    0.09501250983763744,
    0.2816035507792589,
    0.45801677765722737,
    0.6178762444026438,
    0.755404408355003,
    0.8656312023878318,
    0.9445750230732326,
    0.9894009349916499,
)
WEIGHTS16 = (
    0.18945061045506864,
    0.18260341504492364,
    0.16915651939500265,
    0.1495959888165767,
    0.12462897125553407,
    0.0951585116824926,
    0.062253523938647456,
    0.027152459411754176,
)


def find_piece(start: Array, key: Array, owner: Array, s: Array) -> Array:
    """Return (N,) rows: of each owner's pieces the last that begins at or before `s`, else its first.

    start: (owners + 1,) offsets; key: flat, ascending for each owner; owner: (N,); s: (N,). Owners with no
    pieces give a row that must not be read.
    """
    low = start[owner].astype(np.int64)
    high = start[np.asarray(owner) + 1].astype(np.int64)
    longest = int((high - low).max(initial=0))
    for _ in range(longest.bit_length()):
        middle = (low + high) // 2
        up = (high - low > 1) & (key[np.minimum(middle, len(key) - 1)] <= s) if len(key) else np.zeros(len(low), bool)
        low = np.where(up, middle, low)
        high = np.where(up, high, np.where(high - low > 1, middle, high))
    return low


def cubic(poly: "Polynomials", owner: Array, s: Array, lookup: Array | None = None) -> tuple[Array, Array]:
    """Return (value, slope), each (N,), of piecewise cubics; 0 for owners without pieces.

    `lookup` (N,) chooses the piece where it must differ from `s`: the value at a section's end is that of the
    piece before it.
    """
    if not len(poly.s):
        return np.zeros(len(s)), np.zeros(len(s))
    piece = find_piece(poly.start, poly.s, owner, s if lookup is None else lookup)
    some = poly.start[owner] < poly.start[np.asarray(owner) + 1]
    piece = np.where(some, piece, 0)
    a, b, c, d = poly.abcd[piece].T
    x = s - poly.s[piece]
    return (a + x * (b + x * (c + x * d))) * some, (b + x * (2 * c + x * 3 * d)) * some


def reference_points(roads: "Roads", road: Array, s: Array) -> tuple[Array, Array, Array, Array]:
    """Return (x m, y m, heading rad, curvature 1/m), each (N,), of the reference lines at `s`.

    road: (N,) rows. Beyond a road's ends the last record is carried on.
    """
    piece = find_piece(roads.plan_start, roads.plan_pose[:, 0], road, s)
    kind, pose, coef = roads.plan_kind[piece], roads.plan_pose[piece], roads.plan_coef[piece]
    ds = s - pose[:, 0]
    u, v, turn, bend = np.zeros((4, len(ds)))
    for code, evaluate in ((LINE, _line), (ARC, _arc), (SPIRAL, _spiral), (POLY3, _poly3), (PARAM_POLY3, _param)):
        rows = np.flatnonzero(kind == code)
        if len(rows):
            u[rows], v[rows], turn[rows], bend[rows] = evaluate(coef[rows], ds[rows], pose[rows, 4], piece[rows])
    n, c = sincos_all(pose[:, 3])
    return pose[:, 1] + u * c - v * n, pose[:, 2] + u * n + v * c, pose[:, 3] + turn, bend


def road_frames(
    roads: "Roads", road: Array, s: Array, lookup: Array | None = None
) -> tuple[Array, Array, Array, Array]:
    """Return (origin (N, 3) m, axes (N, 2, 3), heading (N,) rad, curvature (N,) 1/m) of the road at `s`.

    The axes are unit vectors to the left and up, turned by yaw, pitch (of the elevation) and roll (the
    superelevation), in this order. A point at (t, h) is origin + t * axes[:, 0] + h * axes[:, 1].
    """
    x, y, heading, bend = reference_points(roads, road, s)
    z, grade = cubic(roads.elevation, road, s, lookup)
    roll, _ = cubic(roads.superelevation, road, s, lookup)
    sy, cy = sincos_all(heading)
    sr, cr = sincos_all(roll)
    cp = 1.0 / np.sqrt(1.0 + grade**2)  # pitch = -atan(grade)
    sp = -grade * cp
    left = np.stack([cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr], -1)
    up = np.stack([cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr], -1)
    return np.stack([x, y, z], -1), np.stack([left, up], 1), heading, bend


def surface_heights(roads: "Roads", road: Array, s: Array, t: Array, lookup: Array | None = None) -> Array:
    """Return (N,) m: how high the surface lies at (s, t) above the plane of the lateral axis, along the axis up.

    Crossfall (OpenDRIVE 1.4, 5.3.4.2): each side falls from the reference line outwards by its angle. Shape
    (1.8, 10.7): cubics along t at stations, linear along s between them, carried on before the first and behind
    the last; outside of its first t a profile is level.
    """
    surface, height = roads.surface, np.zeros(len(s))
    if not len(surface):
        return height
    for side, angle in ((1.0, surface.left), (-1.0, surface.right)):
        sine, cosine = sincos_all(cubic(angle, road, s, lookup)[0])
        height -= np.maximum(side * t, 0.0) * sine / cosine
    some = len(surface.s) > 0
    rows = np.flatnonzero(surface.start[road] < surface.start[np.asarray(road) + 1]) if some else np.zeros(0, np.int64)
    if len(rows):
        s, t, of = s[rows], t[rows], road[rows]
        at = find_piece(surface.start, surface.s, of, s)
        after = np.minimum(at + 1, surface.start[of + 1] - 1)
        span = surface.s[after] - surface.s[at]
        share = np.clip((s - surface.s[at]) / np.where(span > 0, span, 1.0), 0.0, 1.0) * (span > 0)
        here, there = (_across(surface.profile, station, t) for station in (at, after))
        height[rows] += here + share * (there - here)
    return height


def _across(profile: "Polynomials", station: Array, t: Array) -> Array:
    return cubic(profile, station, np.maximum(t, profile.s[profile.start[station]]))[0]


def road_points(roads: "Roads", road: Array, s: Array, t: Array) -> tuple[Array, Array]:
    """Return (xyz (N, 3) m, heading (N,) rad of the reference line) of the surface at (s, t)."""
    origin, axes, heading, _ = road_frames(roads, road, s)
    height = surface_heights(roads, road, s, t)
    return origin + t[:, None] * axes[:, 0] + height[:, None] * axes[:, 1], heading


def sine_ratio(angle: Array, sine: Array) -> Array:
    """Return sin(angle) / angle, 1 at 0."""
    small = np.abs(angle) < 1e-4
    return np.where(small, 1.0 - angle * angle / 6.0, sine / np.where(small, 1.0, angle))


def gauss(nodes: tuple[float, ...], weights: tuple[float, ...]) -> Iterator[tuple[float, float]]:
    """Yield (node, weight) of the whole rule on [-1, 1]."""
    for node, weight in zip(nodes, weights, strict=True):
        yield -node, weight
        yield node, weight


def _line(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    zero = np.zeros_like(ds)
    return ds, zero, zero, zero


def _arc(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    k = coef[:, 0]
    half = 0.5 * k * ds
    sine, cosine = sincos_all(half)
    chord = ds * sine_ratio(half, sine)
    return chord * cosine, chord * sine, 2 * half, k


def _spiral(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    """Integrate the clothoid by Gauss-Legendre panels of at most PANEL_TURN_RAD turning each."""
    k0 = coef[:, 0]
    rate = (coef[:, 1] - k0) / length
    most = float(np.max(np.abs(k0 * ds) + np.abs(0.5 * rate * ds**2)))
    panels = int(np.clip(np.ceil(most / PANEL_TURN_RAD), 1, MOST_PANELS))
    u, v = np.zeros((2, len(ds)))
    for panel in range(panels):
        for node, weight in gauss(NODES16, WEIGHTS16):
            at = ds * ((panel + (node + 1) / 2) / panels)
            sine, cosine = sincos_all(at * (k0 + 0.5 * rate * at))
            u, v = u + weight * cosine, v + weight * sine
    u, v = u * ds / (2 * panels), v * ds / (2 * panels)
    return u, v, ds * (k0 + 0.5 * rate * ds), k0 + rate * ds


def _poly3(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    """A poly3 is the curve (p, a + b p + c p^2 + d p^3), run through by arc length."""
    as_param = np.zeros_like(coef)
    as_param[:, 1] = 1.0
    as_param[:, 4:8] = coef[:, :4]
    as_param[:, 8] = np.maximum(length, 1e-9)
    return _param(as_param, ds, length, row)


def _param(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    p, beyond = arc_length_parameter(coef, ds, row)
    u, du, ddu = _cubic_and_slopes(coef[:, 0:4], p)
    v, dv, ddv = _cubic_and_slopes(coef[:, 4:8], p)
    speed = np.maximum(np.sqrt(du * du + dv * dv), 1e-12)
    bend = np.where(beyond == 0, (du * ddv - dv * ddu) / (speed * speed * speed), 0.0)
    return u + beyond * du / speed, v + beyond * dv / speed, atan2_all(dv, du), bend


def arc_length_parameter(coef: Array, ds: Array, row: Array) -> tuple[Array, Array]:
    """Return (p, beyond m), each (N,): the curve's parameter where its arc length is `ds`.

    OpenDRIVE's s is arc length on every record, so p follows from it: a table of arc lengths for each record
    (`row` tells records apart) by Gauss-Legendre panels, then Newton inside one panel. `beyond` is what is
    left where the curve is shorter than ds (or ds < 0).
    """
    records, first, of = np.unique(row, return_index=True, return_inverse=True)
    edges = coef[first, 8][:, None] * np.linspace(0.0, 1.0, TABLE_PANELS + 1)  # (U, panels + 1)
    panel = _arc_length(coef[first][:, None, :], edges[:, :-1], edges[:, 1:])
    table = np.concatenate([np.zeros((len(records), 1)), np.cumsum(panel, axis=1)], axis=1)
    want = np.clip(ds, 0.0, table[of, -1])
    i = np.clip((table[of] <= want[:, None]).sum(1) - 1, 0, TABLE_PANELS - 1)
    low, high = edges[of, i], edges[of, i + 1]
    rest, whole = want - table[of, i], np.maximum(panel[of, i], 1e-15)
    p = low + (high - low) * rest / whole
    for _ in range(NEWTON_STEPS):
        miss = rest - _arc_length(coef, low, p)
        p = np.clip(p + miss / np.maximum(_speed(coef, p), 1e-12), low, high)
    return p, ds - want


def _arc_length(coef: Array, low: Array, high: Array) -> Array:
    """Return the arc length of the curves from parameter `low` to `high`; coef broadcasts as (..., 9)."""
    half = (high - low) / 2
    total = np.zeros(np.shape(half))
    for node, weight in gauss(NODES8, WEIGHTS8):
        total = total + weight * _speed(coef, low + half + half * node)
    return np.asarray(half * total)


def _speed(coef: Array, p: Array) -> Array:
    du = coef[..., 1] + p * (2 * coef[..., 2] + p * 3 * coef[..., 3])
    dv = coef[..., 5] + p * (2 * coef[..., 6] + p * 3 * coef[..., 7])
    return np.asarray(np.sqrt(du * du + dv * dv))


def _cubic_and_slopes(abcd: Array, p: Array) -> tuple[Array, Array, Array]:
    a, b, c, d = abcd.T
    return a + p * (b + p * (c + p * d)), b + p * (2 * c + p * 3 * d), 2 * c + 6 * d * p
