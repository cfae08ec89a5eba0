"""How a second program asks the first one to raise its window: one line over a private UNIX socket.

The socket lies in the data folder, the one place both programs know for certain. Only the owner of the folder's lock
listens, so whatever lies at the address when it starts was left by a program that is gone. On any asyncio loop; a
file system without sockets is an `OSError` for the listener and no answer for the one that rings.
"""

import asyncio
import contextlib
import hashlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import cast

from seproj_desktop.storage.lock import FolderLock

BELL_NAME = "doorbell"
LONGEST_ADDRESS = 107
"""Bytes that the kernel takes as a socket's path."""
LONGEST_LINE = 64
PATIENCE = 1.0
"""Seconds that either side waits for the other."""

RAISE = b"raise\n"
DONE = b"ok\n"
REFUSED = b"what?\n"


def bell_address(folder: Path, runtime: Path) -> Path:
    """The socket of a data folder; under `runtime`, by a name made of the folder's, where the path is too long."""
    folder = folder.resolve()
    address = folder / BELL_NAME
    if len(os.fsencode(address)) <= LONGEST_ADDRESS:
        return address
    return runtime / f"seproj-bell-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


async def ring(address: Path, patience: float = PATIENCE) -> bool:
    """Asks for the window; whether the owner answered within `patience` seconds."""
    try:
        async with asyncio.timeout(patience):
            return await _ask(address)
    except (OSError, TimeoutError):
        return False


class Doorbell:
    """Listens for other programs while this one owns the folder; `close` it before the lock is released."""

    def __init__(self, server: asyncio.AbstractServer, address: Path) -> None:
        """For `listen`."""
        self._server = server
        self._address = address

    @classmethod
    async def listen(cls, lock: FolderLock, runtime: Path, on_raise: Callable[[], None]) -> "Doorbell":
        """Calls `on_raise` on this loop whenever another program rings. Raises `OSError`."""
        address = bell_address(lock.folder, runtime)
        bell = _bind_private(address)
        try:
            server = await asyncio.get_running_loop().create_unix_server(lambda: _Visitor(on_raise), sock=bell)
        except BaseException:
            bell.close()
            raise
        return cls(server, address)

    async def close(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        self._address.unlink(missing_ok=True)


class _Visitor(asyncio.Protocol):
    """One connection: a line in, a line out, and an end within `PATIENCE` seconds."""

    def __init__(self, on_raise: Callable[[], None]) -> None:
        self._on_raise = on_raise
        self._line = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass of asyncio's
        self._limit = asyncio.get_running_loop().call_later(PATIENCE, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        self._line += data
        if self._line == RAISE:
            self._on_raise()
            self._answer(DONE)
        elif b"\n" in self._line or len(self._line) > LONGEST_LINE:
            self._answer(REFUSED)

    def connection_lost(self, _error: Exception | None) -> None:
        self._limit.cancel()

    def _answer(self, line: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(line)
            self._transport.close()


async def _ask(address: Path) -> bool:
    if not _is_ours(address):
        return False
    reader, writer = await asyncio.open_unix_connection(address)
    try:
        writer.write(RAISE)
        return await reader.readline() == DONE
    finally:
        writer.close()
        with contextlib.suppress(OSError):  # the owner went away meanwhile
            await writer.wait_closed()


def _is_ours(address: Path) -> bool:
    """In a shared folder, another user could have put a socket at the address."""
    return address.stat().st_uid == os.getuid()


def _bind_private(address: Path) -> socket.socket:
    """A bound socket that only this user may open; it is made private before anybody can connect."""
    address.unlink(missing_ok=True)
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bell.bind(os.fspath(address))
        address.chmod(0o600)
        bell.settimeout(0)
    except BaseException:
        bell.close()
        raise
    return bell
