"""The empty state of a pane: why there is nothing to see and what to do about it."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from viewer.window.desk import Desk


class EmptyState(QWidget):
    """Two centred lines over a pane; hidden while the pane has something to show."""

    def __init__(self, pane: QWidget, desk: Desk) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.why, self.fix = QLabel(self), QLabel(self)
        self.why.setObjectName("why")
        self.fix.setObjectName("fix")
        layout = QVBoxLayout(self)
        layout.addStretch()
        for label in (self.why, self.fix):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch()
        pane.installEventFilter(self)
        self.hide()

    def say(self, why: str, fix: str) -> None:
        """Show the state."""
        self.why.setText(why)
        self.fix.setText(fix)
        self.setAccessibleName(f"{why}. {fix}")
        self.setGeometry(self._pane.rect())
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the pane's size."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._pane.rect())
        return super().eventFilter(watched, event)
