"""The display list as inline SVG, for charts in reports: text stays text, every string escaped."""

from html import escape
from itertools import pairwise

import numpy as np

from roadnet.base.arrays import Array
from viewer.draw.items import Item, Polygons, Polylines, Text, in_order
from viewer.draw.theme import Theme


def svg(items: tuple[Item, ...], size: tuple[int, int], theme: Theme, *, title: str) -> str:
    """Return an <svg> element of a display list in pixels (polygons, lines and text; no raster items)."""
    width, height = size
    body = "".join(element(item, height, theme) for item in in_order(items))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(title, quote=True)}" font-family="system-ui, sans-serif">'
        f"<title>{escape(title)}</title>{HATCH}{body}</svg>"
    )


HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<line x1="0" y1="0" x2="0" y2="6" stroke="#000" stroke-opacity=".45" stroke-width="1.4"/></pattern></defs>'
)


def element(item: Item, height: int, theme: Theme) -> str:
    """Return the SVG text of one item; y is turned to grow down."""
    if isinstance(item, Polygons):
        return polygons_element(item, height, theme)
    if isinstance(item, Polylines):
        d = path_data(item.points, item.start, height, "")
        dash = f' stroke-dasharray="{" ".join(f"{v * item.width_px:g}" for v in item.dash)}"' if item.dash else ""
        return (
            f'<path d="{d}" fill="none" stroke="{theme.hex(item.role)}" stroke-width="{item.width_px:g}" '
            f'stroke-opacity="{item.alpha:g}"{dash}/>'
        )
    if isinstance(item, Text):
        x, y = item.x + item.offset_px[0], height - item.y - item.offset_px[1]
        weight = ' font-weight="600"' if item.bold else ""
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{item.size_px:g}" text-anchor="{item.anchor}" '
            f'fill="{theme.hex(item.role)}"{weight}>{escape(item.text)}</text>'
        )
    raise TypeError(f"svg draws polygons, lines and text, not {type(item).__name__}: paint it into a PNG")


def polygons_element(item: Polygons, height: int, theme: Theme) -> str:
    """Return filled areas, with an outline and hatching where asked for."""
    d = path_data(item.points, item.start, height, "Z")
    edge = f' stroke="{theme.hex(item.edge_role)}" stroke-width="{item.edge_px:g}"' if item.edge_role else ""
    out = f'<path d="{d}" fill="{theme.hex(item.role)}" fill-opacity="{item.alpha:g}"{edge}/>'
    return out + (f'<path d="{d}" fill="url(#hatch)"/>' if item.hatched else "")


def path_data(points: Array, start: Array, height: int, close: str) -> str:
    """Return the path text of ragged rows, a tenth of a pixel fine."""
    flipped = np.stack([points[:, 0], height - points[:, 1]], -1) if len(points) else points
    parts = []
    for a, b in pairwise(start.tolist()):
        if b > a:
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in flipped[a:b]) + close)
    return "".join(parts)
