"""What both lists of the sidebar have in common: which click and which keys open a row. On the Qt thread."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from seproj_desktop.window.sidebar.list_view import UniformListView
from seproj_desktop.window.theme import Theme

OPEN_KEYS = ("Return", "Enter", "Num+Enter", "Space")


class RowView(UniformListView):
    """A click without Ctrl or Shift opens a row, and so do Enter and Space."""

    row_opened = Signal(QModelIndex)
    left_upwards = Signal()
    """Up was pressed where nothing is above."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pressed = QModelIndex()
        self._actions: dict[str, Callable[[], object]] = {}
        for keys in OPEN_KEYS:
            self.add_action(keys, self.open_current)

    @property
    def is_editing(self) -> bool:
        return self.state() is QAbstractItemView.State.EditingState

    def add_action(self, keys: str, act: Callable[[], object]) -> None:
        """`keys` as QKeySequence writes them, for one press."""
        self._actions[keys] = act

    def open_current(self) -> None:
        if self.currentIndex().isValid():
            self.row_opened.emit(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self.indexAt(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_plain = event.button() is Qt.MouseButton.LeftButton and event.modifiers() == Qt.KeyboardModifier.NoModifier
        pressed, self._pressed = self._pressed, QModelIndex()
        index = self.indexAt(event.position().toPoint())
        if is_plain and index.isValid() and index == pressed and not self.is_editing:
            self.row_opened.emit(index)

    def event(self, event: QEvent) -> bool:
        """Takes its own keys before the window's shortcuts do."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._action(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act, before = self._action(event), self.currentIndex()
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)
        is_up = event.key() == Qt.Key.Key_Up and not event.modifiers() and not self.is_editing
        if is_up and self.currentIndex() == before:
            self.left_upwards.emit()

    def _action(self, event: QKeyEvent) -> Callable[[], object] | None:
        """None while a name is edited: what the field leaves over of its keys is not meant for the list."""
        return None if self.is_editing else self._actions.get(QKeySequence(event.keyCombination()).toString())
