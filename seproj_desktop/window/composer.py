"""Where the person writes: grows to ten lines, Enter sends, Shift+Enter breaks the line.

On the Qt thread. It only tells what is wanted; whatever was typed stays until somebody calls `clear`.
"""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QWidget

from seproj_desktop.window.buttons import PlainButton, PrimaryButton
from seproj_desktop.window.controls import RoundedFrame
from seproj_desktop.window.theme import CONTROL_HEIGHT, GRID, Theme

MOST_LINES = 10
ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ComposerField(QPlainTextEdit):
    """The text field."""

    enter_pressed = Signal()
    focus_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("composer")
        self.setAccessibleName(self.tr("Message"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        spare = CONTROL_HEIGHT - self.fontMetrics().lineSpacing() - 2
        self.document().setDocumentMargin(max(GRID // 2, spare / 2))
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in ENTER_KEYS:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            # Qt would put a line separator, which is no line break in the model's text.
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        else:
            self.enter_pressed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def _fit(self, size: object = None) -> None:
        """As high as its lines, which is what a plain document's height counts."""
        lines = max(1, min(MOST_LINES, round(self.document().size().height())))
        is_long = self.document().size().height() > MOST_LINES
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if is_long else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(policy)
        height = lines * self.fontMetrics().lineSpacing() + 2 * self.document().documentMargin() + 2
        self.setFixedHeight(max(CONTROL_HEIGHT, round(height)))


class Composer(RoundedFrame):
    """The field with Send, and with Stop while an answer runs; what is sent then waits for its turn."""

    send_requested = Signal()
    stop_requested = Signal()
    text_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.field = ComposerField()
        self.send_button = PrimaryButton(theme, self.tr("Send"))
        self.send_button.setObjectName("sendButton")
        self.send_button.setAccessibleName(self.tr("Send the message"))
        self.stop_button = PlainButton(theme, self.tr("Stop"))
        self.stop_button.setObjectName("stopButton")
        self.stop_button.setAccessibleName(self.tr("Stop the answer"))
        self.stop_button.setToolTip(self.tr("Stop the answer (Esc)"))
        for button in (self.stop_button, self.send_button):
            button.setFixedHeight(max(CONTROL_HEIGHT, button.sizeHint().height()))
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, GRID, GRID, GRID)
        row.setSpacing(GRID)
        row.addWidget(self.field, 1)
        row.addWidget(self.stop_button, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.send_button, 0, Qt.AlignmentFlag.AlignBottom)
        self.stop_button.setVisible(False)
        self.setFocusProxy(self.field)
        self.field.textChanged.connect(self._show_state)
        self.field.textChanged.connect(self.text_changed)
        self.field.focus_changed.connect(self.show_active)
        self.field.enter_pressed.connect(self._request_send)
        self.send_button.clicked.connect(self._request_send)
        self.stop_button.clicked.connect(self.stop_requested)
        self.show_answering(False)
        self._show_state()

    @property
    def text(self) -> str:
        return self.field.toPlainText()

    def focus_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def clear(self) -> None:
        self.field.clear()

    def show_persona(self, name: str, colour: str) -> None:
        self.field.setPlaceholderText(self.tr("Message to {name}").format(name=name))
        self.send_button.show_colour(QColor(colour))

    def show_answering(self, is_answering: bool) -> None:
        """With Stop or without; the focus stays where the person left it, or goes to the field."""
        if self.stop_button.hasFocus() and not is_answering:
            self.field.setFocus()
        self.stop_button.setVisible(is_answering)
        self.send_button.setToolTip(
            self.tr("Send after this answer (Enter)") if is_answering else self.tr("Send (Enter)")
        )

    def fill(self, text: str) -> None:
        """Puts `text` in, as if typed: it can be undone."""
        self.field.selectAll()
        self.field.insertPlainText(text)
        self.field.setFocus()

    def show_text(self, text: str) -> None:
        """Another conversation's draft in place of what stands there."""
        self.field.setPlainText(text)
        self.field.moveCursor(QTextCursor.MoveOperation.End)

    def _show_state(self) -> None:
        self.send_button.setEnabled(bool(self.text.strip()))

    def _request_send(self) -> None:
        if self.text.strip():
            self.send_requested.emit()
