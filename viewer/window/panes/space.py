"""3-D view, drawn by the rasteriser that the camera uses: orbit, pan, zoom, follow the subject, lidar points."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from viewer.draw.moment import moment
from viewer.draw.orbit import Orbit, panned, turned, zoomed
from viewer.draw.space import cloud_picture, space_picture
from viewer.draw.sweep import COLOUR_BY
from viewer.window.canvas import Canvas
from viewer.window.desk import Desk
from viewer.window.empty import EmptyState
from viewer.window.latest import Latest

TITLE = "3-D"
PLACE, ORDER = "right", 0
LOOKS: dict[str, Orbit] = {
    "Behind": Orbit(),
    "Side": Orbit(azimuth_rad=-1.57, elevation_rad=0.25, distance_m=20.0),
    "Front": Orbit(azimuth_rad=0.0, elevation_rad=0.3, distance_m=20.0),
    "Above": Orbit(elevation_rad=1.35, distance_m=60.0),
}


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return Space(desk)


class Space(QWidget):
    """Drag to orbit, Shift and drag to pan, wheel to zoom."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.orbit = Orbit()
        self.canvas = Canvas(desk, "3-D view")
        self.look, self.colour_by = QComboBox(), QComboBox()
        self.look.addItems(list(LOOKS))
        self.look.setAccessibleName("3-D camera")
        self.look.activated.connect(self._pick_look)
        self.colour_by.addItems([f"lidar by {name}" for name in COLOUR_BY])
        self.colour_by.setAccessibleName("Colour of lidar points")
        self.colour_by.activated.connect(lambda i: desk.set_colour_by(COLOUR_BY[i]))
        row = QHBoxLayout()
        row.addWidget(self.look)
        row.addWidget(self.colour_by)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addLayout(row)
        layout.addWidget(self.canvas)
        self.empty = EmptyState(self.canvas, desk)
        self._work = Latest("3-D", self)
        self._work.done.connect(lambda _, rgb: self.canvas.show_picture(rgb))
        self._work.failed.connect(lambda _, why: self.empty.say("The 3-D view could not be drawn", why))
        self.canvas.dragged.connect(self._drag)
        self.canvas.wheeled.connect(self._wheel)
        self.canvas.resized.connect(self.show_time)
        desk.episode_changed.connect(self.show_episode)
        desk.time_changed.connect(self.show_time)
        desk.view_changed.connect(self.show_time)
        desk.theme_changed.connect(self.show_time)
        self.show_episode()

    def show_episode(self) -> None:
        """Look at another episode."""
        episode = self.desk.episode
        self.canvas.show_picture(None)
        if episode is None:
            self.empty.say("Nothing to look at", "Open a scenario to see it in 3-D.")
        elif episode.recording is None and episode.feed is None:
            self.empty.say("No traffic here", "The 3-D view shows scenarios; a map alone is seen from above.")
        else:
            self.empty.hide()
            self.show_time()

    def show_time(self, *_: object) -> None:
        """Ask for a picture of the present."""
        episode = self.desk.episode
        if episode is None or not self.isVisible() or (episode.recording is None and episode.feed is None):
            return
        recording, net, feed = episode.recording, episode.net, episode.feed
        t_s, orbit, by, theme = self.desk.player.time_s, self.orbit, self.desk.colour_by, self.desk.theme
        size = (max(self.canvas.width(), 64), max(self.canvas.height(), 48))
        stream = feed.first("lidar") if feed is not None else None

        def work() -> object:
            packet = feed.packet(stream, t_s) if feed is not None and stream is not None else None
            if recording is not None:
                return space_picture(recording, net, t_s, orbit, size, packet=packet, by=by)
            return cloud_picture(packet, orbit, size, theme, by=by) if packet is not None else None

        self._work.submit(t_s, work)

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.show_time()

    def _pick_look(self, index: int) -> None:
        self.orbit = list(LOOKS.values())[index]
        self.show_time()

    def _drag(self, dx: float, dy: float, second: bool) -> None:
        episode = self.desk.episode
        if episode is None:
            return
        if second:
            yaw = 0.0
            if episode.recording is not None:
                yaw = float(moment(episode.recording, self.desk.player.time_s).yaw[episode.recording.subject])
            self.orbit = panned(self.orbit, dx, dy, heading_rad=yaw, height_px=self.canvas.height())
        else:
            self.orbit = turned(self.orbit, dx, dy)
        self.show_time()

    def _wheel(self, notches: float) -> None:
        self.orbit = zoomed(self.orbit, notches)
        self.show_time()

    def close_workers(self) -> None:
        """End the pane's thread."""
        self._work.close()
