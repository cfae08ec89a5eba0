"""Clients that trickle, do not read, come by the thousand or send what is no HTTP: each is let go, in words."""

import asyncio
import json
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from seproj_desktop.server.careful_protocol import MAX_HEAD_BYTES, MAX_HEADERS
from seproj_desktop.server.warden import FILES_FOR_OTHERS, WireLimits
from seproj_desktop.settings import ServerSettings
from tests.fakes import FakeEngine
from tests.server.house import House, body_of, until

OpenHouse = Callable[..., House]
HASTY = ServerSettings(receive_seconds=0.2, send_seconds=0.2, drain_seconds=5.0)
HEAD = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /generate HTTP/1.1\r\nHost: localhost\r\n"


async def opened(open_house: OpenHouse, *parts: Any, settings: ServerSettings = HASTY) -> House:
    house = open_house(*parts, settings=settings)
    await house.server.start(port=0)
    return house


@asynccontextmanager
async def connected(house: House) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def refusal(reader: asyncio.StreamReader) -> tuple[int, dict[str, Any]]:
    """What the server says last, up to its closing of the connection."""
    answer = await asyncio.wait_for(reader.read(), 20)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"connection: close" in head
    assert b"content-type: application/json" in head
    return int(head.split()[1]), json.loads(body)


async def test_a_connection_that_says_nothing_is_closed(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    async with connected(house) as (reader, _):
        assert await asyncio.wait_for(reader.read(), 20) == b""


async def test_a_head_that_trickles_is_refused(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    async with connected(house) as (reader, writer):
        trickling = asyncio.create_task(trickle(writer, HEAD + b"X-Slow: " + b"x" * 10_000))
        assert await refusal(reader) == (408, {"detail": "The request did not arrive in time."})
        trickling.cancel()


async def test_a_body_that_trickles_is_refused(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    async with house.raw_request(b"", ["Content-Length: 100000"]) as (reader, writer):
        trickling = asyncio.create_task(trickle(writer, b" " * 100_000))
        assert (await refusal(reader))[0] == 408
        trickling.cancel()
    async with house.raw_request(b"", ["Transfer-Encoding: chunked"]) as (reader, writer):
        trickling = asyncio.create_task(trickle(writer, b"1\r\n \r\n" * 20_000))
        assert (await refusal(reader))[0] == 408
        trickling.cancel()
    await until(lambda: not connections())
    assert house.engine.jobs == []


async def trickle(writer: asyncio.StreamWriter, data: bytes) -> None:
    for byte in data:
        writer.write(bytes([byte]))
        await asyncio.sleep(0.005)


async def test_a_slow_second_request_on_a_connection(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    async with connected(house) as (reader, writer):
        writer.write(HEAD + b"\r\n")
        assert b"200" in await reader.readuntil(b"\r\n\r\n")
        writer.write(b"GE")
        answer = await asyncio.wait_for(reader.read(), 20)
        assert b"HTTP/1.1 408" in answer


async def test_a_client_that_does_not_read_is_ended_in_the_engine(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["x" * 10_000] * 1000))
    async with house.raw_request(body_of()) as (_, writer):
        await until(lambda: house.engine.running)
        await until(lambda: not house.engine.running)
        assert len(house.engine.left_early) == 1
        assert not writer.is_closing()


async def test_a_client_that_reads_a_little_is_ended_as_well(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["x" * 10_000] * 1000))
    with socket.create_connection(("127.0.0.1", house.port)) as slow:
        slow.setblocking(False)
        slow.sendall(
            f"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body_of())}\r\n\r\n".encode()
            + body_of()
        )
        await until(lambda: house.engine.running)
        while house.engine.running:
            await asyncio.sleep(0.01)
            slow.recv(1)
    assert len(house.engine.left_early) == 1


async def test_a_slow_engine_is_no_slow_client(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(["a"], gate=gate))
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.engine.running)
    await asyncio.sleep(3 * HASTY.receive_seconds)
    gate.release()
    assert (await asking).status_code == 200


async def test_a_finished_answer_that_nobody_reads_does_not_stay(open_house: OpenHouse) -> None:
    house = await opened(
        open_house, FakeEngine(["x" * 100] * 2000), settings=HASTY.model_copy(update={"idle_seconds": 1})
    )
    with socket.socket() as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        deaf.connect(("127.0.0.1", house.port))
        deaf.sendall(HEAD.replace(b"GET /health", b"GET /openapi.json") + b"\r\n")
        await until(lambda: connections() == 1)
        await until(lambda: connections() == 0)


def connections() -> int:
    """Open protocols, as the garbage collector would find them."""
    import gc

    from seproj_desktop.server.careful_protocol import CarefulProtocol

    return sum(isinstance(one, CarefulProtocol) and one.parser is not None for one in gc.get_objects())


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * (MAX_HEAD_BYTES + 1),
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: " + b"x" * MAX_HEAD_BYTES + b"\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: 1\r\n" * MAX_HEADERS + b"\r\n",
        b"GET /" + b"x" * (MAX_HEAD_BYTES + 1),
        b"GET /" + b"x" * MAX_HEAD_BYTES + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"x" * (MAX_HEAD_BYTES + 1),
    ],
    ids=["endless value", "long value", "many headers", "endless path", "long path", "endless method"],
)
async def test_a_large_head_is_refused(open_house: OpenHouse, head: bytes) -> None:
    house = await opened(open_house, settings=ServerSettings())
    async with connected(house) as (reader, writer):
        writer.write(head)
        status, told = await refusal(reader)
    assert status == (400 if head.startswith(b"x") else 431)
    assert list(told) == ["detail"]


