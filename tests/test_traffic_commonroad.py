"""CommonRoad traffic in: states exactly as written, what is missing derived and said, the rest refused in one line."""

from pathlib import Path

import numpy as np
import pytest
from bounded import mutants, real_maps
from traffic_files import codes, document, line, obstacle, points, promises, state

import roadnet
from roadnet.base.errors import InputError
from scenarios.formats.commonroad import read
from scenarios.formats.registry import read_traffic, traffic_formats
from scenarios.model.imported import Imported
from scenarios.model.recording import LAMP_BRAKE, LAMP_LEFT
from scenarios.model.spec import Kind


def take(folder: Path, *parts: str, lanes: bool = True, subject: str = "") -> Imported:
    path = folder / "t.xml"
    path.write_text(document(*parts, lanes=lanes))
    (found,) = read_traffic(path, subject=subject)
    return found


def test_states_come_out_as_written_and_absent_ones_are_masked(tmp_path: Path) -> None:
    found = take(tmp_path, obstacle(1, line(0, 11)), obstacle(2, line(4, 8, x0=50.0, y=1.0)))
    agents = found.recording.agents
    assert found.names == ("1", "2")
    assert agents.valid.sum(1).tolist() == [11, 4]
    assert agents.valid[1].nonzero()[0].tolist() == [4, 5, 6, 7]
    np.testing.assert_allclose(agents.xyz[0, :, 0], 10.0 + 2.0 * np.arange(11), rtol=0, atol=1e-12)
    np.testing.assert_array_equal(agents.speed[0], np.float32(20.0))
    assert found.recording.step_s == pytest.approx(0.1)
    assert agents.size[0].tolist() == pytest.approx([4.0, 2.0, 1.5])
    assert found.net is not None
    assert found.recording.map_digest == found.net.digest


def test_the_subject_is_who_is_asked_for_or_chosen_and_said(tmp_path: Path) -> None:
    two = obstacle(1, line(0, 5)), obstacle(2, line(0, 11, y=1.0))
    chosen = take(tmp_path, *two)
    assert chosen.names[chosen.recording.subject] == "2"
    assert any(f.code == "subject" and "2" in f.where for f in chosen.findings)
    asked = take(tmp_path, *two, subject="1")
    assert asked.names[asked.recording.subject] == "1"
    assert "subject" not in codes(asked)
    with pytest.raises(InputError, match="no road user '3'"):
        take(tmp_path, *two, subject="3")


def test_what_is_not_written_is_derived_from_positions_and_said(tmp_path: Path) -> None:
    bend = "".join(state(k, 100.0 + 50.0 * np.sin(0.02 * k), -50.0 * np.cos(0.02 * k)) for k in range(40))
    found = take(tmp_path, obstacle(1, bend))
    agents = found.recording.agents
    middle = slice(2, -2)
    np.testing.assert_allclose(agents.speed[0, middle], 10.0, atol=0.01)  # 50 m x 0.2 rad/s
    np.testing.assert_allclose(agents.yaw_rate[0, middle], 0.2, atol=1e-3)
    np.testing.assert_allclose(agents.yaw[0, middle], 0.02 * np.arange(40)[middle], atol=1e-3)
    assert {"yaw_derived", "speed_derived", "accel_derived"} <= codes(found)


def test_intervals_are_taken_in_the_middle_and_said(tmp_path: Path) -> None:
    region = (
        "<state><position><rectangle><length>2</length><width>1</width><orientation>0.3</orientation>"
        "<center><x>20</x><y>0.5</y></center></rectangle></position><time><exact>1</exact></time>"
        "<velocity><intervalStart>8</intervalStart><intervalEnd>10</intervalEnd></velocity></state>\n"
    )
    found = take(tmp_path, obstacle(1, state(0, 19.0, 0.5, velocity=9.0) + region))
    assert found.recording.agents.xyz[0, 1].tolist() == [20.0, 0.5, 0.0]
    assert found.recording.agents.speed[0, 1] == 9.0
    assert "interval" in codes(found)


