"""pet: how long after one left a place the other was there."""

from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos_all
from roadnet.boxes import separation
from roadnet.network import RoadNetwork
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.criticality.swept import CHUNK, far_from, swept_boxes
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="pet",
    unit="s",
    worse="low",
    formula="t - t', t' the last time at which one's body overlapped the place where the other's body is at t",
    source="Allen, Shin, Cooper 1978; on swept footprints",
    edges="0 at a touch; masked where their places never met and where they follow one another",
    threshold=1.0,
    threshold_source="the taxonomy's near miss",
)
SAME_WAY_COS = 0.8660254037844387  # headings within 30 degrees follow, they do not cross: that is thw; assumed
HALVINGS = 12  # of a step, to find when the first one left


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s at the time of whoever came second, 0 where they touch; masked where their places never met.

    Its least value over a crossing is the post-encroachment time, to within one step for the second's arrival.
    """
    return encroachment(recording)


@lru_cache(maxsize=8)
def encroachment(recording: Recording) -> Series:
    """Return `pet` of a recording; computed once however many measures ask."""
    agents = recording.agents
    sin_y, cos_y = sincos_all(agents.yaw)
    value = np.full(agents.yaw.shape, np.inf)
    encroachments(
        agents.xyz,
        agents.valid,
        cos_y,
        sin_y,
        0.5 * agents.size.astype(np.float64),
        recording.subject,
        recording.step_s,
        value,
    )
    return MEASURE.series(value, np.isfinite(value))


@compiled
def encroachments(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, half: Array, ego: int, step_s: float, out: Array
) -> None:
    """Fill in (A, T): the shorter of subject after other and other after subject."""
    boxes = swept_boxes(xyz, present)
    for i in range(xyz.shape[0]):
        if i == ego:
            continue
        for k in range(xyz.shape[1]):
            if present[i, k] and present[ego, k]:
                one = since_left(xyz, present, cos_y, sin_y, half, ego, i, k, step_s, boxes[i])
                out[i, k] = min(one, since_left(xyz, present, cos_y, sin_y, half, i, ego, k, step_s, boxes[ego]))


@compiled
def since_left(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, half: Array, second: int, first: int, k: int,
    step_s: float, boxes: Array,
) -> float:  # fmt: skip
    """Return how long ago `first` left the place where `second` is at step k, s; infinity if it never was there."""
    near = np.sqrt(half[first, 0] ** 2 + half[first, 1] ** 2) + np.sqrt(half[second, 0] ** 2 + half[second, 1] ** 2)
    x, y, passed = xyz[second, k, 0], xyz[second, k, 1], -1  # the chunk of steps in which `first` is far away
    for m in range(k, -1, -1):
        if m // CHUNK == passed or not present[first, m]:
            continue
        if (m == k or m % CHUNK == CHUNK - 1) and far_from(boxes[m // CHUNK], x, y, near):
            passed = m // CHUNK
            continue
        dx, dy = xyz[first, m, 0] - xyz[second, k, 0], xyz[first, m, 1] - xyz[second, k, 1]
        if dx * dx + dy * dy > near * near:
            continue
        if gap_at(xyz, cos_y, sin_y, half, second, k, first, m, 0.0) > 0.0:
            continue
        if m == k:
            return 0.0
        if cos_y[first, m] * cos_y[second, k] + sin_y[first, m] * sin_y[second, k] > SAME_WAY_COS:
            return np.inf
        low, high = 0.0, 1.0  # on the place at `low`, off it at `high`, parts of the step after m
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            if gap_at(xyz, cos_y, sin_y, half, second, k, first, m, middle) > 0.0:
                high = middle
            else:
                low = middle
        return float((k - m - high) * step_s)
    return np.inf


@compiled
def gap_at(
    xyz: Array, cos_y: Array, sin_y: Array, half: Array, second: int, k: int, first: int, m: int, part: float
) -> float:
    """Return the separation of `second` at step k from `first` between its steps m and m + 1, m."""
    n = min(m + 1, xyz.shape[1] - 1)
    x = xyz[first, m, 0] + part * (xyz[first, n, 0] - xyz[first, m, 0])
    y = xyz[first, m, 1] + part * (xyz[first, n, 1] - xyz[first, m, 1])
    return float(
        separation(
            x - xyz[second, k, 0], y - xyz[second, k, 1],
            cos_y[second, k], sin_y[second, k], half[second, 0], half[second, 1],
            cos_y[first, m], sin_y[first, m], half[first, 0], half[first, 1],
        )
    )  # fmt: skip
