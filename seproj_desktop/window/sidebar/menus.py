"""The list's context menus: for what is selected, for a folder, for the empty place below.

On the Qt thread. Menus open without a nested event loop and are made anew each time.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PySide6.QtWidgets import QMenu

from seproj_desktop.window.sidebar.commands import ListCommands
from seproj_desktop.window.sidebar.conversation_view import (
    ARCHIVE_KEYS,
    DELETE_KEYS,
    PIN_KEYS,
    RENAME_KEYS,
    ConversationView,
)
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.rows import SectionRow, Shelf


class ListMenus(QObject):
    """Opens the right one for the right button and for the menu key."""

    def __init__(self, view: ConversationView, model: ConversationListModel, commands: ListCommands) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._commands = commands
        view.viewport().installEventFilter(self)
        view.installEventFilter(self)  # the menu key's event goes to what has the keyboard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QContextMenuEvent):
            return False
        place = event.pos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            place = self._view.menu_place()
        elif not self._view.indexAt(place).isValid():
            self._view.clearSelection()
            self._view.setCurrentIndex(self._view.indexAt(place))
        self.make().popup(self._view.viewport().mapToGlobal(place))
        return True

    def make(self) -> QMenu:
        """The menu for what is selected now."""
        menu = QMenu(self._view)
        menu.setObjectName("listMenu")
        menu.setAccessibleName(self.tr("Actions"))
        menu.aboutToHide.connect(menu.deleteLater)
        folder = self._view.folder
        if self._model.shelf is Shelf.BIN:
            self._fill_bin(menu)
        elif self._commands.chosen:
            self._fill(menu)
        elif folder is not None and folder.folder is not None:
            self._fill_folder(menu, folder, folder.folder)
        else:
            self._add(menu, "newFolder", self.tr("New folder"), self._commands.add_folder)
        return menu

    def _fill(self, menu: QMenu) -> None:
        commands, is_archive = self._commands, self._model.shelf is Shelf.ARCHIVE
        is_one = len(commands.chosen) == 1
        if is_one:
            index = self._view.currentIndex()
            self._add(menu, "open", self.tr("Open"), lambda: self._view.open(index), "Return")
            self._add(menu, "rename", self.tr("Rename"), commands.rename, RENAME_KEYS)
        if not is_archive:
            words = self.tr("Unpin") if commands.is_pinned else self.tr("Pin")
            self._add(menu, "pin", words, commands.pin, PIN_KEYS)
            self._add_folders(menu.addMenu(self.tr("Move to")))
        words = self.tr("Take out of the archive") if is_archive else self.tr("Archive")
        self._add(menu, "archive", words, commands.archive, ARCHIVE_KEYS)
        self._add(menu, "export", self.tr("Export…"), commands.export)
        if is_one:
            self._add(menu, "deletedParts", self.tr("Deleted parts…"), commands.show_deleted_parts)
        menu.addSeparator()
        self._add(menu, "delete", self.tr("Delete"), commands.delete, DELETE_KEYS)

    def _fill_bin(self, menu: QMenu) -> None:
        commands = self._commands
        has_some = bool(commands.chosen)
        self._add(menu, "restore", self.tr("Restore"), commands.restore).setEnabled(has_some)
        purge = self._add(menu, "purge", self.tr("Delete for good…"), commands.delete, DELETE_KEYS)
        purge.setEnabled(has_some)
        menu.addSeparator()
        empty = self._add(menu, "emptyBin", self.tr("Empty the bin…"), commands.empty_bin)
        empty.setEnabled(bool(self._model.conversations))

    def _fill_folder(self, menu: QMenu, row: SectionRow, folder: int) -> None:
        words = self.tr("Unfold") if row.is_folded else self.tr("Fold")
        self._add(menu, "fold", words, lambda: self._view.fold(row, not row.is_folded), "Return")
        self._add(menu, "rename", self.tr("Rename"), self._commands.rename, RENAME_KEYS)
        self._add(menu, "newFolder", self.tr("New folder"), self._commands.add_folder)
        menu.addSeparator()
        remove = partial(self._commands.remove_folder, folder)
        self._add(menu, "removeFolder", self.tr("Remove the folder…"), remove, DELETE_KEYS)

    def _add_folders(self, menu: QMenu) -> None:
        """The folder that all of them are in has the tick."""
        commands = self._commands
        inside = {self._model.summary(conversation).folder for conversation in commands.chosen}
        menu.setObjectName("moveMenu")
        for folder in self._model.folders:
            action = self._add(
                menu, f"move{folder.id}", folder.name.replace("&", "&&"), partial(commands.move, folder.id)
            )
            action.setCheckable(True)
            action.setChecked(inside == {folder.id})
        none = self._add(menu, "moveOut", self.tr("No folder"), partial(commands.move, None))
        none.setEnabled(inside != {None})
        menu.addSeparator()
        self._add(menu, "newFolder", self.tr("New folder"), lambda: commands.add_folder(is_for_chosen=True))

    def _add(self, menu: QMenu, name: str, words: str, run: Callable[[], None], keys: str = "") -> QAction:
        action = menu.addAction(words)
        action.setObjectName(name)
        action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False: run())
        return action
