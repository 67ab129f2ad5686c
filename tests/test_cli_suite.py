"""show and verify: lists, details, exit codes, one line for each thing that is wrong."""

import json
from pathlib import Path

import pytest
import suite_zoo

from scenarios.suite.store import block_path
from viewer.cli import main


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return suite_zoo.make(tmp_path / "suite")


def listed(capsys: pytest.CaptureFixture[str], *argv: str) -> list[int]:
    assert main(["show", *argv, "--json"]) == 0
    return [row["index"] for row in json.loads(capsys.readouterr().out)]


def test_show_lists_sorts_and_filters(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    suite = str(path)
    assert listed(capsys, suite) == list(range(10))
    assert listed(capsys, suite, "--sort", "min_ttc_s", "--limit", "2") == [7, 3]
    assert listed(capsys, suite, "--sort", "severity_mps2", "--limit", "1") == [7]
    assert listed(capsys, suite, "--leaf", "TC-05") == [0, 3, 6, 9]
    assert listed(capsys, suite, "--observed", "failed") == [6]
    assert listed(capsys, suite, "--stream", "exploration") == [3, 7]
    assert listed(capsys, suite, "--outcome", "near miss", "--leaf", "TC-03") == [1, 7]
    assert main(["show", suite]) == 0
    assert "10 of 10 scenarios" in capsys.readouterr().out


def test_show_details_of_one(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", f"{path}/3"]) == 0
    assert "gap_m" in capsys.readouterr().out
    assert main(["show", f"{path}/3", "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["values"] == {"gap_m": 13.0}
    assert tree["evidence"][0]["leaf"] == "TC-05"


@pytest.mark.parametrize(
    ("argv", "code", "needle"),
    [
        (["show", "{}/6"], 3, "no room"),
        (["show", "{}/77"], 3, "0 to 9"),
        (["show", "{}/no"], 3, "SUITE/ID"),
        (["show", "{}", "--sort", "min_tcc_s"], 3, "did you mean 'min_ttc_s'"),
        (["verify", "{}/nothing"], 3, "SUITE.json"),
        (["coverage", "/nonexistent"], 3, "SUITE.json"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_3(
    path: Path, capsys: pytest.CaptureFixture[str], argv: list[str], code: int, needle: str
) -> None:
    assert main([a.format(path) for a in argv]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert needle in err


def test_verify_passes_a_sound_suite(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(path)]) == 0
    assert "6 files" in capsys.readouterr().out


def test_verify_names_each_damaged_file_in_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in (0, 2):
        file = block_path(path, block)
        file.chmod(0o644)
        file.write_bytes(file.read_bytes()[:-20])
    assert main(["verify", str(path)]) == 3
    err = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in err] == [str(block_path(path, b)) for b in (0, 2)]


def test_verify_fails_the_gate_where_blocks_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = suite_zoo.make(tmp_path / "suite", blocks=(1,))
    assert main(["verify", str(path)]) == 1
    assert "1 of 3 blocks" in capsys.readouterr().err
