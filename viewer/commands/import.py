"""Make a suite of recorded traffic: CommonRoad, Argoverse 2, highD, INTERACTION, or any table.

examples:
  nearmiss import city scenarios/*.xml
  nearmiss import motorway 01_tracks.csv 02_tracks.csv
  nearmiss import mine drive.csv --map town.xodr --subject 17
Every recorded road user becomes a scripted actor that replays its states. Where a file sets a planner a task
(CommonRoad's planning problems), a careful human drives it among the recorded traffic, unless --recorded. What was
derived, assumed or left out is told on stderr and kept in SUITE.json.
"""

import argparse
import shlex
import time
from pathlib import Path
from typing import Any

import roadnet
from scenarios.formats.registry import read_traffic
from scenarios.model.imported import Imported
from scenarios.suite.importing import Told, import_suite
from scenarios.suite.index import open_suite
from viewer.commands.coverage import as_json, coverage_of
from viewer.console import note, print_json, print_table, progress
from viewer.options import add_config, add_json


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder of the suite; new, empty, or one interrupted")
    parser.add_argument("files", nargs="+", metavar="FILE", help="recorded traffic; what it holds decides the format")
    parser.add_argument("--map", metavar="FILE", help="map file or name, where the recordings have none of their own")
    parser.add_argument("--subject", default="", metavar="ID", help="the subject vehicle's id in the files")
    parser.add_argument(
        "--recorded", action="store_true", help="a recorded subject vehicle even where the file sets a task"
    )
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Make the suite and print what the files held and what was observed."""
    start = time.perf_counter()
    net = None if args.map is None else roadnet.load(args.map)

    def read(path: Path) -> tuple[Imported, ...]:
        return read_traffic(path, net=net, subject=args.subject)

    with progress("scenarios", 0) as advance:
        plan, told = import_suite(
            args.out, args.files, read, tasks=not (args.recorded or args.subject), on_block=advance
        )
    for file in told:
        for f in file.findings:
            note(f"{file.file}: {f.severity}: {f.where}: {f.message}")
    with open_suite(args.out) as suite:
        coverage = coverage_of(suite)
    seconds = time.perf_counter() - start
    if args.json:
        print_json({"suite": str(args.out), "seconds": seconds, "files": [row(t) for t in told], **as_json(coverage)})
        return 0
    print_table(
        "",
        ("file", "format", "recordings", "road users", "seconds", "findings"),
        [(Path(t.file).name, t.format, t.recordings, t.agents, t.seconds, len(t.findings)) for t in told],
    )
    failed = sum(count for _, count in coverage.failed)
    quoted = shlex.quote(str(args.out))
    print(
        f"{coverage.scenarios - failed} scenarios in {plan.blocks} blocks"
        f"{f', {failed} could not be made' if failed else ''}; driver: {plan.settings['driver']}; {seconds:.1f} s\n"
        f"next: nearmiss show {quoted}  |  nearmiss view {quoted}  |  nearmiss coverage {quoted}"
    )
    return 0


def row(told: Told) -> dict[str, Any]:
    """Return what a file held as plain data."""
    return {
        "file": told.file,
        "format": told.format,
        "recordings": told.recordings,
        "agents": told.agents,
        "seconds": told.seconds,
        "findings": [
            {"severity": f.severity, "code": f.code, "where": f.where, "message": f.message} for f in told.findings
        ],
    }
