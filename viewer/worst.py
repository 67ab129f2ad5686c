"""The worst of each measure of criticality as a table and as plain data."""

from typing import Any

from scenarios.criticality.extremes import Extreme, worst_of
from scenarios.criticality.registry import measures
from scenarios.model.recording import Recording
from scenarios.suite.index import Suite
from viewer.console import print_json, print_table
from viewer.draw.curves import agent_name

COLUMNS = ("measure", "worst", "unit", "t_s", "agent", "threshold", "beyond_s")


def print_worst(suite: Suite, index: int, *, as_json: bool) -> None:
    """Print the worst of each measure in one scenario, when and with whom."""
    run = suite.run(index)
    rows = [measure_row(run.recording, e) for e in worst_of(run.recording, suite.net(run.spec.map_name))]
    if as_json:
        print_json(rows)
        return
    print_table("", COLUMNS, [tuple(row[c] for c in COLUMNS) for row in rows])
    print(f"{len(rows)} of {len(measures())} measures say something of this scenario; the others are masked")


def measure_row(recording: Recording, e: Extreme) -> dict[str, Any]:
    """Return the worst of one measure as plain data; without a threshold there is no time beyond it."""
    m = e.measure
    return {
        "measure": m.id,
        "worst": float(f"{e.value:.4g}"),
        "unit": m.unit,
        "worse": m.worse,
        "t_s": round(e.t_s, 6),
        "agent": agent_name(recording, e.agent),
        "row": e.agent,
        "threshold": None if m.threshold is None else float(f"{m.threshold:.4g}"),
        "beyond_s": None if m.threshold is None else round(e.beyond_s, 6),
    }