async def test_a_head_within_the_limits(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    headers = {f"X-{number}": "x" * 500 for number in range(MAX_HEADERS - 10)}
    assert (await house.get("/health", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "request_line",
    [
        *(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"),
        *(b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET /health HTTP/1.1\r\nHost localhost\r\n\r\n"),
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        POST + b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_in_our_shape(
    open_house: OpenHouse, request_line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    house = await opened(open_house)
    async with connected(house) as (reader, writer):
        writer.write(request_line)
        status, told = await refusal(reader)
    assert status in (400, 403, 404)
    assert list(told) == ["detail"]
    assert "Traceback" not in caplog.text
    assert (await house.get("/health")).status_code == 200


async def test_on_v1_it_is_openais_shape(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    async with connected(house) as (reader, writer):
        writer.write(b"GET /v1/models HTTP/1.1\r\nHost: localhost\r\n" + b"X-Many: 1\r\n" * MAX_HEADERS + b"\r\n")
        status, told = await refusal(reader)
    assert (status, list(told)) == (431, ["error"])


async def test_the_connection_that_is_idle_longest_makes_room(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    settings = ServerSettings(connection_limit=16)
    house = await opened(open_house, FakeEngine(["a"], gate=gate), settings=settings)
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.engine.running)
    async with AsyncExitStack() as stack:
        idle = [await stack.enter_async_context(connected(house)) for _ in range(100)]
        assert (await house.get("/health")).status_code == 200
        assert await asyncio.wait_for(idle[0][0].read(), 20) == b""
        assert not idle[99][0].at_eof()
        assert house.engine.running, "who waits for an answer keeps the connection"
        gate.release()
        assert (await asking).status_code == 200


async def test_requests_that_never_arrive_keep_nobody_out(open_house: OpenHouse) -> None:
    house = await opened(open_house, settings=ServerSettings(connection_limit=16))
    async with AsyncExitStack() as stack:
        for _ in range(40):
            await stack.enter_async_context(house.raw_request(b"{", ["Content-Length: 10"]))
        assert (await house.ask()).status_code == 200


async def test_when_all_are_at_work_a_further_one_is_refused(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    settings = ServerSettings(connection_limit=16, drain_seconds=0)
    house = open_house(FakeEngine(["a"], gate=gate), settings=settings, queue_limit=16)
    await house.server.start(port=0)
    async with AsyncExitStack() as stack:
        for _ in range(16):
            await stack.enter_async_context(house.raw_request(body_of()))
        await until(lambda: len(house.engine.running) + house.manager.queued == 16)
        async with connected(house) as (reader, _):
            assert (await refusal(reader))[0] == 503


async def test_one_client_has_so_many_requests_at_once(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(["a"], gate=gate), settings=ServerSettings(client_limit=2))
    asking = [asyncio.create_task(house.ask()) for _ in range(2)]
    await until(lambda: len(house.engine.running) == 2)
    refused = await house.ask()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert "2 requests running" in refused.json()["detail"]
    assert (await house.get("/health")).status_code == 200
    other = asyncio.create_task(
        house.post(json={"messages": [{"role": "user", "content": "Hi"}]}, headers={"User-Agent": "another"})
    )
    await until(lambda: len(house.engine.running) == 3)
    for _ in range(4):
        gate.release()
    assert [answer.status_code for answer in await asyncio.gather(*asking, other)] == [200, 200, 200]
    assert (await house.ask()).status_code == 200


def test_there_are_never_more_connections_than_the_system_allows() -> None:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    limits = WireLimits.of(ServerSettings(connection_limit=100_000))
    assert limits.connections == max(16, min(100_000, allowed - FILES_FOR_OTHERS))
