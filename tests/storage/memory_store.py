"""`ConversationStore` without a disk: the plainest thing that keeps the protocol's promises.

The fake for tests of whatever needs a memory, and the model that the real store is compared with.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)
from seproj_desktop.chat.keeping import KeepingListener, KeepingStatus, Kept
from seproj_desktop.storage.unfinished import Part


class MemoryStore:
    """Conversations in a dictionary. `say` sets the status, as the disk would."""

    def __init__(self) -> None:
        self.is_closed = False
        self._conversations: dict[int, StoredConversation] = {}
        self._folders: dict[int, Folder] = {}
        self._brought: dict[int, tuple[list[Folder], dict[int, StoredConversation]]] = {}
        """Of imports that have not ended."""
        self._folded: frozenset[int] = frozenset()
        self._zoom = 1.0
        self._draft = ""
        self._status: KeepingStatus = Kept()
        self._listeners: list[KeepingListener] = []

    @property
    def status(self) -> KeepingStatus:
        return self._status

    def say(self, status: KeepingStatus) -> None:
        self._status = status
        for listener in list(self._listeners):
            listener(status)

    def subscribe(self, listener: KeepingListener) -> Callable[[], None]:
        self._listeners.append(listener)
        listener(self._status)
        return lambda: self._listeners.remove(listener)

    async def newest_id(self) -> int:
        ids = [*self._conversations, *self._folders]
        for conversation in self._conversations.values():
            ids += [message.id for message in conversation.messages]
            ids += [queued.id for queued in conversation.queue]
        return max(ids, default=0)

    async def summaries(self) -> tuple[ConversationSummary, ...]:
        found = [conversation.summary for conversation in self._conversations.values()]
        return tuple(sorted(found, key=lambda summary: (summary.changed, summary.id), reverse=True))

    async def folders(self) -> tuple[Folder, ...]:
        return tuple(sorted(self._folders.values(), key=lambda folder: (folder.name.casefold(), folder.id)))

    async def read(self, conversation: int) -> StoredConversation:
        return self._conversations[conversation]

    async def save_summary(self, summary: ConversationSummary) -> None:
        if summary.folder not in self._folders:
            summary = replace(summary, folder=None)
        known = self._conversations.get(summary.id, StoredConversation(summary))
        self._conversations[summary.id] = replace(known, summary=summary)

    async def add_message(self, conversation: int, message: StoredMessage) -> None:
        known = self._conversations[conversation]
        messages = sorted((*known.messages, message), key=lambda each: each.id)
        self._conversations[conversation] = replace(known, messages=tuple(messages))
        await self.choose(conversation, message.parent, message.id)

    async def add_conversations(self, conversations: Sequence[StoredConversation]) -> None:
        for conversation in conversations:
            await self.save_summary(conversation.summary)
            summary = self._conversations[conversation.summary.id].summary
            messages = tuple(sorted(conversation.messages, key=lambda each: each.id))
            self._conversations[summary.id] = replace(conversation, summary=summary, messages=messages)

    async def add_parts(self, number: int, folders: Sequence[Folder], parts: Sequence[Part]) -> None:
        brought = self._brought.setdefault(number, ([], {}))
        brought[0].extend(folders)
        for part in parts:
            id_ = part.conversation.summary.id
            assert part.is_first is (id_ not in brought[1])
            known = brought[1][id_].messages if id_ in brought[1] else ()
            brought[1][id_] = replace(part.conversation, messages=(*known, *part.conversation.messages))

    async def finish_import(self, number: int) -> None:
        folders, conversations = self._brought.pop(number, ([], {}))
        for folder in folders:
            await self.save_folder(folder)
        await self.add_conversations(list(conversations.values()))

    async def drop_import(self, number: int) -> None:
        self._brought.pop(number, None)

    async def choose(self, conversation: int, parent: int | None, child: int | None) -> None:
        if parent is None:
            known = self._conversations[conversation]
            self._conversations[conversation] = replace(known, chosen=child)
        else:
            self._change(parent, lambda message: replace(message, chosen=child), conversation)

    async def set_deleted(self, conversation: int, message: int, deleted: float | None) -> None:
        self._change(message, lambda known: replace(known, deleted=deleted), conversation)

    def append(self, message: int, text: str, thinking: str = "") -> None:
        def add(known: StoredMessage) -> StoredMessage:
            if known.state != "streaming":
                return known
            thought = replace(known.thought, text=known.thought.text + thinking)
            return replace(known, text=known.text + text, thought=thought)

        self._change(message, add)

    async def resume_answer(self, message: int) -> None:
        self._change(message, lambda known: replace(known, state="streaming"))

    async def end_answer(self, message: StoredMessage) -> None:
        self._change(
            message.id,
            lambda known: replace(message, parent=known.parent, chosen=known.chosen, deleted=known.deleted),
        )

    async def zoom(self) -> float:
        return self._zoom

    async def save_zoom(self, zoom: float) -> None:
        self._zoom = zoom

    async def save_draft(self, conversation: int | None, text: str) -> None:
        if conversation is None:
            self._draft = text
        elif known := self._conversations.get(conversation):
            self._conversations[conversation] = replace(known, draft=text)

    async def draft(self) -> str:
        return self._draft

    async def save_queue(self, conversation: int, queue: Sequence[QueuedMessage]) -> None:
        known = self._conversations[conversation]
        self._conversations[conversation] = replace(known, queue=tuple(queue))

    async def save_folder(self, folder: Folder) -> None:
        self._folders[folder.id] = folder

    async def folded(self) -> frozenset[int]:
        return self._folded

    async def save_folded(self, folders: frozenset[int]) -> None:
        self._folded = folders

    async def remove_folder(self, folder: int) -> None:
        self._folders.pop(folder, None)
        for summary in await self.summaries():
            await self.save_summary(summary)

    async def purge(self, conversations: Sequence[int]) -> None:
        for conversation in conversations:
            self._conversations.pop(conversation, None)

    async def aclose(self) -> None:
        self.is_closed = True

    def _change(
        self, message: int, change: Callable[[StoredMessage], StoredMessage], conversation: int | None = None
    ) -> None:
        """Replaces one message, wherever it is or in one `conversation` only; one that is gone stays gone."""
        for known in list(self._conversations.values()):
            if conversation in {None, known.summary.id} and any(each.id == message for each in known.messages):
                messages = tuple(change(each) if each.id == message else each for each in known.messages)
                self._conversations[known.summary.id] = replace(known, messages=messages)
