"""What the commands print: tables and JSON on stdout, progress and notes on stderr."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from roadnet.base.errors import one_line

PIPED_WIDTH = 240  # columns where stdout is no terminal: nothing is cut


def print_json(value: Any) -> None:
    """Print `value` as JSON; NaN and infinity are refused, numpy scalars and arrays are converted."""
    print(json.dumps(value, indent=2, allow_nan=False, default=plain, ensure_ascii=False))


def plain(value: Any) -> Any:
    """Return a numpy scalar or array, or a path, as plain data."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return str(value)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers are right-aligned, None is shown as a dash, no markup is read from the cells."""
    table = Table(title=Text(title) if title else None, title_justify="left", header_style="bold")
    for i, name in enumerate(columns):
        numeric = any(isinstance(row[i], int | float | np.number) for row in rows)
        table.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell(value)) for value in row))
    out = Console(file=sys.stdout, highlight=False)
    if not out.is_terminal:
        out = Console(file=sys.stdout, highlight=False, width=PIPED_WIDTH)
    out.print(table)


def cell(value: object) -> str:
    """Return the text of one cell."""
    if value is None:
        return "-"
    if isinstance(value, float | np.floating):
        return f"{value:.3g}" if abs(float(value)) < 1000 else f"{value:.0f}"
    return one_line(str(value))


def note(text: str) -> None:
    """Print one line to stderr: what was done or survived."""
    print(one_line(text), file=sys.stderr, flush=True)


@contextmanager
def progress(description: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield advance(count): a bar on stderr where that is a terminal, else nothing."""
    out = Console(stderr=True)
    if not out.is_terminal:
        yield lambda count: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True) as bar:
        task = bar.add_task(description, total=total)
        yield lambda count: bar.advance(task, count)
