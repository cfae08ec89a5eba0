"""What the list knows, and which rows follow from it. On the Qt thread (words); changes nothing and tells nobody."""

from dataclasses import dataclass, field

from seproj_desktop.chat.conversations import ConversationSummary, Folder
from seproj_desktop.window.sidebar.rows import (
    Calendar,
    ConversationRow,
    Key,
    Kind,
    SectionRow,
    Shelf,
    folder_section,
    key_of,
    shelf_of,
)
from seproj_desktop.window.sidebar.words import section_words, title_words


@dataclass(slots=True)
class Contents:
    """Everything that a row can depend on: the model changes it and tells which rows that concerns."""

    calendar: Calendar
    shelf: Shelf = Shelf.CONVERSATIONS
    summaries: dict[int, ConversationSummary] = field(default_factory=dict)
    folders: dict[int, Folder] = field(default_factory=dict)
    folded: frozenset[int] = frozenset()
    answering: frozenset[int] = frozenset()
    open: int | None = None

    def key(self, summary: ConversationSummary) -> Key | None:
        """None for what is not on this shelf."""
        return key_of(summary, self.calendar, self.folders) if shelf_of(summary) is self.shelf else None

    def folder_head(self, number: int) -> Key | None:
        """Where a folder's head belongs, also while the folder is empty; None on the other shelves."""
        folder = self.folders.get(number) if self.shelf is Shelf.CONVERSATIONS else None
        return None if folder is None else Key(folder_section(folder))

    def is_listed(self, key: Key) -> bool:
        """Whether its row is to be seen: not what is in a folded folder."""
        return not (key.is_row and key.section.kind is Kind.FOLDER and key.section.number in self.folded)

    def row(self, key: Key, count: int) -> SectionRow | ConversationRow:
        """`count` is how many conversations the key's section has."""
        if not key.is_row:
            folder = self.folders.get(key.section.number) if key.section.kind is Kind.FOLDER else None
            words = section_words(key.section, self.calendar, folder)
            return SectionRow(key.section, words, count, is_folded=folder is not None and folder.id in self.folded)
        summary = self.summaries[key.conversation]
        return ConversationRow(
            summary,
            title_words(summary.title),
            is_open=summary.id == self.open,
            is_answering=summary.id in self.answering,
            is_in_folder=key.section.kind is Kind.FOLDER,
        )
