"""Tables of traffic in (any, highD, INTERACTION, Argoverse 2): sizes, headings, roads as the formats mean them."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from traffic_files import codes, going, highd, promises, table

import roadnet
from roadnet.base.errors import InputError
from roadnet.queries import nearest_lane
from scenarios.formats.registry import read_traffic
from scenarios.model.imported import Imported
from scenarios.model.spec import Kind

# ---------------------------------------------------------------------------------------- any table


def take(folder: Path, text: str, name: str = "t.csv", **how: str) -> Imported:
    (folder / name).write_text(text)
    (found,) = read_traffic(folder / name, **how)  # type: ignore[arg-type]
    return found


def test_positions_alone_are_enough_and_the_rest_is_derived_and_said(tmp_path: Path) -> None:
    found = take(tmp_path, table([*going("a"), *going("b", v=-5.0, y=4.0)]))
    agents = found.recording.agents
    assert found.names == ("a", "b")
    assert found.recording.step_s == pytest.approx(0.1)
    np.testing.assert_allclose(agents.speed, [[10.0] * 21, [5.0] * 21], rtol=1e-6)
    np.testing.assert_allclose(np.abs(agents.yaw), [[0.0] * 21, [np.pi] * 21], atol=1e-6)
    assert {"yaw_derived", "speed_derived", "accel_derived", "size_assumed"} <= codes(found)
    promises(found)


def test_columns_that_are_there_are_taken_as_they_are(tmp_path: Path) -> None:
    head = "t_s;agent;x_m;y_m;heading_rad;speed_mps;length_m;width_m;kind;remark"
    text = "\n".join([head, *(f"{0.2 * k};7;{k};0;0.3;4.5;12.0;2.5;Bus;x" for k in range(5))])
    found = take(tmp_path, text)
    agents = found.recording.agents
    assert agents.kind.tolist() == [Kind.BUS]
    assert agents.size[0].tolist() == pytest.approx([12.0, 2.5, 3.1])
    assert (agents.yaw == np.float32(0.3)).all()
    assert (agents.speed == np.float32(4.5)).all()
    assert found.recording.step_s == pytest.approx(0.2)


def test_stamps_off_the_grid_are_resampled_and_said(tmp_path: Path) -> None:
    rows = [(k * 0.1 + (0.03 if k % 3 == 1 else 0.0), "a") for k in range(31)]
    found = take(tmp_path, table([(t, a, 10.0 * t, 0.0) for t, a in rows]))
    assert "resampled" in codes(found)
    x = found.recording.agents.xyz[0, :, 0]
    np.testing.assert_allclose(x, 10.0 * 0.1 * np.arange(len(x)), atol=1e-9)


def test_stamps_of_the_clock_of_the_day_begin_at_zero(tmp_path: Path) -> None:
    rows = [(1.7e9 + t, *rest) for t, *rest in going("a")]
    found = take(tmp_path, table(rows))
    assert found.recording.t_ns[0] == 0
    assert found.recording.duration_s == pytest.approx(2.0)


def test_long_recordings_are_cut_into_windows_of_a_minute(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(table([*going("a", n=1500), *going("b", n=700, y=4.0)]))
    found = read_traffic(tmp_path / "t.csv")
    assert [len(i.recording.t_ns) for i in found] == [600, 600, 300]
    assert [i.names for i in found] == [("a", "b"), ("a", "b"), ("a",)]
    assert [i.name for i in found] == ["t window 0", "t window 1", "t window 2"]
    assert found[1].recording.agents.xyz[0, 0, 0] == pytest.approx(600.0)
    assert found[1].recording.agents.valid.sum(1).tolist() == [600, 100]
    (only,) = read_traffic(tmp_path / "t.csv", subject="b")[1:]
    assert only.names[only.recording.subject] == "b"


def test_a_minute_in_which_nobody_is_there_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(table([*going("a"), *((700.0 + t, *rest) for t, *rest in going("a"))]))
    found = read_traffic(tmp_path / "t.csv")
    assert [i.names for i in found] == [("a",), ("a#2",)]
    assert found[1].recording.agents.valid.sum() == 21


def test_parquet_holds_the_same_as_csv(tmp_path: Path) -> None:
    rows = going("a")
    columns = dict(zip(("t_s", "agent", "x_m", "y_m"), map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    (packed,), plain = read_traffic(tmp_path / "t.parquet"), take(tmp_path, table(rows))
    np.testing.assert_array_equal(packed.recording.agents.xyz, plain.recording.agents.xyz)
    assert packed.names == plain.names


GOOD = table(going("a", n=5))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.2,a,2.0", "0.2,a,nan", r"t\.csv:4: got x_m 'nan', want a finite number"),
        ("0.2,a,2.0", "0.2,a,1e30", "x_m '1e30'"),
        ("0.2,a,2.0", "0.2,a,1e12", "a state out of range"),
        ("0.2,a,2.0", "0.2,a", r"t\.csv:4: got 3 columns, want 4"),
        ("0.2,a,2.0", "0.1,a,2.0", "road user 'a' twice at one time"),
        ("t_s,agent,x_m,y_m", "t_s,agent,x_m,y_m,y_m", "a column twice"),
        ("t_s,agent,x_m,y_m", "t_s,agent,x_m,y", "no known format"),
        ("0.2,a", "99999999999,a", "steps of"),
    ],
)
def test_bad_tables_are_refused_with_their_row(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=said) as caught:
        take(tmp_path, GOOD.replace(old, new, 1))
    assert "\n" not in str(caught.value)


def test_a_damaged_parquet_file_is_one_line(tmp_path: Path) -> None:
    pq.write_table(pa.table({"t_s": [0.0, 0.1], "agent": ["a", "a"], "x_m": [0.0, None], "y_m": [0.0, 0.0]}),
                   tmp_path / "t.parquet")  # fmt: skip
    with pytest.raises(InputError, match="row 2: got x_m 'None'"):
        read_traffic(tmp_path / "t.parquet")
    data = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match="a damaged parquet file"):
        read_traffic(tmp_path / "t.parquet")


CELL = st.sampled_from(("", "0", "-1", "a", "nan", "1e400", "0.1", "7", ",", '"', "\n", "1_0", "\0", "é", "0.2,a,1,1"))


@given(cells=st.lists(CELL, min_size=1, max_size=6), at=st.integers(0, len(GOOD) - 1))
def test_mutants_of_a_table_are_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str], at: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutant.csv"
    path.write_text(GOOD[:at] + "".join(cells) + GOOD[at + 1 :], encoding="utf-8")
    try:
        found, said = read_traffic(path), ""
    except InputError as error:
        found, said = (), str(error)
    assert "\n" not in said
    assert bool(found) != bool(said)
    for one in found:
        promises(one)


# -------------------------------------------------------------------------------------------- highD


def test_highd_boxes_headings_and_accelerations_are_in_our_axes(tmp_path: Path) -> None:
    (found,) = read_traffic(highd(tmp_path))
    agents = found.recording.agents
    assert found.recording.step_s == pytest.approx(0.04)
    assert agents.kind.tolist() == [Kind.CAR, Kind.TRUCK]
    assert agents.size[:, :2].tolist() == [pytest.approx([4.5, 1.8]), [12.0, 2.5]]
    assert agents.xyz[0, 0].tolist() == pytest.approx([202.25, -9.9, 0.0])
    np.testing.assert_allclose(np.abs(agents.yaw[0]), np.pi, rtol=1e-6)
    np.testing.assert_allclose(agents.yaw[1], 0.0, atol=1e-6)
    np.testing.assert_allclose(agents.speed[:, 0], [30.0, 20.0])
    np.testing.assert_allclose(agents.accel[:, 0], [0.5, 0.25])  # both gain speed, the first to the left
    promises(found)


def test_highd_markings_make_the_road_that_the_vehicles_are_on(tmp_path: Path) -> None:
    (found,) = read_traffic(highd(tmp_path))
    assert found.net is not None
    lane, _, offset, distance = nearest_lane(found.net, found.recording.agents.xyz[:, 0, :2])
    assert distance.tolist() == [0.0, 0.0]
    assert offset == pytest.approx([-0.1, 0.75], abs=0.01)  # 0.1 m right of 10 m down; lane centre 27, body 26.25
    assert len(found.net.lanes) == 4
    np.testing.assert_allclose(found.net.lanes.speed_mps, 33.33)
    heading = found.net.lanes.centre_heading[found.net.lanes.centre_start[lane]]
    np.testing.assert_allclose(np.cos(heading - found.recording.agents.yaw[:, 0]), 1.0, atol=1e-6)


def test_highd_without_markings_is_traffic_without_a_map(tmp_path: Path) -> None:
    (found,) = read_traffic(highd(tmp_path, meta="id,frameRate\n1,25\n"))
    assert found.net is None
    assert "no_road" in codes(found)


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        ("id,frameRate\n1,0\n", "frameRate 0"),
        ("id\n1\n", "no column 'frameRate'"),
        ('id,frameRate,upperLaneMarkings\n1,25,"8;7;16"\n', "upperLaneMarkings '8;7;16'"),
        ('id,frameRate,upperLaneMarkings\n1,25,"8;x"\n', "upperLaneMarkings '8;x'"),
    ],
)
def test_highd_with_a_wrong_meta_file_names_it(tmp_path: Path, meta: str, said: str) -> None:
    with pytest.raises(InputError, match=r"01_recordingMeta\.csv.*" + said):
        read_traffic(highd(tmp_path, meta=meta))


def test_highd_without_its_meta_file_says_which(tmp_path: Path) -> None:
    path = highd(tmp_path)
    (tmp_path / "01_tracksMeta.csv").unlink()
    with pytest.raises(InputError, match=r"no file 01_tracksMeta\.csv"):
        read_traffic(path)


# -------------------------------------------------------------------------------------- INTERACTION


def test_a_real_interaction_file_is_read_as_it_is_written(real) -> None:  # type: ignore[no-untyped-def]
    folder = "trajectories/interaction-dataset+interaction-dataset"
    (found,) = read_traffic(real(f"{folder}/recorded_trackfiles/.TestScenarioForScripts/vehicle_tracks_000.csv"))
    assert found.format == "interaction"
    assert found.recording.agents.xyz[0, :3, 0].tolist() == [1.0, 2.0, 3.0]
    assert found.recording.agents.size[0, :2].tolist() == pytest.approx([4.0, 1.8])
    np.testing.assert_allclose(found.recording.agents.speed[0], 10.0)
    promises(found)


# -------------------------------------------------------------------------------------- Argoverse 2

AV2 = ("trajectories/argoverse+av2-api/tests/unit/test_data/forecasting_scenarios/"
       "0a1e6f0a-1817-4a98-b02e-db8c9327d151/{}_0a1e6f0a-1817-4a98-b02e-db8c9327d151.{}")  # fmt: skip


def test_a_real_argoverse_scenario_lies_on_its_map(real) -> None:  # type: ignore[no-untyped-def]
    (found,) = read_traffic(real(AV2.format("scenario", "parquet")))
    recording = found.recording
    promises(found)
    assert recording.agents.valid.shape == (44, 110)
    assert found.names[recording.subject] == "AV"
    assert found.net is not None
    ego = recording.agents.xyz[recording.subject]
    lane, _, _, distance = nearest_lane(found.net, ego[:, :2])
    assert distance.max() == 0.0
    assert 20.0 < ego[0, 2] < 25.0  # the map's height, which the scenario does not have
    heading = found.net.lanes.centre_heading[found.net.lanes.centre_start[lane]]
    assert (np.cos(heading - recording.agents.yaw[recording.subject]) > 0.9).mean() > 0.9
    table_ = pq.read_table(real(AV2.format("scenario", "parquet"))).to_pylist()
    mine = [r for r in table_ if r["track_id"] == "AV"]
    assert ego[:, 0].tolist() == [r["position_x"] for r in sorted(mine, key=lambda r: r["timestep"])]


def test_a_real_argoverse_map_has_its_lanes_links_and_crossings(real) -> None:  # type: ignore[no-untyped-def]
    path = real(AV2.format("log_map_archive", "json"))
    net, tree = roadnet.load(path), json.loads(path.read_bytes())
    assert len(net.lanes) == len(tree["lane_segments"]) == 71
    assert len(net.objects.id) == len(tree["pedestrian_crossings"]) == 6
    inside = {int(name) for name in tree["lane_segments"]}
    links = {(int(n), s) for n, x in tree["lane_segments"].items() for s in x["successors"] if s in inside}
    assert len(net.lanes.successor) == len(links)
    assert not [f for f in net.findings if f.severity == "problem"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"drivable_areas": {}, "lane_segments": {}}', "no lane segment"),
        ('{"drivable_areas": {}, "lane_segments": {"1": {"left_lane_boundary": 3}}}', "left_lane_boundary of another"),
        ('{"drivable_areas": [1]}', "JSON of another form"),
        ('{"drivable_areas": {', "text that is no JSON"),
        ('{"lane_segments": {"1": {"left_lane_boundary": [{"x": 1e400, "y": 0, "z": 0}]}}}', "another form"),
    ],
)
def test_damaged_argoverse_maps_are_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.json").write_text(text)
    with pytest.raises(InputError, match=said):
        roadnet.load(tmp_path / "m.json")
