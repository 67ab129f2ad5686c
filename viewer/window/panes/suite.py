"""Suite list: sortable, filterable by any word; double click or Enter opens at the critical instant."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
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
SORT_ROLE = Qt.ItemDataRole.UserRole


def make(desk: Desk) -> QWidget:
    """Return the pane."""
    return SuiteList(desk)


class Rows(QAbstractTableModel):
    """The rows of a source as a table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.rows: tuple[Row, ...] = ()
        self.words: tuple[str, ...] = ()

    def take(self, rows: tuple[Row, ...]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = rows
        self.words = tuple(" ".join(text_of(getattr(r, name)) for name, _ in COLUMNS).lower() for r in rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return COLUMNS[section][1]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        name = COLUMNS[index.column()][0]
        value = getattr(self.rows[index.row()], name)
        if role == Qt.ItemDataRole.DisplayRole:
            return OUTCOME_SIGN.get(value, "") + text_of(value) if name == "outcome" else text_of(value)
        if role == SORT_ROLE:
            return (value is None, value if value is not None else 0)
        if role == Qt.ItemDataRole.ToolTipRole:
            return text_of(value)
        if role == Qt.ItemDataRole.ForegroundRole and name == "outcome" and value in OUTCOME_ROLE:
            return colour(self.desk.theme, OUTCOME_ROLE[value])
        if role == Qt.ItemDataRole.TextAlignmentRole and isinstance(value, int | float):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None


class Filter(QSortFilterProxyModel):
    """Keeps the rows that hold every word; sorts by value, missing values last in both directions."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.wanted: tuple[str, ...] = ()
        self.setSourceModel(rows)

    def want(self, text: str) -> None:
        """Keep the rows that hold every one of these words, in whatever column."""
        self.wanted = tuple(text.lower().split())
        self.invalidate()

    def filterAcceptsRow(self, row: int, _: Index) -> bool:
        return all(word in self.rows.words[row] for word in self.wanted)

    def lessThan(self, left: Index, right: Index) -> bool:
        (gone_a, a), (gone_b, b) = (self.rows.data(i, SORT_ROLE) for i in (left, right))
        if gone_a != gone_b:
            return bool(gone_b if self.sortOrder() == Qt.SortOrder.AscendingOrder else gone_a)
        return bool(a < b)


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
        self.proxy = Filter(self.model)
        self.table = Table()
        self.table.setAccessibleName("Scenarios of the suite")
        self.table.setModel(self.proxy)
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
        desk.theme_changed.connect(lambda: self.model.take(self.model.rows))
        self.show_source()

    def show_source(self) -> None:
        """List the rows of another source."""
        source = self.desk.source
        self.model.take(source.rows if source is not None else ())
        self._say()

    def _want(self, text: str) -> None:
        self.proxy.want(text)
        self._say()

    def _say(self) -> None:
        shown, total = self.proxy.rowCount(), len(self.model.rows)
        self.count.setText(f"{shown} of {total} scenarios" if total else "")
        if not total:
            self.empty.say("No list", "What is open is not a suite: open a folder made by nearmiss generate.")
        elif not shown:
            self.empty.say("No scenario has all these words", "Clear the filter to see all.")
        else:
            self.empty.hide()

    def _open(self, index: QModelIndex) -> None:
        row = self.proxy.mapToSource(index).row()
        if 0 <= row < len(self.model.rows):
            self.desk.open(self.model.rows[row].index)

    def _mark(self) -> None:
        episode = self.desk.episode
        spec = episode.spec if episode is not None else None
        for row in range(self.proxy.rowCount()) if spec is not None else ():
            if self.model.rows[self.proxy.mapToSource(self.proxy.index(row, 0)).row()].index == spec.index:  # type: ignore[union-attr]
                self.table.selectRow(row)
                return

    def go(self, by: int) -> None:
        """Open the row below or above the one that is marked."""
        if not self.proxy.rowCount():
            return
        row = min(max(self.table.currentIndex().row() + by, 0), self.proxy.rowCount() - 1)
        self.table.selectRow(row)
        self._open(self.proxy.index(row, 0))


def text_of(value: object) -> str:
    """Return a cell's text; nothing where not measured."""
    if value is None:
        return ""
    return f"{value:.2f}" if isinstance(value, float) else str(value).replace("_", " ")
