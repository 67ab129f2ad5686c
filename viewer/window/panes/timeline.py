"""Timeline: play, speed, scrub, step, and tracks of hazards, critical instants, sensor faults and collisions."""

from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QTransform
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from viewer.draw.timeline import HEAD_PX, ROW_PX, cursor_items, track_area, track_items
from viewer.player import SPEEDS, typed_time
from viewer.window.brush import Brush, colour
from viewer.window.desk import Desk
from viewer.window.look import tinted

TITLE = "Timeline"
PLACE, ORDER = "bottom", 0
UPRIGHT = QTransform(1, 0, 0, -1, 0, 0)  # y of display lists grows up
BUTTONS: tuple[tuple[str, str, str, tuple[float, ...]], ...] = (
    ("SP_MediaSkipBackward", "To the start (Home)", "home", ()),
    ("SP_MediaSeekBackward", "Event before ([)", "previous_event", ()),
    ("SP_ArrowLeft", "One step back (Left)", "step", (-1,)),
    ("SP_MediaPlay", "Play or pause (Space)", "toggle", ()),
    ("SP_ArrowRight", "One step on (Right)", "step", (1,)),
    ("SP_MediaSeekForward", "Next event (])", "next_event", ()),
    ("SP_MediaSkipForward", "To the end (End)", "end", ()),
)


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return Timeline(desk)


