"""Conflict areas: where the corridors of two lanes of one junction overlap."""

import numpy as np
import shapely

from roadnet.base.arrays import Array
from roadnet.network import Lanes, Roads

SMALLEST_AREA_M2 = 0.1  # lanes side by side touch along a line: no conflict
LEVELS_APART_M = 2.5  # a bridge and what passes under it do not meet
MOST_WINDING_RAD = 8 * np.pi  # a lane that goes round more often covers itself so often that its area means nothing


def junction_conflicts(roads: Roads, lanes: Lanes) -> tuple[Array, Array]:
    """Return (pairs (K, 2) int32 with a < b, entry and exit s along a and along b (K, 4) m), sorted.

    Drivable lanes of the junction's connecting roads; lanes that part or merge overlap too. The s of a lane
    are those of the overlap's outermost points, seen from the lane's centre line.
    """
    rows = np.flatnonzero(lanes.drivable & roads.in_junction[lanes.road] & has_area(lanes))
    none = np.zeros((0, 2), np.int32), np.zeros((0, 4))
    if len(rows) < 2:
        return none
    areas, lines = _corridors(lanes, rows)
    i, j = shapely.STRtree(areas).query(areas, predicate="intersects")
    junction = roads.junction[lanes.road[rows]]
    keep = (i < j) & (junction[i] == junction[j])
    i, j = i[keep], j[keep]
    overlap = shapely.intersection(areas[i], areas[j])
    keep = shapely.area(overlap) > SMALLEST_AREA_M2
    i, j, overlap = i[keep], j[keep], overlap[keep]
    if not len(i):
        return none
    points, of = shapely.get_coordinates(overlap, return_index=True)
    first = np.searchsorted(of, np.arange(len(i)))
    s = []
    for k in (i, j):
        along = shapely.line_locate_point(lines[k][of], shapely.points(points)) * _stretch(lanes, rows, lines)[k][of]
        s += [np.minimum.reduceat(along, first), np.maximum.reduceat(along, first)]
    height = [_height(lanes, rows[k], (s[2 * n] + s[2 * n + 1]) / 2) for n, k in enumerate((i, j))]
    level = np.abs(height[0] - height[1]) < LEVELS_APART_M
    pairs, spans = np.stack([rows[i], rows[j]], 1)[level], np.stack(s, 1)[level]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order].astype(np.int32), spans[order]


def has_area(lanes: Lanes) -> Array:
    """Return (L,) bool: a lane goes round no more than MOST_WINDING_RAD, so that its outline bounds an area."""
    turn = (np.diff(lanes.centre_heading, prepend=0.0) + np.pi) % (2 * np.pi) - np.pi
    first = lanes.centre_start[:-1]
    turn[first] = 0.0
    heading = np.cumsum(turn)
    winding = np.maximum.reduceat(heading, first) - np.minimum.reduceat(heading, first)
    return np.asarray(winding <= MOST_WINDING_RAD)


def _corridors(lanes: Lanes, rows: Array) -> tuple[Array, Array]:
    """Return the areas between the edges and the centre lines of lane rows."""
    areas, lines = [], []
    for row in rows:
        part = slice(lanes.centre_start[row], lanes.centre_start[row + 1])
        areas.append(np.concatenate([lanes.left_edge[part, :2], lanes.right_edge[part, :2][::-1]]))
        lines.append(lanes.centre[part, :2])
    polygons = shapely.polygons([shapely.linearrings(a) for a in areas])
    valid = shapely.is_valid(polygons)
    polygons[~valid] = shapely.make_valid(polygons[~valid])
    return polygons, np.array([shapely.linestrings(x) for x in lines])


def _stretch(lanes: Lanes, rows: Array, lines: Array) -> Array:
    """Return arc length over plan length of each centre line."""
    return np.asarray(lanes.length_m[rows] / np.maximum(shapely.length(lines), 1e-9))


def _height(lanes: Lanes, row: Array, s: Array) -> Array:
    """Return (N,) z of the lane centres at the sample nearest to `s`."""
    out = np.empty(len(row))
    for n, (r, at) in enumerate(zip(row, s, strict=True)):
        part = slice(lanes.centre_start[r], lanes.centre_start[r + 1])
        out[n] = np.interp(at, lanes.centre_s[part], lanes.centre[part, 2])
    return out
