"""`WriteBehind`: changes go to the disk one after the other, or wait in memory while it cannot be written.

Runs on the backend's loop. A change is a function of a connection that runs in one transaction, so one that failed
left no trace and can be tried again as it is. Once one has to wait, all later ones wait behind it, in order; reading
then happens on a copy in memory to which they have been applied. So it is, too, while the file cannot be opened.
"""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from seproj_desktop.chat.keeping import KeepingListener, KeepingStatus, Kept, NotKept
from seproj_desktop.errors import UserError
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.trouble import trouble_of

logger = logging.getLogger(__name__)
T = TypeVar("T")

Change = Callable[[sqlite3.Connection], object]

Open = Callable[[], Database]
"""Opens the file; blocks. Raises what the disk does, or a `UserError` where trying again is of no use."""

CLOSING_TIMEOUT = 0.2
"""Seconds that closing waits for each thing that is still being written; the database closes after that."""
OPENING_TIMEOUT = 0.8
"""The same where the file has to be opened first, which reads all of it."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds between attempts: `first`, then twice as long each time, up to `last`.

    A new change brings the next attempt forward, but not to less than `rest` after one: a lock costs its timeout.
    """

    first: float = 1.0
    last: float = 30.0
    rest: float = 1.0


class MemoryCopy:
    """A copy of a database to which changes have been applied that wait; made when it is first asked for."""

    def __init__(self, original: Database) -> None:
        self._original = original
        self._copy: Database | None = None
        self._applied = 0

    async def caught_up(self, changes: Sequence[Change]) -> Database:
        """The copy with `changes`, which are those of the last call and perhaps more."""
        if self._copy is None:
            self._copy = await self._original.copy_to_memory()
        for change in changes[self._applied :]:
            try:
                await self._copy.write(change)
            except sqlite3.Error:
                logger.exception("a change that waits can never be written")
            self._applied += 1
        return self._copy

    async def drop(self) -> None:
        """The next call begins anew: changes have been written to the original, or given up."""
        copy, self._copy, self._applied = self._copy, None, 0
        if copy is not None:
            await copy.aclose()


