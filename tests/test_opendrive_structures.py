"""Tunnels, bridges and virtual junctions: kept, written, shown."""

import json
from pathlib import Path

import pytest
from xodr import LANES, geometry, load, road

from roadnet.formats.opendrive.write import save
from roadnet.loading import load as load_map
from roadnet.network import ObjectKind
from viewer.cli import main

LENGTH_M = 100.0
PLAN = geometry("<line/>", length=LENGTH_M)
OBJECTS = (
    '<objects><tunnel id="t" s="10" length="40.5" type="underpass"/><bridge id="b" s="90" length="30" type="steel"/>'
    '<tunnel id="beside" s="120" length="5" type="standard"/></objects>'
)


def test_tunnels_and_bridges_keep_their_stretch_of_road_also_when_written(tmp_path: Path) -> None:
    net = load(tmp_path, road(PLAN, length=LENGTH_M, tail=OBJECTS))
    save(net, tmp_path / "again.xodr")
    for found in (net.structures, load_map(tmp_path / "again.xodr").structures):
        assert found.id == ("t", "b")
        assert found.kind.tolist() == [ObjectKind.TUNNEL, ObjectKind.BRIDGE]
        assert found.type == ("underpass", "steel")
        assert found.s_range.tolist() == [[10.0, 50.5], [90.0, 100.0]]
    assert [f.code for f in net.findings] == ["structure"]
    assert net.digest != load(tmp_path, road(PLAN, length=LENGTH_M)).digest


def test_info_shows_structures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(tmp_path, road(PLAN, length=LENGTH_M, tail=OBJECTS))
    assert main(["map", "info", str(tmp_path / "map.xodr"), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)["structures"]
    assert shown[0] == {"kind": "tunnel", "id": "t", "road": "1", "s_range_m": [10.0, 50.5]}
    assert main(["map", "info", str(tmp_path / "map.xodr")]) == 0
    assert "tunnel t: road 1 from s 10.0 to 50.5 m" in capsys.readouterr().out


def test_virtual_junction_is_kept_and_not_followed(tmp_path: Path) -> None:
    connection = '<connection id="0" incomingRoad="1" connectingRoad="2" contactPoint="start"/>'
    junction = f'<junction id="v" name="" type="virtual" mainRoad="1" sStart="40" sEnd="60">{connection}</junction>'
    side = road(geometry("<line/>", length=20.0, x=50.0, hdg=1.0), length=20.0, id="2", junction="v")
    net = load(tmp_path, road(PLAN, length=LENGTH_M), side, junction, '<junction id="d" name=""/>')
    assert net.junctions.id == ("v", "d")
    assert net.junctions.virtual.tolist() == [True, False]
    assert not len(net.lanes.successor)
    assert [f.code for f in net.findings if "junction" in f.where] == ["virtual_junction"]


def test_explicit_lines_are_reported_where_they_stand(tmp_path: Path) -> None:
    plain = '<roadMark sOffset="0" type="broken" color="white"/>'
    explicit = '<explicit><line length="3" sOffset="0" tOffset="0" width="0.1"/></explicit>'
    lanes = LANES.replace(plain, plain.replace("/>", f">{explicit}</roadMark>"))
    net = load(tmp_path, road(PLAN, length=LENGTH_M, lanes=lanes))
    assert [(f.code, f.where.split(",")[0]) for f in net.findings] == [("explicit_mark", "road 1 lane 0")]
    assert len(net.centre_marks.mark) == 1


def test_rail_switch_is_kept_at_its_place(tmp_path: Path) -> None:
    track = '<mainTrack id="1" s="30" dir="+"/><sideTrack id="2" s="0" dir="+"/>'
    tail = f'<railroad><switch name="" id="w" position="static">{track}</switch></railroad>'
    net = load(tmp_path, road(PLAN, length=LENGTH_M, tail=tail))
    assert (net.structures.id, net.structures.type) == (("w",), ("static",))
    assert net.structures.kind.tolist() == [ObjectKind.RAIL_SWITCH]
    assert net.structures.s_range.tolist() == [[30.0, 30.0]]
    assert [f.code for f in net.findings] == ["railroad"]
    save(net, tmp_path / "again.xodr")
    assert not len(load_map(tmp_path / "again.xodr").structures)
