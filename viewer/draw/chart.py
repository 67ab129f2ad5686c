"""Charts as display lists in pixels, for pictures and for inline SVG."""

from dataclasses import dataclass

import numpy as np

from roadnet.base.arrays import Array
from viewer.draw.items import Item, Text, polygons, polylines
from viewer.draw.tracks import runs

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 px, y up
LEFT, RIGHT, BOTTOM, TOP = 96.0, 14.0, 22.0, 20.0  # the timeline's tracks have the same margins


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Line:
    """One curve; drawn only where valid."""

    t_s: Array  # (T,)
    value: Array  # (T,)
    valid: Array  # (T,) bool
    role: str
    name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Axes:
    """What a chart spans and what is written beside it."""

    title: str
    t_range: tuple[float, float]
    v_range: tuple[float, float]
    unit: str
    thresholds: tuple[tuple[float, str, str], ...] = ()  # value, label, role


def plot_area(box: Box) -> Box:
    """Return where the curves go: the box without its labels."""
    return box[0] + LEFT, box[1] + BOTTOM, box[2] - RIGHT, box[3] - TOP


def chart_items(axes: Axes, lines: tuple[Line, ...], box: Box, *, cursor_s: float | None = None) -> tuple[Item, ...]:
    """Return a chart: frame, ticks, threshold lines with labels, curves, the cursor, a legend of named lines."""
    area = plot_area(box)
    out: list[Item] = [*frame(axes, area, box)]
    for value, label, role in axes.thresholds:
        y = at(value, axes.v_range, area[1], area[3])
        out.append(polylines([np.array([(area[0], y), (area[2], y)])], role, z=2, width_px=1.2, dash=(5.0, 3.0)))
        out.append(Text(area[2] - 4, y, label, role=role, size_px=9.5, anchor="end", offset_px=(0, 3), z=8))
    for line in lines:
        rows = curve(line, axes, area)
        out.append(polylines(rows, line.role, z=4, width_px=1.8))
    named = [line for line in lines if line.name and line.valid.any()]
    x = area[2]
    for line in reversed(named):
        out.append(Text(x, area[3], line.name, role=line.role, size_px=10, anchor="end", offset_px=(0, 6)))
        x -= 7.0 * len(line.name) + 12
    if cursor_s is not None and axes.t_range[0] <= cursor_s <= axes.t_range[1]:
        x = at(cursor_s, axes.t_range, area[0], area[2])
        out.append(polylines([np.array([(x, area[1]), (x, area[3])])], "text", z=6, width_px=1.2))
    return tuple(out)


def frame(axes: Axes, area: Box, box: Box) -> list[Item]:
    """Return the panel, the grid with its numbers and the title."""
    x0, y0, x1, y1 = area
    t_ticks, v_ticks = (
        ticks(axes.t_range, max(int((x1 - x0) / 70), 2)),
        ticks(axes.v_range, max(int((y1 - y0) / 17), 2)),
    )
    xs, ys = scaled(t_ticks, axes.t_range, x0, x1), scaled(v_ticks, axes.v_range, y0, y1)
    grid = [np.array([(x, y0), (x, y1)]) for x in xs] + [np.array([(x0, y), (x1, y)]) for y in ys]
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    out: list[Item] = [polygons([corners], "panel", z=0), polylines(grid, "grid", z=1)]
    out += [Text(float(x), y0, f"{t:g}", "muted", size_px=9.5, offset_px=(0, -13), halo=False)
            for x, t in zip(xs, t_ticks, strict=True)]  # fmt: skip
    out += [Text(x0, float(y), f"{v:g}", "muted", size_px=9.5, anchor="end", offset_px=(-5, -3), halo=False)
            for y, v in zip(ys, v_ticks, strict=True)]  # fmt: skip
    title = f"{axes.title}, {axes.unit}" if axes.unit else axes.title
    out.append(Text(x0, y1, title, size_px=10.5, anchor="start", offset_px=(0, 6), bold=True, halo=False))
    return out


def curve(line: Line, axes: Axes, area: Box) -> list[Array]:
    """Return the (n, 2) px pieces of a curve, cut where it is missing and held inside the axes."""
    value = np.clip(line.value, *axes.v_range)
    x, y = scaled(line.t_s, axes.t_range, area[0], area[2]), scaled(value, axes.v_range, area[1], area[3])
    drawn = line.valid & ~((line.value > axes.v_range[1]) | (line.value < axes.v_range[0]))
    xy = np.stack([x, y], -1)
    return [xy[int(a) : int(b) + 1] for a, b in runs(drawn, 1.0) if b > a]


def scaled(value: Array, span: tuple[float, float], low: float, high: float) -> Array:
    """Return values moved from a data range to pixels."""
    return np.asarray(low + (np.asarray(value, np.float64) - span[0]) / max(span[1] - span[0], 1e-9) * (high - low))


def at(value: float, span: tuple[float, float], low: float, high: float) -> float:
    """Return one value moved from a data range to pixels."""
    return float(scaled(np.array([value]), span, low, high)[0])


def ticks(span: tuple[float, float], at_most: int) -> Array:
    """Return round numbers inside a range: steps of 1, 2 or 5 times a power of ten."""
    width = span[1] - span[0]
    if width <= 0:
        return np.array([span[0]])
    raw = width / max(at_most, 1)
    power = 10.0 ** np.floor(np.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * (1 - 1e-9))
    first = np.ceil(span[0] / step - 1e-9) * step
    return np.round(np.arange(first, span[1] + step * 1e-6, step), 9) + 0.0
