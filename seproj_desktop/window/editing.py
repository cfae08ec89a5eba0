"""Editing a message: a panel above the composer with the message's own text, its Markdown as it was written.

On the Qt thread. It stands beside the transcript and not over it: so the message can scroll away, be laid out anew or
leave the path, and what is being written stays. Only Esc, Cancel and saving end it; what was typed about one message
is kept while another one is edited. Nothing is saved here: what is wanted is told.
"""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from seproj_desktop.window.buttons import PlainButton, PrimaryButton
from seproj_desktop.window.composer import ENTER_KEYS, ComposerField
from seproj_desktop.window.controls import RoundedFrame
from seproj_desktop.window.theme import GRID, Theme


class Kind(Enum):
    """What is edited: it decides the words on the panel."""

    QUESTION = auto()
    ANSWER = auto()
    QUEUED = auto()


@dataclass(frozen=True, slots=True)
class Subject:
    """The message that is edited, as it was: a key of the transcript, or the id of a queued message."""

    key: str | int
    kind: Kind
    text: str


class EditField(ComposerField):
    """The text field: Ctrl+Enter saves, Enter breaks the line."""

    escape_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("editField")

    def event(self, event: QEvent) -> bool:
        """Esc is this field's own, whatever the window does with it."""
        is_asked_for = event.type() is QEvent.Type.ShortcutOverride
        if is_asked_for and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in ENTER_KEYS
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
        elif is_enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.enter_pressed.emit()
        elif is_enter:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)


class MessageEditor(RoundedFrame):
    """The panel; hidden while nothing is edited."""

    edited = Signal(str, str)
    """A message's key in the transcript, and its new text."""
    queued_edited = Signal(object, str)
    """A queued message's id, and its new text."""
    closed = Signal()
    """Nothing is edited any more: the keyboard belongs elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._subject: Subject | None = None
        self._begun: dict[str | int, str] = {}
        """What was typed about messages that were left for another one."""
        self._is_warned = False
        self.setObjectName("messageEditor")
        self._title, self._hint = QLabel(), QLabel()
        self._title.setObjectName("editTitle")
        self._hint.setObjectName("editHint")
        self.field = EditField()
        self.save_button = PrimaryButton(theme, "")
        self.save_button.setObjectName("editSave")
        self.cancel_button = PlainButton(theme, self.tr("Cancel"))
        self.cancel_button.setObjectName("editCancel")
        self.cancel_button.setAccessibleName(self.tr("Cancel the editing"))
        self.cancel_button.setToolTip(self.tr("Cancel (Esc)"))
        self.setFocusProxy(self.field)
        self._arrange()
        self._connect()
        theme.changed.connect(self._restyle)
        self._restyle()
        self.setVisible(False)

    # What is edited

    @property
    def is_editing(self) -> bool:
        return self._subject is not None

    @property
    def text(self) -> str:
        return self.field.toPlainText()

    @property
    def is_changed(self) -> bool:
        return self._subject is not None and self.text != self._subject.text

    def edit_message(self, key: str, text: str, *, is_user: bool) -> None:
        """Opens the panel for a message of the transcript; `text` is its source."""
        self._open(Subject(key, Kind.QUESTION if is_user else Kind.ANSWER, text))

    def edit_queued(self, message: int, text: str) -> None:
        """Opens the panel for a message that waits to be sent."""
        self._open(Subject(message, Kind.QUEUED, text))

    def set_aside(self) -> None:
        """Closes the panel, as when another conversation is opened; what was typed comes back with its message."""
        self._keep()
        self._close()

    def cancel(self) -> None:
        """Closes the panel without saving."""
        if self._subject is not None:
            self._begun.pop(self._subject.key, None)
            self._close()
            self.closed.emit()

    def save(self) -> None:
        """Tells the new text and closes the panel; an empty text is not saved, an unchanged one changes nothing."""
        subject, text = self._subject, self.text.strip("\n")
        if subject is None or not text.strip():
            return
        self.cancel()
        if text == subject.text.strip("\n") and subject.kind is not Kind.QUESTION:
            return
        if isinstance(subject.key, int):
            self.queued_edited.emit(subject.key, text)
        else:
            self.edited.emit(subject.key, text)

    # Inside

    def _open(self, subject: Subject) -> None:
        if self._subject is None or self._subject.key != subject.key:
            self._keep()
            self._subject = subject
            self.field.setPlainText(self._begun.get(subject.key, subject.text))
            self.field.moveCursor(QTextCursor.MoveOperation.End)
        self._show_words()
        self.setVisible(True)
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close(self) -> None:
        self._subject = None
        self.setVisible(False)
        self.field.clear()

    def _keep(self) -> None:
        """What has been typed about the message that is left."""
        if self._subject is not None:
            self._begun.pop(self._subject.key, None)
            if self.is_changed:
                self._begun[self._subject.key] = self.text

    def _on_escape(self) -> None:
        """Words that were typed are dropped by a second press only."""
        if self.is_changed and not self._is_warned:
            self._is_warned = True
            self._show_hint(self.tr("Press Esc again to drop your changes."))
        else:
            self.cancel()

    def _on_typed(self) -> None:
        self.save_button.setEnabled(bool(self.text.strip()))
        if self._is_warned:
            self._show_words()

    def _show_words(self) -> None:
        self._is_warned = False
        if self._subject is None:
            return
        title, hint, save = self._words_for(self._subject.kind)
        self._title.setText(title)
        self.field.setAccessibleName(title)
        self.save_button.setText(save)
        self.save_button.setAccessibleName(save)
        self.save_button.setToolTip(self.tr("{action} (Ctrl+Enter)").format(action=save))
        self._show_hint(hint)

    def _words_for(self, kind: Kind) -> tuple[str, str, str]:
        """Title, hint, and what saving is called."""
        match kind:
            case Kind.QUESTION:
                hint = self.tr("It is answered anew; the version before is kept.")
                return self.tr("Edit message"), hint, self.tr("Send")
            case Kind.ANSWER:
                return self.tr("Edit answer"), self.tr("The version before is kept."), self.tr("Save")
            case Kind.QUEUED:
                return self.tr("Edit waiting message"), self.tr("It is sent when its turn comes."), self.tr("Save")

    def _show_hint(self, words: str) -> None:
        self._hint.setText(words)
        self.field.setAccessibleDescription(words)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._on_typed)
        self.field.focus_changed.connect(self.show_active)
        self.field.enter_pressed.connect(self.save)
        self.field.escape_pressed.connect(self._on_escape)
        self.save_button.clicked.connect(self.save)
        self.cancel_button.clicked.connect(self.cancel)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(GRID // 2, 0, 0, 0)
        head.addWidget(self._title)
        head.addSpacing(GRID)
        head.addWidget(self._hint, 1)
        head.addWidget(self.cancel_button)
        head.addWidget(self.save_button)
        page = QVBoxLayout(self)
        page.setContentsMargins(GRID, GRID, GRID, GRID)
        page.setSpacing(GRID // 2)
        page.addLayout(head)
        page.addWidget(self.field)

    def _restyle(self) -> None:
        self._title.setStyleSheet("font-weight: 600;")
        self._hint.setStyleSheet(f"color: {self._theme.faint.name()};")
