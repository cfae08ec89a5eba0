"""`SqliteStore`: the `ConversationStore` that lasts. On the backend's loop, which it never blocks.

It says which function of `conversations` and `journal` makes which change; `WriteBehind` sees to it that the change
reaches the disk. Search, export and backup read through `query`.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)
from seproj_desktop.chat.keeping import KeepingListener, KeepingStatus, NotKept
from seproj_desktop.storage import conversations as sql
from seproj_desktop.storage import journal, unfinished
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.journal import Journal, Piece
from seproj_desktop.storage.unfinished import Part
from seproj_desktop.storage.write_behind import CLOSING_TIMEOUT, Open, Patience, WriteBehind

P = ParamSpec("P")
T = TypeVar("T")


class SqliteStore:
    """Owns the database and closes it. `trouble` is what the status says from the start.

    It lasts to the end, or, with `open_later`, until that opens the file.
    """

    def __init__(
        self,
        database: Database,
        trouble: NotKept | None = None,
        patience: Patience | None = None,
        open_later: Open | None = None,
    ) -> None:
        self._writer = WriteBehind(database, trouble, patience, open_later)
        self._journal = Journal(self._write_pieces)

    @property
    def status(self) -> KeepingStatus:
        return self._writer.status

    def subscribe(self, listener: KeepingListener) -> Callable[[], None]:
        return self._writer.subscribe(listener)

    def when_opened(self, on_opened: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Calls `on_opened` once a file is open that could not be read until then, or not all of it."""
        self._writer.when_opened(on_opened)

    async def query(
        self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """`function(connection, ...)` on everything that is kept, what waits for the disk included. Only reads."""
        return await self._writer.read(lambda connection: function(connection, *args, **kw))

    async def exchange(self, replace: Callable[[], T], open_file: Open) -> T:
        """Goes on with another file, which `replace` puts in the place of this one: see `WriteBehind.exchange`."""
        await self._journal.flush()
        return await self._writer.exchange(replace, open_file)

    async def newest_id(self) -> int:
        return await self.query(sql.newest_id)

    async def summaries(self) -> tuple[ConversationSummary, ...]:
        return await self.query(sql.read_summaries)

    async def folders(self) -> tuple[Folder, ...]:
        return await self.query(sql.read_folders)

    async def read(self, conversation: int) -> StoredConversation:
        await self._journal.flush()
        return await self.query(sql.read_conversation, conversation)

    async def draft(self) -> str:
        return await self.query(sql.read_draft)

    async def save_summary(self, summary: ConversationSummary) -> None:
        await self._change(sql.save_summary, summary)

    async def add_message(self, conversation: int, message: StoredMessage) -> None:
        await self._change(sql.add_message, conversation, message)

    async def add_conversations(self, conversations: Sequence[StoredConversation]) -> None:
        await self._writer.write_now(lambda connection: sql.add_conversations(connection, conversations))

    async def add_parts(self, number: int, folders: Sequence[Folder], parts: Sequence[Part]) -> None:
        """More of an import, which nobody sees before `finish_import`. Raises `UserError` when it cannot."""
        await self._writer.write_now(lambda connection: unfinished.add_parts(connection, number, folders, parts))

    async def finish_import(self, number: int) -> None:
        """All of an import is there. Raises `UserError` when that cannot be written."""
        await self._writer.write_now(lambda connection: unfinished.finish(connection, number))

    async def drop_import(self, number: int) -> None:
        """Removes what an import has brought, part by part. Raises `UserError`: then the next start removes it."""
        while await self._writer.write_now(lambda connection: unfinished.remove_some(connection, number)):
            pass

    async def choose(self, conversation: int, parent: int | None, child: int | None) -> None:
        await self._change(sql.choose, conversation, parent, child)

    async def set_deleted(self, conversation: int, message: int, deleted: float | None) -> None:
        await self._change(sql.set_deleted, conversation, message, deleted)

    def append(self, message: int, text: str, thinking: str = "") -> None:
        self._journal.append(message, text, thinking)

    async def resume_answer(self, message: int) -> None:
        await self._change(journal.resume_answer, message)

    async def end_answer(self, message: StoredMessage) -> None:
        self._journal.discard(message.id)
        await self._change(journal.end_answer, message)

    async def save_draft(self, conversation: int | None, text: str) -> None:
        await self._change(sql.save_draft, conversation, text)

    async def save_queue(self, conversation: int, queue: Sequence[QueuedMessage]) -> None:
        await self._change(sql.save_queue, conversation, tuple(queue))

    async def save_folder(self, folder: Folder) -> None:
        await self._change(sql.save_folder, folder)

    async def folded(self) -> frozenset[int]:
        return await self.query(sql.read_folded)

    async def save_folded(self, folders: frozenset[int]) -> None:
        await self._change(sql.save_folded, folders)

    async def zoom(self) -> float:
        return await self.query(sql.read_zoom)

    async def save_zoom(self, zoom: float) -> None:
        await self._change(sql.save_zoom, zoom)

    async def remove_folder(self, folder: int) -> None:
        await self._change(sql.remove_folder, folder)

    async def purge(self, conversations: Sequence[int]) -> None:
        await self._change(sql.purge, tuple(conversations))

    async def aclose(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_TIMEOUT):
                await self._journal.flush()
        await self._writer.aclose()

    async def _write_pieces(self, pieces: Sequence[Piece]) -> None:
        await self._change(journal.write_pieces, pieces)

    async def _change(
        self, function: Callable[Concatenate[sqlite3.Connection, P], object], *args: P.args, **kw: P.kwargs
    ) -> None:
        await self._writer.write(lambda connection: function(connection, *args, **kw))
