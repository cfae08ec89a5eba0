"""The server switch: binds, serves and stops as often as one likes, and tells its state truthfully.

On the backend's loop only. It knows no engine: it is handed a finished ASGI callable. Whoever creates it closes it.
"""

import asyncio
import logging
import socket
from collections.abc import Callable

from starlette.types import ASGIApp

from seproj_desktop.errors import UserError
from seproj_desktop.server.binding import address_of, open_socket
from seproj_desktop.server.quiet_uvicorn import QuietServer
from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.settings import ServerSettings

logger = logging.getLogger(__name__)

StatusListener = Callable[[ServerStatus], None]


class EmbeddedServer:
    """One switch with one watchable status."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._settings = settings
        self._status: ServerStatus = Off()
        self._listeners: list[StatusListener] = []
        self._switching = asyncio.Lock()
        self._server: QuietServer | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def status(self) -> ServerStatus:
        return self._status

    def subscribe(self, listener: StatusListener) -> Callable[[], None]:
        """Calls `listener` on the backend's loop at once and at every change; returns what ends that."""
        self._listeners.append(listener)
        listener(self._status)
        return lambda: self._listeners.remove(listener)

    async def start(self, host: str | None = None, port: int | None = None) -> None:
        """Switches on, by default at the settings' address; does nothing while it is on. Raises `UserError`."""
        async with self._switching:
            if isinstance(self._status, On):
                return
            await self._wait_until_ended()
            self._set_status(TurningOn())
            try:
                listening = await open_socket(
                    self._settings.host if host is None else host, self._settings.port if port is None else port
                )
                await self._serve_on(listening)
            except UserError as error:
                self._set_status(Broken(error.message, error.advice))
                raise
            except asyncio.CancelledError:
                self._leave(0)
                self._set_status(Off())
                raise

    async def stop(self, drain_seconds: float | None = None) -> None:
        """Switches off: running answers may end within the drain time (the settings' where none is named)."""
        async with self._switching:
            if isinstance(self._status, On):
                self._set_status(Draining(self._status.address))
                self._leave(self._settings.drain_seconds if drain_seconds is None else drain_seconds)
            await self._wait_until_ended()
            self._set_status(Off())

    async def aclose(self) -> None:
        """Switches off without waiting for running answers, also in the midst of a drain."""
        if isinstance(self._status, Draining):
            self._leave(0)
        await self.stop(0)

    async def _serve_on(self, listening: socket.socket) -> None:
        address = address_of(listening)
        self._server = QuietServer(self._app)
        self._serving = asyncio.create_task(self._serve(self._server, listening), name="http server")
        await self._server.settled.wait()
        if self._serving.done() or not self._server.started:
            raise UserError("The server could not start.", "The program's log tells why.")
        self._set_status(On(address))

    async def _serve(self, server: QuietServer, listening: socket.socket) -> None:
        """The life of one uvicorn; an end that nobody asked for is told as what it is."""
        try:
            await server.serve([listening])
        except Exception:  # a bug in the server must not leave the switch at "on"
            logger.exception("the HTTP server ended")
        finally:
            server.cut()
            listening.close()
            if isinstance(self._status, On):
                self._set_status(Broken("The server stopped unexpectedly.", "Switch it on again."))

    def _leave(self, drain_seconds: float) -> None:
        if self._server is not None:
            self._server.leave(drain_seconds)

    async def _wait_until_ended(self) -> None:
        """A caller that gives up must not cut the drain short, hence `wait`, which cancels nothing."""
        if self._serving is not None:
            await asyncio.wait({self._serving})
        self._server = self._serving = None

    def _set_status(self, status: ServerStatus) -> None:
        if status == self._status:
            return
        self._status = status
        for listener in tuple(self._listeners):
            listener(status)
