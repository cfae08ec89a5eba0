"""What a person starts and the window waits for: one place for busy states, double clicks and errors.

On the Qt thread, in qasync's loop. It holds every task until it ends; it knows nothing of what the tasks do.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject, Signal

from seproj_desktop.engine.download import DownloadCancelledError
from seproj_desktop.engine.protocol import LoadCancelledError
from seproj_desktop.errors import ErrorReporter

CANCELLED = (asyncio.CancelledError, LoadCancelledError, DownloadCancelledError)

Work = Callable[[], Coroutine[Any, Any, Any]]


class Operations(QObject):
    """Runs operations by name; while one runs, the same one cannot be started again."""

    busy_changed = Signal(str, bool)
    """An operation began or ended."""

    def __init__(self, reporter: ErrorReporter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reporter = reporter
        self._running: dict[str, asyncio.Task[None]] = {}

    def run(self, name: str, work: Work) -> bool:
        """Starts `work` unless an operation of that name still runs; its failure goes to the reporter."""
        if self.is_busy(name):
            return False
        self._running[name] = asyncio.ensure_future(self._run(name, work))
        self.busy_changed.emit(name, True)
        return True

    def is_busy(self, name: str) -> bool:
        return name in self._running

    async def aclose(self) -> None:
        """Lets go of everything that still runs; for the end of the program."""
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, name: str, work: Work) -> None:
        try:
            await work()
        except CANCELLED:
            pass  # the person asked for it, and the state that everybody sees tells it
        except Exception as error:  # noqa: BLE001  whatever it was, the person must hear of it
            self._reporter.report(error)
        finally:
            del self._running[name]
            self.busy_changed.emit(name, False)
