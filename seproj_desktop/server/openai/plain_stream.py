"""A plain chat's short way: from the engine's events to server-sent ones, as /generate goes, without vLLM's app.

On the backend's loop. What the engine refuses before its first token is left to vLLM's app, which refuses in its words.
"""

import contextlib
from collections.abc import AsyncGenerator, Awaitable
from typing import Protocol

from starlette.types import Receive

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, GenerationJob
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.server.client_watch import ClientWatch
from seproj_desktop.server.generate import NO_ENDING, RETRY_AFTER, STATUS_OF, AnswerSource, Ending
from seproj_desktop.server.openai.chat_chunks import ChatChunks
from seproj_desktop.server.openai.errors import ApiError
from seproj_desktop.server.openai.plain_chat import PlainChat
from seproj_desktop.server.request import ClientLeftError
from seproj_desktop.server.shortcut import Shortcut


class EventWriter(Protocol):
    """The answer to one request, as far as it has got."""

    @property
    def status(self) -> int: ...

    @property
    def request_id(self) -> str: ...

    async def begin_events(self) -> None: ...

    def line(self, line: bytes) -> Awaitable[None]: ...

    async def last_line(self, line: bytes) -> None: ...


class PlainStream:
    """One plain chat on its way."""

    def __init__(self, chat: PlainChat, chunks: ChatChunks, trace: RequestTrace, writer: EventWriter) -> None:
        self._chat = chat
        self._chunks = chunks
        self._trace = trace
        self._writer = writer
        self._shortcut = Shortcut(writer, chunks)

    async def run(self, engine: AnswerSource, client: str, receive: Receive) -> Ending | None:
        """How the answer has ended; None where nothing was sent and vLLM's app is to answer.

        A failure is still to be told to the client. Raises `ClientLeftError`.
        """
        chat, request_id = self._chat, self._trace.request_id
        taker = self._shortcut.take
        job = GenerationJob(
            *(request_id, chat.messages, chat.sampling, SERVER_PRIORITY, False, taker),
            client=client,
            trace=self._trace,
        )
        has_stayed = False
        async with contextlib.aclosing(engine.generate(job)) as answer:
            # The watch ends first: uvicorn calls a complete answer a disconnect, and must not disturb the clean-up.
            async with ClientWatch(receive):
                ending = await self._stream(answer)
                has_stayed = True
            if has_stayed:
                await anext(answer, None)  # the engine's side ends by itself after its last event
        if not has_stayed:
            raise ClientLeftError
        return ending

    async def _stream(self, answer: AsyncGenerator[events.StreamEvent, None]) -> Ending | None:
        chunks, writer, last, thought = self._chunks, self._writer, "", 0
        async for event in answer:
            if unsent := self._shortcut.close():
                await writer.line(unsent)
            if type(event) is events.Failed:
                return None if event.kind == "invalid_request" and not writer.status else event
            line = b""
            if not writer.status:
                await writer.begin_events()
                line = chunks.begin()
            if type(event) is events.TextDelta:
                if self._trace.is_written:  # the last piece and the reason are one event
                    last += event.text
                else:
                    line += chunks.token(event.text)
            elif type(event) is events.ReasoningDelta:
                thought += event.tokens
                line += chunks.reasoning(event.text)
            elif type(event) is events.Finished:
                wishes_usage = self._chat.with_usage
                end = chunks.end(last, event.reason, self._trace, with_usage=wishes_usage, reasoning_tokens=thought)
                await writer.last_line(line + end)
                return event
            if line:
                await writer.line(line)
            self._shortcut.is_open = True
        return NO_ENDING


def failure(failed: events.Failed) -> ApiError:
    """As the API tells it."""
    words = f"{failed.message} {failed.advice}".rstrip()
    after = RETRY_AFTER.get(failed.kind)
    return ApiError(STATUS_OF[failed.kind], words, code=failed.kind, retry_after=int(after) if after else None)
