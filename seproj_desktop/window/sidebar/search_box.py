"""The field that searches: tells the newest text at a bearable rate, and lends its arrow keys to the results.

On the Qt thread; knows nothing of what is found.
"""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from seproj_desktop.window.fields import ClearingField
from seproj_desktop.window.theme import Theme

PAUSE_MS = 50
"""At most one search begins in this time."""


class Newest(QObject):
    """Passes on the first text at once, and then the newest one whenever the pause is over."""

    passed = Signal(str)

    def __init__(self, pause_ms: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: str | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(pause_ms)
        self._pause.timeout.connect(self._pass_waiting)

    def take(self, text: str) -> None:
        if self._pause.isActive():
            self._waiting = text
        else:
            self._pass(text)

    def take_at_once(self, text: str) -> None:
        """What waited is forgotten."""
        self._waiting = None
        self._pass(text)

    def _pass(self, text: str) -> None:
        self._pause.start()
        self.passed.emit(text)

    def _pass_waiting(self) -> None:
        text, self._waiting = self._waiting, None
        if text is not None:
            self._pass(text)


class SearchField(ClearingField):
    """Up, Down, Page Up, Page Down and Enter are for what is found; Esc clears."""

    step_pressed = Signal(str)
    """Which key would move in the list: Up, Down, PgUp or PgDown."""
    enter_pressed = Signal()

    STEPS = ("Up", "Down", "PgUp", "PgDown")
    ENTERS = ("Return", "Enter", "Num+Enter")

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("searchField")
        self.setAccessibleName(self.tr("Search"))
        self.setPlaceholderText(self.tr("Search (Ctrl+K)"))
        hint = self.tr(
            "Words, “whole phrases”, and filters such as persona:reviewer, model:qwen,"
            " before:2026-03-01, after:2026-01, is:pinned"
        )
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence(event.keyCombination()).toString()
        if keys in self.STEPS:
            self.step_pressed.emit(keys)
        elif keys in self.ENTERS:
            self.enter_pressed.emit()
        else:
            super().keyPressEvent(event)
