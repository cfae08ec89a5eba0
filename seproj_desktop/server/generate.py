"""POST /generate: one answer of the engine as NDJSON lines or as one JSON object.

A raw ASGI callable on the backend's loop: nothing stands between the engine's events and the socket. The first event is
awaited before the status is sent, so that what fails before the first token has a proper status. Most further tokens
take the `Shortcut`. It does not guard: `access` did.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from typing import Protocol

from fastapi import HTTPException
from starlette.types import Receive, Scope, Send

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import GenerationJob
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.server.board import OpenRequest, RequestBoard
from seproj_desktop.server.caller import caller_of
from seproj_desktop.server.client_watch import ClientWatch
from seproj_desktop.server.ndjson import AnswerLines
from seproj_desktop.server.reply import Reply, new_request_id
from seproj_desktop.server.request import (
    ClientLeftError,
    TextLimits,
    check_method_and_type,
    make_job,
    parse_request,
    read_body,
    refusal_words,
)
from seproj_desktop.server.shortcut import Shortcut

logger = logging.getLogger(__name__)

SWITCHED_OFF = "The server was switched off."
UNEXPECTED = "Something unexpected went wrong; the program's log tells more."
STOPPED = "The request was stopped in the window."
NO_ENDING = events.Failed("internal", "The engine broke off without saying why.", "Try again.")
Ending = events.Finished | events.Failed

STATUS_OF: dict[events.FailureKind, int] = {
    "invalid_request": 400,
    "not_ready": 503,
    "busy": 503,
    "engine_died": 503,
    "internal": 500,
}
RETRY_AFTER: dict[events.FailureKind, str] = {"not_ready": "10", "busy": "1", "engine_died": "1"}
"""Seconds."""


class AnswerSource(Protocol):
    """What this door needs of the engine."""

    def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]: ...


class GenerateEndpoint:
    """The ASGI callable behind /generate and /api/generate."""

    def __init__(self, engine: AnswerSource, personas: PersonaLibrary, board: RequestBoard, limits: TextLimits) -> None:
        self._limits = limits
        self._engine = engine
        self._personas = personas
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reply = Reply(send, new_request_id())
        entry = self._board.open(caller_of(scope), scope["path"], RequestTrace(reply.request_id))
        try:
            await self._answer(scope, receive, reply, entry)
        except HTTPException as refusal:
            entry.close("refused", refusal.status_code, refusal_words(refusal))
            await reply.refuse(refusal)
        except ClientLeftError:
            pass  # nobody is left to tell
        except asyncio.CancelledError:
            # Only the server that is being switched off cancels a request, and the request is all this task does.
            entry.close("failed", reply.status or 503, SWITCHED_OFF)
            await reply.fail(503, SWITCHED_OFF)
        except Exception:  # a bug ends this answer, in words, and never the server
            logger.exception("request %s failed", reply.request_id)
            entry.close("failed", reply.status or 500, UNEXPECTED)
            await reply.fail(500, UNEXPECTED)
        finally:
            entry.close("left", reply.status)

    async def _answer(self, scope: Scope, receive: Receive, reply: Reply, entry: OpenRequest) -> None:
        check_method_and_type(scope)
        request = parse_request(await read_body(receive), self._limits)
        lines = AnswerLines(reply.request_id, cumulative=request.cumulative and request.stream)
        shortcut = Shortcut(reply, lines)
        taker = shortcut.take if request.stream else None
        job = make_job(request, self._personas, entry.trace, entry.client, taker)
        entry.show(job.messages, lines.said, persona=request.persona or "")
        if entry.is_stopping:
            raise HTTPException(503, STOPPED)
        async with contextlib.aclosing(self._engine.generate(job)) as answer:
            # The watch ends first: uvicorn calls a complete answer a disconnect, and must not disturb the clean-up.
            async with ClientWatch(receive):
                if request.stream:
                    ending = await self._stream(answer, reply, lines, shortcut)
                else:
                    ending = await self._collect(answer, reply, lines)
                entry.close_with(ending, reply.status)
            if reply.is_complete:
                await anext(answer, None)  # the engine's side ends by itself after its last event

    async def _stream(
        self, answer: AsyncGenerator[events.StreamEvent, None], reply: Reply, lines: AnswerLines, shortcut: Shortcut
    ) -> Ending:
        async for event in answer:
            if unsent := shortcut.close():
                await reply.line(unsent)
            if type(event) is events.Failed:
                return await _fail(reply, event)
            if not reply.is_started:
                await reply.begin_stream()
            if type(event) is events.TextDelta:
                await reply.line(lines.token(event.text))
            elif type(event) is events.Finished:
                await reply.last_line(lines.done(event.reason))
                return event
            shortcut.is_open = True
        return await _fail(reply, NO_ENDING)

    async def _collect(
        self, answer: AsyncGenerator[events.StreamEvent, None], reply: Reply, lines: AnswerLines
    ) -> Ending:
        async for event in answer:
            if type(event) is events.TextDelta:
                lines.token(event.text)
            elif type(event) is events.Finished:
                await reply.whole(lines.whole(event.reason))
                return event
            elif type(event) is events.Failed:
                return await _fail(reply, event)
        return await _fail(reply, NO_ENDING)


async def _fail(reply: Reply, failed: events.Failed) -> events.Failed:
    after = RETRY_AFTER.get(failed.kind)
    words = f"{failed.message} {failed.advice}".rstrip()
    await reply.fail(STATUS_OF[failed.kind], words, {"Retry-After": after} if after else None)
    return failed
