"""What every importer hands over: one conversation as it was read, and what had to be left out of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage, TitleOrigin
from seproj_desktop.chat.titles import first_words
from seproj_desktop.storage.exchange.trees import Tree

LONGEST_TITLE = 200


class UnreadableError(Exception):
    """Nothing of a conversation can be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A conversation with ids that hold within it only; `left_out` says what of it could not be taken along."""

    conversation: StoredConversation
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """What a foreign file says of a conversation as a whole; times are None where it does not tell them."""

    title: str
    created: float | None = None
    changed: float | None = None
    is_pinned: bool = False
    is_archived: bool = False


def conversation_of(heading: Heading, tree: Tree, otherwise: float) -> StoredConversation:
    """A foreign conversation; `otherwise` is when it was said if no time is told anywhere."""
    times = [message.created for message in tree.messages if message.created]
    created = heading.created or min(times, default=otherwise)
    changed = max(created, heading.changed or max(times, default=created))
    title, origin = _title(heading.title, tree.messages)
    summary = ConversationSummary(
        *(0, title, "", created, changed, origin), is_pinned=heading.is_pinned, is_archived=heading.is_archived
    )
    return StoredConversation(summary, _with_times(tree.messages, created), tree.chosen)


def _title(title: str, messages: Sequence[StoredMessage]) -> tuple[str, TitleOrigin]:
    title = " ".join(title[: 4 * LONGEST_TITLE].split())[:LONGEST_TITLE]
    if title:
        return title, "engine"
    asked = (first_words(message.text) for message in messages if message.role == "user")
    return next((words for words in asked if words), ""), "words"


def _with_times(messages: Sequence[StoredMessage], created: float) -> tuple[StoredMessage, ...]:
    """Messages without a time of their own get their parent's, which stands before them."""
    times: dict[int, float] = {}
    for message in messages:
        above = created if message.parent is None else times[message.parent]
        times[message.id] = message.created or above
    return tuple(message if message.created else replace(message, created=times[message.id]) for message in messages)
