"""The two tables' models: the requests that run, in the order they came, and the log, the newest first.

On the Qt thread. They change only the rows that have changed, so that selection and place are kept.
"""

import sys
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from seproj_desktop.server.records import RequestRecord
from seproj_desktop.window.requests.columns import COLUMNS, haystack, tr

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class RecordModel(QAbstractTableModel):
    """Requests as rows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[RequestRecord] = []

    @property
    def records(self) -> Sequence[RequestRecord]:
        """What is shown, in its order."""
        return self._rows

    def record(self, index: Index) -> RequestRecord | None:
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, request_id: str) -> QModelIndex:
        """Not valid where the request is not shown."""
        for row, record in enumerate(self._rows):
            if record.request_id == request_id:
                return self.index(row, 0)
        return QModelIndex()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        record = self.record(index)
        if record is None:
            return None
        column = COLUMNS[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.words(record)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return record.words or column.words(record)
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(COLUMNS):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return tr(COLUMNS[section].title)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(section)
            case Qt.ItemDataRole.ToolTipRole:
                return tr(COLUMNS[section].help)
            case _:
                return None

    def _remove(self, first: int, last: int) -> None:
        self.beginRemoveRows(ROOT, first, last)
        del self._rows[first : last + 1]
        self.endRemoveRows()

    def _insert(self, row: int, records: Sequence[RequestRecord]) -> None:
        if records:
            self.beginInsertRows(ROOT, row, row + len(records) - 1)
            self._rows[row:row] = records
            self.endInsertRows()


class RunningModel(RecordModel):
    """What runs and waits."""

    def show(self, running: Sequence[RequestRecord]) -> None:
        """The running requests as they are now, the oldest first."""
        now = {record.request_id: record for record in running}
        for row in reversed(range(len(self._rows))):
            if self._rows[row].request_id not in now:
                self._remove(row, row)
        known = {record.request_id for record in self._rows}
        changed = [row for row, record in enumerate(self._rows) if record != now[record.request_id]]
        for row in changed:
            self._rows[row] = now[self._rows[row].request_id]
        if changed:
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], len(COLUMNS) - 1))
        self._insert(len(self._rows), [record for record in running if record.request_id not in known])


class LogModel(RecordModel):
    """What has ended, as far as it passes the filter."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[RequestRecord] = []
        self._wanted: tuple[str, ...] = ()

    @property
    def oldest(self) -> int:
        """The number of the oldest one; beyond every number where there is none."""
        return self._all[-1].number if self._all else sys.maxsize

    @property
    def total(self) -> int:
        """How many there are, shown or not."""
        return len(self._all)

    def show(self, newer: Sequence[RequestRecord], first: int) -> None:
        """Adds what has ended since, the oldest first, and drops what is older than the number `first`."""
        self._all = [record for record in (*reversed(newer), *self._all) if record.number >= first]
        kept = len(self._rows)
        while kept and self._rows[kept - 1].number < first:
            kept -= 1
        if kept < len(self._rows):
            self._remove(kept, len(self._rows) - 1)
        self._insert(0, list(self._passing(record for record in reversed(newer) if record.number >= first)))

    def filter(self, text: str) -> None:
        """Shows the requests in which every word of the text occurs."""
        wanted = tuple(text.casefold().split())
        if wanted == self._wanted:
            return
        self.beginResetModel()
        self._wanted = wanted
        self._rows = list(self._passing(self._all))
        self.endResetModel()

    def _passing(self, records: Iterable[RequestRecord]) -> Iterable[RequestRecord]:
        if not self._wanted:
            return records
        return (record for record in records if _has_all(haystack(record), self._wanted))


def _has_all(text: str, wanted: Sequence[str]) -> bool:
    return all(word in text for word in wanted)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if COLUMNS[column].is_figure else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
