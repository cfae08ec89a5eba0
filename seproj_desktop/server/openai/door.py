"""The door to the OpenAI-compatible API: one ASGI callable for the listed paths, behind it vLLM's own app.

It checks what vLLM cannot know (the engine's state, personas, places in the engine) and then hands the request on, with
few of its headers: the others would set vLLM's priority, trace or data-parallel rank. On the backend's loop.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any, Protocol

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seproj_desktop.chat import events
from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.admission import QueueFullError
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.engine.gate import CURRENT_CALL, EngineLostError, HttpCall, TooManySequencesError, WithdrawnError
from seproj_desktop.server.board import OUTCOMES, OpenRequest, RequestBoard
from seproj_desktop.server.caller import caller_of
from seproj_desktop.server.client_watch import ClientWatch
from seproj_desktop.server.generate import AnswerSource
from seproj_desktop.server.health import EngineView
from seproj_desktop.server.ndjson import encode_json
from seproj_desktop.server.openai.answer import Answer
from seproj_desktop.server.openai.bounds import check_body, check_raw
from seproj_desktop.server.openai.chat_chunks import ChatChunks
from seproj_desktop.server.openai.errors import ApiError
from seproj_desktop.server.openai.grammars import OutOfBoundsError, brings_grammar
from seproj_desktop.server.openai.models import Asked, ServedModels
from seproj_desktop.server.openai.paths import CANCEL, CHAT, GENERATING, MODELS, check_path
from seproj_desktop.server.openai.personas import FILLERS
from seproj_desktop.server.openai.plain_chat import read_plain
from seproj_desktop.server.openai.plain_stream import PlainStream, failure
from seproj_desktop.server.openai.spoken import said_in
from seproj_desktop.server.openai.waiting import LOADING_SECONDS, not_ready
from seproj_desktop.server.reply import JSON, id_header, new_request_id
from seproj_desktop.server.request import ClientLeftError, TextLimits, check_method_and_type, read_body

logger = logging.getLogger(__name__)

NO_API = ApiError(501, "This version of vLLM does not offer its HTTP API here; /generate works. The log tells more.")
QUEUE_FULL = ApiError(429, "Too many requests are waiting. Try again in a moment.", code="queue_full", retry_after=1)
STOPPED = ApiError(400, "The request was stopped at the workstation.", code="stopped")
BAD_GRAMMAR = ApiError(400, "The engine can make nothing of this schema or pattern.", code="bad_grammar")
"""vLLM tells such a thing as a failure of its own (0.32), once its engine has tried to compile it."""
SWITCHED_OFF = ApiError(503, "The server was switched off.", code="server_off")
UNEXPECTED = ApiError(500, "Something unexpected went wrong; the program's log tells more.")


class ServedApi(AnswerSource, EngineView, Protocol):
    """What this door needs of the engine."""

    @property
    def chat_form(self) -> ChatForm | None: ...

    @property
    def http_app(self) -> ASGIApp | None: ...

    def begin_start(self) -> "asyncio.Task[Any]": ...

    def open_call(self, trace: RequestTrace, client: str, model: str) -> HttpCall: ...


class OpenAiDoor:
    """The ASGI callable behind the listed paths. `waits`: a request waits for a model that is being loaded."""

    def __init__(
        self,
        engine: ServedApi,
        personas: PersonaLibrary,
        board: RequestBoard,
        limits: TextLimits,
        *,
        waits: bool,
        created: int,
    ) -> None:
        self._engine = engine
        self._models = ServedModels(engine, personas, created)
        self._board = board
        self._limits = limits
        self._waits = waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        trace = RequestTrace(new_request_id())
        answer = Answer(send, scope["path"], trace.request_id)
        entry = self._board.open(caller_of(scope), scope["path"], trace)
        try:
            await self._answer(scope, receive, answer, entry)
        except HTTPException as refusal:
            entry.close("refused", refusal.status_code, str(refusal.detail))
            await answer.refuse(ApiError.of(refusal))
        except ClientLeftError:
            pass  # nobody is left to tell
        except asyncio.CancelledError:
            # Only the server that is being switched off cancels a request, and the request is all this task does.
            entry.close("failed", answer.status or 503, SWITCHED_OFF.detail)
            await answer.refuse(SWITCHED_OFF)
        except Exception:  # a bug of ours or of vLLM's ends this answer, in words, and never the server
            logger.exception("request %s failed", trace.request_id)
            entry.close("failed", answer.status or 500, UNEXPECTED.detail)
            await answer.refuse(UNEXPECTED)
        finally:
            entry.close("done" if answer.is_complete else "left", answer.status)

    async def _answer(self, scope: Scope, receive: Receive, answer: Answer, entry: OpenRequest) -> None:
        path, method = scope["path"], check_path(scope)
        if path.startswith(MODELS):
            name = path.removeprefix(MODELS).removeprefix("/")
            told = self._models.card(self._models.find(name)) if name else self._models.listing()
            await answer.whole(encode_json(told))
            return
        parsed: dict[str, Any] = {}
        asked, body, places = self._models.find(None), b"", 1
        if method == "POST" and not path.endswith(CANCEL):  # which has no body
            check_method_and_type(scope)
            asked, parsed, body, places = self._read(path, await read_body(receive), entry)
        app = await self._find_app(receive, starts=method == "POST")
        if path == CHAT and await self._answer_plainly(parsed, asked, receive, answer, entry):
            return
        call = self._engine.open_call(entry.trace, entry.client, asked.name)
        entry.said = call.said
        try:
            if path in GENERATING:
                await _reserve(call, places, receive)
            if entry.is_stopping:
                raise STOPPED
            CURRENT_CALL.set(call)
            await app(_inner_scope(scope, entry.trace.request_id, body), _replayed(body, receive), answer.send)
        except QueueFullError:
            raise QUEUE_FULL from None
        except EngineLostError as error:
            raise ApiError(503, str(error), code="engine_failed", retry_after=LOADING_SECONDS) from error
        finally:
            call.close()
        if answer.refused_with:
            if answer.refused_with == 500 and self._engine.http_app is app and brings_grammar(parsed):
                raise BAD_GRAMMAR
            await self._pass_refusal(answer, app, entry)
        elif call.finish_reason is not None and answer.is_complete:
            entry.close(OUTCOMES[call.finish_reason], answer.status)

    async def _answer_plainly(
        self, parsed: dict[str, Any], asked: Asked, receive: Receive, answer: Answer, entry: OpenRequest
    ) -> bool:
        """Takes the short way past vLLM's app where there is one for this chat; False where that app is to answer."""
        form = self._engine.chat_form
        chat = None if form is None else read_plain(parsed)
        if form is None or chat is None:
            return False
        if entry.is_stopping:
            raise STOPPED
        chunks = ChatChunks(entry.trace.request_id, asked.name, form)
        entry.said = chunks.said
        ending = await PlainStream(chat, chunks, entry.trace, answer).run(self._engine, entry.client, receive)
        if ending is None:
            return False
        if isinstance(ending, events.Failed):
            refusal = QUEUE_FULL if ending.kind == "busy" else failure(ending)
            entry.close_with(ending, answer.status or refusal.status_code)
            raise refusal
        entry.close_with(ending, answer.status)
        return True

    def _read(self, path: str, body: bytes, entry: OpenRequest) -> tuple[Asked, dict[str, Any], bytes, int]:
        """Whom a body asks, what it says, the body as vLLM gets it, and how many answers it asks for at once."""
        parsed = _parse(body, self._limits)
        asked = self._models.find(parsed.get("model"))
        if asked.persona is not None and path in FILLERS:
            parsed = FILLERS[path](parsed, asked.persona)
            body = json.dumps(parsed).encode()
        entry.show(said_in(parsed), str, persona=asked.persona.id if asked.persona else "")
        wanted = parsed.get("n")
        return asked, parsed, body, wanted if isinstance(wanted, int) and wanted > 1 else 1

    async def _find_app(self, receive: Receive, *, starts: bool) -> ASGIApp:
        """vLLM's app, once there is one. Raises `ApiError`. Whoever only looks, as at /metrics, starts no engine."""
        if (app := self._engine.http_app) is not None:
            return app
        if self._engine.is_ready:
            raise NO_API
        start = self._engine.begin_start() if starts else None
        if start is not None and self._waits:
            await _while_client_stays(_end_of(start), receive)
            if (app := self._engine.http_app) is not None:
                return app
        raise not_ready(self._engine.status)

    async def _pass_refusal(self, answer: Answer, app: ASGIApp, entry: OpenRequest) -> None:
        if answer.refused_with >= 500 and self._engine.http_app is not app:
            raise not_ready(self._engine.status)
        words = await answer.pass_refusal()
        entry.close("refused" if answer.status < 500 else "failed", answer.status, words)


