"""Opens the memory of a data folder, whatever state it is in: the program starts, and nothing that is stored is harmed.

A damaged file is set aside and recovered; a file that cannot be written is read; where even that fails the
conversation goes on in memory, and the store's status says why. What may pass, as a full disk does, is tried again
while the program runs, and then everything is kept that was said meanwhile. Blocks for as long as the disk takes: call
it on a thread, and use the store on the backend's loop.
"""

import contextlib
import errno
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from seproj_desktop.chat.keeping import KeepingStatus, NotKept
from seproj_desktop.errors import UserError
from seproj_desktop.storage.checking import connect_to_look, find_damage, is_damage
from seproj_desktop.storage.data_file import (
    database_in,
    discard,
    draft_of,
    finish_replacement,
    make_private,
    mark_of,
    replace_database,
)
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.journal import recover_interrupted
from seproj_desktop.storage.lock import FolderHeldError, FolderLock, NoLocksError
from seproj_desktop.storage.recovery import recover
from seproj_desktop.storage.schema import ForeignFileError, NewerSchemaError, OlderSchemaError, bring_up_to_date
from seproj_desktop.storage.store import SqliteStore
from seproj_desktop.storage.trouble import DAMAGED, FULL, READ_ONLY, trouble_of
from seproj_desktop.storage.unfinished import remove_some
from seproj_desktop.storage.write_behind import Open

logger = logging.getLogger(__name__)

