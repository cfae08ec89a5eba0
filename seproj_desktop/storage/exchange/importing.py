"""Bringing conversations in: reads a file, passes over what is there already, and stores the rest.

On the backend's loop; reading is done on a worker thread, in slices. Then the store takes one part after another, so
that what is said meanwhile does not wait; nobody sees any of it before the last one is there. A cancel or a failure
removes the parts, and what a kill leaves is removed at the next start. Until it is stored, all of it is in memory,
which `sources.MOST_BYTES` bounds.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from seproj_desktop.chat.conversations import ConversationSummary, Folder, IdSource, StoredConversation
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.file_reader import FileReader
from seproj_desktop.storage.exchange.gathering import ImportProblem
from seproj_desktop.storage.exchange.packing import PackedConversations
from seproj_desktop.storage.exchange.trees import renumbered
from seproj_desktop.storage.exchange.workers import on_worker
from seproj_desktop.storage.unfinished import Part, in_parts

IDS_AT_ONCE = 2_000
"""Ids that are drawn before the loop goes on with other things: about 1 ms."""
READING = 0.2
"""The part of the time that reading takes."""


class ImportStore(ConversationStore, Protocol):
    """A memory that hides what an import brings until all of it is there."""

    async def add_parts(self, number: int, folders: Sequence[Folder], parts: Sequence[Part]) -> None:
        """More of the import `number`. Raises `UserError` when it cannot."""
        ...

    async def finish_import(self, number: int) -> None:
        """From now on everybody sees it. Raises `UserError` when that cannot be written."""
        ...

    async def drop_import(self, number: int) -> None:
        """Removes what has been brought. Raises `UserError`: then the next start removes it."""
        ...


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How much of the work is done, from 0 to 1; the conversations found so far, and whether they are being stored."""

    fraction: float
    conversations: int
    is_storing: bool = False


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import has done: ids of the new conversations, and how many were `skipped` since they were there."""

    imported: tuple[int, ...] = ()
    skipped: int = 0
    problems: tuple[ImportProblem, ...] = ()
    is_cancelled: bool = False


async def import_file(
    path: Path,
    store: ImportStore,
    ids: IdSource,
    on_progress: Callable[[ImportProgress], None],
    is_cancelled: Callable[[], bool],
    persona: str = "",
) -> ImportReport:
    """All of a file's conversations, or, when it is cancelled or fails, none.

    `persona` answers from now on in conversations that name nobody.

    Raises `UserError`: no known format, a newer version, an unreadable file, or a store that cannot write.
    """
    reader = FileReader(path)
    try:
        while await on_worker(reader.read_slice):
            on_progress(ImportProgress(READING * reader.fraction, len(reader.found.conversations)))
            if is_cancelled():
                return ImportReport(is_cancelled=True)
    finally:
        reader.close()
    found = reader.found
    known = await store.summaries()
    new = await on_worker(lambda: found.conversations.at(new_places(found.conversations, known)))
    skipped = len(found.conversations) - len(new)
    if is_cancelled():
        return ImportReport(is_cancelled=True)

    def on_stored(count: int) -> None:
        fraction = READING + (1 - READING) * count / max(1, len(new))
        on_progress(ImportProgress(fraction, len(found.conversations), is_storing=True))

    on_stored(0)
    imported = await _store(_Brought(new, persona, found.folders), store, ids, on_stored, is_cancelled)
    if imported is None:
        return ImportReport(is_cancelled=True)
    return ImportReport(imported, skipped, found.problems)


def new_places(conversations: Iterable[StoredConversation], known: Iterable[ConversationSummary]) -> list[int]:
    """Where those stand that are not there already: a title, both times and the bin tell. One that has gone on is new.

    In the order in which they would have come here: searches take what was stored last for the newest.
    """
    there = {_identity(summary) for summary in known}
    summaries = ((place, conversation.summary) for place, conversation in enumerate(conversations))
    return [
        place for _, place in sorted((each.changed, place) for place, each in summaries if _identity(each) not in there)
    ]


def _with_persona(conversation: StoredConversation, persona: str) -> StoredConversation:
    summary = conversation.summary
    return conversation if summary.persona else replace(conversation, summary=replace(summary, persona=persona))


def _identity(summary: ConversationSummary) -> tuple[str, int, int, bool]:
    created, changed = round(1000 * summary.created), round(1000 * summary.changed)
    return summary.title, created, changed, summary.deleted is not None


@dataclass(frozen=True, slots=True)
class _Brought:
    """What is to be stored, as the file has it, and who answers from now on in what names nobody."""

    conversations: PackedConversations
    persona: str
    folders: Sequence[Folder]


async def _store(
    brought: _Brought,
    store: ImportStore,
    ids: IdSource,
    on_stored: Callable[[int], None],
    is_cancelled: Callable[[], bool],
) -> tuple[int, ...] | None:
    """The new conversations' ids, or None where it was cancelled."""
    missing, places = _placed(brought.folders, await store.folders(), ids)
    new = brought.conversations
    needed = await on_worker(lambda: sum(1 + len(each.messages) + len(each.queue) for each in new))
    number = ids.next()
    next_id = iter(await _drawn(ids, needed)).__next__
    ready = (renumbered(_with_persona(each, brought.persona), next_id, places) for each in new)
    parts = in_parts(ready)
    imported: list[int] = []
    try:
        while some := await on_worker(lambda: next(parts, [])):
            if is_cancelled():
                await _drop(store, number)
                return None
            await store.add_parts(number, missing, some)
            missing = []
            imported += [part.conversation.summary.id for part in some if part.is_first]
            on_stored(len(imported))
        await store.finish_import(number)
    except UserError:
        await _drop(store, number)
        raise
    return tuple(imported)


async def _drop(store: ImportStore, number: int) -> None:
    """What cannot be removed now stays hidden, and the next start removes it."""
    with contextlib.suppress(UserError):
        await store.drop_import(number)


def _placed(
    folders: Sequence[Folder], there: Sequence[Folder], ids: IdSource
) -> tuple[list[Folder], Mapping[int, int]]:
    """The folders that have to be made, and the id here of every folder of the file: the same name, the same folder."""
    named = {folder.name: folder.id for folder in there}
    missing = []
    for name in dict.fromkeys(folder.name for folder in folders):
        if name not in named:
            named[name] = ids.next()
            missing.append(Folder(named[name], name))
    return missing, {folder.id: named[folder.name] for folder in folders}


async def _drawn(ids: IdSource, count: int) -> list[int]:
    """So many ids, drawn on the loop, which alone may do that."""
    drawn: list[int] = []
    while len(drawn) < count:
        drawn += [ids.next() for _ in range(min(IDS_AT_ONCE, count - len(drawn)))]
        await asyncio.sleep(0)
    return drawn