class Timeline(QWidget):
    """The row of buttons above the tracks."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName("Timeline")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.buttons = {name + str(values): button for name, values, button in self._make_buttons(row)}
        self.time = QLineEdit("0.00")
        self.time.setAccessibleName("Time in seconds; type to jump")
        self.time.setToolTip("Time, s. Type a time and press Enter.")
        self.time.setFixedWidth(72)
        self.time.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.time.returnPressed.connect(self._typed)
        self.total = QLabel("/ 0.00 s")
        self.speed = QComboBox()
        self.speed.setAccessibleName("Playing speed")
        self.speed.addItems([f"{s:g}×" for s in SPEEDS])
        self.speed.activated.connect(self._pick_speed)
        self.backward = QCheckBox("Reverse")
        self.backward.clicked.connect(lambda: desk.act("turn"))
        self.loop = QCheckBox("Loop")
        self.loop.clicked.connect(desk.set_loop)
        self.note = QLabel("")
        self.note.setObjectName("fix")
        for widget in (self.time, self.total, self.speed, self.backward, self.loop):
            row.addWidget(widget)
        row.addStretch()
        row.addWidget(self.note)
        self.tracks = Tracks(desk)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.addLayout(row)
        layout.addWidget(self.tracks)
        desk.time_changed.connect(self.show_time)
        desk.playing_changed.connect(self.show_state)
        desk.episode_changed.connect(self.show_state)
        desk.theme_changed.connect(self.show_state)
        self.show_state()

    def _make_buttons(self, row: QHBoxLayout) -> list[tuple[str, tuple[float, ...], QToolButton]]:
        out = []
        for _, tip, name, values in BUTTONS:
            button = QToolButton()
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda *_, name=name, values=values: self.desk.act(name, *values))
            row.addWidget(button)
            out.append((name, values, button))
        return out

    def show_state(self) -> None:
        """Show what the player does."""
        player = self.desk.player
        self._show_icons()
        self.speed.setCurrentIndex(SPEEDS.index(player.speed))
        self.backward.setChecked(player.backward)
        self.loop.setChecked(player.loop)
        self.total.setText(f"/ {player.duration_s:.2f} s")
        picked = player.selection_s
        self.note.setText(f"selection {picked[0]:.2f} – {picked[1]:.2f} s" if picked else "")
        self.setEnabled(self.desk.episode is not None and player.duration_s > 0)
        self.show_time(player.time_s)
        self.tracks.fit_height()
        self.tracks.update()

    def _show_icons(self) -> None:
        for icon, _, name, values in BUTTONS:
            shown = "SP_MediaPause" if name == "toggle" and self.desk.player.playing else icon
            black = self.style().standardIcon(getattr(QStyle.StandardPixmap, shown))
            self.buttons[name + str(values)].setIcon(tinted(black, colour(self.desk.theme, "text")))

    def show_time(self, t_s: float) -> None:
        """Show a time."""
        if not self.time.hasFocus():
            self.time.setText(f"{t_s:.2f}")
        self.tracks.update()

    def _typed(self) -> None:
        t_s = typed_time(self.time.text())
        self.time.clearFocus()
        if t_s is None:
            self.desk.problem.emit(f"{self.time.text()!r} is no time: want seconds, as in 4.2 or 1:04.2")
            self.show_time(self.desk.player.time_s)
            return
        self.desk.act("seek", t_s)

    def _pick_speed(self, index: int) -> None:
        self.desk.player.speed = SPEEDS[index]
        self.desk.playing_changed.emit()


class Tracks(QWidget):
    """The scrub bar and the tracks; drag to scrub, Shift and drag to select, double click to clear."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.brush = Brush()
        self.setMouseTracking(True)
        self.setAccessibleName("Time tracks: hazards, critical instants, sensor faults, collisions")
        self._anchor_s: float | None = None
        self._hover_s: float | None = None
        self._kept: tuple[object, QPixmap] | None = None
        desk.theme_changed.connect(self.update)
        self.fit_height()

    def fit_height(self) -> None:
        """Take as much height as the tracks need."""
        self.setFixedHeight(round(HEAD_PX + ROW_PX * max(len(self._tracks()), 4) + 4))

    def _tracks(self) -> tuple[Any, ...]:
        return self.desk.episode.tracks if self.desk.episode is not None else ()

    def sizeHint(self) -> QSize:
        return QSize(600, self.height())

    def paintEvent(self, _: QPaintEvent) -> None:
        player, size = self.desk.player, (self.width(), self.height())
        painter = QPainter(self)
        if self.desk.episode is not None and player.duration_s > 0:
            painter.drawPixmap(0, 0, self._still())
            items = cursor_items(
                player.duration_s, size, now_s=player.time_s, selection_s=player.selection_s, hover_s=self._hover_s
            )
            painter.setTransform(UPRIGHT * QTransform.fromTranslate(0, self.height()))
            self.brush.draw(painter, items, self.desk.theme, size)
        else:
            why = "No time runs here: open a scenario." if self.desk.episode is None else "A map stands still."
            painter.fillRect(self.rect(), colour(self.desk.theme, "background"))
            painter.setPen(colour(self.desk.theme, "muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, why)
        painter.end()

    def _still(self) -> QPixmap:
        """Return what does not move with time, drawn before unless size, theme or episode changed."""
        key = (self.width(), self.height(), self.devicePixelRatioF(), self.desk.theme.name, id(self.desk.episode))
        if self._kept is None or self._kept[0] != key:
            pixmap = QPixmap(self.size() * self.devicePixelRatioF())
            pixmap.setDevicePixelRatio(self.devicePixelRatioF())
            pixmap.fill(colour(self.desk.theme, "background"))
            size = (self.width(), self.height())
            painter = QPainter(pixmap)
            painter.setTransform(UPRIGHT * QTransform.fromTranslate(0, self.height()))
            items = track_items(self._tracks(), self.desk.player.duration_s, size)
            self.brush.draw(painter, items, self.desk.theme, size)
            painter.end()
            self._kept = (key, pixmap)
        return self._kept[1]

    def time_at(self, x_px: float) -> float:
        """Return the time below a place of the widget, clamped to the recording."""
        x0, x1 = track_area(self.width())
        share = min(max((x_px - x0) / max(x1 - x0, 1.0), 0.0), 1.0)
        return share * self.desk.player.duration_s

    def mousePressEvent(self, event: QMouseEvent) -> None:
        t_s = self.time_at(event.position().x())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor_s = t_s
        else:
            self.desk.act("seek", t_s)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        t_s = self.time_at(event.position().x())
        self._hover_s = t_s
        if self._anchor_s is not None:
            self.desk.act("select", self._anchor_s, t_s)
        elif event.buttons() & Qt.MouseButton.LeftButton:
            self.desk.act("seek", t_s)
        self.update()

    def mouseReleaseEvent(self, _: QMouseEvent) -> None:
        self._anchor_s = None

    def mouseDoubleClickEvent(self, _: QMouseEvent) -> None:
        self.desk.player.selection_s = None
        self.desk.playing_changed.emit()

    def leaveEvent(self, _: Any) -> None:
        self._hover_s = None
        self.update()

    def event(self, event: Any) -> bool:
        """Tell what lies under the mouse."""
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), f"{self.time_at(event.pos().x()):.2f} s", self)
            return True
        return super().event(event)
