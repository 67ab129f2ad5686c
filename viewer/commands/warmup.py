"""Compile every kernel now, so that later commands start at once.

example:  nearmiss warmup
"""

import argparse
import time

from roadnet.base.compiled import cache_home
from viewer.console import print_json
from viewer.kernels import compile_all
from viewer.options import add_json, positive


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--workers", type=positive, default=2, metavar="N", help="processes that compile (default 2)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Compile, and say how long it took and where the code lies."""
    start = time.perf_counter()
    groups = compile_all(workers=args.workers)
    seconds = time.perf_counter() - start
    if args.json:
        print_json({"seconds": seconds, "groups": groups, "folder": cache_home()})
    else:
        parts = ", ".join(f"{name} {spent:.1f} s" for name, spent in sorted(groups.items()))
        print(f"compiled in {seconds:.1f} s ({parts}); code in {cache_home()}")
    return 0
