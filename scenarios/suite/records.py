"""Specs, recordings, evidence and failures as canonical bytes, and back.

A record is two parts: a head (msgpack, map keys sorted, floats always 64 bit) and a body (the arrays' raw
little-endian bytes, one after the other; the head names dtype, shape of each). Equal values give equal bytes
on every machine: no NaN, no -0.0, no ext types, no pickle. `canonical` of a record is what hashes cover;
`pack` is how it is stored: the body byte-shuffled and zstd compressed.

The dataclasses themselves are the schema (scenarios/suite/codecs.py). Whatever the bytes hold, reading
allocates no more than the caps allow and ends in a record or in InputError.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import msgpack
import numpy as np
import zstandard

from roadnet.base.arrays import Array
from roadnet.base.errors import InputError
from scenarios.model.evidence import Evidence
from scenarios.model.recording import Recording
from scenarios.model.run import Failure
from scenarios.model.spec import ConcreteScenario
from scenarios.suite.codecs import DTYPES, Reader, Writer, codec_of, within

SCHEMA = 1  # of a record; readers know every number up to this one
HEAD_CAP = 4 << 20  # bytes: msgpack inflates some 70-fold in memory, so the structural part is bounded
BODY_CAP = 256 << 20  # bytes of arrays after decompression
LEVEL = 1  # zstd: arrays that are byte-shuffled gain little above

Table = tuple[tuple[np.dtype[Any], tuple[int, ...], int], ...]  # dtype, shape, bytes of each array


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdicts:
    """What one set of oracles says about one scenario."""

    index: int  # scenario index
    evidence: tuple[Evidence, ...]


Record = ConcreteScenario | Recording | Evidence | Failure | Verdicts
R = TypeVar("R", ConcreteScenario, Recording, Evidence, Failure, Verdicts)


class Canonical(NamedTuple):
    """A record before compression; hashes cover head and body."""

    head: bytes
    body: bytes
    table: Table  # of the arrays in the body, as the head says


def canonical(record: Record) -> Canonical:
    """Return the canonical bytes of a record; InputError where a value is not finite or an array misfits."""
    writer, name = Writer(), type(record).__name__
    try:
        tree = codec_of(type(record)).encode(record, writer)
    except InputError as error:
        raise within(name, error) from None
    shapes = [[a.dtype.str, list(a.shape)] for a in writer.arrays]
    head = msgpack.packb({"schema": SCHEMA, "record": tree, "arrays": shapes}, use_bin_type=True)
    if len(head) > HEAD_CAP:
        raise InputError(name, got=f"a head of {len(head)} bytes", wanted=f"at most {HEAD_CAP}")
    table = tuple((a.dtype, a.shape, a.nbytes) for a in writer.arrays)
    return Canonical(head, b"".join(a.tobytes() for a in writer.arrays), table)


def pack(record: Canonical) -> bytes:
    """Return the stored form: a msgpack array of head and compressed body."""
    return bytes(msgpack.packb([record.head, compress(record.body, record.table)], use_bin_type=True))


def unpack(stored: bytes | memoryview, where: str) -> Canonical:
    """Return the canonical bytes in a stored record; InputError on anything else. `where` locates messages."""
    parts = unpack_bounded(stored, where, cap=HEAD_CAP + BODY_CAP, bin_cap=BODY_CAP)
    if not (isinstance(parts, list) and len(parts) == 2 and all(isinstance(p, bytes) for p in parts)):
        raise InputError(where, got="a message of another form", wanted="[head, body]")
    head, packed = parts
    table = array_table(read_head(head, where), where)
    return Canonical(head, decompress(packed, table, where), table)


def restore(kind: type[R], record: Canonical, where: str) -> R:
    """Return the record of this kind; InputError naming the field that is wrong."""
    head = read_head(record.head, where)
    reader = Reader(split_body(record.body, record.table))
    try:
        out: R = codec_of(kind).decode(head.get("record"), reader)
    except InputError as error:
        raise within(where, error) from None
    return out


# ---------------------------------------------------------------------------------------------- body


def shuffled(raw: bytes, width: int) -> bytes:
    """Return bytes of `width`-byte numbers regrouped: all first bytes, then all second bytes, ..."""
    return raw if width == 1 else np.frombuffer(raw, np.uint8).reshape(-1, width).T.tobytes()


def unshuffled(raw: bytes, width: int) -> bytes:
    """Return the inverse of `shuffled`."""
    return raw if width == 1 else np.frombuffer(raw, np.uint8).reshape(width, -1).T.tobytes()


def compress(body: bytes, table: Table) -> bytes:
    """Return one zstd frame, content size in its header, of the arrays shuffled one by one."""
    parts, at = [], 0
    for dtype, _, size in table:
        parts.append(shuffled(body[at : at + size], dtype.itemsize))
        at += size
    return bytes(zstandard.ZstdCompressor(level=LEVEL, write_content_size=True).compress(b"".join(parts)))


def decompress(packed: bytes, table: Table, where: str) -> bytes:
    """Return the body; the frame must state exactly the size that the head's arrays need, which is capped."""
    size = sum(n for _, _, n in table)
    try:
        stated = zstandard.frame_content_size(packed)
        # zstd believes a frame's own size over max_output_size, so it is compared before a byte is allocated
        if stated != size:
            raise InputError(where, got=f"a body of {stated} bytes", wanted=f"{size} bytes")
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=max(size, 1))
    except zstandard.ZstdError as error:
        raise InputError(where, got=f"a body that does not decompress ({error})", wanted="a zstd frame") from None
    parts, at = [], 0
    for dtype, _, n in table:
        parts.append(unshuffled(raw[at : at + n], dtype.itemsize))
        at += n
    return b"".join(parts)