START_AGAIN = "Then start this program again: until then, nothing that is said here is saved."
HELD = NotKept(
    "Another program is using these conversations, so here they can only be read.",
    f"Close the other program. {START_AGAIN}",
    is_lasting=True,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that happened at opening, to be shown once."""

    title: str
    words: str
    advice: str = ""


FINISHED = Notice("Your conversations were put back", "The program had ended in the midst of it.")


@dataclass(frozen=True, slots=True)
class Opened:
    """A store, and what there is to say about it. What lasts, such as a disk that is full, is the store's status.

    `notices` grows where the file could be opened later only. `lock` is this program's until it is released, after the
    store was closed; it is None where the folder is not ours.
    `is_read_only`: what is stored can be read and not changed; `is_held_elsewhere`: since another program has it.
    `interrupted`: answers that the last run's end cut.
    """

    store: SqliteStore
    lock: FolderLock | None = None
    notices: list[Notice] = field(default_factory=list)
    is_read_only: bool = False
    is_held_elsewhere: bool = False
    interrupted: int = 0

    async def aclose(self) -> None:
        """Writes what waits and lets go of the folder."""
        try:
            await self.store.aclose()
        finally:
            if self.lock is not None:
                self.lock.release()


def open_store(folder: Path, take_lock: Callable[[Path], FolderLock] = FolderLock.take) -> Opened:
    """Raises `FolderHeldError`, and nothing else that the disk or the file could cause.

    The caller then asks the person, and either rings the other program's `doorbell` or opens with `open_to_read`.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = take_lock(folder)
    except NoLocksError as error:
        return _open_to_read(folder, NotKept(error.message, f"{error.advice} {START_AGAIN}", is_lasting=True))
    except OSError as error:
        return _open_to_read(folder, _lasting(error, folder))
    try:
        return _open_locked(lock)
    except BaseException:
        lock.release()
        raise


def open_to_read(folder: Path) -> Opened:
    """For a second program, at the person's wish: shows what the first one keeps, and keeps nothing itself."""
    return replace(_open_to_read(folder, HELD), is_held_elsewhere=True)


def open_or_read(folder: Path) -> Opened:
    """The folder's store, to read only while another program has it."""
    try:
        return open_store(folder)
    except FolderHeldError:
        return open_to_read(folder)


def _open_locked(lock: FolderLock) -> Opened:
    database = database_in(lock.folder)
    try:
        notices, interrupted = _prepare(database)
        opened = Database.open_file(database)
    except (NewerSchemaError, ForeignFileError) as error:
        lock.release()
        return _open_in_memory(error)
    except (sqlite3.Error, OSError) as error:
        return replace(_open_for_now(database, error), lock=lock)
    return Opened(_watched(SqliteStore(opened), database), lock, list(notices), interrupted=interrupted)


def open_again(database: Path, notices: list[Notice]) -> Database:
    """Opens a file that could not be opened before, or that has just taken another one's place; adds what happened.

    Its folder's lock is ours. Raises what the disk does, or a `UserError` where the file is not for this program.
    """
    happened, _ = _prepare(database)
    notices += happened
    return Database.open_file(database)


def _watched(store: SqliteStore, database: Path) -> SqliteStore:
    store.subscribe(partial(_mark_if_damaged, database))
    return store


def _prepare(database: Path) -> tuple[tuple[Notice, ...], int]:
    """Makes a sound, up-to-date file of whatever is there; what happened, and how many answers had been cut."""
    finished = (FINISHED,) if finish_replacement(database) else ()
    make_private(database)
    if not (mark_of(database).exists() or find_damage(database)):
        try:
            return finished, _settle(database)
        except sqlite3.Error as error:
            if not is_damage(error):
                raise
    return (*finished, _recover(database)), _settle(database)


def _recover(database: Path) -> Notice:
    draft = draft_of(database)
    try:
        make_private(draft)
        recovered = recover(database, draft)
    except (sqlite3.Error, OSError):
        with contextlib.suppress(OSError):  # the first failure is the one to tell
            discard(draft)
        raise
    aside = replace_database(database, "damaged")
    assert aside is not None
    logger.warning("%s was damaged and is now %s: %s", database, aside.name, recovered)
    return Notice(
        "The file with your conversations was damaged",
        f"What could be read was recovered: {recovered}",
        f"Nothing was deleted: the damaged file is now {aside}. If you have a backup, you can restore it.",
    )


def _mark_if_damaged(database: Path, status: KeepingStatus) -> None:
    """Damage that only use has shown, such as in the search's own tables, is mended at the next start."""
    if status == DAMAGED:
        with contextlib.suppress(OSError):  # the disk that damaged the file may refuse this one as well
            mark_of(database).touch(mode=0o600)


def _settle(database: Path) -> int:
    """Brings the file up to date and ends what a killed program left: answers, which are counted, and imports."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.text_factory = _readable
        bring_up_to_date(connection)
        connection.execute("BEGIN IMMEDIATE")
        interrupted = recover_interrupted(connection)
        connection.execute("COMMIT")
        _remove_unfinished(connection)
    return interrupted


def _remove_unfinished(connection: sqlite3.Connection) -> None:
    """In parts, so that an end in the midst of it loses no time: the next start goes on where this one was."""
    connection.execute("PRAGMA foreign_keys = ON")
    has_more = True
    while has_more:
        connection.execute("BEGIN IMMEDIATE")
        has_more = remove_some(connection)
        connection.execute("COMMIT")


def _readable(text: bytes) -> str:
    """Also of text into which a failing disk has put bytes that are none."""
    return text.decode(errors="replace")


def _open_for_now(database: Path, error: sqlite3.Error | OSError) -> Opened:
    """The folder is ours and the disk refuses: what there is is read, until the disk no longer does."""
    reason = trouble_of(error)
    if reason is None:
        raise error
    if reason.is_lasting:
        return _open_to_read(database.parent, _lasting(error, database.parent))
    reason = replace(reason, reason=f"{reason.reason} ({database.parent})")
    notices: list[Notice] = []
    opened = _open_to_read(database.parent, reason, partial(open_again, database, notices))
    return replace(opened, store=_watched(opened.store, database), notices=notices)


def _open_to_read(folder: Path, reason: NotKept, open_later: Open | None = None) -> Opened:
    """The file as it is, or a copy in memory where it can be read and not used in place, or nothing of it."""
    database = database_in(folder)

    def store_of(found: Database) -> SqliteStore:
        return SqliteStore(found, reason, open_later=open_later)

    try:
        return Opened(store_of(Database.open_file(database, read_only=True)), is_read_only=True)
    except (NewerSchemaError, ForeignFileError) as error:
        return _open_in_memory(error)
    except (OlderSchemaError, sqlite3.Error) as error:
        logger.info("%s is copied into memory: %s", database, error)
    try:
        with contextlib.closing(connect_to_look(database)) as source:
            return Opened(store_of(Database.open_memory(source)), is_read_only=True)
    except (sqlite3.Error, OSError) as error:
        logger.warning("%s cannot be read: %s", database, error)
        return Opened(store_of(Database.open_memory()))


def _open_in_memory(error: UserError) -> Opened:
    reason = NotKept(error.message, f"{error.advice} Until then, nothing that is said here is saved.", is_lasting=True)
    return Opened(SqliteStore(Database.open_memory(), reason))


def _lasting(error: sqlite3.Error | OSError, folder: Path) -> NotKept:
    """Why nothing is written until the program starts anew. Raises what only the program can be at fault for."""
    if isinstance(error, OSError):
        return NotKept(_reason_of(error, folder), f"Put that right. {START_AGAIN}", is_lasting=True)
    trouble = trouble_of(error)
    if trouble is None:
        raise error
    return NotKept(f"{trouble.reason} ({folder})", f"Put that right. {START_AGAIN}", is_lasting=True)


def _reason_of(error: OSError, folder: Path) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"{FULL.reason} ({folder})"
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"{READ_ONLY.reason} ({folder})"
        case _:
            return f"The folder {folder} cannot be used: {error.strerror or error}."
