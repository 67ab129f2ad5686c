"""nearmiss map: facts and poses on stdout, one line and exit code 3 for what is wrong."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import roadnet
from viewer.cli import main


def test_pose_prints_what_python_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "pose", "boulevard", "--road", "3", "--s", "250", "--t", "-2", "--json"]) == 0
    got = json.loads(capsys.readouterr().out)
    want = roadnet.load("boulevard").road_pose("3", 250.0, -2.0)
    assert got == pytest.approx(want._asdict(), abs=1e-12)
    assert main(["map", "pose", "boulevard", "--road", "3", "--s", "250", "--lane", "-2"]) == 0
    text = capsys.readouterr().out
    lane = roadnet.load("boulevard").lane_pose("3", -2, 250.0)
    assert text == f"x {lane.x:.6f}  y {lane.y:.6f}  z {lane.z:.6f}  heading {lane.heading:.9f}\n"


def test_info_counts_and_names_places(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["map", "info", "crossing", "--json"]) == 0
    info = json.loads(capsys.readouterr().out)
    net = roadnet.load("crossing")
    assert info["digest"] == net.digest
    assert info["roads"] == len(net.roads.id)
    assert info["lanes"]["driving"]["count"] == int(net.lanes.drivable.sum())
    assert all(row["count"] for row in info["places"].values())
    assert main(["map", "info", "crossing"]) == 0
    assert net.digest in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["pose", "crossing", "--road", "x", "--s", "0"], "'x'"),
        (["pose", "crossing", "--road", "1", "--s", "1e6"], "want 0 <= s <="),
        (["pose", "crossing", "--road", "1", "--s", "nan"], "not finite"),
        (["pose", "crossing", "--road", "1", "--s", "1", "--lane", "9"], "got lane 9"),
        (["info", "absent.xodr"], "no such file"),
        (["info", "crosing"], "did you mean 'crossing'?"),
    ],
)
def test_what_is_wrong_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    assert main(["map", *arguments]) == 3
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err.count("\n") == 1
    assert expected in out.err


def test_broken_map_names_file_line_and_element(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = roadnet.map_path("crossing").read_text()
    (tmp_path / "bad.xodr").write_text(text.replace('length="', 'length="nan', 1))
    assert main(["map", "info", str(tmp_path / "bad.xodr")]) == 3
    assert "bad.xodr:" in (line := capsys.readouterr().err)
    assert "<road>" in line


def test_findings_are_shown(capsys: pytest.CaptureFixture[str], real: Callable[[str], Path]) -> None:
    path = real("opendrive/BerkeleyLearnVerify+Scenic/assets/maps/LGSVL/borregasave.xodr")
    assert main(["map", "info", str(path)]) == 0
    assert "problem gap: road" in capsys.readouterr().out
