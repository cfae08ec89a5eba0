"""Conversations carried into a folder, or out of it, with the mouse.

On the Qt thread. It watches the list's mouse and only tells what was dropped where; there is no event loop of its own,
as Qt's drag and drop would need, since nothing leaves the list.
"""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel

from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.rows import ConversationRow, Kind, SectionRow, Shelf
from seproj_desktop.window.theme import GRID, ROUNDING, Theme

SCROLL_MS = 40
"""Between two steps while the mouse rests at the list's edge."""
EDGE = 3 * GRID


@dataclass(frozen=True, slots=True)
class Target:
    """Where the mouse is: over a folder, or over the days, where conversations are in none."""

    folder: int | None


class RowDragger(QObject):
    """Press on a conversation and move: it, or all that is selected, goes where the button is let go. Esc ends it."""

    dropped = Signal(object, object)
    """The conversations, and the folder's id or None."""

    def __init__(self, theme: Theme, view: ConversationView, model: ConversationListModel) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view
        self._model = model
        self._pressed: QPoint | None = None
        self._place = QPoint()
        self._could_carry: tuple[int, ...] = ()
        self._carried: tuple[int, ...] = ()
        self._ghost = QLabel(view.viewport())
        self._ghost.setObjectName("dragGhost")
        self._ghost.setTextFormat(Qt.TextFormat.PlainText)
        self._ghost.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ghost.hide()
        self._scrolling = QTimer(self, interval=SCROLL_MS)
        self._scrolling.timeout.connect(self._scroll)
        view.viewport().installEventFilter(self)
        view.installEventFilter(self)

    @property
    def carried(self) -> tuple[int, ...]:
        """What is under way; empty while nothing is."""
        return self._carried

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent):
            return self._take_key(event)
        if not isinstance(event, QMouseEvent) or watched is not self._view.viewport():
            return False
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._press(event)
            case QEvent.Type.MouseMove if self._pressed is not None:
                self._move(event.position().toPoint())
                return True  # else the list would select whatever the mouse passes
            case QEvent.Type.MouseButtonRelease if self._pressed is not None:
                return self._release(event.position().toPoint())
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        if not self._carried or event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() is QEvent.Type.KeyPress:
            self._end()
        event.accept()
        return True

    def _press(self, event: QMouseEvent) -> None:
        """Before the list hears of it, which then selects this row alone."""
        row = self._model.row(self._view.indexAt(event.position().toPoint()))
        is_plain = event.button() is Qt.MouseButton.LeftButton and not event.modifiers()
        self._pressed = None
        if is_plain and isinstance(row, ConversationRow) and self._model.shelf is Shelf.CONVERSATIONS:
            chosen = self._view.chosen
            self._pressed = event.position().toPoint()
            self._could_carry = chosen if row.summary.id in chosen else (row.summary.id,)

    def _move(self, place: QPoint) -> None:
        assert self._pressed is not None
        if not self._carried:
            if (place - self._pressed).manhattanLength() < QApplication.startDragDistance():
                return
            self._carried = self._could_carry
            self._show_ghost()
            self._scrolling.start()
        self._place = place
        right = self._view.viewport().width() - self._ghost.width()
        self._ghost.move(min(place.x() + GRID, right), place.y() + GRID)
        target = self._target(place)
        self._view.viewport().setCursor(
            Qt.CursorShape.ForbiddenCursor if target is None else Qt.CursorShape.DragMoveCursor
        )
        has_folder = target is not None and target.folder is not None
        self._view.show_drop(target.folder if target is not None and has_folder else None)

    def _release(self, place: QPoint) -> bool:
        carried, target = self._carried, self._target(place)
        self._end()
        if carried and target is not None:
            self.dropped.emit(list(carried), target.folder)
        return bool(carried)

    def _end(self) -> None:
        self._pressed, self._carried = None, ()
        self._scrolling.stop()
        self._ghost.hide()
        self._view.viewport().unsetCursor()
        self._view.show_drop(None)

    def _target(self, place: QPoint) -> Target | None:
        """None where nothing would change, or nothing can be dropped."""
        if not self._view.viewport().rect().contains(place):
            return None
        row = self._model.row(self._view.indexAt(place))
        if isinstance(row, ConversationRow):
            if row.summary.is_pinned:
                return None
            target = Target(row.summary.folder if row.is_in_folder else None)
        elif isinstance(row, SectionRow):
            if row.section.kind is Kind.PINNED:
                return None
            target = Target(row.folder)
        else:
            target = Target(None)
        inside = {self._model.summary(each).folder for each in self._carried or self._could_carry}
        return None if inside == {target.folder} else target

    def _show_ghost(self) -> None:
        count = len(self._carried)
        words = self.tr("{count} conversations").format(count=count)
        if count == 1:
            words = self._model.summary(self._carried[0]).title
        width = self._view.viewport().width() * 2 // 3
        self._ghost.setText(self._ghost.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, width))
        theme = self._theme
        self._ghost.setStyleSheet(
            f"background: {theme.background.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.accent.name()}; border-radius: {ROUNDING}px; padding: 2px 6px;"
        )
        self._ghost.adjustSize()
        self._ghost.show()

    def _scroll(self) -> None:
        """Goes on while the mouse is at the upper or lower edge."""
        place = self._place
        height, bar = self._view.viewport().height(), self._view.verticalScrollBar()
        if place.y() < EDGE:
            bar.setValue(bar.value() - self._view.row_height // 2)
        elif place.y() > height - EDGE:
            bar.setValue(bar.value() + self._view.row_height // 2)