def split_body(body: bytes, table: Table) -> list[Array]:
    """Return the read-only arrays that lie in the body, without copying."""
    out, at = [], 0
    for dtype, shape, size in table:
        out.append(np.frombuffer(body, dtype, count=size // dtype.itemsize, offset=at).reshape(shape))
        at += size
    return out


# ---------------------------------------------------------------------------------------------- head


def unique_keys(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    """Return a map from its pairs; a key that comes twice, or is not text, is refused."""
    out = dict(pairs)
    if len(out) != len(pairs) or not all(isinstance(k, str) for k in out):
        raise ValueError("a map with a key twice or a key that is not text")
    return out


def unpack_bounded(data: bytes | memoryview, where: str, *, cap: int, bin_cap: int = 0) -> Any:
    """Return msgpack data of at most `cap` bytes as plain values, no ext; InputError on anything else."""
    if len(data) > cap:
        raise InputError(where, got=f"{len(data)} bytes", wanted=f"at most {cap}")
    try:
        return msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=unique_keys,
            max_str_len=HEAD_CAP,
            max_bin_len=bin_cap,
            max_array_len=100_000,
            max_map_len=10_000,
            max_ext_len=0,
        )
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise InputError(where, got=f"bytes that are not plain msgpack ({error})", wanted="a record") from None


def read_head(head: bytes, where: str) -> dict[str, Any]:
    """Return the head as a map after checking its schema number."""
    tree = unpack_bounded(head, where, cap=HEAD_CAP)
    if not isinstance(tree, dict) or not isinstance(tree.get("schema"), int):
        raise InputError(where, got="a head without a schema number", wanted="a record")
    if not 1 <= tree["schema"] <= SCHEMA:
        raise InputError(where, got=f"record schema {tree['schema']}", wanted=f"1 to {SCHEMA} (a newer nearmiss)")
    return tree


def array_table(head: dict[str, Any], where: str) -> Table:
    """Return dtype, shape and byte count of each array of a record; the sum is capped."""
    out, total = [], 0
    rows = head.get("arrays")
    for row in rows if isinstance(rows, list) else [None]:
        match row:
            case [str(dtype), list(shape)] if dtype in DTYPES and all(type(n) is int and n >= 0 for n in shape):
                size = math.prod(shape) * np.dtype(dtype).itemsize
            case _:
                raise InputError(where, got=f"array description {str(row)[:60]}", wanted="[dtype, shape]")
        total += size
        if total > BODY_CAP:
            raise InputError(where, got=f"arrays of {total} bytes", wanted=f"at most {BODY_CAP}")
        out.append((np.dtype(dtype), tuple(shape), size))
    return tuple(out)
