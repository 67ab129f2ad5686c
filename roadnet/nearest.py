"""The nearest lane of many points at once: a uniform grid over the lanes' quadrilaterals, searched by one kernel."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_cdt

from roadnet.base.arrays import Array, offsets_of
from roadnet.base.compiled import compiled, inlined
from roadnet.base.maths import sincos

FINEST_CELL_M = 4.0  # about a lane's width: a point's cell then holds a handful of quadrilaterals
CELLS_A_SEGMENT, ENTRIES_A_SEGMENT = 4, 16  # bounds of the grid's memory, which so is linear in the map's size
SPARE_CELLS = 1024
TIE_M = 1e-9  # distances closer together than this count as equal
ON_EDGE_M2 = 1e-24  # a squared distance that is nothing but rounding
NEWTON_STEPS = 3


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Segments:
    """Pieces of lanes between two samples, and the grid over them; S segments, sorted by sample."""

    row: Array  # (S,) int64, the sample each begins at
    lane: Array  # (S,) int64
    ring: Array  # (S, 8) corners x, y of the quadrilateral: left, right, right and left of the next sample, m
    convex: Array  # (S,) int8: 1, -1 convex, (counter-)clockwise; 0 crosses itself or has no area
    circle: Array  # (S, 3) x, y, radius m: all corners lie inside
    axis: Array  # (S, 8): centre x, y; step x, y; heading, turn rad; s, length m
    last_s: Array  # (S,) m, length of the lane
    origin: Array  # (3,) x, y of the grid's corner, cell size m
    shape: tuple[int, int]  # cells along x and y
    cell_start: Array  # (cells + 1,)
    cell: Array  # (entries,) int32 segments whose box touches the cell
    clear: Array  # (cells,) int32 how many cells away the nearest one with entries is: 0 here, 1 beside, ...


def segments_of(
    row: Array, lane: Array, left: Array, right: Array, centre: Array, heading: Array, s: Array, last_s: Array
) -> Segments:
    """Return the segments that begin at the samples `row` (S,) of the lanes `lane` (S,).

    left, right, centre: (N, 2) m; heading, s: (N,); last_s: (L,) m, lengths of the lanes.
    """
    ring = np.stack([left[row], right[row], right[row + 1], left[row + 1]], 1)
    low, high = ring.min(1), ring.max(1)
    middle = (low + high) / 2
    radius = np.sqrt(np.square(ring - middle[:, None]).sum(2).max(1, initial=0.0))
    turn = (heading[row + 1] - heading[row] + np.pi) % (2 * np.pi) - np.pi
    length = np.maximum(s[row + 1] - s[row], 1e-9)
    columns = (centre[row], centre[row + 1] - centre[row], heading[row], turn, s[row], length)
    origin, shape, start, cell = _grid(low, high)
    return Segments(
        row=row,
        lane=lane.astype(np.int64),
        ring=np.ascontiguousarray(ring.reshape(-1, 8)),
        convex=_convexity(ring),
        circle=np.column_stack([middle, radius]),
        axis=np.column_stack(columns),
        last_s=np.ascontiguousarray(last_s[lane]),
        origin=origin,
        shape=shape,
        cell_start=start,
        cell=cell,
        clear=_clearance(np.diff(start).reshape(shape[::-1]) > 0),
    )


def nearest(segments: Segments, xy: Array) -> tuple[Array, Array, Array, Array]:
    """Return (segment (N,) int64, s, offset, distance m) of points (N, 2); see roadnet.queries.nearest_lane."""
    xy = np.ascontiguousarray(xy, np.float64)
    segment, out = np.zeros(len(xy), np.int64), np.zeros((len(xy), 3))
    g = segments
    _search(
        xy,
        g.ring,
        g.convex,
        g.circle,
        g.axis,
        g.last_s,
        g.origin,
        *g.shape,
        g.cell_start,
        g.cell,
        g.clear,
        segment,
        out,
    )
    return segment, out[:, 0], out[:, 1], out[:, 2]


def _convexity(ring: Array) -> Array:
    step = np.roll(ring, -1, 1) - ring
    after = np.roll(step, -1, 1)
    cross = step[..., 0] * after[..., 1] - step[..., 1] * after[..., 0]
    # all corners turn one way and the ring goes round once: four turns of one sign cannot go round twice
    return np.asarray((cross > 0).all(1).astype(np.int8) - (cross < 0).all(1).astype(np.int8))


def _grid(low: Array, high: Array) -> tuple[Array, tuple[int, int], Array, Array]:
    """Return (x, y, cell size; cells along x and y; cell offsets; entries) of boxes (S, 2) to (S, 2) m."""
    count = len(low)
    corner, far = low.min(0, initial=np.inf), high.max(0, initial=-np.inf)
    extent = np.maximum(far - corner, 1.0) if count else np.ones(2)
    corner = corner if count else np.zeros(2)
    most = CELLS_A_SEGMENT * count + SPARE_CELLS
    cell = max(FINEST_CELL_M, float(np.sqrt(extent[0] / most * extent[1])), float(extent.max() / most))
    while True:
        nx, ny = (int(n) for n in np.floor(extent / cell) + 1)
        a = np.floor((low - corner) / cell).astype(np.int64)
        b = np.minimum(np.floor((high - corner) / cell).astype(np.int64), [nx - 1, ny - 1])
        wide, tall = (b - a + 1).T
        if (wide * tall).sum() <= ENTRIES_A_SEGMENT * count + SPARE_CELLS:
            break
        cell *= 2
    owner = np.repeat(np.arange(count), wide * tall)
    k = np.arange(len(owner)) - offsets_of(wide * tall)[owner]
    key = (a[owner, 1] + k // wide[owner]) * nx + a[owner, 0] + k % wide[owner]
    order = np.lexsort((owner, key))
    start = offsets_of(np.bincount(key, minlength=nx * ny))
    return np.array([*corner, cell]), (nx, ny), start, owner[order].astype(np.int32)


def _clearance(full: Array) -> Array:
    """Return (cells,) int32 chessboard distances to the nearest full cell of a grid (ny, nx)."""
    if not full.any():
        return np.zeros(full.size, np.int32)
    return np.ascontiguousarray(distance_transform_cdt(~full, "chessboard").ravel(), np.int32)


@inlined
def _span(i, step, count, low, high):  # type: ignore[no-untyped-def]
    """Return (low, high) cut so that i + t * step lies in [0, count) for low <= t < high."""
    if step == 0:
        return low, high if 0 <= i < count else low
    if step > 0:
        return max(low, -i), min(high, count - i)
    return max(low, i - count + 1), min(high, i + 1)


@inlined
def _to_segment(px, py, ax, ay, bx, by):  # type: ignore[no-untyped-def]
    """Return the squared distance of a point to the line from a to b."""
    ux, uy = bx - ax, by - ay
    square = ux * ux + uy * uy
    f = ((px - ax) * ux + (py - ay) * uy) / max(square, 1e-18)
    f = min(max(f, 0.0), 1.0)
    dx, dy = px - ax - f * ux, py - ay - f * uy
    return dx * dx + dy * dy


@inlined
def _in_triangle(px, py, ax, ay, bx, by, cx, cy):  # type: ignore[no-untyped-def]
    """Return whether a triangle of either orientation holds a point."""
    u = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    v = (cx - bx) * (py - by) - (cy - by) * (px - bx)
    w = (ax - cx) * (py - cy) - (ay - cy) * (px - cx)
    flat = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) == 0.0
    return not flat and ((u >= 0.0 and v >= 0.0 and w >= 0.0) or (u <= 0.0 and v <= 0.0 and w <= 0.0))


@compiled
def _to_hull(px, py, q, turn):  # type: ignore[no-untyped-def]
    """Return the distance of a point to the convex hull of four corners, 0 inside."""
    least = np.inf
    inside = turn != 0
    for i in range(4):
        a, b = 2 * i, 2 * ((i + 1) % 4)
        if turn != 0:
            side = (q[b] - q[a]) * (py - q[a + 1]) - (q[b + 1] - q[a + 1]) * (px - q[a])
            if side * turn < 0.0:
                inside = False
        else:
            c = 2 * ((i + 2) % 4)
            if _in_triangle(px, py, q[a], q[a + 1], q[b], q[b + 1], q[c], q[c + 1]):
                inside = True
            if i < 2:
                least = min(least, _to_segment(px, py, q[a], q[a + 1], q[c], q[c + 1]))
        least = min(least, _to_segment(px, py, q[a], q[a + 1], q[b], q[b + 1]))
    return 0.0 if inside or least < ON_EDGE_M2 else np.sqrt(least)


@compiled
def _foot(px, py, axis, last_s):  # type: ignore[no-untyped-def]
    """Return (s, offset) of a point beside a segment of a centre line whose heading turns evenly."""
    x, y, ux, uy, h0, turn, s, length = axis[0], axis[1], axis[2], axis[3], axis[4], axis[5], axis[6], axis[7]
    f = ((px - x) * ux + (py - y) * uy) / max(ux * ux + uy * uy, 1e-18)
    offset = 0.0
    for _ in range(NEWTON_STEPS):
        n, c = sincos(h0 + turn * min(max(f, 0.0), 1.0))
        dx, dy = px - x - f * ux, py - y - f * uy
        offset = dy * c - dx * n
        f += (dx * c + dy * n) / (length * max(1.0 - turn / length * offset, 0.2))
    return min(max(s + f * length, 0.0), last_s), offset


@compiled
def _search(xy, ring, convex, circle, axis, last_s, origin, nx, ny, cell_start, cell, clear, segment, out):  # type: ignore[no-untyped-def]
    """Fill (segment, s, offset, distance): of the nearest quadrilaterals the one with the nearest centre line.

    Cells are visited in growing squares around the point's own, until nothing nearer can lie outside of them;
    `clear` steps over what is empty.
    """
    size = origin[2]
    for n in range(len(xy)):
        px, py = xy[n, 0], xy[n, 1]
        cx = int(min(max(np.floor((px - origin[0]) / size), 0.0), nx - 1.0))
        cy = int(min(max(np.floor((py - origin[1]) / size), 0.0), ny - 1.0))
        best, middle, found = np.inf, np.inf, -1
        for r in range(clear[cy * nx + cx], max(nx, ny)):
            for side in range(4 if r else 1):
                # sides in order: below, right, above, left, each from its first corner up to the next one
                i, j = cx + (r if 0 < side < 3 else -r), cy + (r if side > 1 else -r)
                di, dj = (1 if side == 0 else -1 if side == 2 else 0), (1 if side == 1 else -1 if side == 3 else 0)
                t, last = _span(i, di, nx, 0, max(2 * r, 1))
                t, last = _span(j, dj, ny, t, last)
                while t < last:
                    at = (j + t * dj) * nx + i + t * di
                    left, low = origin[0] + (i + t * di) * size, origin[1] + (j + t * dj) * size
                    dx, dy = max(left - px, px - left - size, 0.0), max(low - py, py - low - size, 0.0)
                    near = dx * dx + dy * dy <= (best + TIE_M) * (best + TIE_M)  # what is nearer has a cell that is
                    for e in range(cell_start[at], cell_start[at + 1] if near else 0):
                        k = cell[e]
                        dx, dy, reach = px - circle[k, 0], py - circle[k, 1], best + circle[k, 2] + TIE_M
                        if dx * dx + dy * dy > reach * reach:
                            continue
                        d = _to_hull(px, py, ring[k], convex[k])
                        if d > best + TIE_M:
                            continue
                        x, y = axis[k, 0], axis[k, 1]
                        line = np.sqrt(_to_segment(px, py, x, y, x + axis[k, 2], y + axis[k, 3]))
                        line = np.floor(line / TIE_M + 0.5)
                        if d < best - TIE_M or line < middle or (line == middle and k < found):
                            middle, found = line, k
                            best = min(best, d)
                    t += max(clear[at], 1)
            beyond = np.inf  # least distance to what lies outside of the square
            if cx - r > 0:
                beyond = min(beyond, px - (origin[0] + (cx - r) * size))
            if cx + r < nx - 1:
                beyond = min(beyond, origin[0] + (cx + r + 1) * size - px)
            if cy - r > 0:
                beyond = min(beyond, py - (origin[1] + (cy - r) * size))
            if cy + r < ny - 1:
                beyond = min(beyond, origin[1] + (cy + r + 1) * size - py)
            if best <= beyond:
                break
        segment[n] = found
        out[n, 0], out[n, 1] = _foot(px, py, axis[found], last_s[found])
        out[n, 2] = best
