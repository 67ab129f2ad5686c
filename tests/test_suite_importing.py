"""Imported suites: scripted actors that replay what was recorded, tasks driven among them, maps in the folder."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from bounded import real_maps
from traffic_files import document, exact, going, highd, line, obstacle, points, state, table

import roadnet
from roadnet.base.errors import InputError
from scenarios.formats.registry import read_traffic
from scenarios.model.imported import Imported
from scenarios.model.recording import LAMP_LEFT
from scenarios.model.spec import Control
from scenarios.simulation.simulate import simulate
from scenarios.simulation.tables import order_of
from scenarios.suite.importing import AS_RECORDED, BY_TASK, MIXED, import_suite
from scenarios.suite.index import open_suite
from scenarios.suite.replayed import LEAF, recorded_scenario
from viewer.cli import main

REAL = real_maps("commonroad", "*.xml")
# what a re-run may differ by from the recording: rounding of positions in the map's frame; yaw and speed are kept in
# single precision, so they come back to the bit; acceleration and yaw rate are what the steps make of them
PLACE_TOLERANCE_M, YAW_TOLERANCE_RAD = 1e-9, 1e-6


def read(path: Path) -> tuple[Imported, ...]:
    return read_traffic(path)


def scenario_file(folder: Path, name: str = "a.xml", *parts: str) -> Path:
    (folder / name).write_text(document(obstacle(1, line(0, 31)), obstacle(2, line(4, 25, x0=60.0, v=8.0)), *parts))
    return folder / name


def task(x: float = 20.0, *, speed: float = 12.0, name: int = 9) -> str:
    start = state(0, x, 0.0, tag="initialState", velocity=speed, orientation=0.0)
    goal = f"<goalState><position><lanelet ref='900'/></position>{exact(time=40)}</goalState>"
    return f'<planningProblem id="{name}">{start}{goal}</planningProblem>'


def assert_replayed(found: Imported) -> None:
    """Assert that the scenario of a recording, run again, is that recording."""
    assert found.net is not None
    spec, kept = recorded_scenario(
        found, index=3, suite_key=77, map_name=found.net.name, map_digest=found.net.digest, lineage_id=""
    )
    again = simulate(spec, found.net)
    np.testing.assert_array_equal(again.agents.valid, kept.agents.valid)
    np.testing.assert_array_equal(again.t_ns, kept.t_ns)
    assert again.subject == kept.subject
    there = kept.agents.valid
    assert np.abs(again.agents.xyz - kept.agents.xyz)[there].max() <= PLACE_TOLERANCE_M
    turn = again.agents.yaw[there].astype(float) - kept.agents.yaw[there]
    assert np.abs(turn - 2 * np.pi * np.rint(turn / (2 * np.pi))).max() <= YAW_TOLERANCE_RAD
    np.testing.assert_array_equal(again.agents.speed[there], kept.agents.speed[there])
    np.testing.assert_array_equal(again.agents.kind, kept.agents.kind)
    np.testing.assert_array_equal(again.signal_state, kept.signal_state)
    np.testing.assert_array_equal(again.contacts.pair, kept.contacts.pair)
    np.testing.assert_allclose(again.contacts.t_ns, kept.contacts.t_ns, atol=10_000)  # 0.01 ms: single against double


def test_a_recording_run_again_is_that_recording(tmp_path: Path) -> None:
    (found,) = read(scenario_file(tmp_path))
    assert_replayed(found)


@pytest.mark.skipif(not REAL, reason="the real files are not there")
@pytest.mark.parametrize("name", ["DEU_Gar-1_1_T-1", "USA_US101-4_1_T-1", "USA_Peach-4_8_T-1", "DEU_A9-3_1_T-1"])
def test_real_recordings_run_again_are_those_recordings(name: str) -> None:
    (found,) = read(next(p for p in REAL if p.stem == name))
    assert_replayed(found)


@pytest.mark.campaign
@pytest.mark.skipif(not REAL, reason="the real files are not there")
def test_every_real_recording_run_again_is_that_recording() -> None:
    done = 0
    for path in REAL:
        try:
            (found,) = read(path)
        except InputError:
            continue
        if found.net is not None and len(found.recording.t_ns) > 1:
            assert_replayed(found)
            done += 1
    assert done == 27


def test_the_subject_is_the_first_actor_and_time_begins_where_it_does(tmp_path: Path) -> None:
    (found,) = read_traffic(scenario_file(tmp_path), subject="2")
    assert found.net is not None
    spec, kept = recorded_scenario(
        found, index=0, suite_key=5, map_name="m", map_digest=found.net.digest, lineage_id="x"
    )
    assert [a.name for a in spec.actors] == ["ego", "1"]
    assert {a.control for a in spec.actors} == {Control.SCRIPTED}
    assert (spec.leaf, spec.odds.stream, spec.odds.has_p, spec.odds.has_q) == (LEAF, "imported", False, False)
    assert kept.agents.valid[kept.subject].all()
    assert len(kept.t_ns) == 21
    assert kept.agents.xyz[kept.subject, 0, 0] == 60.0
    assert order_of(spec)[kept.subject] == 0


def test_who_was_seen_once_is_there_once(tmp_path: Path) -> None:
    (tmp_path / "o.xml").write_text(document(obstacle(1, line(0, 11)), obstacle(5, line(6, 7, x0=90.0))))
    (found,) = read(tmp_path / "o.xml")
    assert_replayed(found)


def test_indicators_are_lit_again(tmp_path: Path) -> None:
    lit = (
        "<signalSeries><signalState><time><exact>3</exact></time><indicatorLeft>true</indicatorLeft></signalState>"
        "<signalState><time><exact>6</exact></time></signalState></signalSeries></dynamicObstacle>"
    )
    (tmp_path / "l.xml").write_text(document(obstacle(1, line(0, 11)).replace("</dynamicObstacle>", lit)))
    (found,) = read(tmp_path / "l.xml")
    assert found.net is not None
    spec, kept = recorded_scenario(found, index=0, suite_key=1, map_name="m", map_digest="", lineage_id="")
    again = simulate(spec, found.net).agents.lamps[0] & LAMP_LEFT
    assert np.flatnonzero(kept.agents.lamps[0] & LAMP_LEFT).tolist() == [3, 4, 5]
    assert np.flatnonzero(again).tolist() == [3, 4, 5]


def test_a_task_is_driven_by_a_careful_human_who_sees_the_recorded(tmp_path: Path) -> None:
    """The car ahead, recorded at 4 m/s, would be hit after some 2.5 s: the careful human slows down behind it."""
    slow = obstacle(2, line(0, 61, x0=45.0, v=4.0))
    (tmp_path / "t.xml").write_text(document(slow, task()))
    plan, _ = import_suite(tmp_path / "suite", [tmp_path / "t.xml"], read)
    assert plan.settings["driver"] == BY_TASK
    with open_suite(tmp_path / "suite") as suite:
        run = suite[0]
    ego = run.recording.subject
    assert run.spec.actors[0].law == "careful_human"
    assert run.recording.agents.speed[ego, 0] == pytest.approx(12.0)
    assert run.recording.agents.speed[ego, -1] < 6.0
    assert not len(run.recording.contacts.t_ns)


def test_who_was_recorded_at_a_tasks_start_is_who_drives_it(tmp_path: Path) -> None:
    van = "<rectangle><length>6.5</length><width>2.1</width></rectangle>"
    (tmp_path / "t.xml").write_text(document(obstacle(1, line(0, 31, x0=20.0), shape=van), task(20.1)))
    import_suite(tmp_path / "suite", [tmp_path / "t.xml"], read)
    with open_suite(tmp_path / "suite") as suite:
        (ego,) = suite[0].spec.actors
    assert ego.size[:2] == pytest.approx((6.5, 2.1))


def test_tasks_can_be_left_aside(tmp_path: Path) -> None:
    file = scenario_file(tmp_path, "a.xml", task(), task(100.0, name=10))
    plan, _ = import_suite(tmp_path / "tasks", [file], read)
    assert plan.count == 2
    plan, _ = import_suite(tmp_path / "recorded", [file], read, tasks=False)
    assert (plan.count, plan.settings["driver"]) == (1, AS_RECORDED)


def test_an_imported_suite_is_a_suite_and_may_be_moved(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = scenario_file(tmp_path)
    shutil.copytree(file.parent, tmp_path / "in", ignore=lambda *_: ["in"])
    assert main(["import", str(tmp_path / "first"), str(tmp_path / "in" / "a.xml"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["files"][0]["format"] == "commonroad"
    assert told["files"][0]["agents"] == 2
    assert any(f["code"] == "subject" for f in told["files"][0]["findings"])
    shutil.rmtree(tmp_path / "in")
    (tmp_path / "first").rename(tmp_path / "moved")
    suite = str(tmp_path / "moved")
    for command in (["show", suite], ["show", f"{suite}/0"], ["coverage", suite], ["verify", suite],
                    ["observe", suite], ["run", suite, "--planner", "careful_human"],
                    ["report", suite, "--out", str(tmp_path / "r.html")],
                    ["render", f"{suite}/0", "--out", str(tmp_path / "p.png")]):  # fmt: skip
        assert main(command) == 0, command
    with open_suite(suite) as there:
        assert there.net("a").digest == there[0].spec.map_digest
        assert {e.leaf for e in there[0].evidence} >= {"TC-03", "TC-05"}


def test_importing_twice_is_one_suite_and_other_content_is_refused(tmp_path: Path) -> None:
    file = scenario_file(tmp_path)
    import_suite(tmp_path / "suite", [file], read)
    block = (tmp_path / "suite" / "blocks" / "00000000.mcap").read_bytes()
    import_suite(tmp_path / "suite", [file], read)
    assert (tmp_path / "suite" / "blocks" / "00000000.mcap").read_bytes() == block
    file.write_text(file.read_text().replace("<x>12.0</x>", "<x>12.5</x>"))
    with pytest.raises(InputError, match="imported ="):
        import_suite(tmp_path / "suite", [file], read)


def test_files_of_one_name_keep_maps_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    one, two = scenario_file(tmp_path), scenario_file(tmp_path / "b")
    two.write_text(two.read_text().replace(points((0, 2), (200, 2)), points((0, 3), (200, 3))))
    plan, _ = import_suite(tmp_path / "suite", [one, two, one], read)
    assert [m["name"] for m in plan.settings["maps"]] == ["a", "a-2"]
    with open_suite(tmp_path / "suite") as suite:
        assert [suite[i].spec.map_name for i in range(3)] == ["a", "a-2", "a"]
        assert suite[0].spec.lineage_id == suite[2].spec.lineage_id != suite[1].spec.lineage_id


def test_a_road_made_of_markings_is_kept_as_opendrive(tmp_path: Path) -> None:
    plan, _ = import_suite(tmp_path / "suite", [highd(tmp_path)], read)
    with open_suite(tmp_path / "suite") as suite:
        run = suite[0]
        net = suite.net(run.spec.map_name)
    assert Path(net.source.path).suffix == ".xodr"
    assert run.recording.map_digest == net.digest == plan.settings["maps"][0]["digest"]
    assert plan.settings["driver"] == AS_RECORDED != MIXED


def test_traffic_without_a_map_asks_for_one_and_takes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = roadnet.load("boulevard").lanes.centre[0]
    rows = [(t, a, float(start[0] + 0.1 * x), float(start[1])) for t, a, x, _ in going("a")]
    (tmp_path / "t.csv").write_text(table(rows))
    assert main(["import", str(tmp_path / "no"), str(tmp_path / "t.csv")]) == 3
    assert "traffic without a map, want the map it was recorded on (--map FILE)" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "yes"), str(tmp_path / "t.csv"), "--map", "boulevard"]) == 0
    with open_suite(tmp_path / "yes") as suite:
        assert suite.net("boulevard").digest == roadnet.load("boulevard").digest


def test_a_subject_seen_once_is_a_failure_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "o.xml").write_text(document(obstacle(1, line(0, 1)), obstacle(2, line(0, 1, y=1.0))))
    import_suite(tmp_path / "suite", [tmp_path / "o.xml"], read)
    with open_suite(tmp_path / "suite") as suite:
        (row,) = suite.rows()
    assert row["observed"] == "failed"
    assert "at a single time" in row["reason"]
