"""One self-contained HTML page about a suite: coverage, rates, TTC histogram, the ten worst with pictures.

nearmiss report town --out town.html
"""

import argparse
from pathlib import Path

from roadnet.base.errors import InputError
from viewer.console import note, print_json
from viewer.options import add_config, add_json, add_out
from viewer.report.build import report
from viewer.report.figures import figures_json
from viewer.source import SuiteSource


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE", help="a suite made by `nearmiss generate`")
    add_out(parser, what="the page to write, FILE.html", required=True)
    parser.add_argument("--rig", default="", metavar="NAME", help="rig whose camera and lidar are shown")
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Write the page."""
    if args.out.suffix.lower() not in (".html", ".htm"):
        raise InputError("--out", got=repr(str(args.out)), wanted="a name that ends in .html")
    text, figures = report(SuiteSource(args.suite), rig=args.rig)
    args.out.write_text(text, encoding="utf-8")
    note(f"{args.out}: {figures.made} scenarios, {len(text.encode()) / 1e6:.2f} MB")
    if args.json:
        print_json(figures_json(figures))
    return 0
