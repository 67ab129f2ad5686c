"""Suite list: sortable, filterable by any word; double click or Enter opens at the critical instant."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QLabel, QLineEdit, QTableView, QVBoxLayout, QWidget

from viewer.source import Row
from viewer.window.brush import colour
from viewer.window.desk import Desk
from viewer.window.empty import EmptyState

TITLE = "Suite"
PLACE, ORDER = "left", 0
COLUMNS: tuple[tuple[str, str], ...] = (
    ("index", "#"),
    ("leaf", "Leaf"),
    ("outcome", "Outcome"),
    ("min_ttc_s", "TTC s"),
    ("observed", "Observed"),
    ("map_name", "Map"),
    ("severity_mps2", "Severity m/s²"),
    ("also", "Also"),
    ("stream", "Stream"),
    ("place", "Place"),
    ("reason", "Reason"),
)
OUTCOME_ROLE = {"collision": "collision", "near miss": "near_miss", "conflict": "accent"}
OUTCOME_SIGN = {"collision": "✕ ", "near miss": "◆ ", "conflict": "◇ "}  # not by colour alone
Index = QModelIndex | QPersistentModelIndex


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return SuiteList(desk)


class Rows(QAbstractTableModel):
    """The rows of a source that hold every wanted word, sorted; missing values come last either way."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.rows: tuple[Row, ...] = ()
        self.shown: list[Row] = []
        self._words: dict[int, str] = {}
        self._wanted: tuple[str, ...] = ()
        self._by, self._downwards = "index", False

    def take(self, rows: tuple[Row, ...]) -> None:
        """Show other rows."""
        self.rows = rows
        self._words = {r.index: " ".join(text_of(getattr(r, name)) for name, _ in COLUMNS).lower() for r in rows}
        self._arrange()

    def want(self, text: str) -> None:
        """Keep the rows that hold every one of these words, in whatever column."""
        self._wanted = tuple(text.lower().split())
        self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column."""
        self._by, self._downwards = COLUMNS[column][0], order == Qt.SortOrder.DescendingOrder
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        kept = [r for r in self.rows if all(word in self._words[r.index] for word in self._wanted)]
        known = [r for r in kept if getattr(r, self._by) not in (None, "")]
        gone = [r for r in kept if getattr(r, self._by) in (None, "")]
        self.shown = sorted(known, key=lambda r: getattr(r, self._by), reverse=self._downwards) + gone
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section][1]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        name = COLUMNS[index.column()][0]
        value = getattr(self.shown[index.row()], name)
        if role == Qt.ItemDataRole.DisplayRole:
            return OUTCOME_SIGN.get(value, "") + text_of(value) if name == "outcome" else text_of(value)
        if role == Qt.ItemDataRole.ToolTipRole:
            return text_of(value)
        if role == Qt.ItemDataRole.ForegroundRole and name == "outcome" and value in OUTCOME_ROLE:
            return colour(self.desk.theme, OUTCOME_ROLE[value])
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, int | float):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class Table(QTableView):
    """A table that opens a row by Enter and leaves all keys but its own to the window."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.doubleClicked.emit(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            super().keyPressEvent(event)
        else:
            event.ignore()


class SuiteList(QWidget):
    """Filter line, table, count."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter: TC-05 near miss Town01 …")
        self.filter.setAccessibleName("Filter scenarios by words")
        self.filter.setClearButtonEnabled(True)
        self.model = Rows(desk)
        self.table = Table()
        self.table.setAccessibleName("Scenarios of the suite")
        self.table.setModel(self.model)
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().setVisible(False)
        self.table.verticalHeader().setDefaultSectionSize(23)
        self.table.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate((38, 54, 92, 50, 92, 80)):
            self.table.setColumnWidth(column, width)
        self.count = QLabel("")
        self.count.setObjectName("fix")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for widget in (self.filter, self.table, self.count):
            layout.addWidget(widget)
        self.empty = EmptyState(self.table, desk)
        self.filter.textChanged.connect(self._want)
        self.table.doubleClicked.connect(self._open)
        desk.source_changed.connect(self.show_source)
        desk.episode_changed.connect(self._mark)
        self.model.modelReset.connect(self._mark)
        desk.theme_changed.connect(lambda: self.model.take(self.model.rows))
        self.show_source()

    def show_source(self) -> None:
        """List the rows of another source."""
        source = self.desk.source
        self.model.take(source.rows if source is not None else ())
        self._say()

    def _want(self, text: str) -> None:
        self.model.want(text)
        self._say()

    def _say(self) -> None:
        shown, total = len(self.model.shown), len(self.model.rows)
        self.count.setText(f"{shown} of {total} scenarios" if total else "")
        if not total:
            self.empty.say("No list", "What is open is not a suite: open a folder made by nearmiss generate.")
        elif not shown:
            self.empty.say("No scenario has all these words", "Clear the filter to see all.")
        else:
            self.empty.hide()

    def _open(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.model.shown):
            self.desk.open(self.model.shown[index.row()].index)

    def _mark(self) -> None:
        spec = self.desk.episode.spec if self.desk.episode is not None else None
        places = [i for i, row in enumerate(self.model.shown) if spec is not None and row.index == spec.index]
        if places:
            self.table.selectRow(places[0])

    def go(self, by: int) -> None:
        """Open the row below or above the one that is marked."""
        if self.model.shown:
            row = min(max(self.table.currentIndex().row() + by, 0), len(self.model.shown) - 1)
            self.table.selectRow(row)
            self._open(self.model.index(row, 0))


def text_of(value: object) -> str:
    """Return a cell's text; nothing where not measured."""
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value).replace("_", " ")
