"""Bird's-eye view: map, signals, agents with trails and velocities, lidar as raster, what evidence names."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QVBoxLayout, QWidget

from sensors.packet import SensorPacket
from viewer.draw.findings import finding_items
from viewer.draw.items import Item
from viewer.draw.moment import Moment, moment
from viewer.draw.roads import road_items, road_labels, signal_items
from viewer.draw.sweep import carrier_items, sweep_items
from viewer.draw.theme import Theme
from viewer.draw.traffic import traffic_items
from viewer.draw.view import of_map, of_moment
from viewer.window.brush import Brush, colour
from viewer.window.desk import Desk
from viewer.window.empty import EmptyState
from viewer.window.latest import Latest

TITLE = "Bird's eye"
PLACE, ORDER = "centre", 0
LOG_M = 90.0  # what is seen of a log around its vehicle
SPARE = 0.4  # of the view on each side, drawn before it comes into sight


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return BirdsEye(desk)


class ListItem(pg.GraphicsObject):  # type: ignore[misc]
    """A display list as one graphics item, in map coordinates."""

    def __init__(self, z: float) -> None:
        super().__init__()
        self.setZValue(z)
        self.items: tuple[Item, ...] = ()
        self.theme: Theme | None = None
        self.brush = Brush()

    def show_items(self, items: tuple[Item, ...], theme: Theme) -> None:
        self.items, self.theme = items, theme
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(-1e7, -1e7, 2e7, 2e7)

    def paint(self, painter: QPainter, _: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.theme is not None:
            device = painter.device()
            self.brush.draw(painter, self.items, self.theme, (device.width(), device.height()))


class KeptItem(ListItem):
    """A list that rarely changes, kept as an image larger than the view: panning and following cost one blit."""

    def __init__(self, z: float) -> None:
        super().__init__(z)
        self._image: QImage | None = None
        self._key: object = None
        self._at = QTransform()

    def paint(self, painter: QPainter, _: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.theme is None or not self.items:
            return
        now, device = painter.combinedTransform(), painter.device()
        width, height = device.width(), device.height()
        key = (id(self.items), self.theme.name, width, height, round(now.m11(), 5), round(now.m22(), 5))  # never turned
        shift = QPointF(now.dx() - self._at.dx(), now.dy() - self._at.dy())
        far = abs(shift.x()) > SPARE * width or abs(shift.y()) > SPARE * height
        if self._image is None or key != self._key or far:
            self._render(now, width, height)
            self._key, self._at, shift = key, now, QPointF(0.0, 0.0)
        if self._image is not None:
            painter.save()
            painter.resetTransform()
            painter.drawImage(QPointF(shift.x() - SPARE * width, shift.y() - SPARE * height), self._image)
            painter.restore()

    def _render(self, now: QTransform, width: int, height: int) -> None:
        if self.theme is None:
            return
        size = (round(width * (1 + 2 * SPARE)), round(height * (1 + 2 * SPARE)))
        self._image = QImage(*size, QImage.Format.Format_ARGB32_Premultiplied)
        self._image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._image)
        painter.setTransform(now * QTransform.fromTranslate(SPARE * width, SPARE * height))
        self.brush.draw(painter, self.items, self.theme, size)
        painter.end()


class BirdsEye(QWidget):
    """The map from above; drag to pan, wheel to zoom, double click to fit."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName("Bird's-eye view of map and traffic")
        self.view = pg.GraphicsView(self)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.box = pg.ViewBox(lockAspect=True, enableMenu=False)
        self.view.setCentralItem(self.box)
        self.ground, self.points, self.traffic = KeptItem(0), KeptItem(1), ListItem(2)
        for item in (self.ground, self.points, self.traffic):
            self.box.addItem(item, ignoreBounds=True)
        self.empty = EmptyState(self, desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._sweep_key: object = None
        self._sweeps = Latest("birdseye lidar", self)
        self._sweeps.done.connect(self._show_sweep)
        self.box.sigRangeChangedManually.connect(self._released)
        desk.episode_changed.connect(self.show_episode)
        desk.time_changed.connect(self.show_time)
        desk.view_changed.connect(self._view_changed)
        desk.theme_changed.connect(self.show_episode)
        self.show_episode()

    def show_episode(self) -> None:
        """Draw the map anew and look at what matters."""
        episode = self.desk.episode
        self.view.setBackground(colour(self.desk.theme, "background"))
        self.points.show_items((), self.desk.theme)
        self.traffic.show_items((), self.desk.theme)
        self._sweep_key = None
        if episode is None or (episode.net is None and episode.recording is None and episode.feed is None):
            self.ground.show_items((), self.desk.theme)
            self.traffic.show_items((), self.desk.theme)
            self.empty.say(*nothing_open(self.desk))
            return
        self.empty.hide()
        items: tuple[Item, ...] = road_items(episode.net) if episode.net is not None else ()
        if episode.recording is None and episode.feed is None and episode.net is not None:
            items = (*items, *signal_items(episode.net), *road_labels(episode.net), *finding_items(episode.net))
        self.ground.show_items(items, self.desk.theme)
        self.fit()
        self.show_time(self.desk.player.time_s)

    def fit(self) -> None:
        """Look at the subject and whom evidence names, or at the whole map."""
        episode = self.desk.episode
        size = (max(self.view.width(), 50), max(self.view.height(), 50))
        if episode is None:
            return
        if episode.recording is not None:
            view = of_moment(episode.recording, episode.involved, self.desk.player.time_s, size)
        elif episode.net is not None:
            view = of_map(episode.net, size)
        else:
            return
        x0, y0, x1, y1 = view.bounds
        self.box.setRange(QRectF(x0, y0, x1 - x0, y1 - y0), padding=0)

    def show_time(self, t_s: float) -> None:
        """Draw the traffic at a time; ask for the lidar sweep around it."""
        episode = self.desk.episode
        if episode is None or episode.recording is None:
            self._ask_sweep(t_s)
            return
        now = moment(episode.recording, t_s)
        signals = signal_items(episode.net, now.signal_state) if episode.net is not None else ()
        self.traffic.show_items((*signals, *traffic_items(episode.recording, now, episode.evidence)), self.desk.theme)
        if self.desk.follow:
            self._centre_on(now, episode.recording.subject)
        self._ask_sweep(t_s)

    def _centre_on(self, now: Moment, agent: int) -> None:
        part, yaw = self.box.viewRect(), float(now.yaw[agent])
        ahead = 0.12 * min(part.width(), part.height())
        x = float(now.xyz[agent, 0]) + ahead * np.cos(yaw) - part.center().x()
        y = float(now.xyz[agent, 1]) + ahead * np.sin(yaw) - part.center().y()
        self.box.translateBy(x=x, y=y)

    def _ask_sweep(self, t_s: float) -> None:
        episode, by = self.desk.episode, self.desk.colour_by
        feed = episode.feed if episode is not None else None
        stream = feed.first("lidar") if feed is not None else None
        if feed is None or stream is None:
            return
        theme = self.desk.theme
        key = (id(feed), stream, feed.tick(stream, t_s), by, theme.name)
        if key == self._sweep_key:
            return
        self._sweep_key = key

        def work() -> tuple[tuple[Item, ...], SensorPacket | None]:
            packet = feed.packet(stream, t_s)
            return (sweep_items(packet, theme, by=by) if packet is not None else ()), packet

        self._sweeps.submit(key, work)

    def _show_sweep(self, _: object, made: tuple[tuple[Item, ...], SensorPacket | None]) -> None:
        items, packet = made
        self.points.show_items(items, self.desk.theme)
        episode = self.desk.episode
        if packet is not None and episode is not None and episode.recording is None:  # a log: it says where it was
            self.traffic.show_items(carrier_items(packet), self.desk.theme)
            if self.desk.follow:
                x, y = packet.map_T_ego[1][:2, 3]
                self.box.setRange(QRectF(x - LOG_M / 2, y - LOG_M / 2, LOG_M, LOG_M), padding=0)

    def _view_changed(self) -> None:
        self.show_time(self.desk.player.time_s)

    def _released(self) -> None:
        if self.desk.follow:
            self.desk.set_follow(False)

    def close_workers(self) -> None:
        """End the pane's thread."""
        self._sweeps.close()


def nothing_open(desk: Desk) -> tuple[str, str]:
    """Return why there is nothing to see, and what to do."""
    if desk.source is None:
        return "Nothing is open", "Open a suite, a map or a sensor log (Ctrl+O), or drop one here."
    if desk.source.rows == () and desk.source.first is None:
        return f"{desk.source.title} holds no scenario", "Generate one: nearmiss generate SUITE --count 20"
    return "Opening …", "The first episode is being read."
