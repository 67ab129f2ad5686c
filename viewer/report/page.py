"""The report as one HTML page: no script, no network, every string from outside escaped."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from scenarios.coverage.table import Coverage, StreamCount
from scenarios.model.evidence import Observed
from viewer.report.charts import interval_bar, ttc_histogram
from viewer.report.figures import TTC_EDGES_S, Figures, Worst, figures_json, leaf_title
from viewer.report.style import CSS

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
PILL = {"collision": "collision", "near miss": "near", "conflict": "conflict"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shot:
    """A picture with its words."""

    png: bytes
    caption: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One of the worst scenarios with its picture and what the oracles say."""

    worst: Worst
    shot: Shot
    lines: tuple[str, ...]


def page(figures: Figures, cards: Sequence[Card], shots: Sequence[Shot]) -> str:
    """Return the whole page."""
    f = figures
    return "".join(
        (
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n',
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            f"<title>{escape(f.name)} – nearmiss report</title>\n<style>{CSS}</style></head>\n<body>\n",
            header(f),
            coverage_section(f.coverage),
            exploration_section(f.coverage),
            places_section(f.coverage),
            histogram_section(f),
            worst_section(cards),
            sensor_section(shots),
            untried_section(f.coverage),
            f'<script type="application/json" id="figures">{embedded(figures_json(f))}</script>\n',
            "</body></html>\n",
        )
    )


