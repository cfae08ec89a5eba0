"""What the chat service needs of a memory: `ConversationStore`, and the state that everybody can watch.

Every method is called on the backend's loop and never blocks it. A method that writes returns once the change is on
the disk, or, while the disk cannot be written, once it is noted in memory to be written later; it never raises for
the disk's sake, since the conversation goes on. What cannot be kept is told by the status.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything is on the disk, or will be within a moment."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """Nothing is written now: words for the person, and what to do. `is_lasting` until the program starts anew."""

    reason: str
    advice: str = ""
    is_lasting: bool = False


KeepingStatus = Kept | NotKept
KeepingListener = Callable[[KeepingStatus], None]


class ConversationStore(Protocol):
    """The memory of conversations. Ids are given by the caller; an unknown one is a `KeyError` where it is read."""

    @property
    def status(self) -> KeepingStatus: ...

    def subscribe(self, listener: KeepingListener) -> Callable[[], None]:
        """Calls `listener` at once and at every change; returns what ends that."""
        ...

    async def newest_id(self) -> int:
        """The greatest id in use, 0 in an empty store."""
        ...

    async def summaries(self) -> tuple[ConversationSummary, ...]:
        """Every conversation, those in the bin included; the last changed first."""
        ...

    async def folders(self) -> tuple[Folder, ...]: ...

    async def read(self, conversation: int) -> StoredConversation: ...

    async def save_summary(self, summary: ConversationSummary) -> None:
        """Adds a conversation, or replaces what its line in the list says."""
        ...

    async def add_message(self, conversation: int, message: StoredMessage) -> None:
        """Adds a message and chooses it under its parent (or as root)."""
        ...

    async def add_conversations(self, conversations: Sequence[StoredConversation]) -> None:
        """Adds whole conversations in one transaction, as forks and imports do. Raises `UserError` when it cannot."""
        ...

    async def choose(self, conversation: int, parent: int | None, child: int | None) -> None:
        """Has the path go on with `child` under `parent` (None: among the roots)."""
        ...

    async def set_deleted(self, conversation: int, message: int, deleted: float | None) -> None:
        """Puts the branch that begins with a message into the bin, or takes it out."""
        ...

    def append(self, message: int, text: str, thinking: str = "") -> None:
        """Adds to a streaming answer; on the disk within 200 ms. The cost does not grow with the answer."""
        ...

    async def resume_answer(self, message: int) -> None:
        """Marks an ended answer as streaming again: what is appended follows the text it has."""
        ...

    async def end_answer(self, message: StoredMessage) -> None:
        """Replaces a streaming answer's pieces by the whole message, in one transaction."""
        ...

    async def save_draft(self, conversation: int | None, text: str) -> None:
        """What stands in the composer; None: of the conversation that has not begun."""
        ...

    async def draft(self) -> str:
        """The draft of the conversation that has not begun."""
        ...

    async def save_queue(self, conversation: int, queue: Sequence[QueuedMessage]) -> None: ...

    async def save_folder(self, folder: Folder) -> None:
        """Adds or renames a folder."""
        ...

    async def remove_folder(self, folder: int) -> None:
        """Its conversations stay, without a folder."""
        ...

    async def folded(self) -> frozenset[int]:
        """The folders that the person has folded; there may be some that are gone."""
        ...

    async def save_folded(self, folders: frozenset[int]) -> None: ...

    async def zoom(self) -> float:
        """How large the person reads; 1.0 is as the desktop has it."""
        ...

    async def save_zoom(self, zoom: float) -> None: ...

    async def purge(self, conversations: Sequence[int]) -> None:
        """Removes conversations for good."""
        ...

    async def aclose(self) -> None:
        """Writes what waits, within a second."""
        ...
