"""The help overlay: every key, from the same table that the window obeys."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from viewer.window.keys import BINDINGS

MOUSE = (
    ("drag", "pan the map, orbit the 3-D view, scrub the timeline"),
    ("wheel", "zoom"),
    ("Shift + drag", "pan the 3-D view, select a time range"),
    ("double click", "open a scenario of the list, clear the selection"),
)


class HelpOverlay(QFrame):
    """A card over the window; hidden until asked for."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("helpCard")
        self.setAccessibleName("Keyboard help")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 18, 24, 20)
        title = QLabel("Keys")
        title.setObjectName("why")
        layout.addWidget(title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        rows = [(b.shown, b.what) for b in BINDINGS] + list(MOUSE)
        half = (len(rows) + 1) // 2
        for i, (key, what) in enumerate(rows):
            column = 3 * (i // half)
            name, text = QLabel(f"<b>{key.replace('<', '&lt;')}</b>"), QLabel(what)
            name.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(name, i % half, column)
            grid.addWidget(text, i % half, column + 1)
        grid.setColumnMinimumWidth(2, 24)
        layout.addLayout(grid)
        window.installEventFilter(self)
        self.hide()

    def toggle(self) -> None:
        """Show or hide."""
        self.setVisible(not self.isVisible())
        self._place()

    def _place(self) -> None:
        self.adjustSize()
        area = self._window.rect()
        self.move((area.width() - self.width()) // 2, (area.height() - self.height()) // 2)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)
