"""Write scenarios, sensor logs or maps in a format that other tools read.

examples:
  nearmiss export suite/7 --to mcap --out exported --rig demo
  nearmiss export logs/00000007.sensors.mcap --to mcap --out exported
  nearmiss export town.net.xml --to xodr --out exported

What each format covers: docs/formats.md. From a suite, agents and map go along; a log holds sensors only.
"""

import argparse
from pathlib import Path
from types import ModuleType

import roadnet
from roadnet.base.errors import InputError, did_you_mean
from sensors.formats.native import read_log, read_meta
from sensors.formats.registry import catalogue
from sensors.log import SensorLog
from sensors.rig import load_rig
from viewer.commands.map import converted, show_difference
from viewer.logs import chosen, report, sensed, write_all
from viewer.options import add_config, add_json, add_out

DEFAULT_RIG = "demo"
MAP_FORMAT = "xodr"  # the one that maps are written in; all others hold what sensors saw


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "source", type=Path, metavar="SUITE[/ID]|LOG|MAP", help="a suite, one scenario of it, a log, or a map"
    )
    parser.add_argument("--to", required=True, metavar="FORMAT", help="the format: mcap, or xodr for maps")
    parser.add_argument("--rig", metavar="NAME", help=f"of a suite: a shipped rig or a .toml file ({DEFAULT_RIG})")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="SPEC", help="of a suite: a sensor fault; repeatable"
    )
    add_out(parser, what="the folder for the files", required=True)
    add_json(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Write one file a scenario, or one for the log or the map."""
    if args.to == MAP_FORMAT:
        return write_map(args)
    log_format = format_named(args.to)
    if args.source.is_file():
        written = write_all([args.source.name.partition(".")[0]], lambda _: opened(args), log_format, args.out)
    else:
        rig = load_rig(args.rig or DEFAULT_RIG)
        with chosen(args.source) as (suite, indices):
            written = write_all(
                [f"{index:08d}" for index in indices],
                lambda i: sensed(suite, indices[i], rig=rig, faults=args.fault, truth=False),
                log_format,
                args.out,
            )
    report(written, as_json=args.json)
    return 0


def write_map(args: argparse.Namespace) -> int:
    """Write the map as OpenDRIVE 1.7 and say how far it is from the original."""
    net = roadnet.load(args.source)
    args.out.mkdir(parents=True, exist_ok=True)
    file = args.out / f"{args.source.name.partition('.')[0]}.{MAP_FORMAT}"
    show_difference(converted(net, file), file, as_json=args.json)
    return 0


def format_named(name: str) -> ModuleType:
    """Return the format's module; InputError with the nearest name."""
    if name not in catalogue():
        known = [*catalogue(), MAP_FORMAT]
        raise InputError("--to", got=f"format {name!r}", wanted=f"a known format{did_you_mean(name, known)}")
    return catalogue()[name]


def opened(args: argparse.Namespace) -> SensorLog:
    """Return a native log as it stands; a rig or faults come too late for it."""

    for option, given in (("--rig", args.rig), ("--fault", args.fault)):
        if given:
            raise InputError(option, got="a log, whose sensors have been rendered", wanted="it with a suite only")
    return SensorLog(meta=read_meta(args.source), deliveries=read_log(args.source))
