"""Conversations in SQL: functions that take a connection and run inside the caller's transaction.

They run on whichever thread owns the connection. A change to what is no longer there does nothing; what would add
to a conversation that is not there raises `sqlite3.IntegrityError`. Streaming is in `journal`.
"""

import math
import sqlite3
from collections.abc import Iterable, Sequence

from seproj_desktop.chat.conversations import (
    ConversationSummary,
    Folder,
    QueuedMessage,
    StoredConversation,
    StoredMessage,
)
from seproj_desktop.storage.journal import with_pieces
from seproj_desktop.storage.rows import (
    MESSAGE_COLUMNS,
    SUMMARY_COLUMNS,
    message_row,
    messages_of,
    places,
    summary_of,
    summary_row,
    well_formed,
)

NEW_DRAFT = "draft"
"""The key under which the draft of the conversation not begun stands in the table `state`."""
FOLDED = "folded"
"""The key of the folded folders there."""
ZOOM = "zoom"
"""The key of the size of the text there."""

# A folder may have gone while its name was still on the screen: that counts as none.
SAVE_SUMMARY = f"""
INSERT INTO conversations ({SUMMARY_COLUMNS})
VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM folders WHERE id = ?), ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET ({SUMMARY_COLUMNS}) = ({", ".join("excluded." + c for c in SUMMARY_COLUMNS.split(", "))})
"""  # noqa: S608  made of our own constants
ADD_MESSAGE = f"INSERT INTO messages (conversation, {MESSAGE_COLUMNS}) VALUES (?, {places(MESSAGE_COLUMNS)})"  # noqa: S608


def newest_id(connection: sqlite3.Connection) -> int:
    """The greatest id in use, 0 in an empty store."""
    tables = ("folders", "conversations", "messages", "queued")
    queries = (f"SELECT max(id) AS id FROM {table}" for table in tables)  # noqa: S608
    newest: int | None = connection.execute(f"SELECT max(id) FROM ({' UNION ALL '.join(queries)})").fetchone()[0]  # noqa: S608
    return newest or 0


def read_summaries(connection: sqlite3.Connection) -> tuple[ConversationSummary, ...]:
    """The last changed first; without what is still being imported."""
    rows = connection.execute(
        f"SELECT {SUMMARY_COLUMNS} FROM conversations WHERE id NOT IN (SELECT id FROM importing)"  # noqa: S608
        " ORDER BY changed DESC, id DESC"
    )
    return tuple(map(summary_of, rows))


def read_folders(connection: sqlite3.Connection) -> tuple[Folder, ...]:
    """In the order of their names, upper and lower case alike; without what is still being imported."""
    query = "SELECT id, name FROM folders WHERE id NOT IN (SELECT id FROM importing)"
    folders = (Folder(id_, name) for id_, name in connection.execute(query))
    return tuple(sorted(folders, key=lambda folder: (folder.name.casefold(), folder.id)))


def read_conversation(connection: sqlite3.Connection, conversation: int) -> StoredConversation:
    """Messages in the order of their ids, streaming ones with what has arrived. Raises `KeyError`."""
    query = f"SELECT chosen, draft, {SUMMARY_COLUMNS} FROM conversations WHERE id = ?"  # noqa: S608
    row = connection.execute(query, (conversation,)).fetchone()
    if row is None:
        raise KeyError(conversation)
    chosen, draft, *summary = row
    query = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE conversation = ? ORDER BY id"  # noqa: S608
    messages = tuple(messages_of(connection.execute(query, (conversation,))))
    if any(message.state == "streaming" for message in messages):
        messages = tuple(with_pieces(connection, message) for message in messages)
    return StoredConversation(
        summary_of(tuple(summary)), messages, chosen, draft, _read_queue(connection, conversation)
    )


def save_summary(connection: sqlite3.Connection, summary: ConversationSummary) -> None:
    """Adds a conversation, or replaces what its line in the list says."""
    connection.execute(SAVE_SUMMARY, summary_row(summary))


def add_message(connection: sqlite3.Connection, conversation: int, message: StoredMessage) -> None:
    """Adds a message and chooses it under its parent (or as root)."""
    connection.execute(ADD_MESSAGE, (conversation, *message_row(message)))
    choose(connection, conversation, message.parent, message.id)


def add_conversation(connection: sqlite3.Connection, conversation: StoredConversation) -> None:
    """Adds a whole conversation, its messages in any order."""
    id_ = conversation.summary.id
    save_summary(connection, conversation.summary)
    add_messages(connection, id_, conversation.messages)
    choose(connection, id_, None, conversation.chosen)
    save_draft(connection, id_, conversation.draft)
    save_queue(connection, id_, conversation.queue)


