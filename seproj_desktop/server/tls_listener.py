"""Accepts connections that speak TLS: each counts, and has its time, from its first moment.

Where asyncio accepts and wraps connections itself, a protocol hears of none before its handshake is over, and thousands
that never begin one hold memory and open files uncounted. On the backend's loop.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

from seproj_desktop.server.careful_protocol import CarefulProtocol
from seproj_desktop.server.warden import Warden

wire_logger = logging.getLogger(__name__)

REST_SECONDS = 1.0
"""Without accepting, where the system has no open file left."""


class TlsListener:
    """From `start` until `close`; `tasks` holds those of its own until they have ended."""

    def __init__(
        self,
        listening: socket.socket,
        context: ssl.SSLContext,
        warden: Warden,
        make_protocol: Callable[[], CarefulProtocol],
        tasks: set[asyncio.Task[None]],
    ) -> None:
        self._listening = listening
        self._context = context
        self._warden = warden
        self._make_protocol = make_protocol
        self._tasks = tasks
        self._own: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._begin(self._accept(), "TLS listener")

    def close(self) -> None:
        """Accepts nothing more, and drops whoever has not finished the handshake."""
        for task in tuple(self._own):
            task.cancel()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, _ = await loop.sock_accept(self._listening)
            except OSError as error:
                wire_logger.warning("no connection can be accepted: %s", error)
                await asyncio.sleep(REST_SECONDS)
            else:
                self._receive(accepted)

    def _receive(self, accepted: socket.socket) -> None:
        protocol = self._make_protocol()

        def settle(_opening: asyncio.Task[None]) -> None:
            # Not in the task: one that is cancelled before its first step never comes to its end.
            protocol.handshake = None
            if not protocol.is_connected:
                protocol.give_up()
                accepted.close()

        protocol.handshake = self._begin(self._open(protocol, accepted), "TLS handshake")
        protocol.handshake.add_done_callback(settle)
        if not self._warden.admit(protocol):
            protocol.drop()

    async def _open(self, protocol: CarefulProtocol, accepted: socket.socket) -> None:
        loop, seconds = asyncio.get_running_loop(), self._warden.limits.receive_seconds
        try:
            await loop.connect_accepted_socket(
                lambda: protocol, accepted, ssl=self._context, ssl_handshake_timeout=seconds
            )
        except OSError as error:  # of TLS, of the network, or of time
            wire_logger.info("a TLS handshake failed: %s", error)

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        for tasks in (self._own, self._tasks):
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        return task
