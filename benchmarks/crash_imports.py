"""Files to be imported while the program is killed: so many conversations, whose titles begin with the file's tag."""

from datetime import UTC, datetime
from pathlib import Path

from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage
from seproj_desktop.storage.exchange.json_export import JSON_END, json_head, json_member

MOMENT = 1_780_000_000.0


def write_import(path: Path, tag: str, conversations: int, messages: int) -> None:
    """Each conversation is a straight line of `messages` messages."""
    members = (conversation(number, tag, messages) for number in range(conversations))
    text = "".join(json_member(member, is_first=not number) for number, member in enumerate(members))
    path.write_text(json_head((), datetime.fromtimestamp(MOMENT, UTC)) + text + JSON_END, encoding="utf-8")


def conversation(number: int, tag: str, messages: int) -> StoredConversation:
    first = 1 + number * (messages + 1)
    summary = ConversationSummary(first, f"{tag} {number}", "developer", MOMENT, MOMENT + number)
    ids = range(first + 1, first + 1 + messages)
    said = tuple(
        StoredMessage(
            id_,
            id_ - 1 if id_ > ids[0] else None,
            "assistant" if place % 2 else "user",
            f"{tag}: message {place} of conversation {number}, with some words to be searched.",
            MOMENT + place,
            chosen=id_ + 1 if id_ < ids[-1] else None,
        )
        for place, id_ in enumerate(ids)
    )
    return StoredConversation(summary, said, ids[0])
