"""uvicorn as a part of a program: no signal handlers, no wake-ups while nothing happens, and an end within a limit.

`uvicorn.Server` as it is takes the process's signals, wakes ten times a second, and polls while it drains. On the
backend's loop; what the person sees of the switch is not known here.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from seproj_desktop.server.careful_protocol import CarefulProtocol
from seproj_desktop.server.tls_listener import TlsListener
from seproj_desktop.server.warden import Warden, WireLimits

LAST_WORDS_SECONDS = 0.5
"""How long clients have to read the last line once their answers were cancelled."""


class WatchedConfig(uvicorn.Config):
    """uvicorn makes the protocols, and hands them nothing but its configuration: the warden goes along with that."""

    def __init__(self, limits: WireLimits, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.warden = Warden(limits)


class QuietServer(uvicorn.Server):
    """Serves until `leave`; `serve` then returns after the drain time and the last words, or sooner."""

    def __init__(self, app: ASGIApp, limits: WireLimits, context: ssl.SSLContext | None = None) -> None:
        config = WatchedConfig(
            limits,
            app,
            loop="none",
            http=CarefulProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=limits.idle_seconds,
        )
        super().__init__(config)
        self._warden = config.warden
        self._context = context
        self._tls_listeners: list[TlsListener] = []
        self.settled = asyncio.Event()
        self._leaving = asyncio.Event()
        self.servers = []
        self._timer: asyncio.TimerHandle | None = None
        self._is_cutting = False

    def capture_signals(self) -> contextlib.AbstractContextManager[None]:  # type: ignore[override]
        return contextlib.nullcontext()

    def leave(self, drain_seconds: float) -> None:
        """Accepts nothing more from now on; a second call changes the drain time."""
        self._leaving.set()
        self._close_listeners()
        if not self._is_cutting:
            self._after(drain_seconds, self._cancel_requests)

    def cut(self) -> None:
        """Drops whatever is left, at once."""
        self.settled.set()
        self._close_listeners()
        if self._timer is not None:
            self._timer.cancel()
        for task in tuple(self.server_state.tasks):
            task.cancel()
        self._cut_connections()
        self._warden.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets if self._context is None else [])
        if self._context is not None:
            self._tls_listeners = [self._tls_listener(each, self._context) for each in sockets or ()]
            for listener in self._tls_listeners:
                listener.start()
        self.settled.set()

    async def main_loop(self) -> None:
        await self._leaving.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        state = self.server_state
        self._close_listeners()
        for listening in sockets or ():
            listening.close()
        for connection in tuple(state.connections):
            connection.shutdown()
        while state.tasks:
            await asyncio.wait(tuple(state.tasks))
        while state.connections:  # noqa: ASYNC110 - they are uvicorn's, and tell nobody when they are lost
            await asyncio.sleep(0.01)
        for server in self.servers:
            await server.wait_closed()

    def _tls_listener(self, listening: socket.socket, context: ssl.SSLContext) -> TlsListener:
        def make_protocol() -> CarefulProtocol:
            return CarefulProtocol(self.config, self.server_state, self.lifespan.state)

        return TlsListener(listening, context, self._warden, make_protocol, self.server_state.tasks)

    def _close_listeners(self) -> None:
        for server in self.servers:
            server.close()
        for listener in self._tls_listeners:
            listener.close()

    def _after(self, seconds: float, step: Callable[[], None]) -> None:
        """The next step of leaving, in place of the one that was planned."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, step)

    def _cancel_requests(self) -> None:
        self._is_cutting = True
        for task in tuple(self.server_state.tasks):
            task.cancel()
        self._after(LAST_WORDS_SECONDS, self._cut_connections)

    def _cut_connections(self) -> None:
        for connection in tuple(self.server_state.connections):
            connection.transport.abort()
