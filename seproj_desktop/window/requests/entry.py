"""Who gets in, as the person decides: keys are made and revoked, and the server is opened to the network or closed.

On the Qt thread; the deeds are the backend's. What does not work out is told where it was asked for.
"""

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.errors import UserError
from seproj_desktop.server.status import Broken, On, ServerStatus
from seproj_desktop.window.control import SERVER
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.requests.key_maker import KeyMaker
from seproj_desktop.window.requests.keys_dialog import KeysDialog
from seproj_desktop.window.requests.network_dialog import NetworkDialog, Surroundings
from seproj_desktop.window.requests.panel import RequestsPanel
from seproj_desktop.window.theme import Theme

if TYPE_CHECKING:
    from seproj_desktop.app import App
    from seproj_desktop.server.keys import KeyRing

KEYS = "keys"
NETWORK = "network"


class Entry(QObject):
    """Keys and the network."""

    def __init__(
        self, backend: Backend, operations: Operations, panel: RequestsPanel, theme: Theme, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._backend = backend
        self._operations = operations
        self._panel = panel
        self.keys = KeysDialog(theme, panel)
        self.network = NetworkDialog(theme, panel)
        self.keys.create_requested.connect(lambda name: self._create(name, self.keys.maker))
        self.keys.revoke_requested.connect(self._revoke)
        self.network.create_requested.connect(lambda name: self._create(name, self.network.maker))
        self.network.open_requested.connect(self._open)
        panel.address.keys_requested.connect(self._show_keys)
        panel.address.network_requested.connect(self._show_network)
        panel.address.withdraw_requested.connect(self._withdraw)
        backend.keys_changed.connect(self._on_keys)
        backend.server_changed.connect(self._on_server)

    def _on_keys(self, ring: "KeyRing") -> None:
        self.keys.show_ring(ring)
        self.network.show_keys(0 if ring.problem else len(ring.keys))
        self._panel.address.show_key_needed(ring.is_locked)

    def _on_server(self, status: ServerStatus) -> None:
        self.keys.show_reachable(isinstance(status, On) and bool(status.lan))

    def _show_keys(self) -> None:
        if self._backend.is_started:
            self._backend.post(refresh_keys, self._backend.app)
            self.keys.open()

    def _show_network(self) -> None:
        if self._backend.is_started:
            self._backend.post(refresh_keys, self._backend.app)
            self._backend.post(look_around, self._backend.app, then=self._ask)

    def _ask(self, around: Surroundings) -> None:
        self.network.show_surroundings(around)
        self.network.show_remembered(False)
        self.network.open()

    def _create(self, name: str, maker: KeyMaker) -> None:
        async def create() -> None:
            try:
                secret = await self._backend.call(create_key, self._backend.app, name)
            except UserError as error:
                maker.show_failure(f"{error.message} {error.advice}".rstrip())
            else:
                maker.show_key(name, secret)

        self._operations.run(KEYS, create)

    def _revoke(self, name: str) -> None:
        self._operations.run(KEYS, partial(self._backend.call, revoke_key, self._backend.app, name))

    def _open(self, is_remembered: bool) -> None:
        work = partial(self._backend.call, open_to_network, self._backend.app, is_remembered)
        self._operations.run(SERVER, work)

    def _withdraw(self) -> None:
        self._operations.run(SERVER, partial(self._backend.call, withdraw_from_network, self._backend.app))


# What follows runs on the backend's loop.


async def refresh_keys(app: "App") -> None:
    await app.keys.refresh()


async def create_key(app: "App", name: str) -> str:
    return await app.keys.create(name)


async def revoke_key(app: "App", name: str) -> None:
    await app.keys.revoke(name)


async def look_around(app: "App") -> Surroundings:
    """Where other machines would find the server."""
    from seproj_desktop.server.binding import url_of
    from seproj_desktop.server.networks import lan_addresses

    is_secure = bool(app.settings.server.certificate)
    found = await asyncio.to_thread(lan_addresses)
    network = await app.networks.current()
    return Surroundings(
        tuple(url_of(address, app.settings.server.port, is_secure=is_secure) for address in found),
        f"{network.subnet}, {network.interface}" if network is not None else "",
        is_secure,
    )


async def open_to_network(app: "App", is_remembered: bool) -> None:
    from seproj_desktop.server.binding import EVERYWHERE

    await _restart(app, EVERYWHERE)
    if is_remembered and isinstance(app.server.status, On):
        await app.networks.remember()


async def withdraw_from_network(app: "App") -> None:
    """For this machine only from now on, also the next time."""
    await app.networks.forget()
    await _restart(app, "127.0.0.1")


async def _restart(app: "App", host: str) -> None:
    """A server that could not start tells why in its own status."""
    await app.server.stop()
    try:
        await app.server.start(host)
    except UserError:
        if not isinstance(app.server.status, Broken):
            raise
