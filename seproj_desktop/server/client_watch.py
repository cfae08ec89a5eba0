"""Notices that a client has left while its request is being worked on, and ends that work at once.

uvicorn's `send` is silent after a disconnect: without a watcher an abandoned answer would run on to its end. One small
task per request; on the backend's loop.
"""

import asyncio
from types import TracebackType

from starlette.types import Receive


class ClientWatch:
    """Around the work on one request: cancels the work when the client leaves, and swallows just that cancellation."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._has_left = False

    async def __aenter__(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._work = task
        self._watcher = asyncio.create_task(self._watch(), name="client watch")

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._watcher.cancel()
        if not self._has_left:
            return False
        self._work.uncancel()
        return kind is asyncio.CancelledError

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._has_left = True
        self._work.cancel()
