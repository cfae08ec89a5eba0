"""A flat list model whose rows are sorted by a key: the part that tells Qt what moved. On the Qt thread."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex

from seproj_desktop.window.sidebar.rows import Key

Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class SortedModel(QAbstractListModel):
    """Rows by their keys. Every change finds its place by bisection and is told as one move, insertion or removal."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._keys: list[Key] = []

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._keys)

    @property
    def keys(self) -> Sequence[Key]:
        return self._keys

    def key(self, index: Index) -> Key:
        """The key of a valid index."""
        return self._keys[index.row()]

    def index_of_key(self, key: Key | None) -> QModelIndex:
        """Not valid where the key is not listed."""
        if key is None:
            return QModelIndex()
        row = bisect_left(self._keys, key)
        return self.index(row) if row < len(self._keys) and self._keys[row] == key else QModelIndex()

    def replace_keys(self, keys: Iterable[Key]) -> None:
        """All rows anew, as a reset. The caller tells it, since its own state changes with them."""
        self._keys = sorted(keys)

    def rename_keys(self, keys: Sequence[Key]) -> None:
        """Other keys for the same rows in the same order: nothing for Qt to know."""
        assert len(keys) == len(self._keys)
        self._keys = list(keys)

    def change_keys(self, before: Sequence[Key], after: Sequence[Key]) -> None:
        """Listed keys, below each other, become others with as many rows, which go where those belong.

        Where one side is empty the rows are added or taken out.
        """
        if before and after:
            self._move(before, after)
        elif after:
            self.insert_keys(after)
        else:
            self.remove_keys(before)

    def insert_keys(self, keys: Sequence[Key]) -> None:
        """Keys in their order, between which no listed row belongs."""
        if keys:
            row = bisect_left(self._keys, keys[0])
            self.beginInsertRows(QModelIndex(), row, row + len(keys) - 1)
            self._keys[row:row] = keys
            self.endInsertRows()

    def remove_keys(self, keys: Sequence[Key]) -> None:
        """Listed keys that stand below each other."""
        if keys:
            row = bisect_left(self._keys, keys[0])
            self.beginRemoveRows(QModelIndex(), row, row + len(keys) - 1)
            del self._keys[row : row + len(keys)]
            self.endRemoveRows()

    def tell_changed(self, key: Key | None) -> None:
        """That a row looks different; nothing where it is not listed."""
        index = self.index_of_key(key)
        if index.isValid():
            self.dataChanged.emit(index, index)

    def _move(self, before: Sequence[Key], after: Sequence[Key]) -> None:
        first = bisect_left(self._keys, before[0])
        last = first + len(before)
        target = bisect_left(self._keys, after[0])
        if first <= target <= last:
            self._keys[first:last] = after
        else:
            self.beginMoveRows(QModelIndex(), first, last - 1, QModelIndex(), target)
            del self._keys[first:last]
            place = target if target < first else target - len(before)
            self._keys[place:place] = after
            self.endMoveRows()
        self.dataChanged.emit(self.index_of_key(after[0]), self.index_of_key(after[-1]))
