"""Reading letter by letter: one message as plain text over the conversation, with a caret that screen readers follow.

On the Qt thread. Python can give Qt no text interface, so this is one of Qt's own editors, read-only; F7 opens it and
Esc closes it. The text is what there is at that moment; a long one is gathered in slices.
"""

from collections.abc import Iterator
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from seproj_desktop.window.theme import GRID
from seproj_desktop.window.transcript.accessibility.reading import words_of
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.markdown.blocks import Leaf, text_between
from seproj_desktop.window.transcript.message import Header, Message
from seproj_desktop.window.transcript.view import TranscriptView

KEY = "F7"
SLICE_SECONDS = 0.004


class Reader(QPlainTextEdit):
    """A message's text; it goes with Esc, with the focus and with the message."""

    def __init__(self, view: TranscriptView, message: Message) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._message = message
        self._parts = parts_of(view.sheet, message)
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self.setObjectName("messageReader")
        self.setAccessibleName(self.tr("Message of {name}").format(name=message.speaker.name))
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFont(view.sheet.maker.style.font)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # As one text, so that readers are not told of its parts; only a long message has more to come.
        self.setPlainText(self._gathered())
        self._timer.start()
        view.scrolled.connect(self._check)
        view.resized.connect(self._place)
        self._place()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape or event.matches(QKeySequence.StandardKey.Close):
            self.end()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.end()

    def end(self) -> None:
        """Gives the focus back to the conversation."""
        if self.isHidden():
            return
        had_focus = self.hasFocus()
        self._timer.stop()
        self.hide()
        if had_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        self.deleteLater()

    def _gathered(self) -> str:
        """As much of the text as a moment brings."""
        until, parts = perf_counter() + SLICE_SECONDS, [""]
        for part in self._parts:
            parts.append(part)
            if perf_counter() > until:
                break
        else:
            self._timer.stop()
        return "".join(parts)

    def _go_on(self) -> None:
        if not self._view.sheet.holds(self._message):
            self._timer.stop()
            return
        end = QTextCursor(self.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        end.insertText(self._gathered())

    def _check(self) -> None:
        if not self._view.sheet.holds(self._message):
            self.end()

    def _place(self) -> None:
        view = self._view
        height, width = view.viewport().height(), view.sheet.maker.width
        self.setGeometry(view.column_left - GRID, GRID, width + 2 * GRID, height - 2 * GRID)


class ReaderDoor(QObject):
    """Opens the reader for the message that the keyboard has moved to, or else the last one in sight."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        shortcut = QShortcut(QKeySequence(KEY), view)
        shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        shortcut.activated.connect(self.open)

    def open(self, message: Message | None = None) -> None:
        """With the focus in it."""
        message = message or self._meant()
        if message is not None:
            reader = Reader(self._view, message)
            reader.show()
            reader.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _meant(self) -> Message | None:
        if self._view.focused is not None:
            return self._view.focused[0]
        shown = self._view.scroller.shown
        return shown[-1].message if shown else None


def parts_of(sheet: Sheet, message: Message) -> Iterator[str]:
    """The message as it is read, in parts, each parsed when it is taken."""
    yield from ("" for _ in sheet.split_in_slices(message))
    spot = sheet.first_in(message)
    while spot is not None and spot.message is message:
        content, place = spot.piece.content, spot.place
        if isinstance(content, Header):
            yield f"{content.speaker.name}:"
        else:
            yield (text_between(content) if isinstance(content, Leaf) else "\n\n") + (words_of(content) or " ")
        # Looked up anew: the message may have changed meanwhile.
        here = sheet.spot(message, place)
        spot = None if here is None else sheet.next(here)
