"""The sidebar: search, new conversation, the list of one shelf or what was found, and the choice of the shelf.

On the Qt thread. It shows what it is given and tells what is wanted; nothing here touches the store.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from PySide6.QtCore import QModelIndex, QSize, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QVBoxLayout, QWidget

from seproj_desktop.chat.conversations import ConversationSummary, Folder
from seproj_desktop.chat.news import (
    AnsweringChanged,
    FoldersChanged,
    ListNews,
    ListReplaced,
    SummariesRemoved,
    SummaryChanged,
)
from seproj_desktop.window.buttons import LinkButton, PlainButton
from seproj_desktop.window.sidebar.commands import ListCommands
from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.dragging import RowDragger
from seproj_desktop.window.sidebar.hits import Hit
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.menus import ListMenus
from seproj_desktop.window.sidebar.question import Question
from seproj_desktop.window.sidebar.results_panel import ResultsPanel
from seproj_desktop.window.sidebar.rows import Shelf
from seproj_desktop.window.sidebar.search_box import PAUSE_MS, Newest, SearchField
from seproj_desktop.window.sidebar.shelves import ShelfTabs
from seproj_desktop.window.sidebar.words import empty_words, shelf_words
from seproj_desktop.window.theme import GRID, Theme

WIDTH = 260
LEAST_WIDTH = 200
DAY_CHECK_MS = 60_000
"""So often it is asked whether it is another day: a timer for midnight would be late after the machine has slept."""


class Sidebar(QWidget):
    """Ids are whole numbers too large for Qt's int: signals carry them as `object`, several of them as a list."""

    new_requested = Signal()
    conversation_chosen: SignalInstance
    """(id): it is to be shown."""
    search_changed: SignalInstance
    """(text): what is to be looked for; empty when nothing is."""
    hit_chosen: SignalInstance
    """(conversation, message or None, the first words that were found there)"""
    renamed: SignalInstance
    """(id, title)"""
    pin_requested: SignalInstance
    """(id, whether it is to be pinned)"""
    archive_requested: SignalInstance
    """(ids, whether into the archive)"""
    delete_requested: SignalInstance
    """(ids): into the bin."""
    restore_requested: SignalInstance
    """(ids): out of the bin."""
    purge_requested: SignalInstance
    """(ids): for good; the person has been asked."""
    move_requested: SignalInstance
    """(ids, folder or None)"""
    export_requested: SignalInstance
    """(ids)"""
    deleted_parts_requested: SignalInstance
    """(id): what was deleted of it is to be shown."""
    folder_added: SignalInstance
    """(name)"""
    folder_renamed: SignalInstance
    """(folder, name)"""
    folder_removed: SignalInstance
    """(folder): the person has been asked."""
    folding_changed: SignalInstance
    """(frozenset of folders that are folded)"""

    def __init__(self, theme: Theme, clock: Callable[[], float] = time.time, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = ConversationListModel(clock, self)
        self._field = SearchField(theme)
        self._newest = Newest(PAUSE_MS, self)
        self._new = self._make_new()
        self._view = ConversationView(theme, self._model)
        self._results = ResultsPanel(theme, clock)
        self._pages = QStackedWidget()
        self._question = Question(theme)
        self._empty_bin = self._make_empty_bin()
        self._shelves = ShelfTabs(theme)
        self._commands = ListCommands(self._view, self._model, self._question)
        self._dragger = RowDragger(theme, self._view, self._model)
        self._dragger.dropped.connect(self._commands.move_requested)
        self._menus = ListMenus(self._view, self._model, self._commands)
        self._day_check = QTimer(self)
        self._offer_signals()
        self._arrange()
        self._connect()
        self._show_shelf(Shelf.CONVERSATIONS)

    @property
    def shelf(self) -> Shelf:
        return self._model.shelf

    @property
    def is_renaming(self) -> bool:
        """Whoever takes the keyboard away now ends it, and the name is taken as it stands."""
        return self._view.is_editing

    def show_list(self, summaries: Iterable[ConversationSummary], folders: Sequence[Folder]) -> None:
        """The whole list anew; the scroll position stays as far as it can."""
        scrolled = self._view.verticalScrollBar().value()
        self._model.show(summaries, folders)
        self._view.verticalScrollBar().setValue(scrolled)

    def apply(self, news: ListNews) -> None:
        match news:
            case SummaryChanged(summary=summary):
                self._model.show_summary(summary)
            case SummariesRemoved(conversations=conversations):
                self._model.remove(conversations)
            case ListReplaced(summaries=summaries, folders=folders):
                self.show_list(summaries, folders)
            case FoldersChanged(folders=folders):
                known = {folder.id for folder in self._model.folders}
                self._model.show_folders(folders)
                self._commands.greet_folders([folder for folder in folders if folder.id not in known])
            case AnsweringChanged(conversations=conversations):
                self._model.show_answering(conversations)
            case _:
                assert_never(news)

    def show_current(self, conversation: int | None) -> None:
        """Marks the conversation that the transcript shows, and goes to it unless several are selected."""
        self._model.show_open(conversation)
        if len(self._view.chosen) < 2:
            self._go_to_open()

    def show_folded(self, folders: Iterable[int]) -> None:
        """Which folders are folded, as `folding_changed` told it."""
        self._model.show_folded(folders)

    def show_shelf(self, shelf: Shelf) -> None:
        self._shelves.show_shelf(shelf)

    def show_results(
        self,
        text: str,
        hits: Sequence[Hit],
        problems: Sequence[str] = (),
        total: int | None = None,
        *,
        has_more: bool = False,
    ) -> None:
        """What was found for `text`; nothing happens if something else is looked for by now.

        `total` is how many there are, where that is known; else `has_more` says that these are not all.
        """
        self._results.show_results(text, hits, problems, total, has_more=has_more)

    def focus_search(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def focus_list(self) -> None:
        """Goes to the list, on the row that the keyboard was at, or its first one."""
        view = self._view
        if not view.currentIndex().isValid():
            view.go_to(view.moveCursor(QAbstractItemView.CursorAction.MoveHome, Qt.KeyboardModifier.NoModifier))
        view.setFocus(Qt.FocusReason.OtherFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    def _make_new(self) -> PlainButton:
        button = PlainButton(self._theme, self.tr("New conversation"))
        button.setObjectName("newConversationButton")
        button.setAccessibleName(self.tr("New conversation"))
        button.setToolTip(self.tr("New conversation (Ctrl+N)"))
        return button

    def _make_empty_bin(self) -> LinkButton:
        button = LinkButton(self._theme, self.tr("Empty the bin…"))
        button.setObjectName("emptyBinButton")
        button.setAccessibleName(self.tr("Empty the bin"))
        return button

    def _offer_signals(self) -> None:
        """What the parts tell, under the sidebar's name."""
        commands = self._commands
        self.renamed = self._model.conversation_renamed
        self.pin_requested = commands.pin_requested
        self.archive_requested = commands.archive_requested
        self.delete_requested = commands.delete_requested
        self.restore_requested = commands.restore_requested
        self.purge_requested = commands.purge_requested
        self.move_requested = commands.move_requested
        self.export_requested = commands.export_requested
        self.deleted_parts_requested = commands.deleted_parts_requested
        self.folder_added = commands.folder_added
        self.folder_renamed = self._model.folder_renamed
        self.folder_removed = commands.folder_removed
        self.folding_changed = self._view.folding_changed
        self.conversation_chosen = self._view.conversation_chosen
        self.hit_chosen = self._results.view.hit_chosen
        self.search_changed = self._newest.passed

    def _arrange(self) -> None:
        self.setObjectName("sidebar")
        self.setAccessibleName(self.tr("Conversations"))
        self.setMinimumWidth(LEAST_WIDTH)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._pages.addWidget(self._view)
        self._pages.addWidget(self._results)
        head = QVBoxLayout()
        head.setContentsMargins(GRID, GRID, GRID, GRID)
        head.setSpacing(GRID)
        head.addWidget(self._field)
        head.addWidget(self._new)
        foot = QVBoxLayout()
        foot.setContentsMargins(GRID, GRID // 2, GRID, GRID // 2)
        foot.addWidget(self._empty_bin)
        foot.addWidget(self._shelves)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        column.addWidget(self._question)
        column.addLayout(foot)

    def _connect(self) -> None:
        self._field.textChanged.connect(self._on_text)
        self._field.step_pressed.connect(self._on_step)
        self._field.enter_pressed.connect(self._results.view.open_current)
        self._view.left_upwards.connect(self.focus_search)
        self._results.view.left_upwards.connect(self.focus_search)
        self._new.clicked.connect(lambda _checked: self.new_requested.emit())
        self._empty_bin.clicked.connect(self._commands.empty_bin)
        self._shelves.shelf_chosen.connect(self._show_shelf)
        self._model.rowsInserted.connect(self._on_rows_inserted)
        self._model.rowsRemoved.connect(self._show_emptiness)
        self._model.modelReset.connect(self._on_reset)
        self._day_check.setObjectName("dayCheck")
        self._day_check.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._day_check.timeout.connect(self._model.turn_day)
        self._day_check.start(DAY_CHECK_MS)

    def _show_shelf(self, shelf: Shelf) -> None:
        """Whoever chooses a shelf wants to see it, and no longer what was searched."""
        self._field.clear()
        self._question.withdraw()
        self._model.choose_shelf(shelf)
        self._view.setAccessibleName(shelf_words(shelf))
        self._view.show_empty_words(empty_words(shelf))
        self._show_emptiness()

    def _on_text(self, text: str) -> None:
        """The list comes back as soon as the field is empty; nothing found is shown for other words."""
        words = text.strip()
        self._results.look_for(text if words else "")
        self._pages.setCurrentWidget(self._results if words else self._view)
        if words:
            self._newest.take(text)
        else:
            self._newest.take_at_once("")

    def _on_step(self, key: str) -> None:
        if self._results.text:
            self._results.view.step(key)
        elif key == "Down":
            self.focus_list()

    def _on_rows_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        """Goes to the open conversation when it comes into the list, unless the keyboard is at work there."""
        self._show_emptiness()
        is_open = first <= self._model.index_of(self._model.open).row() <= last
        if is_open and not self._view.hasFocus():
            self._go_to_open()

    def _on_reset(self) -> None:
        self._show_emptiness()
        self._go_to_open()

    def _go_to_open(self) -> None:
        index = self._model.index_of(self._model.open)
        if index.isValid():
            self._view.go_to(index)
        else:
            self._view.clearSelection()

    def _show_emptiness(self) -> None:
        """A way to empty the bin, where there is something in it."""
        self._empty_bin.setVisible(self._model.shelf is Shelf.BIN and self._model.rowCount() > 0)
