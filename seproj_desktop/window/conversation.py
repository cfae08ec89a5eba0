"""The conversation's area: the empty state with examples, then the transcript, written as answers stream.

On the Qt thread. It turns an answer's news into text; who asks the model and when is `dialogue`'s business.
"""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from seproj_desktop.chat import events
from seproj_desktop.chat.personas import Persona
from seproj_desktop.window.empty_state import EmptyState
from seproj_desktop.window.ink import Ink
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript import Transcript
from seproj_desktop.window.words import answer_figures

NOTE_DELAY = 300
"""Milliseconds before a wait is mentioned; most waits are shorter and would only flicker."""


class Conversation(QStackedWidget):
    """One conversation, one answer at a time."""

    example_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty_state = EmptyState(theme)
        self.transcript = Transcript(theme)
        self.addWidget(self.empty_state)
        self.addWidget(self.transcript)
        self.empty_state.example_chosen.connect(self.example_chosen)
        self._ink: Ink | None = None
        self._held = ""
        self._is_waiting_for_model = False
        self._note_timer = QTimer(self, interval=NOTE_DELAY, singleShot=True)
        self._note_timer.timeout.connect(self._show_note)

    @property
    def is_empty(self) -> bool:
        return self.transcript.is_empty

    def clear(self) -> None:
        self._note_timer.stop()
        self._ink = None
        self.transcript.reset()
        self.setCurrentWidget(self.empty_state)

    def focus_text(self) -> None:
        """Gives the keyboard to the text, to read, select and copy it."""
        if not self.is_empty:
            self.transcript.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def begin_answer(self, question: str, persona: Persona, *, is_model_ready: bool) -> None:
        """Shows the question and the answer's speaker; the text comes with `add_text` and `add_thinking`."""
        self.setCurrentWidget(self.transcript)
        self.transcript.follow_end()
        self.transcript.begin_speaker(self.tr("You"))
        self.transcript.paragraph(Ink.TEXT, question)
        self.transcript.begin_speaker(persona.name, persona.colour)
        self._ink = None
        self._is_waiting_for_model = not is_model_ready
        self._note_timer.start(NOTE_DELAY if is_model_ready else 0)

    def show_model_ready(self, is_ready: bool) -> None:
        """Corrects the words of an answer that waits."""
        if self._is_waiting_for_model != (not is_ready):
            self._is_waiting_for_model = not is_ready
            if self.transcript.has_note:
                self._show_note()

    def add_text(self, text: str) -> None:
        self._add(Ink.TEXT, text)

    def add_thinking(self, text: str) -> None:
        self._add(Ink.THINKING, text)

    def end_answer(self, finished: events.Finished) -> None:
        self._end(Ink.FIGURES, answer_figures(finished))

    def fail_answer(self, failed: events.Failed) -> None:
        self._end(Ink.FAILURE, f"{failed.message} {failed.advice}".rstrip())

    def _add(self, ink: Ink, text: str) -> None:
        self._note_timer.stop()
        if self._ink is not ink:
            text, self._held = text.lstrip("\n"), ""
        text = self._held + text
        shown = text.rstrip("\n")
        if not shown:
            self._held = text
            return
        self._held = text[len(shown) :]
        if self._ink is ink:
            self.transcript.add(ink, shown)
        else:
            self._ink = ink
            self.transcript.paragraph(ink, shown)

    def _end(self, ink: Ink, words: str) -> None:
        self._note_timer.stop()
        self._ink = None
        self.transcript.withdraw_note()
        if words:
            self.transcript.paragraph(ink, words)

    def _show_note(self) -> None:
        waiting, thinking = self.tr("Waiting for the model…"), self.tr("Waiting for the first word…")
        self.transcript.show_note(waiting if self._is_waiting_for_model else thinking)
