"""Check every byte of a suite: checksums, hashes, block numbers, keys of the verdicts.

example:  nearmiss verify suite
Exit code 0 where all is sound and complete, 1 where blocks are missing, 3 where a file is damaged.
"""

import argparse
import time
from pathlib import Path

from roadnet.base.errors import GateError, one_line
from scenarios.suite.check import check_suite, incomplete
from viewer.console import note, print_json, progress
from viewer.options import add_json


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE", help="a suite made by `nearmiss generate`")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Check, print one line a damaged file, and say what was checked."""
    start = time.perf_counter()
    plan, files = check_suite(args.suite)
    count, size, problems = 0, 0, []
    with progress("verify", plan.blocks) as advance:
        for file in files:
            count, size = count + 1, size + file.size_bytes
            advance(1)
            if file.problem:
                problems.append(one_line(file.problem))
                note(file.problem)
    seconds, gap = time.perf_counter() - start, incomplete(args.suite, plan)
    if args.json:
        print_json({"files": count, "bytes": size, "seconds": seconds, "damaged": problems, "incomplete": gap})
    else:
        print(f"{count} files, {size / 1e6:.1f} MB in {seconds:.2f} s: {len(problems)} damaged")
    if problems:
        return 3
    if gap:
        raise GateError(gap)
    return 0
