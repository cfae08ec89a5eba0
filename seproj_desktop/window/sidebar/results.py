"""What a search found: the hits as a model, and the list that shows them in two lines each. On the Qt thread."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QWidget

from seproj_desktop.window.sidebar.hits import HIT_ROLE, TIME_ROLE, Hit
from seproj_desktop.window.sidebar.result_delegate import ResultDelegate
from seproj_desktop.window.sidebar.row_view import RowView
from seproj_desktop.window.sidebar.rows import Calendar
from seproj_desktop.window.sidebar.sorted_model import NOWHERE, Index
from seproj_desktop.window.sidebar.words import time_words, title_words
from seproj_desktop.window.theme import Theme

STEPS = {
    "Up": QAbstractItemView.CursorAction.MoveUp,
    "Down": QAbstractItemView.CursorAction.MoveDown,
    "PgUp": QAbstractItemView.CursorAction.MovePageUp,
    "PgDown": QAbstractItemView.CursorAction.MovePageDown,
}


class ResultsModel(QAbstractListModel):
    """The hits in the order in which they are given."""

    def __init__(self, clock: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._calendar = Calendar.at(clock())
        self._hits: tuple[Hit, ...] = ()

    def show(self, hits: Sequence[Hit]) -> None:
        self.beginResetModel()
        self._calendar = Calendar.at(self._clock())
        self._hits = tuple(hits)
        self.endResetModel()

    def hit(self, index: Index) -> Hit | None:
        return self._hits[index.row()] if index.isValid() else None

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._hits)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        hit = self.hit(index)
        if hit is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return title_words(hit.title)
        if role == TIME_ROLE:
            return time_words(hit.time, self._calendar)
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            return "\n".join((f"{title_words(hit.title)}, {time_words(hit.time, self._calendar)}", hit.snippet))
        return hit if role == HIT_ROLE else None


class ResultsView(RowView):
    """Moves by its own arrow keys and by those of the search field; Enter or a click opens."""

    hit_chosen = Signal(object, object, str)
    """The conversation, the message or None, and the first words that were found there."""

    def __init__(self, theme: Theme, model: ResultsModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._hits = model
        self.setObjectName("searchResults")
        self.setAccessibleName(self.tr("Search results"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setItemDelegate(ResultDelegate(theme, self))
        self.setModel(model)
        self.row_opened.connect(self._open)

    def step(self, key: str) -> None:
        """`key` is one of Up, Down, PgUp and PgDown."""
        self.setCurrentIndex(self.moveCursor(STEPS[key], Qt.KeyboardModifier.NoModifier))

    def _open(self, index: QModelIndex) -> None:
        hit = self._hits.hit(index)
        if hit is not None:
            words = hit.snippet[slice(*hit.marks[0])] if hit.marks else ""
            self.hit_chosen.emit(hit.conversation, hit.message, words)
