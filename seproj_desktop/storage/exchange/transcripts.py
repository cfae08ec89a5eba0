"""What Markdown and HTML say in the same words: the path that is shown, who spoke, when, and how it ended. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from seproj_desktop.chat.conversations import StoredConversation, StoredMessage, Thought
from seproj_desktop.chat.tree import ConversationTree
from seproj_desktop.storage.exchange.lenient import LATEST

UNTITLED = "Untitled conversation"
ENDINGS = {
    "streaming": "The answer was still being written.",
    "stopped": "The answer was stopped.",
    "interrupted": "The answer was interrupted.",
    "failed": "The answer failed.",
}


@dataclass(frozen=True, slots=True)
class Transcript:
    """One conversation as a person reads it: the messages of the path that is shown."""

    title: str
    created: float
    changed: float
    messages: tuple[StoredMessage, ...]
    versions: Mapping[int, tuple[int, int]]
    """Of messages with several: which one is shown, from 1, and how many there are."""

    @classmethod
    def of(cls, conversation: StoredConversation) -> "Transcript":
        summary = conversation.summary
        tree = ConversationTree(conversation.messages, conversation.chosen)
        path = tree.path()
        versions = {message.id: tree.version(message.id) for message in path}
        title = " ".join(summary.title.split()) or UNTITLED
        return cls(
            title, summary.created, summary.changed, tuple(path), {id_: at for id_, at in versions.items() if at[1] > 1}
        )

    @property
    def personas(self) -> tuple[str, ...]:
        return self._each(lambda message: message.persona_name or message.persona)

    @property
    def models(self) -> tuple[str, ...]:
        return self._each(lambda message: message.model)

    def _each(self, what: Callable[[StoredMessage], str]) -> tuple[str, ...]:
        """What the answers say of themselves, each once, in the order of the conversation."""
        found: Iterable[str] = (what(message) for message in self.messages if message.role == "assistant")
        return tuple(dict.fromkeys(filter(None, found)))


def speaker(message: StoredMessage) -> str:
    if message.role == "user":
        return "You"
    if message.role == "system":
        return "System"
    return " ".join((message.persona_name or message.persona or message.model or "Assistant").split())


def moment_text(seconds: float) -> str:
    """For people: to the minute, in UTC, so that a file says the same everywhere."""
    return _moment(seconds).strftime("%Y-%m-%d %H:%M UTC")


def moment_mark(seconds: float) -> str:
    """For programs: ISO 8601, to the second."""
    return _moment(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


def thinking_title(thought: Thought) -> str:
    return "Thinking" if thought.seconds is None else f"Thought for {thought.seconds:,.0f} s"


def ending(message: StoredMessage) -> str:
    """How an answer ended where it did not end well; else nothing."""
    words = ENDINGS.get(message.state, "") if message.role == "assistant" else ""
    return f"{words} {' '.join(message.error.split())}".strip()


def figures(message: StoredMessage) -> str:
    """An answer's model, its length and its speed, as far as they are known."""
    if message.role != "assistant":
        return ""
    finished = message.finished
    tokens = finished.usage.completion_tokens if finished else 0
    rate = finished.tokens_per_second if finished else None
    parts = (message.model, f"{tokens:,} tokens" if tokens else "", f"{rate:,.0f} tokens/s" if rate else "")
    return " · ".join(part for part in parts if part)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0.0), LATEST), UTC)
