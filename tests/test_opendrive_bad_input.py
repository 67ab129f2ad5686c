"""Bad maps end in one line that names file, line and element; what can be survived is a finding."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xodr import LANES, document, geometry, load, road

import roadnet
from roadnet.base.errors import InputError
from roadnet.places import places
from roadnet.routes import lane_path
from roadnet.surface import whole_surface

GOOD = document(road(geometry("<line/>", length=50.0), length=50.0))


def refusal(path: Path, text: str | bytes) -> str:
    path = path / "map.xodr"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(InputError) as caught:
        roadnet.load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert "map.xodr" in message
    return message


def test_truncated_map_names_the_line(tmp_path: Path) -> None:
    assert "map.xodr:" in refusal(tmp_path, GOOD[: len(GOOD) // 2])


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e308", "abc", "", "1_0"])
def test_numbers_that_are_none_are_refused_with_element_and_attribute(tmp_path: Path, value: str) -> None:
    message = refusal(tmp_path, GOOD.replace('x="0.0"', f'x="{value}"'))
    assert "<geometry>" in message
    assert "x" in message


def test_doctype_is_refused_before_entities_grow(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE OpenDRIVE [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    assert "DOCTYPE" in refusal(tmp_path, GOOD.replace("<OpenDRIVE>", f"{bomb}<OpenDRIVE>", 1))
    assert "DOCTYPE" in refusal(tmp_path, (bomb + "<OpenDRIVE/>").encode("utf-16"))


def test_empty_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    assert "empty" in refusal(tmp_path, "  \n")
    assert "<OpenDRIVE>" in refusal(tmp_path, "<kml/>")
    assert "well-formed" in refusal(tmp_path, b"\x89PNG\r\n\x1a\n")
    with pytest.raises(InputError, match="no such file"):
        roadnet.load(tmp_path / "absent.xodr")
    with pytest.raises(InputError, match="did you mean 'crossing'"):
        roadnet.load("crosing")


def test_map_without_roads_or_without_drivable_lanes_is_refused(tmp_path: Path) -> None:
    assert "at least one" in refusal(tmp_path, document())
    walk = LANES.replace('"driving"', '"sidewalk"')
    assert "driven on" in refusal(tmp_path, document(road(geometry("<line/>", length=9.0), length=9.0, lanes=walk)))


def test_road_length_and_curvature_out_of_bounds_are_refused(tmp_path: Path) -> None:
    assert "length" in refusal(tmp_path, document(road(geometry("<line/>", length=9.0), length=-9.0)))
    steep = document(road(geometry('<arc curvature="1e8"/>', length=9.0), length=9.0))
    assert "curvature" in refusal(tmp_path, steep)
    huge = document(road(geometry("<line/>", length=9e4), length=9e4, lanes=LANES), *(
        road(geometry('<arc curvature="9"/>', length=9e4), length=9e4, id=f"x{i}") for i in range(4)
    ))  # fmt: skip
    assert "samples" in refusal(tmp_path, huge)


def test_dangling_links_and_unknown_types_are_findings(tmp_path: Path) -> None:
    lanes = LANES.replace('id="1" type="driving" level="false">',
                          'id="1" type="driving" level="false"><link><successor id="7"/></link>')  # fmt: skip
    lanes = lanes.replace('type="sidewalk"', 'type="hoverboard"')
    link = '<successor elementType="road" elementId="99" contactPoint="start"/>'
    net = load(tmp_path, road(geometry("<line/>", length=50.0), length=50.0, lanes=lanes, link=link))
    codes = {f.code for f in net.findings}
    assert {"dangling_link", "lane_type"} <= codes
    assert all("line " in f.where for f in net.findings)


def test_every_prefix_of_a_map_is_loaded_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "map.xodr"
    for end in range(0, len(GOOD), 23):
        path.write_text(GOOD[:end])
        with pytest.raises(InputError):
            roadnet.load(path)


@settings(max_examples=150)
@given(data=st.data())
def test_mutants_of_a_shipped_map_load_or_are_refused_in_one_line(tmp_path_factory, data: st.DataObject) -> None:
    """Structure-aware mutation: one attribute of one element gets a hostile value, or an element goes."""
    text = roadnet.map_path("crossing").read_text().split("\n")
    row = data.draw(st.integers(1, len(text) - 1))
    hostile = data.draw(st.sampled_from(["nan", "-1", "1e308", "", "x", "0", "99999999999", "-0.0", "1e-300"]))
    parts = text[row].split('"')
    if len(parts) > 2 and data.draw(st.booleans()):
        parts[2 * data.draw(st.integers(0, (len(parts) - 2) // 2)) + 1] = hostile
        text[row] = '"'.join(parts)
    else:
        del text[row]
    path = tmp_path_factory.mktemp("mutant") / "map.xodr"
    path.write_text("\n".join(text))
    verdict = outcome(path)
    assert "\n" not in verdict


def outcome(path: Path) -> str:
    """Return the digest of a map that loads, else the refusal."""
    try:
        return roadnet.load(path).digest
    except InputError as error:
        return str(error)


def test_loads_by_name_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load_map: Callable[[str], object]
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "mytown.xodr").write_text(GOOD)
    monkeypatch.setenv("NEARMISS_MAPS", str(tmp_path))
    assert roadnet.load("mytown").name == "mytown"


def test_geometry_that_leaps_or_leaves_the_earth_is_refused(tmp_path: Path) -> None:
    plan = geometry("<line/>", length=50.0)
    steep = '<elevationProfile><elevation s="0" a="0" b="0" c="0" d="1e6"/></elevationProfile>'
    assert "height" in refusal(tmp_path, document(road(plan, length=50.0, profiles=steep)))
    wide = LANES.replace('a="3.5"', 'a="900"')
    assert "half width" in refusal(tmp_path, document(road(plan, length=50.0, lanes=wide)))
    leap = '<laneOffset s="0" a="0" b="0" c="0" d="0"/><laneOffset s="25" a="1e5" b="0" c="0" d="0"/>'
    assert "jump" in refusal(tmp_path, document(road(plan, length=50.0, lanes=leap + LANES)))


def test_a_road_of_a_tenth_of_a_millimetre_still_has_paths_and_ground(tmp_path: Path) -> None:
    net = load(tmp_path, road(geometry("<line/>", length=1e-4), length=1e-4))
    assert lane_path(net, (0,)).length_m < 0.01
    assert places(net, "following") == ()
    assert len(whole_surface(net).faces)
