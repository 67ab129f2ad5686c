"""Fit distributions of how drivers drive to recorded traffic, and write them as exposure data.

examples:
  nearmiss fit 01_tracks.csv 02_tracks.csv --out mine.toml --report fit.html --domain "A3, 2026, dry"
  nearmiss fit scenarios/*.xml --report fit.json
  nearmiss fit suite --report ours.html
The file of --out holds the traits of drivers that could be fitted: `scenarios.sampling.traits.traits_of(...,
exposure=load_exposure("mine.toml"))` draws from it, with the shipped data for the rest (docs/fit.md).
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import roadnet
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.formats.registry import read_traffic
from scenarios.model.recording import Recording
from scenarios.sampling.fitting.fit import Fit, exposure, exposure_toml, fit_of
from scenarios.sampling.fitting.told import as_plain
from scenarios.suite.index import open_suite
from viewer.console import note, print_json, print_table
from viewer.options import add_config, add_json, add_out, add_seed
from viewer.report.fit_page import fit_page


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "data", nargs="+", metavar="DATA", help="files of recorded traffic (see nearmiss import), or suites"
    )
    parser.add_argument("--map", metavar="FILE", help="map file or name, where the recordings have none of their own")
    add_out(parser, what="exposure data to write, FILE.toml")
    parser.add_argument("--report", type=Path, metavar="FILE", help="report to write, FILE.html or FILE.json")
    parser.add_argument("--domain", default="", metavar="TEXT", help="where and when it was recorded, for the file")
    add_seed(parser)
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Fit, write what was asked for, print the table."""
    if args.report is not None and args.report.suffix not in (".html", ".json"):
        raise InputError("--report", got=repr(str(args.report)), wanted="FILE.html or FILE.json")
    net = None if args.map is None else roadnet.load(args.map)
    fit = fit_of(recordings(args.data, net), seed=args.seed)
    names = ", ".join(Path(f).name for f in args.data)
    domain = args.domain or f"recorded in {names}"
    told: dict[str, Any] = {"files": list(args.data), "domain": domain, **as_plain(fit)}
    if args.out is not None:
        if not fit.traits:
            raise InputError("--out", got="recordings that fix no trait of drivers", wanted="longer or more of them")
        about = f"Traits of drivers fitted to {names}: {fit.observed.drivers} drivers, {fit.observed.seconds:.0f} s"
        args.out.write_text(exposure_toml(exposure(fit, domain=domain, about=about)), encoding="utf-8")
    if args.report is not None:
        text = fit_page(fit, told) if args.report.suffix == ".html" else json.dumps(told, indent=1, allow_nan=False)
        args.report.write_text(text, encoding="utf-8")
    if args.json:
        print_json(told)
    else:
        show(fit)
    for path in (p for p in (args.out, args.report) if p is not None):
        note(f"written: {path}")
    return 0


def recordings(files: list[str], net: RoadNetwork | None) -> Iterator[tuple[Recording, RoadNetwork | None]]:
    """Yield the recordings of files and suites with their maps, one file in memory at a time."""
    for file in files:
        if Path(file, "SUITE.json").is_file():
            with open_suite(file) as suite:
                for run in suite:
                    yield run.recording, suite.net(run.spec.map_name)
        else:
            for found in read_traffic(file, net=net):
                yield found.recording, found.net


def show(fit: Fit) -> None:
    """Print what was fitted and what could not be."""
    columns = ("quantity", "unit", "n", "drivers", "best", "95 % intervals", "KS", "AIC of the others")
    print_table("what vehicles did", columns, [row_of(f) for f in fit.quantities])
    print_table("traits of drivers, as --out writes them", columns, [row_of(t.fitted) for t in fit.traits])
    for a, b, rank, n in fit.ranks:
        print(f"{a} and {b}: rank correlation {rank:.2f} ({n} drivers)")
    if fit.shrunk < 1.0:
        print(f"correlations in the file are {fit.shrunk:.2f} of these, so that one driver can have them all")
    seen = fit.observed
    print(
        f"{seen.drivers} drivers, {seen.seconds:.0f} s, {len(seen.pairs)} stretches of following, "
        f"{len(fit.calibrated)} calibrated; too little for: {', '.join(fit.silent) or 'nothing'}"
    )


def row_of(f: Any) -> tuple[object, ...]:
    """Return one row of the table."""
    numbers = ", ".join(f"{v:.3g}" for v in f.best.distribution.numbers)
    spread = "  ".join(f"{a:.3g} to {b:.3g}" for a, b in f.intervals)
    others = "  ".join(f"{c.distribution.kind} {c.aic - f.best.aic:+.0f}" for c in f.candidates[1:])
    return f.name, f.unit, f.n, f.drivers, f"{f.best.distribution.kind}({numbers})", spread, f.best.ks, others
