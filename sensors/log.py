"""What goes into a sensor log, whatever its format."""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from roadnet.network import RoadNetwork
from scenarios.model.recording import Recording
from scenarios.model.spec import SensorEvent
from sensors.packet import SensorPacket, Truth

Delivery = tuple[SensorPacket, Truth | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class LogMeta:
    """Everything that decides a log's bytes, so that it can be made again."""

    product_version: str
    scenario: str  # "SUITE/ID", or "" for a recording from elsewhere
    rig: str
    seed: int
    map_name: str
    map_digest: str
    faults: tuple[SensorEvent, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SensorLog:
    """A log on its way to a file: packets as an iterator that is read once, ordered by stamp_end_ns.

    `recording` and `net` are there where the log is made from a scenario, None where it was read from a file:
    a format then leaves out agents and map.
    """

    meta: LogMeta
    deliveries: Iterable[Delivery]
    recording: Recording | None = None
    net: RoadNetwork | None = None


def meta_rows(meta: LogMeta) -> dict[str, str]:
    """Return the metadata as text by name, the form in which files carry it."""
    return {
        "product_version": meta.product_version,
        "scenario": meta.scenario,
        "rig": meta.rig,
        "seed": str(meta.seed),
        "map_name": meta.map_name,
        "map_digest": meta.map_digest,
        "faults": json.dumps([[e.kind, e.stream, e.t_on_s, e.t_off_s, e.values] for e in meta.faults]),
    }


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file to write that takes the name `path` only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
    try:
        with unfinished.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        error.filename = error.filename or str(path)  # write and fsync do not say where the disk is full
        raise
    finally:
        unfinished.unlink(missing_ok=True)
