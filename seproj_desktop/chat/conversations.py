"""What is kept of a conversation: messages in a tree, and the lines of the list. Frozen values, no I/O.

Times are seconds since 1970, UTC. Ids are whole numbers that only grow: see `IdSource`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from seproj_desktop.chat.events import Finished
from seproj_desktop.chat.messages import Role, Sampling

MessageState = Literal["complete", "streaming", "stopped", "interrupted", "failed"]
"""`interrupted`: the program ended during the answer. `stopped`: the person ended it. Both can be continued."""
TitleOrigin = Literal["words", "engine", "person"]
"""Where a title comes from: the first words, the model, or the person, whose titles nobody changes."""


class IdSource:
    """Ids for messages, conversations and folders: microseconds since 1970, made strictly increasing.

    They fit SQLite's rowid, sort by age, and can be given out while the disk cannot be written.
    """

    def __init__(self, newest: int = 0, clock: Callable[[], float] = time.time) -> None:
        """`newest` is the greatest id that is in use."""
        self._newest = newest
        self._clock = clock

    def next(self) -> int:
        self._newest = max(self._newest + 1, int(self._clock() * 1e6))
        return self._newest


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model thought before it answered; seconds and tokens are None where they were not counted."""

    text: str = ""
    seconds: float | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message of a tree. What concerns the model is empty in the person's own messages.

    `chosen` is the child that the path goes on with; `deleted` is when the branch that begins here went to the bin.
    """

    id: int
    parent: int | None
    role: Role
    text: str
    created: float
    state: MessageState = "complete"
    thought: Thought = Thought()
    persona: str = ""
    persona_name: str = ""
    model: str = ""
    sampling: Sampling | None = None
    finished: Finished | None = None
    error: str = ""
    is_edited: bool = False
    chosen: int | None = None
    deleted: float | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the list."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One conversation as the list shows it; `changed` is when something was last said in it."""

    id: int
    title: str
    persona: str
    created: float
    changed: float
    title_origin: TitleOrigin = "words"
    folder: int | None = None
    is_pinned: bool = False
    is_archived: bool = False
    is_unread: bool = False
    deleted: float | None = None


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """What was sent while an answer ran, and waits for its turn."""

    id: int
    text: str
    persona: str


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """Everything that is kept of one conversation; `chosen` is the root that its path begins with."""

    summary: ConversationSummary
    messages: tuple[StoredMessage, ...] = ()
    chosen: int | None = None
    draft: str = ""
    queue: tuple[QueuedMessage, ...] = ()
