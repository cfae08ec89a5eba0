"""`Database`: transactions, two threads, reading alone, and an end that leaves nothing."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from seproj_desktop.storage.conversations import read_summaries, save_summary
from seproj_desktop.storage.database import Database
from tests.storage.samples import summary

ENDLESS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def own_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("store ")]


def names_in(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]


async def test_what_is_written_is_read(database: Database) -> None:
    await database.write(save_summary, summary())
    assert await database.read(read_summaries) == (summary(),)


async def test_a_change_that_fails_is_undone_as_a_whole(database: Database) -> None:
    def fail_half_way(connection: sqlite3.Connection) -> None:
        save_summary(connection, summary())
        raise LookupError("half-way")

    with pytest.raises(LookupError, match="half-way"):
        await database.write(fail_half_way)
    assert await database.read(read_summaries) == ()
    await database.write(save_summary, summary())


async def test_a_reader_sees_nothing_of_an_unfinished_change(database: Database) -> None:
    written, may_go_on = threading.Event(), threading.Event()

    def write_slowly(connection: sqlite3.Connection) -> None:
        save_summary(connection, summary())
        written.set()
        may_go_on.wait(10)

    writing = asyncio.ensure_future(database.write(write_slowly))
    await asyncio.to_thread(written.wait, 10)
    assert await database.read(read_summaries) == ()
    may_go_on.set()
    await writing
    assert await database.read(read_summaries) == (summary(),)


async def test_what_is_opened_to_be_read_is_not_written(database: Database, path: Path) -> None:
    await database.write(save_summary, summary())
    second = Database.open_file(path, read_only=True)
    assert await second.read(read_summaries) == (summary(),)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await second.write(save_summary, summary(2))
    await second.aclose()


def test_a_file_that_is_missing_is_not_made_to_be_read(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError):
        Database.open_file(path, read_only=True)
    assert not path.exists()


@pytest.mark.parametrize("name", ["a b?c=d#e%20f.sqlite3", "Gespräche.sqlite3"])
async def test_any_path_can_be_opened(tmp_path: Path, name: str) -> None:
    database = Database.open_file(tmp_path / name)
    await database.aclose()
    assert names_in(tmp_path) == [name]


def test_a_file_that_is_no_database_is_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"These are notes, not tables. " * 200)
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        Database.open_file(path)
    assert path.read_bytes() == before


async def test_a_copy_in_memory_has_everything_and_goes_its_own_way(database: Database) -> None:
    await database.write(save_summary, summary())
    copy = await database.copy_to_memory()
    await copy.write(save_summary, summary(2))
    assert len(await copy.read(read_summaries)) == 2
    assert len(await database.read(read_summaries)) == 1
    await copy.aclose()


async def test_the_end_leaves_one_file_and_no_thread(path: Path) -> None:
    database = Database.open_file(path)
    await database.write(save_summary, summary())
    await database.read(read_summaries)
    assert own_threads()
    await database.aclose()
    assert own_threads() == []
    assert names_in(path.parent) == [path.name]


async def test_the_end_does_not_wait_for_what_takes_too_long(path: Path) -> None:
    database = Database.open_file(path)
    running = threading.Event()

    def write_endlessly(connection: sqlite3.Connection) -> None:
        save_summary(connection, summary())
        running.set()
        connection.execute(ENDLESS).fetchone()

    writing = asyncio.ensure_future(database.write(write_endlessly))
    await asyncio.to_thread(running.wait, 10)
    await database.aclose()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await writing
    assert own_threads() == []
    again = Database.open_file(path)
    assert await again.read(read_summaries) == ()
    await again.aclose()
