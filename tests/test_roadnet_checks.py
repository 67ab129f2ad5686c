"""Checks on networks: each finds a planted fault with its place, and nothing on what is sound."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from xodr import LANES, document, geometry, load, road

import roadnet
from roadnet.checks import CHECKS, check, located, place_in
from roadnet.network import Finding, RoadNetwork
from viewer.cli import main
from viewer.draw.findings import finding_items
from viewer.draw.items import Polylines, Text

LINE = geometry("<line/>", length=50.0)
SIGNAL = '<signals><signal id="7" s="10" t="4" dynamic="yes" type="1000001" orientation="+">{0}</signal></signals>'
TREE = '<objects><object id="4" type="tree" s="20" t="{0}" zOffset="0" length="1" width="1" height="5"/></objects>'


def second(plan: str, *, lanes: str = LANES) -> str:
    """Return a road 2 that follows road 1 by a link."""
    link = '<predecessor elementType="road" elementId="1" contactPoint="end"/>'
    return road(plan, length=50.0, id="2", link=link, lanes=linked(lanes, "predecessor"))


def linked(lanes: str, tag: str) -> str:
    """Return lanes whose two driving lanes name their own ids beyond one end."""
    for number in (1, -1):
        opening = f'<lane id="{number}" type="driving" level="false">'
        lanes = lanes.replace(opening, f'{opening}<link><{tag} id="{number}"/></link>')
    return lanes


def first() -> str:
    """Return a road 1 that leads to road 2."""
    link = '<successor elementType="road" elementId="2" contactPoint="start"/>'
    return road(LINE, length=50.0, link=link, lanes=linked(LANES, "successor"))


def centred(text: str) -> str:
    """Return a road whose lane -1 lies on the reference line, so that a turn there is a kink and no gap."""
    return text.replace("<lanes>", '<lanes><laneOffset s="0" a="1.75" b="0" c="0" d="0"/>')


def one(**changes: str) -> str:
    """Return one straight road of 50 m."""
    return road(changes.pop("plan", LINE), length=50.0, **changes)


PLANTED = {
    "gap": ((first(), second(geometry("<line/>", length=50.0, x=50.5))), "road 1 lane -1 s 50.000 to road 2"),
    "kink": ((centred(first()), centred(second(geometry("<line/>", length=50.0, x=50.0, hdg=0.1)))),
             "road 1 lane -1 s 50.000 to road 2"),
    "plan_gap": ((one(plan=geometry("<line/>", length=25.0) + geometry("<line/>", length=25.0, s=25.0, x=25.2)),),
                 "road 1 s 25.000"),
    "plan_kink": ((one(plan=geometry("<line/>", length=25.0) + geometry("<line/>", length=25.0, s=25.0, x=25.0,
                                                                        hdg=0.2)),), "road 1 s 25.000"),
    "elevation_step": ((one(profiles='<elevationProfile><elevation s="0" a="0" b="0" c="0" d="0"/>'
                            '<elevation s="30" a="1" b="0" c="0" d="0"/></elevationProfile>'),), "road 1 s 30.000"),
    "offset_step": ((one(lanes='<laneOffset s="0" a="0" b="0" c="0" d="0"/><laneOffset s="20" a="1" b="0" c="0"'
                         ' d="0"/>' + LANES),), "road 1 s 20.000"),
    "negative_width": ((one(lanes=LANES.replace('a="2" b="0"', 'a="2" b="-0.05"')),), "road 1 lane -2 s 50.000"),
    "zero_width": ((one(lanes=LANES.replace('a="3.5"', 'a="0"', 1)),), "road 1 lane 1 s 0.000"),
    "narrow": ((one(lanes=LANES.replace('a="3.5"', 'a="1.1"', 1)),), "road 1 lane 1 s 0.000"),
    "width_hole": ((one(lanes=LANES.replace('sOffset="0" a="2"', 'sOffset="5" a="2"')),), "road 1 lane -2 s 0.000"),
    "lane_ids": ((one(lanes=LANES.replace('id="-2"', 'id="-4"')),), "road 1 s 0.000"),
    "radius": ((one(plan=geometry('<arc curvature="-0.2778"/>', length=1.0)).replace('th="50.0"', 'th="1.0"'),),
               "road 1 lane -1 s 0.000"),
    "folded_edge": ((one(plan=geometry('<arc curvature="-0.5"/>', length=6.0)).replace('th="50.0"', 'th="6.0"'),),
                    "road 1 lane -1 s"),
    "overlap": ((one(), road(geometry("<line/>", length=50.0, x=25.0, y=-25.0, hdg=1.5708), length=50.0, id="2")),
                "road 1 lane"),
    "isolated": ((one(), road(geometry("<line/>", length=50.0, y=90.0), length=50.0, id="2")), "road 1 lane 1 s 0.000"),
    "speed_limit": ((one(lanes=LANES.replace('</lane>\n<lane id="-2"', '<speed sOffset="0" max="900" unit="km/h"/>'
                                             '</lane>\n<lane id="-2"')),), "road 1 lane -1 s 0.000"),
    "idle_signal": ((one(tail=SIGNAL.format('<validity fromLane="0" toLane="0"/>')),), "road 1 s 10.000"),
    "object_on_road": ((one(tail=TREE.format("-1.5")),), "road 1 lane -1 s 20.000"),
    "empty_junction": ((one(), '<junction id="5" name=""/>'), "junction 5"),
    "dangling_signal": ((one(), '<controller id="c1"><control signalId="99"/></controller>'), "controller c1, line"),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_fault_is_found_where_it_is(code: str, tmp_path: Path) -> None:
    parts, where = PLANTED[code]
    found = [f for f in check(load(tmp_path, *parts)) if f.code == code]
    assert found, code
    assert any(where in f.where for f in found), [f.where for f in found]


def test_a_sound_road_and_the_shipped_maps_have_no_findings(tmp_path: Path, shipped_net: RoadNetwork) -> None:
    assert check(load(tmp_path, one(tail=TREE.format("-7.5")))) == ()
    assert check(load(tmp_path, first(), second(geometry("<line/>", length=50.0, x=50.0)))) == ()
    assert [f for f in check(shipped_net) if f.severity == "problem"] == []


def test_every_check_is_planted_for() -> None:
    assert len(PLANTED) >= len(CHECKS)


def test_a_bridge_over_a_road_is_no_overlap(tmp_path: Path) -> None:
    high = '<elevationProfile><elevation s="0" a="6" b="0" c="0" d="0"/></elevationProfile>'
    above = road(geometry("<line/>", length=50.0, x=25.0, y=-25.0, hdg=1.5708), length=50.0, id="2", profiles=high)
    assert "overlap" not in {f.code for f in check(load(tmp_path, one(), above))}


def test_places_are_read_from_their_words(tmp_path: Path) -> None:
    assert place_in("road a-b lane -3 s 12.5 to road 9 lane 1, line 77") == ("a-b", -3, 12.5, 77)
    assert place_in("road 12, line 3") == ("12", None, None, 3)
    assert place_in("junction 4") == (None, None, None, None)
    net = load(tmp_path, one())
    at = located(net, Finding(severity="note", code="x", where="road 1 lane -1 s 20.000", message=""))
    assert at.xy == pytest.approx((20.0, -1.75))
    assert located(net, Finding(severity="note", code="x", where="road 99 s 1.000", message="")).xy is None


def test_check_prints_places_and_its_gate_fails_on_problems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "town.xodr"
    path.write_text(document("\n", *PLANTED["gap"][0], *(PLANTED["empty_junction"][0][1:])))
    assert main(["map", "check", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("problem gap: road 1 lane ")
    assert lines[-1] == "town: 2 problems, 0 repaired, 1 note"
    assert main(["map", "check", str(path), "--gate", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"problem": 2, "repaired": 0, "note": 1}
    gap = next(f for f in said["findings"] if f["code"] == "gap" and f["lane"] == -1)
    assert (gap["severity"], gap["road"], gap["s_m"]) == ("problem", "1", 50.0)
    assert '<lane id="-1"' in path.read_text().splitlines()[gap["line"] - 1]
    assert gap["xy_m"] == pytest.approx([50.0, -1.75])
    assert main(["map", "check", "crossing", "--gate"]) == 0


def test_pictures_mark_each_place(tmp_path: Path) -> None:
    items = finding_items(load(tmp_path, *PLANTED["gap"][0]))
    assert any(isinstance(i, Text) and "gap" in i.text for i in items)
    rings = [i for i in items if isinstance(i, Polylines)]
    assert min(abs(ring.points - (50.0, -1.75)).max(1).min() for ring in rings) < 3.0
    assert finding_items(load(tmp_path, one())) == ()


def test_findings_on_a_real_map_that_is_known_to_be_rough(
    real: Callable[[str], Path], load_map: Callable[[str], RoadNetwork]
) -> None:
    net = load_map(str(real("opendrive/BerkeleyLearnVerify+Scenic/assets/maps/LGSVL/borregasave.xodr")))
    codes = {f.code for f in check(net)}
    assert {"gap", "kink", "plan_kink", "folded_edge"} <= codes
    assert all(located(net, f).xy is not None for f in check(net) if f.code in ("gap", "plan_kink"))
    assert roadnet.load("crossing").findings == ()
