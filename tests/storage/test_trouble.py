"""The disk refuses: the conversation goes on in memory, the status says why, and everything is written afterwards."""

import asyncio
import errno
import logging
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from seproj_desktop.chat.conversations import StoredConversation
from seproj_desktop.chat.keeping import KeepingStatus, Kept, NotKept
from seproj_desktop.errors import UserError
from seproj_desktop.storage import trouble
from seproj_desktop.storage.conversations import read_conversation, read_summaries
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.store import SqliteStore
from seproj_desktop.storage.write_behind import Patience, WriteBehind
from tests.storage.samples import answer, dialogue, question, summary

LONG = "A sentence that needs room. " * 4000
SOON = Patience(first=0.005, last=0.01)
NEVER = Patience(first=1000, last=1000, rest=1000)
WITH_EVERY_CHANGE = Patience(first=1000, last=1000, rest=0)


class Disk:
    """A database file that can be full or locked, and what an onlooker finds in it."""

    def __init__(self, path: Path) -> None:
        self.database = Database.open_file(path, busy_timeout=0)
        self._other_program = sqlite3.connect(path, isolation_level=None)

    def store(self, patience: Patience) -> SqliteStore:
        return SqliteStore(self.database, patience=patience)

    async def fill(self) -> None:
        await self._limit(pages=1)  # SQLite takes the pages there are

    async def make_room(self) -> None:
        await self._limit(pages=1 << 20)

    def lock(self) -> None:
        self._other_program.execute("BEGIN IMMEDIATE")

    def unlock(self) -> None:
        self._other_program.execute("ROLLBACK")

    def conversation(self) -> StoredConversation:
        return read_conversation(self._other_program, 1)

    def count(self) -> int:
        return len(read_summaries(self._other_program))

    def close(self) -> None:
        self._other_program.close()

    async def _limit(self, pages: int) -> None:
        await self.database.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}").fetchone())


class Watcher:
    """Every status a store has told."""

    def __init__(self, store: SqliteStore) -> None:
        self.told: list[KeepingStatus] = []
        self._changed = asyncio.Event()
        self.end = store.subscribe(self._note)

    async def wait_for(self, status: KeepingStatus) -> None:
        while self.told[-1] != status:
            self._changed.clear()
            await self._changed.wait()

    def _note(self, status: KeepingStatus) -> None:
        self.told.append(status)
        self._changed.set()


@pytest_asyncio.fixture
async def disk(path: Path) -> AsyncIterator[Disk]:
    disk = Disk(path)
    yield disk
    disk.close()
    await disk.database.aclose()


async def test_a_full_disk_loses_nothing(disk: Disk) -> None:
    store = disk.store(SOON)
    watcher = Watcher(store)
    await store.save_summary(summary())
    await disk.fill()
    await store.add_message(1, question(2, text=LONG))
    assert store.status == trouble.FULL
    await store.add_message(1, answer(3, 2))
    store.append(3, LONG)
    await store.save_summary(summary(title="Renamed"))
    assert disk.conversation().messages == ()
    kept = await store.read(1)
    assert [message.text for message in kept.messages] == [LONG, LONG]
    assert await store.summaries() == (summary(title="Renamed"),)
    await disk.make_room()
    await watcher.wait_for(Kept())
    assert disk.conversation() == kept == await store.read(1)
    assert watcher.told == [Kept(), trouble.FULL, Kept()]
    await store.aclose()


async def test_a_locked_file_is_written_once_it_is_free(disk: Disk) -> None:
    store = disk.store(SOON)
    watcher = Watcher(store)
    disk.lock()
    await store.save_summary(summary())
    await store.add_message(1, question(2))
    assert store.status == trouble.LOCKED
    assert (await store.read(1)).messages == (question(2),)
    disk.unlock()
    await watcher.wait_for(Kept())
    assert disk.conversation().messages == (question(2),)
    await store.aclose()


async def test_the_next_change_writes_what_waits(disk: Disk) -> None:
    store = disk.store(WITH_EVERY_CHANGE)
    disk.lock()
    await store.save_summary(summary())
    await store.add_message(1, question(2))
    disk.unlock()
    await store.add_message(1, question(3, 2))
    assert store.status == Kept()
    assert [message.id for message in disk.conversation().messages] == [2, 3]
    await store.aclose()


async def test_a_file_that_can_only_be_read(path: Path) -> None:
    writable = SqliteStore(Database.open_file(path))
    await writable.save_summary(summary())
    await writable.aclose()
    store = SqliteStore(Database.open_file(path, read_only=True), patience=NEVER)
    assert await store.summaries() == (summary(),)
    await store.add_message(1, question(2))
    assert store.status == trouble.READ_ONLY
    assert (await store.read(1)).messages == (question(2),)
    await store.aclose()


async def test_an_answer_that_streamed_meanwhile_is_whole_afterwards(disk: Disk) -> None:
    store = disk.store(WITH_EVERY_CHANGE)
    await store.save_summary(summary())
    await store.add_message(1, answer(2, None))
    store.append(2, "one ")
    assert (await store.read(1)).messages[0].text == "one "
    disk.lock()
    store.append(2, "two ")
    assert (await store.read(1)).messages[0].text == "one two "
    store.append(2, "three")
    disk.unlock()
    assert (await store.read(1)).messages[0].text == "one two three"
    await store.end_answer(replace(answer(2, None, "one two three"), state="complete"))
    assert disk.conversation().messages[0].text == "one two three"
    await store.aclose()


