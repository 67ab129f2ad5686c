"""The reference line of a road between two bounds: lines and paramPoly3 records, tangents continuous.

It runs through the middle and stands at right angles on the cuts at both ends, so that the records' first and
last cross sections are the file's own, and roads that share a cut share a tangent.
"""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos, sincos_all
from roadnet.formats.bounds.polylines import fractions, plan_length, tangents, turned
from roadnet.geometry import LINE, NODES8, PARAM_POLY3, WEIGHTS8, gauss, reference_points
from roadnet.network import Roads

STATION_M = 3.0  # spacing of the points that the reference line goes through
LARGEST_SKEW_RAD = 0.8  # cuts more oblique are not followed
BLEND = 10.0  # a skewed end blends over so many half widths per radian: then normals do not cross inside the road
TIGHTEST = 0.7  # half width times curvature at the ends of short roads, at most
STRAIGHT = 1e-9
ARC_PANELS = 4
NEWTON_STEPS, LONGEST_STEP_M = 12, 5.0

Record = tuple[int, tuple[float, ...], tuple[float, ...]]  # kind, pose (s, x, y, heading, length), coefficients


def reference_records(left: Array, right: Array) -> list[Record]:
    """Return the plan view records of a road between two polylines (N, 3), (M, 3); empty where it has no length."""
    length = (plan_length(np.diff(left, axis=0)).sum() + plan_length(np.diff(right, axis=0)).sum()) / 2
    pieces = max(int(np.ceil(length / STATION_M)), 1)
    part = np.linspace(0.0, 1.0, pieces + 1)
    middle = ((fractions(left, part) + fractions(right, part)) / 2)[:, :2]
    apart = np.concatenate([[True], plan_length(np.diff(middle, axis=0)) > 1e-3])
    middle, part = middle[apart], part[apart]
    if len(middle) < 2:
        return []
    half = max(float(plan_length(left - fractions(right, np.linspace(0, 1, len(left)))).max()) / 2, 0.1)
    natural = tangents(middle)
    skew = [_skew(left[i] - right[i], natural[i]) for i in (0, -1)]
    along = np.concatenate([[0.0], np.cumsum(plan_length(np.diff(middle, axis=0)))])
    blend = [min(BLEND * half * abs(a), along[-1]) for a in skew]
    keep = (along >= blend[0]) & (along <= along[-1] - blend[1])
    keep[[0, -1]] = True
    keep[1:-1] &= (along[1:-1] > 0.3) & (along[1:-1] < along[-1] - 0.3)
    middle = middle[keep]
    ends = _end_tangents(middle, natural[[0, -1]], np.array(skew), half)
    return _hermite(middle, tangents(middle, *ends))


def footpoints(roads: Roads, road: Array, xy: Array, guess: Array) -> tuple[Array, Array, Array, Array]:
    """Return (s, t, heading, curvature), each (N,): where points stand at right angles beside their road.

    road: (N,) rows; xy: (N, 2); guess: (N,) m, from where Newton's method starts. Beyond the ends straight on.
    """
    s = guess.copy()
    t, heading, bend, along = np.zeros((4, len(s)))
    for _ in range(NEWTON_STEPS):
        x, y, heading, bend = reference_points(roads, road, s)
        dx, dy = xy[:, 0] - x, xy[:, 1] - y
        sine, cosine = sincos_all(heading)
        along, t = dx * cosine + dy * sine, dy * cosine - dx * sine
        if np.abs(along).max(initial=0.0) < 1e-10:
            break
        length = roads.length_m[road]
        bend = np.where((s < 0) | (s > length), 0.0, bend)
        s = s + (along / np.maximum(1.0 - bend * t, 0.2)).clip(-LONGEST_STEP_M, LONGEST_STEP_M)
        s = s.clip(-LONGEST_STEP_M, length + LONGEST_STEP_M)
    bend = np.where((s < 0) | (s > roads.length_m[road]), 0.0, bend)
    return s, t, heading, bend


