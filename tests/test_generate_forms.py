"""Road forms: what every map of every form holds, over seeds and over the whole range of the parameters."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import roadnet
from roadnet.base.errors import InputError
from roadnet.generate.contract import violations
from roadnet.generate.parts.ranges import Choice, Range, checked, drawn
from roadnet.generate.registry import build, document_of, forms, parameters_of
from roadnet.network import LaneType, ObjectKind, RoadNetwork, SignalKind
from roadnet.places import KINDS, places
from roadnet.routes import lane_graph
from viewer.cli import main

SEEDS = range(20)
FORMS = sorted(forms())
NEVER = {  # kinds of places that no map of the form may have
    "straight_road": {"side_by_side", "signalled_crossing"},
    "curved_road": {"side_by_side", "signalled_crossing"},
    "crest_and_sag": {"side_by_side", "signalled_crossing"},
    "narrow_bridge": {"side_by_side", "signalled_crossing"},
    "tunnel": {"side_by_side", "signalled_crossing"},
    "roundabout": {"side_by_side", "signalled_crossing"},
    "four_way_signs": {"side_by_side", "signalled_crossing"},
    "rail_crossing": {"side_by_side", "signalled_crossing"},
    "motorway_ramps": {"signalled_crossing"},
    "weaving": {"signalled_crossing"},
    "lane_drop": {"signalled_crossing"},
    "work_zone": {"signalled_crossing"},
    "urban_street": {"signalled_crossing"},
}


def test_the_forms_are_those_that_were_promised() -> None:
    assert {
        "straight_road", "curved_road", "crest_and_sag", "motorway_ramps", "weaving", "lane_drop", "work_zone",
        "t_crossing", "four_way", "four_way_signs", "roundabout", "urban_street", "rail_crossing", "tunnel",
        "narrow_bridge", "small_town", "boulevard",
    } == set(FORMS)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_seed_keeps_the_contract_and_gives_the_places(form: str) -> None:
    for seed in (None, *SEEDS):
        net = build(form, seed=seed)
        assert violations(net) == (), f"seed {seed}: {parameters_of(form, seed=seed)}"
        if seed in (None, 0, 1):
            found = {kind for kind in KINDS if places(net, kind)}
            assert found >= forms()[form].PLACES
            assert not found & NEVER.get(form, set())


@pytest.mark.parametrize("form", FORMS)
def test_equal_seeds_give_equal_bytes_and_others_do_not(form: str) -> None:
    assert document_of(form, seed=5) == document_of(form, seed=5)
    assert document_of(form, seed=5) != document_of(form, seed=6)


@pytest.mark.parametrize("form", FORMS)
def test_parameters_have_ranges_with_sources_and_defaults_within(form: str) -> None:
    file = forms()[form]
    names = {f.name for f in fields(file.FORM)}
    assert names == set(file.RANGES)
    default = {name: getattr(file.FORM(), name) for name in names}
    assert checked(form, file.RANGES, default) == default
    for seed in range(50):
        sampled = file.sample(seed)
        values = {name: getattr(sampled, name) for name in names}
        assert checked(form, file.RANGES, values) == values
    for allowed in file.RANGES.values():
        assert allowed.source
        assert allowed.grade in ("measured", "published", "datasheet", "assumed")
        assert isinstance(allowed, Choice) or allowed.low < allowed.high


def test_a_new_parameter_shifts_no_other() -> None:
    ranges = forms()["roundabout"].RANGES
    fewer = {name: allowed for name, allowed in ranges.items() if name != "legs"}
    everything = drawn("roundabout", ranges, 3)
    everything.pop("legs")
    assert drawn("roundabout", fewer, 3) == everything


def values_of(form: str) -> st.SearchStrategy[dict[str, Any]]:
    """Return any parameters within a form's ranges, bounds and all."""

    def one(allowed: Range | Choice) -> st.SearchStrategy[Any]:
        if isinstance(allowed, Choice):
            return st.sampled_from(allowed.words)
        if allowed.counts:
            return st.integers(int(allowed.low), int(allowed.high))
        return st.floats(allowed.low, allowed.high) | st.sampled_from([allowed.low, allowed.high])

    return st.fixed_dictionaries({name: one(allowed) for name, allowed in forms()[form].RANGES.items()})


@pytest.mark.parametrize("form", FORMS)
def test_any_parameters_in_range_keep_the_contract(form: str) -> None:
    @settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(values_of(form))
    def holds(values: dict[str, Any]) -> None:
        assert violations(build(form, **values)) == ()

    holds()


