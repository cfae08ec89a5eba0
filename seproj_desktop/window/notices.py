"""What went wrong or deserves a word, inline and without a dialog: one row per matter, each can be dismissed.

On the Qt thread. A notice has a key; telling the same matter again replaces its row.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import LinkButton
from seproj_desktop.window.theme import GRID, Theme, blend

AT_MOST = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """A matter in words, and what can be done about it: button texts with what they do."""

    message: str
    advice: str = ""
    is_failure: bool = True
    choices: tuple[tuple[str, Callable[[], object]], ...] = field(default=())


class NoticeRow(QWidget):
    """One notice."""

    def __init__(self, theme: Theme, notice: Notice, dismiss: Callable[[], object]) -> None:
        super().__init__()
        self._theme = theme
        self._is_failure = notice.is_failure
        theme.changed.connect(self.update)
        words = QVBoxLayout()
        words.setSpacing(GRID // 4)
        for name, text in (("noticeMessage", notice.message), ("noticeAdvice", notice.advice)):
            if text:
                words.addWidget(_label(name, text))
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.addLayout(words, 1)
        for number, (text, act) in enumerate(notice.choices):
            row.addWidget(self._button(f"noticeChoice{number}", text, act))
        row.addWidget(self._button("noticeDismiss", self.tr("Dismiss"), dismiss))

    def _button(self, name: str, text: str, act: Callable[[], object]) -> LinkButton:
        button = LinkButton(self._theme, text)
        button.setObjectName(name)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked: act())
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        edge = theme.danger if self._is_failure else theme.accent
        painter.fillRect(self.rect(), blend(theme.background, edge, 0.1))
        painter.fillRect(0, 0, 3, self.height(), edge)


class NoticeArea(QWidget):
    """The notices, newest last, at most three at once."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[str, NoticeRow] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self.setVisible(False)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self._rows)

    def tell(self, key: str, notice: Notice) -> None:
        self.withdraw(key)
        while len(self._rows) >= AT_MOST:
            self.withdraw(next(iter(self._rows)))
        row = self._rows[key] = NoticeRow(self._theme, notice, lambda: self.withdraw(key))
        self._column.addWidget(row)
        self.setVisible(True)

    def reword(self, key: str, message: str) -> bool:
        """Other words in a notice that is shown, whose buttons stay; False where there is none."""
        row = self._rows.get(key)
        label = row.findChild(QLabel, "noticeMessage") if row is not None else None
        if label is not None:
            label.setText(message)
        return label is not None

    def withdraw(self, key: str) -> None:
        row = self._rows.pop(key, None)
        if row is not None:
            self._column.removeWidget(row)
            row.setVisible(False)
            row.deleteLater()
            self.setVisible(bool(self._rows))

    def text(self, key: str) -> str:
        """All the words of one notice, as a person reads them; empty where there is none."""
        row = self._rows.get(key)
        return "\n".join(label.text() for label in row.findChildren(QLabel)) if row else ""


def _label(name: str, text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    label.setWordWrap(True)  # after the policy, to which it adds that the height follows the width
    flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    label.setTextInteractionFlags(flags)
    label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return label
