"""The short way of a token from the engine's step to the socket, past the task that waits for its request's events.

On the backend's loop. Whatever streams text line by line can take it.
"""

import logging
from collections.abc import Awaitable
from typing import Protocol

logger = logging.getLogger(__name__)


class LineWriter(Protocol):
    """A request's way to the socket."""

    @property
    def request_id(self) -> str: ...

    def line(self, line: bytes) -> Awaitable[None]: ...


class TokenLines(Protocol):
    """What a piece of text looks like on the wire."""

    def token(self, text: str) -> bytes: ...


class Shortcut:
    """Writes a token's line within the engine's own step, while the request's task waits for an event: no task wakes.

    It is closed whenever that task writes, and closes itself when the socket is full; the task then sends what is left.
    """

    def __init__(self, reply: LineWriter, lines: TokenLines) -> None:
        self._reply = reply
        self._lines = lines
        self._unsent = b""
        self.is_open = False

    def take(self, text: str) -> bool:
        if not self.is_open:
            return False
        line = self._lines.token(text)
        sending = self._reply.line(line).__await__()
        try:
            next(sending)
        except StopIteration:  # sent, without waiting
            return True
        except Exception:  # never the engine's affair: the task tries again, and tells what it meets
            logger.debug("request %s: a line was not sent at once", self._reply.request_id, exc_info=True)
        else:
            sending.close()  # it waits for the socket, which is the task's business
        self.is_open = False
        self._unsent = line
        return True

    def close(self) -> bytes:
        """The task writes from now on; what it has to send first."""
        self.is_open = False
        unsent, self._unsent = self._unsent, b""
        return unsent