def _parse(body: bytes, limits: TextLimits) -> dict[str, Any]:
    """Raises `ApiError` for what is no JSON object, and for what asks for more than may be."""
    try:
        check_raw(body)
        parsed = json.loads(body)
        if not isinstance(parsed, dict):
            raise ApiError(400, "The body must be a JSON object.")
        check_body(parsed, limits)
    except (ValueError, RecursionError):
        raise ApiError(400, "The body is not JSON.") from None
    except OutOfBoundsError as error:
        raise ApiError(400, error.message, code="out_of_bounds", param=error.param) from None
    return parsed


async def _reserve(call: HttpCall, places: int, receive: Receive) -> None:
    """Waits for places in the engine for the first, mostly the only, generation of a request."""
    try:
        await _while_client_stays(call.reserve(places), receive)
    except WithdrawnError:
        raise STOPPED from None
    except TooManySequencesError as error:
        raise ApiError(400, str(error), param="n") from None


async def _while_client_stays(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Raises `ClientLeftError` when the client goes first."""
    is_done = False
    async with ClientWatch(receive):
        await work
        is_done = True
    if not is_done:
        raise ClientLeftError


async def _end_of(start: "asyncio.Task[Any]") -> None:
    """How it ends, the engine's state tells; a client that leaves does not take the load from the others."""
    await asyncio.wait({start})


def _inner_scope(scope: Scope, request_id: str, body: bytes) -> Scope:
    """The request as vLLM sees it; it makes its own ids from ours."""
    headers = [
        id_header(request_id),
        (b"content-type", JSON),
        (b"content-length", b"%d" % len(body)),
    ]
    return {**scope, "headers": headers, "root_path": ""}


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that begins with the whole body; then it waits for the client to leave, as the real one does."""
    unread = [body]

    async def receive_again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return receive_again
