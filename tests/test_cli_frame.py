"""The command line itself: finding commands, options, files of options, one-line errors, exit codes."""

import argparse
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from roadnet.base.errors import GateError, InputError, NondeterminismError
from viewer import cli
from viewer.options import add_config, add_json, add_seed, add_set, add_workers, apply_config, pairs

ROOT = Path(cli.__file__).resolve().parents[1]


def sample_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nearmiss sample", allow_abbrev=False)
    for add in (add_json, add_seed, add_workers, add_set, add_config):
        add(parser)
    parser.add_argument("--count", type=int, default=5)
    return parser


def fake_command(monkeypatch: pytest.MonkeyPatch, error: BaseException | None) -> None:
    """Plant a command `fake` that raises `error`."""

    def run(args: argparse.Namespace) -> int:
        if error is not None:
            raise error
        return 0

    module = types.SimpleNamespace(__doc__="Fake.", add=add_json, run=run)
    monkeypatch.setattr(cli, "commands", lambda: {"fake": "Fake"})
    monkeypatch.setattr(cli.importlib, "import_module", lambda name: module)


def test_help_lists_every_command_file_without_importing_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = set(sys.modules)
    assert cli.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"  {path.stem}" in text for path in cli.COMMANDS.glob("[a-z]*.py"))
    assert not {m for m in set(sys.modules) - before if m.startswith("viewer.commands.")}


def test_help_starts_without_qt_pictures_and_the_floors_above_roads() -> None:
    code = (
        "import sys; from viewer.cli import main; main(['--help']); "
        "print(sorted({'rich', 'PySide6', 'matplotlib', 'scenarios', 'sensors'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr.strip() == "[]"


def test_unknown_command_names_the_nearest_and_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:

    assert cli.main(["docter"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "did you mean 'doctor'" in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (None, 0),
        (GateError("coverage 0.2 < 0.5"), 1),
        (InputError("map.xodr: line 3", got="nan", wanted="a finite number"), 3),
        (PermissionError(13, "Permission denied", "suite"), 3),
        (OSError(28, "No space left on device"), 3),
        (NondeterminismError("block 3"), 4),
        (KeyboardInterrupt("2 of 9 blocks sealed"), 130),
    ],
)
def test_errors_become_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException | None, code: int
) -> None:
    fake_command(monkeypatch, error)
    assert cli.main(["fake"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == (0 if error is None else 1)


def test_a_bug_is_reported_with_its_traceback_and_exit_code_4(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_command(monkeypatch, ZeroDivisionError("planted"))
    assert cli.main(["fake"]) == 4
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert err.splitlines()[-1].startswith("nearmiss: internal error")


def test_hostile_text_cannot_forge_a_second_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_command(monkeypatch, InputError("a\nnearmiss: ok", got="\x1b[2J", wanted="peace"))
    assert cli.main(["fake"]) == 3
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_options_come_from_the_file_and_the_command_line_wins(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('count = 7\nseed = 3\njson = true\nset = ["a=1"]\n')
    args = apply_config(sample_parser(), ["--config", str(path), "--seed", "9", "--set", "b=2"])
    assert (args.count, args.seed, args.json, args.set) == (7, 9, True, ["b=2"])
    assert apply_config(sample_parser(), ["--config", str(path)]).set == ["a=1"]


def test_set_may_be_a_table_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('[set]\ngap_m = "U(5,30)"\nspeed_mps = 13.9\n')
    args = apply_config(sample_parser(), ["--config", str(path)])
    assert pairs(args.set) == (("gap_m", "U(5,30)"), ("speed_mps", "13.9"))


@pytest.mark.parametrize(
    ("text", "needle"),
    [
        ("cuont = 7\n", "did you mean 'count'"),
        ("count = 'many'\n", "count"),
        ("count = true\n", "count"),
        ("count = [1, 2]\n", "one value"),
        ("json = 1\n", "true or false"),
        ("seed = -1\n", "2^63"),
        ("count = \n", "TOML"),
    ],
)
def test_a_bad_file_of_options_is_refused_in_one_located_line(tmp_path: Path, text: str, needle: str) -> None:
    path = tmp_path / "run.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"run\.toml") as caught:
        apply_config(sample_parser(), ["--config", str(path)])
    assert needle in str(caught.value)


@pytest.mark.parametrize("texts", [["gap_m"], ["=3"], ["gap_m="], ["a=1", "a=2"]])
def test_set_wants_each_key_once_with_a_value(texts: list[str]) -> None:
    with pytest.raises(InputError):
        pairs(texts)


def test_a_folder_of_our_name_elsewhere_on_the_path_is_named(tmp_path: Path) -> None:
    package = tmp_path / "scenarios"
    package.mkdir()
    (package / "__init__.py").write_text("")
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-c", "import sys; from viewer.cli import main; sys.exit(main(['--help']))"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
    )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert str(package) in done.stderr


def test_the_working_directory_is_not_put_before_the_import_path(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "__init__.py").write_text("raise SystemExit('the user\\'s own folder was imported')")
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; from viewer.cli import main; sys.exit(main(['--help']))"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