def _skew(cut: Array, tangent: Array) -> float:
    """Return the angle from the tangent to the normal of a cut (from right to left), rad; 0 where it is too oblique."""
    if float(plan_length(cut)) < 0.3:
        return 0.0
    normal = np.array([cut[1], -cut[0]])
    angle = float(
        atan2_all(tangent[0] * normal[1] - tangent[1] * normal[0], tangent[0] * normal[0] + tangent[1] * normal[1])
    )
    return angle if abs(angle) <= LARGEST_SKEW_RAD else 0.0


def _end_tangents(middle: Array, natural: Array, skew: Array, half: float) -> Array:
    """Return (2, 2) tangents at the ends: natural ones turned by the skew, or by less of it on short roads."""
    out = natural
    for share in (1.0, 0.75, 0.5, 0.25, 0.0):
        out = turned(natural, share * skew)
        d0, d1 = middle[1] - middle[0], middle[-1] - middle[-2]
        single = len(middle) == 2
        a0, a1 = _angle(d0, out[0]), _angle(d1, out[1])
        k0 = (4 * abs(a0) if not single else abs(4 * a0 + 2 * a1)) / max(float(plan_length(d0)), 1e-9)
        k1 = (4 * abs(a1) if not single else abs(2 * a0 + 4 * a1)) / max(float(plan_length(d1)), 1e-9)
        if max(k0, k1) * half <= TIGHTEST:
            break
    return out


def _angle(a: Array, b: Array) -> float:
    return float(atan2_all(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]))


def _hermite(points: Array, tangent: Array) -> list[Record]:
    """Return records through the points; neighbouring straight ones are joined."""
    out: list[Record] = []
    s = 0.0
    heading = atan2_all(tangent[:, 1], tangent[:, 0])
    for i in range(len(points) - 1):
        kind, length, coef = _piece(points[i], points[i + 1], float(heading[i]), tangent[i + 1])
        if out and kind == LINE == out[-1][0]:
            s0, x, y, h, before = out[-1][1]
            out[-1] = (LINE, (s0, x, y, h, before + length), coef)
        else:
            out.append((kind, (s, float(points[i, 0]), float(points[i, 1]), float(heading[i]), length), coef))
        s += length
    return out


def _piece(p0: Array, p1: Array, heading: float, t1: Array) -> tuple[int, float, tuple[float, ...]]:
    sine, cosine = sincos(heading)
    dx, dy = float(p1[0] - p0[0]), float(p1[1] - p0[1])
    u, v = dx * cosine + dy * sine, dy * cosine - dx * sine
    tu, tv = float(t1[0] * cosine + t1[1] * sine), float(t1[1] * cosine - t1[0] * sine)
    if abs(v) < STRAIGHT * max(u, 1.0) and abs(tv) < STRAIGHT and u > 0:
        return LINE, u, (0.0,) * 9
    chord = float(np.sqrt(u * u + v * v))
    fit = max((u + u * tu + v * tv) / (2 * chord), 0.0)  # mean cosine of the tangents to the chord
    m = 2 * chord / (1 + fit)  # then arcs are met to the fourth order
    coef = (0.0, m, 3 * u - 2 * m - m * tu, m + m * tu - 2 * u, 0.0, 0.0, 3 * v - m * tv, m * tv - 2 * v, 1.0)
    return PARAM_POLY3, _arc_length(coef), coef


def _arc_length(coef: tuple[float, ...]) -> float:
    total = 0.0
    for panel in range(ARC_PANELS):
        for node, weight in gauss(NODES8, WEIGHTS8):
            p = (panel + (node + 1) / 2) / ARC_PANELS
            du = coef[1] + p * (2 * coef[2] + p * 3 * coef[3])
            dv = coef[5] + p * (2 * coef[6] + p * 3 * coef[7])
            total += weight * float(np.sqrt(du * du + dv * dv))
    return total / (2 * ARC_PANELS)
