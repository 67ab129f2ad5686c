"""The store: what is sealed stays, what is damaged is noticed, and a kill at any instant loses nothing."""

import json
import os
import resource
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import zoo
from hypothesis import given, settings
from hypothesis import strategies as st

from roadnet.base.errors import InputError, NondeterminismError
from scenarios.model.run import Failure
from scenarios.suite import store
from scenarios.suite.blocks import BlockReader, Identity, Message, block_hash, check_block, encode_block
from scenarios.suite.records import canonical
from scenarios.suite.store import Plan, block_path, create, missing_blocks, read_plan, seal, sealed_blocks, sweep

ROOT = Path(store.__file__).resolve().parents[2]
TESTS = Path(__file__).resolve().parent
KEY = 0xFEDCBA9876543210


def plan(**changes: object) -> Plan:
    base = {"suite_key": f"{KEY:016x}", "count": 10, "block_size": 4, "seed": 7}
    return Plan(settings=base | changes, about={})


def identity(block: int = 0, **changes: object) -> Identity:
    return replace(Identity(kind="scenarios", suite_key=KEY, block=block), **changes)


def sample_block(block: int = 0) -> bytes:
    messages = [Message("recording", 4 * block + i, canonical(zoo.recording(2, 9, gap_m=10.0 + i))) for i in range(3)]
    failed = Failure(index=4 * block + 3, leaf="TC-05", map_name="m", reason="no room")
    return encode_block(identity(block), [*messages, Message("failure", failed.index, canonical(failed))])[0]


def test_a_block_gives_back_each_message_by_topic_and_index(tmp_path: Path) -> None:
    path = tmp_path / "b.mcap"
    path.write_bytes(sample_block(2))
    reader = BlockReader(path)
    assert [(m.topic, m.scenario) for m in reader.messages()] == [
        ("recording", 8), ("recording", 9), ("recording", 10), ("failure", 11)
    ]  # fmt: skip
    (found,) = reader.messages("recording", 9)
    assert found.record == canonical(zoo.recording(2, 9, gap_m=11.0))
    assert list(reader.messages("recording", 11)) == []
    assert check_block(path, identity(2)) == reader.hash
    reader.close()


