"""The report of a fit: one page, nothing fetched. Each quantity with its data, its best family and the others."""

from html import escape
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from scenarios.hazards.distributions import FAMILIES
from scenarios.sampling.fitting.families import Fitted
from scenarios.sampling.fitting.fit import Fit
from viewer.draw.chart import at
from viewer.draw.items import Item, Text, polylines
from viewer.draw.svg import svg
from viewer.draw.theme import LIGHT
from viewer.report.page import embedded
from viewer.report.style import CSS

SIZE, AREA = (520, 230), (46.0, 44.0, 506.0, 214.0)
POINTS = 200
MEANS = {
    "speed": "speed of who moves", "time_headway": "time headway of who follows",
    "any_acceleration": "acceleration of who moves, below zero braking",
    "acceleration": "acceleration, where any", "deceleration": "deceleration, where any",
    "free_speed": "speed where nobody is near ahead",
    "speed_compliance": "free speed over the posted limit",
    "lane_change_gap": "time gap left to who is behind after a lane change",
    "lane_change_speed": "largest sideways speed of a lane change", "headway": "time headway of the model",
    "jam_gap": "gap of the model at standstill", "comfortable_deceleration": "comfortable deceleration of the model",
}  # fmt: skip


def fit_page(fit: Fit, told: dict[str, Any]) -> str:
    """Return the page; `told` is the fit as plain data, which the page carries with it."""
    seen = fit.observed
    head = (
        f"<h1>Fit of recorded traffic</h1><p class=soft>{escape(str(told['domain']))}</p>"
        f"<p>{seen.drivers} drivers, {seen.seconds:.0f} driver-seconds, {len(seen.pairs)} stretches of following, of "
        f"which {len(fit.calibrated)} were long and lively enough to calibrate the car-following model. Too "
        f"little for: {escape(', '.join(fit.silent) or 'nothing')}.</p>"
    )
    did = "".join(section(f, seen.samples[f.name].value, "") for f in fit.quantities)
    traits = "".join(section(t.fitted, t.sample.value, t.method) for t in fit.traits)
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Fit of recorded traffic</title>\n',
            f"<style>{CSS}</style></head><body>\n{head}",
            "<h2>Traits of drivers</h2><p>One value a driver; this is what the exposure file holds.</p>",
            f"{traits or '<p>None could be fitted.</p>'}{ranks_table(fit)}",
            "<h2>What vehicles did</h2><p>One sample in half a second. Intervals resample drivers, not samples.</p>",
            did,
            f'<script type="application/json" id="fit">{embedded(told)}</script></body></html>\n',
        )
    )


def section(f: Fitted, values: Array, method: str) -> str:
    """Return one quantity: chart and table of its families."""
    rows = "".join(
        f"<tr><td>{escape(c.distribution.kind)}</td><td>{numbers(c.distribution.kind, c.distribution.numbers)}</td>"
        f"<td class=n>{c.ks:.3f}</td><td class=n>{c.aic - f.best.aic:.1f}</td></tr>"
        for c in f.candidates
    )
    names = FAMILIES[f.best.distribution.kind].numbers
    spread = ", ".join(f"{n} {a:.3g} to {b:.3g}" for n, (a, b) in zip(names, f.intervals, strict=False))
    return (
        f"<h3>{escape(f.name)} <span class=soft>{escape(MEANS.get(f.name, ''))}, {escape(f.unit)}; {f.n} values of "
        f"{f.drivers} drivers{'; ' + escape(method) if method else ''}</span></h3>"
        f'<div class="cards"><figure>{chart(f, values)}</figure><div><table><tr><th>family</th><th>numbers</th>'
        f"<th class=n>KS</th><th class=n>AIC above the best</th></tr>{rows}</table>"
        f"<p>95 % of the best: {escape(spread or 'too few drivers')}</p></div></div>"
    )


def numbers(kind: str, values: tuple[float, ...]) -> str:
    """Return a family's numbers by name."""
    return escape(", ".join(f"{n} {v:.4g}" for n, v in zip(FAMILIES[kind].numbers, values, strict=True)))


def chart(f: Fitted, values: Array) -> str:
    """Return the distribution functions: of the data in steps, of the best family as a line."""
    x0, y0, x1, y1 = AREA
    x = np.sort(np.asarray(values, np.float64))
    low, high = np.percentile(x, [0.0, 99.5])
    span = (float(low - 0.03 * (high - low)), float(high + 0.03 * (high - low)))

    def px(v: Array) -> Array:
        return x0 + (v - span[0]) / (span[1] - span[0]) * (x1 - x0)

    shown = x[x <= span[1]]
    share = np.arange(1, len(shown) + 1) / len(x)
    rises = np.column_stack([share - 1.0 / len(x), share]).ravel()
    steps = np.column_stack([np.repeat(px(shown), 2), y0 + (y1 - y0) * rises])
    steps = np.concatenate([[[x0, y0]], steps, [[x1, y0 + (y1 - y0) * float(share[-1])]]])
    grid = np.linspace(*span, POINTS)
    line = np.column_stack([px(grid), y0 + (y1 - y0) * f.best.distribution.cumulative(grid)])
    out: list[Item] = [
        polylines([steps], "text", z=1, width_px=1.4),
        polylines([line], "collision", z=2, width_px=1.8),
        polylines([np.array([(x0, y0), (x1, y0)])], "muted", z=2),
    ]
    for part in (0.0, 0.5, 1.0):
        y = at(part, (0.0, 1.0), y0, y1)
        out.append(polylines([np.array([(x0, y), (x1, y)])], "grid", z=0))
        out.append(Text(x0 - 6, y, f"{part:g}", "muted", size_px=11, anchor="end", offset_px=(0, -4)))
    for value in np.linspace(*span, 5):
        out.append(Text(float(px(np.asarray(value))), y0, f"{value:.3g}", "muted", size_px=11, offset_px=(0, -15)))
    title = f"Share below, {f.name} in {f.unit}: data in steps, {f.best.distribution.kind} as a line"
    out.append(Text((x0 + x1) / 2, 8, title, "muted", size_px=11))
    return svg(tuple(out), SIZE, LIGHT, title=title)


def ranks_table(fit: Fit) -> str:
    """Return the rank correlations of traits."""
    if not fit.ranks:
        return "<p>Too few drivers have two traits fixed for a correlation to be told.</p>"
    rows = "".join(
        f"<tr><td>{escape(a)}, {escape(b)}</td><td class=n>{rank:.2f}</td><td class=n>{rank * fit.shrunk:.2f}</td>"
        f"<td class=n>{n}</td></tr>"
        for a, b, rank, n in fit.ranks
    )
    return (
        "<table><tr><th>together</th><th class=n>rank correlation</th><th class=n>as written</th>"
        f"<th class=n>drivers</th></tr>{rows}</table>"
    )