@pytest.mark.parametrize("form", FORMS)
def test_document_names_everything_once_and_completely(form: str) -> None:
    root = etree.fromstring(document_of(form, seed=2))
    header = root.find("header")
    assert (header.get("revMajor"), header.get("revMinor")) == ("1", "7")
    for path in ("road", "junction", "controller", "road/signals/signal", "road/objects/object"):
        ids = [e.get("id") for e in root.iterfind(path)]
        assert len(ids) == len(set(ids))
    order = ["link", "type", "planView", "elevationProfile", "lateralProfile", "lanes", "objects", "signals"]
    for road in root.iterfind("road"):
        assert road.get("rule") == "RHT"
        tags = [order.index(e.tag) for e in road]
        assert tags == sorted(tags)
    for mark in root.iterfind("road/lanes/laneSection/*/lane/roadMark"):
        assert {"sOffset", "type", "weight", "color", "material"} <= set(mark.keys())
    roads = {e.get("id"): e for e in root.iterfind("road")}
    for connection in root.iterfind("junction/connection"):
        inside = roads[connection.get("connectingRoad")]
        assert inside.get("junction") == connection.getparent().get("id")
        assert inside.find("link/predecessor").get("elementId") == connection.get("incomingRoad")
        for link in connection.iterfind("laneLink"):
            lane = inside.find(f"lanes/laneSection/right/lane[@id='{link.get('to')}']")
            assert lane.find("link/predecessor").get("id") == link.get("from")


def spoiled(tmp_path: Path, form: str, path: str, name: str, change: float) -> RoadNetwork:
    """Return a form's map with one number of its file moved."""
    root = etree.fromstring(document_of(form))
    element = root.findall(path)[-1]
    element.set(name, repr(float(element.get(name)) + change))
    file = tmp_path / "spoiled.xodr"
    file.write_bytes(etree.tostring(root))
    return roadnet.load(file)


@pytest.mark.parametrize(
    ("form", "path", "name", "change", "code"),
    [
        ("curved_road", "road/planView/geometry", "y", 0.002, "plan"),
        ("curved_road", "road/planView/geometry", "hdg", 2e-6, "plan"),
        ("curved_road", "road/lateralProfile/superelevation", "a", 0.01, "superelevation"),
        ("crest_and_sag", "road/elevationProfile/elevation", "a", 0.002, "elevation"),
        ("narrow_bridge", "road/lanes/laneSection/right/lane/width", "a", 0.01, "width"),
        ("lane_drop", "road[@id='1']/lanes/laneSection[2]/right/lane[@id='-4']/width", "b", -0.001, "width"),
        ("four_way", "road[@id='1']/planView/geometry", "x", 0.002, "link"),
        ("t_crossing", "road[@id='1']/planView/geometry", "hdg", 2e-6, "link"),
        ("roundabout", "road[@id='1']/planView/geometry", "x", -30.0, "overlap"),
        ("work_zone", "road/lanes/laneOffset", "a", 0.01, "lane_offset"),
    ],
)
def test_contract_notices(tmp_path: Path, form: str, path: str, name: str, change: float, code: str) -> None:
    assert code in {v.code for v in violations(spoiled(tmp_path, form, path, name, change))}


def test_contract_notices_a_lane_that_leads_nowhere(tmp_path: Path) -> None:
    root = etree.fromstring(document_of("motorway_ramps"))
    junction = root.find("junction[@id='100']")
    last = junction.findall("connection")[-1]
    junction.remove(last)
    link = root.find(f"road[@id='{last.get('connectingRoad')}']/link")
    link.remove(link.find("predecessor"))
    (tmp_path / "cut.xodr").write_bytes(etree.tostring(root))
    assert "dead_end" in {v.code for v in violations(roadnet.load(tmp_path / "cut.xodr"))}


def test_contract_notices_a_bend_tighter_than_its_lane(tmp_path: Path) -> None:
    root = etree.fromstring(document_of("straight_road"))
    geometry = root.find("road/planView/geometry")
    geometry.remove(geometry[0])
    etree.SubElement(geometry, "arc", curvature="0.5")
    geometry.set("length", "5")
    root.find("road").set("length", "5")
    (tmp_path / "bent.xodr").write_bytes(etree.tostring(root))
    assert "fold" in {v.code for v in violations(roadnet.load(tmp_path / "bent.xodr"))}


def test_crest_and_sag_have_their_k() -> None:
    net = build("crest_and_sag", crest_k=20.0, sag_k=40.0)
    bend = 2.0 * net.roads.elevation.abcd[:, 2]
    assert sorted(bend[bend != 0.0]) == pytest.approx([-1 / 2000, 1 / 4000, 1 / 4000])


