"""Answering without a framework: one request's way back to the client, in ASGI messages.

A `Way` knows what has been sent, so that a failure becomes a status before the first byte and a last line after it.
On the backend's loop; it wraps nothing, each line is one `send`.
"""

import uuid
from collections.abc import Awaitable, Mapping, Sequence

from fastapi import HTTPException
from starlette.types import Send

from seproj_desktop.server.ndjson import NDJSON, AnswerLines, encode_json

JSON = b"application/json"
RawHeaders = list[tuple[bytes, bytes]]


def new_request_id() -> str:
    return uuid.uuid4().hex[:16]


def id_header(request_id: str) -> tuple[bytes, bytes]:
    return b"x-request-id", request_id.encode()


def refusal_headers(refusal: HTTPException) -> RawHeaders:
    """What a refusal says in headers, such as Retry-After."""
    return [(name.lower().encode(), value.encode()) for name, value in (refusal.headers or {}).items()]


async def send_json(send: Send, status: int, body: bytes, headers: RawHeaders) -> None:
    own = [(b"content-type", JSON), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": own + headers})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send, refusal: HTTPException, headers: RawHeaders) -> None:
    """The shape of every error outside `/v1`: `{"detail": ...}`."""
    body = encode_json({"detail": refusal.detail})
    await send_json(send, refusal.status_code, body, headers + refusal_headers(refusal))


class Way:
    """One answer's way to the client, and how far it has got."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._headers: RawHeaders = [(b"cache-control", b"no-cache"), id_header(request_id)]
        self.request_id = request_id
        self.is_complete = False
        self.status = 0
        """Which one was sent; 0 until then."""

    def line(self, line: bytes) -> Awaitable[None]:
        """Once per token: hands on what `send` returns, without a coroutine of its own around it."""
        return self._send({"type": "http.response.body", "body": line, "more_body": True})

    async def last_line(self, line: bytes) -> None:
        self.is_complete = True
        await self._send({"type": "http.response.body", "body": line, "more_body": False})

    async def whole(self, body: bytes) -> None:
        """All of it at once, as JSON."""
        await self._send_whole(200, body)

    async def _begin(self, media_type: bytes) -> None:
        """A stream begins; `line` and `last_line` go on with it."""
        self.status = 200
        headers = [(b"content-type", media_type), *self._headers]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    async def _send_whole(self, status: int, body: bytes, more: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.status, self.is_complete = status, True
        await send_json(self._send, status, body, [*self._headers, *more])


class Reply(Way):
    """The answer to one POST /generate."""

    @property
    def is_started(self) -> bool:
        return self.status != 0

    async def begin_stream(self) -> None:
        await self._begin(NDJSON)

    async def refuse(self, refusal: HTTPException) -> None:
        self.status, self.is_complete = refusal.status_code, True
        await send_refusal(self._send, refusal, self._headers)

    async def fail(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Tells a failure in whichever way is still open: a status, an error line, or none after the last line."""
        if not self.is_started:
            await self.refuse(HTTPException(status, message, dict(headers or {})))
        elif not self.is_complete:
            await self.last_line(AnswerLines(self.request_id, cumulative=False).error(message))
