"""A question in place, at the foot of the sidebar: what would be done, a button that does it, and one that does not.

On the Qt thread; no dialog and no loop of its own.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import PlainButton
from seproj_desktop.window.theme import GRID, Theme


class Question(QWidget):
    """Hidden until something is asked; a second question takes the first one's place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], object] = lambda: None
        self._asked_from: QWidget | None = None
        self.setObjectName("sidebarQuestion")
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self.yes = PlainButton(theme, "")
        self.yes.setObjectName("questionYes")
        self.no = PlainButton(theme, self.tr("Cancel"))
        self.no.setObjectName("questionNo")
        self.no.setAccessibleName(self.tr("Cancel"))
        row = QHBoxLayout()
        row.addWidget(self.yes)
        row.addWidget(self.no)
        column = QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addWidget(self._words)
        column.addLayout(row)
        self.yes.clicked.connect(self._agree)
        self.no.clicked.connect(self.withdraw)
        self.hide()

    @property
    def words(self) -> str:
        return self._words.text()

    def ask(self, words: str, yes: str, act: Callable[[], object]) -> None:
        """The keyboard goes to the button that does nothing, and back to where it was."""
        self._act = act
        self._asked_from = QApplication.focusWidget()
        self._words.setText(words)
        self.yes.setText(yes)
        for button in (self.yes, self.no):
            button.setAccessibleDescription(words)
        self.yes.setAccessibleName(yes)
        self.show()
        self.no.setFocus(Qt.FocusReason.OtherFocusReason)

    def withdraw(self) -> None:
        had_focus = self.yes.hasFocus() or self.no.hasFocus()
        self.hide()
        if had_focus and self._asked_from is not None:
            self._asked_from.setFocus(Qt.FocusReason.OtherFocusReason)

    def event(self, event: QEvent) -> bool:
        """Esc is no, before the window makes something else of it."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() is QEvent.Type.KeyPress:
                self.withdraw()
            event.accept()
            return True
        return super().event(event)

    def _agree(self) -> None:
        self.withdraw()
        self._act()
