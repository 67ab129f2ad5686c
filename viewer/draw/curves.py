"""The curves of the standard charts: measures towards the nearest threat, speeds of those involved."""

from collections.abc import Mapping

import numpy as np

from scenarios.criticality.series import Series
from scenarios.model.recording import Recording
from scenarios.model.spec import Kind
from viewer.draw.chart import Axes, Box, Line, chart_items
from viewer.draw.items import Item
from viewer.draw.limits import LIMITS, Limit

SPEED = Limit(measure="speed", title="Speed", unit="km/h", top=150.0)
CHARTS: tuple[Limit, ...] = (*LIMITS, SPEED)
MOST_LINES = 4  # the most critical agents; more would hide each other
ROLES = ("series0", "series2", "series3", "series5")


def title_of(limit: Limit) -> str:
    """Return a chart's title with its unit."""
    return f"{limit.title}, {limit.unit}"


def curves(recording: Recording, measures: Mapping[str, Series], measure: str) -> tuple[Line, ...]:
    """Return the lines of one chart: "speed", or a measure for the agents for which it is worst."""
    t = recording.t_ns * 1e-9
    if measure == SPEED.measure:
        rows = [recording.subject, *worst_agents(recording, measures)]
        return tuple(
            Line(
                t_s=t,
                value=np.abs(recording.agents.speed[a]) * 3.6,
                valid=recording.agents.valid[a],
                role="ego" if a == recording.subject else ROLES[i - 1],
                name=agent_name(recording, a),
            )
            for i, a in enumerate(rows)
        )
    series = measures.get(measure)
    if series is None:
        return ()
    if series.value.ndim == 1:
        return (Line(t_s=t, value=series.value, valid=series.valid, role=ROLES[0]),)
    chosen = worst_agents(recording, measures)
    return tuple(
        Line(t_s=t, value=series.value[a], valid=series.valid[a], role=ROLES[i], name=agent_name(recording, a))
        for i, a in enumerate(chosen)
    )


def worst_agents(recording: Recording, measures: Mapping[str, Series]) -> tuple[int, ...]:
    """Return up to MOST_LINES agents, by lowest TTC, then by lowest headway."""
    rank: dict[int, tuple[float, float]] = {}
    for place, name in enumerate(("ttc", "thw")):
        series = measures.get(name)
        if series is None or series.value.ndim != 2:
            continue
        for a in np.flatnonzero(series.valid.any(1)):
            low = float(series.value[a][series.valid[a]].min())
            rank.setdefault(int(a), (float(place), low))
    ordered = sorted(rank, key=lambda a: (*rank[a], a))
    return tuple(a for a in ordered if a != recording.subject)[:MOST_LINES]


def agent_name(recording: Recording, agent: int) -> str:
    """Return how an agent is called on screen: "ego", or its kind and row."""
    if agent == recording.subject:
        return "ego"
    return f"{Kind(int(recording.agents.kind[agent])).name.lower()} {agent}"


def measure_chart(
    recording: Recording, measures: Mapping[str, Series], limit: Limit, box: Box, *, cursor_s: float | None = None
) -> tuple[Item, ...]:
    """Return one standard chart with its threshold lines."""
    lines = curves(recording, measures, limit.measure)
    top = limit.top
    if limit.measure == SPEED.measure:
        top = 1.1 * max([5.0, *(float(np.max(line.value, initial=0.0, where=line.valid)) for line in lines)])
    thresholds = tuple(
        (value, f"{name} {value:g} {limit.unit}", role)
        for value, name, role in (
            (limit.onset, "onset", "near_miss"),
            (limit.near_miss, "near miss", "collision"),
        )
        if value is not None
    )
    span = (0.0, max(recording.duration_s, 1e-3))
    axes = Axes(title=limit.title, unit=limit.unit, t_range=span, v_range=(0.0, top), thresholds=thresholds)
    return chart_items(axes, lines, box, cursor_s=cursor_s)
