"""The native sensor log: what goes in comes out, and damage, hostility and age are one clear line."""

import os
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import packets as made
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mcap.reader import make_reader
from mcap.writer import CompressionType, Writer

from roadnet.base.errors import InputError
from sensors import messages
from sensors.formats import native
from sensors.log import Delivery


def same(a: Any, b: Any) -> bool:
    """Return whether two packets, truths or arrays hold the same bits."""
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return sorted(a) == sorted(b) and all(same(a[k], b[k]) for k in a)
    if hasattr(a, "__dataclass_fields__"):
        return type(a) is type(b) and all(same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return bool(a == b)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a.sensors.mcap"
    native.write_log(made.deliveries(3), path, made.META)
    return path


def read(path: Path) -> list[Delivery]:
    return list(native.read_log(path))


def test_packets_and_truth_come_back_bit_by_bit(log: Path) -> None:
    back, wanted = read(log), list(made.deliveries(3))
    assert len(back) == len(wanted) == 6
    for (packet, truth), (packet_in, truth_in) in zip(back, wanted, strict=True):
        assert same(packet, packet_in)
        assert same(truth, truth_in)


def test_packets_without_truth_come_back_without(tmp_path: Path) -> None:
    path = tmp_path / "b.sensors.mcap"
    native.write_log(((p, None if p.seq == 1 else t) for p, t in made.deliveries(3)), path, made.META)
    assert [(p.stream, p.seq, t is None) for p, t in read(path)] == [
        (p.stream, p.seq, p.seq == 1) for p, _ in made.deliveries(3)
    ]


def test_meta_comes_back(log: Path) -> None:
    assert native.read_meta(log) == made.META


def test_empty_log_comes_back_empty(tmp_path: Path) -> None:
    path = tmp_path / "none.sensors.mcap"
    assert native.write_log(iter(()), path, made.META) == 0
    assert read(path) == []
    assert native.read_meta(path) == made.META


def test_same_packets_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        native.write_log(made.deliveries(2), tmp_path / name, made.META)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@given(
    hnp.arrays(
        st.sampled_from([np.dtype(d) for d in sorted(messages.DTYPES)]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=40),
    )
)
def test_any_stored_array_comes_back(array: np.ndarray[Any, Any]) -> None:
    header, arrays = messages.unpack(messages.pack({"n": 1}, {"x": array}))
    assert header == {"n": 1}
    assert same(arrays["x"], array)
    assert not arrays["x"].flags.writeable


def test_object_arrays_are_refused_when_written() -> None:
    with pytest.raises(ValueError, match="x: got dtype object"):
        messages.pack({}, {"x": np.array([None, "a"], dtype=object)})


def test_a_foreign_mcap_reader_finds_times_topics_and_metadata(log: Path) -> None:
    with log.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        rows = [(c.topic, m.log_time, m.sequence) for _, c, m in reader.iter_messages(log_time_order=False)]
        assert [m.metadata["rig"] for m in reader.iter_metadata()] == [made.META.rig]
        assert {c.message_encoding for c in reader.get_summary().channels.values()} == {"msgpack"}
    assert [t for _, t, _ in rows] == sorted(t for _, t, _ in rows)
    assert {topic for topic, _, _ in rows} == {"/lidar_top", "/camera_front", "/truth/lidar_top", "/truth/camera_front"}


def test_truncated_anywhere_is_one_line(log: Path) -> None:
    whole = log.read_bytes()
    for size in {0, 1, 8, 40, len(whole) // 3, len(whole) // 2, len(whole) - 30, len(whole) - 1}:
        log.write_bytes(whole[:size])
        with pytest.raises(InputError, match=str(log)) as caught:
            read(log)
        assert "\n" not in str(caught.value)


def test_every_flipped_bit_is_found(log: Path) -> None:
    whole = log.read_bytes()
    rng = np.random.default_rng(5)
    places = {*rng.integers(0, len(whole), 150).tolist(), *range(0, 400, 7), *range(len(whole) - 400, len(whole), 7)}
    for at in sorted(places):
        flipped = bytearray(whole)
        flipped[at] ^= 1 << int(rng.integers(8))
        log.write_bytes(flipped)
        with pytest.raises(InputError):
            read(log)


def test_no_undamaged_packet_is_wrong_before_damage_is_noticed(log: Path) -> None:
    whole, wanted = bytearray(log.read_bytes()), list(made.deliveries(3))
    whole[len(whole) // 2] ^= 4
    log.write_bytes(whole)
    good: list[Delivery] = []
    with pytest.raises(InputError):
        good.extend(native.read_log(log))
    assert all(same(a[0], b[0]) for a, b in zip(good, wanted, strict=False))


def test_a_failure_while_writing_leaves_what_was_there(log: Path) -> None:
    def breaks() -> Iterator[Delivery]:
        yield from made.deliveries(1)
        raise OSError(28, "No space left on device")

    before = log.read_bytes()
    with pytest.raises(OSError, match="No space left"):
        native.write_log(breaks(), log, made.META)
    assert log.read_bytes() == before
    assert os.listdir(log.parent) == [log.name]


def test_packets_are_written_as_they_come(tmp_path: Path) -> None:
    alive = 0

    def counted() -> Iterator[Delivery]:
        nonlocal alive
        for delivery in made.deliveries(40):
            size = sum(f.stat().st_size for f in tmp_path.iterdir())
            alive = max(alive, delivery[0].seq if size == 0 else 0)
            yield delivery

    native.write_log(counted(), tmp_path / "a", made.META)
    assert alive < 40  # something was on disk before the last packet was made


def schema_of(text: dict[str, str]) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("wb") as stream:
            writer = Writer(stream, compression=CompressionType.NONE, enable_data_crcs=True)
            writer.start()
            writer.add_metadata("nearmiss", text)
            writer.finish()

    return write


def test_another_schema_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.sensors.mcap"
    schema_of({**native.meta_text(made.META), "schema": "7"})(path)
    with pytest.raises(InputError, match=r"got log schema 7, written by nearmiss 0\.1\.0, want schema 1; make the log"):
        read(path)


def test_changed_metadata_is_found(tmp_path: Path) -> None:
    path = tmp_path / "meta.sensors.mcap"
    schema_of({**native.meta_text(made.META), "rig": "other"})(path)
    with pytest.raises(InputError, match="metadata does not match"):
        native.read_meta(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x89MCAP0\r\n", os.urandom(4096)], ids=len)
def test_foreign_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.mcap"
    path.write_bytes(content)
    with pytest.raises(InputError, match="want an undamaged nearmiss sensor log"):
        native.read_meta(path)


def hostile_log(path: Path, message: bytes, compression: CompressionType = CompressionType.NONE) -> None:
    """Write a log whose CRCs are right and whose one message is `message`."""
    with path.open("wb") as stream:
        writer = Writer(stream, compression=compression, enable_crcs=True, enable_data_crcs=True)
        writer.start()
        writer.add_metadata("nearmiss", native.meta_text(made.META))
        schema = writer.register_schema(native.PACKET, "", b"")
        channel = writer.register_channel("/lidar_top", "msgpack", schema)
        writer.add_message(channel, log_time=0, publish_time=0, data=message)
        writer.finish()


def header(**changes: Any) -> bytes:
    row = {"arrays": [["x", "<f8", [4], "raw"]]}
    return bytes(msgpack.packb({**row, **changes}))


GIGABYTE = 1 << 30
BOMB = zstandard.ZstdCompressor(level=1, write_content_size=True).compress(bytes(1 << 26))
HOSTILE = {
    "an empty message": b"",
    "no array": msgpack.packb({"a": 1}),
    "four billion entries": b"\xdd\xff\xff\xff\xff",
    "sixty thousand entries": b"\xdc\xff\xff" + b"\xc4\x00" * 65535,
    "a string longer than the file": b"\x92\xc6\xff\xff\xff\xff" + b"\xc4\x00",
    "nested arrays": b"\x91" * 100_000,
    "a header of empty maps": msgpack.packb([b"\xdc\xff\xff" + b"\x80" * 65535 + b"\x80" * 9000]),
    "a header that is a list": msgpack.packb([msgpack.packb([1, 2])]),
    "a key that stands twice": msgpack.packb([b"\x82\xa1a\x01\xa1a\x02"]),
    "a huge shape": msgpack.packb([header(arrays=[["x", "<f8", [1 << 40, 1 << 40], "raw"]]), b""]),
    "a negative shape": msgpack.packb([header(arrays=[["x", "<f8", [-1], "raw"]]), bytes(8)]),
    "an object dtype": msgpack.packb([header(arrays=[["x", "|O", [1], "raw"]]), bytes(8)]),
    "a shape that lies": msgpack.packb([header(), bytes(8)]),
    "an unknown coding": msgpack.packb([header(arrays=[["x", "<f8", [4], "lzma"]]), bytes(32)]),
    "an array too few": msgpack.packb([header()]),
    "a bomb that states another size": msgpack.packb([header(arrays=[["x", "|u1", [64], "shuffle+zstd"]]), BOMB]),
    "a bomb over the bound": msgpack.packb([header(arrays=[["x", "|u1", [GIGABYTE], "shuffle+zstd"]]), BOMB]),
    "no packet's fields": msgpack.packb([header(), bytes(32)]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_messages_are_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.mcap"
    hostile_log(path, HOSTILE[name])
    with pytest.raises(InputError, match="want an undamaged nearmiss sensor log") as caught:
        read(path)
    assert len(str(caught.value)) < 600


def test_compressed_chunks_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "hostile.mcap"
    hostile_log(path, bytes(1000), CompressionType.ZSTD)
    with pytest.raises(InputError, match="compressed"):
        read(path)


def test_packets_that_claim_odd_things_are_refused(tmp_path: Path) -> None:
    packet, _ = next(made.deliveries(1))
    for odd in (
        replace(packet, seq=1.5),
        replace(packet, stream=7),
        replace(packet, ego_T_sensor=np.eye(3)),
        replace(packet, info=(("fx", "wide"),)),
    ):
        path = tmp_path / "odd.mcap"
        hostile_log(path, messages.packet_bytes(odd))
        with pytest.raises(InputError):
            read(path)


def test_the_documented_reader_reads_it(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "formats.md").read_text("utf-8")
    code = page.partition("<!-- test: reader -->\n```python\n")[2].partition("```")[0]
    seen: dict[str, Any] = {"print": lambda *row: rows.append(row)}
    rows: list[tuple[str, int, dict[str, tuple[int, ...]]]] = []
    log.rename(log.parent / "00000000.sensors.mcap")
    monkeypatch.chdir(log.parent)
    exec(compile(code, "docs/formats.md", "exec"), seen)
    assert len(rows) == 12
    assert rows[0][:2] == ("/lidar_top", 0)
    assert rows[0][2]["arrays.xyz"] == (400, 3)
    _, found = seen["arrays"](messages.packet_bytes(next(made.deliveries(1))[0]))
    assert same(found["arrays.xyz"], next(made.deliveries(1))[0].arrays["xyz"])
