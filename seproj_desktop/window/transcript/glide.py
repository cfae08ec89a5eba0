"""Smooth wheel steps: what is left of a movement is spread over the next frames.

On the Qt thread. Touchpads send small steps of their own and do not come here.
"""

from PySide6.QtCore import QObject, Qt, QTimer, Signal

FRAME_MILLISECONDS = 16
SHARE = 0.35
"""Of what is left, moved in each frame."""


class Glide(QObject):
    """Tells `moved` with whole pixels until everything has been moved."""

    moved = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left = 0
        self._timer = QTimer(self, interval=FRAME_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._step)

    def push(self, pixels: int) -> None:
        """Adds to the movement; a push back forgets what was left."""
        self._left = pixels if self._left * pixels < 0 else self._left + pixels
        if not self._timer.isActive():
            self._timer.start()
            self._step()

    def stop(self) -> None:
        self._left = 0
        self._timer.stop()

    def finish(self) -> None:
        """Moves what is left at once."""
        left = self._left
        self.stop()
        if left:
            self.moved.emit(left)

    def _step(self) -> None:
        step = round(self._left * SHARE) or (1 if self._left > 0 else -1)
        if abs(self._left) <= abs(step):
            self.finish()
            return
        self._left -= step
        self.moved.emit(step)