def add_messages(connection: sqlite3.Connection, conversation: int, messages: Iterable[StoredMessage]) -> None:
    """Adds messages that choose as they say; a parent has to be there when the transaction ends."""
    connection.executemany(ADD_MESSAGE, ((conversation, *message_row(message)) for message in messages))


def add_conversations(connection: sqlite3.Connection, conversations: Iterable[StoredConversation]) -> None:
    for conversation in conversations:
        add_conversation(connection, conversation)


def choose(connection: sqlite3.Connection, conversation: int, parent: int | None, child: int | None) -> None:
    """Has the path go on with `child` under `parent` (None: among the roots)."""
    if parent is None:
        connection.execute("UPDATE conversations SET chosen = ? WHERE id = ?", (child, conversation))
    else:
        query = "UPDATE messages SET chosen = ? WHERE id = ? AND conversation = ?"
        connection.execute(query, (child, parent, conversation))


def set_deleted(connection: sqlite3.Connection, conversation: int, message: int, deleted: float | None) -> None:
    query = "UPDATE messages SET deleted = ? WHERE id = ? AND conversation = ?"
    connection.execute(query, (deleted, message, conversation))


def save_draft(connection: sqlite3.Connection, conversation: int | None, text: str) -> None:
    """None: of the conversation that has not begun."""
    if conversation is None:
        connection.execute("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (NEW_DRAFT, well_formed(text)))
    else:
        connection.execute("UPDATE conversations SET draft = ? WHERE id = ?", (well_formed(text), conversation))


def read_draft(connection: sqlite3.Connection) -> str:
    """The draft of the conversation that has not begun."""
    row = connection.execute("SELECT value FROM state WHERE key = ?", (NEW_DRAFT,)).fetchone()
    return "" if row is None else str(row[0])


def save_folded(connection: sqlite3.Connection, folders: Iterable[int]) -> None:
    """Which folders of the list are folded."""
    value = " ".join(str(folder) for folder in sorted(folders))
    connection.execute("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (FOLDED, value))


def read_folded(connection: sqlite3.Connection) -> frozenset[int]:
    row = connection.execute("SELECT value FROM state WHERE key = ?", (FOLDED,)).fetchone()
    return frozenset() if row is None else frozenset(int(word) for word in str(row[0]).split() if word.isdecimal())


def save_zoom(connection: sqlite3.Connection, zoom: float) -> None:
    """How large conversations are read."""
    connection.execute("INSERT OR REPLACE INTO state (key, value) VALUES (?, ?)", (ZOOM, repr(zoom)))


def read_zoom(connection: sqlite3.Connection) -> float:
    """1.0 where nothing is kept, or nothing that is a size."""
    row = connection.execute("SELECT value FROM state WHERE key = ?", (ZOOM,)).fetchone()
    try:
        zoom = 1.0 if row is None else float(row[0])
    except ValueError:
        return 1.0
    return zoom if 0.0 < zoom < math.inf else 1.0


def save_queue(connection: sqlite3.Connection, conversation: int, queue: Sequence[QueuedMessage]) -> None:
    connection.execute("DELETE FROM queued WHERE conversation = ?", (conversation,))
    connection.executemany(
        "INSERT INTO queued (conversation, number, id, persona, text) VALUES (?, ?, ?, ?, ?)",
        ((conversation, n, each.id, each.persona, well_formed(each.text)) for n, each in enumerate(queue)),
    )


def save_folder(connection: sqlite3.Connection, folder: Folder) -> None:
    """Adds or renames a folder."""
    query = "INSERT INTO folders (id, name) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name"
    connection.execute(query, (folder.id, well_formed(folder.name)))


def remove_folder(connection: sqlite3.Connection, folder: int) -> None:
    """Its conversations stay, without a folder: the foreign key sees to it."""
    connection.execute("DELETE FROM folders WHERE id = ?", (folder,))


def purge(connection: sqlite3.Connection, conversations: Iterable[int]) -> None:
    """Removes conversations with everything that belongs to them: the foreign keys see to it."""
    connection.executemany("DELETE FROM conversations WHERE id = ?", ((each,) for each in conversations))


def _read_queue(connection: sqlite3.Connection, conversation: int) -> tuple[QueuedMessage, ...]:
    query = "SELECT id, text, persona FROM queued WHERE conversation = ? ORDER BY number"
    return tuple(QueuedMessage(*row) for row in connection.execute(query, (conversation,)))