def test_a_short_hole_is_bridged_and_a_long_one_splits(tmp_path: Path) -> None:
    short = take(tmp_path, obstacle(1, line(0, 5) + line(10, 15, x0=30.0)))
    assert short.recording.agents.valid.all()
    np.testing.assert_allclose(short.recording.agents.xyz[0, :, 0], 10.0 + 2.0 * np.arange(15))
    long = take(tmp_path, obstacle(1, line(0, 5) + line(30, 35, x0=70.0)))
    assert long.names == ("1", "1#2")
    assert long.recording.agents.valid.sum(1).tolist() == [5, 5]
    assert {"gap_filled"} <= codes(short)
    assert {"gap_split"} <= codes(long)


def test_circles_and_polygons_become_boxes_and_parked_cars_stay(tmp_path: Path) -> None:
    circle = "<circle><radius>0.4</radius></circle>"
    wedge = f"<polygon>{points((-1, -1), (3, -1), (3, 1))}</polygon>"
    found = take(
        tmp_path,
        obstacle(1, line(0, 11)),
        obstacle(2, line(0, 11, v=1.0), kind="pedestrian", shape=circle),
        obstacle(3, line(0, 11, y=1.0), shape=wedge),
        obstacle(4, state(0, 50.0, -3.0, orientation=0.5), tag="staticObstacle", kind="parkedVehicle"),
    )
    agents = found.recording.agents
    assert agents.kind.tolist() == [Kind.CAR, Kind.PEDESTRIAN, Kind.CAR, Kind.CAR]
    assert agents.size[1].tolist() == pytest.approx([0.8, 0.8, 1.75])
    assert agents.size[2].tolist() == pytest.approx([4.0, 2.0, 1.5])
    assert agents.xyz[2, 0, 0] == 11.0  # the middle of the polygon's box lies 1 m before its origin
    assert agents.valid[3].all()
    assert not agents.speed[3].any()


def test_other_static_obstacles_are_scenery_in_their_tightest_box(tmp_path: Path) -> None:
    wall = f"<polygon>{points((0, 0), (3, 3), (2.5, 3.5), (-0.5, 0.5))}</polygon>"
    still = obstacle(7, state(0, 10.0, 20.0, orientation=0.0), tag="staticObstacle", kind="building", shape=wall)
    statics = take(tmp_path, obstacle(1, line(0, 3)), still).recording.statics
    assert statics.kind == ("building",)
    assert statics.pose[0] == pytest.approx([11.25, 21.75, 0.0, np.pi / 4])
    assert statics.size[0, :2].tolist() == pytest.approx([3 * np.sqrt(2), np.sqrt(0.5)])


def test_lamps_hold_from_one_signal_state_to_the_next(tmp_path: Path) -> None:
    series = (
        "<signalSeries><signalState><time><exact>2</exact></time><indicatorLeft>true</indicatorLeft></signalState>"
        "<signalState><time><exact>4</exact></time><brakingLights>true</brakingLights></signalState></signalSeries>"
    )
    car = obstacle(1, line(0, 6)).replace("</dynamicObstacle>", series + "</dynamicObstacle>")
    lamps = take(tmp_path, car).recording.agents.lamps
    assert lamps[0].tolist() == [0, 0, LAMP_LEFT, LAMP_LEFT, LAMP_BRAKE, LAMP_BRAKE]


def test_brake_lamps_follow_the_deceleration_where_the_file_has_none(tmp_path: Path) -> None:
    braking = "".join(state(k, 10.0 + k, 0.0, velocity=10.0, orientation=0.0, acceleration=-k / 2) for k in range(4))
    assert take(tmp_path, obstacle(1, braking)).recording.agents.lamps[0].tolist() == [0, 0, LAMP_BRAKE, LAMP_BRAKE]


