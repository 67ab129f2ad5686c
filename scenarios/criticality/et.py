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
CHUNK = 16  # steps whose places are looked at together first


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
    steps = xyz.shape[1]
    chunks = (steps + CHUNK - 1) // CHUNK
    box = np.empty((chunks, 4))
    for i in range(xyz.shape[0]):
        if i == ego:
            continue
        bounds(xyz[i], present[i], box)
        since = 0
        for k in range(steps + 1):
            inside = (
                k < steps
                and present[ego, k]
                and present[i, k]
                and in_the_way(xyz, present, cos_y, sin_y, half, ego, i, k, box)
            )
            if not inside:
                for m in range(since, k):
                    out[i, m] = (k - since) * step_s
                since = k + 1


@compiled
def bounds(xy: Array, present: Array, box: Array) -> None:
    """Fill in (chunks, 4) least x, least y, most x, most y of the places (T, 2+) of each chunk of steps."""
    for c in range(len(box)):
        box[c, 0], box[c, 1], box[c, 2], box[c, 3] = np.inf, np.inf, -np.inf, -np.inf
        for m in range(c * CHUNK, min((c + 1) * CHUNK, len(xy))):
            if present[m]:
                box[c, 0], box[c, 1] = min(box[c, 0], xy[m, 0]), min(box[c, 1], xy[m, 1])
                box[c, 2], box[c, 3] = max(box[c, 2], xy[m, 0]), max(box[c, 3], xy[m, 1])


@compiled
def in_the_way(
    xyz: Array, present: Array, cos_y: Array, sin_y: Array, half: Array, ego: int, i: int, k: int, box: Array
) -> bool:
    """Return whether the subject at step k is on ground that agent i crosses at any step."""
    x, y = xyz[ego, k, 0], xyz[ego, k, 1]
    near = np.sqrt(half[ego, 0] ** 2 + half[ego, 1] ** 2) + np.sqrt(half[i, 0] ** 2 + half[i, 1] ** 2)
    for c in range(len(box)):
        if x < box[c, 0] - near or x > box[c, 2] + near or y < box[c, 1] - near or y > box[c, 3] + near:
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
