"""The log formats: the files of this folder. A format offers TITLE, SUFFIX, EXTRA and write(log, path)."""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType


@cache
def catalogue() -> dict[str, ModuleType]:
    """Return format id -> module, sorted; the file name is the id.

    TITLE: one line; SUFFIX: of the files; EXTRA: the optional dependency that `write` needs, or "";
    write(log: SensorLog, path: Path) -> int writes one file and returns the number of packets.
    """
    names = sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in ("__init__", "registry"))
    return {name: import_module(f"sensors.formats.{name}") for name in names}
