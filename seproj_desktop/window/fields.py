"""Lines of text as flat as the buttons beside them: one to copy from or type into, and one that Esc clears.

On the Qt thread. They know their theme and nothing else.
"""

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, ROUNDING, Theme


class FlatField(QLineEdit):
    """A line of text."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(CONTROL_HEIGHT)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.background.name()}; color: {theme.text.name()};"
            f" border: 1px solid {theme.line.name()}; border-radius: {ROUNDING}px; padding: 0 {GRID - 2}px; }}"
            f"QLineEdit:focus {{ border-color: {theme.accent.name()}; }}"
        )


class ClearingField(FlatField):
    """Esc is the field's own while there is something to clear; else the window's."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setClearButtonEnabled(True)

    def event(self, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Cancel)
        if is_escape and event.type() is QEvent.Type.ShortcutOverride and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Cancel) and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
