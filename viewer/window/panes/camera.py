"""Camera pane: the frame exposed last before the present, with the boxes of agents projected into it."""

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from viewer.draw.boxes import box_items
from viewer.draw.items import Item
from viewer.window.canvas import Canvas
from viewer.window.desk import Desk
from viewer.window.empty import EmptyState
from viewer.window.latest import Latest

TITLE = "Camera"
PLACE, ORDER = "right", 1


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return CameraPane(desk)


class CameraPane(QWidget):
    """One camera of the rig at a time."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.canvas = Canvas(desk, "Camera picture")
        self.stream = QComboBox()
        self.stream.setAccessibleName("Camera")
        self.stream.activated.connect(self._again)
        self.boxes = QCheckBox("Boxes")
        self.boxes.setChecked(True)
        self.boxes.clicked.connect(self._again)
        self.note = QLabel("")
        self.note.setObjectName("fix")
        row = QHBoxLayout()
        for widget in (self.stream, self.boxes, self.note):
            row.addWidget(widget)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self.canvas)
        self.empty = EmptyState(self.canvas, desk)
        self._key: object = None
        self._work = Latest("camera", self)
        self._work.done.connect(self._show)
        self._work.failed.connect(lambda _, why: self.empty.say("The camera picture could not be made", why))
        desk.episode_changed.connect(self.show_episode)
        desk.time_changed.connect(self.show_time)
        self.show_episode()

    def show_episode(self) -> None:
        """Take up another episode's cameras."""
        episode = self.desk.episode
        self.canvas.show_picture(None)
        self._key = None
        self.stream.clear()
        self.note.setText("")
        feed = episode.feed if episode is not None else None
        names = feed.streams("camera") if feed is not None else ()
        self.stream.addItems(list(names))
        self.stream.setVisible(bool(names))
        self.boxes.setVisible(bool(names))
        if episode is None:
            self.empty.say("No camera picture", "Open a scenario; its cameras are rendered on demand.")
        elif feed is None:
            self.empty.say("No camera here", episode.no_feed_reason)
        elif not names:
            self.empty.say(f"Rig {self.desk.rig or 'default'} has no camera", "Choose another one with --rig NAME.")
        else:
            self.empty.hide()
            self.show_time(self.desk.player.time_s)

    def show_time(self, t_s: float) -> None:
        """Ask for the frame of a time, unless it is the one shown."""
        episode = self.desk.episode
        stream = self.stream.currentText()
        if episode is None or episode.feed is None or not stream:
            return
        feed, recording, boxes = episode.feed, episode.recording, self.boxes.isChecked()
        key = (id(feed), stream, feed.tick(stream, t_s), boxes)
        if key == self._key:
            return
        self._key = key

        def work() -> tuple[object, tuple[Item, ...], str]:
            packet = feed.packet(stream, t_s)
            if packet is None:
                return None, (), "no frame was delivered at this time"
            overlay = box_items(packet, recording) if boxes and recording is not None else ()
            return packet.arrays["rgb"], overlay, f"frame {packet.seq}, {packet.stamp_end_ns * 1e-9:.2f} s"

        self._work.submit(key, work)

    def _again(self, *_: object) -> None:
        self._key = None
        self.show_time(self.desk.player.time_s)

    def _show(self, _: object, made: tuple[object, tuple[Item, ...], str]) -> None:
        rgb, overlay, text = made
        self.canvas.show_picture(rgb, overlay)  # type: ignore[arg-type]
        self.note.setText(text)
        if rgb is None:
            self.empty.say("No frame", "The camera delivered nothing at this time: see the sensor fault track.")
        else:
            self.empty.hide()

    def close_workers(self) -> None:
        """End the pane's thread."""
        self._work.close()
