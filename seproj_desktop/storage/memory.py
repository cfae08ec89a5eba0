"""One program's hold on a data folder: its store, its lock, and the bell that other programs ring.

On the backend's loop, but for `open_memory`, which blocks while it opens and may run before the loop does.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from seproj_desktop.errors import UserError
from seproj_desktop.storage.backup import finish_restore, prepare_restore
from seproj_desktop.storage.data_file import database_in, discard, draft_of
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.doorbell import Doorbell, bell_address, ring
from seproj_desktop.storage.opening import Notice, Opened, open_again, open_or_read
from seproj_desktop.storage.store import SqliteStore

logger = logging.getLogger(__name__)


class Memory:
    """What was opened, from the start to the end of the program."""

    def __init__(self, opened: Opened, folder: Path, runtime: Path) -> None:
        self._opened = opened
        self._folder = folder
        self._runtime = runtime
        self._doorbell: Doorbell | None = None

    @classmethod
    def forgetful(cls, folder: Path, runtime: Path) -> "Memory":
        """Keeps nothing beyond the program's end, and touches no disk."""
        return cls(Opened(SqliteStore(Database.open_memory())), folder, runtime)

    @property
    def store(self) -> SqliteStore:
        return self._opened.store

    @property
    def is_held_elsewhere(self) -> bool:
        """Whether another program has the folder, so that this one only reads."""
        return self._opened.is_held_elsewhere

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What happened at opening, each to be shown once; there can be more once the file could be opened later."""
        return tuple(self._opened.notices)

    async def listen(self, on_raise: Callable[[], None]) -> None:
        """Calls `on_raise` whenever another program asks for this one's window."""
        if self._opened.lock is not None:
            try:
                self._doorbell = await Doorbell.listen(self._opened.lock, self._runtime, on_raise)
            except OSError as error:
                logger.warning("other programs cannot ask for this window: %s", error)

    async def restore(
        self, file: Path, on_progress: Callable[[int, int], None], is_cancelled: Callable[[], bool]
    ) -> Path | None:
        """Puts a backup, which is checked, in the place of everything; where that lies now, None if there was none.

        Nobody may change anything meanwhile. Raises `UserError`, or `BackupCancelledError` while that is possible:
        then everything is as it was. `on_progress` is called on another thread.
        """
        if self._opened.lock is None:
            raise UserError(
                "A backup can only be restored where conversations can be saved.",
                "Close the other program that uses these conversations, or start this one again.",
            )
        database = database_in(self._folder)
        copy = partial(prepare_restore, file, database, on_progress=on_progress, is_cancelled=is_cancelled)
        await asyncio.to_thread(copy)
        reopen = partial(open_again, database, self._opened.notices)
        try:
            return await self.store.exchange(partial(finish_restore, database), reopen)
        finally:
            await asyncio.to_thread(discard, draft_of(database))

    async def ring_other(self) -> bool:
        """Asks the program that has the folder to show its window; whether it answered."""
        return await ring(bell_address(self._folder, self._runtime))

    async def aclose(self) -> None:
        """Writes what waits and lets go of the folder."""
        if self._doorbell is not None:
            with contextlib.suppress(OSError):  # the socket's file may be gone; nobody listens there any more
                await self._doorbell.close()
        await self._opened.aclose()


def open_memory(folder: Path, runtime: Path) -> Memory:
    """The folder's store, to read only where another program has it."""
    return Memory(open_or_read(folder), folder, runtime)
