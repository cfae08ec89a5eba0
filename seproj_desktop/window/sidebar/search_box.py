"""The field that searches: tells the newest text at a bearable rate, and lends its arrow keys to the results.

On the Qt thread; knows nothing of what is found.
"""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, ROUNDING, Theme

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


class SearchField(QLineEdit):
    """Up, Down, Page Up, Page Down and Enter are for what is found; Esc clears."""

    step_pressed = Signal(str)
    """Which key would move in the list: Up, Down, PgUp or PgDown."""
    enter_pressed = Signal()

    STEPS = ("Up", "Down", "PgUp", "PgDown")
    ENTERS = ("Return", "Enter", "Num+Enter")

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("searchField")
        self.setAccessibleName(self.tr("Search"))
        self.setPlaceholderText(self.tr("Search (Ctrl+K)"))
        self.setClearButtonEnabled(True)
        self.setFixedHeight(CONTROL_HEIGHT)
        hint = self.tr(
            "Words, “whole phrases”, and filters such as persona:reviewer, model:qwen,"
            " before:2026-03-01, after:2026-01, is:pinned"
        )
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)
        theme.changed.connect(self._restyle)
        self._restyle()

    def event(self, event: QEvent) -> bool:
        """Esc is the field's own while there is something to clear; else the window's."""
        is_escape = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Cancel)
        if is_escape and event.type() is QEvent.Type.ShortcutOverride and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = QKeySequence(event.keyCombination()).toString()
        if keys in self.STEPS:
            self.step_pressed.emit(keys)
        elif keys in self.ENTERS:
            self.enter_pressed.emit()
        elif keys == "Esc" and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)

    def _restyle(self) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.background.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: {ROUNDING}px; padding: 0 {GRID - 2}px; }}"
            f"QLineEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )
