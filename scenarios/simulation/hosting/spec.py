"""Planner SPECs: a few words become a planner, by default in a process of its own."""

import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from roadnet.base.errors import InputError
from scenarios.simulation.hosting import child
from scenarios.simulation.hosting.guard import Guarded, guarded
from scenarios.simulation.hosting.hosted import Hosted
from scenarios.simulation.hosting.limits import Limits
from scenarios.simulation.hosting.resolve import resolve
from scenarios.simulation.planner import Planner, PlannerFailed

DEFAULT = Limits()


@contextmanager
def open_planner(
    text: str, *, where: str = "--planner", limits: Limits = DEFAULT, in_process: bool = False
) -> Iterator[Planner]:
    """Yield the planner that a SPEC names, ready for `reset`; its `reset` and `act` raise PlannerFailed.

    text: package.module:Class, gym:package.module:factory, cmd:COMMAND, or the id of a reference driver. It runs
    in a process of its own under `limits`; with `in_process` in this one, without limits, for a debugger. Raises
    InputError, which begins with `where`, for a SPEC that names no planner and for a planner that does not start.
    """
    try:
        planner = _in_process(text, where) if in_process else Hosted(command(text, where=where), limits, where=where)
    except PlannerFailed as error:
        raise InputError(where, got=f"{text}, which does not start: {error}", wanted="a planner") from error
    try:
        yield planner
    finally:
        if isinstance(planner, Hosted):
            planner.close()


def command(text: str, *, where: str) -> list[str]:
    """Return the command whose standard input and output are the planner's."""
    if os.name != "posix":
        raise InputError(where, got=f"{text} on {os.name}", wanted="Linux or macOS, or in_process=True from Python")
    if not text.startswith("cmd:"):
        # -P: a script's own folder is not on the path; it gets ours, with the working directory last
        path = [p or os.getcwd() for p in sys.path]
        return [sys.executable, "-P", str(child.__file__), text, json.dumps(path)]
    try:
        words = shlex.split(text[4:])
    except ValueError as error:
        raise InputError(where, got=f"{text} ({error})", wanted="cmd: and a command") from None
    if not words:
        raise InputError(where, got=repr(text), wanted="cmd: and a command")
    return words


def _in_process(text: str, where: str) -> Guarded:
    if text.startswith("cmd:"):
        raise InputError(where, got=f"{text} in this process", wanted="a planner written in Python")
    return Guarded(guarded(lambda: resolve(text, where=where), passing=(InputError,)))
