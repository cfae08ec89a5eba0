"""uvicorn's HTTP protocol with limits of time and size, and with our own shape of errors. On the backend's loop.

WORKAROUND: uvicorn has no limit for the time or the size of a request's head, for the time of its body, for a client
that does not read, and answers what it cannot parse with plain text (encode/uvicorn discussions; version 0.54). It is
extended in its callbacks alone; of its fields these are touched: `transport`, `flow`, `cycle`, `pipeline`, `parser`,
`headers`, `url`, `loop`, `logger`. What a token costs is untouched.
"""

import asyncio
import logging
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from seproj_desktop.server.refusals import error_body
from seproj_desktop.server.reply import new_request_id
from seproj_desktop.server.warden import Warden, WireLimits

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 100
HEAD_TOO_LARGE = (
    f"The request's head is larger than {MAX_HEAD_BYTES // 1024} KiB or has more than {MAX_HEADERS} headers."
)
NOT_HTTP = "This is no HTTP request that can be understood."
TOO_SLOW = "The request did not arrive in time."
LINGER_SECONDS = 1.0
TOO_MANY = "Too many connections. Try again in a moment."

wire_logger = logging.getLogger(__name__)


class CarefulProtocol(HttpToolsProtocol):
    """One connection; its `config` carries the warden of all connections."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.logger = wire_logger
        self._warden: Warden = config.warden
        self.handshake: asyncio.Task[None] | None = None
        """What opens the connection, while that takes time; it is dropped by ending that."""
        self._owing_since: float | None = None
        """Since when the client owes the rest of a request; None while it owes none."""
        self._stuck_since: float | None = None
        """Since when the client has not taken what was written."""
        self._closing_since: float | None = None
        self._ended_since: float | None = None
        """Since when everything was said and only the client's end is waited for."""
        self._is_in_head = True
        self._head_bytes = 0
        self._is_head_too_large = False

    @property
    def is_connected(self) -> bool:
        """Once a handshake is over; uvicorn's own type leaves out that there is no transport."""
        return self.transport is not None

    @property
    def is_idle(self) -> bool:
        """Also while a request is still on its way: thousands that never arrive must not keep others out."""
        if self._request is None or self._ended_since is not None:
            return True
        is_arriving = self._request.more_body and not self._request.response_started
        return (self._request.response_complete or is_arriving) and not self.pipeline

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The newest request; uvicorn's own type leaves out that there is none at first."""
        return self.cycle

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._owing_since = self.loop.time()
        if not self._warden.admit(self):
            self.transport.write(_refusal(b"", 503, TOO_MANY))
            self.transport.close()

    def give_up(self) -> None:
        """The handshake has failed. Nobody tells of the connection's end, where uvicorn lets go of its parser."""
        self._warden.forget(self)
        self.parser = None  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._warden.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._ended_since is not None:
            return  # it goes on sending what nobody waits for
        if self._owing_since is None:
            self._owing_since = self.loop.time()
        if self._is_in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._is_in_head and self._head_bytes > MAX_HEAD_BYTES and self._ended_since is None:
            self._end_with(431, HEAD_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._head_bytes = 0
        size = sum(len(name) + len(value) for name, value in self.headers)
        if len(self.headers) > MAX_HEADERS or size + len(self.url) > MAX_HEAD_BYTES:
            self._is_head_too_large = True
            raise ValueError(HEAD_TOO_LARGE)  # the parser's, which hands on its own error
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._owing_since = None
        self._is_in_head = True
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._warden.note(self)

    def pause_writing(self) -> None:
        self._stuck_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        self._stuck_since = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """uvicorn calls it for whatever its parser refuses."""
        if self._is_head_too_large:
            self._end_with(431, HEAD_TOO_LARGE)
        else:
            self._end_with(400, NOT_HTTP)

    def shutdown(self) -> None:
        if self._ended_since is not None:
            self.drop()
        else:
            super().shutdown()

    def look(self, now: float, limits: WireLimits) -> None:
        if not self.is_connected:
            return  # asyncio watches a handshake's time
        if self._ended_since is not None:
            if now - self._ended_since > LINGER_SECONDS:
                self.drop()
        elif self.transport.is_closing():
            self._closing_since = self._closing_since or now
            if now - self._closing_since > limits.send_seconds:
                self.drop()
        elif self._stuck_since is not None and now - self._stuck_since > limits.send_seconds:
            wire_logger.info("a client has not read its answer for %.0f s", limits.send_seconds)
            self.drop()
        elif self._owing_since is not None and now - self._owing_since > limits.receive_seconds:
            if self.flow.read_paused:  # it is we who do not read on
                self._owing_since = now
            elif self._request is None and not self._head_bytes:
                self.transport.close()  # it has said nothing, and is told nothing
            else:
                self._end_with(408, TOO_SLOW)

    def drop(self) -> None:
        if self.is_connected:
            self.transport.abort()
        elif self.handshake is not None:
            self.handshake.cancel()

    def _end_with(self, status: int, words: str) -> None:
        """Says so where no answer has begun, and closes; an answer that is being made ends in the engine."""
        request = None if self._request is None or self._request.response_complete else self._request
        if request is None or not (request.response_started or self.pipeline):
            self.transport.write(_refusal(getattr(self, "url", b""), status, words))
        if request is not None:
            request.disconnected = True
            request.message_event.set()
        self._ended_since = self.loop.time()
        if self.transport.can_write_eof():
            self.transport.write_eof()  # closed at once, with bytes unread, the client might not get to read it
        else:
            self.transport.close()


def _refusal(url: bytes, status: int, words: str) -> bytes:
    body = error_body(url.decode("latin-1"), status, words)
    retry = b"retry-after: 1\r\n" if status == 503 else b""
    head = b"content-type: application/json\r\ncontent-length: %d\r\nx-request-id: %s\r\nconnection: close\r\n"
    return b"".join((STATUS_LINE[status], head % (len(body), new_request_id().encode()), retry, b"\r\n", body))
