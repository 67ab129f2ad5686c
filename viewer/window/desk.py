"""What the panes share: the source, the open episode, the player, the theme; and the signals when they change."""

import time

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from viewer.draw.theme import THEMES, Theme
from viewer.player import Player
from viewer.source import Episode, Source
from viewer.window.latest import Latest

FRAME_MS = 16


class Desk(QObject):
    """The state of one window. Panes read it and connect to its signals; they never talk to each other."""

    source_changed = Signal()
    opening = Signal(str)  # the title of what is being opened
    episode_changed = Signal()
    time_changed = Signal(float)
    playing_changed = Signal()  # playing, speed, direction, loop or selection
    theme_changed = Signal()
    view_changed = Signal()  # follow, colours of points, ...
    problem = Signal(str)  # one line for the status bar

    def __init__(self, source: Source | None = None, *, theme: str = "dark", rig: str = "") -> None:
        super().__init__()
        self.player = Player()
        self.source = source
        self.episode: Episode | None = None
        self.theme: Theme = THEMES[theme]
        self.rig = rig
        self.follow = True
        self.colour_by = "height"
        self._at_s: float | None = None
        self._opener = Latest("open", self)
        self._opener.done.connect(self._opened)
        self._opener.failed.connect(lambda _, text: self.problem.emit(text))
        self._clock = QTimer(self)
        self._clock.setTimerType(Qt.TimerType.PreciseTimer)
        self._clock.setInterval(FRAME_MS)
        self._clock.timeout.connect(self._tick)

    # what is open

    def take(self, source: Source, *, at_s: float | None = None) -> None:
        """Show another source, opened at its first episode."""
        self.source, self.episode = source, None
        self.player.load(0.0, 0.05)
        self.source_changed.emit()
        self.episode_changed.emit()
        if source.first is not None:
            self.open(source.first, at_s=at_s)

    def open(self, index: int, *, at_s: float | None = None) -> None:
        """Open an episode of the source in the background; at its critical instant unless told otherwise."""
        if self.source is None:
            return
        source = self.source
        self._at_s = at_s
        self.opening.emit(f"{source.title} / {index}" if source.rows else source.title)
        self._opener.submit(index, lambda: source.episode(index).ready(self.rig))

    def _opened(self, _: object, episode: Episode) -> None:
        self.pause()
        self.episode = episode
        self.player.load(episode.duration_s, episode.step_s, episode.events_s)
        self.player.seek(episode.critical_s if self._at_s is None else self._at_s)
        self.episode_changed.emit()
        self.time_changed.emit(self.player.time_s)
        self.playing_changed.emit()

    # time

    def act(self, name: str, *values: float) -> None:
        """Call a method of the player and tell the panes."""
        if self.episode is None:
            return
        getattr(self.player, name)(*values)
        if self.player.playing and not self._clock.isActive():
            self._clock.start()
        elif not self.player.playing:
            self._clock.stop()
        self.playing_changed.emit()
        self.time_changed.emit(self.player.time_s)

    def pause(self) -> None:
        """Stop playing."""
        self.player.pause()
        self._clock.stop()

    def set_loop(self, loop: bool) -> None:
        """Play over and over, or once."""
        self.player.loop = loop
        self.playing_changed.emit()

    def _tick(self) -> None:
        if self.player.tick(time.monotonic()):
            self.time_changed.emit(self.player.time_s)
        if not self.player.playing:
            self._clock.stop()
            self.playing_changed.emit()

    # looks

    def set_theme(self, name: str) -> None:
        """Take the dark or the light theme."""
        self.theme = THEMES[name]
        self.theme_changed.emit()

    def set_follow(self, follow: bool) -> None:
        """Keep the views on the subject vehicle, or leave them where they are."""
        self.follow = follow
        self.view_changed.emit()

    def set_colour_by(self, name: str) -> None:
        """Colour lidar points by one of viewer.draw.sweep.COLOUR_BY."""
        self.colour_by = name
        self.view_changed.emit()

    def close(self) -> None:
        """Stop the clock and the worker."""
        self._clock.stop()
        self._opener.close()
