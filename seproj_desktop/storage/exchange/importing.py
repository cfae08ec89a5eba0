"""Bringing conversations in: reads a file, passes over what is there already, and stores the rest at once.

On the backend's loop; reading is done on a worker thread, in slices. Everything goes into the store in one transaction
at the end, so that a cancel, a failure or a kill at any moment leaves nothing behind, and nothing has to be cleared
away at the next start. Until then the conversations are in memory, which `sources.MOST_BYTES` bounds.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from seproj_desktop.chat.conversations import ConversationSummary, Folder, IdSource, StoredConversation
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.file_reader import FileReader
from seproj_desktop.storage.exchange.gathering import ImportProblem
from seproj_desktop.storage.exchange.packing import PackedConversations
from seproj_desktop.storage.exchange.trees import renumbered
from seproj_desktop.storage.exchange.workers import on_worker

IDS_AT_ONCE = 2_000
"""Ids that are drawn before the loop goes on with other things: about 1 ms."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How much of the file is read, from 0 to 1, and the conversations found so far.

    `is_storing` comes once, at the end: from then on the import cannot be cancelled.
    """

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
    store: ConversationStore,
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
            on_progress(ImportProgress(reader.fraction, len(reader.found.conversations)))
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
    on_progress(ImportProgress(1.0, len(found.conversations), is_storing=True))
    imported = await _store(new, persona, found.folders, store, ids)
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


async def _store(
    new: PackedConversations, persona: str, folders: Sequence[Folder], store: ConversationStore, ids: IdSource
) -> tuple[int, ...]:
    missing, places = _placed(folders, await store.folders(), ids)
    needed = await on_worker(lambda: sum(1 + len(each.messages) + len(each.queue) for each in new))
    next_id = iter(await _drawn(ids, needed)).__next__
    ready, own_ids = PackedConversations(), []

    def make_ready() -> None:
        for conversation in new:
            made = renumbered(_with_persona(conversation, persona), next_id, places)
            ready.append(made)
            own_ids.append(made.summary.id)

    await on_worker(make_ready)
    await _add(ready, missing, store)
    return tuple(own_ids)


async def _add(ready: PackedConversations, folders: Sequence[Folder], store: ConversationStore) -> None:
    """Folders first, since conversations lie in them; they are taken back where the store cannot write."""
    for folder in folders:
        await store.save_folder(folder)
    if not ready:
        return
    try:
        await store.add_conversations(ready)
    except UserError:
        for folder in folders:
            await store.remove_folder(folder.id)
        raise


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
