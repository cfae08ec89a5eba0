"""Migrations: from every version to every later one, and from files that are not ours to change."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from seproj_desktop.storage.conversations import add_conversation, newest_id, read_conversation
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.schema import (
    APPLICATION_ID,
    VERSION,
    ForeignFileError,
    NewerSchemaError,
    OlderSchemaError,
    bring_up_to_date,
    version_of,
)
from tests.storage.samples import FULL_ANSWER, dialogue


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    yield connection
    connection.close()


def shape(connection: sqlite3.Connection) -> list[str]:
    return sorted(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def write_foreign(path: Path, script: str) -> bytes:
    """Makes a database with `script`; returns the file's bytes."""
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()
    return path.read_bytes()


@pytest.mark.parametrize("old", range(1, VERSION))
def test_every_earlier_version_comes_up_to_date_with_its_data(connection: sqlite3.Connection, old: int) -> None:
    """The tables of the conversations are those of version 1 still, so today's functions fill yesterday's file."""
    bring_up_to_date(connection, old)
    said = dialogue(1, turns=3)
    add_conversation(connection, said)
    bring_up_to_date(connection)
    assert version_of(connection) == VERSION
    assert read_conversation(connection, 1) == said


@pytest.mark.parametrize("old", range(VERSION))
def test_every_way_leads_to_the_same_schema(connection: sqlite3.Connection, old: int) -> None:
    bring_up_to_date(connection, old)
    bring_up_to_date(connection)
    fresh = sqlite3.connect(":memory:", isolation_level=None)
    bring_up_to_date(fresh)
    assert shape(connection) == shape(fresh)
    fresh.close()


def test_old_text_is_found_after_the_search_was_added(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection, 1)
    add_conversation(connection, dialogue(1, turns=1, text="a buried treasure"))
    bring_up_to_date(connection)
    found = connection.execute("SELECT count(*) FROM message_search WHERE message_search MATCH 'treasure'").fetchone()
    assert found == (2,)


@pytest.mark.parametrize("old", range(1, VERSION + 1))
def test_every_place_in_the_index_knows_its_message(connection: sqlite3.Connection, old: int) -> None:
    bring_up_to_date(connection, old)
    add_conversation(connection, dialogue(1, turns=3))
    bring_up_to_date(connection)
    query = "SELECT {} FROM search_places AS p JOIN messages AS m ON m.id = p.message"
    places = connection.execute(query.format("m.id, p.conversation, p.created")).fetchall()
    assert places == connection.execute("SELECT id, conversation, created FROM messages ORDER BY id").fetchall()
    assert len(places) == 6


@pytest.mark.parametrize("query", ["id > 7 ORDER BY id", "1 ORDER BY id DESC LIMIT 9"])
def test_a_conversation_is_read_in_order_without_being_sorted(connection: sqlite3.Connection, query: str) -> None:
    bring_up_to_date(connection)
    sql = f"EXPLAIN QUERY PLAN SELECT text FROM messages WHERE conversation = 1 AND {query}"
    plan = connection.execute(sql)
    assert [row[3].partition(" (")[0] for row in plan] == ["SEARCH messages USING INDEX messages_by_conversation"]


def test_nothing_is_done_twice(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection)
    before = connection.total_changes
    bring_up_to_date(connection)
    assert connection.total_changes == before


def test_a_step_that_fails_leaves_nothing_behind(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection, 1)
    connection.execute("CREATE TABLE title_search (in_the_way)")
    before = shape(connection)
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        bring_up_to_date(connection)
    assert version_of(connection) == 1
    assert shape(connection) == before
    assert not connection.in_transaction


def test_a_newer_file_is_refused_and_left_as_it_is(path: Path) -> None:
    script = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION + 1}; PRAGMA journal_mode = WAL"
    before = write_foreign(path, f"{script}; CREATE TABLE dreams (dream)")
    for read_only in (False, True):
        with pytest.raises(NewerSchemaError, match="newer version") as raised:
            Database.open_file(path, read_only)
        assert raised.value.advice
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE recipes (name)",
        "PRAGMA application_id = 1",
        "PRAGMA user_version = 1; CREATE TABLE messages (id)",
        f"PRAGMA application_id = {APPLICATION_ID + 1}; PRAGMA user_version = {VERSION}",
    ],
)
def test_another_programs_database_is_refused_and_left_as_it_is(path: Path, script: str) -> None:
    before = write_foreign(path, script)
    for read_only in (False, True):
        with pytest.raises(ForeignFileError):
            Database.open_file(path, read_only)
    assert path.read_bytes() == before


def test_an_older_file_cannot_be_used_where_it_cannot_be_converted(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    bring_up_to_date(connection, 1)
    connection.close()
    with pytest.raises(OlderSchemaError):
        Database.open_file(path, read_only=True)


def test_the_greatest_id_is_found_wherever_it_is(connection: sqlite3.Connection) -> None:
    bring_up_to_date(connection)
    assert newest_id(connection) == 0
    connection.execute("INSERT INTO folders VALUES (7, 'recipes')")
    assert newest_id(connection) == 7
    add_conversation(connection, dialogue(FULL_ANSWER.id, turns=5))
    assert newest_id(connection) == FULL_ANSWER.id + 10
    connection.execute("INSERT INTO queued VALUES (3, 0, 99, '', 'later')")
    assert newest_id(connection) == 99
