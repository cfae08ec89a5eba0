"""The real store says the same as the plainest one after any sequence of changes, also while it cannot write."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.chat.conversations import Folder, QueuedMessage, StoredConversation
from seproj_desktop.chat.keeping import ConversationStore, Kept
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.store import SqliteStore
from seproj_desktop.storage.write_behind import Patience
from tests.storage.memory_store import MemoryStore
from tests.storage.samples import messages, summary, texts

T = TypeVar("T")


class Author:
    """Changes the stores by verbs that hypothesis draws, as the chat service would, and compares what they say."""

    def __init__(self, data: st.DataObject, database: Database, store: SqliteStore, model: MemoryStore) -> None:
        self._data = data
        self._database = database
        self._store = store
        self._model = model
        self._ids = count(1)
        self._conversations: dict[int, list[int]] = {}

    async def act(self) -> None:
        """One change."""
        verbs = [
            self.begin,
            self.save_folder,
            self.remove_folder,
            self.fold,
            self.zoom,
            self.draft,
            self.break_disk,
            self.mend_disk,
        ]
        if self._conversations:
            verbs += [self.say, self.say, self.say, self.rename, self.queue, self.choose, self.purge, self.fork]
        if any(self._conversations.values()):
            verbs += [self.append, self.append, self.append, self.end, self.resume, self.delete]
        await self._one_of(verbs)()

    async def compare(self) -> None:
        assert await self._store.summaries() == await self._model.summaries()
        assert await self._store.folders() == await self._model.folders()
        assert await self._store.folded() == await self._model.folded()
        assert await self._store.zoom() == await self._model.zoom()
        assert await self._store.draft() == await self._model.draft()
        assert await self._store.newest_id() == await self._model.newest_id()
        for conversation in self._conversations:
            assert await self._store.read(conversation) == await self._model.read(conversation)

    async def begin(self) -> None:
        id_ = next(self._ids)
        self._conversations[id_] = []
        await self._both(lambda store: store.save_summary(summary(id_)))

    async def rename(self) -> None:
        line = replace(
            summary(self._a_conversation(), self._draw(texts), self._draw(st.floats(0, 1e9))),
            folder=self._draw(st.none() | st.integers(0, 20)),
            is_pinned=self._draw(st.booleans()),
        )
        await self._both(lambda store: store.save_summary(line))

    async def say(self) -> None:
        conversation = self._a_conversation()
        parent = self._one_of([None, *self._conversations[conversation]])
        message = replace(self._draw(messages), id=next(self._ids), parent=parent)
        self._conversations[conversation].append(message.id)
        await self._both(lambda store: store.add_message(conversation, message))

    async def fork(self) -> None:
        """Whole conversations do not wait for the disk, so they are added while it can be written."""
        await self.mend_disk()
        id_, child = next(self._ids), next(self._ids)
        root = replace(self._draw(messages), id=next(self._ids))
        whole = StoredConversation(
            summary(id_), (replace(self._draw(messages), id=child, parent=root.id), root), root.id, self._draw(texts)
        )
        self._conversations[id_] = [root.id, child]
        await self._both(lambda store: store.add_conversations([whole]))

    async def choose(self) -> None:
        conversation = self._a_conversation()
        parent, child = (self._one_of([None, *self._conversations[conversation]]) for _ in range(2))
        await self._both(lambda store: store.choose(conversation, parent, child))

    async def delete(self) -> None:
        conversation, message = self._a_message()
        deleted = self._draw(st.none() | st.floats(0, 1e9))
        await self._both(lambda store: store.set_deleted(conversation, message, deleted))

    async def append(self) -> None:
        """To an answer that streams: what comes for any other is a mistake."""
        conversation, message = self._a_message()
        kept = await self._model.read(conversation)
        if not any(each.id == message and each.state == "streaming" for each in kept.messages):
            return
        text, thinking = self._draw(texts), self._draw(texts)
        for store in (self._store, self._model):
            store.append(message, text, thinking)

    async def resume(self) -> None:
        _, message = self._a_message()
        await self._both(lambda store: store.resume_answer(message))

    async def end(self) -> None:
        _, id_ = self._a_message()
        message = replace(self._draw(messages), id=id_)
        await self._both(lambda store: store.end_answer(message))

    async def queue(self) -> None:
        conversation = self._a_conversation()
        queue = [QueuedMessage(next(self._ids), text, "tester") for text in self._draw(st.lists(texts, max_size=3))]
        await self._both(lambda store: store.save_queue(conversation, queue))

    async def fold(self) -> None:
        folders = frozenset(self._draw(st.sets(st.integers(0, 20), max_size=3)))
        await self._both(lambda store: store.save_folded(folders))

    async def zoom(self) -> None:
        zoom = self._draw(st.floats(0.5, 3.0))
        await self._both(lambda store: store.save_zoom(zoom))

    async def draft(self) -> None:
        conversation = self._one_of([None, *self._conversations])
        text = self._draw(texts)
        await self._both(lambda store: store.save_draft(conversation, text))

    async def save_folder(self) -> None:
        folder = Folder(self._draw(st.integers(1, 20)), self._draw(texts))
        await self._both(lambda store: store.save_folder(folder))

    async def remove_folder(self) -> None:
        folder = self._draw(st.integers(1, 20))
        await self._both(lambda store: store.remove_folder(folder))

    async def purge(self) -> None:
        conversation = self._a_conversation()
        del self._conversations[conversation]
        await self._both(lambda store: store.purge([conversation]))

    async def break_disk(self) -> None:
        await self._database.read(lambda connection: connection.execute("PRAGMA query_only = ON"))

    async def mend_disk(self) -> None:
        """The change after it writes what has waited."""
        await self._database.read(lambda connection: connection.execute("PRAGMA query_only = OFF"))
        await self.draft()
        assert self._store.status == Kept()

    def _draw(self, strategy: st.SearchStrategy[T]) -> T:
        return self._data.draw(strategy)

    def _one_of(self, values: list[T]) -> T:
        return self._draw(st.sampled_from(values))

    def _a_conversation(self) -> int:
        return self._one_of(list(self._conversations))

    def _a_message(self) -> tuple[int, int]:
        return self._one_of([(id_, message) for id_, known in self._conversations.items() for message in known])

    async def _both(self, change: Callable[[ConversationStore], Awaitable[None]]) -> None:
        await change(self._model)
        await change(self._store)


async def write_and_compare(data: st.DataObject, changes: int) -> None:
    database = Database.open_memory()
    store = SqliteStore(database, patience=Patience(first=1000, last=1000, rest=0))
    author = Author(data, database, store, MemoryStore())
    for _ in range(changes):
        await author.act()
        if data.draw(st.integers(0, 4)) == 0:
            await author.compare()
    await author.compare()
    await author.mend_disk()
    await author.compare()
    await store.aclose()


@settings(max_examples=40, deadline=None)
@given(data=st.data(), changes=st.integers(1, 30))
def test_any_sequence_of_changes_is_what_is_read(data: st.DataObject, changes: int) -> None:
    asyncio.run(write_and_compare(data, changes))
