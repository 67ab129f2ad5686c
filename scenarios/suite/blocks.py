"""A block: many records in one MCAP file, found by scenario index, every byte of it under a checksum.

Messages are stored records (scenarios/suite/records.py), `log_time` is the scenario index, the topic says what
it is; chunks are uncompressed, CRCs on. The metadata record "nearmiss" carries what the block is and its hash,
which covers identity, topics, indices and canonical uncompressed records: not how they were compressed.
"""

import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

from mcap.exceptions import McapError
from mcap.reader import SeekingReader
from mcap.writer import CompressionType, Writer

from roadnet.base.errors import InputError
from scenarios.suite.records import Canonical, pack, unpack

FORMAT = "1"
MAGIC = b"\x89MCAP0\r\n"
PROFILE, METADATA = "nearmiss", "nearmiss"
CHUNK_BYTES = 128 << 10  # what reading one scenario costs at least
BLOCK_CAP = 1 << 30  # bytes of one file
FOOTER = struct.Struct("<BQQQI")  # opcode, length, summary start, summary offset start, summary crc
DATA_END = struct.Struct("<BQI")  # opcode, length, data crc
DAMAGE = (McapError, struct.error, ValueError, KeyError, IndexError, TypeError, OverflowError, EOFError, MemoryError)


class Message(NamedTuple):
    """One record of a block."""

    topic: str  # "spec" | "recording" | "failure" | "verdicts"
    scenario: int  # its index in the suite
    record: Canonical


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What a block is; part of its hash, so that two blocks exchanged on disk are noticed."""

    kind: str  # "scenarios" | "evidence"
    suite_key: int
    block: int
    facts: tuple[tuple[str, str], ...] = ()  # sorted by name: driver; hash of the scenarios, oracles, rig


def block_hash(identity: Identity, messages: Iterable[Message]) -> str:
    """Return 64 hex digits over identity and canonical records, each length-framed."""
    h = blake2b(digest_size=32)

    def feed(part: bytes) -> None:
        h.update(len(part).to_bytes(8, "little"))
        h.update(part)

    for text in (FORMAT, identity.kind, str(identity.suite_key), str(identity.block)):
        feed(text.encode())
    for pair in identity.facts:
        feed("\x1f".join(pair).encode())
    for message in messages:
        feed(f"{message.topic} {message.scenario}".encode())
        feed(message.record.head)
        feed(message.record.body)
    return h.hexdigest()


def encode_block(identity: Identity, messages: list[Message]) -> tuple[bytes, str]:
    """Return the file's bytes and the block's hash; equal messages give equal bytes with equal zstd versions."""
    digest = block_hash(identity, messages)
    out = io.BytesIO()
    writer: Any = Writer(
        out, chunk_size=CHUNK_BYTES, compression=CompressionType.NONE, enable_crcs=True, enable_data_crcs=True
    )
    writer.start(profile=PROFILE, library="nearmiss")
    channels = {
        topic: writer.register_channel(topic=topic, message_encoding="msgpack", schema_id=0)
        for topic in dict.fromkeys(m.topic for m in messages)
    }
    for number, message in enumerate(messages):
        writer.add_message(
            channel_id=channels[message.topic],
            log_time=message.scenario,
            publish_time=message.scenario,
            sequence=number,
            data=pack(message.record),
        )
    writer.add_metadata(METADATA, metadata_of(identity, digest))
    writer.finish()
    return out.getvalue(), digest


def metadata_of(identity: Identity, digest: str) -> dict[str, str]:
    """Return the block's metadata record."""
    return {
        "format": FORMAT,
        "kind": identity.kind,
        "suite_key": f"{identity.suite_key:016x}",
        "block": str(identity.block),
        "hash": digest,
        **{f"fact.{name}": value for name, value in identity.facts},
    }


