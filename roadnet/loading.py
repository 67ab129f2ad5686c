"""Maps by path or by name."""

import os
import pkgutil
import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from roadnet import formats
from roadnet.base.errors import InputError, did_you_mean, one_line
from roadnet.base.shipped import data_path
from roadnet.cache import through_cache
from roadnet.formats.opendrive.document import parse
from roadnet.network import RoadNetwork

HEAD_BYTES = 1 << 18  # of a file; its root element begins within
ASIDES = re.compile(r"<!--.*?-->|<\?.*?\?>|<!--.*\Z", re.DOTALL)
ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
KEY = re.compile(r'\A\s*\{\s*"([A-Za-z_][\w.-]*)"\s*:')  # the first of a JSON object
COMMONROAD_PROTOBUF = re.compile(rb"\A\x0a.{0,6}\x0a\x05(2018b|2020a)", re.DOTALL)  # its information message first


class MapFormat(Protocol):
    """A file or package of roadnet/formats that reads maps."""

    ROOT: str  # the root element of its files

    def matches(self, root_tag: str) -> bool:
        """Whether a file with this root element is for this reader."""

    def read(self, path: str | Path) -> RoadNetwork:
        """Return the road network of a file. Raises InputError."""


def load(path_or_name: str | Path) -> RoadNetwork:
    """Return the road network of a map file or of a map known by name (see map_path). Raises InputError.

    What a file holds, not what it is called, decides which format reads it.
    """
    path = map_path(path_or_name)
    root = root_tag(path)
    reader = next((x for x in map_formats().values() if x.matches(root)), None)
    if reader is not None:
        return through_cache(path, reader.read)
    roots = " or ".join(f"<{x.ROOT}>" for x in map_formats().values())
    parse(path, root_tag=root or "OpenDRIVE")  # says what is wrong with a file that is no XML at all
    raise InputError(str(path), got=f"root element <{one_line(root[:40])}>", wanted=roots)


@cache
def map_formats() -> dict[str, MapFormat]:
    """Return id -> reader of every map format, sorted by id: the files of roadnet/formats that declare one."""
    names = sorted(m.name for m in pkgutil.iter_modules(formats.__path__))
    files = {name: import_module(f"{formats.__name__}.{name}") for name in names}
    return {name: cast(MapFormat, file) for name, file in files.items() if hasattr(file, "matches")}


def root_tag(path: Path) -> str:
    """Return the name of a file's root element without its namespace, or the first key of a JSON file; "" for neither.

    Raises InputError for a CommonRoad file in protobuf form, and for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an unreadable file", wanted="a readable map file") from None
    if COMMONROAD_PROTOBUF.match(head):
        raise InputError(str(path), got="CommonRoad in protobuf form", wanted="the scenario's XML form (.xml)")
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = head.decode("utf-16" if wide else "utf-8", errors="replace")
    found = KEY.match(text) or ELEMENT.search(ASIDES.sub("", text))
    return found.group(1) if found else ""


def map_path(path_or_name: str | Path) -> Path:
    """Return the file of a map: a path that exists; a shipped map's name; NAME.xodr anywhere below a folder
    of $NEARMISS_MAPS; NAME.xodr in the working directory. Raises InputError when there is none."""
    text = str(path_or_name)
    path = Path(text)
    if path.suffix or len(path.parts) > 1:
        if path.is_file():
            return path
        raise InputError(text, got="no such file", wanted="a map file")
    if text in shipped_maps():
        return data_path("maps", f"{text}.xodr")
    folders = [Path(p) for p in os.environ.get("NEARMISS_MAPS", "").split(os.pathsep) if p]
    for folder in folders:
        found = sorted(folder.rglob(f"{text}.xodr"))
        if found:
            return found[0]
    if Path(f"{text}.xodr").is_file():
        return Path(f"{text}.xodr")
    known = {*shipped_maps(), *(p.stem for folder in folders for p in folder.rglob("*.xodr"))}
    raise InputError(
        f"map {text!r}", got="no map of this name", wanted=f"a path or a known name{did_you_mean(text, known)}"
    )


def shipped_maps() -> tuple[str, ...]:
    """Return the names of the maps that come with the product, sorted."""
    try:
        folder = data_path("maps")
    except FileNotFoundError:
        return ()
    return tuple(sorted(p.stem for p in folder.glob("*.xodr")))
