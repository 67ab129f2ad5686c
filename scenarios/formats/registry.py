"""The readers of recorded traffic: the files of this folder that declare `read`, chosen by what a file holds."""

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork
from scenarios.model.imported import Imported

HEAD_BYTES = 1 << 16


class TrafficFormat(Protocol):
    """A file of this folder."""

    TITLE: str  # one line

    def matches(self, path: Path, head: bytes) -> bool:
        """Whether a file of this name that begins with `head` is for this reader."""

    def read(self, path: Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
        """Return the recordings of a file. Raises InputError."""


@cache
def traffic_formats() -> dict[str, TrafficFormat]:
    """Return id -> reader, sorted; the file name is the id."""
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in ("__init__", "registry"))
    files = {name: import_module(f"scenarios.formats.{name}") for name in names}
    return {name: cast(TrafficFormat, file) for name, file in files.items() if hasattr(file, "read")}


def read_traffic(path: str | Path, *, net: RoadNetwork | None = None, subject: str = "") -> tuple[Imported, ...]:
    """Return the recordings of a file of recorded traffic, read by the first format that it matches. InputError.

    net: the map to use; by default the file's own, if it holds one. subject: a road user's id in the file.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an unreadable file", wanted="recorded traffic") from None
    for reader in traffic_formats().values():
        if reader.matches(path, head):
            return reader.read(path, net=net, subject=subject)
    titles = "; ".join(f.TITLE for f in traffic_formats().values())
    raise InputError(str(path), got="a file of no known format", wanted=titles)
