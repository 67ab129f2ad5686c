"""Show which part of the tail a suite covers: leaves intended, observed, never met.

example:  nearmiss coverage suite --json
"""

import argparse
from pathlib import Path
from typing import Any

from scenarios.coverage.table import Coverage, StreamCount, tabulate
from scenarios.model.evidence import Observed
from scenarios.sampling.rate import Rate
from scenarios.suite.index import Suite, open_suite
from viewer.console import print_json, print_table
from viewer.options import add_config, add_json

STREAM_COLUMNS = (
    "leaf", "stream", "made", "observed", "not obs.", "not meas.", "rate", "95 % interval", "predicted", "agrees",
    "near misses", "collisions", "cause confirmed", "refuted",
)  # fmt: skip


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE", help="a suite made by `nearmiss generate`")
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    with open_suite(args.suite) as suite:
        coverage = coverage_of(suite)
    if args.json:
        print_json(as_json(coverage))
    else:
        show(coverage)
    return 0


def coverage_of(suite: Suite) -> Coverage:
    """Return the coverage table of a suite."""
    about = suite.plan.about
    return tabulate(
        suite.scenarios,
        suite.verdicts,
        no_place=[(p["leaf"], p["map"], p["reason"]) for p in about.get("no_place", ())],
        predicted={leaf: Rate(*pair) for leaf, pair in about.get("predicted_rate", {}).items()},
    )


def show(coverage: Coverage) -> None:
    """Print the table for reading."""
    show_rates(coverage)
    print_table(
        "intended (rows) x observed (columns)",
        ("intended", *coverage.seen),
        [
            (leaf, *(answer(coverage.cross[i, j]) for j in range(len(coverage.seen))))
            for i, leaf in enumerate(coverage.intended)
        ],
    )
    if coverage.failed:
        print_table("could not be made", ("leaf", "scenarios"), coverage.failed)
    if coverage.no_place:
        print_table("no place on this map", ("leaf", "map", "reason"), coverage.no_place)
    met = coverage.taxonomy_leaves - len(coverage.untried)
    print(
        f"{met} of {coverage.taxonomy_leaves} leaves observed (taxonomy {coverage.taxonomy_digest}); "
        f"never observed: {', '.join(coverage.untried) or 'none'}"
    )


def show_rates(coverage: Coverage) -> None:
    """Print what was observed of each leaf in each stream."""
    print_table("leaf by stream", STREAM_COLUMNS, [stream_row(s) for s in coverage.streams])


def stream_row(s: StreamCount) -> tuple[object, ...]:
    """Return one row of the first table."""
    interval = "-" if s.interval is None else f"{s.interval[0]:.3f} to {s.interval[1]:.3f}"
    agrees = None if s.agrees is None else "yes" if s.agrees else "NO"
    return (s.leaf, s.stream, s.made, s.observed, s.not_observed, s.not_measured, s.rate, interval, s.predicted,
            agrees, s.near_misses, s.collisions, s.confirmed, s.refuted)  # fmt: skip


def answer(counts: Any) -> str:
    """Return observed of measured, and how many were not measured: "3/5 (+2)"."""
    observed, missed, unmeasured = (
        int(counts[o]) for o in (Observed.OBSERVED, Observed.NOT_OBSERVED, Observed.NOT_MEASURED)
    )
    text = f"{observed}/{observed + missed}" if observed + missed else ("-" if not unmeasured else "")
    return f"{text} (+{unmeasured})".strip() if unmeasured else text


def as_json(coverage: Coverage) -> dict[str, Any]:
    """Return the table as plain data."""
    return {
        "scenarios": coverage.scenarios,
        "taxonomy": {"digest": coverage.taxonomy_digest, "leaves": coverage.taxonomy_leaves},
        "streams": [
            {
                "leaf": s.leaf, "stream": s.stream, "made": s.made, "observed": s.observed,
                "not_observed": s.not_observed, "not_measured": s.not_measured, "rate": s.rate,
                "interval": s.interval, "predicted": s.predicted, "agrees": s.agrees, "near_misses": s.near_misses,
                "collisions": s.collisions, "confirmed": s.confirmed, "refuted": s.refuted,
            }
            for s in coverage.streams
        ],
        "cross": {
            leaf: {
                seen: {o.name.lower(): int(coverage.cross[i, j, o]) for o in Observed}
                for j, seen in enumerate(coverage.seen)
            }
            for i, leaf in enumerate(coverage.intended)
        },
        "failed": dict(coverage.failed),
        "no_place": [dict(zip(("leaf", "map", "reason"), row, strict=True)) for row in coverage.no_place],
        "never_observed": list(coverage.untried),
    }  # fmt: skip
