"""The desktop viewer: suites, scenarios, maps and sensor logs.

nearmiss view town/
nearmiss view town/7 --at 4.2
nearmiss view crossing
"""

import argparse

from roadnet.base.errors import InputError
from sensors.rig import load_rig
from viewer.source import open_source


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("path", nargs="?", metavar="PATH", help="SUITE, SUITE/ID, a map, a map's name, a sensor log")
    parser.add_argument("--at", type=float, metavar="T", help="time, s (default: the critical instant)")
    parser.add_argument("--rig", default="", metavar="NAME", help="rig whose sensors are shown")
    parser.add_argument("--theme", choices=("dark", "light"), default="dark", help="colours (default dark)")


def run(args: argparse.Namespace) -> int:
    """Open the window."""
    if args.rig:
        load_rig(args.rig)
    source = open_source(args.path) if args.path else None
    try:
        from viewer.window.app import run_window
    except ImportError as error:
        raise InputError(
            "nearmiss view",
            got=f"no window toolkit ({error})",
            wanted='the extra `viewer`: pip install "nearmiss[viewer]"; `nearmiss render` makes pictures without it',
        ) from None
    return run_window(source, at_s=args.at, rig=args.rig, theme=args.theme)
