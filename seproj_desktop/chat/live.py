"""A conversation in memory: its tree, what waits to be sent, the answer that runs, and who listens.

On the backend's loop; no I/O. The chat service changes it, one verb at a time under `lock`, and writes the same
changes to the store.
"""

import asyncio
from collections.abc import Callable

from seproj_desktop.chat.answering import RunningAnswer
from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage
from seproj_desktop.chat.news import (
    AnswerEnded,
    BinnedBranch,
    ConversationNews,
    OpenConversation,
    PathChanged,
    PathEntry,
    QueueChanged,
    TextAdded,
)
from seproj_desktop.chat.tree import ConversationTree
from seproj_desktop.errors import UserError

ConversationListener = Callable[[ConversationNews], None]
"""Called on the backend's loop, at every token; it must be quick and must not raise."""
SLICE = 1_000
"""Entries of a path that are made at once: about 1.5 ms."""


class LiveConversation:
    """One conversation that is open or answers, and the news of it."""

    def __init__(self, stored: StoredConversation) -> None:
        self.id = stored.summary.id
        self.tree = ConversationTree(stored.messages, stored.chosen)
        self.queue = list(stored.queue)
        self.is_held = bool(stored.queue)
        """Whether the queue waits for the person: after a stop, a failure or a restart, until they send on."""
        self.draft = stored.draft
        self.answer: RunningAnswer | None = None
        self.is_gone = False
        self.lock = asyncio.Lock()
        self.users = 0
        """Verbs and answers that need this object; it stays in memory while there are any."""
        self._listeners: list[ConversationListener] = []
        self._entries: dict[int, PathEntry] = {}
        self._shown: tuple[PathEntry, ...] = ()
        self._shown_at: int | None = None
        """How often the tree had changed by then."""
        self._is_answer_shown = True

    @classmethod
    async def made(cls, stored: StoredConversation) -> "LiveConversation":
        """With its path's entries, for which others have their turn in between: there may be 10,000."""
        live = cls(stored)
        await asyncio.sleep(0)
        path = live.tree.path()
        for start in range(0, len(path), SLICE):
            for message in path[start : start + SLICE]:
                live._entry(message)
            await asyncio.sleep(0)
        live._path()
        await asyncio.sleep(0)
        return live

    @property
    def has_listeners(self) -> bool:
        return bool(self._listeners)

    def listen(self, listener: ConversationListener) -> None:
        self._listeners.append(listener)

    def leave(self, listener: ConversationListener) -> None:
        """Nothing happens when `listener` does not listen."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def message(self, message: int) -> StoredMessage:
        """Raises `UserError` for a message that is not there, or whose branch is in the bin."""
        if message not in self.tree or not self.tree.is_reachable(message):
            raise UserError("This message is not in the conversation any more.")
        return self.tree.get(message)

    def binned_branches(self, through: int | None = None) -> tuple[BinnedBranch, ...]:
        """The deleted parts, the last deleted first; the innermost that has the message `through` shows it."""
        tree = self.tree
        above = [] if through is None or through not in tree else tree.path_to(through)
        inner = next((each.id for each in reversed(above) if each.deleted is not None), None)
        paths = (tree.branch_path(each.id, through if each.id == inner else None) for each in tree.binned())
        return tuple(BinnedBranch(tuple(path), len(tree.branch(path[0].id))) for path in paths)

    def place_in_queue(self, queued: int) -> int:
        """The place of a queued message. Raises `UserError` once it has been sent or withdrawn."""
        for place, waiting in enumerate(self.queue):
            if waiting.id == queued:
                return place
        raise UserError("This message does not wait any more.")

    def snapshot(self, summary: ConversationSummary) -> OpenConversation:
        return OpenConversation(summary, self._path(), self._answering, tuple(self.queue), self.draft)

    def catch_up(self) -> None:
        """Brings the text that the running answer has so far into the tree, unless its end is there already."""
        if self.answer is not None and self.tree.get(self.answer.id).state == "streaming":
            self.tree.replace(self.answer.so_far())

    def begin_answer(self, answer: RunningAnswer) -> None:
        self.answer = answer
        self.tell_path()

    def end_answer(self) -> None:
        """Tells the end of the answer, which is in the tree by now."""
        ended, self.answer = self.answer, None
        if ended is None:
            return
        if self._is_answer_shown:
            self._tell(AnswerEnded(self._entry(self.tree.get(ended.id))))
        else:
            self.tell_path()

    def tell_path(self) -> None:
        path = self._path()
        self._tell(PathChanged(path, self._answering))

    def tell_queue(self) -> None:
        self._tell(QueueChanged(tuple(self.queue)))

    def tell_text(self, news: TextAdded) -> None:
        """Every token comes here; text of an answer that is not on the path is shown once the path goes through it."""
        if self._is_answer_shown:
            for listener in self._listeners:
                listener(news)

    @property
    def _answering(self) -> int | None:
        return self.answer.id if self.answer is not None else None

    def _path(self) -> tuple[PathEntry, ...]:
        self.catch_up()
        if self._shown_at != self.tree.changes:
            self._entries = {message.id: self._entry(message) for message in self.tree.path()}
            self._shown, self._shown_at = tuple(self._entries.values()), self.tree.changes
        self._is_answer_shown = self._answering in self._entries
        return self._shown

    def _entry(self, message: StoredMessage) -> PathEntry:
        """The entry of a message on the path: the same object as long as nothing in it has changed."""
        version, versions = self.tree.version(message.id)
        known = self._entries.get(message.id)
        if known is None or known.message is not message or (known.version, known.versions) != (version, versions):
            known = self._entries[message.id] = PathEntry(message, version, versions)
        return known

    def _tell(self, news: ConversationNews) -> None:
        for listener in tuple(self._listeners):
            listener(news)