def test_curves_lean_inwards_and_steeper_where_tighter() -> None:
    def roll(radius_m: float) -> float:
        profile = build("curved_road", curves=1, radius_m=radius_m).roads.superelevation
        return float(profile.abcd[2, 0])  # straight, clothoid, arc

    assert roll(200.0) == pytest.approx(-np.arctan(0.07))  # to the left: the left side lies lower
    assert roll(200.0) < roll(400.0) < roll(800.0) < 0.0
    pose = build("curved_road", curves=1).road_pose
    assert pose("1", 230.0, 3.0).z < pose("1", 230.0, -3.0).z


def test_motorway_leads_off_and_on_over_full_width_lanes() -> None:
    net = build("motorway_ramps", lanes=3)
    types = set(net.lanes.type[net.lanes.drivable].tolist())
    assert {LaneType.EXIT, LaneType.ENTRY, LaneType.OFF_RAMP, LaneType.ON_RAMP} <= types
    graph = lane_graph(net)
    start = [k for k in graph if graph.in_degree(k) == 0 and net.roads.id[net.lanes.road[k]] == "1"]
    ramp = next(k for k in graph if net.roads.id[net.lanes.road[k]] == "4")
    exit_lane = [
        k for k in graph if net.lanes.type[k] == LaneType.EXIT and not net.roads.in_junction[net.lanes.road[k]]
    ]
    assert len(start) == 4  # three through lanes, and the exit lane that begins at no width
    assert nx.has_path(graph, exit_lane[0], ramp)


@pytest.mark.parametrize("drops", ["left", "right"])
def test_lane_drop_ends_one_lane_and_keeps_the_others_straight(drops: str) -> None:
    net = build("lane_drop", lanes=3, drops=drops)
    right = (net.lanes.id < 0) & net.lanes.drivable
    count = np.bincount(net.lanes.section[right])
    assert count.tolist() == [3, 3, 2]
    kept = np.flatnonzero(right & (net.lanes.section == 1))[1:] if drops == "left" else np.flatnonzero(right)[:2]
    for lane in kept.tolist():
        i, j = net.lanes.centre_start[lane : lane + 2]
        assert np.ptp(net.lanes.centre[i:j, 1]) < 1e-9  # the taper lies on the straight along x


def test_contraflow_runs_on_the_other_half_and_lanes_come_back() -> None:
    net = build("work_zone")
    middle = float(net.roads.length_m[0]) / 2
    assert net.lane_pose("1", -2, middle).y > 2.0 + 1.0  # beyond the median's left edge
    assert net.lane_pose("1", 2, middle).y > net.lane_pose("1", -2, middle).y
    assert net.lane_pose("1", -2, 10.0).y == pytest.approx(net.lane_pose("1", -2, 2 * middle - 10.0).y)
    assert (net.lanes.type == LaneType.ROAD_WORKS).any()
    assert (net.objects.kind == ObjectKind.OBSTACLE).sum() > 40
    assert (net.objects.kind == ObjectKind.BARRIER).sum() > 40
    limits = net.lanes.speed_mps[net.lanes.drivable]
    assert limits.min() == pytest.approx(60 / 3.6)
    assert limits.max() == pytest.approx(120 / 3.6)


