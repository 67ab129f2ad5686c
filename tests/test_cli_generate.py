"""generate and observe as commands: results on stdout, one line for bad input, nothing lost on interruption."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import roadnet
from scenarios.suite.store import read_plan, sealed_blocks, sealed_evidence
from viewer import cli
from viewer.cli import main

ROOT = Path(cli.__file__).resolve().parents[1]
ACTORS = ["--hazard", "TC-05", "--hazard", "TC-03"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "suite"
    assert main(["generate", str(path), *ACTORS, "--count", "16", "--seed", "5"]) == 0
    return path


def one_line(capsys: pytest.CaptureFixture[str], argv: list[str], code: int = 3) -> str:
    capsys.readouterr()
    assert main(argv) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1, err
    return err


def test_generate_prints_rates_and_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "suite"
    assert main(["generate", str(path), *ACTORS, "--count", "8"]) == 0
    out = capsys.readouterr().out
    assert "8 scenarios in 1 blocks" in out
    assert "exploration" in out
    assert f"nearmiss view {path}" in out


def test_generate_json_is_one_object_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["generate", str(tmp_path / "suite"), *ACTORS, "--count", "8", "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["scenarios"] == 8
    assert {s["leaf"] for s in tree["streams"]} == {"TC-05", "TC-03"}


def test_sensor_leaves_are_measured_by_the_observer_rig(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["generate", str(tmp_path / "suite"), "--hazard", "SN-01", "--map", "crossing", "--count", "2", "--json"]
    assert main([*argv, "--explore", "0"]) == 0
    (stream,) = json.loads(capsys.readouterr().out)["streams"]
    assert (stream["not_measured"], stream["observed"]) == (0, 2)


def test_a_finished_suite_may_be_made_again_and_nothing_happens(suite: Path) -> None:
    before = {p: p.stat().st_mtime_ns for p in (suite / "blocks").iterdir()}
    assert main(["generate", str(suite), *ACTORS, "--count", "16", "--seed", "5"]) == 0
    assert {p: p.stat().st_mtime_ns for p in (suite / "blocks").iterdir()} == before


def test_observe_again_adds_nothing_new_and_leaves_scenarios_alone(
    suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p.name: p.read_bytes() for p in (suite / "blocks").iterdir()}
    verdicts = sealed_evidence(suite)
    assert main(["observe", str(suite), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 0
    assert sealed_evidence(suite) == verdicts
    assert {p.name: p.read_bytes() for p in (suite / "blocks").iterdir()} == before


# ------------------------------------------------------------------------------------------ bad input


def test_an_unknown_hazard_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    err = one_line(capsys, ["generate", str(tmp_path / "s"), "--hazard", "cut_inn"])
    assert "did you mean 'cut_in'" in err
    assert not (tmp_path / "s").exists()


def test_an_unknown_map_names_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    err = one_line(capsys, ["generate", str(tmp_path / "s"), "--map", "crosing"])
    assert "did you mean 'crossing'" in err
    assert not (tmp_path / "s").exists()


def test_a_misspelled_key_in_the_file_of_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "run.toml"
    config.write_text("cuont = 300\n")
    err = one_line(capsys, ["generate", str(tmp_path / "s"), "--config", str(config)])
    assert "did you mean 'count'" in err


def test_a_suite_made_with_other_settings_is_refused_and_untouched(
    suite: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {p: p.stat().st_mtime_ns for p in suite.rglob("*")}
    err = one_line(capsys, ["generate", str(suite), *ACTORS, "--count", "16", "--seed", "6", "--resume"])
    assert "seed = 6, want 5" in err
    assert {p: p.stat().st_mtime_ns for p in suite.rglob("*")} == before


@pytest.mark.parametrize("damage", ["truncated", "nan"])
def test_a_damaged_map_is_refused_in_one_located_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    text = roadnet.map_path("crossing").read_text()
    broken = tmp_path / "broken.xodr"
    broken.write_text(text[: len(text) // 2] if damage == "truncated" else text.replace('hdg="', 'hdg="nan', 1))
    err = one_line(capsys, ["generate", str(tmp_path / "s"), "--map", str(broken)])
    assert "broken.xodr" in err
    assert not (tmp_path / "s").exists()


def test_a_full_disk_is_one_line_and_what_is_sealed_stays(
    suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["generate", str(tmp_path / "s"), *ACTORS, "--count", "16", "--seed", "5"]
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8000, limits[1]))  # room for SUITE.json and verdicts, not for a block
    try:
        err = one_line(capsys, argv)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert str(tmp_path / "s") in err
    assert "File too large" in err
    assert sealed_blocks(tmp_path / "s") == ()
    assert list((tmp_path / "s" / "tmp").iterdir()) == []
    assert main([*argv, "--resume"]) == 0
    blocks = [p.read_bytes() for p in sorted((tmp_path / "s" / "blocks").iterdir())]
    assert blocks == [p.read_bytes() for p in sorted((suite / "blocks").iterdir())]


@pytest.mark.parametrize("argv", [["observe", "{}"], ["coverage", "{}"], ["verify", "{}"], ["show", "{}/3"]])
def test_what_is_no_suite_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str], argv: list[str]) -> None:
    assert "SUITE.json" in one_line(capsys, [a.format(tmp_path) for a in argv])


def test_an_unknown_rig_is_refused_before_any_work(suite: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "observer" in one_line(capsys, ["observe", str(suite), "--rig", "obsever"])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_ctrl_c_ends_within_five_seconds_and_says_how_to_resume(tmp_path: Path, workers: str) -> None:
    out = tmp_path / "s"
    argv = ["generate", str(out), *ACTORS, "--count", "1600", "--seed", "5", "--workers", workers]
    running = subprocess.Popen(
        [sys.executable, "-c", "import sys; from viewer.cli import main; sys.exit(main(sys.argv[1:]))", *argv],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        limit = time.monotonic() + 60.0
        while time.monotonic() < limit and running.poll() is None and not sealed_blocks(out):
            time.sleep(0.05)
        start = time.monotonic()
        os.killpg(running.pid, signal.SIGINT)  # as a terminal does: parent and workers alike
        _, err = running.communicate(timeout=10.0)
        assert time.monotonic() - start < 5.0
        assert running.returncode == 130
    finally:
        if running.poll() is None:
            running.kill()
            running.wait()
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert f"of {read_plan(out).blocks} blocks are sealed" in last
    assert "--resume" in last
