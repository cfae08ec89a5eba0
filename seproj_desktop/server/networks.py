"""Which network this machine is on, and on which ones the person wants the server to be reachable. Sends nothing.

The kernel's tables are read: the interface of the default route, its subnet, and the gateway's hardware address, which
another network of the same numbers does not share. On the backend's loop; files are read on worker threads.
"""

import asyncio
import fcntl
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from seproj_desktop.errors import UserError
from seproj_desktop.server.private_file import PrivateFile

KERNEL_TABLES = Path("/proc/net")
SIOCGIFADDR = 0x8915
NO_HARDWARE = "00:00:00:00:00:00"
GLOBAL_SCOPE = "00"
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Network:
    """The network behind the default route."""

    subnet: str
    interface: str
    gateway: str
    """The gateway's hardware address."""

    @property
    def id(self) -> str:
        """The same network through cable or radio is two: one may be guarded better than the other."""
        return f"{self.gateway} {self.subnet} {self.interface}"


class _Known(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    networks: tuple[str, ...] = Field(default=(), max_length=1000)


class KnownNetworks:
    """The networks on which the server may be reached from outside without being asked again, kept in one file."""

    def __init__(self, file: Path, tables: Path = KERNEL_TABLES) -> None:
        self._file = PrivateFile(file, _Known)
        self._tables = tables

    async def current(self) -> Network | None:
        """Where this machine is now; None where there is no telling."""
        return await asyncio.to_thread(read_network, self._tables)

    async def is_known(self) -> bool:
        """Whether the person asked for it here. Raises `UserError` for a broken file."""
        network = await self.current()
        return network is not None and network.id in (await asyncio.to_thread(self._file.read)).networks

    async def remember(self) -> Network:
        """Raises `UserError` where there is no telling which network this is."""
        network = await self.current()
        if network is None:
            raise UserError("This network cannot be told from others, so it cannot be remembered.")
        await self._change(lambda before: (*(one for one in before if one != network.id), network.id))
        return network

    async def forget(self) -> None:
        """The one this machine is on now."""
        network = await self.current()
        await self._change(lambda before: tuple(one for one in before if network is None or one != network.id))

    async def forget_all(self) -> None:
        await self._change(lambda _before: ())

    def is_any_known(self) -> bool:
        """As long as one look at a file; whether there is something to read at all."""
        return self._file.stamp() is not None

    async def _change(self, function: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        def changed(before: _Known) -> _Known:
            return _Known(networks=function(before.networks))

        await asyncio.to_thread(self._file.change, changed)


def read_network(tables: Path = KERNEL_TABLES) -> Network | None:
    routes = _rows(tables / "route")
    default = next((row for row in routes if row["Destination"] == "00000000" and row["Mask"] == "00000000"), None)
    if default is None:
        return None
    interface = default["Iface"]
    gateway = _hardware_address(tables / "arp", str(_little_endian(default["Gateway"])), interface)
    subnet = next((row for row in routes if row["Iface"] == interface and row["Gateway"] == "00000000"), None)
    if gateway is None or subnet is None:
        return None
    numbers = IPv4Network((int(_little_endian(subnet["Destination"])), str(_little_endian(subnet["Mask"]))))
    return Network(str(numbers), interface, gateway)


def lan_addresses(version: int = 4, tables: Path = KERNEL_TABLES) -> tuple[str, ...]:
    """At which this machine can be reached from outside; the interface of the default route comes first."""
    first = next((row["Iface"] for row in _rows(tables / "route") if row["Destination"] == "00000000"), "")
    names = sorted((name for _, name in socket.if_nameindex()), key=lambda name: name != first)
    found: list[Address] = []
    if version == 4:
        found = [address for name in names if (address := _ipv4_of(name)) is not None]
    else:
        rows = [line.split() for line in _lines(tables / "if_inet6")]
        found = [IPv6Address(bytes.fromhex(row[0])) for row in rows if row[3] == GLOBAL_SCOPE]
    return tuple(str(address) for address in found if not address.is_loopback)


def _ipv4_of(interface: str) -> IPv4Address | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            answer = fcntl.ioctl(asking.fileno(), SIOCGIFADDR, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None  # it has none
    return IPv4Address(answer[20:24])


def _hardware_address(table: Path, address: str, interface: str) -> str | None:
    for row in (line.split() for line in _lines(table)[1:]):
        if len(row) >= 6 and row[0] == address and row[5] == interface and row[3] != NO_HARDWARE:
            return row[3]
    return None


def _rows(table: Path) -> list[dict[str, str]]:
    lines = _lines(table)
    names = lines[0].split() if lines else []
    return [dict(zip(names, line.split(), strict=False)) for line in lines[1:]]


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return []


def _little_endian(number: str) -> IPv4Address:
    return IPv4Address(int.from_bytes(bytes.fromhex(number), "little"))
