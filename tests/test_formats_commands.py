"""`nearmiss sense` and `nearmiss export`, end to end on a small suite, with good input and bad."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from mcap.reader import make_reader

import roadnet
import scenarios
from sensors.formats import mcap, native
from sensors.rig import load_rig
from sensors.sensing import sense
from viewer import cli

RIG = "observer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with a suite of two scenarios in it, as working directory."""
    folder = tmp_path_factory.mktemp("sense")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code = cli.main(["generate", "suite", "--map", "boulevard", "--hazard", "TC-03", "--count", "2", "--seed", "3"])
        assert code == 0
        assert cli.main(["sense", "suite/1", "--rig", RIG, "--out", "logs"]) == 0
        yield folder


def test_a_log_holds_what_sense_gives(folder: Path) -> None:
    suite = scenarios.open_suite("suite")
    run, path = suite[1], Path("logs/00000001.sensors.mcap")
    net = suite.net(run.spec.map_name)
    wanted = sense(run.recording, net, load_rig(RIG), run.spec.sensor_events, seed=run.spec.sensor_seed)
    found = native.read_log(path)
    count = 0
    for packet, (logged, truth) in zip(wanted, found, strict=True):
        count += 1
        assert (logged.stream, logged.seq, logged.stamp_end_ns) == (packet.stream, packet.seq, packet.stamp_end_ns)
        assert all(logged.arrays[n].tobytes() == packet.arrays[n].tobytes() for n in packet.arrays)
        assert truth is not None
    assert count > 10
    meta = native.read_meta(path)
    assert (meta.scenario, meta.rig, meta.map_name) == ("suite/1", RIG, run.spec.map_name)


def test_a_map_is_exported_as_opendrive(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["export", "crossing", "--to", "xodr", "--out", "maps", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert roadnet.load(folder / "maps" / "crossing.xodr").digest == roadnet.load("crossing").digest


def test_sensing_twice_gives_the_same_file(folder: Path) -> None:
    assert cli.main(["sense", "suite/1", "--rig", RIG, "--out", "again"]) == 0
    name = "00000001.sensors.mcap"
    assert Path("again", name).read_bytes() == Path("logs", name).read_bytes()


def test_a_suite_gives_one_log_a_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["sense", "suite", "--rig", RIG, "--out", "all", "--no-truth", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["scenario"] for row in rows] == ["suite/0", "suite/1"]
    assert [Path(row["file"]).name for row in rows] == ["00000000.sensors.mcap", "00000001.sensors.mcap"]
    assert all(truth is None for _, truth in native.read_log(Path(rows[0]["file"])))


def test_a_fault_acts_where_it_is_and_nowhere_else(folder: Path) -> None:
    spec = "dropout:lidar*@1.0-2.0"
    assert cli.main(["sense", "suite/1", "--rig", RIG, "--out", "faulty", "--fault", spec]) == 0
    healthy = {(p.stream, p.seq): (p, t) for p, t in native.read_log(Path("logs/00000001.sensors.mcap"))}
    faulty = {(p.stream, p.seq): (p, t) for p, t in native.read_log(Path("faulty/00000001.sensors.mcap"))}
    touched = 0
    for key, (packet, truth) in healthy.items():
        assert truth is not None
        outside = truth.t_end_ns < 1_000_000_000 or truth.t_start_ns > 2_000_000_000
        if outside:
            assert faulty[key][0].arrays["xyz"].tobytes() == packet.arrays["xyz"].tobytes()
        else:
            touched += key not in faulty or len(faulty[key][0].arrays["xyz"]) < len(packet.arrays["xyz"])
    assert touched >= 9
    assert [f.kind for f in native.read_meta(Path("faulty/00000001.sensors.mcap")).faults] == ["dropout"]


def clouds(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        found = make_reader(file, validate_crcs=True).iter_messages(log_time_order=False)
        return [m.data for s, _, m in found if s.name == "foxglove.PointCloud"]


def test_exports_of_scenario_and_log_hold_the_points_of_sense(folder: Path) -> None:
    assert cli.main(["export", "suite/1", "--to", "mcap", "--rig", RIG, "--out", "a"]) == 0
    assert cli.main(["export", "logs/00000001.sensors.mcap", "--to", "mcap", "--out", "b"]) == 0
    a, b = clouds(Path("a/00000001.foxglove.mcap")), clouds(Path("b/00000001.foxglove.mcap"))
    assert a == b
    for (packet, _), data in zip(native.read_log(Path("logs/00000001.sensors.mcap")), a, strict=True):
        xyz = packet.arrays["xyz"]
        if len(xyz):
            points = np.frombuffer(data, mcap.POINT, len(xyz), data.index(xyz[0].tobytes()))
            assert np.stack([points[axis] for axis in "xyz"], 1).tobytes() == xyz.tobytes()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("sense suite/1 --rig obsrver --out x", "did you mean 'observer'"),
        ("sense suite/99 --rig observer --out x", "suite/99"),
        ("sense nowhere --rig observer --out x", "nowhere: got no SUITE.json"),
        ("sense suite/1 --rig observer --out x --fault dropuot:lidar_top@1-2", "did you mean 'dropout'"),
        ("sense suite/1 --rig observer --out x --fault dropout:lidar_top@2-1", "ends after it begins"),
        ("export suite/1 --to mcapp --out x", "did you mean 'mcap'"),
        ("export suite/1/x.mcap --to mcap --out x", "want a suite"),
        ("export logs/00000001.sensors.mcap --to mcap --out x --rig demo", "--rig"),
        ("export suite/SUITE.json --to mcap --out x", "want an undamaged nearmiss sensor log"),
    ],
)
def test_bad_input_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str], words: str, message: str) -> None:
    assert cli.main(words.split()) == cli.BAD_INPUT
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not Path("x").exists() or not list(Path("x").iterdir())


def test_a_missing_extra_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "foxglove", None)
    assert cli.main(["export", "suite/1", "--to", "mcap", "--rig", RIG, "--out", "y"]) == cli.BAD_INPUT
    error = capsys.readouterr().err
    assert "pip install 'nearmiss[foxglove]'" in error
    assert error.count("\n") == 1
