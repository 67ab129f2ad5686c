"""A suite to read: runs by index, tables, the cache that may be deleted, checks that name what is damaged."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import suite_zoo
import zoo

import scenarios
from roadnet.base.errors import InputError
from scenarios.model.evidence import Evidence, Observed
from scenarios.suite.check import check_suite, incomplete
from scenarios.suite.index import locate, open_suite, rank
from scenarios.suite.records import canonical
from scenarios.suite.store import block_path, sealed_evidence
from scenarios.suite.write import seal_evidence


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return suite_zoo.make(tmp_path / "suite")


def test_a_run_is_spec_recording_and_verdicts_of_its_index(path: Path) -> None:
    with scenarios.open_suite(path) as suite:
        assert len(suite) == 10
        run = suite[7]
        assert canonical(run.spec) == canonical(suite_zoo.spec(7))
        assert canonical(run.recording) == canonical(zoo.recording(2, 21, gap_m=17.0))
        assert run.evidence == suite_zoo.evidence(7)
        assert (run.driver, run.product_version) == ("careful", "9")
        assert [r.spec.index for r in suite] == [0, 1, 2, 3, 4, 5, 7, 8, 9]


def test_what_cannot_be_read_says_why(path: Path) -> None:
    with open_suite(path) as suite:
        with pytest.raises(InputError, match="no room"):
            suite[6]
        with pytest.raises(IndexError):
            suite[10]
        with pytest.raises(InputError, match="0 to 9"):
            suite.run(99)


def test_an_unfinished_suite_reads_what_is_sealed(tmp_path: Path) -> None:
    path = suite_zoo.make(tmp_path / "suite", blocks=(0, 2))
    with open_suite(path) as suite:
        assert suite.scenarios["index"].tolist() == [0, 1, 2, 3, 8, 9]
        assert suite[9].spec.index == 9
        with pytest.raises(InputError, match="--resume"):
            suite[5]
    assert "2 of 3 blocks" in incomplete(path, suite.plan)


def test_rows_are_plain_and_missing_is_none(path: Path) -> None:
    with open_suite(path) as suite:
        rows = suite.rows()
    assert [r["index"] for r in rows] == list(range(10))
    assert rows[0]["also"] == ["WX-02"]
    assert rows[0]["observed"] == "observed"
    assert rows[0]["min_ttc_s"] == pytest.approx(3.0)
    assert rows[4]["observed"] == "not observed"
    assert rows[4]["min_ttc_s"] is None
    assert rows[6]["observed"] == "failed"
    assert rows[2]["observed"] == "not measured"


def test_the_tables_are_cached_and_a_lost_or_damaged_cache_changes_nothing(path: Path) -> None:
    def tables() -> tuple[bytes, bytes]:
        with open_suite(path) as suite:
            return suite.scenarios.tobytes(), suite.verdicts.tobytes()

    first = tables()
    cache = path / "index.npz"
    assert cache.is_file()
    assert tables() == first
    good = cache.read_bytes()
    for damaged in (b"", b"PK", good[: len(good) // 2], bytes(len(good))):
        cache.write_bytes(damaged)
        assert tables() == first
    cache.unlink()
    assert tables() == first


def test_a_cache_of_other_files_is_rebuilt(tmp_path: Path) -> None:
    path = suite_zoo.make(tmp_path / "suite", blocks=(0,))
    with open_suite(path) as suite:
        assert len(suite.scenarios) == 4
    suite_zoo.make(path)
    with open_suite(path) as suite:
        assert len(suite.scenarios) == 10


def test_a_compressed_or_pickled_cache_is_not_read(path: Path) -> None:
    with open_suite(path) as suite:
        expected = suite.scenarios.tobytes()
        digest = np.load(path / "index.npz")["sources"]
    bomb = np.zeros(10_000_000)
    np.savez_compressed(path / "index.npz", sources=digest, scenarios=bomb, verdicts=bomb)
    with open_suite(path) as suite:
        assert suite.scenarios.tobytes() == expected
    np.savez(path / "index.npz", sources=digest, scenarios=np.array([{}], object), verdicts=np.zeros(1))
    with open_suite(path) as suite:
        assert suite.scenarios.tobytes() == expected


def test_a_suite_that_may_not_be_written_is_read_all_the_same(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(np, "savez", refuse)
    with open_suite(path) as suite:
        assert len(suite.rows()) == 10


def test_newer_oracles_win_and_measured_wins_over_not_measured(path: Path) -> None:
    with open_suite(path) as suite:
        plan, digest = suite.plan, suite._reader(block_path(path, 0)).hash
        assert suite.evidence(2)[0].observed == Observed.NOT_MEASURED
    verdicts = {i: suite_zoo.evidence(i, version=2) for i in plan.indices(0)}
    seal_evidence(path, plan, 0, digest, verdicts, oracles={"SN-01": 2}, rig="vlp16")
    with open_suite(path) as suite:
        assert suite.evidence(2)[0].observed == Observed.OBSERVED
        assert {e.leaf: e.oracle_version for e in suite.evidence(0)} == {"TC-05": 2, "WX-02": 1}


def test_a_newer_oracle_that_could_not_measure_still_takes_precedence() -> None:
    old = Evidence(leaf="SN-01", oracle_version=1, observed=Observed.OBSERVED)
    new = Evidence(leaf="SN-01", oracle_version=2, observed=Observed.NOT_MEASURED)
    assert rank(new) > rank(old)
    assert rank(old) > rank(Evidence(leaf="SN-01", oracle_version=1, observed=Observed.NOT_MEASURED))


def test_locate_reads_suite_and_suite_slash_number(path: Path) -> None:
    assert locate(path) == (path, None)
    assert locate(f"{path}/17") == (path, 17)
    for wrong in (path / "x", path / "-1", path.parent, path / "blocks" / "3"):
        with pytest.raises(InputError):
            locate(wrong)


# -------------------------------------------------------------------------------------------- checks


def problems(path: Path) -> list[str]:
    return [file.problem for file in check_suite(path)[1] if file.problem]


def test_a_sound_suite_has_no_problems(path: Path) -> None:
    assert problems(path) == []
    assert incomplete(path, open_suite(path).plan) == ""


def test_each_kind_of_damage_is_named_once_with_its_file(path: Path) -> None:
    one, two, last = (block_path(path, b) for b in range(3))
    keep = one.read_bytes()
    flipped = bytearray(keep)
    flipped[len(flipped) // 2] ^= 1
    for damage in (bytes(flipped), keep[:-1], two.read_bytes(), b""):
        one.chmod(0o644)
        one.write_bytes(damage)
        (found,) = problems(path)
        assert found.startswith(str(one))
    one.write_bytes(keep)
    evidence = sealed_evidence(path)[0]
    evidence.rename(evidence.with_name(evidence.name.replace("00000000", "00000001")))
    assert len(problems(path)) == 1
    shutil.copy(last, path / "blocks" / "00000007.mcap")
    (path / "blocks" / "notes.txt").write_text("mine")
    assert len(problems(path)) == 3


def test_verdicts_on_scenarios_that_were_exchanged_are_noticed(path: Path, tmp_path: Path) -> None:
    other = suite_zoo.make(tmp_path / "other", count=9)
    shutil.copy(sealed_evidence(other)[2], path / "evidence" / sealed_evidence(other)[2].name)
    (found,) = problems(path)
    assert "verdicts on a block with hash" in found
