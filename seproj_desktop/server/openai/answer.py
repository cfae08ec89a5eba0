"""One answer of vLLM's app on its way to the client: what it sends is passed on, except for its refusals.

A refusal is held back until the app has returned, since only then it is certain why it refused. On the backend's loop.
"""

from collections.abc import Awaitable

from starlette.types import Message, Send

from seproj_desktop.server.openai.errors import ApiError, reshape, words_of
from seproj_desktop.server.reply import RawHeaders, id_header, send_json

EVENT_STREAM = b"text/event-stream"
KEPT_HEADERS = (b"content-type", b"content-length")


class Answer:
    """The `send` that vLLM's app is given, and the ways to refuse while, or after, it has sent something."""

    def __init__(self, send: Send, path: str, request_id: str) -> None:
        self._send = send
        self._path = path
        self.request_id = request_id
        self._headers: RawHeaders = [(b"cache-control", b"no-cache"), id_header(request_id)]
        self._refusal = b""
        self._is_event_stream = False
        self.refused_with = 0
        """The status of a refusal of vLLM's that is held back, else 0."""
        self.status = 0
        """Which one was sent; 0 until then."""
        self.is_complete = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            if self.refused_with:
                self._refusal += message.get("body", b"")
                return
            self.is_complete = not message.get("more_body", False)
        elif message["type"] == "http.response.start":
            if message["status"] >= 400:
                self.refused_with = message["status"]
                return
            kept = [(name, value) for name, value in message["headers"] if name.lower() in KEPT_HEADERS]
            self._is_event_stream = any(value.startswith(EVENT_STREAM) for _, value in kept)
            self.status = message["status"]
            message = {**message, "headers": kept + self._headers}
        await self._send(message)

    async def begin_events(self) -> None:
        """A stream of our own begins; `line` and `last_line` are its way."""
        self.status, self._is_event_stream = 200, True
        headers = [(b"content-type", EVENT_STREAM + b"; charset=utf-8"), *self._headers]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})

    def line(self, line: bytes) -> Awaitable[None]:
        """Once per token: hands on what `send` returns, without a coroutine of its own around it."""
        return self._send({"type": "http.response.body", "body": line, "more_body": True})

    async def last_line(self, line: bytes) -> None:
        self.is_complete = True
        await self._send({"type": "http.response.body", "body": line, "more_body": False})

    async def whole(self, body: bytes) -> None:
        self.status, self.is_complete = 200, True
        await send_json(self._send, 200, body, self._headers)

    async def pass_refusal(self) -> str:
        """Sends what vLLM has refused with, and tells its words."""
        self.status, self.is_complete = self.refused_with, True
        await send_json(self._send, self.status, reshape(self._path, self._refusal), self._headers)
        return words_of(self._refusal)

    async def refuse(self, error: ApiError) -> None:
        """In whichever way is still open: a status, the last event of a stream, or none."""
        if not self.status:
            self.status, self.is_complete = error.status_code, True
            headers = [(name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items()]
            await send_json(self._send, self.status, error.body(self._path), self._headers + headers)
        elif not self.is_complete:
            self.is_complete = True
            last = error.event(self._path) if self._is_event_stream else b""
            await self._send({"type": "http.response.body", "body": last})
