"""Who may talk to this server: the outermost callable, in front of every path. On the backend's loop.

The Host header must name this machine, which stops DNS rebinding; pages of other origins are refused unless they are
listed; once there is an API key, every path but /health needs one; bodies have a limit. It looks at the headers only
and leaves the answer's stream alone (a listed origin's answer gets CORS headers).
"""

import socket

from fastapi import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.caller import SCOPE_KEY, caller_of, read_caller
from seproj_desktop.server.cors import answer_preflight, cors_headers, with_headers
from seproj_desktop.server.heading import Heading, host_name, is_loopback
from seproj_desktop.server.keys import ApiKey, ApiKeys
from seproj_desktop.server.refusals import send_error
from seproj_desktop.server.reply import id_header, new_request_id, send_json
from seproj_desktop.server.stream_limits import ClientLimit
from seproj_desktop.settings import ServerSettings

MIB = 1024 * 1024
HEALTH_PATH = "/health"
IT_LIVES = b'{"status":"ok"}'
KEY_NEEDED = 'This server needs an API key: send the header "Authorization: Bearer KEY" or "x-api-key: KEY".'
NO_KEY = HTTPException(401, KEY_NEEDED, {"WWW-Authenticate": "Bearer"})
KEY_CODE = "invalid_api_key"


class AccessRules:
    """The ASGI callable around everything else. Without `keys` there are none, and none are needed.

    `board` shows whom it has refused, and why.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        keys: ApiKeys | None = None,
        board: RequestBoard | None = None,
        *,
        machine: str | None = None,
    ) -> None:
        self._app = app
        self._keys = keys
        self._board = board
        self._hosts = {name for host in settings.allowed_hosts if (name := host_name(host))}
        self._origins = {origin.rstrip("/").lower() for origin in settings.cors_origins}
        self._body_limit = settings.body_mib * MIB
        self._client_limit = ClientLimit(settings.client_limit)
        self._bound = settings.host.strip("[]").lower()
        name = (machine or socket.gethostname()).lower()
        self._machine = {name, f"{name}.local"}

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
            await self._refuse(scope, send, refusal)
            return
        if origin is not None:
            if scope["method"] == "OPTIONS" and heading.asks_method:
                await answer_preflight(send, origin, heading)
                return
            send = with_headers(send, cors_headers(origin))
        if self._keys is not None and self._keys.is_stale():
            await self._keys.refresh()
        key = self._find_key(heading)
        if key is None and self._needs_key(scope):
            await self._answer_stranger(scope, send)
            return
        caller = scope[SCOPE_KEY] = read_caller(scope, key.name if key is not None else None)
        if heading.length is not None and not self._fits(heading.length):
            await self._refuse(scope, send, self._too_large())
        elif scope["method"] == "POST":
            await self._serve_counted(
                caller.name, scope, self._limited(receive) if heading.is_chunked else receive, send
            )
        else:
            await self._app(scope, receive, send)

    async def _serve_counted(self, client: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A request counts once it has arrived: bodies that never do must not keep the same client's others out."""
        is_counted = False

        async def receive_counted() -> Message:
            nonlocal is_counted
            message = await receive()
            if not is_counted and message["type"] == "http.request" and not message.get("more_body"):
                self._client_limit.enter(client)
                is_counted = True
            return message

        try:
            await self._app(scope, receive_counted, send)
        finally:
            if is_counted:
                self._client_limit.leave(client)

    async def _answer_stranger(self, scope: Scope, send: Send) -> None:
        """One refusal for a missing key and for a wrong one; /health tells that it lives, and nothing else."""
        if scope["path"] == HEALTH_PATH and scope["method"] in ("GET", "HEAD"):
            await send_json(send, 200, IT_LIVES, [id_header(new_request_id())])
        else:
            await self._refuse(scope, send, NO_KEY, KEY_CODE)

    async def _refuse(self, scope: Scope, send: Send, refusal: HTTPException, code: str | None = None) -> None:
        if self._board is not None:
            entry = self._board.open(caller_of(scope), scope["path"], RequestTrace(new_request_id()))
            entry.close("refused", refusal.status_code, str(refusal.detail))
        await send_error(scope, send, refusal, code)

    def _fits(self, length: str) -> bool:
        return length.isdigit() and len(length) < 20 and int(length) <= self._body_limit

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The body is larger than {self._body_limit // MIB} MiB.")

    def _limited(self, receive: Receive) -> Receive:
        """`receive` for a body that does not tell its length: refuses it once it has grown too large."""
        taken = 0

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._body_limit:
                raise self._too_large()
            return message

        return receive_limited

    def _check_host(self, scope: Scope, heading: Heading) -> None:
        named = host_name(heading.hosts[0]) if len(heading.hosts) == 1 else None
        if named is None or not self._is_ours(named, scope):
            raise HTTPException(403, "The Host header does not name this machine. More names: setting allowed_hosts.")

    def _is_ours(self, named: str, scope: Scope) -> bool:
        """Names of the loopback, listed names, and the address or name that the server was bound to."""
        if is_loopback(named) or named in self._hosts or named == self._bound:
            return True
        here = _here(scope)
        return not is_loopback(here) and (named == here or named in self._machine)

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

    def _needs_key(self, scope: Scope) -> bool:
        """What comes from outside always needs one, whatever was bound and however the last key went."""
        return (self._keys is not None and self._keys.ring.is_locked) or not is_loopback(_here(scope))

    def _find_key(self, heading: Heading) -> ApiKey | None:
        if self._keys is None:
            return None
        return next((key for secret in heading.secrets if (key := self._keys.check(secret)) is not None), None)


def _here(scope: Scope) -> str:
    """The address of this machine at which the request arrived."""
    return str((scope.get("server") or ("",))[0])
