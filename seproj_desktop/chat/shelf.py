"""The conversations that are kept in memory: those in use, and the last few that were.

On the backend's loop. While the store cannot write, nothing is let go of: then this is the only copy.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seproj_desktop.chat.keeping import ConversationStore, NotKept
from seproj_desktop.chat.library import gone
from seproj_desktop.chat.live import LiveConversation

SPARE = 8
"""Conversations that stay in memory although nobody uses them: going back to one is common."""


class Shelf:
    """Reads conversations from the store when they are needed, one object for each."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self._live: dict[int, LiveConversation] = {}
        self._reading = asyncio.Lock()

    def find(self, conversation: int) -> LiveConversation | None:
        """The conversation if it is in memory."""
        return self._live.get(conversation)

    def all(self) -> list[LiveConversation]:
        return list(self._live.values())

    def put(self, live: LiveConversation) -> None:
        """A conversation that is new."""
        self._live[live.id] = live

    def remove(self, conversation: int) -> None:
        """A conversation that is no longer what the store has, or not there any more; verbs that wait for it fail."""
        if live := self._live.pop(conversation, None):
            live.is_gone = True

    @asynccontextmanager
    async def holding(self, conversation: int) -> AsyncIterator[LiveConversation]:
        """The conversation, for one verb at a time. Raises `UserError` when it is gone."""
        live = await self._get(conversation)
        live.users += 1
        try:
            async with live.lock:
                if live.is_gone:
                    raise gone()
                yield live
        finally:
            self.let_go(live)

    def let_go(self, live: LiveConversation) -> None:
        """One user less; drops what has been unused the longest."""
        live.users -= 1
        if isinstance(self._store.status, NotKept):
            return
        spare = [each for each in self._live.values() if not each.users and not each.has_listeners]
        for each in spare[: max(0, len(spare) - SPARE)]:
            del self._live[each.id]

    async def _get(self, conversation: int) -> LiveConversation:
        if conversation not in self._live:
            async with self._reading:
                if conversation not in self._live:
                    self._live[conversation] = await self._read(conversation)
        live = self._live[conversation] = self._live.pop(conversation)  # now the last used
        return live

    async def _read(self, conversation: int) -> LiveConversation:
        try:
            return await LiveConversation.made(await self._store.read(conversation))
        except KeyError:
            raise gone() from None
