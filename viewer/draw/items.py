"""The display list: what to draw, as data. Colours are roles of the theme; who paints it is another matter.

Coordinates are metres of the map frame for bird's-eye lists and pixels for charts and image overlays.
A ragged field is a pair: flat points and `start` offsets, as in the road network.
"""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array, ragged


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Polylines:
    """K open lines; drawn `width_px` wide, or `width_m` where that is more on screen."""

    points: Array  # (N, 2)
    start: Array  # (K + 1,)
    role: str
    z: int = 0
    width_px: float = 1.0
    width_m: float = 0.0
    dash: tuple[float, ...] = ()  # on, off in multiples of the width; empty: solid
    alpha: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Polygons:
    """K filled polygons, one colour; overlaps of one list do not add up."""

    points: Array  # (N, 2), any orientation
    start: Array  # (K + 1,)
    role: str
    z: int = 0
    alpha: float = 1.0
    edge_role: str = ""  # empty: no outline
    edge_px: float = 1.0
    hatched: bool = False  # diagonal lines in the edge's colour, so that colour is not the only sign


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Points:
    """N points with colours of their own; always painted as raster, never as one shape each."""

    xy: Array  # (N, 2)
    rgb: Array  # (N, 3) uint8
    z: int = 0
    size_px: int = 2


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Picture:
    """An image stretched over a box."""

    rgb: Array  # (H, W, 3) uint8, first row on top
    box: tuple[float, float, float, float]  # x0, y0, x1, y1
    z: int = 0


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text at a point; `offset_px` moves it on the screen, y up."""

    x: float
    y: float
    text: str
    role: str = "text"
    z: int = 90
    size_px: float = 11.0
    anchor: str = "middle"  # "start" | "middle" | "end"
    offset_px: tuple[float, float] = (0.0, 0.0)
    bold: bool = False
    halo: bool = True  # an outline in the background's colour


Item = Polylines | Polygons | Points | Picture | Text


def polylines(rows: list[Array], role: str, *, z: int = 0, width_px: float = 1.0, width_m: float = 0.0,
              dash: tuple[float, ...] = (), alpha: float = 1.0) -> Polylines:  # fmt: skip
    """Return Polylines of a list of (n, 2) rows; columns beyond the second are left out."""
    points, start = ragged([np.asarray(row, np.float64)[:, :2] for row in rows], np.float64, 2)
    return Polylines(
        points=points, start=start, role=role, z=z, width_px=width_px, width_m=width_m, dash=dash, alpha=alpha
    )


def polygons(rows: list[Array], role: str, *, z: int = 0, alpha: float = 1.0, edge_role: str = "",
             edge_px: float = 1.0, hatched: bool = False) -> Polygons:  # fmt: skip
    """Return Polygons of a list of (n, 2) rows; columns beyond the second are left out."""
    points, start = ragged([np.asarray(row, np.float64)[:, :2] for row in rows], np.float64, 2)
    return Polygons(
        points=points, start=start, role=role, z=z, alpha=alpha, edge_role=edge_role, edge_px=edge_px, hatched=hatched
    )


def in_order(items: tuple[Item, ...]) -> list[Item]:
    """Return the items from the lowest to the highest; equal heights keep their order."""
    return sorted(items, key=lambda item: item.z)


def row_bounds(points: Array, start: Array) -> tuple[Array, Array]:
    """Return (low (K, 2), high (K, 2)) of each ragged row; an empty row has low above high."""
    count = len(start) - 1
    low, high = np.full((count, 2), np.inf), np.full((count, 2), -np.inf)
    full = np.flatnonzero(start[1:] > start[:-1])
    if len(full):
        low[full] = np.minimum.reduceat(points, start[full], axis=0)
        high[full] = np.maximum.reduceat(points, start[full], axis=0)
    return low, high


def keep_rows(points: Array, start: Array, keep: Array) -> tuple[Array, Array]:
    """Return (points, start) of the ragged rows where `keep` (K,) is true."""
    counts = np.diff(start)
    chosen = np.repeat(keep, counts)
    return points[chosen], np.concatenate([[0], np.cumsum(counts[keep])])


def one_way_round(points: Array, start: Array) -> Array:
    """Return the points with every row counter-clockwise, so that overlapping rows join under the winding rule."""
    out = np.array(points)
    following = np.arange(1, len(points) + 1)
    rows = np.flatnonzero(np.diff(start) > 0)
    following[start[rows + 1] - 1] = start[rows]
    cross = points[:, 0] * points[following, 1] - points[following, 0] * points[:, 1]
    area = np.add.reduceat(cross, start[rows]) if len(rows) else np.zeros(0)
    for row in rows[area < 0]:
        out[start[row] : start[row + 1]] = points[start[row] : start[row + 1]][::-1]
    return out
