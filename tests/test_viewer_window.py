"""The window, offscreen: every pane on nothing and on something, the keyboard, the list. Needs no display."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import time
from dataclasses import replace

import numpy as np
import pytest
import zoo

pytest.importorskip("PySide6", reason="the extra `viewer` is not installed")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QTableView

import roadnet
from roadnet.base.errors import InputError
from scenarios.model.evidence import Evidence, Observed, Outcome
from scenarios.model.spec import SensorEvent
from sensors.packet import SensorPacket
from viewer.cli import main
from viewer.draw.tracks import tracks_of
from viewer.player import SPEEDS
from viewer.source import Episode, Row
from viewer.window.desk import Desk
from viewer.window.garbage import collected_between_events
from viewer.window.keys import BINDINGS, binding_of
from viewer.window.main import MainWindow, pane_modules

WAIT_MS = 20_000
EVIDENCE = Evidence(
    leaf="TC-03", oracle_version=1, observed=Observed.OBSERVED, agents=(1,), t_on_s=0.5, t_off_s=1.0,
    outcome=Outcome.NEAR_MISS, min_ttc_s=1.2, has_ttc=True,
)  # fmt: skip


class ToyFeed:
    """A lidar and a camera whose packets say when they were asked for."""

    duration_s = 2.0

    def streams(self, kind):
        return tuple(s for s in ("camera_front", "lidar_top") if s.startswith(kind))

    def first(self, kind):
        return next(iter(self.streams(kind)), None)

    def tick(self, stream, t_s):
        return int(t_s / 0.1)

    def packet(self, stream, t_s):
        seq = self.tick(stream, t_s)
        common = {
            "stream": stream, "kind": stream.partition("_")[0], "seq": seq, "stamp_start_ns": seq * 10**8,
            "stamp_end_ns": (seq + 1) * 10**8, "frame_id": stream, "ego_T_sensor": np.eye(4),
            "map_T_ego": np.stack([np.eye(4)] * 2),
        }  # fmt: skip
        if common["kind"] == "camera":
            common["ego_T_sensor"] = np.array([[0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1.4], [0, 0, 0, 1]], float)
            info = (("fx", 50.0), ("fy", 50.0), ("cx", 40.0), ("cy", 30.0))
            return SensorPacket(**common, arrays={"rgb": np.full((60, 80, 3), seq, np.uint8)}, info=info)
        n = 50
        arrays = {
            "xyz": np.random.default_rng(1).uniform(-20, 20, (n, 3)).astype(np.float32),
            "intensity": np.zeros(n, np.uint8),
            "t_off_ns": np.zeros(n, np.uint32), "ring": np.zeros(n, np.uint16), "column": np.zeros(n, np.uint16),
        }  # fmt: skip
        return SensorPacket(**common, arrays=arrays)


class ToySource:
    """Recordings of the zoo as a suite."""

    title, path = "zoo", "zoo"

    def __init__(self, recordings, *, net=None, feed=None):
        self.recordings, self.net, self.feed = recordings, net, feed
        leaves = ("TC-05", "VR-02", "AD-01")
        self.rows = tuple(
            Row(
                index=i, leaf=leaves[i % 3], map_name="Town01", observed="observed",
                outcome=("collision", "near miss")[i % 2], min_ttc_s=None if i == 2 else 5.0 - i, severity_mps2=1.0,
                stream="exploration", also="", place="", reason="",
            )
            for i in range(len(recordings))
        )  # fmt: skip
        self.first = 0 if recordings else None

    def episode(self, index):
        recording = self.recordings[index]
        evidence = (replace(EVIDENCE, agents=(1,) if len(recording.agents.kind) > 1 else ()),)
        episode = Episode(
            title=f"zoo / {index}", command=f"nearmiss view zoo/{index}", net=self.net, recording=recording,
            evidence=evidence, feed=self.feed, facts=(("leaf", "TC-03"), ("<b>", "<i>hostile</i>")),
        )  # fmt: skip
        events = (SensorEvent(kind="dropout", stream="lidar_top", t_on_s=0.3, t_off_s=0.6),)
        episode.__dict__["measures"] = {}
        episode.__dict__["tracks"] = tracks_of(recording, evidence, {}, events)
        return episode


@pytest.fixture(autouse=True, scope="module")
def collected(qapp):
    with collected_between_events():
        yield


@pytest.fixture
def window(qtbot):
    window = MainWindow(Desk())
    qtbot.addWidget(window)
    window.show()
    yield window
    window.close()


def opened(qtbot, window, source, **kwargs):
    window.desk.take(source, **kwargs)
    if source.first is not None:
        qtbot.waitUntil(lambda: window.desk.episode is not None, timeout=WAIT_MS)
    return window.desk


def two(**kwargs):
    return ToySource([zoo.recording(), zoo.leaver()], feed=ToyFeed(), **kwargs)


def test_every_file_in_the_folder_of_panes_is_a_pane(window):
    names = {m.__name__.rpartition(".")[2] for m in pane_modules()}
    assert names == set(window.panes) == {"birdseye", "camera", "facts", "plots", "space", "suite", "timeline"}


def test_every_pane_opens_on_nothing_and_says_why_and_what_to_do(window):
    for name in ("birdseye", "camera", "facts", "space", "suite"):
        state = window.panes[name].empty
        assert state.isVisible()
        assert state.why.text()
        assert state.fix.text()
    assert not window.grab().isNull()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("name", sorted(zoo.RECORDINGS))
def test_every_pane_opens_on_every_recording_of_the_zoo(qtbot, window, name, theme):
    desk = opened(qtbot, window, ToySource([zoo.RECORDINGS[name]()], feed=ToyFeed()))
    desk.set_theme(theme)
    for t_s in (0.0, 0.33, desk.player.duration_s):
        desk.act("seek", t_s)
    for pane in window.panes.values():
        assert not pane.grab().isNull()
    assert not window.panes["birdseye"].empty.isVisible()


def test_panes_open_on_a_map_alone(qtbot, window):
    class OneMap:
        title, path, rows, first = "crossing", "crossing", (), 0

        def episode(self, index):
            return Episode(title="crossing", command="nearmiss view crossing", net=roadnet.load("crossing"))

    opened(qtbot, window, OneMap())
    assert not window.panes["birdseye"].empty.isVisible()
    assert window.panes["space"].empty.isVisible()
    assert not window.panes["timeline"].isEnabled()
    assert not window.grab().isNull()


def test_an_empty_suite_says_how_to_fill_it(qtbot, window):
    opened(qtbot, window, ToySource([]))
    assert "generate" in window.panes["birdseye"].empty.fix.text()


def test_keys_move_time_as_promised(qtbot, window):
    player = opened(qtbot, window, two(), at_s=1.0).player
    none, shift, ctrl = (getattr(Qt.KeyboardModifier, n) for n in ("NoModifier", "ShiftModifier", "ControlModifier"))
    for key, modifier, want in (
        (Qt.Key.Key_Right, none, 1.05),
        (Qt.Key.Key_Left, none, 1.0),
        (Qt.Key.Key_Right, shift, 1.5),
        (Qt.Key.Key_Left, shift, 1.0),
        (Qt.Key.Key_Right, ctrl, 2.0),
        (Qt.Key.Key_Left, ctrl, 1.0),
        (Qt.Key.Key_Home, none, 0.0),
        (Qt.Key.Key_BracketRight, none, 0.3),
        (Qt.Key.Key_BracketRight, none, 0.5),
        (Qt.Key.Key_BracketLeft, none, 0.3),
        (Qt.Key.Key_End, none, 2.0),
    ):
        qtbot.keyClick(window, key, modifier)
        assert player.time_s == pytest.approx(want), key


def test_space_plays_up_down_change_speed_f_follows_and_question_mark_helps(qtbot, window):
    desk = opened(qtbot, window, two(), at_s=0.0)
    qtbot.keyClick(window, Qt.Key.Key_Up)
    assert desk.player.speed == SPEEDS[SPEEDS.index(1.0) + 1]
    qtbot.keyClick(window, Qt.Key.Key_Down)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert desk.player.playing
    qtbot.waitUntil(lambda: desk.player.time_s > 0.05, timeout=WAIT_MS)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    assert not desk.player.playing
    for key, read in (
        (Qt.Key.Key_F, lambda: desk.follow),
        (Qt.Key.Key_L, lambda: desk.player.loop),
        (Qt.Key.Key_R, lambda: desk.player.backward),
        (Qt.Key.Key_T, lambda: desk.theme.name),
        (Qt.Key.Key_Question, lambda: window.help.isVisible()),
    ):
        before = read()
        qtbot.keyClick(window, key)
        assert read() != before, key
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.help.isVisible()


def test_no_key_means_two_things():
    pressed = [pair for b in BINDINGS for pair in b.keys]
    assert len(pressed) == len(set(pressed))
    keypad = Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.NoModifier
    assert binding_of(keypad, Qt.Key.Key_Left) is not None
    assert binding_of(Qt.KeyboardModifier.NoModifier, Qt.Key.Key_F12) is None


def test_keys_do_nothing_while_nothing_is_open(qtbot, window):
    for binding in BINDINGS:
        if binding.target == "player":
            qtbot.keyClick(window, binding.keys[0][1], binding.keys[0][0])
    assert window.desk.player.time_s == 0.0


def test_list_filters_by_all_words_and_sorts_missing_last(qtbot, window):
    opened(qtbot, window, ToySource([zoo.recording() for _ in range(6)]))
    suite = window.panes["suite"]
    shown = lambda column: [suite.model.index(r, column).data() for r in range(suite.model.rowCount())]  # noqa: E731
    suite.filter.setText("tc-05 collision")
    assert shown(0) == ["0"]
    suite.filter.setText("nothing has this")
    assert shown(0) == []
    assert suite.empty.isVisible()
    suite.filter.clear()
    suite.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert shown(3) == ["0.00", "1.00", "2.00", "4.00", "5.00", ""]
    suite.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert shown(3) == ["5.00", "4.00", "2.00", "1.00", "0.00", ""]


def test_ten_thousand_rows_are_filtered_and_sorted_at_once(qtbot, window):
    source = ToySource([zoo.recording()])
    source.rows = tuple(replace(source.rows[0], index=i, min_ttc_s=(i * 7919 % 1000) / 100) for i in range(10_000))
    opened(qtbot, window, source)
    suite = window.panes["suite"]
    best = 1e9
    for words in ("tc", "tc-05", "99 collision"):
        start = time.process_time()
        suite.filter.setText(words)
        suite.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
        best = min(best, time.process_time() - start)
    assert best < 0.2


def test_double_click_opens_at_the_critical_instant_and_n_opens_the_next(qtbot, window):
    desk = opened(qtbot, window, two())
    suite = window.panes["suite"]
    suite.table.doubleClicked.emit(suite.model.index(1, 0))
    suite.table.selectRow(1)
    qtbot.waitUntil(lambda: desk.episode.title == "zoo / 1", timeout=WAIT_MS)
    assert desk.player.time_s == pytest.approx(0.5)
    qtbot.keyClick(window, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: desk.episode.title == "zoo / 0", timeout=WAIT_MS)


def test_camera_shows_the_frame_of_the_time_with_boxes(qtbot, window):
    desk = opened(qtbot, window, two(), at_s=1.05)
    camera = window.panes["camera"]
    qtbot.waitUntil(lambda: camera.note.text().startswith("frame 10"), timeout=WAIT_MS)
    assert camera.canvas.image.pixelColor(0, 0).red() == 10
    assert camera.canvas.overlay
    desk.act("seek", 1.55)
    qtbot.waitUntil(lambda: camera.note.text().startswith("frame 15"), timeout=WAIT_MS)


def test_lidar_arrives_as_points_of_a_raster_in_every_colour(qtbot, window):
    desk = opened(qtbot, window, two(), at_s=0.5)
    birdseye = window.panes["birdseye"]
    qtbot.waitUntil(lambda: len(birdseye.points.items) == 1, timeout=WAIT_MS)
    for by in ("intensity", "range", "ring", "time in sweep"):
        before = birdseye.points.items
        desk.set_colour_by(by)
        qtbot.waitUntil(lambda before=before: birdseye.points.items is not before, timeout=WAIT_MS)
    assert not birdseye.grab().isNull()


def test_scrubbing_and_typing_move_time(qtbot, window):
    desk = opened(qtbot, window, two(), at_s=0.0)
    timeline = window.panes["timeline"]
    tracks = timeline.tracks
    x0, x1 = 96, tracks.width() - 14
    middle = tracks.rect().center()
    middle.setX((x0 + x1) // 2)
    qtbot.mouseClick(tracks, Qt.MouseButton.LeftButton, pos=middle)
    assert desk.player.time_s == pytest.approx(1.0, abs=0.01)
    timeline.time.setText("0,25 s")
    timeline.time.returnPressed.emit()
    assert desk.player.time_s == pytest.approx(0.25)
    timeline.time.setText("soon")
    timeline.time.returnPressed.emit()
    assert desk.player.time_s == pytest.approx(0.25)
    assert "soon" in window.statusBar().currentMessage()


def test_a_path_that_is_none_goes_to_the_status_bar_in_one_line(qtbot, window):
    window.open_path("no/such/thing.xodr")
    message = window.statusBar().currentMessage()
    assert "no/such/thing.xodr" in message
    assert "\n" not in message


def test_an_episode_that_cannot_be_read_leaves_the_window_alive(qtbot, window):
    source = two()
    good = source.episode
    source.episode = lambda i: (_ for _ in ()).throw(InputError("zoo/1", got="rot", wanted="data")) if i else good(i)
    desk = opened(qtbot, window, source)
    with qtbot.waitSignal(desk.problem, timeout=WAIT_MS) as caught:
        desk.open(1)
    assert "rot" in caught.args[0]
    assert desk.episode.title == "zoo / 0"


def test_two_grabs_of_one_state_are_equal(qtbot, window):
    desk = opened(qtbot, window, two(), at_s=0.5)
    desk.act("pause")
    qtbot.wait(50)
    pane = window.panes["timeline"].tracks
    assert pane.grab().toImage() == pane.grab().toImage()


def test_everything_that_takes_focus_has_a_name(window):
    for kind in (QAbstractButton, QComboBox, QLineEdit, QTableView):
        for widget in window.findChildren(kind):
            named = widget.accessibleName() or getattr(widget, "text", str)() or widget.toolTip()
            inner = widget.objectName().startswith("qt_") or isinstance(
                widget.parent(), QComboBox | QTableView | QLineEdit
            )
            assert named or inner, widget


def test_the_view_command_opens_the_window_and_ends_well(qtbot, monkeypatch):
    shown = []

    def leave(app):
        window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
        qtbot.waitUntil(lambda: window.desk.episode is not None, timeout=WAIT_MS)
        shown.append(window.windowTitle())
        window.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", leave)
    assert main(["view", "crossing", "--theme", "light"]) == 0
    assert shown == ["crossing – nearmiss"]
    assert main(["view", "no_such_map"]) == 3
    assert main(["view", "crossing", "--rig", "no_such_rig"]) == 3


def test_a_sensor_log_shows_its_sweep_its_cloud_and_where_it_was(qtbot, window):
    class OneLog:
        title, path, rows, first = "drive.mcap", "drive.mcap", (), 0

        def episode(self, index):
            fault = SensorEvent(kind="dropout", stream="lidar_top", t_on_s=0.5, t_off_s=1.0)
            return Episode(title="drive", command="nearmiss view drive.mcap", feed=ToyFeed(), faults=(fault,))

    desk = opened(qtbot, window, OneLog())
    assert desk.player.events_s == (0.5,)
    birdseye, space = window.panes["birdseye"], window.panes["space"]
    qtbot.waitUntil(lambda: len(birdseye.points.items) == len(birdseye.traffic.items) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: space.canvas.image is not None, timeout=WAIT_MS)
    qtbot.keyClick(window, Qt.Key.Key_Right)
    assert desk.player.time_s == pytest.approx(0.05)
    assert not birdseye.empty.isVisible()
