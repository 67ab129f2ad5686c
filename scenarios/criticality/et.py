"""et: for how long the subject is in the other's way where their ways cross."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.compiled import compiled
from roadnet.base.maths import sincos_all
from roadnet.boxes import separation
from roadnet.network import RoadNetwork
from scenarios.criticality.pet import SAME_WAY_COS
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.criticality.swept import CHUNK, far_from, swept_boxes
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="et",
    unit="s",
    worse="high",
    formula="length of the stay of the subject's body on ground that the other's body covers at any time, crossing it",
    source="Allen, Shin, Cooper 1978, encroachment time; on swept footprints",
    edges="one value through a whole stay, to within one step; endless stays end with the recording; masked outside "
    "of the crossing, and where headings are within 30 degrees there",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (A, T) s; masked where the subject is not in the other's way."""
    agents, ego = recording.agents, recording.subject
    sin_y, cos_y = sincos_all(agents.yaw)
    half = 0.5 * agents.size[:, :2].astype(np.float64)
    out = np.zeros(agents.yaw.shape)
    stays(agents.xyz, agents.valid, cos_y, sin_y, half, ego, recording.step_s, out)
    return MEASURE.series(out, out > 0.0)


@compiled
def stays(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, half: Array, ego: int, step_s: float, out: Array
) -> None:
    """Fill in (A, T) s where the subject is on ground of the other; 0 elsewhere."""
    steps, boxes = xyz.shape[1], swept_boxes(xyz, present)
    for i in range(xyz.shape[0]):
        if i == ego:
            continue
        since = 0
        for k in range(steps + 1):
            inside = (
                k < steps
                and present[ego, k]
                and present[i, k]
                and in_the_way(xyz, present, cos_y, sin_y, half, ego, i, k, boxes[i])
            )
            if not inside:
                for m in range(since, k):
                    out[i, m] = (k - since) * step_s
                since = k + 1


@compiled
def in_the_way(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, half: Array, ego: int, i: int, k: int, boxes: Array
) -> bool:
    """Return whether the subject at step k is on ground that agent i crosses at any step."""
    x, y = xyz[ego, k, 0], xyz[ego, k, 1]
    near = np.sqrt(half[ego, 0] ** 2 + half[ego, 1] ** 2) + np.sqrt(half[i, 0] ** 2 + half[i, 1] ** 2)
    for c in range(len(boxes)):
        if far_from(boxes[c], x, y, near):
            continue
        for m in range(c * CHUNK, min((c + 1) * CHUNK, xyz.shape[1])):
            dx, dy = xyz[i, m, 0] - x, xyz[i, m, 1] - y
            if not present[i, m] or dx * dx + dy * dy > near * near:
                continue
            if cos_y[i, m] * cos_y[ego, k] + sin_y[i, m] * sin_y[ego, k] > SAME_WAY_COS:
                continue
            if separation(
                dx, dy, cos_y[ego, k], sin_y[ego, k], half[ego, 0], half[ego, 1],
                cos_y[i, m], sin_y[i, m], half[i, 0], half[i, 1],
            ) <= 0.0:  # fmt: skip
                return True
    return False