class BlockReader:
    """An open block; messages are found by topic and scenario index, one chunk in memory at a time."""

    def __init__(self, path: Path) -> None:
        """Open the block at `path`; InputError where it is no block, or damaged where it was looked at."""
        self.path = path
        self._file = path.open("rb")
        try:
            size = path.stat().st_size
            if size > BLOCK_CAP:
                raise InputError(str(path), got=f"{size} bytes", wanted=f"at most {BLOCK_CAP}")
            with located(str(path)):
                self._reader = SeekingReader(self._file, validate_crcs=True, record_size_limit=max(size, 1))
                self.identity, self.hash = identity_and_hash(self._reader, str(path))
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def messages(self, topic: str | None = None, scenario: int | None = None) -> Iterator[Message]:
        """Yield messages of one topic or all, of one scenario or all, in the order written within an index."""
        start, end = (None, None) if scenario is None else (scenario, scenario + 1)
        where = str(self.path)
        with located(where):
            found = self._reader.iter_messages(
                topics=None if topic is None else [topic], starting_at=start, ending_before=end, log_time_order=False
            )
            for _, channel, message in found:
                at = f"{where}: {channel.topic} {message.log_time}"
                yield Message(channel.topic, message.log_time, unpack(message.data, at))


def identity_in(data: bytes) -> tuple[Identity, str]:
    """Return identity and hash that a block's bytes state; InputError where they are no block."""
    with located("block"):
        return identity_and_hash(SeekingReader(io.BytesIO(data), record_size_limit=max(len(data), 1)), "block")


def identity_and_hash(reader: SeekingReader, where: str) -> tuple[Identity, str]:
    """Return identity and hash in a block's metadata record."""
    found = [m.metadata for m in reader.iter_metadata() if m.name == METADATA]
    if len(found) != 1:
        raise InputError(where, got="no metadata of a block", wanted="a block of a suite")
    metadata = found[0]
    if metadata.get("format") != FORMAT:
        raise InputError(where, got=f"block format {metadata.get('format')!r}", wanted=FORMAT)
    facts = sorted((k.removeprefix("fact."), v) for k, v in metadata.items() if k.startswith("fact."))
    identity = Identity(
        kind=metadata["kind"],
        suite_key=int(metadata["suite_key"], 16),
        block=int(metadata["block"]),
        facts=tuple(facts),
    )
    return identity, metadata["hash"]


@contextmanager
def located(where: str) -> Iterator[None]:
    """Turn whatever the MCAP reader raises on damaged bytes into one line that names the file."""
    try:
        yield
    except InputError:
        raise
    except DAMAGE as error:
        raise InputError(where, got=f"damaged bytes ({type(error).__name__}: {error})", wanted="a block") from None


def check_block(path: Path, expected: Identity) -> str:
    """Return the hash of a block after checking every byte of it; InputError with what is wrong.

    `expected.facts` may be empty: facts are then not compared.
    """
    data = path.read_bytes()
    check_crcs(data, str(path))
    reader = BlockReader(path)
    try:
        got = reader.identity
        if (got.kind, got.suite_key, got.block) != (expected.kind, expected.suite_key, expected.block):
            raise InputError(
                str(path),
                got=f"{got.kind} block {got.block} of suite {got.suite_key:016x}",
                wanted=f"{expected.kind} block {expected.block} of suite {expected.suite_key:016x}",
            )
        digest = block_hash(got, reader.messages())
        if digest != reader.hash:
            raise InputError(str(path), got=f"content with hash {digest[:16]}", wanted=f"{reader.hash[:16]}")
        return digest
    finally:
        reader.close()


def check_crcs(data: bytes, where: str) -> None:
    """Check the two CRCs that, with the magic numbers, cover every byte of an MCAP file of ours."""
    tail = FOOTER.size + len(MAGIC)
    if len(data) < 2 * len(MAGIC) + FOOTER.size + DATA_END.size or data[: len(MAGIC)] != MAGIC or data[-8:] != MAGIC:
        raise InputError(where, got="a file cut off or damaged at its ends", wanted="a block")
    opcode, length, start, _, summary_crc = FOOTER.unpack_from(data, len(data) - tail)
    if (opcode, length) != (2, 20) or not len(MAGIC) + DATA_END.size <= start <= len(data) - tail:
        raise InputError(where, got="a damaged footer", wanted="a block")
    end_opcode, end_length, data_crc = DATA_END.unpack_from(data, start - DATA_END.size)
    summary = memoryview(data)[start : len(data) - len(MAGIC) - 4]
    if zlib.crc32(summary) != summary_crc:
        raise InputError(where, got="a damaged index (summary CRC)", wanted="a block")
    body = memoryview(data)[: start - DATA_END.size]
    if (end_opcode, end_length) != (15, 4) or zlib.crc32(body) != data_crc:
        raise InputError(where, got="damaged data (data CRC)", wanted="a block")


def facts(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return facts of an identity, sorted by name."""
    return tuple(sorted((k, str(v)) for k, v in values.items()))
