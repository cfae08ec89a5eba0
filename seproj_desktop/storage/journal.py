"""Streaming answers: `Journal` gathers their text on the backend's loop, and functions that write it in a transaction.

Each writing adds pieces to a table of their own, so that its cost does not depend on what the answer has already;
the answer's end folds them into the message. Nothing runs while nothing streams.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.storage.rows import CONTENT_COLUMNS, content_row, places, well_formed

DELAY = 0.15
"""Seconds for which text is gathered; what is left of the promised 200 ms is the disk's."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What was added to one streaming answer since the last writing."""

    message: int
    text: str
    thinking: str


class Journal:
    """Hands what has arrived to `write`, at most `delay` seconds after the first of it, all answers together."""

    def __init__(self, write: Callable[[Sequence[Piece]], Awaitable[None]], delay: float = DELAY) -> None:
        self._write = write
        self._delay = delay
        self._waiting: dict[int, tuple[list[str], list[str]]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._writings: set[asyncio.Task[None]] = set()

    def append(self, message: int, text: str, thinking: str = "") -> None:
        texts, thoughts = self._waiting.setdefault(message, ([], []))
        texts.append(text)
        thoughts.append(thinking)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._delay, self._begin_writing)

    def discard(self, message: int) -> None:
        """Forgets what waits for an answer that is about to be written as a whole."""
        self._waiting.pop(message, None)

    async def flush(self) -> None:
        """Returns once everything that was appended has been handed over."""
        self._begin_writing()
        if self._writings:
            await asyncio.wait(self._writings)

    def _begin_writing(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        waiting, self._waiting = self._waiting, {}
        pieces = tuple(Piece(id_, "".join(texts), "".join(thoughts)) for id_, (texts, thoughts) in waiting.items())
        if pieces:
            task = asyncio.ensure_future(self._write(pieces))
            self._writings.add(task)
            task.add_done_callback(self._writings.discard)


def write_pieces(connection: sqlite3.Connection, pieces: Sequence[Piece]) -> None:
    """Adds pieces to streaming answers; those of an answer that has ended or is gone are dropped."""
    connection.executemany(
        "INSERT INTO pieces (message, number, text, thinking)"
        " SELECT id, (SELECT coalesce(max(number), 0) + 1 FROM pieces WHERE message = messages.id), ?, ?"
        " FROM messages WHERE id = ? AND state = 'streaming'",
        ((well_formed(piece.text), well_formed(piece.thinking), piece.message) for piece in pieces),
    )


def resume_answer(connection: sqlite3.Connection, message: int) -> None:
    """Marks an ended answer as streaming again."""
    connection.execute("UPDATE messages SET state = 'streaming' WHERE id = ?", (message,))


def end_answer(connection: sqlite3.Connection, message: StoredMessage) -> None:
    """Replaces pieces by the whole message. Where it stands (parent, chosen child, bin) is left as it is."""
    query = f"UPDATE messages SET ({CONTENT_COLUMNS}) = ({places(CONTENT_COLUMNS)}) WHERE id = ?"  # noqa: S608
    connection.execute(query, (*content_row(message), message.id))
    connection.execute("DELETE FROM pieces WHERE message = ?", (message.id,))


def with_pieces(connection: sqlite3.Connection, message: StoredMessage) -> StoredMessage:
    """A streaming message with all that has been written of it; any other as it is."""
    if message.state != "streaming":
        return message
    text, thinking = _joined_pieces(connection, message.id)
    thought = replace(message.thought, text=message.thought.text + thinking)
    return replace(message, text=message.text + text, thought=thought)


def recover_interrupted(connection: sqlite3.Connection) -> int:
    """Folds what a killed program has left into its answers, which become `interrupted`; returns how many they are."""
    rows = connection.execute("SELECT id FROM messages WHERE state = 'streaming'").fetchall()
    for (message,) in rows:
        connection.execute(
            "UPDATE messages SET text = text || ?, thinking = thinking || ?, state = 'interrupted' WHERE id = ?",
            (*_joined_pieces(connection, message), message),
        )
    connection.execute("DELETE FROM pieces")
    return len(rows)


def _joined_pieces(connection: sqlite3.Connection, message: int) -> tuple[str, str]:
    query = "SELECT text, thinking FROM pieces WHERE message = ? ORDER BY number"
    rows = connection.execute(query, (message,)).fetchall()
    return "".join(row[0] for row in rows), "".join(row[1] for row in rows)
