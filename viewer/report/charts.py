"""Charts of a report as inline SVG."""

import numpy as np

from viewer.draw.chart import at, scaled
from viewer.draw.items import Item, Text, polygons, polylines
from viewer.draw.limits import THRESHOLDS
from viewer.draw.svg import svg
from viewer.draw.theme import LIGHT

SIZE = (760, 260)
AREA = (56.0, 40.0, 744.0, 236.0)


def ttc_histogram(edges_s: tuple[float, ...], counts: tuple[int, ...]) -> str:
    """Return the histogram of lowest TTC with a logarithmic count axis and the two thresholds."""
    x0, y0, x1, y1 = AREA
    top = 10.0 ** np.ceil(np.log10(max(max(counts, default=0), 9) + 1))
    low = 0.5  # a bar of one stands out above the axis
    span = (float(np.log10(low)), float(np.log10(top)))

    def height(n: float) -> float:
        return at(float(np.log10(n)), span, y0, y1)

    xs = scaled(np.array(edges_s), (edges_s[0], edges_s[-1]), x0, x1)
    out: list[Item] = []
    for n in 10.0 ** np.arange(0, np.log10(top) + 1):
        out.append(polylines([np.array([(x0, height(n)), (x1, height(n))])], "grid", z=0))
        out.append(Text(x0 - 6, height(n), f"{n:g}", "muted", size_px=11, anchor="end", offset_px=(0, -4)))
    near, onset = THRESHOLDS.near_miss.ttc_s.value, THRESHOLDS.onset.ttc_s.value
    for a, b, left, n in zip(xs[:-1], xs[1:], edges_s[:-1], counts, strict=True):
        if n:
            role = "collision" if left < near else "near_miss" if left < onset else "accent"
            bar = np.array([(a + 1, y0), (b - 1, y0), (b - 1, height(n)), (a + 1, height(n))])
            out.append(polygons([bar], role, z=1, alpha=0.85))
    for value, text in ((near, "near miss"), (onset, "onset")):
        x = at(float(value), (edges_s[0], edges_s[-1]), x0, x1)
        out.append(polylines([np.array([(x, y0), (x, y1)])], "text", z=2, dash=(5.0, 3.0)))
        out.append(Text(x, y1, f"{text} {value:g} s", size_px=11, anchor="start", offset_px=(4, -10), z=3))
    for value in np.arange(edges_s[0], edges_s[-1] + 0.5):
        x = at(float(value), (edges_s[0], edges_s[-1]), x0, x1)
        out.append(Text(x, y0, f"{value:g}", "muted", size_px=11, offset_px=(0, -15)))
    out.append(polylines([np.array([(x0, y0), (x1, y0)])], "muted", z=2))
    out.append(Text((x0 + x1) / 2, 8, "lowest time to collision of a scenario, s", "muted", size_px=11))
    out.append(Text(x0, y1, "scenarios", "muted", size_px=11, anchor="start", offset_px=(-40, 10)))
    return svg(tuple(out), SIZE, LIGHT, title="Histogram of the lowest time to collision, logarithmic counts")


def interval_bar(low: float, high: float, rate: float, predicted: float | None) -> str:
    """Return a small chart of a rate in [0, 1]: interval, estimate, and the rate predicted from the prior."""
    width, height = 180, 16

    def x(v: float) -> float:
        return 4 + v * (width - 8)

    out: list[Item] = [
        polylines([np.array([(x(0), 8), (x(1), 8)])], "border", z=0),
        polylines([np.array([(x(low), 8), (x(high), 8)])], "accent", z=1, width_px=5),
        polylines([np.array([(x(rate), 2), (x(rate), 14)])], "text", z=2, width_px=2),
    ]
    if predicted is not None:
        p = x(predicted)
        out.append(polygons([np.array([(p, 13), (p + 4, 8), (p, 3), (p - 4, 8)])], "near_miss", z=3, edge_role="text"))
    return svg(tuple(out), (width, height), LIGHT, title=f"{rate:.3f}, interval {low:.3f} to {high:.3f}")
