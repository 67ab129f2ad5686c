"""Road geometry straight from the records: plan view, profiles, lane borders, vectorised over points.

The formulas are those of ASAM OpenDRIVE 1.8, chapters 9 (plan view), 10.5 and 10.6 (elevation, superelevation).
"""

from typing import TYPE_CHECKING

import numpy as np

from roadnet.base.arrays import Array

if TYPE_CHECKING:
    from roadnet.network import Polynomials, Roads

LINE, ARC, SPIRAL, POLY3, PARAM_POLY3 = range(5)
STRAIGHT_CURVATURE = 1e-12  # 1/m: arcs flatter than this are lines in double precision
PANEL_TURN_RAD = 1.0  # a 16-point Gauss rule integrates cos over so much turning to 1e-16
MOST_PANELS = 64
TABLE_PANELS = 32  # of the arc length table of one paramPoly3
NEWTON_STEPS = 6
NODES16, WEIGHTS16 = (np.asarray(a) for a in np.polynomial.legendre.leggauss(16))
NODES8, WEIGHTS8 = (np.asarray(a) for a in np.polynomial.legendre.leggauss(8))


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
    c, n = np.cos(pose[:, 3]), np.sin(pose[:, 3])
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
    pitch = -np.arctan(grade)
    cy, sy, cp, sp, cr, sr = (f(a) for a in (heading, pitch, roll) for f in (np.cos, np.sin))
    left = np.stack([cy * sp * sr - sy * cr, sy * sp * sr + cy * cr, cp * sr], -1)
    up = np.stack([cy * sp * cr + sy * sr, sy * sp * cr - cy * sr, cp * cr], -1)
    return np.stack([x, y, z], -1), np.stack([left, up], 1), heading, bend


def _line(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    zero = np.zeros_like(ds)
    return ds, zero, zero, zero


def _arc(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    k = coef[:, 0]
    half = 0.5 * k * ds
    chord = ds * np.sinc(half / np.pi)
    return chord * np.cos(half), chord * np.sin(half), 2 * half, k


def _spiral(coef: Array, ds: Array, length: Array, row: Array) -> tuple[Array, ...]:
    """Integrate the clothoid by Gauss-Legendre panels of at most PANEL_TURN_RAD turning each."""
    k0 = coef[:, 0]
    rate = (coef[:, 1] - k0) / length
    most = float(np.max(np.abs(k0 * ds) + np.abs(0.5 * rate * ds**2)))
    panels = int(np.clip(np.ceil(most / PANEL_TURN_RAD), 1, MOST_PANELS))
    fraction = ((np.arange(panels)[:, None] + (NODES16 + 1) / 2) / panels).ravel()
    weight = np.tile(WEIGHTS16 / (2 * panels), panels)
    at = ds[:, None] * fraction
    angle = at * (k0[:, None] + 0.5 * rate[:, None] * at)
    u, v = ds * (np.cos(angle) @ weight), ds * (np.sin(angle) @ weight)
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
    speed = np.maximum(np.hypot(du, dv), 1e-12)
    bend = np.where(beyond == 0, (du * ddv - dv * ddu) / speed**3, 0.0)
    return u + beyond * du / speed, v + beyond * dv / speed, np.arctan2(dv, du), bend


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
    at = (low + half)[..., None] + half[..., None] * NODES8
    return np.asarray(half * (_speed(coef[..., None, :], at) @ WEIGHTS8))


def _speed(coef: Array, p: Array) -> Array:
    du = coef[..., 1] + p * (2 * coef[..., 2] + p * 3 * coef[..., 3])
    dv = coef[..., 5] + p * (2 * coef[..., 6] + p * 3 * coef[..., 7])
    return np.asarray(np.hypot(du, dv))


def _cubic_and_slopes(abcd: Array, p: Array) -> tuple[Array, Array, Array]:
    a, b, c, d = abcd.T
    return a + p * (b + p * (c + p * d)), b + p * (2 * c + p * 3 * d), 2 * c + 6 * d * p
