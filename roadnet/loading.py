"""Maps by path or by name."""

import os
from pathlib import Path

from roadnet.base.errors import InputError, did_you_mean
from roadnet.base.shipped import data_path
from roadnet.formats import opendrive
from roadnet.network import RoadNetwork


def load(path_or_name: str | Path) -> RoadNetwork:
    """Return the road network of a map file or of a map known by name (see map_path). Raises InputError."""
    return opendrive.read(map_path(path_or_name))


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
