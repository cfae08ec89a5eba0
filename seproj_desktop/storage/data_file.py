"""The data file as a file: its name, and how it is set aside and replaced without a moment at which nothing is there.

A new file is written under `.part`, and called `.new` when it is complete and on the disk: from then on it takes the
old one's place, if not now then at the next start (`finish_replacement`). Nothing is ever deleted but what was only
being written. Blocks on the disk: any thread but the loops', by the owner of the folder's lock alone.
"""

import os
from datetime import datetime
from pathlib import Path

DATABASE_NAME = "conversations.sqlite3"
COMPANIONS = ("-wal", "-shm")
"""What SQLite keeps beside a database: its newest changes, and an index of them."""


def database_in(folder: Path) -> Path:
    return folder / DATABASE_NAME


def draft_of(database: Path) -> Path:
    """Where a new file is written that is to take the place of `database`."""
    return database.with_name(f"{database.name}.part")


def mark_of(database: Path) -> Path:
    """Exists while `database` is known to be damaged in a way that a check may not find."""
    return database.with_name(f"{database.name}.damaged")


def companions_of(database: Path) -> tuple[Path, ...]:
    """The files SQLite keeps beside `database`, whether they are there or not."""
    return tuple(database.with_name(f"{database.name}{suffix}") for suffix in COMPANIONS)


def discard(database: Path) -> None:
    """Removes a database that was only being written, with its companions."""
    for path in (database, *companions_of(database)):
        path.unlink(missing_ok=True)


def replace_database(database: Path, label: str) -> Path | None:
    """Puts the finished draft in place; where the old file lies now, None if there was none."""
    make_durable(draft_of(database))
    draft_of(database).rename(_complete(database))
    return _take_place(database, label)


def finish_replacement(database: Path) -> bool:
    """Completes a replacement in whose midst the program ended; whether there was one. Half a draft goes."""
    discard(draft_of(database))
    if not _complete(database).exists():
        return False
    _take_place(database, "replaced")
    return True


def make_durable(path: Path) -> None:
    """Returns once the file or folder is on the disk, whatever happens to the power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(path: Path) -> None:
    """Makes the file if there is none, and has nobody but this user read it; SQLite's companions follow it."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    if path.stat().st_mode & 0o077:
        path.chmod(0o600)


def has_log(database: Path) -> bool:
    """Whether changes wait in the write-ahead log, as they do while a program runs and after it was killed."""
    log = companions_of(database)[0]
    return log.exists() and log.stat().st_size > 0


def _complete(database: Path) -> Path:
    return database.with_name(f"{database.name}.new")


def _take_place(database: Path, label: str) -> Path | None:
    aside = _set_aside(database, label)
    _complete(database).rename(database)
    make_durable(database.parent)
    mark_of(database).unlink(missing_ok=True)
    return aside


def _set_aside(database: Path, label: str) -> Path | None:
    """Renames the database, then its companions, which must not be found beside another one."""
    aside = _unused_name(database, label)
    was_there = database.exists()
    for old, new in zip((database, *companions_of(database)), (aside, *companions_of(aside)), strict=True):
        if old.exists():
            old.rename(new)
    return aside if was_there else None


def _unused_name(database: Path, label: str) -> Path:
    """Such as conversations-damaged-2026-11-24-153000.sqlite3."""
    stem = f"{database.stem}-{label}-{datetime.now().astimezone():%Y-%m-%d-%H%M%S}"
    names = [f"{stem}{database.suffix}", *(f"{stem}-{number}{database.suffix}" for number in range(2, 1000))]
    free = (database.with_name(name) for name in names)
    return next(path for path in free if not any(each.exists() for each in (path, *companions_of(path))))
