"""Work for the runner's tests: functions that a fresh process can import by name."""

import os
import signal
import time
from pathlib import Path

import msgpack

from roadnet.base.errors import InputError, NondeterminismError


def echo(payload: bytes) -> bytes:
    return bytes(msgpack.packb({"got": payload, "pid": os.getpid()}))


def fail(payload: bytes) -> bytes:
    kind = payload.decode()
    raise {
        "input": InputError("map.xodr: line 3", got="nan", wanted="a number"),
        "nondeterminism": NondeterminismError("block 3"),
        "system": OSError(28, "No space left on device", "suite/tmp/x"),
        "bug": ZeroDivisionError("planted"),
    }[kind]


def die_once(payload: bytes) -> bytes:
    """Kill the own process the first time that a payload naming a marker file is seen."""
    marker = Path(payload.decode())
    if marker.name.startswith("die") and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return echo(payload)


def die_always(payload: bytes) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def slow(payload: bytes) -> bytes:
    Path(payload.decode()).write_text(str(os.getpid()))
    time.sleep(60.0)
    return echo(payload)