def test_signals_run_through_their_cycle(tmp_path: Path) -> None:
    element = "<cycleElement><duration>{}</duration><color>{}</color></cycleElement>"
    cycle = element.format(3, "green") + element.format(1, "yellow") + element.format(4, "red")
    light = f'<trafficLight id="55"><cycle>{cycle}<timeOffset>2</timeOffset></cycle></trafficLight>'
    text = document(obstacle(1, line(0, 11)), light).replace(
        "</rightBound></lanelet>", '</rightBound><trafficLightRef ref="55"/></lanelet>'
    )
    (tmp_path / "s.xml").write_text(text)
    (found,) = read(tmp_path / "s.xml")
    assert found.recording.signal_state[0].tolist() == [1, 1, 4, 4, 4, 3, 1, 1, 1, 1, 4]
    assert [(round(p.t_s, 3), p.state) for p in found.phases] == [(0.0, 1), (0.2, 4), (0.5, 3), (0.6, 1), (1.0, 4)]


def test_weather_words_become_assumed_numbers_and_are_said(tmp_path: Path) -> None:
    place = (
        "<location><environment><timeOfDay>night</timeOfDay><weather>fog</weather><underground>ice</underground>"
        "</environment></location>"
    )
    found = take(tmp_path, place, obstacle(1, line(0, 3)))
    around = found.recording.surroundings
    assert (around.mor_m[0], around.friction[0], around.illuminance_lux[0]) == pytest.approx((150.0, 0.1, 1.0))
    assert "environment" in codes(found)


def test_planning_problems_are_kept_as_tasks(tmp_path: Path) -> None:
    task = (
        '<planningProblem id="9">' + state(2, 1.0, 2.0, tag="initialState", velocity=5.0, orientation=0.1)
        + '<goalState><position><lanelet ref="900"/></position></goalState></planningProblem>'
    )  # fmt: skip
    (problem,) = take(tmp_path, obstacle(1, line(0, 3)), task).problems
    assert (problem.id, problem.pose, problem.speed_mps) == ("9", (1.0, 2.0, 0.1), 5.0)
    assert problem.t_s == pytest.approx(0.2)
    assert problem.goals == ((100.0, 0.0),)


def test_a_file_without_lanelets_is_traffic_without_a_map(tmp_path: Path) -> None:
    found = take(tmp_path, obstacle(1, line(0, 3)), lanes=False)
    assert found.net is None
    assert found.recording.map_digest == ""