def embedded(value: object) -> str:
    """Return JSON that no browser can take for markup: `<`, `>`, `&` and the two line separators are escaped."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def header(f: Figures) -> str:
    """Return title, verdict strip and how to make it again."""
    outcomes = dict(f.outcomes)
    tiles = (
        ("", f.made, "scenarios made" + (f" of {f.planned} planned" if f.made != f.planned else "")),
        ("good", f.observed, "observed as intended"),
        ("", f.not_observed, "not observed"),
        ("", f.not_measured, "not measured"),
        ("bad", outcomes["collision"], "collisions"),
        ("warn", outcomes["near miss"], "near misses"),
        ("", f.failed, "could not be made"),
    )
    strip = "".join(f'<div class="tile {kind}"><b>{n}</b>{escape(text)}</div>' for kind, n, text in tiles)
    maps = ", ".join(f"{escape(name)} ({n})" for name, n in f.maps)
    return (
        f'<h1>{escape(f.name)}</h1>\n<p class="soft">nearmiss suite made by version {escape(f.made_by)}, seed '
        f"{escape(f.seed)}, driven by {escape(f.driver or 'the specs’ own driver')}; reported by version "
        f"{escape(f.reported_by)}. Maps: {maps or 'none'}.</p>\n"
        f'<div class="strip">{strip}</div>\n<p class="soft">Make it again:</p><pre>{escape(f.reproduce)}</pre>\n'
        '<p class="soft">“Observed” is what an oracle re-detected in the recording and the sensor packets alone; '
        "it never sees what was intended. “Not measured” is never counted as missing.</p>\n"
    )


def coverage_section(c: Coverage) -> str:
    """Return leaf x intended x observed with its three values."""
    if not c.intended:
        return "<h2>Coverage</h2><p>No scenario was made, so nothing is covered.</p>"
    head = "".join(f'<th title="{escape(leaf_title(s), quote=True)}">{escape(s)}</th>' for s in c.seen)
    rows = []
    for i, leaf in enumerate(c.intended):
        cells = "".join(cross_cell(c, i, j) for j in range(len(c.seen)))
        rows.append(f"<tr><th>{escape(leaf)} <span class=soft>{escape(leaf_title(leaf))}</span></th>{cells}</tr>")
    return (
        "<h2>Coverage: intended × observed</h2>\n<p>Each row is a leaf that scenarios were made for, each column what "
        "the oracles saw in them: observed of measured, and in brackets how many were not measured. The leaf’s own "
        "cell is framed; the rest is what came along.</p>\n"
        f'<table class="cross"><tr><th>intended</th>{head}</tr>{"".join(rows)}</table>\n'
    )


def cross_cell(c: Coverage, i: int, j: int) -> str:
    """Return one cell."""
    yes, no, unknown = (
        int(c.cross[i, j, o]) for o in (Observed.OBSERVED, Observed.NOT_OBSERVED, Observed.NOT_MEASURED)
    )
    kind = "unknown" if not yes + no else "yes" if yes == yes + no else "some" if yes else "no"
    own = " own" if c.intended[i] == c.seen[j] else ""
    text = f"{yes}/{yes + no}" if yes + no else "–"
    return f'<td class="{kind}{own}">{text}{f" ({unknown})" if unknown else ""}</td>'


def exploration_section(c: Coverage) -> str:
    """Return the rates of both streams; only exploration estimates a probability."""
    if not c.streams:
        return ""
    rows = "".join(stream_row(s) for s in c.streams)
    return (
        "<h2>Rates</h2>\n<p>The exploration stream is drawn from the prior, so its share is an estimate of a "
        "probability and carries an exact 95 % interval; the diamond is the rate computed from the prior. "
        "Gap filling draws where the table has holes: its share says how well the builder aims, nothing more.</p>\n"
        "<table><tr><th>leaf</th><th>stream</th><th class=n>made</th><th class=n>observed</th><th class=n>not "
        "observed</th><th class=n>not measured</th><th class=n>share</th><th>95 % interval</th><th class=n>predicted"
        "</th><th class=n>near misses</th><th class=n>collisions</th></tr>"
        f"{rows}</table>\n"
    )


def stream_row(s: StreamCount) -> str:
    """Return one leaf in one stream."""
    share = "–" if s.rate is None else f"{s.rate:.3f}"
    predicted = "–" if s.predicted is None else f"{s.predicted:.3f}"
    bar = "–"
    if s.interval is not None and s.rate is not None:
        low, high = s.interval
        bar = f"{interval_bar(low, high, s.rate, s.predicted)} {low:.3f} to {high:.3f}"
    numbers = (s.made, s.observed, s.not_observed, s.not_measured)
    return (
        f"<tr><td>{escape(s.leaf)}</td><td>{escape(s.stream.replace('_', ' '))}</td>"
        + "".join(f"<td class=n>{n}</td>" for n in numbers)
        + f"<td class=n>{share}</td><td class=bar>{bar}</td><td class=n>{predicted}</td>"
        f"<td class=n>{s.near_misses}</td><td class=n>{s.collisions}</td></tr>"
    )


def places_section(c: Coverage) -> str:
    """Return the leaf and map pairs without a place, and what could not be made."""
    out = ""
    if c.no_place:
        rows = "".join(f"<tr>{''.join(f'<td>{escape(v)}</td>' for v in row)}</tr>" for row in c.no_place)
        out += (
            "<h2>Pairs without a place</h2><p>These leaves cannot happen on these maps; nothing was drawn for them."
            f"</p><table><tr><th>leaf</th><th>map</th><th>reason</th></tr>{rows}</table>\n"
        )
    if c.failed:
        rows = "".join(f"<tr><td>{escape(leaf)}</td><td class=n>{n}</td></tr>" for leaf, n in c.failed)
        out += f"<h2>Could not be made</h2><table><tr><th>leaf</th><th class=n>scenarios</th></tr>{rows}</table>\n"
    return out


def histogram_section(f: Figures) -> str:
    """Return the histogram of lowest TTC."""
    return (
        "<h2>Lowest time to collision</h2>\n<p>One count a scenario, on a logarithmic axis, so that the tail is "
        f"seen. {f.ttc_beyond} scenarios stay above {TTC_EDGES_S[-1]:g} s; in {f.ttc_none} nothing ever closes in."
        f"</p>\n<figure>{ttc_histogram(TTC_EDGES_S, f.ttc_counts)}</figure>\n"
    )


def worst_section(cards: Sequence[Card]) -> str:
    """Return the worst scenarios with picture, evidence, odds and command."""
    if not cards:
        return "<h2>Worst scenarios</h2><p>No oracle observed a hazard.</p>"
    return f'<h2>The {len(cards)} worst</h2>\n<div class="cards">{"".join(card(c) for c in cards)}</div>\n'


def card(c: Card) -> str:
    """Return one of the worst."""
    w = c.worst
    ttc = "no TTC" if w.min_ttc_s is None else f"TTC {w.min_ttc_s:.2f} s"
    severity = "" if w.severity_mps2 is None else f" · {w.severity_mps2:.1f} m/s² needed"
    lines = "".join(f"<li>{escape(line)}</li>" for line in c.lines)
    return (
        f'<div class="card">{image(c.shot)}<div><h3>#{w.index} {escape(w.leaf)} {escape(w.title)} '
        f'<span class="pill {PILL.get(w.outcome, "none")}">{escape(w.outcome)}</span></h3>'
        f'<span class="soft">{escape(w.map_name)} · {ttc}{severity}</span><ul>{lines}</ul>'
        f"<code>{escape(w.command)}</code></div></div>"
    )


def sensor_section(shots: Sequence[Shot]) -> str:
    """Return a few sensor pictures."""
    if not shots:
        return ""
    body = "".join(f"<figure>{image(s)}<figcaption>{escape(s.caption)}</figcaption></figure>" for s in shots)
    return f'<h2>What the sensors saw</h2>\n<div class="pictures">{body}</div>\n'


def untried_section(c: Coverage) -> str:
    """Return what this suite says nothing about."""
    names = ", ".join(f"{leaf} {leaf_title(leaf)}" for leaf in c.untried)
    return (
        f"<h2>Never observed here</h2><p>{len(c.untried)} of the taxonomy’s {c.taxonomy_leaves} leaves (digest "
        f"{escape(c.taxonomy_digest)}): the suite says nothing about them.</p>"
        f'<details><summary>List</summary><p class="soft">{escape(names)}</p></details>\n'
    )


def image(shot: Shot) -> str:
    """Return an <img> with its bytes inside."""
    data = base64.b64encode(shot.png).decode()
    return f'<img alt="{escape(shot.caption, quote=True)}" src="data:image/png;base64,{data}">'
