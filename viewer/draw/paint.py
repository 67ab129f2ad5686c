"""Paints a display list into pixels with Agg: anti-aliased, the same bytes each time, no screen, no Qt."""

from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from roadnet.base.arrays import Array
from viewer.draw.items import (
    Item,
    Picture,
    Points,
    Polygons,
    Polylines,
    Text,
    in_order,
    keep_rows,
    one_way_round,
    row_bounds,
)
from viewer.draw.theme import Theme
from viewer.draw.view import View

DPI = 72  # one typographic point is one pixel
MARGIN_PX = 20.0  # rows farther out than this are not painted
STILL = IdentityTransform()
FONTS = {bold: FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal") for bold in (False, True)}


def paint(items: tuple[Item, ...], view: View, theme: Theme, *, background: str = "background") -> Array:
    """Return the (H, W, 3) uint8 picture of a display list, lowest items first."""
    width, height = view.size
    canvas: Any = RendererAgg(width, height, DPI)  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())
    pixels[...] = (*theme[background], 255)
    for item in in_order(items):
        PAINTERS[type(item)](canvas, pixels, item, view, theme)
    return np.ascontiguousarray(pixels[..., :3])


def pen(canvas: Any, theme: Theme, role: str, alpha: float, width_px: float = 0.0) -> Any:
    """Return a graphics context of one colour and width."""
    gc = canvas.new_gc()
    gc.set_foreground((*(c / 255 for c in theme[role]), alpha), isRGBA=True)
    gc.set_alpha(alpha)
    gc.set_linewidth(width_px)
    gc.set_antialiased(True)
    gc.set_snap(False)
    return gc


def visible(points: Array, start: Array, view: View) -> tuple[Array, Array]:
    """Return (px (N, 2), start) of the rows that touch the picture."""
    low, high = row_bounds(points, start)
    x0, y0, x1, y1 = view.bounds
    edge = MARGIN_PX / view.px_per_m
    keep = (low[:, 0] < x1 + edge) & (high[:, 0] > x0 - edge) & (low[:, 1] < y1 + edge) & (high[:, 1] > y0 - edge)
    points, start = keep_rows(points, start, keep)
    return view.to_px(points), start


def path_of(points: Array, start: Array, *, closed: bool) -> Path:
    """Return one compound path of ragged rows."""
    full = start[:-1][np.diff(start) > 0]
    if not closed:
        codes = np.full(len(points), Path.LINETO, np.uint8)
        codes[full] = Path.MOVETO
        return Path(points, codes)
    ends = start[1:][np.diff(start) > 0]
    codes = np.full(len(points) + len(full), Path.LINETO, np.uint8)
    codes[full + np.arange(len(full))] = Path.MOVETO
    codes[ends + np.arange(len(full))] = Path.CLOSEPOLY
    return Path(np.insert(points, ends, points[full], axis=0), codes)


def paint_polygons(canvas: Any, _: Array, item: Polygons, view: View, theme: Theme) -> None:
    points, start = visible(item.points, item.start, view)
    if not len(points):
        return
    path = path_of(one_way_round(points, start), start, closed=True)
    gc = pen(canvas, theme, item.edge_role or item.role, item.alpha, item.edge_px if item.edge_role else 0.0)
    if item.hatched:
        gc.set_hatch("///")
        gc.set_hatch_color((*(c / 255 for c in theme[item.edge_role or "muted"]), 1.0))
        gc.set_hatch_linewidth(0.7)
    canvas.draw_path(gc, path, STILL, tuple(c / 255 for c in theme[item.role]))


def paint_polylines(canvas: Any, _: Array, item: Polylines, view: View, theme: Theme) -> None:
    points, start = visible(item.points, item.start, view)
    if not len(points):
        return
    width = max(item.width_px, item.width_m * view.px_per_m)
    gc = pen(canvas, theme, item.role, item.alpha, width)
    gc.set_capstyle("butt")
    gc.set_joinstyle("round")
    if item.dash:
        gc.set_dashes(0.0, [d * width for d in item.dash])
    canvas.draw_path(gc, path_of(points, start, closed=False), STILL, None)


def paint_points(_: Any, pixels: Array, item: Points, view: View, theme: Theme) -> None:
    height, width = pixels.shape[:2]
    px = view.to_px(item.xy)
    column, row = np.floor(px[:, 0]).astype(np.int64), height - 1 - np.floor(px[:, 1]).astype(np.int64)
    for dy in range(item.size_px):
        for dx in range(item.size_px):
            x, y = column + dx, row + dy
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            pixels[y[inside], x[inside], :3] = item.rgb[inside]


def paint_picture(_: Any, pixels: Array, item: Picture, view: View, theme: Theme) -> None:
    height, width = pixels.shape[:2]
    (x0, y0), (x1, y1) = view.to_px(np.array([item.box[:2], item.box[2:]]))
    rows = np.arange(max(round(height - y1), 0), min(round(height - y0), height))
    columns = np.arange(max(round(x0), 0), min(round(x1), width))
    h, w = item.rgb.shape[:2]
    source_row = np.clip(((rows + 0.5 - (height - y1)) / (y1 - y0) * h).astype(np.int64), 0, h - 1)
    source_column = np.clip(((columns + 0.5 - x0) / (x1 - x0) * w).astype(np.int64), 0, w - 1)
    pixels[rows[:, None], columns[None, :], :3] = item.rgb[source_row[:, None], source_column[None, :]]


def paint_text(canvas: Any, pixels: Array, item: Text, view: View, theme: Theme) -> None:
    (x, y), height = view.to_px(np.array([(item.x, item.y)]))[0], pixels.shape[0]
    if not (-200 < x < pixels.shape[1] + 200 and -50 < y < height + 50) or not item.text:
        return
    font = FONTS[item.bold].copy()
    font.set_size(item.size_px)
    wide, _, _ = canvas.get_text_width_height_descent(item.text, font, ismath=False)
    x += item.offset_px[0] - {"start": 0.0, "middle": wide / 2, "end": wide}[item.anchor]
    y = height - (y + item.offset_px[1])
    if item.halo:
        gc = pen(canvas, theme, "background", 0.85)
        for dx, dy in ((-1, -1), (1, 1), (-1, 1), (1, -1)):
            canvas.draw_text(gc, x + dx, y + dy, item.text, font, 0.0, ismath=False)
    canvas.draw_text(pen(canvas, theme, item.role, 1.0), x, y, item.text, font, 0.0, ismath=False)


PAINTERS: dict[type, Any] = {
    Polygons: paint_polygons,
    Polylines: paint_polylines,
    Points: paint_points,
    Picture: paint_picture,
    Text: paint_text,
}
