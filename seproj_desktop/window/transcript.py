"""The plain streaming text view: what was said, in order, appended and never set anew.

On the Qt thread. Text is text: no markup is read from it. It follows the end only while the person is at the end.
"""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.ink import Ink, block_format, char_format, recolour
from seproj_desktop.window.theme import COLUMN_WIDTH, GRID, Theme

AT_THE_END = 4
"""Pixels from the end that still count as the end."""


class Transcript(QTextEdit):
    """A read-only view with one centred column."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._note: tuple[int, int] | None = None
        self._is_at_end = True
        self.setObjectName("transcript")
        self.setAccessibleName(self.tr("Conversation"))
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setAcceptRichText(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.setTextInteractionFlags(flags)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        theme.changed.connect(lambda: recolour(self.document(), theme))
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setVerticalScrollBar(SlimScrollBar(theme))
        # Always there: a bar that comes and goes would break the lines anew.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    @property
    def is_empty(self) -> bool:
        return self.document().isEmpty()

    @property
    def has_note(self) -> bool:
        return self._note is not None

    def begin_speaker(self, name: str, colour: str = "") -> None:
        """A new message; what follows is said by `name`."""
        self._append(lambda cursor: self._open_block(cursor, Ink.SPEAKER, name, colour))

    def begin(self, ink: Ink) -> None:
        """A new paragraph of a kind; `add` continues it."""
        self._append(lambda cursor: self._open_block(cursor, ink, ""))

    def add(self, ink: Ink, text: str) -> None:
        """Continues the last paragraph; line breaks stay."""
        self._append(lambda cursor: cursor.insertText(text, char_format(self._theme, ink)))

    def paragraph(self, ink: Ink, text: str) -> None:
        self._append(lambda cursor: self._open_block(cursor, ink, text))

    def show_note(self, text: str) -> None:
        """A passing word after the last paragraph; the next text takes its place."""
        self.withdraw_note()
        begin = self._end().position()
        self.paragraph(Ink.FIGURES, text)
        self._note = (begin, self._end().position())

    def withdraw_note(self) -> None:
        if self._note is None:
            return
        (begin, end), self._note = self._note, None
        cursor = QTextCursor(self.document())
        cursor.setPosition(begin)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    def reset(self) -> None:
        self._note = None
        self._is_at_end = True
        self.clear()

    def follow_end(self) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def resizeEvent(self, event: QResizeEvent) -> None:
        side = max(2 * GRID, (self.width() - COLUMN_WIDTH) // 2)
        if self.viewportMargins().left() != side:
            right = max(GRID // 2, side - self.verticalScrollBar().sizeHint().width())
            self.setViewportMargins(side, 2 * GRID, right, GRID)
        super().resizeEvent(event)
        if self._is_at_end:
            self.follow_end()

    def _open_block(self, cursor: QTextCursor, ink: Ink, text: str, colour: str = "") -> None:
        form = char_format(self._theme, ink, colour)
        if self.is_empty:
            cursor.setBlockFormat(block_format(ink, is_first=True))
            cursor.setBlockCharFormat(form)
        else:
            cursor.insertBlock(block_format(ink), form)
        cursor.insertText(text, form)

    def _append(self, write: Callable[[QTextCursor], None]) -> None:
        follows = self._is_at_end
        self.withdraw_note()
        cursor, selection = self._end(), self.textCursor()
        anchor, position = selection.anchor(), selection.position()
        is_in_the_way = max(anchor, position) == cursor.position()
        cursor.beginEditBlock()
        write(cursor)
        cursor.endEditBlock()
        if is_in_the_way:
            # Text that arrives at the end must not stretch a selection that ends there.
            selection.setPosition(anchor)
            selection.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(selection)
        if follows:
            self.follow_end()

    def _on_scrolled(self, value: int) -> None:
        """The person (or `follow_end`) moved the bar; growing text and a smaller window do not."""
        self._is_at_end = value >= self.verticalScrollBar().maximum() - AT_THE_END

    def _end(self) -> QTextCursor:
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        return cursor
