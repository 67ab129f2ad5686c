"""demo, doctor and warmup: what a person runs first."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from roadnet.base.compiled import cache_home
from scenarios.suite.check import check_suite
from sensors.formats.native import read_log, read_meta
from viewer import cli, kernels
from viewer.cli import main
from viewer.commands import demo

ROOT = Path(cli.__file__).resolve().parents[1]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the demo small: a scenario or two of each hazard, one log, one picture."""
    monkeypatch.setattr(demo, "COUNT", 14)
    monkeypatch.setattr(demo, "SENSED", 1)
    monkeypatch.setattr(demo, "PICTURED", 1)
    monkeypatch.setattr(demo, "STRETCH_S", 0.2)


@pytest.mark.usefixtures("small")
def test_demo_leaves_a_sound_suite_a_log_a_picture_and_a_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "demo"
    assert main(["demo", str(out)]) == 0
    text = capsys.readouterr().out
    assert "near misses" in text
    assert str(out / "report.html") in text
    assert [f.problem for f in check_suite(out / "suite")[1] if f.problem] == []
    (log,) = (out / "logs").iterdir()
    packets = list(read_log(log))
    assert {packet.kind for packet, _ in packets} == {"lidar", "camera"}
    assert read_meta(log).scenario == f"suite/{int(log.stem)}"
    (picture,) = (out / "pictures").iterdir()
    assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert (out / "report.html").read_text().startswith("<!")
    assert main(["demo", str(out), "--json"]) == 0  # again: goes on where it stopped, which is the end
    assert len(json.loads(capsys.readouterr().out)["near_misses"]) >= 1


def test_demo_leaves_a_folder_with_other_things_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 3
    assert "other things" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_demo_and_what_it_calls_do_without_qt() -> None:
    code = (
        "import sys; sys.modules['PySide6'] = None; import viewer.commands.demo;"
        "print(sorted(m for m in sys.modules if m.startswith(('PySide6.', 'pyqtgraph', 'viewer.window'))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_doctor_names_packages_data_cache_and_qt(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = {row["what"]: row for row in json.loads(capsys.readouterr().out)}
    assert {"nearmiss", "python", "data", "compiled code", "locale", "numba", "Qt"} <= found.keys()
    assert "maps 2" in found["data"]["detail"] or "maps 3" in found["data"]["detail"]
    assert all(row["state"] in ("ok", "note") for row in found.values())


def test_warmup_uses_every_kernel_and_says_where_the_code_lies(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["warmup", "--json", "--workers", "1"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert set(tree["groups"]) == set(kernels.GROUPS)
    assert tree["folder"] == str(cache_home())
    assert kernels.is_compiled()


def test_nothing_is_compiled_in_an_empty_cache(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from viewer.kernels import is_compiled; print(is_compiled())"],
        env={**os.environ, "NEARMISS_CACHE": str(tmp_path)},
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert done.stdout.strip() == "False"
