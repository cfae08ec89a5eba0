"""The list as the person uses it: what a click and each key means. On the Qt thread; decides nothing, only tells."""

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from seproj_desktop.window.sidebar.delegate import ConversationDelegate
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.row_view import RowView
from seproj_desktop.window.sidebar.rows import ConversationRow, SectionRow
from seproj_desktop.window.theme import Theme

ARCHIVE_KEYS = "Ctrl+Shift+A"
PIN_KEYS = "Ctrl+D"
DELETE_KEYS = "Del"
RENAME_KEYS = "F2"
"""Qt's own key for it; it is named here for the menus."""


class ConversationView(RowView):
    """Enter or a click opens, F2 or a double click renames, Ctrl and Shift choose several."""

    conversation_chosen = Signal(object)
    """The id of the conversation that is to be shown."""
    folding_changed = Signal(object)
    """The ids of the folders that the person has folded."""
    delete_pressed = Signal()
    archive_pressed = Signal()
    pin_pressed = Signal()

    def __init__(self, theme: Theme, model: ConversationListModel, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._list = model
        self.setObjectName("conversationList")
        self.setAccessibleName(self.tr("Conversations"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed)
        self.setItemDelegate(ConversationDelegate(theme, self))
        self.setModel(model)
        self.row_opened.connect(self.open)
        self.add_action(DELETE_KEYS, self.delete_pressed.emit)
        self.add_action(ARCHIVE_KEYS, self.archive_pressed.emit)
        self.add_action(PIN_KEYS, self.pin_pressed.emit)
        self.add_action("Left", lambda: self._fold_by(is_left=True))
        self.add_action("Right", lambda: self._fold_by(is_left=False))

    @property
    def chosen(self) -> tuple[int, ...]:
        """The selected conversations, in the list's order."""
        selection = self.selectionModel().selection()
        spans = sorted((selection.at(place).top(), selection.at(place).bottom()) for place in range(selection.size()))
        return tuple(conversation for first, last in spans for conversation in self._list.listed(first, last))

    @property
    def folder(self) -> SectionRow | None:
        """The folder that the keyboard is at."""
        row = self._list.row(self.currentIndex())
        return row if isinstance(row, SectionRow) else None

    def go_to(self, index: QModelIndex) -> None:
        """Selects one row and brings it into sight."""
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def open(self, index: QModelIndex) -> None:
        """Chooses a conversation, folds or unfolds a folder."""
        row = self._list.row(index)
        if isinstance(row, ConversationRow):
            self.conversation_chosen.emit(row.summary.id)
        elif row is not None:
            self.fold(row, not row.is_folded)

    def fold(self, row: SectionRow, is_folded: bool) -> None:
        if row.folder is not None and row.is_folded is not is_folded:
            self._list.fold(row.folder, is_folded)
            self.folding_changed.emit(self._list.folded)

    def show_drop(self, folder: int | None) -> None:
        """Marks the folder that what is carried would go into."""
        index = self._list.index_of_folder(folder) if folder is not None else QModelIndex()
        self.mark(index.row() if index.isValid() else -1)

    def menu_place(self) -> QPoint:
        """Where the keyboard's menu opens, on the viewport."""
        rect = self.visualRect(self.currentIndex())
        return rect.center() if rect.isValid() else QPoint(0, 0)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A folder is not renamed so: who clicks twice folds it twice."""
        if isinstance(self._list.row(self.indexAt(event.position().toPoint())), SectionRow):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def _fold_by(self, *, is_left: bool) -> None:
        """Folds by the key that points back, unfolds by the one that points ahead."""
        if self.folder is not None:
            self.fold(self.folder, is_left is (self.layoutDirection() is Qt.LayoutDirection.LeftToRight))
