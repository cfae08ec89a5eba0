"""The conversation that the window has with the model.

Runs on the backend's loop. Keeps the messages of one conversation in memory; whatever was said stays in it, also
when an answer is stopped or fails half-way. It knows the engine only as something that answers jobs.
"""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import WINDOW_PRIORITY, ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.personas import PersonaLibrary


class AnswerSource(Protocol):
    """What the service needs of an engine."""

    def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]: ...

    async def abort(self, request_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and the text of its answer so far; a refused question is not asked again with the next one."""

    question: ChatMessage
    answer: str = ""
    is_refused: bool = False

    def messages(self) -> tuple[ChatMessage, ...]:
        if self.is_refused:
            return ()
        if not self.answer:
            return (self.question,)
        return (self.question, ChatMessage(role="assistant", content=self.answer))


class ChatService:
    """One conversation, with any persona speaking at any turn."""

    def __init__(self, engine: AnswerSource, personas: PersonaLibrary) -> None:
        self._engine = engine
        self._personas = personas
        self._turns: list[Turn] = []

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        return tuple(message for turn in self._turns for message in turn.messages())

    def clear(self) -> None:
        """Begins a new conversation; an answer that still runs no longer belongs to it."""
        self._turns = []

    async def answer(self, request_id: str, text: str, persona_id: str) -> AsyncGenerator[events.StreamEvent, None]:
        """Asks `text` and streams the answer; the text so far is kept however it ends. Raises `UnknownPersonaError`."""
        persona = self._personas.get(persona_id)
        turns = self._turns
        place = len(turns)
        turns.append(Turn(ChatMessage(role="user", content=text)))
        job = GenerationJob(
            request_id=request_id,
            messages=persona.speak(self.messages),
            sampling=persona.sample(Sampling()),
            priority=WINDOW_PRIORITY,
            thinking=persona.thinking,
        )
        pieces: list[str] = []
        is_failed = False
        async with contextlib.aclosing(self._engine.generate(job)) as stream:
            try:
                async for event in stream:
                    if isinstance(event, events.TextDelta):
                        pieces.append(event.text)
                    is_failed = isinstance(event, events.Failed)
                    yield event
            finally:
                turns[place] = Turn(turns[place].question, "".join(pieces), is_failed and not pieces)

    async def stop(self, request_id: str) -> None:
        """Ends an answer in the engine; its stream finishes with the reason `abort`."""
        await self._engine.abort(request_id)
