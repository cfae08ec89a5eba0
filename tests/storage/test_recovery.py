"""Real damage to a real file: every message whose bytes are still there is in the new file."""

import os
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from seproj_desktop.storage import conversations as tables
from seproj_desktop.storage.data_file import companions_of
from seproj_desktop.storage.recovery import TABLES, Recovered, recover
from tests.storage.damage import (
    PAGE,
    connect,
    ids_by_page,
    make_conversation,
    make_database,
    overwrite,
    page_of,
    texts_in,
)

EVERYTHING = Recovered(conversations=8, messages=72)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.sqlite3"
    make_database(path)
    return path


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    path = tmp_path / "damaged.sqlite3"
    path.write_bytes(whole.read_bytes())
    return path


def assert_sound(path: Path) -> None:
    """The file is a database, its references hold, and each message is reached from its conversation."""
    with connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for summary in tables.read_summaries(connection):
            kept = tables.read_conversation(connection, summary.id)
            ids = {message.id for message in kept.messages}
            assert kept.chosen in ids or not ids
            assert all(message.parent in ids for message in kept.messages if message.parent is not None)


def test_a_whole_file_is_copied_as_it_is(whole: Path, tmp_path: Path) -> None:
    rescued = tmp_path / "rescued"
    assert recover(whole, rescued) == EVERYTHING
    dumps = []
    for path in (whole, rescued):
        with connect(path) as connection:
            dumps.append([connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES])
            assert connection.execute("SELECT count(*) FROM message_search('größer')").fetchone() == (72,)
    assert dumps[0] == dumps[1]


def test_the_file_that_is_read_stays_as_it_is(damaged: Path, tmp_path: Path) -> None:
    overwrite(damaged, [2, 5])
    before = damaged.read_bytes()
    recover(damaged, tmp_path / "rescued")
    assert damaged.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged.sqlite3", "rescued"]


@pytest.mark.parametrize("noise", [None, random.Random(7)], ids=["zeros", "noise"])
def test_each_single_page_costs_its_own_rows_only(tmp_path: Path, noise: random.Random | None) -> None:
    """Whatever the page was: the header, a fork of a tree, an index, the middle of a long text."""
    damaged = tmp_path / "damaged"
    make_database(damaged, conversations=3)
    whole, texts, pages = damaged.read_bytes(), texts_in(damaged), ids_by_page(damaged)
    assert sum(map(len, pages.values())) == len(texts)
    for page, ids in pages.items():
        damaged.write_bytes(whole)
        overwrite(damaged, [page], noise)
        rescued = tmp_path / f"rescued {page}"
        told = recover(damaged, rescued)
        found = texts_in(rescued)
        assert set(found) == set(texts) - ids
        assert (told.messages, told.lost) == (len(found), len(ids))
        assert all(texts[id_].startswith(text) for id_, text in found.items())
        assert sum(texts[id_] != text for id_, text in found.items()) == told.cut <= 1
        assert_sound(rescued)


def test_lost_messages_are_known_without_their_places_in_the_search(damaged: Path, tmp_path: Path) -> None:
    """As those are that have no text: an index still names them."""
    with connect(damaged) as connection:
        connection.execute("DELETE FROM search_places")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page, ids = next((page, ids) for page, ids in ids_by_page(damaged).items() if ids)
    overwrite(damaged, [page])
    assert recover(damaged, tmp_path / "rescued").lost == len(ids)


@pytest.mark.parametrize("part", [0.1, 0.4, 0.9])
def test_a_truncated_file(damaged: Path, tmp_path: Path, part: float) -> None:
    texts, pages = texts_in(damaged), ids_by_page(damaged)
    kept = int(len(pages) * part)
    os.truncate(damaged, kept * PAGE + 100)
    with pytest.raises(sqlite3.DatabaseError), connect(damaged) as connection:
        connection.execute("SELECT count(*) FROM messages")
    told = recover(damaged, tmp_path / "rescued")
    found = texts_in(tmp_path / "rescued")
    assert set(found) == {id_ for page, ids in pages.items() if page < kept for id_ in ids}
    assert all(texts[id_].startswith(text) for id_, text in found.items())
    assert told.messages == len(found)
    assert_sound(tmp_path / "rescued")


