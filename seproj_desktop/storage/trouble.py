"""What the disk's failures mean, in words for the person. No I/O.

Only failures for the environment's sake count: they pass, or a person can do something about them. Anything else that
SQLite raises is a mistake in the program and is not swallowed.
"""

import errno
import sqlite3

from seproj_desktop.chat.keeping import NotKept

UNTIL_THEN = "Until then this program keeps it in memory: do not close it."

FULL = NotKept(
    "The disk is full, so nothing that is said now can be saved.",
    f"Free some space; everything is saved as soon as there is room. {UNTIL_THEN}",
)
READ_ONLY = NotKept(
    "The file where conversations are kept cannot be written to.",
    f"Make the data folder writable; everything is saved as soon as it is. {UNTIL_THEN}",
)
LOCKED = NotKept(
    "Another program holds the file where conversations are kept.",
    f"Close that program; everything is saved as soon as the file is free. {UNTIL_THEN}",
)
DAMAGED = NotKept(
    "The file where conversations are kept is damaged, so nothing that is said now can be saved.",
    "Copy what you want to keep, then start this program again: it sets the file aside and recovers what can be read.",
    is_lasting=True,
)
BROKEN_DISK = NotKept(
    "The disk does not answer as it should, so nothing that is said now can be saved.",
    f"Check the disk and the connection to it; everything is saved as soon as it answers. {UNTIL_THEN}",
)

BY_CODE = {
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_PROTOCOL: LOCKED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_IOERR: BROKEN_DISK,
    sqlite3.SQLITE_CANTOPEN: BROKEN_DISK,
    # A change is interrupted only when the program ends and the disk has kept it waiting.
    sqlite3.SQLITE_INTERRUPT: BROKEN_DISK,
}
"""By SQLite's primary result code."""
BY_ERRNO = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
}
"""By the system's error number; any other means that the disk is broken."""


def trouble_of(error: Exception) -> NotKept | None:
    """What to tell the person, or None where the program itself is at fault."""
    if isinstance(error, OSError):
        return BY_ERRNO.get(error.errno or 0, BROKEN_DISK)
    if isinstance(error, sqlite3.Error):
        # Errors of the module itself, such as a closed connection, carry no code.
        code = getattr(error, "sqlite_errorcode", 0)
        return BY_CODE.get(code & 0xFF)
    return None
