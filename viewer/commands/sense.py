"""Render what the sensors of a rig would have delivered: one log a scenario.

examples:
  nearmiss sense suite/7 --rig demo --out logs
  nearmiss sense suite --rig demo --out logs --fault dropout:lidar_top@2.0-3.0

A fault is KIND:STREAM@T_ON-T_OFF[,key=value...]; STREAM may hold * and ?. The same scenario, rig, faults and
version of nearmiss give the same bytes.
"""

import argparse
from pathlib import Path

from sensors.formats import native
from sensors.rig import load_rig
from viewer.logs import chosen, report, sensed, write_all
from viewer.options import add_config, add_json, add_out


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("suite", type=Path, metavar="SUITE[/ID]", help="a suite, or one scenario of it")
    parser.add_argument("--rig", required=True, metavar="NAME", help="a shipped rig, or a .toml file")
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="SPEC",
        help="a sensor fault on top of the scenario's own, e.g. dropout:lidar_top@2.0-3.0; repeatable",
    )
    parser.add_argument("--no-truth", action="store_true", help="leave out the truth side-car")
    add_out(parser, what="the folder for the logs", required=True)
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Write one native log a scenario."""

    rig = load_rig(args.rig)
    with chosen(args.suite) as (suite, indices):
        written = write_all(
            [f"{index:08d}" for index in indices],
            lambda i: sensed(suite, indices[i], rig=rig, faults=args.fault, truth=not args.no_truth),
            native,
            args.out,
        )
    report(written, as_json=args.json)
    return 0
