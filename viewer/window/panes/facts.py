"""Facts of what is open: parameters, environment, odds, verdicts, and the command that opens it again."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from viewer.window.desk import Desk
from viewer.window.empty import EmptyState

TITLE = "Facts"
PLACE, ORDER = "left", 1


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return Facts(desk)


class Facts(QWidget):
    """Two columns and a button."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName("Facts of what is open")
        self.table.horizontalHeader().setVisible(False)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(21)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.copy = QToolButton()
        self.copy.setText("Copy command")
        self.copy.setToolTip("Copy the command that opens this again")
        self.copy.clicked.connect(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.table)
        layout.addWidget(self.copy)
        self.empty = EmptyState(self.table, desk)
        desk.episode_changed.connect(self.show_episode)
        self.show_episode()

    def show_episode(self) -> None:
        """List the facts of another episode."""
        episode = self.desk.episode
        facts = episode.facts if episode is not None else ()
        self.table.setRowCount(len(facts))
        for row, (name, value) in enumerate(facts):
            for column, text in enumerate((name.replace("_", " "), value)):
                cell = QTableWidgetItem(text)
                cell.setToolTip(text)
                self.table.setItem(row, column, cell)
        self.copy.setEnabled(episode is not None)
        if facts:
            self.empty.hide()
        else:
            self.empty.say("No facts", "Open a scenario to see its parameters and verdicts.")

    def _copy(self) -> None:
        if self.desk.episode is not None:
            t_s = self.desk.player.time_s
            QApplication.clipboard().setText(f"{self.desk.episode.command} --at {t_s:.2f}")
            self.desk.problem.emit("Copied the command to the clipboard.")
