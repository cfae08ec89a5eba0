"""Who may talk to this server: the outermost callable, in front of every path. On the backend's loop.

The Host header must name this machine, which stops DNS rebinding; pages of other origins are refused unless they are
listed; bodies have a limit. It looks at the headers only and leaves the answer's stream alone (a listed origin's answer
gets CORS headers).
"""

import functools
import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seproj_desktop.server.reply import RawHeaders, id_header, new_request_id, send_refusal
from seproj_desktop.settings import ServerSettings

MAX_BODY_BYTES = 8 * 1024 * 1024
TOO_LARGE = f"The body is larger than {MAX_BODY_BYTES // 1024**2} MiB."
AUTHORITY = re.compile(r"^(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\s:\[\]/@]+?)\.?)(?::\d{1,5})?$")


@functools.lru_cache(maxsize=64)  # clients say the same at every request
def host_name(authority: str) -> str | None:
    """The host of `host:port`, in lower case, without brackets, port and final dot; None for anything else."""
    found = AUTHORITY.match(authority.strip().lower())
    return (found["v6"] or found["name"]) if found else None


@functools.lru_cache(maxsize=64)
def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Heading:
    """What the rules need of a request's headers; every Host and Origin, since a second one is a trick."""

    hosts: tuple[str, ...]
    origins: tuple[str, ...]
    length: str | None
    is_chunked: bool
    asks_method: bool
    asks_headers: bytes
    asks_private: bool

    @classmethod
    def of(cls, scope: Scope) -> "Heading":
        hosts, origins = [], []
        others: dict[bytes, bytes] = {}
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value.decode("latin-1"))
            elif name == b"origin":
                origins.append(value.decode("latin-1").lower())
            else:
                others[name] = value
        length = others.get(b"content-length")
        return cls(
            hosts=tuple(hosts),
            origins=tuple(origins),
            length=None if length is None else length.decode("latin-1"),
            is_chunked=b"transfer-encoding" in others,
            asks_method=b"access-control-request-method" in others,
            asks_headers=others.get(b"access-control-request-headers", b""),
            asks_private=b"access-control-request-private-network" in others,
        )


class AccessRules:
    """The ASGI callable around everything else."""

    def __init__(self, app: ASGIApp, settings: ServerSettings, *, machine: str | None = None) -> None:
        self._app = app
        self._hosts = {name for host in settings.allowed_hosts if (name := host_name(host))}
        self._origins = {origin.rstrip("/").lower() for origin in settings.cors_origins}
        self._bound = settings.host.strip("[]").lower()
        self._machine = (machine or socket.gethostname()).lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        heading = Heading.of(scope)
        try:
            self._check_host(scope, heading)
            origin = self._check_origin(scope, heading)
        except HTTPException as refusal:
            await _refuse(send, refusal)
            return
        if origin is not None:
            if scope["method"] == "OPTIONS" and heading.asks_method:
                await _answer_preflight(send, origin, heading)
                return
            send = _with_headers(send, _cors(origin))
        if heading.length is not None and (not heading.length.isdigit() or int(heading.length) > MAX_BODY_BYTES):
            await _refuse(send, HTTPException(413, TOO_LARGE))
            return
        await self._app(scope, _limited(receive) if heading.is_chunked else receive, send)

    def _check_host(self, scope: Scope, heading: Heading) -> None:
        named = host_name(heading.hosts[0]) if len(heading.hosts) == 1 else None
        if named is None or not self._is_ours(named, scope):
            raise HTTPException(403, "The Host header does not name this machine. More names: setting allowed_hosts.")

    def _is_ours(self, named: str, scope: Scope) -> bool:
        """Names of the loopback, listed names, and the address or name that the server was bound to."""
        if is_loopback(named) or named in self._hosts or named == self._bound:
            return True
        here = (scope.get("server") or ("",))[0]
        return not is_loopback(here) and named in (here, self._machine)

    def _check_origin(self, scope: Scope, heading: Heading) -> str | None:
        """The listed origin that asks, or None for no page and for pages of our own."""
        if not heading.origins:
            return None
        origin = heading.origins[0]
        if len(heading.origins) == 1:
            if origin in self._origins:
                return origin
            if origin == f"{scope['scheme']}://{heading.hosts[0].strip().lower()}":
                return None
        raise HTTPException(403, "Pages of this origin may not use this server. Setting: cors_origins.")


async def _refuse(send: Send, refusal: HTTPException) -> None:
    await send_refusal(send, refusal, [id_header(new_request_id())])


def _cors(origin: str) -> RawHeaders:
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-expose-headers", b"X-Request-ID, Retry-After"),
        (b"vary", b"Origin"),
    ]


async def _answer_preflight(send: Send, origin: str, heading: Heading) -> None:
    headers = [
        *_cors(origin),
        (b"access-control-allow-methods", b"GET, POST"),
        (b"access-control-allow-headers", heading.asks_headers or b"content-type"),
        (b"access-control-max-age", b"600"),
    ]
    if heading.asks_private:
        headers.append((b"access-control-allow-private-network", b"true"))
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _with_headers(send: Send, more: RawHeaders) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], *more]
        await send(message)

    return send_with_headers


def _limited(receive: Receive) -> Receive:
    """`receive` for a body that does not tell its length: refuses it once it has grown too large."""
    taken = 0

    async def receive_limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            raise HTTPException(413, TOO_LARGE)
        return message

    return receive_limited
