"""Where a transcript is measured: the application tuned as the program's own, a window without a display, and a clock.

On the Qt thread of a child process. The clock is the thread's processor time: what the event loop is blocked for on an
idle machine.
"""

import ctypes
import gc
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractEventDispatcher, QEventLoop
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.tuning import Collector, tune_threads, warm_up

WIDTH, HEIGHT = 1200, 900
WIDE, HIGH = 1920, 1080
"""Of a window with more than one pane."""
PATIENCE = 2_000.0
"""Milliseconds."""
PAGE = 4096
MEGABYTE = 1 << 20
_libc = ctypes.CDLL(None)


class Stage:
    """The application, its theme, and one window."""

    def __init__(self) -> None:
        tune_threads()
        self.application = QApplication(sys.argv[:1])
        self.theme = Theme(self.application, "light")
        self.window = QWidget()
        self._collector = Collector(self.application)
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None
        self._dispatcher = dispatcher

    def show(self, panes: Sequence[QWidget]) -> None:
        """The panes side by side, painted for the first time."""
        row = QHBoxLayout(self.window)
        row.setContentsMargins(0, 0, 0, 0)
        for pane in panes:
            row.addWidget(pane)
        self.window.resize(*((WIDTH, HEIGHT) if len(panes) == 1 else (WIDE, HIGH)))
        self.window.show()
        warm_up(self.window.font())
        self.settle()
        self.freeze()

    def freeze(self) -> None:
        """Collects what is left of the preparations and leaves the rest to the collector, as the program does."""
        gc.collect()
        self._collector.freeze()

    def cost(self, action: Callable[[], object], *, turns: int = 1) -> float:
        """Milliseconds of an action with the layout and the paint that follow from it within some turns of the loop."""
        start = time.thread_time()
        action()
        for _ in range(turns):
            self.application.processEvents()
        return (time.thread_time() - start) * 1e3

    def settle(self, most: float = PATIENCE) -> list[float]:
        """Lets everything run that is waiting, for `most` milliseconds at the longest; the cost of each turn."""
        costs: list[float] = []
        is_busy = True
        while is_busy and sum(costs) < most:
            start = time.thread_time()
            is_busy = self._dispatcher.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
            costs.append((time.thread_time() - start) * 1e3)
        return costs

    def rest(self, quiet: float = 0.1, most: float = 10.0) -> list[float]:
        """As `settle`, but waits as well for what comes by timer or from the workshop; both in seconds of the clock."""
        costs = [0.0]
        end = time.monotonic() + most
        last = time.monotonic()
        while time.monotonic() < min(end, last + quiet):
            turns = self.settle(PATIENCE)
            if len(turns) > 1:
                last = time.monotonic()
            costs += turns
            time.sleep(0.001)
        return costs

    def close(self) -> None:
        self.window.close()
        self._collector.stop()


def memory() -> float:
    """Megabytes of this process that are in memory, after what is free has been given back."""
    gc.collect()
    _libc.malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / MEGABYTE
