"""Opens the server's socket, and says in words what stands in the way: a port or an address that cannot be had.

Looks up names through the loop only where a name was given. Nothing listens here for longer than it takes to try.
"""

import asyncio
import errno
import os
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

from seproj_desktop.errors import UserError

BACKLOG = 1024
NEAR_PORTS = 50
Address = IPv4Address | IPv6Address


EVERYWHERE = "0.0.0.0"  # noqa: S104  asked for by the person, and only with an API key
"""The host that means every address of this machine."""


def open_socket(address: Address, host: str, port: int) -> socket.socket:
    """A listening socket on one address of this machine, called `host`; port 0 takes any. Raises `UserError`."""
    try:
        return _listen(address, port)
    except OSError as error:
        raise bind_error(error, host, port, find_free_port(address, port)) from error


def url_of(host: str, port: int, *, is_secure: bool = False) -> str:
    """Such as http://127.0.0.1:8765."""
    scheme = "https" if is_secure else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def find_free_port(address: Address, port: int) -> int | None:
    """A port near `port` on which one can really listen now, else any, else None."""
    near = range(max(port, 1023) + 1, min(port + NEAR_PORTS, 65535) + 1)
    for candidate in (*near, 0):
        try:
            with _listen(address, candidate) as probe:
                return int(probe.getsockname()[1])
        except OSError:
            continue
    return None


def bind_error(error: OSError, host: str, port: int, free: int | None) -> UserError:
    """The operating system's refusal in words that a person can act on."""
    other = f"Port {free} is free." if free else "Choose another port."
    match error.errno:
        case errno.EADDRINUSE:
            return UserError(f"Port {port} on {host} is already in use.", f"{other} Or end the program that uses it.")
        case errno.EACCES | errno.EPERM:
            reason = "ports below 1024 belong to the system" if port < 1024 else "the system does not allow it"
            return UserError(f"Port {port} on {host} may not be opened: {reason}.", other)
        case errno.EADDRNOTAVAIL | errno.EAFNOSUPPORT:
            return UserError(f"This machine has no address {host}.", "Choose 127.0.0.1.")
        case _:
            return UserError(f"Port {port} on {host} cannot be opened: {error.strerror or error}.", other)


async def resolve(host: str) -> Address:
    """The address that a host means. Raises `UserError`."""
    if host.lower() == "localhost":
        return IPv4Address("127.0.0.1")
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return ip_address(found[0][4][0])
    except (OSError, UnicodeError, ValueError) as error:
        raise UserError(f"{host!r} is no address of this machine.", "Choose 127.0.0.1.") from error


def _listen(address: Address, port: int) -> socket.socket:
    """Binds and listens, since only listening tells that a port is taken where addresses may be reused."""
    listening = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.version == 6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind((str(address), port))
        listening.listen(BACKLOG)
        listening.settimeout(0)
    except BaseException:
        listening.close()
        raise
    return listening
