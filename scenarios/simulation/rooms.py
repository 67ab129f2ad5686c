"""How far aside an adversary may go along its path, and where its path crosses the subject's: looked up in the map."""

from functools import lru_cache

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.kept import kept
from roadnet.network import MarkType, RoadNetwork
from roadnet.polyline import STEP_M
from scenarios.simulation.pursuit import ROOM_M
from scenarios.simulation.tracks import Track

INSET_M = 0.2  # stays so far inside of what is allowed; assumed
OFF_ROAD_M = 3.0  # beyond the edge of the road, for who may leave it; assumed
NARROWING = 0.06  # room that ends ahead is given up at this slope, m a metre
SOLID = {int(t) for t in MarkType} - {int(MarkType.NONE), int(MarkType.BROKEN), int(MarkType.BROKEN_BROKEN),
                                      int(MarkType.BOTTS_DOTS)}  # fmt: skip
CROSSING_SIN = 0.3  # paths nearer to parallel than this run along each other and do not cross


@kept
def rooms(
    net: RoadNetwork, lanes: tuple[int, ...], length_m: float, solid: bool, oncoming: bool, leave: bool
) -> Array:  # fmt: skip
    """Return (M, 2) m: offsets (right, left) every ROOM_M along a path of lanes, in which a body must stay.

    solid, oncoming, leave: may it cross solid lines, use lanes of the other direction, leave the road.
    """
    ends = np.concatenate([[0.0], np.cumsum(net.lanes.length_m[list(lanes)])])
    at = np.arange(int(np.ceil(length_m / ROOM_M)) + 1) * ROOM_M
    which = np.clip(np.searchsorted(ends, at, side="right") - 1, 0, len(lanes) - 1)
    out = np.empty((len(at), 2))
    for row, (s, k) in enumerate(zip(at.tolist(), which.tolist(), strict=True)):
        share = min((s - ends[k]) / max(float(ends[k + 1] - ends[k]), 1e-9), 1.0)
        out[row] = [-_reach(net, lanes[k], share, side, solid, oncoming, leave) for side in (1, -1)]
        out[row, 1] *= -1.0
    for row in range(len(out) - 2, -1, -1):  # what narrows ahead is made room for in time
        out[row, 0] = max(out[row, 0], out[row + 1, 0] - NARROWING * ROOM_M)
        out[row, 1] = min(out[row, 1], out[row + 1, 1] + NARROWING * ROOM_M)
    return out


def _reach(
    net: RoadNetwork, lane: int, share: float, side: int, solid: bool, oncoming: bool, leave: bool
) -> float:  # fmt: skip
    """Return how far from the centre of a lane a body may reach on one side (1 right, -1 left), m."""
    reach, here = _half_width(net, lane, share, lane), lane
    while True:
        beyond = _beside(net, here, side if net.lanes.forward[here] == net.lanes.forward[lane] else -side)
        if beyond is None or not net.lanes.drivable[beyond]:
            return reach + (OFF_ROAD_M if leave else -INSET_M)
        other_way = net.lanes.forward[beyond] != net.lanes.forward[lane]
        if (other_way and not oncoming) or (not solid and _line(net, here, beyond, share, lane) in SOLID):
            return reach - INSET_M
        reach += 2.0 * _half_width(net, beyond, share, lane)
        here = beyond


def _beside(net: RoadNetwork, lane: int, side: int) -> int | None:
    """Return the next lane of the cross section to the right (1) or left (-1) in the lane's own direction."""
    lanes = net.lanes
    row = lane + side if lanes.forward[lane] else lane - side  # rows run from left to right along the road
    if 0 <= row < len(lanes) and (lanes.road[row], lanes.section[row]) == (lanes.road[lane], lanes.section[lane]):
        return row
    has, beside = (lanes.has_right, lanes.right) if side > 0 else (lanes.has_left, lanes.left)
    return int(beside[lane]) if has[lane] else None


def _half_width(net: RoadNetwork, lane: int, share: float, of: int) -> float:
    """Return half the width of a lane at a part of the way along lane `of`, m."""
    lanes = net.lanes
    rows = slice(*lanes.centre_start[lane : lane + 2])
    part = share if lanes.forward[lane] == lanes.forward[of] else 1.0 - share
    return float(np.interp(part * lanes.centre_s[rows][-1], lanes.centre_s[rows], lanes.centre_half_width[rows]))


def _line(net: RoadNetwork, a: int, b: int, share: float, of: int) -> int:
    """Return the MarkType of the line between neighbours a and b at a part of the way along lane `of`."""
    lanes = net.lanes
    begin, end = lanes.s_range[of]
    ds = (share if lanes.forward[of] else 1.0 - share) * (end - begin)
    road = int(lanes.road[of])
    if lanes.road[a] == lanes.road[b] and lanes.id[a] * lanes.id[b] < 0:
        rows = net.centre_marks.mark[slice(*net.centre_marks.start[road : road + 2])]
        found = rows[(rows[:, 0] <= begin + ds) & (begin + ds <= rows[:, 1]), 2]
        return int(found[0]) if len(found) else int(MarkType.NONE)
    inner = a if abs(lanes.id[a]) < abs(lanes.id[b]) else b  # a lane's mark is on its outer side
    marks = lanes.mark[slice(*lanes.mark_start[inner : inner + 2])]
    found = marks[marks[:, 0] <= ds + 1e-6, 1]
    return int(found[-1]) if len(found) else int(MarkType.NONE)


@lru_cache(maxsize=256)
def crossing(own: Track, own_from_m: float, other: Track, other_from_m: float) -> tuple[float, float]:
    """Return (s on `own`, s on `other`) m of the first place along `own` where two paths cross, from two s on.

    Infinity twice where they do not, or only run along each other.
    """
    a, b = (np.stack([t.path.x, t.path.y], -1) for t in (own, other))
    ia, ib = (max(int(s / STEP_M), 0) for s in (own_from_m, other_from_m))
    a, b = a[ia:], b[ib:]
    da, db = np.diff(a, axis=0), np.diff(b, axis=0)
    if not (len(da) and len(db)):
        return np.inf, np.inf
    cross = da[:, None, 0] * db[None, :, 1] - da[:, None, 1] * db[None, :, 0]
    gap = b[None, :-1] - a[:-1, None]
    lengths = np.linalg.norm(da, axis=-1)[:, None] * np.linalg.norm(db, axis=-1)[None]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (gap[..., 0] * db[None, :, 1] - gap[..., 1] * db[None, :, 0]) / cross
        v = (gap[..., 0] * da[:, None, 1] - gap[..., 1] * da[:, None, 0]) / cross
        hit = (np.abs(cross) > CROSSING_SIN * lengths) & (u >= 0.0) & (u <= 1.0) & (v >= 0.0) & (v <= 1.0)
    rows = np.argwhere(hit)
    if not len(rows):
        return np.inf, np.inf
    i, j = rows[0]
    return float((ia + i + u[i, j]) * STEP_M), float((ib + j + v[i, j]) * STEP_M)
