"""What an import brings, part by part, hidden until all of it is there: functions inside the caller's transaction.

Conversations and folders of an import that has not come to its end are named in the table `importing`. Nobody else
reads what is named there; a cancelled import is removed part by part, and what a killed program has left, at the next
start. Damaged files are recovered without these names: rather too much than too little.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from seproj_desktop.chat.conversations import Folder, StoredConversation
from seproj_desktop.storage.conversations import add_messages, choose, save_draft, save_folder, save_queue, save_summary

MOST_MESSAGES = 250
MOST_CHARACTERS = 200_000
"""Of one part: so much is written, or removed, within about 50 ms, and then others have their turn."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some messages of a conversation, in their order; the first part brings the conversation itself."""

    conversation: StoredConversation
    is_first: bool = True


def in_parts(conversations: Iterable[StoredConversation]) -> Iterator[list[Part]]:
    """Conversations in parts that can be written one after the other: in their messages parents come first."""
    gathered, messages, characters = list[Part](), 0, 0
    for conversation in conversations:
        for part in _parts_of(conversation):
            gathered.append(part)
            messages += 1 + len(part.conversation.messages)
            characters += _length(part.conversation)
            if messages >= MOST_MESSAGES or characters >= MOST_CHARACTERS:
                yield gathered
                gathered, messages, characters = [], 0, 0
    if gathered:
        yield gathered


def add_parts(connection: sqlite3.Connection, number: int, folders: Sequence[Folder], parts: Sequence[Part]) -> None:
    """More of the import `number`."""
    for folder in folders:
        _name(connection, number, "folder", folder.id)
        save_folder(connection, folder)
    for part in parts:
        conversation, id_ = part.conversation, part.conversation.summary.id
        if part.is_first:
            _name(connection, number, "conversation", id_)
            save_summary(connection, conversation.summary)
            choose(connection, id_, None, conversation.chosen)
            save_draft(connection, id_, conversation.draft)
            save_queue(connection, id_, conversation.queue)
        add_messages(connection, id_, conversation.messages)


def finish(connection: sqlite3.Connection, number: int) -> None:
    """All of an import is there: from now on everybody sees it."""
    connection.execute("DELETE FROM importing WHERE import = ?", (number,))


def hidden(connection: sqlite3.Connection) -> frozenset[int]:
    """The conversations that are not to be seen yet."""
    rows = connection.execute("SELECT id FROM importing WHERE kind = 'conversation'")
    return frozenset(row[0] for row in rows)


def remove_some(connection: sqlite3.Connection, number: int | None = None) -> bool:
    """Removes a part of what an import, or any, has left; whether there is more."""
    query = "SELECT id, kind FROM importing WHERE import = coalesce(?, import) ORDER BY kind, id"
    removed = 0
    for id_, kind in connection.execute(query, (number,)).fetchall():
        if removed >= MOST_MESSAGES:
            return True
        if kind == "folder":
            connection.execute("DELETE FROM folders WHERE id = ?", (id_,))
        else:
            removed += 1 + _remove_messages(connection, id_)
            if connection.execute("SELECT EXISTS (SELECT 1 FROM messages WHERE conversation = ?)", (id_,)).fetchone()[
                0
            ]:
                return True
            connection.execute("DELETE FROM conversations WHERE id = ?", (id_,))
        connection.execute("DELETE FROM importing WHERE id = ?", (id_,))
    return False


def _remove_messages(connection: sqlite3.Connection, conversation: int) -> int:
    """The newest ones, which nothing hangs on that would stay; how many."""
    newest = f"SELECT id FROM messages WHERE conversation = ? ORDER BY id DESC LIMIT {MOST_MESSAGES}"  # noqa: S608
    return connection.execute(f"DELETE FROM messages WHERE id IN ({newest})", (conversation,)).rowcount  # noqa: S608


def _name(connection: sqlite3.Connection, number: int, kind: str, id_: int) -> None:
    connection.execute("INSERT INTO importing (id, kind, import) VALUES (?, ?, ?)", (id_, kind, number))


def _parts_of(conversation: StoredConversation) -> Iterator[Part]:
    messages = conversation.messages
    start = 0
    while start < len(messages) or not start:
        end, characters = start, 0
        while end < len(messages) and end - start < MOST_MESSAGES and characters < MOST_CHARACTERS:
            characters += len(messages[end].text) + len(messages[end].thought.text)
            end += 1
        yield Part(replace(conversation, messages=messages[start:end]), is_first=not start)
        if end == len(messages):
            return
        start = end


def _length(conversation: StoredConversation) -> int:
    return sum(len(message.text) + len(message.thought.text) for message in conversation.messages)
