"""Columns of a CSV or parquet file: those that are wanted, checked once, with the line of whatever is wrong."""

import csv
from array import array
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError, did_you_mean, one_line

MOST_ROWS, MOST_BYTES = 5_000_000, 2 << 30  # rows; bytes of a file, and of a parquet file when unpacked
LONGEST_LINE = 1 << 16
LARGEST_NUMBER = 1e19  # stamps in ns are the largest; places are held to less where they become states
PARQUET = b"PAR1"
Columns = Mapping[str, Any]  # name -> (N,) float64, or a list of N texts


def header_of(head: bytes) -> tuple[str, ...]:
    """Return the column names in the first line of a CSV file, () where that is none."""
    line = head.split(b"\n", 1)[0]
    if len(line) > LONGEST_LINE or b"\0" in line:
        return ()
    text = line.decode("utf-8-sig", errors="replace").strip()
    return tuple(name.strip().strip('"') for name in text.split(separator(text)))


def separator(line: str) -> str:
    """Return what parts the columns of a line."""
    return max(",;\t", key=line.count)


def columns_of(
    path: Path, *, numbers: Iterable[str], texts: Iterable[str] = (), optional: Iterable[str] = ()
) -> Columns:
    """Return the columns of a file by name; those `optional` only where they are there. Raises InputError."""
    wanted = {**dict.fromkeys(numbers, True), **dict.fromkeys(texts, False)}
    may_lack = frozenset(optional)
    try:
        with path.open("rb") as file:
            packed = file.read(4) == PARQUET
    except OSError as error:
        raise InputError(str(path), got=error.strerror or "an unreadable file", wanted="a table") from None
    if path.stat().st_size > MOST_BYTES:
        raise InputError(str(path), got=f"{path.stat().st_size} bytes", wanted=f"at most {MOST_BYTES}")
    found = parquet_columns(path, wanted, may_lack) if packed else csv_columns(path, wanted, may_lack)
    if not len(next(iter(found.values()))):
        raise InputError(str(path), got="no row", wanted="at least one")
    return found


def lacking(path: Path, there: Sequence[str], wanted: Iterable[str]) -> None:
    """Raise InputError that names the first wanted column which is not there."""
    for name in wanted:
        if name not in there:
            raise InputError(str(path), got=f"no column {name!r}", wanted=f"one{did_you_mean(name, there)}")


# ---------------------------------------------------------------------------------------------- CSV


def csv_columns(path: Path, wanted: Mapping[str, bool], may_lack: frozenset[str]) -> Columns:
    """Return the wanted columns of a CSV file; one row at a time, numbers packed as they come."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline(LONGEST_LINE)
        names = [n.strip() for n in next(csv.reader([first], delimiter=separator(first)), [])]
        lacking(path, names, (n for n in wanted if n not in may_lack))
        if len(set(names)) < len(names):
            raise InputError(f"{path}:1", got="a column twice", wanted="each once")
        taken = [(name, names.index(name), is_number) for name, is_number in wanted.items() if name in names]
        out: dict[str, Any] = {name: array("d") if is_number else [] for name, _, is_number in taken}
        try:
            for number, row in enumerate(csv.reader(file, delimiter=separator(first)), start=2):
                if not row:
                    continue
                if len(row) != len(names):
                    raise InputError(f"{path}:{number}", got=f"{len(row)} columns", wanted=f"{len(names)}")
                if number > MOST_ROWS:
                    raise InputError(str(path), got=f"over {MOST_ROWS} rows", wanted="fewer")
                for name, i, is_number in taken:
                    out[name].append(_number(path, number, name, row[i]) if is_number else row[i].strip()[:80])
        except csv.Error as error:
            raise InputError(str(path), got=f"a line that is no CSV ({error})", wanted="a CSV table") from None
    return {name: np.frombuffer(c, np.float64) if isinstance(c, array) and len(c) else c for name, c in out.items()}


def _number(path: Path, line: int, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not abs(value) <= LARGEST_NUMBER or "_" in text:
        wanted = f"a finite number within {LARGEST_NUMBER:g}"
        raise InputError(f"{path}:{line}", got=f"{name} {text[:40]!r}", wanted=wanted)
    return value


# ------------------------------------------------------------------------------------------ parquet


def parquet_names(path: Path) -> tuple[str, ...]:
    """Return the column names of a parquet file. InputError without the extra, or where the file is damaged."""
    return tuple(_opened(path).schema_arrow.names)


def parquet_columns(path: Path, wanted: Mapping[str, bool], may_lack: frozenset[str]) -> Columns:
    """Return the wanted columns of a parquet file."""
    file = _opened(path)
    names = list(file.schema_arrow.names)
    lacking(path, names, (n for n in wanted if n not in may_lack))
    rows, size = file.metadata.num_rows, sum(
        file.metadata.row_group(i).total_byte_size for i in range(file.metadata.num_row_groups)
    )  # fmt: skip
    if rows > MOST_ROWS or size > MOST_BYTES:
        raise InputError(str(path), got=f"{rows} rows of {size} bytes", wanted=f"at most {MOST_ROWS}, {MOST_BYTES}")
    there = [n for n in wanted if n in names]
    try:
        table = file.read(columns=there, use_threads=False)
        found = {n: table.column(n).to_pylist() for n in there}
    except Exception as error:  # its reader has many kinds, and what a damaged file raises is not among its promises
        raise _damaged(path, error) from None
    return {n: _column(path, n, values) if wanted[n] else _texts(path, n, values) for n, values in found.items()}


def _opened(path: Path) -> Any:
    try:
        import pyarrow.parquet as parquet
    except ImportError:
        wanted = "the extra for it: pip install 'nearmiss[parquet]'"
        raise InputError(str(path), got="a parquet file", wanted=wanted) from None
    try:
        return parquet.ParquetFile(path, thrift_string_size_limit=1 << 24, thrift_container_size_limit=1 << 20)
    except Exception as error:  # as above
        raise _damaged(path, error) from None


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(str(path), got=f"a damaged parquet file ({one_line(str(error))[:120]})", wanted="a sound one")


def _column(path: Path, name: str, values: list[Any]) -> Array:
    try:
        out = np.array(values, np.float64)
    except (TypeError, ValueError):
        out = np.array([np.nan])
    if out.ndim != 1 or not (np.abs(out) <= LARGEST_NUMBER).all():
        bad = next((i for i, v in enumerate(values) if not _plain(v)), 0)
        wanted = f"a finite number within {LARGEST_NUMBER:g}"
        raise InputError(f"{path}: row {bad + 1}", got=f"{name} {str(values[bad])[:40]!r}", wanted=wanted)
    return out


def _plain(value: Any) -> bool:
    return isinstance(value, int | float) and abs(value) <= LARGEST_NUMBER


def _texts(path: Path, name: str, values: list[Any]) -> list[str]:
    bad = next((i for i, v in enumerate(values) if not isinstance(v, str | int)), None)
    if bad is not None:
        raise InputError(f"{path}: row {bad + 1}", got=f"{name} {str(values[bad])[:40]!r}", wanted="a text")
    return [str(v)[:80] for v in values]
