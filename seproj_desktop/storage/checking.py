"""Whether a data file is sound and ours, found without changing it. Blocks while the whole file is read: on a thread.

SQLite's integrity check reads everything; 100,000 messages take about 0.25 s. So it is made at every start, and after
it neither reading nor writing meets old damage. The quick check would take half of that, and misses broken indexes.
"""

import contextlib
import sqlite3
from pathlib import Path
from urllib.parse import quote

from seproj_desktop.storage.data_file import has_log
from seproj_desktop.storage.schema import version_of
from seproj_desktop.storage.trouble import DAMAGED, trouble_of

ENCODING = "UTF-8"
"""Of every file we made: a header that says something else was hit."""

FORMATS = {1, 2}
"""With and without a write-ahead log."""


def connect_to_look(database: Path) -> sqlite3.Connection:
    """A connection that only reads, and leaves no files behind where there is no log to be read.

    For files that no program is writing: one without a log is taken as one that never changes.
    """
    mode = "mode=ro" if has_log(database) else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(database.absolute()))}?{mode}", uri=True, isolation_level=None)


def find_damage(database: Path) -> str:
    """What is wrong, empty if nothing is. Nobody else may have the file open, this process included.

    Raises `NewerSchemaError` or `ForeignFileError`, and `sqlite3.Error` where the file cannot be read now.
    """
    if not database.stat().st_size:
        return "the file is empty, its log is not" if has_log(database) else ""
    if not _formats(database) <= FORMATS:
        return "its header names a format that there is not"
    try:
        with contextlib.closing(connect_to_look(database)) as connection:
            version = version_of(connection)
            found: str = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            encoding: str = connection.execute("PRAGMA encoding").fetchone()[0]
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    except UnicodeDecodeError:
        return "the names of its tables are no text"
    if found == "ok" and (version < 0 or encoding != ENCODING):
        return f"its header says version {version} and {encoding}"
    return "" if found == "ok" else found


def _formats(database: Path) -> set[int]:
    """By these numbers SQLite would take the file as one that can only be read, or not at all."""
    with database.open("rb") as file:
        return set(file.read(20)[18:])


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is at fault and not the disk, another program or a permission.

    What SQLite does not understand in a file of ours counts, too, such as a format number that nobody ever wrote.
    """
    return trouble_of(error) in {None, DAMAGED}
