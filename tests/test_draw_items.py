"""Display lists and the picture they become: by claim, then by property."""

import struct
import zlib

import numpy as np
import pytest
import zoo
from hypothesis import given, settings
from hypothesis import strategies as st

import roadnet
from scenarios.model.evidence import Evidence, Observed
from scenarios.model.recording import LAMP_BRAKE, LAMP_LEFT
from scenarios.model.spec import Kind, SensorEvent
from viewer.draw.chart import Axes, Line, chart_items, plot_area, ticks
from viewer.draw.items import Points, Polygons, Polylines, Text, in_order, polygons, polylines, row_bounds
from viewer.draw.moment import moment
from viewer.draw.orbit import FARTHEST_M, NEAREST_M, Orbit, eye_and_target, panned, turned, zoomed
from viewer.draw.paint import paint
from viewer.draw.png import png_bytes
from viewer.draw.roads import road_items, road_labels, signal_items
from viewer.draw.svg import svg
from viewer.draw.theme import DARK, LIGHT, coloured
from viewer.draw.timeline import cursor_items, timeline_height, timeline_items
from viewer.draw.tracks import Mark, Span, Track, event_times, fault_track, hazard_tracks, runs
from viewer.draw.traffic import Z_AGENT, agent_items, footprint, static_items, traffic_items
from viewer.draw.view import View, fitted, of_map, of_moment, pixel_view

PIXELS = pixel_view(100, 60)
SQUARE = np.array([(20.0, 10.0), (40.0, 10.0), (40.0, 30.0), (20.0, 30.0)])


def test_a_polygon_covers_its_pixels_and_no_others():
    picture = paint((polygons([SQUARE], "ego"),), PIXELS, DARK)
    covered = (picture == DARK["ego"]).all(-1)
    rows, columns = np.nonzero(covered)
    assert (columns.min(), columns.max()) == (20, 39)
    assert (rows.min(), rows.max()) == (60 - 30, 60 - 10 - 1)
    assert covered.sum() == 400


def test_overlapping_polygons_of_one_list_join_whatever_their_orientation():
    other = np.add(SQUARE[::-1], (10.0, 0.0))
    picture = paint((polygons([SQUARE, other], "ego"),), PIXELS, DARK)
    assert (picture == DARK["ego"]).all(-1).sum() == 600


def test_higher_items_hide_lower_ones_and_equal_heights_keep_their_order():
    low, high = polygons([SQUARE], "ego", z=5), polygons([SQUARE], "car", z=6)
    assert (paint((high, low), PIXELS, DARK)[40, 30] == DARK["car"]).all()
    first, second = polygons([SQUARE], "ego"), polygons([SQUARE], "car")
    assert (paint((first, second), PIXELS, DARK)[40, 30] == DARK["car"]).all()
    assert in_order((high, low)) == [low, high]


def test_a_line_is_as_wide_as_asked_for_in_metres_or_pixels():
    view = View(centre=(0.0, 0.0), px_per_m=10.0, size=(100, 60))
    line = [np.array([(-10.0, 0.0), (10.0, 0.0)])]
    for item, width in ((polylines(line, "ego", width_px=4), 4), (polylines(line, "ego", width_m=1.0), 10)):
        column = (paint((item,), view, DARK)[:, 50] == DARK["ego"]).all(-1)
        assert column.sum() == width


def test_points_are_squares_of_their_own_colour():
    item = Points(xy=np.array([(10.5, 10.5)]), rgb=np.array([(1, 2, 3)], np.uint8), size_px=2)
    picture = paint((item,), PIXELS, DARK)
    assert (picture == (1, 2, 3)).all(-1).sum() == 4


def test_painting_twice_gives_the_same_bytes():
    recording = zoo.recording(4)
    items = traffic_items(recording, moment(recording, 0.73))
    view = of_moment(recording, (1,), 0.73, (320, 200))
    assert png_bytes(paint(items, view, LIGHT)) == png_bytes(paint(items, view, LIGHT))


def test_png_unpacks_to_the_picture_that_went_in():
    rgb = np.random.default_rng(1).integers(0, 256, (7, 5, 3)).astype(np.uint8)
    data = png_bytes(rgb)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (5, 7)
    length = struct.unpack(">I", data[33:37])[0]
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + length]), np.uint8).reshape(7, 16)
    assert (rows[:, 0] == 2).all()
    assert (np.cumsum(rows[:, 1:].astype(int), 0) % 256 == rgb.reshape(7, 15)).all()
    with pytest.raises(ValueError, match="uint8"):
        png_bytes(rgb.astype(float))


