"""Polylines as smooth curves: a cubic Hermite through the vertices, tangents from parabolas through neighbours.

A cubic leaves its chord by 4/27 of the chord's length times the angle of its tangents. Where that is more than
LARGEST_BULGE_M, as between a long straight and a curve, the tangent turns towards the longer chord.
"""

from collections.abc import Iterable

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.maths import atan2_all, sincos_all

SHORTEST_M = 0.05  # vertices nearer to the one before are dropped: their directions are noise
DENSE_M = 2.5  # longest step between samples of a bound
SHARPEST_JOINT_COS = 0.978  # ends that turn by more than 12 degrees at a joint keep their own direction
LARGEST_BULGE_M = 0.25
STRAIGHT_M = 10.0  # a line of two vertices that is longer is meant straight
BULGE = 4 / 27
JOINT_M = 0.5  # bounds of linked lanes that lie further apart share no tangent


def plan_length(step: Array) -> Array:
    """Return the length in the plane of (..., >= 2) vectors."""
    return np.asarray(np.sqrt(step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1]))


def cleaned(points: Array, nearest_m: float = SHORTEST_M) -> Array:
    """Return the vertices without those nearer than `nearest_m` to the one before; both ends stay."""
    kept = [0]
    xy = points[:, :2].tolist()
    for i, (x, y) in enumerate(xy[:-1]):
        dx, dy = x - xy[kept[-1]][0], y - xy[kept[-1]][1]
        if dx * dx + dy * dy > nearest_m * nearest_m:
            kept.append(i)
    dx, dy = xy[-1][0] - xy[kept[-1]][0], xy[-1][1] - xy[kept[-1]][1]
    if len(kept) > 1 and dx * dx + dy * dy <= nearest_m * nearest_m:
        kept.pop()
    return points[[*kept, len(points) - 1]]


def tangents(points: Array, first: Array | None = None, last: Array | None = None) -> Array:
    """Return (N, 3) tangents at the vertices, of unit length in the plane; `first` and `last` replace the ends'."""
    step = np.diff(points, axis=0)
    h = np.maximum(plan_length(step), 1e-9)
    d = step / h[:, None]
    out = np.empty_like(points)
    parabola = _unit(d[:-1] * h[1:, None] + d[1:] * h[:-1, None], d[1:])
    longer = (h[:-1] > h[1:])[:, None]
    out[1:-1] = _near_chord(parabola, np.where(longer, d[:-1], d[1:]), np.maximum(h[:-1], h[1:]))
    if len(d) > 1:
        ends = _unit(2 * d[[0, -1]] - out[[1, -2]], d[[0, -1]])
        out[[0, -1]] = _near_chord(ends, d[[0, -1]], h[[0, -1]])
    else:
        out[0], out[-1] = d[0], d[-1]
    if first is not None:
        out[0] = first
    if last is not None:
        out[-1] = last
    return out


def dense(points: Array, tangent: Array) -> tuple[Array, Array]:
    """Return (points (M, 3), tangents (M, 3)) of the curve, at most DENSE_M apart, vertices included."""
    h = plan_length(np.diff(points, axis=0))
    n = np.ceil(h / DENSE_M - 1e-9).clip(1).astype(np.int64)
    i = np.repeat(np.arange(len(h)), n)
    k = np.arange(len(i)) - np.repeat(np.cumsum(n) - n, n)
    u, m = (k / n[i])[:, None], h[i][:, None]
    p0, p1, t0, t1 = points[i], points[i + 1], tangent[i] * m, tangent[i + 1] * m
    uu, uuu = u * u, u * u * u
    p = (2 * uuu - 3 * uu + 1) * p0 + (uuu - 2 * uu + u) * t0 + (3 * uu - 2 * uuu) * p1 + (uuu - uu) * t1
    slope = (6 * uu - 6 * u) * (p0 - p1) + (3 * uu - 4 * u + 1) * t0 + (3 * uu - 2 * u) * t1
    return np.concatenate([p, points[-1:]]), np.concatenate(
        [_unit(slope, (p1 - p0) / np.maximum(m, 1e-9)), tangent[-1:]]
    )


def fractions(points: Array, at: Array) -> Array:
    """Return the points at these parts (0 to 1) of the polyline's length in the plane."""
    along = np.concatenate([[0.0], np.cumsum(plan_length(np.diff(points, axis=0)))])
    return np.stack([np.interp(at * along[-1], along, points[:, k]) for k in range(points.shape[1])], -1)


