"""Run the oracles on a suite again: newer versions, or another rig for the leaves that read sensors.

example:  nearmiss observe town --rig full
The verdicts go into sealed files of their own; scenarios are never touched. Of several verdicts on one leaf the
newest oracle's counts, and one that measured before one that could not.
"""

import argparse
from pathlib import Path

from scenarios.suite import batch
from scenarios.suite.index import open_suite
from scenarios.suite.runner import run_blocks
from viewer.commands.coverage import as_json, coverage_of, show_rates
from viewer.console import print_json, progress
from viewer.making import OBSERVER, judges, look_again
from viewer.options import add_config, add_json, add_workers


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE", help="a suite made by `nearmiss generate`")
    parser.add_argument(
        "--rig", default=OBSERVER, metavar="NAME", help=f"rig whose packets the oracles read (default {OBSERVER})"
    )
    add_workers(parser)
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Judge every sealed block and print the rates."""
    judges(args.rig)  # a rig that does not exist is refused before any work
    with open_suite(args.suite) as suite:
        sealed = suite.sealed
    new = 0
    with progress("blocks", len(sealed)) as advance:
        for result in run_blocks(look_again, batch.payloads(args.suite, sealed, rig=args.rig), workers=args.workers):
            new += bool(result["new"])
            advance(1)
    with open_suite(args.suite) as suite:
        coverage = coverage_of(suite)
    if args.json:
        print_json({"suite": str(args.suite), "blocks": len(sealed), "new": new, **as_json(coverage)})
    else:
        show_rates(coverage)
        print(f"{len(sealed)} blocks judged with rig {args.rig}: {new} new files of verdicts in {args.suite}")
    return 0
