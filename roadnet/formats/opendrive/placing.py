"""Where on the roads a point lies, for formats that place things by road, s and t."""

import numpy as np
from scipy.spatial import cKDTree

from roadnet.base.arrays import Array, offsets_of
from roadnet.geometry import road_frames
from roadnet.network import Roads

STEP_M = 2.0
NEAREST_SAMPLES = 24
NEWTON_STEPS = 12
FLATTEST, STAY_M = 0.05, 1e-9
MISS_M = 1e-7  # a foot is exact when the point lies this close to its cross-section
TIE_M = 1e-4  # of feet equally far away the one on the first road is taken
CENTRAL_M = 0.01
AT_ONCE = 2_000_000  # candidates evaluated in one go


def on_roads(roads: Roads, xy: Array) -> tuple[Array, Array, Array]:
    """Return (road row, s m, t m), each (N,) of a cross-section through each point of `xy` (N, 2), the nearest.

    Where a point lies on no cross-section at all, the end or corner of a reference line nearest to it.
    """
    if not len(xy):
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    road, s = _samples(roads)
    origin, axes, _, _ = road_frames(roads, road, s)
    point, left = origin[:, :2], axes[:, 0, :2]
    tree = cKDTree(point)
    apart, near = (np.asarray(x).reshape(len(xy), -1) for x in tree.query(xy, k=min(NEAREST_SAMPLES, len(s))))
    found = _feet(roads, road, s, point, left, xy, np.repeat(np.arange(len(xy)), near.shape[1]), near.ravel())
    central = np.flatnonzero(apart[:, -1] - apart[:, 0] < CENTRAL_M)  # all of a ring is equally near
    missing = np.union1d(np.setdiff1d(np.arange(len(xy)), found[0]), central)
    for some in np.array_split(missing, max(1, len(missing) * len(s) // AT_ONCE)):
        every = np.tile(np.arange(len(s)), len(some))
        more = _feet(roads, road, s, point, left, xy, np.repeat(some, len(s)), every)
        found = tuple(np.concatenate(pair) for pair in zip(found, more, strict=True))  # type: ignore[assignment]
    owner, foot_road, foot_s, foot_t = found
    least = np.full(len(xy), np.inf)
    np.minimum.at(least, owner, np.abs(foot_t))
    far = np.abs(foot_t) > least[owner] + TIE_M
    order = np.lexsort((foot_s, foot_road, far, owner))
    first = order[np.unique(owner[order], return_index=True)[1]]
    out_road, out_s = road[near[:, 0]], s[near[:, 0]]
    across = ((xy - point[near[:, 0]]) * left[near[:, 0]]).sum(1)
    out_road[owner[first]], out_s[owner[first]], across[owner[first]] = foot_road[first], foot_s[first], foot_t[first]
    return out_road, out_s, across


def _samples(roads: Roads) -> tuple[Array, Array]:
    """Return (road, s) along every road, ends and beginnings of records included, sorted."""
    count = np.maximum(np.ceil(roads.length_m / STEP_M).astype(np.int64), 1) + 1
    road = np.repeat(np.arange(len(count)), count)
    s = (np.arange(len(road)) - offsets_of(count)[road]) * (roads.length_m / (count - 1))[road]
    of_record = np.repeat(np.arange(len(count)), np.diff(roads.plan_start))
    begin = roads.plan_pose[:, 0]
    inside = (begin > 0) & (begin < roads.length_m[of_record])
    road, s = np.concatenate([road, of_record[inside]]), np.concatenate([s, begin[inside]])
    order = np.lexsort((s, road))
    return road[order], np.minimum(s, roads.length_m[road])[order]


def _feet(
    roads: Roads, road: Array, s: Array, point: Array, left: Array, xy: Array, owner: Array, sample: Array
) -> tuple[Array, Array, Array, Array]:
    """Return (owner, road, s, t) of the exact feet in the steps before and after the samples."""
    keys = np.concatenate([owner * len(s) + sample, (owner * len(s) + sample - 1)[sample > 0]])
    keys = np.unique(keys)
    owner, low = keys // len(s), keys % len(s)
    high = np.minimum(low + 1, len(s) - 1)
    keep = road[low] == road[high]
    owner, low, high = owner[keep], low[keep], high[keep]

    def ahead(at: Array) -> Array:
        d = xy[owner] - point[at]
        return np.asarray(d[:, 0] * left[at, 1] - d[:, 1] * left[at, 0])

    slack = MISS_M * 10
    crosses = (ahead(low) >= -slack) & (ahead(high) <= slack)
    owner, low, high = owner[crosses], low[crosses], high[crosses]
    row, a, b = road[low], s[low], s[high]
    at = a
    miss, t = np.zeros(len(at)), np.zeros(len(at))
    for _ in range(NEWTON_STEPS):
        origin, axes, _, bend = road_frames(roads, row, at)
        side = axes[:, 0, :2]
        d = xy[owner] - origin[:, :2]
        flat = np.maximum((side**2).sum(1), 1e-12)
        t = (d * side).sum(1) / flat
        miss = (d[:, 0] * side[:, 1] - d[:, 1] * side[:, 0]) / np.sqrt(flat)
        step = miss / np.maximum(1.0 - bend * t, FLATTEST)  # round the centre of an arc every s is a foot: stay
        at = np.clip(at + np.where(np.abs(step) > STAY_M, step, 0.0), a, b)
    exact = np.abs(miss) <= slack
    return owner[exact], row[exact], at[exact], t[exact]
