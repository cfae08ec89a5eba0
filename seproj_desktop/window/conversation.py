"""The conversation's area: the empty state with examples, then the transcript, fed as answers stream.

On the Qt thread. It turns an answer's news into messages; who asks the model and when is `dialogue`'s business.
"""

import itertools
from datetime import datetime
from time import monotonic

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from seproj_desktop.chat import events
from seproj_desktop.chat.personas import Persona
from seproj_desktop.window.empty_state import EmptyState
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.workshop.workshop import Workshop
from seproj_desktop.window.words import answer_figures

NOTE_DELAY = 300
"""Milliseconds before a wait is mentioned; most waits are shorter and would only flicker."""


class Thinking:
    """The time and tokens of the thinking that goes on."""

    def __init__(self) -> None:
        self._start = monotonic()
        self.tokens = 0
        self.is_over = False

    @property
    def seconds(self) -> float:
        return monotonic() - self._start


class Conversation(QStackedWidget):
    """One conversation, one answer at a time."""

    example_chosen = Signal(str)

    def __init__(self, theme: Theme, workshop: Workshop | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workshop = workshop
        self.empty_state = EmptyState(theme)
        self.transcript = Transcript(theme, workshop)
        self.addWidget(self.empty_state)
        self.addWidget(self.transcript)
        self.empty_state.example_chosen.connect(self.example_chosen)
        self._keys = (f"message-{number}" for number in itertools.count(1))
        self._answer: str | None = None
        self._thinking: Thinking | None = None
        self._is_waiting_for_model = False
        self._has_note = False
        self._note_timer = QTimer(self, interval=NOTE_DELAY, singleShot=True)
        self._note_timer.timeout.connect(self._show_note)

    @property
    def is_empty(self) -> bool:
        return self.transcript.is_empty

    def clear(self) -> None:
        self._end_waiting()
        self._answer = self._thinking = None
        self.transcript.clear()
        self.setCurrentWidget(self.empty_state)

    def focus_text(self) -> None:
        """Gives the keyboard to the text, to read, select and copy it."""
        if not self.is_empty:
            self.transcript.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def open_find(self) -> None:
        """Searches the text, once there is any."""
        if not self.is_empty:
            self.transcript.open_find()

    def begin_answer(self, question: str, persona: Persona, *, is_model_ready: bool, model: str = "") -> None:
        """Shows the question and the answer's speaker; the text comes with `add_text` and `add_thinking`."""
        self.setCurrentWidget(self.transcript)
        now = datetime.now().astimezone()
        if self._workshop is not None:
            self._workshop.prepare()
        self._answer = next(self._keys)
        self._thinking = None
        self.transcript.add(Entry(next(self._keys), Speaker("user", self.tr("You")), question, time=now))
        speaker = Speaker("assistant", persona.name, persona.colour, model)
        self.transcript.add(Entry(self._answer, speaker, time=now), is_open=True)
        self.transcript.scroll_to_end()
        self._is_waiting_for_model = not is_model_ready
        self._note_timer.start(NOTE_DELAY if is_model_ready else 0)

    def show_model_ready(self, is_ready: bool) -> None:
        """Corrects the words of an answer that waits."""
        if self._is_waiting_for_model != (not is_ready):
            self._is_waiting_for_model = not is_ready
            if self._has_note:
                self._show_note()

    def add_text(self, text: str) -> None:
        if self._answer is None:
            return
        self._end_waiting()
        self._end_thinking()
        self.transcript.add_text(self._answer, text)

    def add_thinking(self, text: str, tokens: int) -> None:
        """`tokens` is how many tokens the text was made of."""
        if self._answer is None:
            return
        self._end_waiting()
        if self._thinking is None:
            self._thinking = Thinking()
        self._thinking.tokens += tokens
        self.transcript.add_thinking(self._answer, text)
        self._show_thinking(self._thinking)

    def end_answer(self, finished: events.Finished) -> None:
        self._end(Ending(answer_figures(finished)))

    def fail_answer(self, failed: events.Failed) -> None:
        self._end(Ending(f"{failed.message} {failed.advice}".rstrip(), is_failure=True))

    def _end(self, ending: Ending) -> None:
        if self._answer is None:
            return
        self._end_waiting()
        self._end_thinking()
        answer, self._answer = self._answer, None
        self.transcript.finish(answer, ending)

    def _show_thinking(self, thinking: Thinking) -> None:
        if self._answer is not None:
            self.transcript.set_thought(self._answer, seconds=round(thinking.seconds, 1), tokens=thinking.tokens)

    def _end_thinking(self) -> None:
        if self._thinking is not None and not self._thinking.is_over:
            self._thinking.is_over = True
            self._show_thinking(self._thinking)

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
