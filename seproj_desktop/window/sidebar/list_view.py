"""A list view whose cost does not depend on how many rows there are.

On the Qt thread. QListView lays out every row after each change, which takes a frame and more at 10,000 rows of a model
in Python. Here all rows are of one height, so what is where follows from the scroll position alone; selection, editing
and what screen readers see remain Qt's.
"""

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.sidebar.sorted_model import Index
from seproj_desktop.window.theme import GRID, Theme

CursorAction = QAbstractItemView.CursorAction
ScrollHint = QAbstractItemView.ScrollHint


class UniformListView(QListView):
    """Rows of the height that the delegate wants for the first; what is in sight stays where it is when rows change."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_height = 4 * GRID
        self._held: tuple[QPersistentModelIndex, int] | None = None
        self._marked = -1
        self._pointer = QPoint()
        """Where the mouse was last seen. Not asked of the cursor, which asks the display's server and waits."""
        self._empty_words = ""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.viewport().setMouseTracking(True)
        self.setTabKeyNavigation(False)
        theme.changed.connect(self.viewport().update)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        super().setModel(model)
        if model is not None:
            model.rowsAboutToBeInserted.connect(self._hold)
            model.rowsAboutToBeRemoved.connect(self._hold_others)
            model.rowsAboutToBeMoved.connect(self._hold_others)
            for changed in (model.rowsInserted, model.rowsRemoved, model.rowsMoved):
                changed.connect(self._keep)

    @property
    def row_height(self) -> int:
        return self._row_height

    def mark(self, row: int) -> None:
        """A row that is painted as the one that something goes to; -1 for none."""
        if row != self._marked:
            self._marked = row
            self.viewport().update()

    def show_empty_words(self, words: str) -> None:
        """What stands here while there are no rows."""
        self._empty_words = words
        self.setAccessibleDescription(words)
        self.viewport().update()

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        top = index.row() * self._row_height - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), self._row_height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = (point.y() + self.verticalScrollBar().value()) // self._row_height
        return self.model().index(row, 0) if self.model() is not None else QModelIndex()

    def scrollTo(self, index: Index, hint: ScrollHint = ScrollHint.EnsureVisible) -> None:
        bar, rect = self.verticalScrollBar(), self.visualRect(index)
        room = self.viewport().height() - self._row_height
        if not index.isValid() or (hint is ScrollHint.EnsureVisible and 0 <= rect.top() <= room):
            return
        places = {
            ScrollHint.EnsureVisible: 0 if rect.top() < 0 else room,
            ScrollHint.PositionAtTop: 0,
            ScrollHint.PositionAtBottom: room,
            ScrollHint.PositionAtCenter: room // 2,
        }
        bar.setValue(bar.value() + rect.top() - places[hint])

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        row, last = self.currentIndex().row(), self.model().rowCount() - 1
        page = max(1, self.viewport().height() // self._row_height - 1)
        steps = {
            CursorAction.MoveUp: -1,
            CursorAction.MovePrevious: -1,
            CursorAction.MoveDown: 1,
            CursorAction.MoveNext: 1,
            CursorAction.MovePageUp: -page,
            CursorAction.MovePageDown: page,
        }
        if action is CursorAction.MoveHome:
            return self._enabled_from(0, 1)
        if action is CursorAction.MoveEnd:
            return self._enabled_from(last, -1)
        if action not in steps:
            return self.currentIndex()
        step = steps[action]
        return self._enabled_from(min(max(row + step, 0), last), 1 if step > 0 else -1)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        top, bottom = sorted((rect.top(), rect.bottom()))
        scrolled, last = self.verticalScrollBar().value(), self.model().rowCount() - 1
        first = max(0, (top + scrolled) // self._row_height)
        chosen = QItemSelection()
        if first <= last:
            end = min(last, (bottom + scrolled) // self._row_height)
            chosen.select(self.model().index(first, 0), self.model().index(max(first, end), 0))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def updateGeometries(self) -> None:
        """Not QListView's, which would lay out every row."""
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        self._row_height = max(1, self.itemDelegate().sizeHint(option, QModelIndex()).height())
        bar, height = self.verticalScrollBar(), self.viewport().height()
        rows = 0 if self.model() is None else self.model().rowCount()
        bar.setRange(0, max(0, rows * self._row_height - height))
        bar.setPageStep(height)
        bar.setSingleStep(self._row_height)
        QAbstractItemView.updateGeometries(self)

    def doItemsLayout(self) -> None:
        """Not QListView's, which would lay out every row."""
        QAbstractItemView.doItemsLayout(self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._pointer = event.position().toPoint()
        super().mouseMoveEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Not QListView's, which moves nothing as long as it has not laid out every row."""
        self.viewport().scroll(dx, dy)
        if self.viewport().underMouse():
            for y in (self._pointer.y(), self._pointer.y() + dy):
                self.viewport().update(self.visualRect(self.indexAt(QPoint(0, y))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.background)
        rows = self.model().rowCount()
        if not rows:
            self._paint_empty(painter)
            return
        scrolled = self.verticalScrollBar().value()
        first = max(0, (event.rect().top() + scrolled) // self._row_height)
        last = min(rows - 1, (event.rect().bottom() + scrolled) // self._row_height)
        hovered = self._hovered_row()
        for row in range(first, last + 1):
            self._paint_row(painter, self.model().index(row, 0), is_hovered=row == hovered)

    def _hold(self) -> None:
        """Remembers what is in sight before rows change."""
        self._hold_row(self.verticalScrollBar().value() // self._row_height)

    def _hold_others(self, parent: QModelIndex, first: int, last: int) -> None:
        """The same, but not one of the rows that go elsewhere."""
        row = self.verticalScrollBar().value() // self._row_height
        self._hold_row(last + 1 if first <= row <= last else row)

    def _hold_row(self, row: int) -> None:
        top, index = self.verticalScrollBar().value(), self.model().index(row, 0)
        self._held = None
        if top > 0 and index.isValid():
            self._held = QPersistentModelIndex(index), row * self._row_height - top

    def _keep(self) -> None:
        """Scrolls so that what was remembered is where it was; the list's top stays in sight if it was."""
        self.updateGeometries()
        if self._held is not None and self._held[0].isValid():
            index, below = self._held
            self.verticalScrollBar().setValue(index.row() * self._row_height - below)
        self.viewport().update()

    def _paint_row(self, painter: QPainter, index: QModelIndex, *, is_hovered: bool) -> None:
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        option.rect = self.visualRect(index)
        states = {
            QStyle.StateFlag.State_MouseOver: is_hovered,
            QStyle.StateFlag.State_Selected: self.selectionModel().isSelected(index),
            QStyle.StateFlag.State_On: index.row() == self._marked,
            QStyle.StateFlag.State_HasFocus: self.hasFocus() and index == self.currentIndex(),
        }
        for flag, is_on in states.items():
            option.state = option.state | flag if is_on else option.state & ~flag
        self.itemDelegate().paint(painter, option, index)

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(self._theme.faint)
        room = self.viewport().rect().adjusted(2 * GRID, 4 * GRID, -2 * GRID, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(room, flags, self._empty_words)

    def _hovered_row(self) -> int:
        if not self.viewport().underMouse():
            return -1
        return self.indexAt(self._pointer).row()

    def _enabled_from(self, row: int, step: int) -> QModelIndex:
        """The next row that the keyboard can go to; if there is none, the one before stays."""
        while 0 <= row < self.model().rowCount():
            index = self.model().index(row, 0)
            if index.flags() & Qt.ItemFlag.ItemIsEnabled:
                return index
            row += step
        return self.currentIndex()
