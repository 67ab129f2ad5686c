"""The numbers of a report: one record from which both the page and --json are made."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np

from roadnet.base.about import version
from scenarios.coverage.table import Coverage
from scenarios.hazards.taxonomy import taxonomy
from scenarios.suite.index import Suite
from viewer.commands.coverage import as_json, coverage_of

TTC_EDGES_S = tuple(float(e) for e in np.linspace(0.0, 8.0, 33))
WORST = 10
OUTCOMES = ("collision", "near miss", "conflict", "none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Worst:
    """One of the worst scenarios."""

    index: int
    leaf: str
    title: str
    map_name: str
    outcome: str
    min_ttc_s: float | None
    severity_mps2: float | None
    also: tuple[str, ...]
    command: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Everything that the report says in numbers."""

    name: str
    path: str
    made_by: str  # product version that made the suite
    reported_by: str  # product version that wrote the report
    seed: str
    driver: str
    planned: int
    sealed: int
    made: int
    failed: int
    observed: int
    not_observed: int
    not_measured: int
    outcomes: tuple[tuple[str, int], ...]  # by OUTCOMES, of the intended leaf
    maps: tuple[tuple[str, int], ...]  # name, scenarios
    ttc_counts: tuple[int, ...]  # lowest TTC of each scenario in bins of TTC_EDGES_S
    ttc_beyond: int  # scenarios whose lowest TTC lies beyond the last edge
    ttc_none: int  # scenarios without a TTC
    worst: tuple[Worst, ...]
    reproduce: str
    coverage: Coverage


def figures_of(suite: Suite) -> Figures:
    """Return the figures of a suite."""
    rows = suite.rows()
    made = [r for r in rows if r["observed"] != "failed"]
    lowest = lowest_ttc(suite)
    finite = np.array([lowest[r["index"]] for r in made if r["index"] in lowest], np.float64)
    inside = finite[finite <= TTC_EDGES_S[-1]]
    settings = suite.plan.settings
    answers = Counter(r["observed"] for r in made)
    return Figures(
        name=suite.path.resolve().name,
        path=str(suite.path),
        made_by=str(settings.get("product", "")),
        reported_by=version(),
        seed=str(settings.get("seed", "")),
        driver=str(settings.get("driver", "")),
        planned=len(suite),
        sealed=len(rows),
        made=len(made),
        failed=len(rows) - len(made),
        observed=answers["observed"],
        not_observed=answers["not observed"],
        not_measured=answers["not measured"],
        outcomes=tuple((o, sum(r["outcome"] == o for r in made)) for o in OUTCOMES),
        maps=tuple((name, sum(r["map"] == name for r in made)) for name in sorted({r["map"] for r in made})),
        ttc_counts=tuple(int(n) for n in np.histogram(inside, TTC_EDGES_S)[0]),
        ttc_beyond=len(finite) - len(inside),
        ttc_none=len(made) - len(finite),
        worst=worst_of(made, lowest, str(suite.path)),
        reproduce=reproduce_command(suite),
        coverage=coverage_of(suite),
    )


def lowest_ttc(suite: Suite) -> dict[int, float]:
    """Return index -> lowest TTC over all verdicts of a scenario, s; absent where none has one."""
    out: dict[int, float] = {}
    for v in suite.verdicts[suite.verdicts["has_ttc"]]:
        index = int(v["index"])
        out[index] = min(out.get(index, np.inf), float(v["min_ttc_s"]))
    return out


def worst_of(made: list[dict[str, Any]], lowest: dict[int, float], path: str) -> tuple[Worst, ...]:
    """Return the worst scenarios: by outcome, then lowest TTC, then severity, then index."""
    seen = [r for r in made if r["observed"] == "observed"]

    def badness(r: dict[str, Any]) -> tuple[float, ...]:
        rank = OUTCOMES.index(r["outcome"]) if r["outcome"] in OUTCOMES else len(OUTCOMES)
        return rank, lowest.get(r["index"], np.inf), -(r["severity_mps2"] or 0.0), r["index"]

    return tuple(
        Worst(
            index=r["index"],
            leaf=r["leaf"],
            title=leaf_title(r["leaf"]),
            map_name=r["map"],
            outcome=r["outcome"] or "none",
            min_ttc_s=lowest.get(r["index"]),
            severity_mps2=r["severity_mps2"],
            also=tuple(r["also"]),
            command=f"nearmiss view {quoted(path)}/{r['index']}",
        )
        for r in sorted(seen, key=badness)[:WORST]
    )


def leaf_title(leaf: str) -> str:
    """Return what the taxonomy calls a leaf; nothing for a plug-in's."""
    known = taxonomy().leaves
    return known[leaf].title if leaf in known else ""


def quoted(text: str) -> str:
    """Return a path as a shell takes it."""
    plain = text.replace("/", "").replace("-", "").replace("_", "").replace(".", "").isalnum()
    return text if plain else "'" + text.replace("'", "'\\''") + "'"


def reproduce_command(suite: Suite) -> str:
    """Return the command that makes the suite again: as it was typed, where the suite says so."""
    about, settings = suite.plan.about, suite.plan.settings
    if about.get("command"):
        return str(about["command"])
    maps = " ".join(f"--map {quoted(str(m['name']))}" for m in settings.get("maps", ()))
    hazards = " ".join(f"--hazard {quoted(str(h))}" for h in settings.get("hazards", ()))
    parts = ("nearmiss generate OUT", maps, hazards, f"--count {len(suite)}", f"--seed {settings.get('seed', '?')}")
    return " ".join(p for p in parts if p)


def figures_json(f: Figures) -> dict[str, Any]:
    """Return the same numbers as plain data."""
    return {
        "suite": f.name,
        "version": {"suite": f.made_by, "report": f.reported_by},
        "seed": f.seed,
        "driver": f.driver,
        "reproduce": f.reproduce,
        "counts": {
            "planned": f.planned, "sealed": f.sealed, "made": f.made, "failed": f.failed, "observed": f.observed,
            "not_observed": f.not_observed, "not_measured": f.not_measured,
        },
        "outcomes": dict(f.outcomes),
        "maps": dict(f.maps),
        "lowest_ttc": {
            "edges_s": list(TTC_EDGES_S), "counts": list(f.ttc_counts), "beyond": f.ttc_beyond, "none": f.ttc_none,
        },
        "worst": [
            {
                "index": w.index, "leaf": w.leaf, "map": w.map_name, "outcome": w.outcome, "min_ttc_s": w.min_ttc_s,
                "severity_mps2": w.severity_mps2, "also": list(w.also), "command": w.command,
            }
            for w in f.worst
        ],
        "coverage": as_json(f.coverage),
    }  # fmt: skip