@pytest.mark.parametrize("name", sorted(zoo.RECORDINGS))
def test_every_recording_of_the_zoo_becomes_a_picture(name):
    recording = zoo.RECORDINGS[name]()
    for t_s in (-1.0, 0.0, 0.512, 99.0):
        now = moment(recording, t_s)
        picture = paint(traffic_items(recording, now), of_moment(recording, (), t_s, (160, 120)), DARK)
        assert (picture == DARK["ego"]).all(-1).any()


def test_a_moment_between_two_steps_lies_between_them_and_turns_the_short_way():
    recording = zoo.recording()
    recording.agents.yaw[0, 1] = 3.1
    recording.agents.yaw[0, 2] = -3.1
    now = moment(recording, 0.075)
    assert now.xyz[0, 0] == pytest.approx(15.0 * 0.075)
    assert abs(now.yaw[0]) == pytest.approx(np.pi, abs=0.01)
    assert moment(recording, 1e9).t_s == pytest.approx(recording.duration_s)


def test_an_agent_that_left_is_not_drawn():
    recording = zoo.leaver()

    def count(t_s):
        items = agent_items(recording, moment(recording, t_s))
        return sum(len(i.start) - 1 for i in items if isinstance(i, Polygons) and i.z == Z_AGENT)

    assert (count(0.5), count(1.5)) == (2, 1)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_footprint_reaches_forward_by_half_the_length(kind):
    recording = zoo.recording()
    recording.agents.kind[1] = kind
    recording.agents.size[1] = (1.9, 0.6, 1.7)
    recording.agents.yaw[1] = 1.0
    outline = footprint(recording, moment(recording, 0.0), 1) - recording.agents.xyz[1, 0, :2]
    assert (outline @ [np.cos(1.0), np.sin(1.0)]).max() == pytest.approx(0.95, abs=0.02)


def test_lamps_are_drawn_while_they_are_lit():
    recording = zoo.recording()

    def lines():
        items = agent_items(recording, moment(recording, 0.0))
        return sum(len(i.points) for i in items if isinstance(i, Polylines))

    dark = lines()
    recording.agents.lamps[1, 0] = LAMP_BRAKE | LAMP_LEFT
    assert (dark, lines()) == (0, 8)


def test_evidence_puts_a_ring_and_the_leafs_name_on_who_did_it():
    recording = zoo.recording()
    seen = Evidence(leaf="TC-03", oracle_version=1, observed=Observed.OBSERVED, agents=(1,), t_on_s=0.5, t_off_s=1.0)
    missed = Evidence(leaf="TC-05", oracle_version=1, observed=Observed.NOT_OBSERVED, agents=(1,))
    items = traffic_items(recording, moment(recording, 0.7), (seen, missed))
    assert [i.text for i in items if isinstance(i, Text) and i.role == "hazard"] == ["TC-03"]


def test_statics_of_the_zoo_are_none():
    assert all(len(i.points) == 0 for i in static_items(zoo.recording()))


@pytest.fixture(scope="module")
def crossing():
    return roadnet.load("crossing")


def test_the_map_shows_every_lane_once(crossing):
    surfaces = [i for i in road_items(crossing) if isinstance(i, Polygons) and i.z < 9]
    assert sum(len(i.start) - 1 for i in surfaces) == len(crossing.lanes)
    assert road_items(crossing) is road_items(crossing)
    labelled = {i.text for i in road_labels(crossing)}
    assert labelled == {
        r for r, inside in zip(crossing.roads.id, crossing.roads.in_junction, strict=True) if not inside
    }


def test_signals_differ_by_shape_as_well_as_by_colour(crossing):
    groups = len(crossing.signals.group_id)
    heads = {}
    for code in (1, 3, 4):
        items = signal_items(crossing, np.full(groups, code, np.uint8))
        head = next(i for i in items if isinstance(i, Polygons))
        heads[head.role] = int(head.start[1] - head.start[0])
    assert len(heads) == 3
    assert len(set(heads.values())) == 3


def test_the_view_of_a_map_holds_all_of_it(crossing):
    view = of_map(crossing, (300, 200))
    px = view.to_px(crossing.lanes.centre[:, :2])
    assert (px >= 0).all()
    assert (px <= (300, 200)).all()


def test_tracks_say_why_they_are_empty_and_dropouts_are_hatched():
    assert [t.empty != "" for t in hazard_tracks(())] == [True]
    events = (
        SensorEvent(kind="dropout", stream="lidar_top", t_on_s=1.0, t_off_s=99.0),
        SensorEvent(kind="dirt", stream="camera", t_on_s=0.5, t_off_s=2.0),
    )
    track = fault_track(events, 8.0)
    assert [(s.t1_s, s.hatched) for s in track.spans] == [(8.0, True), (2.0, False)]
    assert event_times((track,)) == (0.5, 1.0)


