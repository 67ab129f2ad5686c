"""Starts the window."""

import sys

from PySide6.QtWidgets import QApplication

from viewer.source import Source
from viewer.window.desk import Desk
from viewer.window.garbage import collected_between_events
from viewer.window.main import MainWindow


def run_window(source: Source | None, *, at_s: float | None = None, rig: str = "", theme: str = "dark") -> int:
    """Show the window until it is closed; return the exit code."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setStyle("Fusion")  # type: ignore[attr-defined]
    with collected_between_events():
        window = MainWindow(Desk(theme=theme, rig=rig))
        window.show()
        if source is not None:
            window.desk.take(source, at_s=at_s)
        return int(app.exec())
