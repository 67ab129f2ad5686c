"""OpenDRIVE out: what is written reads as the network it was written from."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xodr
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import roadnet
from roadnet.base.errors import InputError
from roadnet.formats import opendrive
from roadnet.formats.opendrive import write
from roadnet.formats.opendrive.joints import joints
from roadnet.formats.opendrive.roundtrip import Difference, difference
from roadnet.generate import registry
from roadnet.network import LaneType, RoadNetwork
from viewer import cli

LINE_M = 1e-9  # coordinates are written with every bit; profiles that began late are written about s = 0
PLACE_M = 2e-6  # objects and signals are placed to a micrometre along and across their road
# roads that join more than one road at an end without a junction: a file has to put one there
JUNCTION_MADE = {"CulDeSac.xodr", "soderleden.xodr"}
RENAMED = {LaneType.WALKING: LaneType.SIDEWALK}  # a word of 1.8


def trip(net: RoadNetwork, folder: Path) -> tuple[bytes, RoadNetwork]:
    """Return the document of a network and what it reads as."""
    path = folder / f"{net.name}.xodr"
    write.save(net, path)
    return path.read_bytes(), opendrive.read(path)


def assert_comes_back(net: RoadNetwork, folder: Path) -> Difference:
    """Assert that a trip keeps everything and that the second one is the same file."""
    text, back = trip(net, folder)
    found = difference(net, back)
    assert max(found.road_m, found.centre_m, found.edge_m) <= LINE_M
    assert max(found.signal_m, found.object_m) <= PLACE_M
    assert found.missing == found.junctions
    assert joints(net).lost == ()
    kept = [RENAMED.get(LaneType(k), LaneType(k)) for k in net.lanes.type.tolist()]
    assert back.lanes.type.tolist() == kept
    for name in ("forward", "has_speed", "speed_mps", "mark", "mark_start", "left", "right", "has_left", "has_right"):
        assert np.array_equal(getattr(back.lanes, name), getattr(net.lanes, name)), name
    for name in ("kind", "road", "s", "t", "size", "has_value", "dynamic", "group", "lane_start", "lane"):
        assert np.array_equal(getattr(back.signals, name), getattr(net.signals, name)), name
    assert (back.signals.id, back.signals.type, back.signals.group_id) == (
        net.signals.id,
        net.signals.type,
        net.signals.group_id,
    )
    assert np.allclose(back.signals.value, net.signals.value, rtol=0, atol=1e-9)
    assert np.allclose(np.exp(1j * back.signals.pose[:, 3]), np.exp(1j * net.signals.pose[:, 3]), rtol=0, atol=1e-8)
    assert np.allclose(back.centre_marks.mark, net.centre_marks.mark, rtol=0, atol=1e-6)
    assert np.array_equal(back.centre_marks.start, net.centre_marks.start)
    assert np.array_equal(np.sort(np.diff(back.objects.outline_start)), np.sort(np.diff(net.objects.outline_start)))
    assert back.source.geo_reference == net.source.geo_reference
    assert back.source.header_offset == net.source.header_offset
    assert trip(back, folder)[0] == text
    return found


def test_a_straight_road_is_written_as_it_was_given(tmp_path: Path) -> None:
    net = xodr.load(tmp_path, xodr.road(xodr.geometry("<line/>", length=100.0), length=100.0))
    root = etree.fromstring(write.document(net))
    header, road = root.find("header"), root.find("road")
    assert (header.get("revMajor"), header.get("revMinor")) == ("1", "7")
    assert (road.get("id"), road.get("length"), road.get("junction"), road.get("rule")) == ("1", "100.0", "-1", "RHT")
    assert [e.get("id") for e in road.iterfind("lanes/laneSection//lane")] == ["1", "0", "-1", "-2"]
    assert [e.get("a") for e in road.iter("width")] == ["3.5", "3.5", "2.0"]
    assert road.find("lanes/laneSection/center/lane/roadMark").get("type") == "broken"
    assert road.find("lanes/laneSection/right/lane[@id='-2']/height").get("outer") == "0.12"


@pytest.mark.parametrize("name", ["crossing", "boulevard"])
def test_shipped_maps_come_back_whole(name: str, load_map: Callable[[str], RoadNetwork], tmp_path: Path) -> None:
    assert assert_comes_back(load_map(name), tmp_path).missing == 0


def test_every_real_map_comes_back(real: Callable[[str], Path], tmp_path: Path) -> None:
    files = sorted(real("opendrive").rglob("*.xodr"))
    trips, made = 0, set()
    for path in files:
        try:
            net = opendrive.read(path)
        except InputError:
            continue
        if assert_comes_back(net, tmp_path).junctions:
            made.add(path.name)
        trips += 1
    assert trips >= 98
    assert made == JUNCTION_MADE


@settings(max_examples=12)
@given(form=st.sampled_from(sorted(registry.forms())), seed=st.integers(0, 10_000))
def test_generated_maps_come_back_whole(form: str, seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    net = registry.build(form, seed=seed)
    assert assert_comes_back(net, tmp_path_factory.mktemp("trip")).missing == 0


def test_lanes_against_their_side_keep_their_direction(tmp_path: Path) -> None:
    lanes = xodr.LANES.replace('<lane id="-1" type="driving"', '<lane id="-1" direction="reversed" type="driving"')
    net = xodr.load(tmp_path, xodr.road(xodr.geometry("<line/>", length=50.0), length=50.0, lanes=lanes))
    assert not net.lanes.forward[net.lanes.id == -1].any()
    assert_comes_back(net, tmp_path)


def test_a_planted_fault_shows_in_the_difference(load_map: Callable[[str], RoadNetwork], tmp_path: Path) -> None:
    """The comparison can fail: a wider lane, a broken link, a signal moved, an object renamed."""
    net = load_map("crossing")
    faults = {
        "edge_m": ("road/lanes/laneSection/right/lane/width", {"a": "9.5"}),
        "links": ("road/lanes/laneSection/right/lane/link/successor", {"id": "-7"}),
        "signal_m": ("road/signals/signal", {"zOffset": "19.0"}),
        "objects": ("road/objects/object", {"id": "another"}),
    }
    for field, (where, wrong) in faults.items():
        root = etree.fromstring(write.document(net))
        root.find(where).attrib.update(wrong)
        path = tmp_path / "fault.xodr"
        path.write_bytes(etree.tostring(root))
        assert getattr(difference(net, opendrive.read(path)), field) > 0.05, field


def test_a_section_without_lanes_stays_empty(tmp_path: Path) -> None:
    empty = '<laneSection s="20"><center><lane id="0" type="none"/></center></laneSection>' + xodr.LANES.replace(
        's="0"', 's="30"', 1
    )
    net = xodr.load(tmp_path, xodr.road(xodr.geometry("<line/>", length=50.0), length=50.0, lanes=xodr.LANES + empty))
    assert sorted(set(map(tuple, net.lanes.s_range.tolist()))) == [(0.0, 20.0), (30.0, 50.0)]
    assert_comes_back(net, tmp_path)


def test_profiles_that_begin_late_are_written_from_the_roads_beginning(tmp_path: Path) -> None:
    profiles = '<elevationProfile><elevation s="10" a="2" b="0.1" c="0" d="0"/></elevationProfile>'
    road = xodr.road(xodr.geometry("<line/>", length=50.0), length=50.0, profiles=profiles)
    net = xodr.load(tmp_path, road)
    first = etree.fromstring(write.document(net)).find("road/elevationProfile/elevation")
    assert (first.get("s"), float(first.get("a")), first.get("b")) == ("0.0", 1.0, "0.1")
    assert_comes_back(net, tmp_path)


def test_convert_writes_the_file_and_states_what_it_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "copy.xodr"
    assert cli.main(["map", "convert", "crossing", "--out", str(out)]) == 0
    assert "0 m" in capsys.readouterr().out
    assert difference(roadnet.load("crossing"), roadnet.load(out)).missing == 0


def test_convert_refuses_a_folder_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["map", "convert", "crossing", "--out", str(tmp_path / "none" / "copy.xodr")]) == 3
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


def test_equal_networks_give_equal_bytes(load_map: Callable[[str], RoadNetwork]) -> None:
    net = load_map("crossing")
    assert write.document(net) == write.document(replace(net))
