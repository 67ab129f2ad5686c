"""The cache of loaded networks: the same network, never a stale or a damaged one."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import roadnet
from roadnet import cache
from roadnet.base.errors import InputError
from roadnet.network import RoadNetwork

NET = roadnet.load("crossing")
BYTES = cache.packed(NET)


@pytest.fixture
def big_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a map file that is kept, in a cache of its own."""
    monkeypatch.setenv("NEARMISS_CACHE", str(tmp_path / "home"))
    monkeypatch.setattr(cache, "LEAST_BYTES", 1000)
    path = tmp_path / "town.xodr"
    path.write_bytes(roadnet.map_path("boulevard").read_bytes())
    return path


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Return a list that grows with every file that is really read."""
    read: list[Path] = []
    reader = roadnet.loading.map_formats()["opendrive"]
    original = reader.read
    monkeypatch.setattr(reader, "read", lambda path: (read.append(path), original(path))[1])
    return read


def test_packed_bytes_give_the_same_network_with_read_only_arrays() -> None:
    net = cache.unpacked(BYTES)
    assert net.digest == NET.digest
    assert net.findings == NET.findings
    assert (net.name, net.source) == (NET.name, NET.source)
    assert cache.packed(net) == BYTES
    assert not net.lanes.centre.flags.writeable
    assert net.lanes.centre.ctypes.data % 8 == 0


def test_second_load_reads_no_map(big_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = counted(monkeypatch)
    first, second = roadnet.load(big_map), roadnet.load(big_map)
    assert len(read) == 1
    assert first.digest == second.digest
    moved = big_map.rename(big_map.parent / "deep.xodr").rename(big_map)
    assert roadnet.load(moved).source.path == str(big_map)
    assert len(read) == 1


def test_changed_content_or_reader_is_read_again(big_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = counted(monkeypatch)
    roadnet.load(big_map)
    big_map.write_bytes(big_map.read_bytes() + b"\n")
    roadnet.load(big_map)
    assert len(read) == 2
    monkeypatch.setattr(cache, "reader_digest", lambda: b"another version")
    roadnet.load(big_map)
    assert len(read) == 3


def test_damaged_entry_is_rebuilt_in_silence(big_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = counted(monkeypatch)
    want = roadnet.load(big_map).digest
    (entry,) = cache.folder().glob("*.net")
    whole = entry.read_bytes()
    for damaged in (b"", whole[:100], whole[:-1], whole[:5000] + b"\x55" + whole[5001:]):
        entry.write_bytes(damaged)
        assert roadnet.load(big_map).digest == want
        assert entry.read_bytes() == whole
    assert len(read) == 5


def test_switched_off_or_unwritable_it_is_not_used(big_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEARMISS_MAP_CACHE", "0")
    roadnet.load(big_map)
    assert not cache.folder().exists()
    monkeypatch.delenv("NEARMISS_MAP_CACHE")
    monkeypatch.setenv("NEARMISS_CACHE", str(big_map / "not a folder"))
    assert isinstance(roadnet.load(big_map), RoadNetwork)


def test_a_refused_map_is_not_kept(big_map: Path) -> None:
    big_map.write_bytes(big_map.read_bytes().replace(b"<geometry ", b"<geometri "))
    for _ in range(2):
        with pytest.raises(InputError):
            roadnet.load(big_map)
    assert not list(cache.folder().glob("*")) if cache.folder().exists() else True


def test_the_oldest_entries_go(big_map: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    for i in range(4):
        big_map.write_bytes(big_map.read_bytes() + b"\n" * (i + 1))
        roadnet.load(big_map)
    assert len(list(cache.folder().glob("*"))) == 2


@given(at=st.integers(0, len(BYTES) - 1), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unseen(at: int, bit: int) -> None:
    damaged = bytearray(BYTES)
    damaged[at] ^= 1 << bit
    with pytest.raises(ValueError, match="damaged"):
        cache.unpacked(bytes(damaged))


def test_an_array_of_objects_is_refused() -> None:
    with pytest.raises(TypeError, match="want numbers"):
        cache._plain(np.array([object()]), [], [0])