@pytest.mark.parametrize("share", [0.2, 0.6])
def test_many_zeroed_pages(damaged: Path, tmp_path: Path, share: float) -> None:
    pages = ids_by_page(damaged)
    gone = random.Random(3).sample(sorted(pages), int(len(pages) * share))
    readable = {id_ for page, ids in pages.items() if page not in gone for id_ in ids}
    overwrite(damaged, gone)
    recover(damaged, tmp_path / "rescued")
    assert set(texts_in(tmp_path / "rescued")) == readable
    assert_sound(tmp_path / "rescued")


@pytest.mark.parametrize("size", [0, 1, 100, 50 * PAGE])
def test_nothing_but_zeros(damaged: Path, tmp_path: Path, size: int) -> None:
    damaged.write_bytes(bytes(size))
    assert recover(damaged, tmp_path / "rescued") == Recovered(0, 0)
    assert_sound(tmp_path / "rescued")


@pytest.mark.parametrize("seed", range(8))
def test_scattered_bytes_never_break_the_recovery(damaged: Path, tmp_path: Path, seed: int) -> None:
    """Whatever the bytes: what comes out is sound, and pages that were not hit are there."""
    pages, chance = ids_by_page(damaged), random.Random(seed)
    data = bytearray(damaged.read_bytes())
    hits = chance.sample(range(len(data)), 40)
    for at in hits:
        data[at] = chance.randrange(256)
    damaged.write_bytes(data)
    recover(damaged, tmp_path / "rescued")
    untouched = {id_ for page, ids in pages.items() if page not in {at // PAGE for at in hits} for id_ in ids}
    assert untouched <= set(texts_in(tmp_path / "rescued"))
    assert_sound(tmp_path / "rescued")


def test_the_order_of_a_conversation_survives_a_hole(damaged: Path, tmp_path: Path) -> None:
    """A message whose parent is lost follows the one before it, and the path still leads to the end."""
    page, ids = next((page, ids) for page, ids in ids_by_page(damaged).items() if ids and min(ids) % 1000 > 1)
    overwrite(damaged, [page])
    recover(damaged, tmp_path / "rescued")
    conversation = min(ids) // 1000 * 1000
    with connect(tmp_path / "rescued") as connection:
        kept = tables.read_conversation(connection, conversation)
    chosen = {message.id: message.chosen for message in kept.messages} | {None: kept.chosen}
    path = [kept.chosen]
    while chosen[path[-1]] is not None:
        path.append(chosen[path[-1]])
    assert path == [message.id for message in kept.messages]


def test_messages_without_their_conversation_get_one(damaged: Path, tmp_path: Path) -> None:
    data = damaged.read_bytes()
    titles = [page for page in range(len(data) // PAGE) if b"Title 1000helper" in page_of(data, page)]
    titles = titles or [page for page in range(len(data) // PAGE) if b"Title 1000" in page_of(data, page)]
    overwrite(damaged, titles)
    assert recover(damaged, tmp_path / "rescued").conversations == 8
    with connect(tmp_path / "rescued") as connection:
        summary = next(each for each in tables.read_summaries(connection) if each.id == 1000)
    assert summary.title == "Recovered conversation"
    assert (summary.created, summary.changed) == (100.1, 100.9)
    assert_sound(tmp_path / "rescued")


def test_what_was_purged_stays_away(damaged: Path, tmp_path: Path) -> None:
    with connect(damaged) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = OFF")
        tables.purge(connection, range(1000, 7000, 1000))
        left = connection.execute("PRAGMA freelist_count").fetchone()[0]
    assert left > 20
    assert set().union(*ids_by_page(damaged).values()) - set(texts_in(damaged))
    assert recover(damaged, tmp_path / "rescued") == Recovered(2, 18)


def test_a_damaged_list_of_free_pages_hides_no_row(damaged: Path, tmp_path: Path) -> None:
    page = next(page for page, ids in ids_by_page(damaged).items() if ids)
    with damaged.open("r+b") as file:
        file.seek(32)
        file.write((page + 1).to_bytes(4))
    assert recover(damaged, tmp_path / "rescued") == EVERYTHING


KILLED_WRITER = """
import os, sys
from pathlib import Path
from seproj_desktop.storage import conversations as tables
from tests.storage.damage import connect, make_conversation
with connect(Path(sys.argv[1])) as connection:
    connection.execute("PRAGMA journal_mode = WAL")
    for number in range(20, 24):
        tables.add_conversation(connection, make_conversation(number * 1000, 9))
    os._exit(0)
"""


def write_and_die(path: Path) -> Path:
    """Leaves four more conversations in the log alone; returns the log."""
    subprocess.run([sys.executable, "-c", KILLED_WRITER, str(path)], check=True)
    log = companions_of(path)[0]
    assert log.stat().st_size > 50 * PAGE
    return log


def test_what_stands_in_the_log_counts(damaged: Path, tmp_path: Path) -> None:
    write_and_die(damaged)
    overwrite(damaged, [0])
    assert recover(damaged, tmp_path / "rescued") == Recovered(12, 108)
    assert_sound(tmp_path / "rescued")


def test_a_garbled_log_counts_up_to_the_first_bad_frame(damaged: Path, tmp_path: Path) -> None:
    log = write_and_die(damaged)
    with log.open("r+b") as file:
        file.seek(log.stat().st_size // 2)
        file.write(b"garbled")
    told = recover(damaged, tmp_path / "rescued")
    with connect(damaged) as connection:
        assert set(texts_in(tmp_path / "rescued")) == {row[0] for row in connection.execute("SELECT id FROM messages")}
    assert 72 < told.messages < 108
    assert_sound(tmp_path / "rescued")


@pytest.mark.parametrize("content", [b"", b"garbled" * 1000])
def test_a_log_that_is_none(damaged: Path, tmp_path: Path, content: bytes) -> None:
    write_and_die(damaged).write_bytes(content)
    assert recover(damaged, tmp_path / "rescued") == EVERYTHING


@pytest.mark.parametrize("size", [512, 8192, 65536])
def test_other_page_sizes(damaged: Path, tmp_path: Path, size: int) -> None:
    with connect(damaged) as connection:
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("VACUUM")
    assert recover(damaged, tmp_path / "rescued") == EVERYTHING
    assert texts_in(tmp_path / "rescued") == texts_in(damaged)


def test_a_row_from_before_a_column_was_added(damaged: Path, tmp_path: Path) -> None:
    """As a later migration would leave it: rows are not rewritten when a column with a default comes."""
    conversation = make_conversation(30_000, 2)
    with connect(damaged) as connection:
        tables.add_conversation(connection, conversation)
        connection.execute("ALTER TABLE messages DROP COLUMN thinking")
    assert recover(damaged, tmp_path / "rescued") == Recovered(9, 74)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Recovered(1, 1), "1 message in 1 conversation could be read."),
        (Recovered(30, 1200, 0, 7), "1,200 messages in 30 conversations could be read; at least 7 messages could not."),
        (Recovered(2, 5, 1), "5 messages in 2 conversations could be read, 1 message of them without the end."),
    ],
)
def test_it_is_told_in_words(told: Recovered, words: str) -> None:
    assert str(told) == words


def test_a_new_table_or_a_shape_like_another_has_to_be_looked_at(whole: Path) -> None:
    """The recovery knows a row by its table's shape, and names the tables that are filled by triggers."""
    with connect(whole) as connection:
        ordinary = connection.execute(
            "SELECT name, wr, ncol FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
    assert {name for name, _, _ in ordinary} == {*TABLES, "search_places", "importing", "speakers"}
    assert [name for name, wr, columns in ordinary if (wr, columns) == (0, 3)] == ["importing"], "and like no other"
    assert len({(wr, columns) for name, wr, columns in ordinary if name in TABLES}) == len(TABLES)