def test_contacts_are_found_between_the_samples(tmp_path: Path) -> None:
    still = obstacle(2, line(0, 31, x0=60.0, v=0.0))
    found = take(tmp_path, obstacle(1, line(0, 31)), still)
    contacts = found.recording.contacts
    assert "road users 1 and 2 at 2.30 s" in {f.where for f in found.findings}
    assert contacts.pair.tolist() == [[0, 1]]
    assert contacts.t_ns[0] * 1e-9 == pytest.approx((60.0 - 4.0 - 10.0) / 20.0)
    assert contacts.closing_mps[0] == 20.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<x>12.0</x>", "<x>nan</x>", r"t\.xml:\d+ <point>: got x 'nan'"),
        ('timeStepSize="0.1"', 'timeStepSize="0"', "timeStepSize 0"),
        ('timeStepSize="0.1"', "", "timeStepSize ''"),
        ("<time><exact>1</exact>", "<time><exact>-1</exact>", "time -1.0, want a step from 0"),
        ("<time><exact>1</exact>", "<time><exact>900000</exact>", "2 road users over 900001 steps"),
        ("<length>4.0</length>", "<length>0</length>", "a rectangle of 0 x 2 m"),
        ("<commonRoad ", "<!DOCTYPE a [<!ENTITY b 'c'>]><commonRoad ", "a DOCTYPE"),
        ("dynamicObstacle", "nobody", "no road user"),
    ],
)
def test_bad_files_are_refused_in_one_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = document(obstacle(1, line(0, 6)))
    assert old in text
    path = tmp_path / "t.xml"
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=said) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_file_of_no_known_format_is_told_what_would_be(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0\1\2")
    with pytest.raises(InputError, match="CommonRoad XML"):
        read_traffic(tmp_path / "a.bin")
    with pytest.raises(InputError, match="No such file"):
        read_traffic(tmp_path / "none.xml")


def test_mutants_are_read_or_refused_in_one_line(tmp_path: Path) -> None:
    text = document(
        obstacle(1, line(0, 6)), obstacle(2, line(2, 5, y=1.0), shape="<circle><radius>1.0</radius></circle>")
    )
    path, read_count, count = tmp_path / "m.xml", 0, 150
    for mutant in mutants(text, count=count, seed=11):
        path.write_text(mutant, encoding="utf-8")
        try:
            (found,), said = read(path), ""
        except InputError as error:
            said = str(error)
        if said:
            assert "m.xml" in said
            assert "\n" not in said
            continue
        promises(found)
        read_count += 1
    assert 0.05 < read_count / count < 1.0


def test_protobuf_is_told_to_come_as_xml_and_utf_16_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.pb").write_bytes(b"\n\x51\n\x052020a\x12")
    with pytest.raises(InputError, match="CommonRoad in protobuf form, want the scenario's XML form"):
        read_traffic(tmp_path / "a.pb")
    text = '<?xml version="1.0" encoding="UTF-16"?>' + document(obstacle(1, line(0, 3)))
    (tmp_path / "wide.xml").write_text(text, encoding="utf-16")
    assert read_traffic(tmp_path / "wide.xml")[0].names == ("1",)


NO_TRAFFIC = {
    "DEU_Starnberg-1_1_T-1.xml", "test_3d_points.xml", "test_reading_intersection_traffic_sign.xml",
    "test_reading_lanelets.xml", "test_reading_planning_problem.xml", "ZAM_Loading_Bay-1_1_T.xml",
}  # fmt: skip
REAL = real_maps("commonroad", "*.xml")


@pytest.mark.skipif(not REAL, reason="the real files are not there")
def test_every_real_file_with_traffic_is_read() -> None:
    agents = samples = 0
    for path in REAL:
        if path.name in NO_TRAFFIC:
            with pytest.raises(InputError, match="no road user"):
                read(path)
            continue
        (found,) = read(path)
        promises(found)
        agents += len(found.names)
        samples += int(found.recording.agents.valid.sum())
        if found.net is not None:
            assert found.net.digest == roadnet.load(path).digest
    assert (len(REAL) - len(NO_TRAFFIC), agents) == (28, 232)
    assert samples > 8000


def test_a_real_file_is_read_as_it_is_written(real) -> None:  # type: ignore[no-untyped-def]
    """Obstacle 201 of DEU_Gar-1_1_T-1, as its XML says: first and last state."""
    (found,) = read(real("commonroad/CommonRoad+commonroad-crime/scenarios/DEU_Gar-1_1_T-1.xml"), subject="201")
    row = found.recording.subject
    root = roadnet.formats.opendrive.document.parse(Path(found.path), root_tag="commonRoad").root
    wanted = next(e for e in root.iterfind("obstacle") if e.get("id") == "201")
    last = list(wanted.iterfind("trajectory/state"))[-1]
    at = [float(last.findtext(f"position/point/{c}")) for c in "xy"]
    assert found.recording.agents.xyz[row, int(last.findtext("time/exact")), :2].tolist() == at
    assert found.recording.agents.speed[row, -1] == np.float32(float(last.findtext("velocity/exact")))


def test_every_format_says_what_it_is() -> None:
    for reader in traffic_formats().values():
        assert reader.TITLE
        assert "\n" not in reader.TITLE
