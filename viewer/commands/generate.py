"""Make a suite of edge-case scenarios on real maps: drawn, simulated, measured, sealed.

examples:
  nearmiss generate town --map Town01 --map Town03 --hazard all --count 300 --seed 7 --workers 2
  nearmiss generate close --hazard cut_in --set 'gap_m=U(5,30)' --count 200
A map is a file or a name; without --map the shipped maps are used. A hazard is an id, a name, tag:T or all. The
bytes written depend on the options, not on --workers, on the order of work or on interruptions.
"""

import argparse
import shlex
import sys
import time
from pathlib import Path

from scenarios.coverage.table import Coverage
from scenarios.suite.index import open_suite
from scenarios.suite.store import Plan
from viewer.commands.coverage import as_json, coverage_of, show_rates
from viewer.console import print_json
from viewer.making import make_suite
from viewer.options import add_config, add_json, add_seed, add_set, add_workers, positive, share


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the suite; new, empty or with --resume")
    parser.add_argument("--map", action="append", default=[], metavar="FILE", help="map file or name; repeatable")
    parser.add_argument(
        "--hazard", action="append", default=[], metavar="ID", help="id, name, tag:T or all (default all); repeatable"
    )
    parser.add_argument("--count", type=positive, default=20, metavar="N", help="scenarios (default 20)")
    add_seed(parser)
    add_set(parser)
    parser.add_argument(
        "--explore",
        type=share,
        default=0.25,
        metavar="SHARE",
        help="share of draws from the prior, for estimates; the others fill gaps (default 0.25)",
    )
    parser.add_argument(
        "--traits", default="", metavar="FILE", help="background drivers as `nearmiss fit --out` wrote them"
    )
    add_workers(parser)
    parser.add_argument("--resume", action="store_true", help="go on with a suite that was interrupted")
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Make the suite and print what came out."""
    start = time.perf_counter()
    plan = make_suite(
        args.out,
        resume_with=resume_command(sys.argv),
        maps=args.map,
        hazards=args.hazard or ["all"],
        count=args.count,
        seed=args.seed,
        workers=args.workers,
        explore=args.explore,
        overrides=args.set,
        traits=args.traits,
        resume=args.resume,
    )
    seconds = time.perf_counter() - start
    with open_suite(args.out) as suite:
        coverage = coverage_of(suite)
    if args.json:
        print_json({"suite": str(args.out), "seconds": seconds, "blocks": plan.blocks, **as_json(coverage)})
    else:
        show_rates(coverage)
        print(told(args.out, plan, coverage, seconds))
    return 0


def resume_command(argv: list[str]) -> str:
    """Return the command that goes on where this one stopped."""
    given = argv[1:] if "--resume" in argv else [*argv[1:], "--resume"]
    return shlex.join(["nearmiss", *given])


def told(out: Path, plan: Plan, coverage: Coverage, seconds: float) -> str:
    """Return the last lines: what is where, and what to do next."""
    failed = sum(count for _, count in coverage.failed)
    made = coverage.scenarios - failed
    lost = f", {failed} could not be made (nearmiss show {shlex.quote(str(out))} --observed failed)" if failed else ""
    quoted = shlex.quote(str(out))
    return (
        f"{made} scenarios in {plan.blocks} blocks{lost}, {seconds:.1f} s: {out}\n"
        f"next: nearmiss view {quoted}  |  nearmiss coverage {quoted}  |  nearmiss report {quoted} --out {quoted}.html"
    )
