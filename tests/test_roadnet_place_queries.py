"""Place queries: parts of places that meet every condition, and the condition that fails where none does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xodr import geometry, load, road

from roadnet.crossings import signal_group
from roadnet.network import RoadNetwork
from roadnet.place_queries import PlaceQuery, find_places, no_places_reason
from roadnet.places import KINDS, places
from roadnet.polyline import STEP_M
from roadnet.routes import lane_path

E6_SUMO = "sumo/esmini+esmini/resources/sumo_inputs/e6mini.net.xml"
TOWN03 = "opendrive/carla-simulator+opendrive-test-files/OpenDrive/Town03.xodr"
MAPS = ("crossing", "boulevard", TOWN03)
LANE = '<lane id="-{0}" type="driving"><width sOffset="0" a="3" b="0" c="0" d="0"/></lane>'


@pytest.fixture(scope="module", params=MAPS)
def net(request: pytest.FixtureRequest, load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]):
    return load_map(str(real(request.param)) if "/" in request.param else request.param)


def bent(folder: Path) -> RoadNetwork:
    """Return 200 m straight, then 200 m of a bend of 100 m radius, three lanes to the right."""
    plan = geometry("<line/>", length=200.0) + geometry('<arc curvature="0.01"/>', s=200.0, x=200.0, length=200.0)
    lanes = "".join(LANE.format(i) for i in (1, 2, 3))
    section = f'<laneSection s="0"><center><lane id="0"/></center><right>{lanes}</right></laneSection>'
    return load(folder, road(plan, length=400.0, lanes=section))


def test_a_limit_on_curvature_leaves_the_straight_part(tmp_path: Path) -> None:
    net = bent(tmp_path)
    whole = find_places(net, PlaceQuery(kind="following"))
    straight = find_places(net, PlaceQuery(kind="following", max_curvature_1pm=0.001))
    assert len(whole) == len(straight) == 3
    for before, after in zip(whole, straight, strict=True):
        assert before.room_behind_m == after.room_behind_m == 50.0
        assert after.weight == pytest.approx(150.0, abs=5.0)  # samples of the lane line blur where the bend begins
        assert after.curvature_max_1pm <= 0.001 < before.curvature_max_1pm


def test_the_neighbours_side_chooses_the_lane(tmp_path: Path) -> None:
    net = bent(tmp_path)
    left = {p.lanes for p in find_places(net, PlaceQuery(kind="following", neighbour="left"))}
    assert left == {(1,), (2,)}
    assert {p.lanes for p in find_places(net, PlaceQuery(kind="following", neighbour="right"))} == {(0,), (1,)}
    beside = find_places(net, PlaceQuery(kind="side_by_side", neighbour="left"))
    assert {(p.lanes, p.other_lanes) for p in beside} == {((1,), (0,)), ((2,), (1,))}


def test_rooms_narrow_the_stretch_and_too_much_room_leaves_none(tmp_path: Path) -> None:
    net = bent(tmp_path)
    place = find_places(net, PlaceQuery(kind="following", min_room_behind_m=120.0, min_room_ahead_m=80.0))[0]
    length = lane_path(net, place.lanes).length_m
    assert (place.room_behind_m, place.room_ahead_m) == (pytest.approx(120.0), pytest.approx(80.0))
    assert place.s_m == pytest.approx((120.0 + length - 80.0) / 2)
    long = PlaceQuery(kind="following", min_length_m=250.0, min_room_behind_m=120.0)
    assert find_places(net, long) == ()
    assert no_places_reason(net, long) == "none of 3 following places meets all conditions at once"
    far = PlaceQuery(kind="following", min_length_m=900.0)
    assert no_places_reason(net, far) == "none of 3 following places has min_length_m 900.0"
    assert no_places_reason(net, PlaceQuery(kind="signalled_crossing")) == "no traffic lights"
    assert no_places_reason(net, PlaceQuery(kind="following")) == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_without_conditions_finds_every_place(net: RoadNetwork, kind: str) -> None:
    found, every = find_places(net, PlaceQuery(kind=kind)), places(net, kind)
    assert [(p.lanes, p.other_lanes) for p in found] == [(p.lanes, p.other_lanes) for p in every]
    assert [p.s_m for p in found] == pytest.approx([p.s_m for p in every])
    assert [p.weight for p in found] == pytest.approx([p.weight for p in every])


def test_with_and_without_lights_share_the_places(net: RoadNetwork) -> None:
    governed = signal_group(net) >= 0
    for kind in KINDS:
        lit, dark = (find_places(net, PlaceQuery(kind=kind, signalled=x)) for x in (True, False))
        assert len(lit) + len(dark) == len(places(net, kind))
        assert all(governed[list(p.lanes)].any() for p in lit)
        assert not any(governed[list(p.lanes)].any() for p in dark)


@given(
    kind=st.sampled_from(KINDS),
    length=st.floats(0, 200),
    rooms=st.tuples(st.floats(0, 150), st.floats(0, 150)),
    bend=st.none() | st.floats(0, 0.02),
    limits=st.tuples(st.floats(0, 20), st.none() | st.floats(5, 40)),
)
def test_what_is_found_meets_every_condition(
    load_map: Callable[[str], RoadNetwork], kind: str, length: float, rooms: tuple[float, float],
    bend: float | None, limits: tuple[float, float | None],
) -> None:  # fmt: skip
    net = load_map("boulevard")
    query = PlaceQuery(
        kind=kind, min_length_m=length, min_room_behind_m=rooms[0], min_room_ahead_m=rooms[1], max_curvature_1pm=bend,
        min_speed_limit_mps=limits[0], max_speed_limit_mps=limits[1],
    )  # fmt: skip
    found = find_places(net, query)
    assert bool(found) == (no_places_reason(net, query) == "")
    for place in found:
        path = lane_path(net, place.lanes)
        assert place.room_behind_m >= rooms[0] - 1e-9
        assert place.room_ahead_m >= rooms[1] - 1e-9
        assert bend is None or place.curvature_max_1pm <= bend
        assert place.speed_limit_mps >= limits[0]
        begin, end = place.room_behind_m, path.length_m - place.room_ahead_m
        if kind == "signalled_crossing":
            begin, end = place.stop_s_m, place.s_m
            assert length == 0
        else:
            assert place.weight >= max(length, STEP_M) - 1e-6
        posted = path.speed_limit[int(begin / STEP_M) : int(end / STEP_M) + 1]
        assert limits[1] is None or posted.max() <= limits[1]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"kind": "folowing"}, "kind: got 'folowing', want one of"),
        ({"neighbour": "above"}, "neighbour: got 'above'"),
        ({"min_length_m": -1.0}, "min_length_m: got -1.0"),
        ({"max_curvature_1pm": np.nan}, "max_curvature_1pm: got nan"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(wrong: dict, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        PlaceQuery(**({"kind": "following"} | wrong))


def test_only_the_outermost_lane_is_at_the_kerb_where_every_lane_is_a_road(
    load_map: Callable[[str], RoadNetwork], real: Callable[[str], Path]
) -> None:
    net = load_map(str(real(E6_SUMO)))
    lanes = net.lanes
    inner = np.flatnonzero(lanes.has_right & lanes.drivable[lanes.right])
    assert len(inner)
    found = {lane for p in places(net, "kerbside") for lane in p.lanes}
    assert found
    assert not found & set(inner.tolist())
