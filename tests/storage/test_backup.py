"""Copies made while the program writes, checked, and put back without losing what was there."""

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.storage import conversations as tables
from seproj_desktop.storage.backup import BackupCancelledError, Contents, back_up, check_backup, restore
from seproj_desktop.storage.data_file import companions_of, database_in, draft_of
from seproj_desktop.storage.lock import FolderHeldError, FolderLock
from seproj_desktop.storage.schema import VERSION, bring_up_to_date
from tests.storage.damage import PAGE, connect, make_conversation, make_database, mode_of, overwrite, texts_in
from tests.storage.rights import read_only


@pytest.fixture
def database(folder: Path) -> Path:
    """Eight conversations of nine messages, as a running program has them: part of them in the log alone."""
    make_database(database_in(folder))
    return database_in(folder)


@pytest.fixture
def running(database: Path) -> Iterator[sqlite3.Connection]:
    """The program's own connection."""
    with connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        tables.add_conversation(connection, make_conversation(20_000, 3))
        yield connection


@pytest.fixture
def backup(running: sqlite3.Connection, database: Path, tmp_path: Path) -> Path:
    target = tmp_path / "backup.sqlite3"
    back_up(database, target)
    return target


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_has_everything(backup: Path, running: sqlite3.Connection, database: Path) -> None:
    assert texts_in(backup) == texts_in(database)
    assert check_backup(backup) == Contents(conversations=9, messages=75, changed=2.5)
    assert mode_of(backup) == 0o600


def test_it_is_one_file(backup: Path, tmp_path: Path) -> None:
    check_backup(backup)
    assert names_in(tmp_path) == {"backup.sqlite3", "data"}
    with read_only(backup, tmp_path):
        check_backup(backup)


def test_a_clean_folder_stays_as_it_is(database: Path, tmp_path: Path) -> None:
    """As a command finds it while no program runs."""
    with connect(database) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    back_up(database, tmp_path / "backup")
    assert names_in(database.parent) == {database.name}
    with read_only(database, database.parent):
        back_up(database, tmp_path / "backup", may_replace=True)
    assert check_backup(tmp_path / "backup").messages == 72


def test_it_shows_one_moment_while_the_program_writes(
    running: sqlite3.Connection, database: Path, tmp_path: Path
) -> None:
    """It neither sees what is written meanwhile nor begins anew because of it."""
    steps: list[tuple[int, int]] = []
    make_large(running)
    before = texts_in(database)

    def write_meanwhile(done: int, total: int) -> None:
        steps.append((done, total))
        tables.add_conversation(running, make_conversation(100_000 + 1000 * len(steps), 2))

    back_up(database, tmp_path / "backup", on_progress=write_meanwhile)
    assert texts_in(tmp_path / "backup") == before
    assert len(steps) > 2
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1]


def make_large(connection: sqlite3.Connection) -> None:
    tables.add_conversation(connection, make_conversation(40_000, 600))


def test_cancelling_leaves_nothing(running: sqlite3.Connection, database: Path, tmp_path: Path) -> None:
    make_large(running)
    with pytest.raises(BackupCancelledError):
        back_up(database, tmp_path / "backup", is_cancelled=lambda: True)
    assert names_in(tmp_path) == {"data"}


def test_nothing_is_replaced_unasked(backup: Path, database: Path, tmp_path: Path) -> None:
    backup.write_bytes(b"precious")
    with pytest.raises(UserError, match="exists already"):
        back_up(database, backup)
    assert backup.read_bytes() == b"precious"
    back_up(database, backup, may_replace=True)
    assert check_backup(backup).conversations == 9
    assert names_in(tmp_path) == {"backup.sqlite3", "data"}


def test_not_even_what_appears_meanwhile(running: sqlite3.Connection, database: Path, tmp_path: Path) -> None:
    target = tmp_path / "backup"

    def appear(_done: int, _total: int) -> None:
        target.write_bytes(b"precious")

    with pytest.raises(UserError, match="exists already"):
        back_up(database, target, on_progress=appear)
    assert target.read_bytes() == b"precious"
    assert names_in(tmp_path) == {"backup", "data"}


