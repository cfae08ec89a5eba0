"""The conversation's area: the empty state with examples, then the transcript, fed as answers stream.

On the Qt thread. It shows messages and their news; which conversation that is, is `dialogue`'s business. The
transcript comes with `furnish`, after the window's first paint: its modules take longer to import than all others.
"""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from seproj_desktop.chat.news import TextAdded
from seproj_desktop.window.empty_state import EmptyState
from seproj_desktop.window.path_entries import key_of
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Entry

if TYPE_CHECKING:
    from seproj_desktop.window.transcript.transcript import Transcript
    from seproj_desktop.window.transcript.workshop.workshop import Workshop

NOTE_DELAY = 300
"""Milliseconds before a wait is mentioned; most waits are shorter and would only flicker."""


class Thinking:
    """The time and tokens of the thinking that goes on."""

    def __init__(self, tokens: int = 0) -> None:
        self._start = monotonic()
        self.tokens = tokens

    @property
    def seconds(self) -> float:
        return monotonic() - self._start


class Conversation(QStackedWidget):
    """One conversation, one answer at a time."""

    example_chosen = Signal(str)
    furnished = Signal()
    """The transcript is there."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._transcript: Transcript | None = None
        self._workshop: Workshop | None = None
        self.empty_state = EmptyState(theme)
        self.addWidget(self.empty_state)
        self.empty_state.example_chosen.connect(self.example_chosen)
        self._answer: str | None = None
        self._thinking: Thinking | None = None
        self._is_waiting_for_model = False
        self._has_note = False
        self._note_timer = QTimer(self, interval=NOTE_DELAY, singleShot=True)
        self._note_timer.timeout.connect(self._show_note)

    def furnish(self) -> None:
        """Builds the transcript, once."""
        if self._transcript is not None:
            return
        from seproj_desktop.window.transcript.transcript import Transcript
        from seproj_desktop.window.transcript.workshop.workshop import Workshop

        self._workshop = Workshop(self)
        self._transcript = Transcript(self._theme, self._workshop)
        self.addWidget(self._transcript)
        self.furnished.emit()

    @property
    def transcript(self) -> "Transcript":
        self.furnish()
        assert self._transcript is not None
        return self._transcript

    @property
    def is_empty(self) -> bool:
        return self._transcript is None or self._transcript.is_empty

    def end(self) -> None:
        """Ends what runs beside the transcript."""
        if self._workshop is not None:
            self._workshop.close()

    def clear(self) -> None:
        self._leave_answer()
        if self._transcript is not None:
            self._transcript.clear()
        self.setCurrentWidget(self.empty_state)

    def focus_text(self) -> None:
        """Gives the keyboard to the text, to read, select and copy it."""
        if not self.is_empty:
            self.transcript.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_find(self) -> None:
        """Searches the text, once there is any."""
        if not self.is_empty:
            self.transcript.open_find()

    def show_path(self, entries: Sequence[Entry], answering: int | None) -> None:
        """The messages as they are from now on; what is shown already stays as it is."""
        last = entries[-1].key if entries else None
        # An answer that runs on another branch is not shown.
        answer = last if answering is not None and last == key_of(answering) else None
        if answer != self._answer:
            self._leave_answer()
        self.transcript.show_path(entries, answer)
        self.setCurrentWidget(self.transcript if entries else self.empty_state)
        if answer is not None and answer != self._answer:
            self._await_answer(answer, entries[-1])

    def show_model_ready(self, is_ready: bool) -> None:
        """Corrects the words of an answer that waits."""
        if self._is_waiting_for_model != (not is_ready):
            self._is_waiting_for_model = not is_ready
            if self._has_note:
                self._show_note()

    def add(self, added: TextAdded) -> None:
        """More of the answer that streams."""
        if self._answer != key_of(added.message):
            return
        self._end_waiting()
        if added.thinking:
            self._add_thinking(added.thinking, 0 if added.text else added.tokens)
        if added.text:
            self._thinking = None
            self.transcript.add_text(self._answer, added.text)

    def end_answer(self, entry: Entry) -> None:
        """The answer as it is kept."""
        if self._answer == entry.key:
            self._leave_answer()
        if entry.thought.text:
            self.transcript.set_thought(entry.key, seconds=entry.thought.seconds, tokens=entry.thought.tokens)
        self.transcript.finish(entry.key, entry.ending)

    def _await_answer(self, answer: str, entry: Entry) -> None:
        self._answer = answer
        if self._workshop is not None:
            self._workshop.prepare()
        if entry.thought.text and not entry.text:
            self._thinking = Thinking(entry.thought.tokens or 0)
        if not entry.text and not entry.thought.text:
            self._note_timer.start(0 if self._is_waiting_for_model else NOTE_DELAY)

    def _add_thinking(self, text: str, tokens: int) -> None:
        assert self._answer is not None
        if self._thinking is None:
            self._thinking = Thinking()
        self._thinking.tokens += tokens
        self.transcript.add_thinking(self._answer, text)
        seconds = round(self._thinking.seconds, 1)
        self.transcript.set_thought(self._answer, seconds=seconds, tokens=self._thinking.tokens)

    def _leave_answer(self) -> None:
        self._end_waiting()
        self._answer = self._thinking = None

    def _show_note(self) -> None:
        if self._answer is None:
            return
        waiting, thinking = self.tr("Waiting for the model…"), self.tr("Waiting for the first word…")
        self._has_note = True
        self.transcript.set_note(self._answer, waiting if self._is_waiting_for_model else thinking)

    def _end_waiting(self) -> None:
        self._note_timer.stop()
        if self._has_note and self._answer is not None:
            self.transcript.set_note(self._answer, "")
        self._has_note = False
