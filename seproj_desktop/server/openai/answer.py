"""One answer of vLLM's app on its way to the client: what it sends is passed on, except for its refusals.

A refusal is held back until the app has returned, since only then it is certain why it refused. On the backend's loop.
"""

from starlette.types import Message, Send

from seproj_desktop.server.openai.errors import ApiError, reshape, words_of
from seproj_desktop.server.reply import Way, refusal_headers

EVENT_STREAM = b"text/event-stream"
KEPT_HEADERS = (b"content-type", b"content-length")


class Answer(Way):
    """The `send` that vLLM's app is given, and the ways to refuse while, or after, it has sent something."""

    def __init__(self, send: Send, path: str, request_id: str) -> None:
        super().__init__(send, request_id)
        self._path = path
        self._refusal = b""
        self._is_event_stream = False
        self.refused_with = 0
        """The status of a refusal of vLLM's that is held back, else 0."""

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
        """A stream of our own."""
        self._is_event_stream = True
        await self._begin(EVENT_STREAM + b"; charset=utf-8")

    async def pass_refusal(self) -> str:
        """Sends what vLLM has refused with, and tells its words."""
        await self._send_whole(self.refused_with, reshape(self._path, self._refusal))
        return words_of(self._refusal)

    async def refuse(self, error: ApiError) -> None:
        """In whichever way is still open: a status, the last event of a stream, or none."""
        if not self.status:
            await self._send_whole(error.status_code, error.body(self._path), refusal_headers(error))
        elif not self.is_complete:
            self.is_complete = True
            last = error.event(self._path) if self._is_event_stream else b""
            await self._send({"type": "http.response.body", "body": last})
