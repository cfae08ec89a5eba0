"""One answer while it is made: from the engine's events to the store, to whoever listens, and to the message kept.

On the backend's loop. Every token passes here, so what is done per token is synchronous and does not grow with the
answer. It ends in a message whatever happens to the engine.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import Protocol
from uuid import uuid4

from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import MessageState, StoredMessage, Thought
from seproj_desktop.chat.keeping import ConversationStore
from seproj_desktop.chat.messages import GenerationJob
from seproj_desktop.chat.news import TextAdded

STOP_SECONDS = 0.25
"""So long an engine may take to end an answer in its own way, which brings the figures; then it is cut off."""

ErrorListener = Callable[[BaseException], None]


class AnswerSource(Protocol):
    """What is needed of an engine."""

    def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]: ...

    async def abort(self, request_id: str) -> None: ...


class RunningAnswer:
    """An answer under way. `tell` gets every piece of text; it and the store's `append` must not raise."""

    def __init__(
        self,
        message: StoredMessage,
        job: GenerationJob,
        engine: AnswerSource,
        store: ConversationStore,
        tell: Callable[[TextAdded], None],
        model: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`message` is the answer as it begins: empty, or with the text that `model` goes on with."""
        self.id = message.id
        self.job = replace(job, request_id=uuid4().hex, taker=self._take)
        self.kept = asyncio.Event()
        """Set once the answer has ended, and is in the tree and in the store."""
        self._begun = message
        self._engine = engine
        self._append = store.append
        self._tell = tell
        self._model = model
        self._clock = clock
        self._pieces: list[str] = [message.text]
        self._thoughts: list[str] = [message.thought.text]
        self._thinking_since: float | None = None
        self._thinking_seconds: float | None = None
        self._thinking_tokens = 0
        self._tokens = 0
        self._ending: events.Finished | events.Failed | None = None
        self._reading: asyncio.Task[None] | None = None
        self._is_stopped = False
        self._result: StoredMessage | None = None

    async def run(self, report: ErrorListener) -> StoredMessage:
        """The whole answer, as it is to be kept, once it has ended in whatever way."""
        if not self._is_stopped:
            self._reading = asyncio.create_task(self._read(), name="answer")
            await asyncio.wait({self._reading})
            if not self._reading.cancelled() and (error := self._reading.exception()) is not None:
                report(error)
        self._result = self._ended()
        return self._result

    async def stop(self) -> None:
        """Ends the answer in the engine; what there is stays."""
        self._is_stopped = True
        await self._engine.abort(self.job.request_id)
        if self._reading is not None:
            _, late = await asyncio.wait({self._reading}, timeout=STOP_SECONDS)
            for reading in late:  # the engine hangs, or had not yet taken the job when it was told to end it
                reading.cancel()

    def so_far(self) -> StoredMessage:
        """The answer with what has come until now, or as it has ended."""
        if self._result is not None:
            return self._result
        self._pieces, self._thoughts = ["".join(self._pieces)], ["".join(self._thoughts)]
        return replace(self._begun, text=self._pieces[0], thought=self._thought())

    async def _read(self) -> None:
        """Awaits nothing between two events: text that `_take` gets comes after all that was read here before."""
        async with contextlib.aclosing(self._engine.generate(self.job)) as stream:
            async for event in stream:
                match event:
                    case events.TextDelta(text=text, tokens=tokens):
                        self._add(text, tokens)
                    case events.ReasoningDelta(text=text, tokens=tokens):
                        self._add_thought(text, tokens)
                    case events.Finished() | events.Failed():
                        self._ending = event

    def _take(self, text: str) -> bool:
        """Text in the moment it is made, which is nearly always one token; the ending tells the exact count."""
        self._add(text, 1)
        return True

    def _add(self, text: str, tokens: int) -> None:
        self._tokens += tokens
        self._pieces.append(text)
        self._append(self.id, text)
        if self._thinking_since is not None:
            self._end_thinking()
        self._tell(TextAdded(self.id, text, "", tokens))

    def _add_thought(self, text: str, tokens: int) -> None:
        if self._thinking_since is None:
            self._thinking_since = self._clock()
        self._tokens += tokens
        self._thinking_tokens += tokens
        self._thoughts.append(text)
        self._append(self.id, "", text)
        self._tell(TextAdded(self.id, "", text, tokens))

    def _end_thinking(self) -> None:
        if self._thinking_since is not None:
            before = self._thinking_seconds or 0.0
            self._thinking_seconds = before + self._clock() - self._thinking_since
            self._thinking_since = None

    def _thought(self) -> Thought:
        if len(self._thoughts) == 1 and not self._thinking_tokens:
            return self._begun.thought
        return Thought("".join(self._thoughts), self._thinking_seconds, self._thinking_tokens)

    def _ended(self) -> StoredMessage:
        self._end_thinking()
        ended = replace(self.so_far(), model=self._model, error="")
        ending = self._ending
        if isinstance(ending, events.Failed):
            return replace(ended, state="failed", error=f"{ending.message} {ending.advice}".rstrip())
        if ending is None and not self._is_stopped:
            return replace(ended, state="failed", error="Something unexpected went wrong. Try again.")
        finished = ending or events.Finished("abort", events.Usage(completion_tokens=self._tokens))
        state: MessageState = "stopped" if finished.reason == "abort" else "complete"
        return replace(ended, state=state, finished=_joined(self._begun.finished, finished))


def _joined(before: events.Finished | None, after: events.Finished) -> events.Finished:
    """The figures of an answer that was gone on with: its first prompt and first token, all its tokens and time."""
    if before is None:
        return after
    usage = replace(before.usage, completion_tokens=before.usage.completion_tokens + after.usage.completion_tokens)
    timings = replace(before.timings, total=before.timings.total + after.timings.total)
    return events.Finished(after.reason, usage, timings)