async def test_whole_conversations_do_not_wait(disk: Disk) -> None:
    store = disk.store(WITH_EVERY_CHANGE)
    disk.lock()
    for _ in ("when trouble begins", "while a change waits"):
        with pytest.raises(UserError, match="Another program"):
            await store.add_conversations([dialogue(10, turns=2)])
        await store.save_summary(summary())
    disk.unlock()
    await store.add_conversations([dialogue(10, turns=2)])
    assert disk.count() == 2
    assert store.status == Kept()
    await store.aclose()


async def test_a_mistake_is_raised_and_leaves_no_trace(disk: Disk) -> None:
    store = disk.store(NEVER)
    with pytest.raises(sqlite3.IntegrityError):
        await store.add_message(99, question(2))
    with pytest.raises(sqlite3.IntegrityError):
        await store.add_conversations([dialogue(10, turns=2), dialogue(10, turns=2)])
    assert store.status == Kept()
    assert disk.count() == 0
    await store.aclose()


async def test_a_mistake_does_not_keep_what_waits_behind_it_from_the_disk(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    store = disk.store(WITH_EVERY_CHANGE)
    disk.lock()
    await store.save_summary(summary())
    await store.add_message(99, question(2))
    await store.add_message(1, question(3))
    assert [message.id for message in (await store.read(1)).messages] == [3]
    disk.unlock()
    await store.save_draft(1, "half")
    assert store.status == Kept()
    assert disk.conversation() == await store.read(1)
    assert [message.id for message in disk.conversation().messages] == [3]
    assert "can never be written" in caplog.text
    await store.aclose()


async def test_a_status_that_lasts_stays() -> None:
    lasting = NotKept("Another window has your conversations open.", is_lasting=True)
    store = SqliteStore(Database.open_memory(), lasting)
    watcher = Watcher(store)
    await store.save_summary(summary())
    assert await store.summaries() == (summary(),)
    assert watcher.told == [lasting]
    assert store.status == lasting
    await store.aclose()


async def test_a_change_whose_caller_is_cancelled_is_made(disk: Disk) -> None:
    store = disk.store(NEVER)
    await store.save_summary(summary())
    adding = asyncio.ensure_future(store.add_message(1, question(2)))
    await asyncio.sleep(0)
    adding.cancel()
    await asyncio.wait({adding})
    assert adding.cancelled()
    await store.add_message(1, question(3))
    assert [message.id for message in disk.conversation().messages] == [2, 3]
    await store.aclose()


async def test_closing_tries_once_more(disk: Disk) -> None:
    store = disk.store(NEVER)
    disk.lock()
    await store.save_summary(summary())
    disk.unlock()
    await store.aclose()
    assert disk.count() == 1


async def test_closing_tells_what_is_lost(disk: Disk, caplog: pytest.LogCaptureFixture) -> None:
    store = disk.store(NEVER)
    disk.lock()
    await store.save_summary(summary())
    with caplog.at_level(logging.ERROR):
        await store.aclose()
    assert "1 changes could not be written" in caplog.text
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_closing_does_not_wait_for_a_disk_that_does_not_answer(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    writer = WriteBehind(disk.database)
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n"
    writing = asyncio.ensure_future(writer.write(lambda connection: connection.execute(endless).fetchone()))
    await asyncio.sleep(0)
    await writer.aclose()
    await writing
    assert "1 changes could not be written" in caplog.text
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_who_no_longer_listens_is_told_nothing(disk: Disk) -> None:
    store = disk.store(NEVER)
    watcher = Watcher(store)
    watcher.end()
    disk.lock()
    await store.save_summary(summary())
    assert watcher.told == [Kept()]
    disk.unlock()
    await store.aclose()


async def test_a_failed_reading_is_told_in_words(disk: Disk) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        raise OSError(errno.EIO, "Input/output error")

    store = disk.store(NEVER)
    with pytest.raises(UserError, match="does not answer") as raised:
        await store.query(fail)
    assert raised.value.advice
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        await store.query(lambda connection: connection.execute("SELECT * FROM recipes"))
    await store.aclose()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_FULL, trouble.FULL),
        (sqlite3.SQLITE_READONLY_DBMOVED, trouble.READ_ONLY),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, trouble.LOCKED),
        (sqlite3.SQLITE_IOERR_WRITE, trouble.BROKEN_DISK),
        (sqlite3.SQLITE_CORRUPT_VTAB, trouble.DAMAGED),
        (sqlite3.SQLITE_NOTADB, trouble.DAMAGED),
        (sqlite3.SQLITE_ERROR, None),
        (sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY, None),
    ],
)
def test_what_the_disk_says_in_words(code: int, expected: NotKept | None) -> None:
    error = sqlite3.DatabaseError("no words")
    error.sqlite_errorcode = code
    assert trouble.trouble_of(error) == expected


def test_what_the_system_says_in_words() -> None:
    assert trouble.trouble_of(OSError(errno.ENOSPC, "No space left on device")) == trouble.FULL
    assert trouble.trouble_of(PermissionError(errno.EACCES, "Permission denied")) == trouble.READ_ONLY
    assert trouble.trouble_of(OSError("no number")) == trouble.BROKEN_DISK


def test_a_mistake_is_no_trouble() -> None:
    assert trouble.trouble_of(sqlite3.ProgrammingError("Cannot operate on a closed database.")) is None
    assert trouble.trouble_of(LookupError("a name")) is None