def test_the_block_is_an_mcap_file_that_the_format_s_own_reader_opens(tmp_path: Path) -> None:
    from mcap.reader import make_reader

    path = tmp_path / "b.mcap"
    path.write_bytes(sample_block())
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        assert summary is not None
        assert {c.message_encoding for c in summary.channels.values()} == {"msgpack"}
        assert {c.compression for c in summary.chunk_indexes} == {""}
        assert [m.log_time for _, _, m in reader.iter_messages(log_time_order=False)] == [0, 1, 2, 3]


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_every_single_bit_flip_is_detected(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    good = sample_block()
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    bad = bytearray(good)
    bad[bit // 8] ^= 1 << bit % 8
    path = tmp_path_factory.mktemp("flip") / "b.mcap"
    path.write_bytes(bad)
    with pytest.raises(InputError, match=r"b\.mcap"):
        check_block(path, identity())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_truncation_is_detected(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    good = sample_block()
    path = tmp_path_factory.mktemp("cut") / "b.mcap"
    path.write_bytes(good[: data.draw(st.integers(0, len(good) - 1))])
    with pytest.raises(InputError, match=r"b\.mcap"):
        check_block(path, identity())


def test_an_undamaged_block_passes_and_one_of_another_place_or_suite_does_not(tmp_path: Path) -> None:
    path = tmp_path / "b.mcap"
    path.write_bytes(sample_block(1))
    check_block(path, identity(1))
    for wrong in (identity(2), identity(1, suite_key=KEY + 1), identity(1, kind="evidence")):
        with pytest.raises(InputError, match="want"):
            check_block(path, wrong)


def test_the_hash_covers_what_the_block_is_as_well_as_what_it_holds() -> None:
    messages = [Message("failure", 3, canonical(Failure(index=3, leaf="TC-05", map_name="m", reason="no room")))]
    others = [
        block_hash(identity(1), messages),
        block_hash(identity(suite_key=KEY + 1), messages),
        block_hash(identity(kind="evidence"), messages),
        block_hash(identity(facts=(("driver", "x"),)), messages),
        block_hash(identity(), [messages[0]._replace(scenario=4)]),
        block_hash(identity(), [messages[0]._replace(topic="spec")]),
        block_hash(identity(), []),
    ]
    assert len({block_hash(identity(), messages), *others}) == 8


def test_content_that_was_changed_with_correct_crcs_is_detected_by_the_hash(tmp_path: Path) -> None:
    honest, _ = encode_block(identity(), [Message("recording", 0, canonical(zoo.recording(2, 9)))])
    reader_path = tmp_path / "honest.mcap"
    reader_path.write_bytes(honest)
    reader = BlockReader(reader_path)
    digest = reader.hash
    reader.close()
    forged, other = encode_block(identity(), [Message("recording", 0, canonical(zoo.recording(2, 9, gap_m=29.0)))])
    assert other != digest
    path = tmp_path / "forged.mcap"
    path.write_bytes(forged)
    assert check_block(path, identity()) == other
    # the honest hash over forged content: same length, so only the CRCs have to be made anew
    import zlib

    from scenarios.suite import blocks

    data = bytearray(forged.replace(other.encode(), digest.encode()))
    tail = len(data) - blocks.FOOTER.size - len(blocks.MAGIC)
    start = blocks.FOOTER.unpack_from(data, tail)[2]
    blocks.DATA_END.pack_into(data, start - 13, 15, 4, zlib.crc32(memoryview(data)[: start - 13]))
    path.write_bytes(data)
    with pytest.raises(InputError, match="hash"):
        check_block(path, identity())


# -------------------------------------------------------------------------------------------- sealing


def test_sealing_twice_drops_the_equal_and_keeps_the_first_of_unequal(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    final = block_path(tmp_path / "s", 0)
    assert seal(tmp_path / "s", final, b"one")
    assert not seal(tmp_path / "s", final, b"one")
    with pytest.raises(NondeterminismError, match="quarantine"):
        seal(tmp_path / "s", final, b"two")
    assert final.read_bytes() == b"one"
    assert [p.read_bytes() for p in (tmp_path / "s" / "quarantine").iterdir()] == [b"two"]
    assert list((tmp_path / "s" / "tmp").iterdir()) == []


def test_a_sealed_file_is_read_only(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    final = block_path(tmp_path / "s", 0)
    seal(tmp_path / "s", final, b"one")
    assert stat.S_IMODE(final.stat().st_mode) == 0o444


def test_the_order_is_write_sync_link_unlink_sync_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    create(tmp_path / "s", plan())
    calls: list[str] = []
    folders: set[int] = set()
    real_open, real_fsync = os.open, os.fsync

    def opened(path: os.PathLike[str], flags: int, mode: int = 0o777) -> int:
        fd = real_open(path, flags, mode)
        if Path(path).is_dir():
            folders.add(fd)
        elif flags & os.O_EXCL:
            calls.append("create")
        return fd

    def synced(fd: int) -> None:
        calls.append("sync folder" if fd in folders else "sync file")
        real_fsync(fd)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "fsync", synced)
    for name in ("write", "link", "unlink"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *a, _real=real, _name=name: (calls.append(_name), _real(*a))[1])
    seal(tmp_path / "s", block_path(tmp_path / "s", 0), b"one")
    assert calls == ["create", "write", "sync file", "link", "unlink", "sync folder"]


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[4]]
import test_suite_store as t
from scenarios.suite.store import block_path, seal
step, when, path = sys.argv[1], sys.argv[2], Path(sys.argv[3])
real = getattr(os, step)
def die(*args):
    if when == "after":
        real(*args)
    os.kill(os.getpid(), signal.SIGKILL)
setattr(os, step, die)
seal(path, block_path(path, 0), t.sample_block())
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["write", "fsync", "link", "unlink"])
def test_a_kill_at_any_step_leaves_no_torn_block_and_the_rest_is_swept(tmp_path: Path, step: str, when: str) -> None:
    suite = tmp_path / "s"
    create(suite, plan())
    done = subprocess.run(
        [sys.executable, "-c", CHILD, step, when, str(suite), str(TESTS)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    for block in sealed_blocks(suite):
        check_block(block_path(suite, block), identity(block))
    was_sealed = 0 in sealed_blocks(suite)
    assert was_sealed == ((step, when) in {("link", "after"), ("unlink", "before"), ("unlink", "after")})
    sweep(suite)
    assert list((suite / "tmp").iterdir()) == []
    assert seal(suite, block_path(suite, 0), sample_block()) == (not was_sealed)
    check_block(block_path(suite, 0), identity())


def test_a_full_disk_is_an_os_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    suite = tmp_path / "s"
    create(suite, plan())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            seal(suite, block_path(suite, 0), bytes(1000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sealed_blocks(suite) == ()
    assert list((suite / "tmp").iterdir()) == []
    assert seal(suite, block_path(suite, 0), bytes(1000))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_an_os_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError):
            create(tmp_path / "s", plan())
    finally:
        tmp_path.chmod(0o755)


def test_files_of_a_living_writer_and_of_other_hosts_are_not_swept(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    tmp = tmp_path / "s" / "tmp"
    mine = tmp / f"00000000.mcap.{store.host()}.{os.getpid()}.ab"
    foreign = tmp / "00000000.mcap.ffffffff.1.ab"
    old = tmp / "00000001.mcap.ffffffff.1.ab"
    for file in (mine, foreign, old):
        file.write_bytes(b"")
    os.utime(old, (1.0, 1.0))
    assert sweep(tmp_path / "s") == 1
    assert set(tmp.iterdir()) == {mine, foreign}


# ---------------------------------------------------------------------------------------- SUITE.json


def test_resuming_means_the_missing_blocks(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    assert missing_blocks(tmp_path / "s", plan()) == (0, 1, 2)
    seal(tmp_path / "s", block_path(tmp_path / "s", 1), b"x")
    assert missing_blocks(tmp_path / "s", plan()) == (0, 2)
    assert plan().indices(2) == range(8, 10)


def test_other_settings_are_refused_naming_the_first_and_nothing_is_touched(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "s").rglob("*")}
    with pytest.raises(InputError, match=r"seed = 8, want 7"):
        create(tmp_path / "s", plan(seed=8), resume=True)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "s").rglob("*")} == before


def test_an_unfinished_suite_wants_resume_and_a_finished_one_nothing(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    with pytest.raises(InputError, match="--resume"):
        create(tmp_path / "s", plan())
    create(tmp_path / "s", plan(), resume=True)
    for block in range(3):
        seal(tmp_path / "s", block_path(tmp_path / "s", block), b"x")
    create(tmp_path / "s", plan())


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="other things"):
        create(tmp_path, plan())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", '{"format": 99, "settings": {}}', '{"format": 1, "format": 1}', '{"format": NaN}',
        '{"format": 1, "settings": {"suite_key": "xyz", "count": 1, "block_size": 1}}',
        '{"format": 1, "settings": {"suite_key": "0f", "count": 1, "block_size": 0}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_suite_json_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "SUITE.json").write_text(text)
    with pytest.raises(InputError, match=r"SUITE\.json") as caught:
        read_plan(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_suite_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no SUITE\.json"):
        read_plan(tmp_path)


def test_suite_json_is_plain_json_with_a_format_number(tmp_path: Path) -> None:
    create(tmp_path / "s", plan())
    assert json.loads((tmp_path / "s" / "SUITE.json").read_text())["format"] == 1
