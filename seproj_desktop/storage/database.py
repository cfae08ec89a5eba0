"""One SQLite file, used off the backend's loop: changes on one thread, reading on another.

WAL lets the reader go on while the writer writes. `Database`'s methods are called on an asyncio loop and never block
it, but for `open_file` and `open_memory`, which belong on a thread where the file can be slow. Errors are sqlite3's.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from seproj_desktop.storage.schema import VERSION, OlderSchemaError, bring_up_to_date, version_of

P = ParamSpec("P")
T = TypeVar("T")

BUSY_TIMEOUT = 0.25
"""Seconds that a statement waits for another program's lock."""
CLOSING_TIMEOUT = 0.15
"""Seconds that closing waits for what runs, before it interrupts it; then once more."""
LARGEST_JOURNAL = 4 << 20
"""Bytes to which the WAL is cut back after something large was written."""


class ConnectionThread:
    """A connection and the one thread that uses it, one call after the other."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.connection = connection
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._is_closed = False

    async def run(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    async def aclose(self) -> None:
        """Ends what was asked for, or what still runs after `CLOSING_TIMEOUT`. Twice is once."""
        if self._is_closed:
            return
        self._is_closed = True
        closing = asyncio.get_running_loop().run_in_executor(self._thread, self.connection.close)
        done, _ = await asyncio.wait({closing}, timeout=CLOSING_TIMEOUT)
        if not done:
            with contextlib.suppress(sqlite3.ProgrammingError):  # it has closed meanwhile
                self.connection.interrupt()
            done, _ = await asyncio.wait({closing}, timeout=CLOSING_TIMEOUT)
        # Does not block: the thread has nothing left to do, or is stuck in the disk and not waited for.
        self._thread.shutdown(wait=bool(done))


class Database:
    """An open file that is up to date; made by one of the `open` methods."""

    def __init__(self, writer: ConnectionThread, reader: ConnectionThread) -> None:
        """The two are the same where nobody else can see the database: in memory."""
        self._writer = writer
        self._reader = reader

    @classmethod
    def open_file(cls, path: Path, read_only: bool = False, busy_timeout: float = BUSY_TIMEOUT) -> "Database":
        """Opens and migrates; blocks. A missing file is made, unless `read_only`.

        Raises `NewerSchemaError`, `ForeignFileError`, or `sqlite3.Error`; and `OlderSchemaError` where it may not
        migrate. Where the folder cannot be written to, a file to be read is taken as one that never changes.
        """
        if read_only:
            writer, reader = (_connect_to_read(path, busy_timeout) for _ in range(2))
        else:
            writer = _connect(f"{_uri(path)}?mode=rwc", busy_timeout, _prepare)
            reader = _connect(f"{_uri(path)}?mode=rw", busy_timeout, _set_up)
        return cls(ConnectionThread(writer, "store writer"), ConnectionThread(reader, "store reader"))

    @classmethod
    def open_memory(cls, source: sqlite3.Connection | None = None) -> "Database":
        """An empty database without a file, or a copy of `source`, which is only read; blocks while it copies."""

        def prepare(connection: sqlite3.Connection) -> None:
            if source is not None:
                source.backup(connection)
            _prepare(connection)

        thread = ConnectionThread(_connect(":memory:", BUSY_TIMEOUT, prepare), "store memory")
        return cls(thread, thread)

    async def write(
        self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        """`function(connection, ...)` in one transaction: all of it is on the disk, or, when it raises, nothing."""
        connection = self._writer.connection
        return await self._writer.run(lambda: _in_transaction(connection, "BEGIN IMMEDIATE", function, *args, **kw))

    async def read(self, function: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs) -> T:
        """`function(connection, ...)` on one unchanging view of the database."""
        connection = self._reader.connection
        return await self._reader.run(lambda: _in_transaction(connection, "BEGIN", function, *args, **kw))

    async def copy_to_memory(self) -> "Database":
        """A database in memory with everything that is in this one."""
        return await self._reader.run(lambda: Database.open_memory(self._reader.connection))

    async def aclose(self) -> None:
        """Within a second; a change that takes longer is undone."""
        await self._reader.aclose()
        await self._writer.aclose()  # the last one to close empties the WAL and removes it


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}"


def _connect(uri: str, busy_timeout: float, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """In autocommit mode: transactions begin and end where this module says so."""
    connection = sqlite3.connect(uri, busy_timeout, isolation_level=None, check_same_thread=False, uri=True)
    connection.text_factory = _text
    try:
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    """One rotten byte must not make a whole conversation unreadable."""
    return stored.decode(errors="replace")


def _connect_to_read(path: Path, busy_timeout: float) -> sqlite3.Connection:
    try:
        return _connect(f"{_uri(path)}?mode=ro", busy_timeout, _check)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in UNWRITABLE or not path.exists():
            raise
    # SQLite cannot place the index of the WAL beside the file.
    return _connect(f"{_uri(path)}?mode=ro&immutable=1", busy_timeout, _check)


UNWRITABLE = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY})
"""What SQLite says of a folder that it cannot write to."""


def _check(connection: sqlite3.Connection) -> None:
    if version_of(connection) < VERSION:
        raise OlderSchemaError


def _prepare(connection: sqlite3.Connection) -> None:
    version_of(connection)  # before anything is written: the file may not be ours to change
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA journal_size_limit = {LARGEST_JOURNAL}")
    _set_up(connection)
    bring_up_to_date(connection)


def _set_up(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _in_transaction(
    connection: sqlite3.Connection,
    begin: str,
    function: Callable[Concatenate[sqlite3.Connection, P], T],
    *args: P.args,
    **kw: P.kwargs,
) -> T:
    connection.execute(begin)
    try:
        result = function(connection, *args, **kw)
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):  # the first failure is the one to tell
            connection.rollback()
        raise
    return result
