"""Say what this installation is made of and what would not work.

example:  nearmiss doctor --json
"""

import argparse
import importlib.util
import locale
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from roadnet.base.about import version as product_version
from roadnet.base.compiled import cache_home
from roadnet.base.shipped import CHECKOUT, INSTALLED
from viewer.console import print_json, print_table
from viewer.options import add_json

REQUIRED = (
    "numpy", "scipy", "shapely", "networkx", "msgpack", "numba", "llvmlite", "lxml", "mcap", "zstandard", "rich",
    "matplotlib",
)  # fmt: skip
OPTIONAL = {
    "PySide6_Essentials": "viewer",
    "pyqtgraph": "viewer",
    "foxglove-sdk": "foxglove",
    "av": "video",
    "pyarrow": "parquet",
}
# 6.9.1 and 6.9.2 break pyqtgraph's exports; 6.12 crashes on Python 3.11 (measured)
QT_BAD = ("6.9.1", "6.9.2", "6.12")
QT_IMPORT_LIMIT_S = 60.0


def add(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the findings; 0 when the core works, 3 when it does not."""
    findings = [*core_findings(), *package_findings(), *qt_findings()]
    if args.json:
        print_json([dict(zip(("state", "what", "detail"), f, strict=True)) for f in findings])
    else:
        print_table("", ("state", "what", "detail"), findings)
    return 3 if any(state == "broken" for state, _, _ in findings) else 0


Finding = tuple[str, str, str]  # state: "ok" | "note" | "broken"; what; detail


def core_findings() -> list[Finding]:
    """Return what the product itself, Python, the data and the cache look like."""
    root = Path(__file__).resolve().parents[2]
    data = next((p for p in (INSTALLED, CHECKOUT) if p.is_dir()), None)
    encoding = locale.getpreferredencoding(False)
    cache = cache_home()
    return [
        ("ok", "nearmiss", f"{product_version()} in {root}"),
        ("ok" if sys.version_info >= (3, 11) else "broken", "python", f"{platform.python_version()} {sys.executable}"),
        ("ok", "machine", f"{platform.platform()}, {os.cpu_count()} cores"),
        ("ok", "data", f"{data}: {counted_files(data)}") if data else ("broken", "data", f"missing from {INSTALLED}"),
        ("ok" if writable(cache) else "note", "compiled code", f"{cache}{'' if writable(cache) else ': not writable'}"),
        ("ok" if encoding.lower() in ("utf-8", "utf8") else "note", "locale", f"{encoding}, {locale.getlocale()[0]}"),
    ]


def counted_files(data: Path) -> str:
    """Return "maps 2, rigs 3, ..." of the shipped data."""
    folders = sorted(p for p in data.iterdir() if p.is_dir())
    return ", ".join(f"{p.name} {sum(1 for f in p.iterdir() if f.is_file())}" for p in folders)


def writable(folder: Path) -> bool:
    """Return whether `folder`, or the nearest folder above it that exists, may be written."""
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def package_findings() -> list[Finding]:
    """Return required packages, then optional ones with the extra that installs them."""
    out: list[Finding] = []
    for name in REQUIRED:
        got = installed(name)
        out.append(("ok", name, got) if got else ("broken", name, "not installed; pip install nearmiss"))
    for name, extra in OPTIONAL.items():
        got = installed(name)
        out.append(("ok", name, got) if got else ("note", name, f"not installed; pip install 'nearmiss[{extra}]'"))
    return out


def installed(distribution: str) -> str:
    """Return the version of a distribution, or ""."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def qt_findings() -> list[Finding]:
    """Return whether Qt can be imported; tried in a child process, since a bad build ends the process."""
    if importlib.util.find_spec("PySide6") is None:
        return [("note", "Qt", "not installed: `view` will not open a window; demo, render and report work without")]
    got = installed("PySide6_Essentials")
    if got in QT_BAD or any(got.startswith(bad + ".") for bad in QT_BAD):
        return [("note", "Qt", f"PySide6 {got} is known to be broken; pip install 'nearmiss[viewer]'")]
    done: Any = subprocess.run(
        [sys.executable, "-c", "import PySide6.QtWidgets"], capture_output=True, text=True, timeout=QT_IMPORT_LIMIT_S
    )
    if done.returncode == 0:
        return [("ok", "Qt", f"PySide6 {got} imports")]
    why = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return [("note", "Qt", f"PySide6 {got} does not import: {why}")]
