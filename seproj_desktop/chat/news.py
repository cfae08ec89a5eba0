"""What the chat service tells the window: about the conversation that is open, and about the list.

Frozen values that can cross threads. In one conversation's news the order is the order in which things happened, so
text always belongs to a message that has been shown before.
"""

from dataclasses import dataclass

from seproj_desktop.chat.conversations import ConversationSummary, Folder, QueuedMessage, StoredMessage


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One message of the path that is shown, and which of its versions it is, from 1."""

    message: StoredMessage
    version: int = 1
    versions: int = 1


@dataclass(frozen=True, slots=True)
class PathChanged:
    """The whole path as it is from now on; entries that stayed the same are the same objects.

    `answering` is the message whose answer streams, with its text so far in its entry.
    """

    path: tuple[PathEntry, ...]
    answering: int | None = None


@dataclass(frozen=True, slots=True)
class TextAdded:
    """More of the streaming answer, or of the thinking before it, made of `tokens` tokens."""

    message: int
    text: str = ""
    thinking: str = ""
    tokens: int = 0


@dataclass(frozen=True, slots=True)
class AnswerEnded:
    """The answer that streamed, as it is kept."""

    entry: PathEntry


@dataclass(frozen=True, slots=True)
class QueueChanged:
    """What waits to be sent in this conversation."""

    queue: tuple[QueuedMessage, ...]


ConversationNews = PathChanged | TextAdded | AnswerEnded | QueueChanged


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A conversation as it is opened; its news begin where this ends. `draft` is what stood in its composer."""

    summary: ConversationSummary
    path: tuple[PathEntry, ...] = ()
    answering: int | None = None
    queue: tuple[QueuedMessage, ...] = ()
    draft: str = ""


@dataclass(frozen=True, slots=True)
class BinnedBranch:
    """A deleted part of a conversation: one path through it, from its first message, and how many messages it has."""

    path: tuple[StoredMessage, ...]
    messages: int

    @property
    def first(self) -> StoredMessage:
        """The message with which it was deleted."""
        return self.path[0]


@dataclass(frozen=True, slots=True)
class SummaryChanged:
    """A conversation is new in the list, or its line has changed."""

    summary: ConversationSummary


@dataclass(frozen=True, slots=True)
class SummariesRemoved:
    """Conversations that are gone for good."""

    conversations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ListReplaced:
    """The whole list anew, after an import or a restore."""

    summaries: tuple[ConversationSummary, ...]
    folders: tuple[Folder, ...]
    folded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FoldersChanged:
    """The folders as they are from now on, in the order of their names."""

    folders: tuple[Folder, ...]


@dataclass(frozen=True, slots=True)
class AnsweringChanged:
    """The conversations in which an answer runs or waits for the model."""

    conversations: frozenset[int]


ListNews = SummaryChanged | SummariesRemoved | ListReplaced | FoldersChanged | AnsweringChanged