@pytest.mark.parametrize("legs", [3, 4, 5])
def test_roundabout_runs_counter_clockwise_and_every_leg_reaches_every_leg(legs: int) -> None:
    net = build("roundabout", legs=legs)
    ring = np.array([name == "ring" for name in net.roads.name])[net.lanes.road] & net.lanes.drivable
    assert ring.sum() == legs
    for lane in np.flatnonzero(ring).tolist():
        i, j = net.lanes.centre_start[lane : lane + 2]
        (x, y, _), ahead = net.lanes.centre[(i + j) // 2], net.lanes.centre_heading[(i + j) // 2]
        assert x * np.sin(ahead) - y * np.cos(ahead) > 0.0
    graph = lane_graph(net)
    ends = edge_lanes(net)
    assert all(nx.has_path(graph, a, b) for a in ends[0] for b in ends[1])
    assert (net.signals.kind == SignalKind.YIELD_SIGN).sum() == legs


def edge_lanes(net: RoadNetwork) -> tuple[list[int], list[int]]:
    """Return the drivable lanes that come in and that go out at the map's edge."""
    graph = lane_graph(net)
    return [k for k in graph if graph.in_degree(k) == 0], [k for k in graph if graph.out_degree(k) == 0]


@pytest.mark.parametrize(
    ("control", "stops", "yields"), [("stop", 2, 0), ("yield", 0, 2), ("all_stop", 4, 0), ("none", 0, 0)]
)
def test_four_way_signs_say_who_waits(control: str, stops: int, yields: int) -> None:
    net = build("four_way_signs", control=control)
    assert (net.signals.kind == SignalKind.STOP_SIGN).sum() == stops
    assert (net.signals.kind == SignalKind.YIELD_SIGN).sum() == yields
    assert not net.signals.dynamic.any()


def test_t_crossing_with_lights_is_signalled_and_without_is_not() -> None:
    assert places(build("t_crossing", control="light"), "signalled_crossing")
    assert not places(build("t_crossing", control="stop"), "signalled_crossing")


def test_trains_and_cars_meet_in_the_junction_only_and_lights_stop_the_cars() -> None:
    net = build("rail_crossing", guard="barriers")
    lights = np.flatnonzero(net.signals.kind == SignalKind.TRAFFIC_LIGHT)
    assert len(lights) == 2
    assert len(net.signals.group_id) == 1
    governed = [net.signals.lane[net.signals.lane_start[k]] for k in lights]
    ends = net.lanes.centre_start[np.array(governed) + 1] - 1
    assert (np.abs(net.lanes.centre[ends, 0]) > 4.0).all()  # off the track
    assert (net.lanes.type == LaneType.RAIL).sum() == 3
    assert not build("rail_crossing", guard="cross").signals.dynamic.any()


@pytest.mark.parametrize(("form", "tag"), [("tunnel", "tunnel"), ("narrow_bridge", "bridge")])
def test_structures_are_named_and_walled(form: str, tag: str) -> None:
    element = etree.fromstring(document_of(form)).find(f"road/objects/{tag}")
    assert float(element.get("length")) > 20.0
    assert (build(form).objects.kind == ObjectKind.BARRIER).sum() > 10


def test_narrow_bridge_is_as_narrow_as_asked() -> None:
    net = build("narrow_bridge", lane_width_m=3.5, bridge_lane_m=2.4)
    widths = 2 * net.lanes.centre_half_width[np.repeat(net.lanes.drivable, np.diff(net.lanes.centre_start))]
    assert widths.min() == pytest.approx(2.4)
    assert widths.max() == pytest.approx(3.5)


def test_urban_street_has_bays_walks_and_room() -> None:
    net = build("urban_street", crosswalks=3, bike="lane")
    assert (net.objects.kind == ObjectKind.CROSSWALK).sum() == 3
    assert (net.objects.kind == ObjectKind.PARKING_SPACE).sum() > 20
    assert {LaneType.PARKING, LaneType.BIKING, LaneType.SIDEWALK} <= set(net.lanes.type.tolist())


def test_town_joins_what_it_should_and_every_way_in_leads_to_every_way_out() -> None:
    net = build("small_town", seed=4)
    come, go = edge_lanes(net)
    assert len(come) == len(go) == 4
    graph = lane_graph(net)
    assert all(nx.has_path(graph, a, b) for a in come for b in go)
    kinds = set(net.signals.kind.tolist())
    assert {SignalKind.TRAFFIC_LIGHT, SignalKind.STOP_SIGN, SignalKind.YIELD_SIGN, SignalKind.SPEED_LIMIT} <= kinds
    school = net.road_index["53"]
    limit = net.lanes.speed_mps[(net.lanes.road == school) & net.lanes.drivable]
    assert limit.max() <= 30 / 3.6 + 1e-9
    assert len(net.signals.group_id) == 2


def test_docs_name_every_form_and_parameter() -> None:
    page = (Path(__file__).parents[1] / "docs" / "roads.md").read_text()
    sections = {part.split("\n", 1)[0].strip(): part for part in page.split("\n## ")[1:]}
    assert sorted(sections) == FORMS
    for form in FORMS:
        for name, allowed in forms()[form].RANGES.items():
            assert f"| `{name}` |" in sections[form]
            assert isinstance(allowed, Choice) or f"{allowed.low:g} to {allowed.high:g}" in sections[form]


def test_unknown_forms_parameters_and_values_are_named() -> None:
    with pytest.raises(InputError, match=r"did you mean 'roundabout'\?"):
        build("roundabot")
    with pytest.raises(InputError, match=r"did you mean 'legs'\?"):
        build("roundabout", leg=4)
    for value in (2, 6, "four", 3.5, float("nan"), float("inf")):
        with pytest.raises(InputError, match="legs"):
            build("roundabout", legs=value)
    with pytest.raises(InputError, match="one of light, stop, yield, none"):
        build("t_crossing", control="lights")


def test_command_writes_what_python_returns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "ring.xodr"
    assert main(["map", "generate", "roundabout", "--seed", "7", "--set", "legs=5", "--out", str(out)]) == 0
    assert out.read_bytes() == document_of("roundabout", seed=7, legs=5)
    assert main(["map", "generate", "ring", "--out", str(out)]) == 3
    assert main(["map", "generate", "roundabout", "--set", "form=x", "--out", str(out)]) == 3
    assert main(["map", "generate", "roundabout", "--out", str(tmp_path / "ring.png")]) == 3
    errors = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert len(errors) == 3
