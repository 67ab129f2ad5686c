"""Loaded networks kept on disk: a map that was read once is back in milliseconds.

An entry is named by a digest of the map file's bytes and of the reader's own sources, so that it cannot go stale.
It holds data only: a msgpack header that says where each array lies, the raw arrays, and a digest over all of
it. What cannot be read back whole is taken as absent. NEARMISS_MAP_CACHE=0 turns the cache off.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgpack
import numpy as np

from roadnet.base.compiled import ROOT, cache_home
from roadnet.network import RoadNetwork

MAGIC = b"nearmiss map 1\0\0"
DIGEST_BYTES, ALIGN_BYTES = 16, 64
LEAST_BYTES = 100_000  # smaller files are read as fast as an entry
MOST_BYTES = 1 << 30  # of an entry
MOST_ENTRIES = 48  # the oldest go
KINDS = "biuf"  # of arrays: nothing that could hold an object


def through_cache(path: Path, read: Callable[[Path], RoadNetwork]) -> RoadNetwork:
    """Return `read(path)`, from the cache if this content was read before by the same sources."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if enabled() and LEAST_BYTES <= size <= MOST_BYTES else b""
    except OSError:
        data = b""  # the reader says what is wrong
    if not data:
        return read(path)
    entry = folder() / f"{key(path, data)}.net"
    net = stored(entry)
    if net is None:
        net = read(path)
        store(entry, net)
    return replace(net, source=replace(net.source, path=str(path)))


def enabled() -> bool:
    """Return whether loaded networks may be kept on disk."""
    return os.environ.get("NEARMISS_MAP_CACHE", "1") != "0"


def folder() -> Path:
    """Return the folder of the entries, beside the compiled code."""
    return cache_home().parent / "maps"


def key(path: Path, data: bytes) -> str:
    """Return what names the network in a file: its bytes, the name it gives the network, and who reads it."""
    h = blake2b(digest_size=DIGEST_BYTES)
    for part in (reader_digest(), path.stem.encode(errors="surrogateescape"), data):
        h.update(len(part).to_bytes(8, "little") + part)
    return h.hexdigest()


@cache
def reader_digest() -> bytes:
    """Return a digest of every source file of this floor, and of the libraries that it computes with."""
    h = blake2b(np.__version__.encode(), digest_size=DIGEST_BYTES)
    for file in sorted((ROOT / "roadnet").rglob("*.py")):
        h.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return h.digest()


def store(entry: Path, net: RoadNetwork) -> None:
    """Write an entry whole or not at all; a full disk or a folder that cannot be written costs nothing but time."""
    data = packed(net)
    part = entry.with_suffix(f".{os.getpid()}.part")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        os.replace(part, entry)
        entries = sorted(entry.parent.glob("*.net"), key=lambda p: p.stat().st_mtime)
        for old in entries[:-MOST_ENTRIES]:
            old.unlink(missing_ok=True)
    except OSError:
        with suppress(OSError):
            part.unlink()


def stored(entry: Path) -> RoadNetwork | None:
    """Return the network of an entry; None where there is none, or it is damaged or not of this form."""
    try:
        if entry.stat().st_size > MOST_BYTES:
            return None
        return unpacked(entry.read_bytes())
    except (OSError, ValueError, TypeError, KeyError, IndexError, msgpack.exceptions.UnpackException):
        return None


def packed(net: RoadNetwork) -> bytes:
    """Return a network as bytes: magic, digest, header length, header, arrays at multiples of ALIGN_BYTES."""
    arrays: list[np.ndarray[Any, Any]] = []
    header = msgpack.packb(_plain(net, arrays, [0]))
    body = bytearray(len(header).to_bytes(8, "little") + header)
    body += bytes(-len(body) % ALIGN_BYTES)
    for array in arrays:
        body += array.tobytes()
        body += bytes(-len(body) % ALIGN_BYTES)
    return MAGIC + blake2b(body, digest_size=DIGEST_BYTES).digest() + bytes(body)


def unpacked(data: bytes) -> RoadNetwork:
    """Return the network of `packed` bytes, its arrays read-only views into them. Raises ValueError."""
    begin = len(MAGIC) + DIGEST_BYTES
    body = memoryview(data)[begin:]
    if data[: len(MAGIC)] != MAGIC or blake2b(body, digest_size=DIGEST_BYTES).digest() != data[len(MAGIC) : begin]:
        raise ValueError("entry: got damaged bytes, want what was written")
    length = int.from_bytes(body[:8], "little")
    first = begin + 8 + length
    plain = msgpack.unpackb(body[8 : 8 + length], strict_map_key=True)
    net = _value(RoadNetwork, plain, data, first + -(first - begin) % ALIGN_BYTES)
    if not isinstance(net, RoadNetwork):
        raise ValueError("entry: got something else, want a network")
    return net


def _plain(value: Any, arrays: list[np.ndarray[Any, Any]], end: list[int]) -> Any:
    """Return a value as maps, lists, texts and numbers; arrays go to `arrays`, `end` counts their bytes."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in KINDS:
            raise TypeError(f"got an array of {value.dtype}, want numbers")
        begin = end[0]
        arrays.append(np.ascontiguousarray(value))
        end[0] += value.nbytes + -value.nbytes % ALIGN_BYTES
        return {"dtype": value.dtype.str, "shape": list(value.shape), "at": begin}
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name), arrays, end) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(v, arrays, end) for v in value]
    return value


def _value(hint: Any, plain: Any, data: bytes, origin: int) -> Any:
    if isinstance(plain, dict) and "dtype" in plain:
        dtype, shape = np.dtype(plain["dtype"]), tuple(plain["shape"])
        if dtype.kind not in KINDS:
            raise ValueError(f"entry: got an array of {dtype}, want numbers")
        count = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(data, dtype, count, origin + plain["at"]).reshape(shape)
    if isinstance(hint, type) and is_dataclass(hint):
        return hint(**{name: _value(h, plain[name], data, origin) for name, h in _hints(hint)})
    if isinstance(plain, list):
        inner = get_args(hint)
        return tuple(_value(inner[0] if inner else None, v, data, origin) for v in plain)
    return plain


@cache
def _hints(cls: type) -> tuple[tuple[str, Any], ...]:
    return tuple(get_type_hints(cls).items())