def test_places_where_no_backup_can_be(database: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot take the place"):
        back_up(database, database, may_replace=True)
    with pytest.raises(UserError, match="is a folder"):
        back_up(database, tmp_path, may_replace=True)
    with pytest.raises(UserError, match="could not be written"):
        back_up(database, tmp_path / "missing" / "backup")
    with read_only(tmp_path), pytest.raises(UserError, match=os.strerror(errno.EACCES)):
        back_up(database, tmp_path / "backup")
    with pytest.raises(UserError, match="no conversations"):
        back_up(tmp_path / "missing", tmp_path / "backup")
    assert names_in(tmp_path) == {"data"}


def test_restoring(backup: Path, running: sqlite3.Connection, database: Path, folder: Path) -> None:
    tables.purge(running, [1000, 2000])
    running.close()
    before = texts_in(database)
    aside = restore(backup, folder)
    assert aside is not None
    assert aside.name.startswith("conversations-replaced-")
    assert texts_in(aside) == before
    assert texts_in(database) == texts_in(backup)
    assert check_backup(database).conversations == 9
    assert mode_of(database) == 0o600
    FolderLock.take(folder).release()


def test_restoring_to_an_empty_place(backup: Path, tmp_path: Path) -> None:
    assert restore(backup, tmp_path / "new" / "folder") is None
    assert texts_in(database_in(tmp_path / "new" / "folder")) == texts_in(backup)


def test_restoring_after_a_crash_sets_the_log_aside_too(backup: Path, database: Path, folder: Path) -> None:
    """The log of the old file must not be found beside the new one."""
    log = companions_of(database)[0]
    crashed = log.read_bytes()
    for path in folder.iterdir():
        path.unlink()
    database.write_bytes(backup.read_bytes())
    log.write_bytes(crashed)
    aside = restore(backup, folder)
    assert aside is not None
    assert companions_of(aside)[0].read_bytes() == crashed
    assert not log.exists()
    assert texts_in(database) == texts_in(backup)


def test_a_folder_in_use_is_not_restored_to(backup: Path, database: Path, folder: Path) -> None:
    lock = FolderLock.take(folder)
    files = names_in(folder)
    with pytest.raises(FolderHeldError):
        restore(backup, folder)
    assert names_in(folder) == files
    attempt = "import sys; from pathlib import Path; from seproj_desktop.storage.backup import restore\n"
    attempt += "restore(Path(sys.argv[1]), Path(sys.argv[2]))"
    command = [sys.executable, "-c", attempt, str(backup), str(folder)]
    assert f"process {os.getpid()}" in subprocess.run(command, capture_output=True, text=True, check=False).stderr
    lock.release()


def test_restoring_a_file_to_itself_is_refused(database: Path, folder: Path) -> None:
    with pytest.raises(UserError, match="in use"):
        restore(database, folder)
    assert len(texts_in(database)) == 72


def test_a_damaged_backup_changes_nothing(backup: Path, running: sqlite3.Connection, database: Path) -> None:
    running.close()
    overwrite(backup, [3, 4, 5])
    before = database.read_bytes()
    with pytest.raises(UserError, match="damaged"):
        restore(backup, database.parent)
    assert database.read_bytes() == before
    assert not draft_of(database).exists()


def test_a_read_only_folder_keeps_what_it_has(backup: Path, running: sqlite3.Connection, database: Path) -> None:
    running.close()
    before = database.read_bytes()
    with read_only(database.parent), pytest.raises(UserError, match="could not be restored"):
        restore(backup, database.parent)
    assert database.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no file"),
        (b"", "is empty"),
        (b"just some text" * 1000, "damaged or no backup"),
        (bytes(10 * PAGE), "damaged or no backup"),
    ],
)
def test_what_is_no_backup(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "file"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match=words):
        check_backup(file)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (f"PRAGMA user_version = {VERSION + 1}", "newer version"),
        ("PRAGMA application_id = 5", "another program's"),
        ("PRAGMA foreign_keys = OFF; DELETE FROM conversations WHERE id = 1000", "parts of conversations are missing"),
    ],
)
def test_backups_that_must_not_be_restored(backup: Path, script: str, words: str) -> None:
    with connect(backup) as connection:
        connection.executescript(script)
    with pytest.raises(UserError, match=words):
        check_backup(backup)


def test_a_truncated_backup(backup: Path) -> None:
    os.truncate(backup, backup.stat().st_size - PAGE)
    with pytest.raises(UserError, match="damaged"):
        check_backup(backup)


def test_a_backup_of_an_older_version(folder: Path, tmp_path: Path) -> None:
    with connect(tmp_path / "old") as connection:
        bring_up_to_date(connection, target=1)
        connection.execute(
            "INSERT INTO conversations (id, persona, created, changed, title_origin, title)"
            " VALUES (1, '', 1, 2, 'words', 'Old')"
        )
    assert restore(tmp_path / "old", folder) is None
    assert check_backup(database_in(folder)) == Contents(1, 0, 2.0)
