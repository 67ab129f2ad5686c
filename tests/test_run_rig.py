"""nearmiss run --observe RIG: the planner is handed what the sensors deliver, the same for any workers."""

import json
from pathlib import Path
from typing import Any

import pytest

from scenarios.suite.batch import generate
from viewer.cli import main


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rig") / "suite"
    generate(path, maps=("boulevard",), hazards=("TC-03",), count=2, seed=7)
    return path


@pytest.fixture
def run(suite: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def results(*options: str) -> list[str]:
        words = ["run", str(suite), "--planner", "planner_zoo:counts_points", "--json", *options]
        assert main(words) == 0
        return [row["digest"] for row in json.loads(capsys.readouterr().out)["results"]]

    return results


def test_packets_reach_the_planner_and_faults_reach_the_packets(run: Any) -> None:
    seen = run("--observe", "observer")
    assert all(seen)
    assert run("--observe", "observer", "--workers", "2") == seen
    blind = run("--only", "0", "--observe", "observer", "--fault", "dropout:lidar*@0-100")
    told = run("--only", "0")
    assert blind == told  # without a point this planner does as without a sensor
    assert told[0] != seen[0]


def test_shrink_keeps_the_one_fault_of_the_rig_that_makes_the_planner_fail(
    suite: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planner, rig = ("--planner", "planner_zoo:raises_when_blind"), ("--observe", "observer")
    faults = ("--fault", "dropout:lidar*@1-3", "--fault", "dropout:lidar*@4-4.2")
    assert main(["shrink", f"{suite}/0", *planner, *rig, *faults, "--out", str(tmp_path / "small"), "--json"]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert (tree["verdict"], tree["after"]["actors"], tree["after"]["faults"]) == ("planner_failed", 1, 1)
    assert tree["before"]["faults"] == 2
    assert main(["run", str(tmp_path / "small"), *planner, *rig, "--json"]) == 0  # the fault is the scenario's own now
    assert json.loads(capsys.readouterr().out)["results"][0]["verdict"] == "planner_failed"
    assert main(["shrink", f"{suite}/0", *planner, *faults]) == 3
    assert "sees no sensor stream" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--observe", "observr"), "--observe: got rig 'observr', want objects, or a shipped rig"),
        (("--observe", "observer", "--fault", "dropout:radar@0-1"), "a stream of the rig"),
        (("--fault", "dropout:lidar*@0-1"), "sees no sensor stream"),
    ],
)
def test_a_rig_or_a_stream_that_is_not_there_is_told(
    suite: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    assert main(["run", str(suite), "--planner", "planner_zoo:counts_points", *options]) == 3
    assert message in capsys.readouterr().err
