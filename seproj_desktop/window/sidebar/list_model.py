"""The list as a model: heads of sections and conversations in one flat column, sorted by their keys.

On the Qt thread. A change costs a search for two places, however long the list is, and is told as rows moved, added or
taken out, so that selection and scroll position stay; only another shelf or a whole new list resets the model.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal

from seproj_desktop.chat.conversations import ConversationSummary, Folder
from seproj_desktop.window.sidebar.contents import Contents
from seproj_desktop.window.sidebar.rows import (
    Calendar,
    ConversationRow,
    Key,
    Kind,
    Row,
    Section,
    Shelf,
    folder_section,
)
from seproj_desktop.window.sidebar.sorted_model import Index, SortedModel
from seproj_desktop.window.sidebar.words import row_speech

ROW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The `Row` as it is painted."""


class ConversationListModel(SortedModel):
    """One shelf of the conversations."""

    conversation_renamed = Signal(object, str)
    """The conversation's id, and the title that the person gave it."""
    folder_renamed = Signal(object, str)

    def __init__(self, clock: Callable[[], float] = time.time, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._contents = Contents(Calendar.at(clock()))
        self._places: dict[int, Key] = {}  # every conversation of this shelf, those in folded folders too
        self._sizes: Counter[Section] = Counter()

    @property
    def calendar(self) -> Calendar:
        return self._contents.calendar

    @property
    def shelf(self) -> Shelf:
        return self._contents.shelf

    @property
    def folders(self) -> tuple[Folder, ...]:
        """In the order of their names."""
        return tuple(sorted(self._contents.folders.values(), key=folder_section))

    @property
    def folded(self) -> frozenset[int]:
        return self._contents.folded

    @property
    def open(self) -> int | None:
        """The conversation that the transcript shows."""
        return self._contents.open

    @property
    def conversations(self) -> tuple[int, ...]:
        """Every conversation of this shelf, those in folded folders too."""
        return tuple(self._places)

    def summary(self, conversation: int) -> ConversationSummary:
        """Of a conversation on any shelf; a `KeyError` for an unknown one."""
        return self._contents.summaries[conversation]

    def show(self, summaries: Iterable[ConversationSummary], folders: Sequence[Folder]) -> None:
        """A whole list anew."""
        self.beginResetModel()
        self._contents.summaries = {summary.id: summary for summary in summaries}
        self._contents.folders = {folder.id: folder for folder in folders}
        self._refill()
        self.endResetModel()

    def choose_shelf(self, shelf: Shelf) -> None:
        if shelf is not self.shelf:
            self.beginResetModel()
            self._contents.shelf = shelf
            self._refill()
            self.endResetModel()

    def show_summary(self, summary: ConversationSummary) -> None:
        """A new conversation, or what has changed of one."""
        self._contents.summaries[summary.id] = summary
        self._settle(summary.id, self._contents.key(summary))

    def remove(self, conversations: Iterable[int]) -> None:
        for conversation in conversations:
            self._settle(conversation, None)
            self._contents.summaries.pop(conversation, None)

    def show_answering(self, conversations: frozenset[int]) -> None:
        changed = conversations ^ self._contents.answering
        self._contents.answering = conversations
        for conversation in changed:
            self.tell_changed(self._places.get(conversation))

    def show_open(self, conversation: int | None) -> None:
        """Marks the conversation that the transcript shows."""
        before, self._contents.open = self._contents.open, conversation
        for one in (before, conversation):
            if one is not None:
                self.tell_changed(self._places.get(one))

    def show_folders(self, folders: Sequence[Folder]) -> None:
        """The folders as they are from now on; the conversations of one that is gone go back to their days."""
        known = self._contents.folders
        for number in known.keys() - {folder.id for folder in folders}:
            section = folder_section(known.pop(number))
            self._settle_members(number)
            self._show_head(section)
        for folder in folders:
            if folder.id not in known:
                known[folder.id] = folder
                self._show_head(folder_section(folder))
                self._settle_members(folder.id)
            elif folder != known[folder.id]:
                self._rename_folder(folder)

    def show_folded(self, folders: Iterable[int]) -> None:
        wanted = frozenset(folders)
        for folder in wanted ^ self.folded:
            self.fold(folder, folder in wanted)

    def fold(self, folder: int, is_folded: bool) -> None:
        """Takes a folder's conversations out of the list, or puts them back."""
        if is_folded is (folder in self.folded):
            return
        inside = self._inside(folder)
        self._contents.folded ^= {folder}
        if is_folded:
            self.remove_keys(inside)
        else:
            self.insert_keys(inside)
        self.tell_changed(self._contents.folder_head(folder))

    def turn_day(self) -> None:
        """Names the days anew if it is another day. The order does not depend on it, so no conversation moves."""
        calendar = Calendar.at(self._clock())
        if calendar == self.calendar:
            return
        for section in [section for section in self._sizes if section.kind is Kind.DAY]:
            self._sizes[section] = 0
            self._show_head(section)
        self._contents.calendar = calendar
        self._reckon()
        self.rename_keys([self._places[key.conversation] if key.is_row else key for key in self.keys])
        for section in list(self._sizes):
            self._show_head(section)

    def row(self, index: Index) -> Row | None:
        if not index.isValid():
            return None
        key = self.key(index)
        return self._contents.row(key, self._sizes[key.section])

    def listed(self, first: int, last: int) -> tuple[int, ...]:
        """The conversations from one row to another, both included."""
        return tuple(key.conversation for key in self.keys[first : last + 1] if key.is_row)

    def index_of(self, conversation: int | None) -> QModelIndex:
        """Not valid where the conversation is not listed here."""
        return self.index_of_key(None if conversation is None else self._places.get(conversation))

    def index_of_folder(self, folder: int) -> QModelIndex:
        return self.index_of_key(self._contents.folder_head(folder))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index)
        if row is None:
            return None
        if role == ROW_ROLE:
            return row
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole}:
            return row.words
        is_tip = role == Qt.ItemDataRole.ToolTipRole and isinstance(row, ConversationRow)
        return row_speech(row, self.calendar) if is_tip or role == Qt.ItemDataRole.AccessibleTextRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Days are no place for the keyboard; what is in the bin keeps its title."""
        flags = Qt.ItemFlag.ItemNeverHasChildren
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        key = self.key(index)
        if key.is_row or key.section.kind is Kind.FOLDER:
            flags |= Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            flags |= Qt.ItemFlag.ItemIsEditable if self.shelf is not Shelf.BIN else flags
        return flags

    def match(
        self,
        start: Index,
        role: int,
        value: object,
        hits: int = 1,
        flags: Qt.MatchFlag = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchWrap,
    ) -> list[QModelIndex]:
        """What Qt looks up while letters are typed in the list: the conversations from here on that begin so.

        Qt's own way would ask `data` for every row, which takes longer than a frame among 10,000.
        """
        wanted, titles = str(value).casefold(), self._contents.summaries
        rows = (*range(start.row(), len(self.keys)), *range(start.row()))
        listed = (row for row in rows if self.keys[row].is_row)
        found = (row for row in listed if titles[self.keys[row].conversation].title.casefold().startswith(wanted))
        return [self.index(row) for row in islice(found, hits if hits > 0 else None)]

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Shows the new name at once and tells it; what comes back from the store has the last word."""
        row, name = self.row(index), " ".join(str(value).split())
        is_name = (
            role == Qt.ItemDataRole.EditRole and bool(name) and bool(self.flags(index) & Qt.ItemFlag.ItemIsEditable)
        )
        if row is None or not is_name or name == row.words:
            return False
        if isinstance(row, ConversationRow):
            self.show_summary(replace(row.summary, title=name))
            self.conversation_renamed.emit(row.summary.id, name)
        elif row.folder is not None:
            self._rename_folder(Folder(row.folder, name))
            self.folder_renamed.emit(row.folder, name)
        return True

    def _reckon(self) -> None:
        """Every conversation's key anew."""
        key_of = self._contents.key
        summaries = self._contents.summaries.values()
        self._places = {summary.id: key for summary in summaries if (key := key_of(summary)) is not None}
        self._sizes = Counter(key.section for key in self._places.values())

    def _refill(self) -> None:
        self._reckon()
        folders = (self._contents.folder_head(number) for number in self._contents.folders)
        heads = {*map(Key, self._sizes), *(head for head in folders if head is not None)}
        self.replace_keys([*heads, *filter(self._contents.is_listed, self._places.values())])

    def _settle(self, conversation: int, after: Key | None) -> None:
        """Brings a conversation's row to another place, into the list, or out of it."""
        before = self._places.pop(conversation, None)
        if after is not None:
            self._places[conversation] = after
        if before == after:
            self.tell_changed(after)
            return
        if after is not None:
            self._count(after.section, 1)
        listed = [[] if key is None or not self._contents.is_listed(key) else [key] for key in (before, after)]
        self.change_keys(*listed)
        if before is not None:
            self._count(before.section, -1)

    def _count(self, section: Section, change: int) -> None:
        self._sizes[section] += change
        self._show_head(section)

    def _show_head(self, section: Section) -> None:
        """Adds a section's head, takes it out, or has it painted anew."""
        head = Key(section)
        is_wanted = self._sizes[section] > 0 or head == self._contents.folder_head(section.number)
        is_listed = self.index_of_key(head).isValid()
        self.change_keys([head] if is_listed else [], [head] if is_wanted else [])

    def _inside(self, folder: int) -> list[Key]:
        """A folder's conversations in order, listed or not."""
        return sorted(key for key in self._places.values() if key.section[::2] == (Kind.FOLDER, folder))

    def _settle_members(self, folder: int) -> None:
        for summary in list(self._contents.summaries.values()):
            if summary.folder == folder:
                self._settle(summary.id, self._contents.key(summary))

    def _rename_folder(self, folder: Folder) -> None:
        """Its conversations move with it."""
        head, inside = self._contents.folder_head(folder.id), self._inside(folder.id)
        self._contents.folders[folder.id] = folder
        if head is not None:
            section = folder_section(folder)
            renamed = [key._replace(section=section) for key in inside]
            self._places |= {key.conversation: key for key in renamed}
            self._sizes[section] = self._sizes.pop(head.section, 0)
            is_listed = self._contents.is_listed
            self.change_keys([head, *filter(is_listed, inside)], [Key(section), *filter(is_listed, renamed)])
