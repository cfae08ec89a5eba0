"""What can be done with conversations and folders of the list: each asks for it by a signal, and does nothing itself.

On the Qt thread. Ids are whole numbers too large for Qt's int, hence `object`; lists hold ids.
"""

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.question import Question
from seproj_desktop.window.sidebar.rows import Shelf


class ListCommands(QObject):
    """Everything concerns what is selected, and in the bin it means something else."""

    pin_requested = Signal(object, bool)
    archive_requested = Signal(object, bool)
    delete_requested = Signal(object)
    restore_requested = Signal(object)
    purge_requested = Signal(object)
    move_requested = Signal(object, object)
    """The conversations, and the folder's id or None."""
    export_requested = Signal(object)
    deleted_parts_requested = Signal(object)
    """The one conversation that is selected."""
    folder_added = Signal(str)
    folder_removed = Signal(object)

    def __init__(self, view: ConversationView, model: ConversationListModel, question: Question) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._question = question
        self._awaited: tuple[int, ...] | None = None  # what goes into the folder that is being made
        view.delete_pressed.connect(self.delete)
        view.archive_pressed.connect(self.archive)
        view.pin_pressed.connect(self.pin)

    @property
    def chosen(self) -> list[int]:
        return list(self._view.chosen)

    @property
    def is_pinned(self) -> bool:
        """Whether all that is selected is pinned already."""
        return all(self._model.summary(conversation).is_pinned for conversation in self.chosen)

    def rename(self) -> None:
        self._view.edit(self._view.currentIndex())

    def pin(self) -> None:
        """Pins what is selected, or unpins it where all of it is pinned."""
        is_pinned = not self.is_pinned
        if self._model.shelf is Shelf.CONVERSATIONS:
            for conversation in self.chosen:
                self.pin_requested.emit(conversation, is_pinned)

    def archive(self) -> None:
        """Into the archive, or out of it."""
        if self.chosen and self._model.shelf is not Shelf.BIN:
            self.archive_requested.emit(self.chosen, self._model.shelf is Shelf.CONVERSATIONS)

    def delete(self) -> None:
        """Into the bin; in the bin, for good, after a question. A folder goes alone, after a question too."""
        folder = self._view.folder
        if self._model.shelf is Shelf.BIN:
            self.purge(self.chosen)
        elif self.chosen:
            self.delete_requested.emit(self.chosen)
        elif folder is not None and folder.folder is not None:
            self.remove_folder(folder.folder)

    def restore(self) -> None:
        if self.chosen:
            self.restore_requested.emit(self.chosen)

    def purge(self, conversations: Sequence[int]) -> None:
        """Asks first."""
        gone = list(conversations)
        if gone:
            words = self.tr("Delete {count} conversations for good? This cannot be undone.").format(count=len(gone))
            if len(gone) == 1:
                words = self.tr("Delete this conversation for good? This cannot be undone.")
            self._question.ask(words, self.tr("Delete for good"), lambda: self.purge_requested.emit(gone))

    def empty_bin(self) -> None:
        self.purge(self._model.conversations)

    def export(self) -> None:
        if self.chosen:
            self.export_requested.emit(self.chosen)

    def show_deleted_parts(self) -> None:
        if len(self.chosen) == 1:
            self.deleted_parts_requested.emit(self.chosen[0])

    def move(self, folder: int | None) -> None:
        if self.chosen:
            self.move_requested.emit(self.chosen, folder)

    def add_folder(self, *, is_for_chosen: bool = False) -> None:
        """Asks for a folder under a name that is free; once it is there, it can be renamed in place."""
        names = {folder.name for folder in self._model.folders}
        number, name = 2, self.tr("New folder")
        while name in names:
            name = self.tr("New folder {number}").format(number=number)
            number += 1
        self._awaited = self._view.chosen if is_for_chosen else ()
        self.folder_added.emit(name)

    def greet_folders(self, added: Sequence[Folder]) -> None:
        """Folders that are new in the list: the one that was asked for here gets what it is for, and its name."""
        if self._awaited is None or not added:
            return
        conversations, self._awaited = list(self._awaited), None
        if conversations:
            self.move_requested.emit(conversations, added[0].id)
        index = self._model.index_of_folder(added[0].id)
        if index.isValid():
            self._view.go_to(index)
            self._view.edit(index)

    def remove_folder(self, folder: int) -> None:
        """Asks first; what is in it stays."""
        name = next((known.name for known in self._model.folders if known.id == folder), "")
        words = self.tr("Remove the folder “{name}”? Its conversations stay.").format(name=name)
        self._question.ask(words, self.tr("Remove"), lambda: self.folder_removed.emit(folder))
