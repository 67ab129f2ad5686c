"""time_to_crossing: how long until the subject reaches the next pedestrian crossing on its way."""

import numpy as np

from roadnet.base.arrays import Array
from roadnet.boxes import corners
from roadnet.network import ObjectKind, RoadNetwork
from scenarios.criticality.corridor import driven_path, place
from scenarios.criticality.registry import Measure
from scenarios.criticality.series import Series
from scenarios.model.recording import Recording

MEASURE = Measure(
    id="time_to_crossing",
    unit="s",
    worse="low",
    formula="d / v: from the subject's front to the near edge of the next crosswalk on its path, at its present speed",
    source="Varhelyi 1998, time to zebra",
    edges="0 on the crosswalk; masked at standstill, after the last crosswalk, and where the map is not given or has "
    "none; a measure of the subject alone",
)


def evaluate(recording: Recording, net: RoadNetwork | None = None) -> Series:
    """Return (T,) s; masked where no crosswalk lies ahead."""
    ego, agents = recording.subject, recording.agents
    speed = agents.speed[ego].astype(np.float64)
    near, far = crosswalks_along(recording, net) if net is not None else (np.zeros(0), np.zeros(0))
    value, valid = np.full(len(speed), np.inf), agents.valid[ego] & (speed > 0.0)
    if len(near):
        front = driven_path(recording, net)[1] + 0.5 * float(agents.size[ego, 0])
        left = np.where(front <= far[:, None], np.maximum(near[:, None] - front, 0.0), np.inf)
        value = np.divide(left.min(axis=0), speed, out=value, where=valid)
    return MEASURE.series(value, valid & np.isfinite(value))


def crosswalks_along(recording: Recording, net: RoadNetwork) -> tuple[Array, Array]:
    """Return (near, far), (X,) m each along the subject's path, of the crosswalks that the path runs over."""
    o, knots = net.objects, driven_path(recording, net)[0]
    near, far = [], []
    for k in np.flatnonzero(o.kind == ObjectKind.CROSSWALK):
        outline = o.outline[o.outline_start[k] : o.outline_start[k + 1]]
        if not len(outline):
            outline = corners(o.pose[k, 0], o.pose[k, 1], o.pose[k, 3], o.size[k, 0], o.size[k, 1])
        s, offset = stations(knots, np.asarray(outline))
        if offset.min() <= 0.0 <= offset.max():
            near.append(s.min())
            far.append(s.max())
    return np.array(near), np.array(far)


def stations(knots: Array, xy: Array) -> tuple[Array, Array]:
    """Return (s, offset), (N,) m each, of points (N, 2) on a path of knots (P, 3)."""
    origin = knots[0, :2].copy()
    out = np.zeros((4, 1, len(xy)))
    flat = np.zeros((1, len(xy)))
    place(
        knots - np.array([*origin, 0.0]),
        np.ascontiguousarray(xy[None] - origin),
        flat,
        flat,
        out[0],
        out[1],
        out[2],
        out[3],
    )
    return out[0, 0], out[1, 0]