class WriteBehind:
    """The one way to the database. `trouble` is set where nothing can be kept now.

    With `open_later` that is until the file can be opened by it, in the place of `database`, which is only read;
    without, it lasts until the program starts anew.
    """

    def __init__(
        self,
        database: Database,
        trouble: NotKept | None = None,
        patience: Patience | None = None,
        open_later: Open | None = None,
    ) -> None:
        self._database = database
        self._open_later = open_later
        self._is_lasting = trouble is not None and open_later is None
        self._on_opened: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._is_exchanging = False
        self._exchanges = 0
        self._is_closing = False
        self._status: KeepingStatus = trouble or Kept()
        self._patience = patience or Patience()
        self._listeners: list[KeepingListener] = []
        self._order = asyncio.Lock()
        self._running: set[asyncio.Task[Any]] = set()
        self._waiting: list[Change] = []
        self._copy = MemoryCopy(database)
        self._pause = self._patience.first
        self._last_attempt = 0.0
        self._retrying: asyncio.Task[None] | None = None

    @property
    def status(self) -> KeepingStatus:
        return self._status

    def subscribe(self, listener: KeepingListener) -> Callable[[], None]:
        self._listeners.append(listener)
        listener(self._status)
        return lambda: self._listeners.remove(listener)

    async def write(self, change: Change) -> None:
        """Returns once `change` is on the disk or waits for it. A caller who is cancelled does not undo it."""
        await self._undisturbed(self._write(change, self._exchanges))

    async def write_now(self, change: Callable[[sqlite3.Connection], T]) -> T:
        """Like `write`, but what cannot be written now is a `UserError` and does not wait. What `change` gives."""
        return await self._undisturbed(self._write_now(change, self._exchanges))

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """`function(connection)` on everything that was written, what waits included. Raises `UserError`."""
        self._begin_retrying()
        with _words_for_the_person():
            if self._waiting or self._is_exchanging:
                return await self._undisturbed(self._read_copy(function))
            return await self._database.read(function)

    def when_opened(self, on_opened: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Calls `on_opened` once a file is open that could not be read until then, or not all of it."""
        self._on_opened = on_opened

    async def exchange(self, replace: Callable[[], T], open_file: Open) -> T:
        """Has `replace` put another file in the place of this one, and goes on with that; both block, on a thread.

        Raises a `UserError`, and does nothing, while anything waits to be written: it would be lost. Raises what
        `replace` does; whatever file there is then is opened again.
        """
        return await self._undisturbed(self._exchange(replace, open_file))

    async def aclose(self) -> None:
        """Within about a second. What still cannot be written is lost and logged."""
        self._is_closing = True
        if self._retrying is not None:
            self._retrying.cancel()
        with contextlib.suppress(TimeoutError):
            if self._open_later is None:
                async with asyncio.timeout(CLOSING_TIMEOUT):
                    await self._attempt()
            else:
                async with asyncio.timeout(OPENING_TIMEOUT):
                    await self._undisturbed(self._attempt())
        await self._database.aclose()
        await self._copy.drop()
        if self._running:
            await asyncio.wait(self._running, timeout=CLOSING_TIMEOUT)
            await self._database.aclose()  # one that was opened in the last moment
        if self._waiting:
            logger.error("%d changes could not be written before the end", len(self._waiting))

    async def _undisturbed(self, work: Coroutine[Any, Any, T]) -> T:
        """Finishes `work` whatever becomes of the caller: its outcome in the database has to be noted."""
        return await asyncio.shield(self._start(work))

    def _start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _write(self, change: Change, exchanges: int) -> None:
        self._begin_retrying()
        async with self._order:
            self._refuse_outdated(exchanges)
            if self._waiting or self._open_later is not None:
                self._waiting.append(change)
                if not self._is_lasting and self._is_rested():
                    await self._write_waiting()
                return
            try:
                await self._database.write(change)
            except (sqlite3.Error, OSError) as error:
                trouble = trouble_of(error)
                if trouble is None:
                    raise
                self._waiting.append(change)
                self._begin_trouble(trouble, error)

    async def _write_now(self, change: Callable[[sqlite3.Connection], T], exchanges: int) -> T:
        async with self._order:
            self._refuse_outdated(exchanges)
            await self._write_waiting()
            self._refuse_while_waiting()
            with _words_for_the_person():
                return await self._database.write(change)

    def _begin_trouble(self, trouble: NotKept, error: Exception) -> None:
        logger.warning("conversations cannot be written: %s", error)
        self._last_attempt = asyncio.get_running_loop().time()
        self._tell(trouble)
        self._begin_retrying()

    def _refuse_outdated(self, exchanges: int) -> None:
        """What was meant for the file that was there before does not belong into this one."""
        if exchanges != self._exchanges:
            raise UserError("Your conversations have just been replaced.", "Nothing was changed: do it once more.")

    def _refuse_while_waiting(self) -> None:
        """What cannot wait is refused while other things do."""
        if (self._waiting or self._open_later is not None) and isinstance(self._status, NotKept):
            raise UserError(self._status.reason, self._status.advice)

    def _begin_retrying(self) -> None:
        has_work = self._waiting or self._open_later is not None
        if has_work and self._retrying is None and not (self._is_lasting or self._is_closing):
            self._pause = self._patience.first
            self._retrying = self._start(self._retry())

    async def _retry(self) -> None:
        while (self._waiting or self._open_later is not None) and not self._is_lasting:
            await asyncio.sleep(self._pause)
            self._pause = min(2 * self._pause, self._patience.last)
            await self._undisturbed(self._attempt())
        self._retrying = None

    def _is_rested(self) -> bool:
        return asyncio.get_running_loop().time() - self._last_attempt >= self._patience.rest

    async def _attempt(self) -> None:
        async with self._order:
            await self._write_waiting()

    async def _write_waiting(self) -> None:
        """Writes what waits in one transaction, or as it is. The caller holds the lock."""
        has_opened = self._open_later is not None and await self._open()
        if self._open_later is not None or not (self._waiting or has_opened):
            return
        try:
            await self._database.write(_apply, self._waiting)
        except (sqlite3.Error, OSError) as error:
            trouble = trouble_of(error)
            if trouble is not None:
                self._begin_trouble(trouble, error)
                return
            await self._write_waiting_singly()
        else:
            self._waiting.clear()
        if not self._waiting:
            await self._copy.drop()
            self._tell(Kept())
            if has_opened and self._on_opened is not None:
                self._start(self._on_opened())

    async def _open(self) -> bool:
        """Opens the file that could not be opened before; whether that was possible. The caller holds the lock."""
        assert self._open_later is not None
        try:
            database = await asyncio.to_thread(self._open_later)
        except UserError as error:
            self._tell(NotKept(error.message, error.advice, is_lasting=True))
            self._open_later, self._is_lasting = None, True
            return False
        except (sqlite3.Error, OSError) as error:
            if (trouble := trouble_of(error)) is None:
                raise
            if isinstance(self._status, NotKept) and self._status.reason.startswith(trouble.reason):
                trouble = self._status  # which names the folder
            self._begin_trouble(trouble, error)
            return False
        before, self._database, self._open_later = self._database, database, None
        await self._copy.drop()
        self._copy = MemoryCopy(database)
        await before.aclose()
        return True

    async def _exchange(self, replace: Callable[[], T], open_file: Open) -> T:
        async with self._order:
            await self._write_waiting()
            if isinstance(self._status, NotKept):
                raise UserError(self._status.reason, self._status.advice)
            self._is_exchanging = True
            try:
                await self._database.read(_nothing)  # so that whoever reads now is not interrupted
                await self._database.aclose()
                try:
                    result = await asyncio.to_thread(replace)
                    self._exchanges += 1
                    return result
                finally:
                    self._open_later = open_file
                    if not await self._open():
                        self._database = await asyncio.to_thread(Database.open_memory)
                        self._copy = MemoryCopy(self._database)
            finally:
                self._is_exchanging = False

    async def _write_waiting_singly(self) -> None:
        """One of the changes is a mistake of the program: the others must not be lost for it."""
        await self._copy.drop()
        while self._waiting:
            try:
                await self._database.write(self._waiting[0])
            except (sqlite3.Error, OSError) as error:
                if (trouble := trouble_of(error)) is not None:
                    self._begin_trouble(trouble, error)
                    return
                logger.exception("a change that waited can never be written")
            del self._waiting[0]

    async def _read_copy(self, function: Callable[[sqlite3.Connection], T]) -> T:
        async with self._order:
            database = await self._copy.caught_up(self._waiting) if self._waiting else self._database
            return await database.read(function)

    def _tell(self, status: KeepingStatus) -> None:
        if not self._is_lasting and status != self._status:
            self._status = status
            for listener in list(self._listeners):
                listener(status)


def _nothing(_connection: sqlite3.Connection) -> None:
    """Waits for its turn, and no more."""


def _apply(connection: sqlite3.Connection, changes: Sequence[Change]) -> None:
    for change in changes:
        change(connection)


@contextlib.contextmanager
def _words_for_the_person() -> Iterator[None]:
    """Turns the disk's failures into a `UserError`, and leaves any other as it is."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if (trouble := trouble_of(error)) is None:
            raise
        raise UserError(trouble.reason, trouble.advice) from error