def joint_tangents(lines: list[Array], successors: Iterable[tuple[int, int]]) -> tuple[list[Array | None], ...]:
    """Return (tangent at the beginning, at the end), None where a line goes its own way, of lines that are linked.

    All ends that meet in one joint get one tangent, that of the straightest way through it: the mean of what its
    two lines have on their own, the one with the shorter step counting more, as in a parabola. Corners stay corners.
    """
    own = [tangents(x) for x in lines]
    begin: list[Array | None] = [None] * len(lines)
    end: list[Array | None] = [None] * len(lines)
    for arriving, leaving in _components(len(lines), sorted(successors)):
        at = lines[leaving[0]][0]
        a = [i for i in arriving if plan_length(lines[i][-1] - at) <= JOINT_M]
        b = [i for i in leaving if plan_length(lines[i][0] - at) <= JOINT_M]
        if not a or not b:
            continue
        _, i, j = max((_along(own[i][-1], own[j][0]), -i, -j) for i in a for j in b)
        into, out = lines[-i][-1] - lines[-i][-2], lines[-j][1] - lines[-j][0]
        h_into, h_out = (max(float(plan_length(x)), 1e-9) for x in (into, out))
        mean = _unit((own[-i][-1] * h_out + own[-j][0] * h_into)[None], own[-j][:1])
        longer = into / h_into if h_into > h_out else out / h_out
        tangent = _near_chord(mean, longer[None], np.array([max(h_into, h_out)]))[0]
        straight = [k for k in (-i, -j) if len(lines[k]) == 2 and max(h_into, h_out) > STRAIGHT_M]
        if straight:
            tangent = max(((h_into, own[-i][-1]), (h_out, own[-j][0])), key=lambda x: x[0])[1]
        for i in a:
            end[i] = tangent if _fits(tangent, own[i][-1], lines[i][-1] - lines[i][-2]) else None
        for i in b:
            begin[i] = tangent if _fits(tangent, own[i][0], lines[i][1] - lines[i][0]) else None
    return begin, end


def beside(points: Array, tangent: Array, offset: float) -> Array:
    """Return the points moved `offset` m to the left of their tangents."""
    out = points.copy()
    out[:, 0] -= offset * tangent[:, 1]
    out[:, 1] += offset * tangent[:, 0]
    return out


def turned(vector: Array, angle_rad: Array) -> Array:
    """Return vectors (N, 2) turned counter-clockwise."""
    s, c = sincos_all(angle_rad)
    return np.stack([c * vector[:, 0] - s * vector[:, 1], s * vector[:, 0] + c * vector[:, 1]], -1)


def _unit(vector: Array, otherwise: Array) -> Array:
    """Return vectors scaled to unit length in the plane, `otherwise` where they have none."""
    length = plan_length(vector)
    scaled = vector / np.maximum(length, 1e-9)[:, None]
    return np.where((length > 1e-6)[:, None], scaled, otherwise)


def _near_chord(tangent: Array, chord: Array, length: Array) -> Array:
    """Return tangents (N, 3) turned towards their chords until a cubic leaves the chord by LARGEST_BULGE_M at most."""
    most = LARGEST_BULGE_M / (BULGE * np.maximum(length, 1e-9))
    cross = chord[:, 0] * tangent[:, 1] - chord[:, 1] * tangent[:, 0]
    dot = chord[:, 0] * tangent[:, 0] + chord[:, 1] * tangent[:, 1]
    out = tangent.copy()
    angle = atan2_all(cross, dot)
    far = np.abs(angle) > most
    out[far, :2] = turned(chord[far, :2], angle[far].clip(-most[far], most[far]))
    out[:, 2:] = chord[:, 2:] + (tangent[:, 2:] - chord[:, 2:]).clip(-most[:, None], most[:, None])
    return out


def _fits(tangent: Array, own: Array, step: Array) -> bool:
    """Whether a line may take the tangent of a joint: near to its own, without a bulge."""
    h = max(float(plan_length(step)), 1e-9)
    near = _near_chord(tangent[None], step[None] / h, np.array([h]))[0]
    return _along(tangent, own) >= SHARPEST_JOINT_COS and _along(near, tangent) > 1 - 1e-9


def _along(a: Array, b: Array) -> float:
    return float(a[0] * b[0] + a[1] * b[1])


def _components(count: int, pairs: list[tuple[int, int]]) -> list[tuple[list[int], list[int]]]:
    """Return (arriving, leaving) lines of every joint: ends i, beginnings count + i, joined by the pairs."""
    parent = list(range(2 * count))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    for a, b in pairs:
        parent[root(count + b)] = root(a)
    out: dict[int, tuple[list[int], list[int]]] = {}
    for a in sorted({a for a, _ in pairs}):
        out.setdefault(root(a), ([], []))[0].append(a)
    for b in sorted({b for _, b in pairs}):
        out.setdefault(root(count + b), ([], []))[1].append(b)
    return list(out.values())
