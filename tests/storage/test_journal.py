"""Streaming answers: gathered, written in pieces, folded at their end or after a crash."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from seproj_desktop.chat.conversations import Thought
from seproj_desktop.storage.conversations import add_message, read_conversation, save_summary
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.journal import Journal, Piece, end_answer, recover_interrupted, resume_answer, write_pieces
from seproj_desktop.storage.store import SqliteStore
from tests.storage.samples import answer, question, summary


class Notes:
    """Takes what the journal writes."""

    def __init__(self) -> None:
        self.written: list[Sequence[Piece]] = []
        self.has_come = asyncio.Event()

    async def write(self, pieces: Sequence[Piece]) -> None:
        self.written.append(pieces)
        self.has_come.set()


def begin(connection: sqlite3.Connection) -> None:
    """A question, an answer that streams and one that has ended."""
    save_summary(connection, summary())
    add_message(connection, 1, question(2))
    add_message(connection, 1, answer(3, 2, "So "))
    add_message(connection, 1, replace(answer(4, 2, "Done."), state="complete"))


def count_pieces(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM pieces").fetchone()[0]
    return count


async def test_what_arrives_at_once_is_written_at_once() -> None:
    notes = Notes()
    journal = Journal(notes.write, delay=0)
    for word in ("a", "b", "c"):
        journal.append(1, word)
        journal.append(2, word.upper(), "~")
    await notes.has_come.wait()
    assert notes.written == [(Piece(1, "abc", ""), Piece(2, "ABC", "~~~"))]


async def test_nothing_runs_when_nothing_streams() -> None:
    notes = Notes()
    journal = Journal(notes.write, delay=0)
    await journal.flush()
    journal.append(1, "a")
    await journal.flush()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await asyncio.sleep(0.01)
    assert notes.written == [(Piece(1, "a", ""),)]


async def test_text_that_comes_while_text_is_written_is_written_next() -> None:
    notes = Notes()
    journal = Journal(notes.write, delay=0)
    journal.append(1, "a")
    await notes.has_come.wait()
    notes.has_come.clear()
    journal.append(1, "b")
    await notes.has_come.wait()
    assert notes.written == [(Piece(1, "a", ""),), (Piece(1, "b", ""),)]


async def test_an_answer_that_ends_is_not_written_in_pieces() -> None:
    notes = Notes()
    journal = Journal(notes.write, delay=0)
    journal.append(1, "a")
    journal.append(2, "b")
    journal.discard(1)
    await journal.flush()
    assert notes.written == [(Piece(2, "b", ""),)]


async def test_pieces_follow_the_text_in_order(database: Database) -> None:
    await database.write(begin)
    await database.write(write_pieces, [Piece(3, "it ", "h"), Piece(3, "go", "")])
    await database.write(write_pieces, [Piece(3, "es.", "m")])
    streaming = (await database.read(read_conversation, 1)).messages[1]
    assert streaming.text == "So it goes."
    assert streaming.thought == Thought("hm")
    assert streaming.state == "streaming"


async def test_pieces_for_what_does_not_stream_are_dropped(database: Database) -> None:
    """It has ended, or is gone for good: one of them must not keep the others from being written."""
    await database.write(begin)
    await database.write(write_pieces, [Piece(4, "more", ""), Piece(99, "lost", ""), Piece(3, "on", "")])
    assert await database.read(count_pieces) == 1


async def test_the_end_replaces_the_pieces(database: Database) -> None:
    await database.write(begin)
    await database.write(write_pieces, [Piece(3, "it goes.", "")])
    whole = replace(answer(3, 2, "So it goes."), state="complete")
    await database.write(end_answer, whole)
    assert await database.read(count_pieces) == 0
    assert (await database.read(read_conversation, 1)).messages[1] == whole


async def test_after_a_kill_the_answer_is_there_and_interrupted(path: Path) -> None:
    database = Database.open_file(path)
    await database.write(begin)
    await database.write(write_pieces, [Piece(3, "it ", "h"), Piece(3, "goes\0", "m")])
    await database.write(add_message, 1, answer(5, 2))
    assert await database.write(recover_interrupted) == 2
    messages = {message.id: message for message in (await database.read(read_conversation, 1)).messages}
    assert messages[3] == replace(
        answer(3, 2, "So it goes\0"), state="interrupted", thought=Thought("hm"), chosen=messages[3].chosen
    )
    assert messages[5] == replace(answer(5, 2), state="interrupted")
    assert messages[4].state == "complete"
    assert await database.read(count_pieces) == 0
    assert await database.write(recover_interrupted) == 0
    await database.aclose()


async def test_a_continued_answer_grows_from_where_it_was(database: Database) -> None:
    await database.write(begin)
    await database.write(resume_answer, 4)
    await database.write(write_pieces, [Piece(4, " And more.", "")])
    await database.write(recover_interrupted)
    assert (await database.read(read_conversation, 1)).messages[2].text == "Done. And more."


async def test_text_is_on_the_disk_without_anybody_asking(path: Path) -> None:
    store = SqliteStore(Database.open_file(path))
    await store.save_summary(summary())
    await store.add_message(1, answer(3, None))
    store.append(3, "So it ")
    store.append(3, "goes.")
    onlooker = Database.open_file(path, read_only=True)
    while (await onlooker.read(read_conversation, 1)).messages[0].text != "So it goes.":  # noqa: ASYNC110  only asks
        await asyncio.sleep(0.01)
    await onlooker.aclose()
    await store.aclose()


async def test_closing_writes_what_was_gathered(path: Path) -> None:
    store = SqliteStore(Database.open_file(path))
    await store.save_summary(summary())
    await store.add_message(1, answer(3, None))
    store.append(3, "So it goes.")
    await store.aclose()
    database = Database.open_file(path)
    assert (await database.read(read_conversation, 1)).messages[0].text == "So it goes."
    await database.aclose()
