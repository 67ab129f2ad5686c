"""The main window: walks the folder of panes, arranges them, obeys the keyboard, opens files."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMainWindow, QSplitter, QVBoxLayout, QWidget

from roadnet.base.errors import InputError
from viewer.source import Source, open_source
from viewer.window import panes
from viewer.window.desk import Desk
from viewer.window.help import HelpOverlay
from viewer.window.keys import binding_of
from viewer.window.look import palette_of, style_of

SIZE = (1600, 960)
PLACES = ("left", "centre", "right", "bottom")


def pane_modules() -> list[ModuleType]:
    """Return the panes' modules by place and order; a new file in the folder is a new pane."""
    names = sorted(m.name for m in pkgutil.iter_modules(panes.__path__))
    modules = [importlib.import_module(f"{panes.__name__}.{name}") for name in names]
    return sorted(modules, key=lambda m: (PLACES.index(m.PLACE), m.ORDER))


class MainWindow(QMainWindow):
    """All panes on one desk."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName("nearmiss viewer")
        self.resize(*SIZE)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panes: dict[str, QWidget] = {}
        self._arrange()
        self._menu()
        self.help = HelpOverlay(self)
        desk.theme_changed.connect(self.show_theme)
        desk.episode_changed.connect(self.show_title)
        desk.opening.connect(lambda title: self.statusBar().showMessage(f"Opening {title} …"))
        desk.problem.connect(lambda text: self.statusBar().showMessage(text, 15000))
        self.show_theme()
        self.show_title()
        self.setFocus()  # not the filter line, which would take the keys

    def _arrange(self) -> None:
        columns: dict[str, list[QWidget]] = {place: [] for place in PLACES}
        for module in pane_modules():
            pane = module.make(self.desk)
            self.panes[module.__name__.rpartition(".")[2]] = pane
            columns[module.PLACE].append(self._framed(module.TITLE, pane) if module.PLACE != "bottom" else pane)
        self.columns = {place: stacked(widgets) for place, widgets in columns.items() if place != "bottom"}
        views = QSplitter(Qt.Orientation.Horizontal)
        for place in ("centre", "right"):
            views.addWidget(self.columns[place])
        views.setStretchFactor(0, 3)
        views.setStretchFactor(1, 2)
        views.setSizes([780, 500])
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(views, 1)
        for pane in columns["bottom"]:
            layout.addWidget(pane)
        whole = QSplitter(Qt.Orientation.Horizontal)
        whole.addWidget(self.columns["left"])
        whole.addWidget(stage)
        whole.setStretchFactor(1, 1)
        whole.setSizes([330, 1270])
        whole.setContentsMargins(8, 4, 8, 0)
        self.setCentralWidget(whole)

    def _framed(self, title: str, pane: QWidget) -> QWidget:
        frame = QWidget()
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        label = QLabel(title)
        label.setObjectName("paneTitle")
        layout.addWidget(label)
        layout.addWidget(pane, 1)
        return frame

    def _menu(self) -> None:
        file, view = self.menuBar().addMenu("&File"), self.menuBar().addMenu("&View")
        add = [
            (file, "Open &suite …", "Ctrl+O", self.ask_suite),
            (file, "Open &map or log …", "Ctrl+Shift+O", self.ask_file),
            (file, "Save &picture …", "Ctrl+S", self.ask_picture),
            (file, "&Quit", "Ctrl+Q", self.close),
            (view, "&Dark or light", "", self.toggle_theme),
            (view, "&Follow subject", "", self.toggle_follow),
            (view, "&Keys", "", self.toggle_help),
        ]
        for menu, text, keys, slot in add:
            action = QAction(text, self)
            if keys:
                action.setShortcut(QKeySequence(keys))
            action.triggered.connect(lambda *_, slot=slot: slot())
            menu.addAction(action)

    # files

    def open_path(self, path: str) -> None:
        """Open what a path stands for; a problem goes to the status bar."""
        try:
            source: Source = open_source(path)
        except (InputError, OSError) as error:
            self.desk.problem.emit(str(error))
            return
        self.desk.take(source)

    def ask_suite(self) -> None:
        """Ask for a suite's folder and open it."""
        path = QFileDialog.getExistingDirectory(self, "Open a suite")
        if path:
            self.open_path(path)

    def ask_file(self) -> None:
        """Ask for a map or a sensor log and open it."""
        path, _ = QFileDialog.getOpenFileName(self, "Open", "", "Maps and sensor logs (*.xodr *.mcap);;All files (*)")
        if path:
            self.open_path(path)

    def ask_picture(self) -> None:
        """Save the window as a PNG."""
        path, _ = QFileDialog.getSaveFileName(self, "Save picture", "nearmiss.png", "PNG (*.png)")
        if path and not self.grab().save(path):
            self.desk.problem.emit(f"{path}: could not be written")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.open_path(str(Path(event.mimeData().urls()[0].toLocalFile())))

    # keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        binding = binding_of(event.modifiers(), event.key())
        if binding is None:
            super().keyPressEvent(event)
        elif binding.target == "player":
            self.desk.act(binding.action, *binding.values)
        else:
            getattr(self, binding.action)()

    def toggle_loop(self) -> None:
        """Play over and over, or once."""
        self.desk.set_loop(not self.desk.player.loop)

    def toggle_follow(self) -> None:
        """Keep the views on the subject vehicle, or let them be."""
        self.desk.set_follow(not self.desk.follow)
        self.statusBar().showMessage("Following the subject" if self.desk.follow else "Views stay where they are", 3000)

    def toggle_theme(self) -> None:
        """Dark or light."""
        self.desk.set_theme("light" if self.desk.theme.name == "dark" else "dark")

    def toggle_help(self) -> None:
        """Show or hide the keys."""
        self.help.toggle()

    def hide_help(self) -> None:
        """Hide the keys."""
        self.help.hide()

    def next_row(self) -> None:
        """Open the next scenario of the list."""
        self.panes["suite"].go(1)  # type: ignore[attr-defined]

    def previous_row(self) -> None:
        """Open the scenario before in the list."""
        self.panes["suite"].go(-1)  # type: ignore[attr-defined]

    # looks

    def show_theme(self) -> None:
        """Take on the desk's theme."""
        QApplication.setPalette(palette_of(self.desk.theme))  # a style sheet cuts off the window's own
        self.setStyleSheet(style_of(self.desk.theme))

    def show_title(self) -> None:
        """Say what is open."""
        episode = self.desk.episode
        self.setWindowTitle(f"{episode.title} – nearmiss" if episode is not None else "nearmiss")
        if episode is not None:
            self.statusBar().showMessage(f"{episode.command}    press ? for keys")

    def closeEvent(self, event: QCloseEvent) -> None:
        """End every thread."""
        for pane in self.panes.values():
            if hasattr(pane, "close_workers"):
                pane.close_workers()
        self.desk.close()
        super().closeEvent(event)


def stacked(widgets: list[QWidget]) -> QSplitter:
    """Return widgets one above the other."""
    out = QSplitter(Qt.Orientation.Vertical)
    for widget in widgets:
        out.addWidget(widget)
    return out
