"""One conversation's course: sends what was written, leads the answer into the transcript, stops it.

On the Qt thread. It holds the answer that runs and nothing else; the messages are the backend's.
"""

import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.bridge.feed import Answer
from seproj_desktop.chat import events
from seproj_desktop.chat.personas import Persona
from seproj_desktop.engine.status import EngineStatus, Ready
from seproj_desktop.window.composer import Composer
from seproj_desktop.window.conversation import Conversation
from seproj_desktop.window.words import model_words

if TYPE_CHECKING:
    from seproj_desktop.app import App

TITLE_LENGTH = 60


class Dialogue(QObject):
    """Composer, transcript and backend, brought together."""

    title_changed = Signal(str)
    """The first question in short; empty for a new conversation."""
    answering_changed = Signal(bool)

    def __init__(self, backend: Backend, composer: Composer, conversation: Conversation, parent: QObject) -> None:
        super().__init__(parent)
        self._backend = backend
        self._composer = composer
        self._conversation = conversation
        self._persona: Persona | None = None
        self._answer: Answer | None = None
        self._is_model_ready = False
        self._model = ""
        self._wants_to_send = False
        composer.send_requested.connect(self.send)
        composer.stop_requested.connect(self.stop)
        conversation.example_chosen.connect(composer.fill)
        backend.engine_changed.connect(self._on_engine)
        backend.start_failed.connect(self._on_start_failed)

    @property
    def is_answering(self) -> bool:
        return self._answer is not None

    def choose_persona(self, persona: Persona) -> None:
        """Who answers from the next question on. Sends what was sent before the personas were known."""
        self._persona = persona
        self._composer.show_persona(persona.name, persona.colour)
        self._conversation.empty_state.show_persona(persona)
        if self._wants_to_send:
            self.send()

    def send(self) -> None:
        """Asks what the composer holds; while an answer runs the text stays where it is."""
        text = self._composer.text.strip("\n")
        if self._answer is not None or not text.strip():
            return
        if self._persona is None:
            self._wants_to_send = True
            return
        self._wants_to_send = False
        if self._conversation.is_empty:
            self.title_changed.emit(_title(text))
        self._composer.clear()
        self._conversation.begin_answer(
            text, self._persona, is_model_ready=self._is_model_ready, model=model_words(self._model)
        )
        self._follow(self._backend.ask(uuid.uuid4().hex, text, self._persona.id))

    def stop(self) -> None:
        if self._answer is not None:
            self._backend.stop_answer(self._answer)

    def start_anew(self) -> None:
        """A new conversation; an answer that still runs ends with the old one."""
        answer = self._answer
        if answer is not None:
            self._backend.stop_answer(answer)
            self._let_go(answer)
        if self._backend.is_started:
            self._backend.post(_clear, self._backend.app)
        self._conversation.clear()
        self.title_changed.emit("")
        self._composer.setFocus()

    def _follow(self, answer: Answer) -> None:
        self._answer = answer
        answer.text_arrived.connect(self._conversation.add_text)
        answer.reasoning_arrived.connect(self._conversation.add_thinking)
        answer.finished.connect(self._on_finished)
        answer.failed.connect(self._on_failed)
        self._show_answering(True)

    def _let_go(self, answer: Answer) -> None:
        self._answer = None
        answer.text_arrived.disconnect(self._conversation.add_text)
        answer.reasoning_arrived.disconnect(self._conversation.add_thinking)
        answer.finished.disconnect(self._on_finished)
        answer.failed.disconnect(self._on_failed)
        self._show_answering(False)

    def _on_finished(self, finished: events.Finished) -> None:
        self._answer = None
        self._conversation.end_answer(finished)
        self._show_answering(False)

    def _on_failed(self, failed: events.Failed) -> None:
        self._answer = None
        self._conversation.fail_answer(failed)
        self._show_answering(False)

    def _on_engine(self, status: EngineStatus) -> None:
        self._is_model_ready, self._model = isinstance(status, Ready), status.model
        self._conversation.show_model_ready(self._is_model_ready)

    def _on_start_failed(self) -> None:
        self._wants_to_send = False

    def _show_answering(self, is_answering: bool) -> None:
        self._composer.show_answering(is_answering)
        self.answering_changed.emit(is_answering)


async def _clear(app: "App") -> None:
    """On the backend's loop, where the conversation lives."""
    app.chat.clear()


def _title(text: str) -> str:
    line = text.strip().splitlines()[0]
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
