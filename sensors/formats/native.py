"""The native sensor log: packets and their truth side-car in MCAP, every bit under a CRC, lossless.

Channels `/STREAM` (nearmiss.SensorPacket) and `/truth/STREAM` (nearmiss.Truth); a truth message follows its
packet. Messages are those of sensors.messages, chunks are not compressed, so that a reader can bound what it
unpacks. Layout with an independent reader: docs/formats.md.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, cast

import msgpack
import zstandard
from mcap.exceptions import McapError
from mcap.records import Channel, Chunk, DataEnd, Footer, Message, Metadata
from mcap.stream_reader import StreamReader, breakup_chunk
from mcap.writer import CompressionType, Writer

from roadnet.base.errors import InputError, one_line
from scenarios.model.spec import SensorEvent
from sensors.log import Delivery, LogMeta, SensorLog, meta_rows, whole_file
from sensors.messages import packet_bytes, packet_of, truth_bytes, truth_of
from sensors.packet import SensorPacket

TITLE = "nearmiss sensor log: lossless, with truth and provenance"
SUFFIX = ".sensors.mcap"
EXTRA = ""  # needs no optional dependency
SCHEMA = 1
PACKET, TRUTH = "nearmiss.SensorPacket", "nearmiss.Truth"
CHUNK_BYTES = 4 << 20
WANTED = "an undamaged nearmiss sensor log"
LARGEST_RECORD = 1 << 29  # bytes of one MCAP record that a file may claim
DAMAGED = (
    McapError,
    ValueError,  # CRCs, text that is not UTF-8, msgpack's own, shapes
    struct.error,
    OverflowError,
    LookupError,
    TypeError,
    AttributeError,
    MemoryError,
    RecursionError,
    msgpack.exceptions.UnpackException,
    zstandard.ZstdError,
)


def write(log: SensorLog, path: Path) -> int:
    """Write a log of this format; return the number of packets."""
    return write_log(log.deliveries, path, log.meta)


def write_log(deliveries: Iterable[Delivery], path: Path, meta: LogMeta) -> int:
    """Write packets as they come, ordered by stamp_end_ns, and return how many; memory follows one chunk.

    The file appears under its name when it is whole; a failure leaves what was there before.
    """
    count = 0
    with whole_file(path) as stream:
        writer = Writer(
            stream,
            chunk_size=CHUNK_BYTES,
            compression=CompressionType.NONE,
            enable_crcs=True,
            enable_data_crcs=True,
        )
        writer.start(profile="nearmiss", library="nearmiss")
        writer.add_metadata("nearmiss", meta_text(meta))
        schemas = {name: writer.register_schema(name, "", b"") for name in (PACKET, TRUTH)}
        channels: dict[str, int] = {}

        def put(topic: str, schema: str, message: bytes, packet: SensorPacket) -> None:
            if topic not in channels:
                channels[topic] = writer.register_channel(topic, "msgpack", schemas[schema])
            # MCAP times are unsigned; the stamps as reported stand in the message
            start, end = max(packet.stamp_start_ns, 0), max(packet.stamp_end_ns, 0)
            writer.add_message(channels[topic], log_time=end, publish_time=start, data=message, sequence=packet.seq)

        for packet, truth in deliveries:
            put(f"/{packet.stream}", PACKET, packet_bytes(packet), packet)
            if truth is not None:
                put(f"/truth/{packet.stream}", TRUTH, truth_bytes(truth), packet)
            count += 1
        writer.finish()  # type: ignore[no-untyped-call]
    return count


def read_log(path: Path) -> Iterator[Delivery]:
    """Yield (packet, truth or None) in the order written, checking every CRC and bound on the way.

    Raises InputError: one line that names the file, for one that is damaged, foreign, hostile or too new.
    """
    packet: SensorPacket | None = None  # whose truth may follow
    for topic, data in _messages(path):
        with _located(path):
            truth = truth_of(data) if topic.startswith("/truth/") else None
            if truth is not None and (packet is None or (truth.stream, truth.seq) != (packet.stream, packet.seq)):
                raise ValueError(f"truth of {truth.stream} {truth.seq} without its packet")
            following = packet_of(data) if truth is None else None
        if packet is not None:
            yield packet, truth
        packet = following
    if packet is not None:
        yield packet, None


def read_meta(path: Path) -> LogMeta:
    """Return what the log says of its making. Raises InputError as read_log."""
    with _located(path), path.open("rb") as file:
        for record in StreamReader(_bounded(file), emit_chunks=True, record_size_limit=LARGEST_RECORD).records:
            if isinstance(record, Metadata):
                return _meta(path, record)
            if isinstance(record, Chunk | Message | DataEnd):
                break
    raise InputError(str(path), got="an MCAP file without nearmiss metadata", wanted="a nearmiss sensor log")


def meta_text(meta: LogMeta) -> dict[str, str]:
    """Return the metadata record: text by name, and a check over all of it."""
    out = {"schema": str(SCHEMA), **meta_rows(meta)}
    return {**out, "check": _check(out)}


def _check(text: dict[str, str]) -> str:
    rows = json.dumps(sorted((k, v) for k, v in text.items() if k != "check"))
    return blake2b(rows.encode(), digest_size=8).hexdigest()


def _meta(path: Path, record: Metadata) -> LogMeta:
    text = record.metadata
    if record.name != "nearmiss" or "schema" not in text:
        raise InputError(str(path), got=f"metadata {record.name!r}", wanted="a nearmiss sensor log")
    if text["schema"] != str(SCHEMA):
        by = text.get("product_version", "?")
        raise InputError(
            str(path),
            got=f"log schema {text['schema'][:20]}, written by nearmiss {by[:20]}",
            wanted=f"schema {SCHEMA}; make the log again with `nearmiss sense`",
        )
    if text.get("check") != _check(text):
        raise ValueError("its metadata does not match its check")
    faults = tuple(
        SensorEvent(
            kind=str(kind),
            stream=str(stream),
            t_on_s=float(t_on_s),
            t_off_s=float(t_off_s),
            values=tuple((str(key), float(value)) for key, value in values),
        )
        for kind, stream, t_on_s, t_off_s, values in json.loads(text["faults"])
    )
    names = ("product_version", "scenario", "rig", "map_name", "map_digest")
    return LogMeta(seed=int(text["seed"]), faults=faults, **{name: text[name] for name in names})


def _messages(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield (topic, message) after checking schema number, chunk, data section and summary CRCs."""
    read_meta(path)
    topics: dict[int, str] = {}
    ended = False
    with _located(path), path.open("rb") as file:
        reader = StreamReader(_bounded(file), emit_chunks=True, validate_crcs=True, record_size_limit=LARGEST_RECORD)
        for record in reader.records:
            if isinstance(record, Chunk):
                if record.compression or record.uncompressed_crc == 0:
                    raise ValueError("a chunk that is compressed or has no CRC")
                for inner in breakup_chunk(record, validate_crc=True):
                    if isinstance(inner, Channel):
                        topics[inner.id] = inner.topic
                    elif isinstance(inner, Message):
                        yield topics[inner.channel_id], inner.data
            elif isinstance(record, DataEnd):
                ended = record.data_section_crc != 0
            elif isinstance(record, Message):
                raise ValueError("a message outside of a chunk")
            elif isinstance(record, Footer):
                _check_summary(file, record)
        if not ended:
            raise ValueError("no CRC of the data section")


def _check_summary(file: BinaryIO, footer: Footer) -> None:
    """Check the summary's CRC: nothing is read from there, but a damaged file is called damaged."""
    here = file.tell()
    if not 0 < footer.summary_start < here:
        raise ValueError("no summary")
    file.seek(footer.summary_start)
    rest = file.read(here - footer.summary_start)[:-4]  # without the CRC itself
    if zlib.crc32(rest) != footer.summary_crc:
        raise ValueError("the summary does not match its CRC")


class _Bounded:
    """A file whose read(n) never asks for more than the file holds: a length in a file is a claim."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._size = file, os.fstat(file.fileno()).st_size

    def read(self, count: int) -> bytes:
        return self._file.read(min(count, self._size))


def _bounded(file: BinaryIO) -> BinaryIO:
    return cast(BinaryIO, _Bounded(file))  # the MCAP reader asks for nothing but read


@contextmanager
def _located(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file raises into one line that names it."""
    try:
        yield
    except InputError:
        raise
    except DAMAGED as error:
        what = one_line(str(error))[:160] or "an end of file too early"
        raise InputError(str(path), got=f"{type(error).__name__}: {what}", wanted=WANTED) from None
