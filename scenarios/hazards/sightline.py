"""Who is hidden from the subject vehicle by scenery."""

import numpy as np

from roadnet.base.arrays import Array
from scenarios.model.recording import Recording

THIN_M = 0.5  # poles and trunks narrower than this hide nobody


def hidden(recording: Recording, row: int) -> Array:
    """Return (T,) bool: the line from the subject's front to agent `row` runs through a thing that hides it.

    A static hides whom it overtops; it is read as its oriented box (slab test, Kay and Kajiya 1986).
    """
    statics, agents, ego = recording.statics, recording.agents, recording.subject
    tall = (statics.size[:, 2] >= agents.size[row, 2]) & (statics.size[:, 1] >= THIN_M)
    pose, size = statics.pose[tall], statics.size[tall].astype(np.float64)
    yaw = agents.yaw[ego].astype(np.float64)
    front = np.stack([np.cos(yaw), np.sin(yaw)], -1) * 0.5 * float(agents.size[ego, 0])
    begin, end = agents.xyz[ego, :, :2] + front, agents.xyz[row, :, :2]
    c, n = np.cos(pose[:, 3])[:, None], np.sin(pose[:, 3])[:, None]  # (O, 1)
    local = []
    for point in (begin, end):
        dx, dy = point[None, :, 0] - pose[:, :1], point[None, :, 1] - pose[:, 1:2]
        local.append((dx * c + dy * n, dy * c - dx * n))
    first, last = np.zeros((len(pose), len(yaw))), np.ones((len(pose), len(yaw)))
    for axis in range(2):
        a, b, half = local[0][axis], local[1][axis], 0.5 * size[:, axis : axis + 1]
        run = np.where(np.abs(b - a) < 1e-9, 1e-9, b - a)
        low, high = (-half - a) / run, (half - a) / run
        first, last = np.maximum(first, np.minimum(low, high)), np.minimum(last, np.maximum(low, high))
    return np.asarray((first < last).any(0))
