"""The server switch: binds, serves and stops as often as one likes, and tells its state truthfully.

Beyond this machine it listens only while there is an API key. On the backend's loop only. It knows no engine: it is
handed a finished ASGI callable. Whoever creates it closes it.
"""

import asyncio
import logging
import socket
import ssl
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address

from starlette.types import ASGIApp

from seproj_desktop.errors import UserError
from seproj_desktop.server.binding import EVERYWHERE, Address, open_socket, resolve, url_of
from seproj_desktop.server.certificates import load_certificate
from seproj_desktop.server.keys import ApiKeys, KeyRing
from seproj_desktop.server.networks import KnownNetworks, lan_addresses
from seproj_desktop.server.quiet_uvicorn import QuietServer
from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.server.warden import WireLimits
from seproj_desktop.settings import ServerSettings

logger = logging.getLogger(__name__)

StatusListener = Callable[[ServerStatus], None]


class EmbeddedServer:
    """One switch with one watchable status."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        keys: ApiKeys | None = None,
        networks: KnownNetworks | None = None,
    ) -> None:
        self._app = app
        self._settings = settings
        self._keys = keys
        self._networks = networks
        self._stop_watching: Callable[[], None] | None = None
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
        """Switches on, by default at the settings' address; does nothing while it is on. Raises `UserError`.

        `binding.EVERYWHERE` as the host makes it reachable from outside; by default it is so on a remembered network.
        """
        async with self._switching:
            if isinstance(self._status, On):
                return
            await self._wait_until_ended()
            self._set_status(TurningOn())
            try:
                await self._turn_on(host, self._settings.port if port is None else port)
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

    async def _turn_on(self, host: str | None, port: int) -> None:
        host, note = (host, "") if host is not None else await self._choose_host()
        address = await resolve(host)
        await self._check_openness(address, host)
        context = await self._load_certificate()
        listening = open_socket(address, host, port)
        await self._serve_on(listening, context, self._describe(listening, note, is_secure=context is not None))

    async def _load_certificate(self) -> ssl.SSLContext | None:
        if not self._settings.certificate:
            return None
        return await asyncio.to_thread(load_certificate, self._settings.certificate, self._settings.private_key)

    async def _choose_host(self) -> tuple[str, str]:
        """The settings' address, or every address on a network that the person said so of; and a word where not."""
        host = self._settings.host
        if self._networks is None or not self._networks.is_any_known() or not (await resolve(host)).is_loopback:
            return host, ""
        try:
            if not await self._networks.is_known():
                return host, "On this network the server is for this machine only: it is not one that was remembered."
            await self._check_openness(IPv4Address(EVERYWHERE), EVERYWHERE)
        except UserError as error:
            return host, f"The server is for this machine only. {error}"
        return EVERYWHERE, ""

    async def _check_openness(self, address: Address, host: str) -> None:
        """Raises `UserError` for an address that others can reach while there is no key."""
        if address.is_loopback:
            return
        if self._keys is not None:
            await self._keys.refresh()
            if self._keys.ring.problem:
                raise UserError(self._keys.ring.problem)
            if self._keys.all():
                return
        raise UserError(
            f"The server may not listen on {host}: it can be reached from outside, and there is no API key.",
            "Make a key first, or choose 127.0.0.1.",
        )

    def _describe(self, listening: socket.socket, note: str, *, is_secure: bool) -> On:
        host, port = listening.getsockname()[:2]
        address = ip_address(host)
        if address.is_loopback:
            return On(url_of(host, port, is_secure=is_secure), (), note)
        reachable = lan_addresses(address.version) if address.is_unspecified else (host,)
        local = "127.0.0.1" if address.version == 4 else "::1"
        return On(
            url_of(local if address.is_unspecified else host, port, is_secure=is_secure),
            tuple(url_of(each, port, is_secure=is_secure) for each in reachable),
            note,
        )

    async def _serve_on(self, listening: socket.socket, context: ssl.SSLContext | None, status: On) -> None:
        self._server = QuietServer(self._app, WireLimits.of(self._settings), context)
        self._serving = asyncio.create_task(self._serve(self._server, listening), name="http server")
        await self._server.settled.wait()
        if self._serving.done() or not self._server.started:
            raise UserError("The server could not start.", "The program's log tells why.")
        self._set_status(status)
        if self._keys is not None and not ip_address(listening.getsockname()[0]).is_loopback:
            self._stop_watching = self._keys.subscribe(self._on_keys)

    def _on_keys(self, ring: KeyRing) -> None:
        """With its last key a server that others can reach goes as well."""
        if not ring.is_locked and isinstance(self._status, On):
            self._set_status(Broken("The last API key was revoked, and the server could be reached from outside."))
            self._leave(0)

    async def _serve(self, server: QuietServer, listening: socket.socket) -> None:
        """The life of one uvicorn; an end that nobody asked for is told as what it is."""
        try:
            await server.serve([listening])
        except Exception:  # a bug in the server must not leave the switch at "on"
            logger.exception("the HTTP server ended")
        finally:
            server.cut()
            listening.close()
            if self._stop_watching is not None:
                self._stop_watching()
                self._stop_watching = None
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
