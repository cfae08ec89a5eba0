"""Copies of everything that is kept, made while the program runs, and put back after they were checked.

Plain functions that block while the disk works: on a thread of their own. A copy shows one moment, however long it
takes; it is written under a temporary name and complete when it gets its own.
"""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from seproj_desktop.errors import UserError
from seproj_desktop.storage.checking import connect_to_look, is_damage
from seproj_desktop.storage.data_file import (
    database_in,
    discard,
    draft_of,
    finish_replacement,
    make_durable,
    make_private,
    replace_database,
)
from seproj_desktop.storage.lock import FolderLock
from seproj_desktop.storage.schema import ForeignFileError, NewerSchemaError, version_of

PAGES_AT_ONCE = 256
"""How much is copied between two looks at whether to go on: 1 MB."""
CHOOSE_ANOTHER = "Choose another file."

OnProgress = Callable[[int, int], None]
"""Called with pages done and pages in all."""


class BackupCancelledError(Exception):
    """The copy was cancelled on request, and nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds; `changed` is when something was last said in it, in seconds since 1970."""

    conversations: int
    messages: int
    changed: float | None


def back_up(
    database: Path,
    target: Path,
    *,
    may_replace: bool = False,
    on_progress: OnProgress = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Writes everything that is on the disk to one file at `target`. Any program may be writing meanwhile.

    Raises `UserError`, or `BackupCancelledError` soon after `is_cancelled` has become true.
    """
    _refuse_existing(database, target, may_replace=may_replace)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _told_as(f"The backup {target} could not be written"):
        try:
            with contextlib.closing(_connect_to_copy(database)) as source:
                _copy(source, part, on_progress, is_cancelled)
            make_durable(part)
            _give_name(part, target, may_replace=may_replace)
        finally:
            discard(part)


def check_backup(file: Path) -> Contents:
    """Reads all of a backup. Raises `UserError` with what is wrong: then it must not be restored."""
    if not file.is_file():
        raise UserError(f"There is no file {file}.", CHOOSE_ANOTHER)
    with contextlib.closing(connect_to_look(file)) as connection, _told_as(f"The backup {file} cannot be read"):
        try:
            _check(connection, file)
            return _contents(connection)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            raise _damaged(file, str(error)) from error


def restore(file: Path, folder: Path) -> Path | None:
    """Puts a checked copy of `file` in the place of what the folder has; where that lies now, None if there was none.

    Raises `UserError`, among them `FolderHeldError` while a program has the folder. A program that has it itself calls
    `prepare_restore`, and then `finish_restore` once it has closed its file.
    """
    database = database_in(folder)
    with _told_as(f"The backup could not be restored to {folder}"), contextlib.ExitStack() as stack:
        check_backup(file)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stack.callback(FolderLock.take(folder).release)
        finish_replacement(database)
        prepare_restore(file, database)
        return finish_restore(database)


def prepare_restore(
    file: Path,
    database: Path,
    *,
    on_progress: OnProgress = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Copies a checked backup beside `database`, whose folder is ours and which may be in use.

    Raises `UserError`, or `BackupCancelledError`; nothing of the copy is left then.
    """
    check_backup(file)
    with _told_as(f"The backup could not be restored to {database.parent}"):
        if database.exists() and database.samefile(file):
            raise UserError(f"{file} is the very file that is in use.", "Choose a backup of it.")
        try:
            with contextlib.closing(connect_to_look(file)) as source:
                _copy(source, draft_of(database), on_progress, is_cancelled)
        except BaseException:
            discard(draft_of(database))
            raise


def finish_restore(database: Path) -> Path | None:
    """Puts the copy in place, at once or not at all; where the old file lies now. Nobody has it open."""
    with _told_as(f"The backup could not be restored to {database.parent}"):
        try:
            return replace_database(database, "replaced")
        finally:
            discard(draft_of(database))


def _refuse_existing(database: Path, target: Path, *, may_replace: bool) -> None:
    if not database.exists():
        raise UserError("There are no conversations to back up.", "")
    if target.is_dir():
        raise UserError(f"{target} is a folder.", "Give the backup a name of its own.")
    if target.exists() and target.samefile(database):
        raise UserError("A backup cannot take the place of the file it is made of.", "Choose another folder or name.")
    if target.exists() and not may_replace:
        raise _exists(target)


def _connect_to_copy(database: Path) -> sqlite3.Connection:
    """Reading one moment: without a transaction of its own, a copy would begin anew at every change."""
    uri = f"file:{quote(str(database.absolute()))}?mode=rw"
    try:
        return _at_this_moment(sqlite3.connect(uri, uri=True, isolation_level=None))
    except sqlite3.OperationalError:
        return _at_this_moment(connect_to_look(database))  # where nobody can write, nothing changes meanwhile


def _at_this_moment(connection: sqlite3.Connection) -> sqlite3.Connection:
    """The connection with a transaction that has begun to read."""
    try:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _copy(
    source: sqlite3.Connection,
    target: Path,
    on_progress: OnProgress = lambda _done, _total: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> None:
    """Writes a file that stands alone: the log that its source may have had is part of it."""

    def look(_status: int, remaining: int, total: int) -> None:
        on_progress(total - remaining, total)
        if is_cancelled():
            raise BackupCancelledError

    make_private(target)
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
        copy.executescript("PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;")
        source.backup(copy, pages=PAGES_AT_ONCE, progress=look, sleep=0)
        copy.execute("PRAGMA journal_mode = DELETE")


def _give_name(part: Path, target: Path, *, may_replace: bool) -> None:
    """A rename would replace whatever has appeared meanwhile; a second name is refused then."""
    if may_replace:
        part.replace(target)
    else:
        try:
            target.hardlink_to(part)
        except FileExistsError:
            raise _exists(target) from None
        except OSError:  # memory sticks have no second names
            part.rename(target)
    make_durable(target.parent)


def _check(connection: sqlite3.Connection, file: Path) -> None:
    try:
        version = version_of(connection)
    except NewerSchemaError as error:
        raise UserError(f"{file} was made by a newer version of SEproj Desktop.", "Install that version.") from error
    except ForeignFileError as error:
        raise UserError(f"{file} is another program's database.", CHOOSE_ANOTHER) from error
    if not version:
        raise UserError(f"{file} is empty.", CHOOSE_ANOTHER)
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise _damaged(file, found)
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise _damaged(file, "parts of conversations are missing")


def _contents(connection: sqlite3.Connection) -> Contents:
    """What anybody would see of it, so without what was being imported."""
    is_older = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'importing'").fetchone() is None
    hidden = "()" if is_older else "(SELECT id FROM importing)"
    messages = f"SELECT count(*) FROM messages WHERE conversation NOT IN {hidden}"  # noqa: S608  our own constants
    query = f"SELECT count(*), ({messages}), max(changed) FROM conversations WHERE id NOT IN {hidden}"  # noqa: S608
    return Contents(*connection.execute(query).fetchone())


def _exists(target: Path) -> UserError:
    return UserError(f"{target} exists already.", "Choose another name, or say that it is to be replaced.")


def _damaged(file: Path, what: str) -> UserError:
    return UserError(f"{file} is damaged or no backup: {what}.", CHOOSE_ANOTHER)


@contextlib.contextmanager
def _told_as(what: str) -> Iterator[None]:
    """The disk's refusals in words."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UserError(f"{what}: {reason}.", "Check the folder and the space on its disk, then try again.") from error