def test_runs_are_closed_intervals_of_true_steps():
    assert runs(np.array([1, 1, 0, 1], bool), 0.5) == [(0.0, 0.5), (1.5, 1.5)]
    assert runs(np.zeros(0, bool), 0.5) == []


def test_a_chart_breaks_its_curve_where_the_measure_is_missing():
    t = np.arange(6.0)
    line = Line(t_s=t, value=t, valid=np.array([1, 1, 0, 1, 1, 1], bool), role="series0")
    axes = Axes(title="TTC", t_range=(0.0, 5.0), v_range=(0.0, 8.0), unit="s", thresholds=((1.5, "near miss", "ego"),))
    items = chart_items(axes, (line,), (0.0, 0.0, 400.0, 120.0), cursor_s=2.0)
    curve = next(i for i in items if isinstance(i, Polylines) and i.role == "series0")
    assert np.diff(curve.start).tolist() == [2, 3]
    area = plot_area((0.0, 0.0, 400.0, 120.0))
    assert curve.points[0].tolist() == [area[0], area[1]]


def test_a_timeline_has_one_row_a_track():
    tracks = (
        Track(title="Hazards", spans=(Span(1.0, 2.0, "TC-05", "hazard"),)),
        Track(title="C", marks=(Mark(1.0, "x", "ego"),)),
    )
    height = timeline_height(tracks)
    moving = cursor_items(8.0, (640, height), now_s=1.0, selection_s=(0.5, 1.5), hover_s=3.0)
    items = (*timeline_items(tracks, 8.0, (640, height), now_s=1.0), *moving)
    assert {i.text for i in items if isinstance(i, Text)} >= {"Hazards", "C", "TC-05", "x"}
    assert paint(items, pixel_view(640, height), DARK).shape == (height, 640, 3)


def test_svg_escapes_every_text_and_refuses_raster_items():
    text = svg((Text(1, 1, '<script>"&'), polygons([SQUARE], "ego", hatched=True)), (100, 60), LIGHT, title='<b>"')
    assert "<script" not in text
    assert "&lt;script&gt;&quot;&amp;" in text
    assert "<b>" not in text
    with pytest.raises(TypeError, match="Points"):
        svg((Points(xy=np.zeros((1, 2)), rgb=np.zeros((1, 3), np.uint8)),), (10, 10), LIGHT, title="")


def test_colours_of_values_are_clamped_at_both_ends():
    assert (coloured(np.array([-5.0]), 0, 1) == coloured(np.array([0.0]), 0, 1)).all()
    assert (coloured(np.array([7.0]), 0, 1) == coloured(np.array([1.0]), 0, 1)).all()


def test_themes_know_the_same_roles():
    assert set(DARK.colours) == set(LIGHT.colours)


@given(st.floats(-50, 50), st.floats(1e-6, 1e5), st.integers(1, 30))
def test_ticks_are_round_few_and_inside(low, width, at_most):
    marks = ticks((low, low + width), at_most)
    assert len(marks) <= at_most + 1
    slack = 1e-6 * width + 1e-9  # a tick may stand on the end itself
    assert (marks >= low - slack).all()
    assert (marks <= low + width + slack).all()


POINTS = st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=30)


@given(POINTS)
def test_a_fitted_view_holds_all_points(points):
    xy = np.array(points)
    px = fitted(xy, (320, 200)).to_px(xy)
    assert (px >= -1e-6).all()
    assert (px <= (320 + 1e-6, 200 + 1e-6)).all()


@settings(deadline=None)
@given(st.lists(POINTS, max_size=4), st.booleans())
def test_any_shape_can_be_painted(rows, hatched):
    arrays = [np.array(row) for row in rows]
    items = (polygons(arrays, "ego", edge_role="car", hatched=hatched), polylines(arrays, "car", dash=(2.0, 1.0)))
    assert paint(items, PIXELS, DARK).shape == (60, 100, 3)
    low, high = row_bounds(items[0].points, items[0].start)
    assert len(low) == len(high) == len(rows)


DRAGS = st.lists(
    st.tuples(st.sampled_from(["turn", "zoom", "pan"]), st.floats(-900, 900), st.floats(-900, 900)), max_size=12
)


@given(DRAGS, st.floats(-7, 7))
def test_the_orbit_never_leaves_its_bounds(drags, heading):
    orbit = Orbit()
    for kind, a, b in drags:
        if kind == "turn":
            orbit = turned(orbit, a, b)
        elif kind == "zoom":
            orbit = zoomed(orbit, a / 100)
        else:
            orbit = panned(orbit, a, b, heading_rad=heading, height_px=400)
    eye, target = eye_and_target(orbit, np.zeros(3), heading)
    assert eye[2] > target[2]
    assert NEAREST_M - 1e-6 <= np.linalg.norm(eye - target) <= FARTHEST_M + 1e-6
