"""Where a path is: the compiled twin of roadnet.polyline, over the paths of a whole batch."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import lean
from roadnet.base.maths import sincos
from roadnet.polyline import STEP_M
from scenarios.simulation.layout import PCAP, PCOS, PCURVATURE, PHEADING, PSIN, PX, PY, PZ

SCAN = 8  # samples between the points of a search along a path
LOST_M = 1.0  # a foot that still moves by this after its refinements is none
REFINEMENTS = 2


@lean
def pose_at(path: Array, first: int, end: int, s: float) -> tuple[float, float, float, float]:
    """Return (x, y, z, heading) of the path of samples [first, end) at `s` m; straight on beyond the ends."""
    inside = min(max(s, 0.0), (end - first - 1) * STEP_M)
    i = min(max(int(inside / STEP_M), 0), end - first - 2)  # in bounds even if `s` is no number
    f, r = inside / STEP_M - i, first + i
    x = path[r, PX] + (path[r + 1, PX] - path[r, PX]) * f
    y = path[r, PY] + (path[r + 1, PY] - path[r, PY]) * f
    z = path[r, PZ] + (path[r + 1, PZ] - path[r, PZ]) * f
    heading = path[r, PHEADING] + (path[r + 1, PHEADING] - path[r, PHEADING]) * f
    if s != inside:
        sin_h, cos_h = sincos(heading)
        x, y = x + (s - inside) * cos_h, y + (s - inside) * sin_h
    return x, y, z, heading


@lean
def sample_at(path: Array, first: int, end: int, s: float) -> int:
    """Return the row of the sample nearest to `s`, within the path."""
    return int(first + min(max(int(s / STEP_M + 0.5), 0), end - first - 1))


@lean
def curvature_at(path: Array, first: int, end: int, s: float) -> float:
    """Return the curvature at `s`, 1/m; zero beyond the ends, where a path is straight."""
    if s < 0.0 or s > (end - first - 1) * STEP_M:
        return 0.0
    return float(path[sample_at(path, first, end, s), PCURVATURE])


@lean
def cap_at(path: Array, first: int, end: int, s: float) -> float:
    """Return the speed that limit and comfort allow at `s`, m/s."""
    return float(path[sample_at(path, first, end, s), PCAP])


@lean
def search(path: Array, first: int, end: int, x: float, y: float, s_low: float, s_high: float) -> float:
    """Return s of the point of the path nearest to (x, y) between two s, to about SCAN samples."""
    i = sample_at(path, first, end, s_low)
    last = sample_at(path, first, end, s_high)
    best, at = np.inf, i
    while i <= last:
        dx, dy = x - path[i, PX], y - path[i, PY]
        d = dx * dx + dy * dy
        if d < best:
            best, at = d, i
        i += SCAN
    return float((at - first) * STEP_M)


@lean
def foot(
    path: Array, first: int, end: int, x: float, y: float, guess: float
) -> tuple[float, float, float, float, float]:
    """Return (s, offset, cosine, sine of the heading there, last change of s) of the foot of (x, y) near `guess`.

    The tangent is interpolated by its components, within 0.6 % of a unit vector at a radius of 2.5 m.
    """
    s, offset, moved = guess, 0.0, 0.0
    cos_h, sin_h = 1.0, 0.0
    for _ in range(REFINEMENTS):
        inside = min(max(s, 0.0), (end - first - 1) * STEP_M)
        i = min(max(int(inside / STEP_M), 0), end - first - 2)  # in bounds even if `s` is no number
        f, r = inside / STEP_M - i, first + i
        cos_h = path[r, PCOS] + (path[r + 1, PCOS] - path[r, PCOS]) * f
        sin_h = path[r, PSIN] + (path[r + 1, PSIN] - path[r, PSIN]) * f
        dx = x - path[r, PX] - (path[r + 1, PX] - path[r, PX]) * f - (s - inside) * cos_h
        dy = y - path[r, PY] - (path[r + 1, PY] - path[r, PY]) * f - (s - inside) * sin_h
        offset = dy * cos_h - dx * sin_h
        bend = path[r, PCURVATURE] * offset if s == inside else 0.0
        moved = (dx * cos_h + dy * sin_h) / max(1.0 - bend, 0.2)
        s += moved
    return s, offset, cos_h, sin_h, moved
