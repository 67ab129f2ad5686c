"""List the reference drivers, or count their crashes on the published UN R157 grids.

example:  nearmiss drivers --grid cut-in-low --json
"""

import argparse

from scenarios.simulation.drivers.trials.grids import GRIDS, crash_counts
from viewer.console import note, print_json, print_table
from viewer.options import add_json


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--grid", metavar="GRID", help=f"run a published test: {', '.join(GRIDS)}")
    parser.add_argument(
        "--mode",
        default="public",
        metavar="MODE",
        help="public: as the published code does, to the last bit (default); physical: as regulation and physics say",
    )
    parser.add_argument("--driver", action="append", default=[], metavar="ID", help="only this driver; repeatable")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the drivers, or crash counts per pair of speeds."""
    if args.grid is None:
        return listed(args.json)
    found = crash_counts(args.grid, mode=args.mode, drivers=tuple(args.driver))
    if args.json:
        print_json({"grid": args.grid, "mode": args.mode, "drivers": found})
        return 0
    rows = [
        (entry["driver"], *(pair[k] for k in ("ego_kph", "other_kph", "crashes", "side", "front", "cases")))
        for entry in found
        for pair in entry["pairs"]
    ]
    print_table("", ("driver", "ego km/h", "other km/h", "crashes", "side", "front", "cases"), rows)
    for entry in found:
        note(f"{entry['driver']}: {entry['crashes']} crashes in {entry['cases']} cases, {args.mode} mode")
    return 0


def listed(as_json: bool) -> int:
    """Print id, title, source and published grids of every reference driver."""
    from scenarios.simulation.drivers.registry import drivers  # loads every driver; a grid needs none of them

    rows = [
        {
            "id": name,
            "title": file.TITLE,
            "source": file.SOURCE,
            "grids": [g for g in GRIDS if name in GRIDS[g].drivers],
        }
        for name, file in drivers().items()
    ]
    if as_json:
        print_json(rows)
    else:
        cells = [(row["id"], row["title"], row["source"], ", ".join(row["grids"])) for row in rows]
        print_table("", ("id", "title", "source", "published grids"), cells)
    return 0
