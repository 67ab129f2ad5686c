"""Plots over time with the timeline's cursor: TTC, headway, required deceleration, speed; click to jump."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from viewer.draw.chart import LEFT, RIGHT, Line
from viewer.draw.curves import CHARTS, curves, title_of
from viewer.draw.limits import Limit
from viewer.window.brush import colour, font_of
from viewer.window.desk import Desk

TITLE = "Plots"
PLACE, ORDER = "bottom", 1
SHOWN_FIRST = ("ttc", "speed")
HEIGHT_PX = 104


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return Plots(desk)


class Plots(QWidget):
    """A row of switches and the plots that are switched on, one below the other."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName("Plots over time")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.switches: dict[str, QToolButton] = {}
        self.plots: dict[str, Plot] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 0, 8, 6)
        layout.setSpacing(2)
        layout.addLayout(row)
        row.addWidget(QLabel("Plots"))
        for limit in CHARTS:
            plot = Plot(desk, limit)
            switch = QToolButton()
            switch.setText(limit.title)
            switch.setCheckable(True)
            switch.setAccessibleName(f"Show plot {limit.title}")
            switch.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            switch.toggled.connect(plot.setVisible)
            switch.setChecked(limit.measure in SHOWN_FIRST)
            plot.setVisible(limit.measure in SHOWN_FIRST)
            row.addWidget(switch)
            layout.addWidget(plot)
            self.switches[limit.measure], self.plots[limit.measure] = switch, plot
        row.addStretch()
        desk.episode_changed.connect(self.show_episode)
        desk.time_changed.connect(self.show_time)
        desk.theme_changed.connect(self.show_episode)
        self.show_episode()

    def show_episode(self) -> None:
        """Draw all curves anew."""
        for plot in self.plots.values():
            plot.show_episode()

    def show_time(self, t_s: float) -> None:
        """Move the cursors."""
        for plot in self.plots.values():
            plot.show_time(t_s)


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """One measure over time."""

    def __init__(self, desk: Desk, limit: Limit) -> None:
        super().__init__()
        self.desk, self.limit = desk, limit
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(title_of(limit))
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.getAxis("left").setWidth(LEFT - 1)
        item.layout.setContentsMargins(0, 2, RIGHT, 0)
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.label = pg.TextItem(anchor=(0, 0))
        self.scene().sigMouseClicked.connect(self._clicked)

    def show_episode(self) -> None:
        """Draw frame, thresholds and curves of the open episode, or say why there are none."""
        theme, episode, item = self.desk.theme, self.desk.episode, self.getPlotItem()
        item.clear()
        self.setBackground(colour(theme, "panel"))
        for name in ("left", "bottom"):
            axis = item.getAxis(name)
            axis.setPen(colour(theme, "border"))
            axis.setTextPen(colour(theme, "muted"))
            axis.setTickFont(font_of(10))
        item.showGrid(x=True, y=True, alpha=0.15)
        duration = self.desk.player.duration_s or 1.0
        self.setRange(xRange=(0, duration), yRange=(0, self.limit.top), padding=0)
        for value, name, role in (
            (self.limit.onset, "onset", "near_miss"),
            (self.limit.near_miss, "near miss", "collision"),
        ):
            if value is not None:
                pen = pg.mkPen(colour(theme, role), width=1.2, style=Qt.PenStyle.DashLine)
                text = f"{name} {value:g} {self.limit.unit}"
                options = {"position": 0.995, "anchors": [(1, 1), (1, 1)], "color": colour(theme, role)}
                item.addItem(pg.InfiniteLine(pos=value, angle=0, pen=pen, label=text, labelOpts=options))
        lines = curves(episode.recording, episode.measures, self.limit.measure) if episode and episode.recording else ()
        if self.limit.measure == "speed":  # headroom for the title above the curves
            self.setRange(yRange=(0, 1.45 * max([10.0, *(peak(line) for line in lines)])), padding=0)
        for line in lines:
            pen = pg.mkPen(colour(theme, line.role), width=2 if line.role == "ego" else 1.5)
            shown = np.where(line.valid, line.value, np.nan)  # pyqtgraph's own way to break a curve
            item.plot(line.t_s, shown, pen=pen, connect="finite")
        self._title(lines)
        self.cursor.setPen(pg.mkPen(colour(theme, "accent"), width=1.5))
        item.addItem(self.cursor, ignoreBounds=True)
        self.show_time(self.desk.player.time_s)

    def _title(self, lines: tuple[Line, ...]) -> None:
        theme = self.desk.theme
        named = "  ".join(
            f'<span style="color:{theme.hex(n.role)}">{n.name}</span>' for n in lines if n.name and n.valid.any()
        )
        text = f'<span style="color:{theme.hex("text")}">{title_of(self.limit)}</span>&nbsp;&nbsp;{named}'
        if not any(line.valid.any() for line in lines):
            text += f'<span style="color:{theme.hex("muted")}">no value: {why_empty(self.desk)}</span>'
        self.label.setHtml(f'<span style="font-size:11px">{text}</span>')
        self.label.setParentItem(self.getPlotItem().getViewBox())
        self.label.setPos(6, 2)

    def show_time(self, t_s: float) -> None:
        """Move the cursor."""
        self.cursor.setValue(t_s)

    def _clicked(self, event: object) -> None:
        place = self.getPlotItem().getViewBox().mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        self.desk.act("seek", float(place.x()))


def peak(line: Line) -> float:
    """Return the largest valid value of a line, 0 where there is none."""
    return float(np.max(line.value, initial=0.0, where=line.valid))


def why_empty(desk: Desk) -> str:
    """Return why a plot has no curve."""
    if desk.episode is None:
        return "nothing is open"
    if desk.episode.recording is None:
        return "a sensor log holds no agents" if desk.episode.feed is not None else "a map has no traffic"
    return "no pair of agents is closing in"
