"""The list of conversations: their lines, the folders, and who is told of changes.

On the backend's loop. Every line is in memory; a change is told at once and then written to the store. It knows
nothing of what is said in a conversation.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from seproj_desktop.chat.conversations import ConversationSummary, Folder, IdSource
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.chat.news import (
    AnsweringChanged,
    FoldersChanged,
    ListNews,
    ListReplaced,
    SummariesRemoved,
    SummaryChanged,
)
from seproj_desktop.errors import UserError

ListListener = Callable[[ListNews], None]
LONGEST_NAME = 200
"""Characters of a title or of a folder's name; what is longer is cut."""


class ConversationLibrary:
    """The lines of the list and its folders; also the source of new ids, since it knows the greatest in use."""

    def __init__(self, store: ConversationStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._ids = IdSource(clock=clock)
        self._summaries: dict[int, ConversationSummary] = {}
        self._folders: dict[int, Folder] = {}
        self._folded: frozenset[int] = frozenset()
        self._zoom = 1.0
        self._answering: frozenset[int] = frozenset()
        self._listeners: list[ListListener] = []

    async def load(self) -> None:
        """Reads the list anew, at the start and after an import."""
        newest = await self._store.newest_id()
        summaries, folders = await self._store.summaries(), await self._store.folders()
        self._ids = IdSource(max(newest, self._ids.next()), self._clock)
        self._summaries = {summary.id: summary for summary in summaries}
        self._folders = {folder.id: folder for folder in folders}
        self._folded = await self._store.folded() & self._folders.keys()
        self._zoom = await self._store.zoom()
        self._tell(self._whole())

    @property
    def ids(self) -> IdSource:
        """Where the ids of new messages, conversations and folders come from."""
        return self._ids

    @property
    def summaries(self) -> tuple[ConversationSummary, ...]:
        """Every conversation, those in the bin included; the last changed first."""
        newest_first = sorted(self._summaries.values(), key=lambda line: (line.changed, line.id), reverse=True)
        return tuple(newest_first)

    @property
    def folders(self) -> tuple[Folder, ...]:
        """In the order of their names."""
        return tuple(sorted(self._folders.values(), key=lambda folder: (folder.name.casefold(), folder.id)))

    @property
    def zoom(self) -> float:
        """How large the person reads conversations: known before the first one is shown."""
        return self._zoom

    @property
    def answering(self) -> frozenset[int]:
        """The conversations in which an answer runs or waits for the model."""
        return self._answering

    def subscribe(self, listener: ListListener) -> Callable[[], None]:
        """Calls `listener` with the whole list at once, then with every change; returns what ends that."""
        self._listeners.append(listener)
        listener(self._whole())
        listener(AnsweringChanged(self._answering))
        return lambda: self._listeners.remove(listener)

    def get(self, conversation: int) -> ConversationSummary:
        """Raises `UserError` for a conversation that is gone."""
        try:
            return self._summaries[conversation]
        except KeyError:
            raise gone() from None

    def __contains__(self, conversation: int) -> bool:
        return conversation in self._summaries

    async def rename(self, conversation: int, title: str) -> None:
        """The person's own title, which nobody changes any more. Raises `UserError` for an empty one."""
        await self.change(conversation, title=_clean(title, "A title"), title_origin="person")

    async def suggest_title(self, conversation: int, title: str) -> None:
        """The engine's title, in the place of the first words only."""
        if self.needs_title(conversation):
            await self.change(conversation, title=title, title_origin="engine")

    def needs_title(self, conversation: int) -> bool:
        """Whether it is there, and is called by nothing better than its first words."""
        known = self._summaries.get(conversation)
        return known is not None and known.title_origin == "words" and known.deleted is None

    async def pin(self, conversation: int, is_pinned: bool) -> None:
        await self.change(conversation, is_pinned=is_pinned)

    async def archive(self, conversation: int, is_archived: bool) -> None:
        await self.change(conversation, is_archived=is_archived)

    async def mark_read(self, conversation: int) -> None:
        await self.change(conversation, is_unread=False)

    async def move(self, conversation: int, folder: int | None) -> None:
        """Into a folder, or out of any. Raises `UserError` for a folder that is gone."""
        if folder is not None and folder not in self._folders:
            raise _no_folder()
        await self.change(conversation, folder=folder)

    async def add_folder(self, name: str) -> Folder:
        """Raises `UserError` for an empty name and for one that another folder has."""
        folder = Folder(self._ids.next(), self._free_name(name))
        await self._save_folder(folder)
        return folder

    async def rename_folder(self, folder: int, name: str) -> None:
        if folder not in self._folders:
            raise _no_folder()
        await self._save_folder(Folder(folder, self._free_name(name, besides=folder)))

    async def fold(self, folders: frozenset[int]) -> None:
        """Which folders are folded from now on; the one who says so shows it."""
        self._folded = folders & self._folders.keys()
        await self._store.save_folded(self._folded)

    async def keep_zoom(self, zoom: float) -> None:
        """As large from now on; the one who says so shows it."""
        self._zoom = zoom
        await self._store.save_zoom(zoom)

    async def remove_folder(self, folder: int) -> None:
        """Its conversations stay, without a folder."""
        if self._folders.pop(folder, None) is None:
            return
        for summary in [line for line in self._summaries.values() if line.folder == folder]:
            self._keep(replace(summary, folder=None))
        self._tell(FoldersChanged(self.folders))
        await self._store.remove_folder(folder)

    # What follows is for the chat service.

    async def add(self, summary: ConversationSummary) -> None:
        """A conversation that is new."""
        self._keep(summary)
        await self._store.save_summary(summary)

    def show(self, summary: ConversationSummary) -> None:
        """A conversation that is in the store already."""
        self._keep(summary)

    async def change(self, conversation: int, **fields: Any) -> None:
        """Replaces fields of a line; without a difference nothing is told or written."""
        known = self.get(conversation)
        summary = replace(known, **fields)
        if summary != known:
            await self.add(summary)

    async def set_deleted(self, conversations: Iterable[int], deleted: float | None) -> None:
        """Puts conversations into the bin, or takes them out; those that are gone are left out."""
        for conversation in [each for each in conversations if each in self._summaries]:
            await self.change(conversation, deleted=deleted)

    async def purge(self, conversations: Sequence[int]) -> None:
        """Removes conversations for good."""
        removed = tuple(each for each in conversations if self._summaries.pop(each, None))
        if not removed:
            return
        self._tell(SummariesRemoved(removed))
        await self._store.purge(removed)

    def show_answering(self, conversations: frozenset[int]) -> None:
        if conversations != self._answering:
            self._answering = conversations
            self._tell(AnsweringChanged(conversations))

    def _whole(self) -> ListReplaced:
        return ListReplaced(self.summaries, self.folders, self._folded)

    def _keep(self, summary: ConversationSummary) -> None:
        self._summaries[summary.id] = summary
        self._tell(SummaryChanged(summary))

    def _tell(self, news: ListNews) -> None:
        for listener in tuple(self._listeners):
            listener(news)

    async def _save_folder(self, folder: Folder) -> None:
        self._folders[folder.id] = folder
        self._tell(FoldersChanged(self.folders))
        await self._store.save_folder(folder)

    def _free_name(self, name: str, besides: int | None = None) -> str:
        clean = _clean(name, "A folder's name")
        others = [folder for folder in self._folders.values() if folder.id != besides]
        if any(folder.name.casefold() == clean.casefold() for folder in others):
            raise UserError(f"There is a folder {clean!r} already.", "Choose another name.")
        return clean


def gone() -> UserError:
    return UserError("This conversation is not there any more.", "Choose another one from the list.")


def _no_folder() -> UserError:
    return UserError("This folder is not there any more.", "Choose another one from the list.")


def _clean(name: str, what: str) -> str:
    """One line without blanks around it. Raises `UserError` for an empty one."""
    clean = " ".join(name.split())[:LONGEST_NAME].rstrip()
    if not clean:
        raise UserError(f"{what} needs at least one character.", "Write a few words.")
    return clean
