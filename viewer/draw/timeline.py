"""The timeline as a display list in pixels: ruler, tracks, cursor, selection. Aligned with the charts."""

import numpy as np

from roadnet.base.arrays import Array
from viewer.draw.chart import LEFT, RIGHT, Box, at, scaled, ticks
from viewer.draw.items import Item, Text, polygons, polylines
from viewer.draw.tracks import Track

HEAD_PX, ROW_PX = 22.0, 20.0


def track_area(width: float) -> tuple[float, float]:
    """Return where time begins and ends, px from the left."""
    return LEFT, width - RIGHT


def timeline_height(tracks: tuple[Track, ...]) -> int:
    """Return the height of a timeline with these tracks, px."""
    return round(HEAD_PX + ROW_PX * len(tracks) + 4)


def timeline_items(
    tracks: tuple[Track, ...], duration_s: float, size: tuple[int, int], *, now_s: float
) -> tuple[Item, ...]:
    """Return the whole timeline: what stands still and the cursor."""
    return (*track_items(tracks, duration_s, size), *cursor_items(duration_s, size, now_s=now_s))


def track_items(tracks: tuple[Track, ...], duration_s: float, size: tuple[int, int]) -> tuple[Item, ...]:
    """Return the ruler on top and one row a track below it."""
    width, height = size
    x0, x1 = track_area(width)
    span = (0.0, max(duration_s, 1e-6))
    out: list[Item] = ruler(span, x0, x1, float(height))
    for i, track in enumerate(tracks):
        top = height - HEAD_PX - i * ROW_PX
        mid = top - ROW_PX / 2
        out.append(polygons([box_of(x0, top - ROW_PX + 1, x1, top - 1)], "panel", z=0))
        out.append(Text(x0 - 8, mid, track.title, "muted", size_px=10, anchor="end", offset_px=(0, -4), halo=False))
        out += row_items(track, span, (x0, top - ROW_PX + 2, x1, top - 2))
    return tuple(out)


def cursor_items(
    duration_s: float,
    size: tuple[int, int],
    *,
    now_s: float,
    selection_s: tuple[float, float] | None = None,
    hover_s: float | None = None,
) -> tuple[Item, ...]:
    """Return what moves: the cursor through all rows, the selection, the line under the mouse."""
    width, height = size
    x0, x1 = track_area(width)

    def place(t_s: float) -> float:
        return at(t_s, (0.0, max(duration_s, 1e-6)), x0, x1)

    out: list[Item] = []
    if selection_s is not None:
        out.append(
            polygons([box_of(place(selection_s[0]), 0, place(selection_s[1]), height)], "accent", z=1, alpha=0.2)
        )
    if hover_s is not None:
        x = place(hover_s)
        out.append(polylines([np.array([(x, 0.0), (x, height - HEAD_PX)])], "muted", z=5, dash=(2.0, 2.0)))
    x, top = place(now_s), float(height)
    head = np.array([(x - 5, top - 4), (x + 5, top - 4), (x + 5, top - 12), (x, top - 18), (x - 5, top - 12)])
    out.append(polylines([np.array([(x, 0.0), (x, top - 16)])], "accent", z=6, width_px=1.5))
    out.append(polygons([head], "accent", z=7))
    return tuple(out)


def ruler(span: tuple[float, float], x0: float, x1: float, height: float) -> list[Item]:
    """Return the numbers and ticks of the time axis."""
    marks = ticks(span, max(int((x1 - x0) / 80), 2))
    xs = scaled(marks, span, x0, x1)
    low = height - HEAD_PX
    out: list[Item] = [polylines([np.array([(x, low), (x, low + 5)]) for x in xs], "muted", z=1)]
    out.append(polylines([np.array([(x0, low), (x1, low)])], "border", z=1))
    for x, t in zip(xs, marks, strict=True):
        label = f"{t:g} s" if t == marks[0] else f"{t:g}"
        out.append(Text(float(x), low, label, "muted", size_px=9.5, offset_px=(0, 7), halo=False))
    return out


def row_items(track: Track, span: tuple[float, float], area: Box) -> list[Item]:
    """Return the spans and marks of one track; a label is left out where the next thing would cover it."""
    x0, low, x1, high = area
    mid, half = (low + high) / 2, (high - low) / 2

    def place(t_s: float) -> float:
        return at(min(max(t_s, span[0]), span[1]), span, x0, x1)

    out: list[Item] = []
    for s in track.spans:
        a, b = place(s.t0_s), max(place(s.t1_s), place(s.t0_s) + 3)
        out.append(polygons([box_of(a, low, b, high)], s.role, z=2, alpha=0.5, edge_role=s.role, hatched=s.hatched))
        free = not any(abs(place(m.t_s) - (a + b) / 2) < text_px(s.label) for m in track.marks)
        if b - a > text_px(s.label) and free:
            out.append(Text((a + b) / 2, mid, s.label, size_px=9.5, offset_px=(0, -3.5), z=8, bold=True))
    taken = [(place(m.t_s) - half, place(m.t_s) + half) for m in track.marks]
    for m in sorted(track.marks, key=lambda m: m.t_s):
        x = place(m.t_s)
        shape = np.array([(x, mid + half), (x + half * 0.8, mid), (x, mid - half), (x - half * 0.8, mid)])
        out.append(polygons([shape], m.role, z=3, edge_role="outline"))
        wide = text_px(m.label)
        right, left = (x + half + 2, x + half + 2 + wide), (x - half - 2 - wide, x - half - 2)
        for side, anchor in ((right, "start"), (left, "end")):
            if side[0] > x0 and side[1] < x1 and all(side[1] < a or side[0] > b for a, b in taken):
                edge = side[0] if anchor == "start" else side[1]
                out.append(Text(edge, mid, m.label, size_px=9.5, anchor=anchor, offset_px=(0, -3.5), z=8))
                taken.append(side)
                break
    if track.empty:
        out.append(
            Text(x0 + 8, mid, track.empty, "muted", size_px=9.5, anchor="start", offset_px=(0, -3.5), halo=False)
        )
    return out


def text_px(text: str) -> float:
    """Return an upper estimate of the width of small text, px."""
    return 6.4 * len(text) + 4


def box_of(x0: float, y0: float, x1: float, y1: float) -> Array:
    """Return the (4, 2) corners of a box."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
