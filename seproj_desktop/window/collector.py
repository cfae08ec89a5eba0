"""Python's garbage collector, run by the Qt thread alone.

Left alone it runs in whichever thread allocates, and a Qt object that is freed on the backend's thread stops timers
it may not touch. It also walks everything at times of its own choosing (18 to 25 ms): what is there after a start or a
load is frozen.
"""

import gc

from PySide6.QtCore import QObject, QTimer

INTERVAL = 1000
"""Milliseconds between collections of what is young (well under a millisecond each)."""
FULL_EVERY = 60
"""Every so many collections also the old, which after freezing is only what has come since."""


class Collector(QObject):
    """Collects from its construction until `stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._count = 0
        self._timer = QTimer(self, interval=INTERVAL)
        self._timer.timeout.connect(self._collect)
        gc.disable()
        self._timer.start()

    def freeze(self) -> None:
        """What is there now stays for good, and is not looked at again."""
        gc.freeze()

    def stop(self) -> None:
        """What is frozen stays so: the interpreter's end need not walk it either."""
        self._timer.stop()
        gc.enable()

    def _collect(self) -> None:
        self._count += 1
        gc.collect(2 if self._count % FULL_EVERY == 0 else 1)
