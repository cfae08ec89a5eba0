"""Who may talk to the server: Host, Origin, preflights and the size of a body."""

import asyncio
import json
from collections.abc import Callable
from ipaddress import IPv6Address
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from seproj_desktop.server.access import MIB, AccessRules
from seproj_desktop.server.binding import find_free_port
from seproj_desktop.server.heading import host_name
from seproj_desktop.settings import ServerSettings
from tests.server.house import House, body_of

MAX_BODY_BYTES = 8 * MIB
LISTED = "http://localhost:3000"
SETTINGS = ServerSettings(cors_origins=(LISTED + "/",), allowed_hosts=("workstation.example",))
GOOD_HOSTS = [
    "localhost",
    "LocalHost:8765",
    "localhost.",
    "127.0.0.1",
    "127.8.9.1:80",
    "[::1]",
    "[::1]:8765",
    "workstation.example:1",
]
BAD_HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "192.168.1.2",
    "[::2]",
    "a b",
    "",
    "@localhost",
    "localhost:x",
]


@pytest.fixture
async def guarded(open_house: Callable[..., House]) -> House:
    house = open_house(settings=SETTINGS)
    await house.server.start(port=0)
    return house


@pytest.mark.parametrize("host", GOOD_HOSTS)
async def test_names_of_this_machine(guarded: House, host: str) -> None:
    assert (await guarded.get("/health", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/docs", "/openapi.json", "/nowhere", "/generate"])
@pytest.mark.parametrize("host", BAD_HOSTS)
async def test_other_names_are_refused_on_every_path(guarded: House, host: str, path: str) -> None:
    refused = await guarded.get(path, headers={"Host": host})
    assert refused.status_code == 403
    assert "Host" in refused.json()["detail"]
    assert refused.headers["x-request-id"]


async def test_two_hosts_are_refused(guarded: House) -> None:
    async with guarded.raw_request(body_of(), ["Host: evil.example"]) as (reader, _):
        assert (await reader.readline()).startswith(b"HTTP/1.1 403")


async def asked(settings: ServerSettings, server: str, host: str) -> int:
    """The status for a Host header on a server that is bound to `server`."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        raise AssertionError("no body was asked for")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "scheme": "http", "server": (server, 80)}
    await AccessRules(app, settings, machine="Workstation")(
        scope | {"headers": [(b"host", host.encode())]}, receive, send
    )
    return int(sent[0]["status"])


async def test_the_machines_name_counts_beyond_the_loopback_only() -> None:
    beyond = ServerSettings(host="10.1.2.3")
    for name in ("workstation:8765", "workstation.local", "10.1.2.3:8765"):
        assert await asked(beyond, "10.1.2.3", name) == 401, "such a name is let in as far as the question for a key"
    assert await asked(beyond, "10.1.2.3", "10.1.2.4") == 403
    assert await asked(ServerSettings(), "127.0.0.1", "workstation:8765") == 403
    assert await asked(ServerSettings(), "127.0.0.1", "10.1.2.3") == 403


async def test_websockets_are_closed() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def never(*_: Any) -> Any:
        raise AssertionError("not to be called")

    await AccessRules(never, SETTINGS)({"type": "websocket", "headers": []}, never, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:3001", "https://localhost:3000", "null"])
async def test_other_origins_are_refused(guarded: House, origin: str) -> None:
    headers = {"Origin": origin}
    for refused in (
        await guarded.get("/health", headers=headers),
        await guarded.post(content=body_of(), headers=headers | {"Content-Type": "application/json"}),
        await guarded.options("/generate", headers=headers | {"Access-Control-Request-Method": "POST"}),
    ):
        assert refused.status_code == 403
        assert list(refused.json()) == ["detail"]
        assert not any(name.startswith("access-control") for name in refused.headers)
    assert guarded.engine.jobs == []


async def test_the_servers_own_pages_may_ask(guarded: House) -> None:
    response = await guarded.get("/health", headers={"Origin": guarded.address})
    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


async def test_listed_origins_may_ask_and_read(guarded: House) -> None:
    headers = {"Origin": LISTED, "Content-Type": "application/json"}
    response = await guarded.post(content=body_of(), headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == LISTED
    assert response.headers["vary"] == "Origin"
    assert response.headers["content-type"] == "application/x-ndjson"
    refused = await guarded.post(content=b"{", headers=headers)
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (422, LISTED)


async def test_a_listed_origins_preflight(guarded: House) -> None:
    asks = {
        "Origin": LISTED,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type, x-invented",
        "Access-Control-Request-Private-Network": "true",
    }
    response = await guarded.options("/generate", headers=asks)
    assert response.status_code == 204
    assert response.headers["access-control-allow-origin"] == LISTED
    assert "POST" in response.headers["access-control-allow-methods"]
    allowed = response.headers["access-control-allow-headers"].split(", ")
    assert {"authorization", "content-type", "x-api-key"} < set(allowed)
    assert "x-invented" not in allowed
    assert response.headers["access-control-allow-private-network"] == "true"


async def test_a_large_body_is_refused_by_its_length(guarded: House) -> None:
    async with guarded.raw_request(b"", [f"Content-Length: {MAX_BODY_BYTES + 1}"]) as (reader, _):
        assert (await reader.readline()).startswith(b"HTTP/1.1 413")


async def test_a_large_body_is_refused_while_it_comes(guarded: House) -> None:
    async def pieces() -> Any:
        for _ in range(MAX_BODY_BYTES // 65_536 + 1):
            yield b" " * 65_536

    refused = await guarded.post(content=pieces(), headers={"Content-Type": "application/json"})
    assert refused.status_code == 413
    assert refused.json() == {"detail": "The body is larger than 8 MiB."}
    assert refused.headers["x-request-id"]


async def test_a_body_just_within_the_limit(guarded: House) -> None:
    body = body_of()
    padded = body + b" " * (MAX_BODY_BYTES - len(body))
    response = await guarded.post(content=padded, headers={"Content-Type": "application/json"})
    assert response.status_code == 200


async def test_a_chunked_body_is_read(guarded: House) -> None:
    async def pieces() -> Any:
        for byte in body_of():
            yield bytes([byte])
            await asyncio.sleep(0)

    response = await guarded.post(content=pieces(), headers={"Content-Type": "application/json"})
    assert response.status_code == 200
    assert json.loads(response.text.splitlines()[-1])["type"] == "done"


@pytest.mark.parametrize(
    ("authority", "name"),
    [("[::1]:80", "::1"), ("a.b:1", "a.b"), ("A.", "a"), ("::1", None), ("a:b", None), ("a/b", None), ("[x]", None)],
)
def test_the_host_of_an_authority(authority: str, name: str | None) -> None:
    assert host_name(authority) == name


@pytest.mark.parametrize("host", ["[::1]", "[::1]:{port}", "localhost:{port}", "127.0.0.1", "[0:0:0:0:0:0:0:1]:{port}"])
async def test_names_of_this_machine_over_ipv6(open_house: Callable[..., House], host: str) -> None:
    if find_free_port(IPv6Address("::1"), 20_000) is None:
        pytest.skip("this machine has no IPv6")
    house = open_house(settings=SETTINGS)
    await house.server.start("::1", 0)
    assert (await house.get("/health", headers={"Host": host.format(port=house.port)})).status_code == 200
    for other in (
        "[::2]",
        "[fe80::1]:80",
        "evil.example",
        f"[::1]:{house.port}0000",
        "::1",
        "[::1",
        "[::1]]",
        "[::1]x",
    ):
        assert (await house.get("/health", headers={"Host": other})).status_code == 403
    own = {"Origin": house.address, "Host": f"[::1]:{house.port}"}
    assert (await house.get("/health", headers=own)).status_code == 200


async def test_without_a_host_it_is_refused(guarded: House) -> None:
    for version in ("1.0", "1.1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
        writer.write(f"GET /health HTTP/{version}\r\nConnection: close\r\n\r\n".encode())
        assert b" 403 " in await reader.readline()
        writer.transport.abort()


async def test_a_websocket_is_refused_at_the_socket(guarded: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    lines = ["GET /generate HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "", ""]
    writer.write("\r\n".join(lines).encode())
    assert b" 405 " in await reader.readline()
    writer.transport.abort()
