"""TLS connections before their handshake is over: they count, have their time, and go with the server."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from socket import create_connection, socket

import httpx
import pytest
import uvloop

from seproj_desktop.server.warden import FEWEST
from seproj_desktop.settings import ServerSettings
from tests.server.house import House
from tests.server.test_certificates import CERTIFICATE, KEY

OpenHouse = Callable[..., House]
SECURE = ServerSettings(certificate=CERTIFICATE, private_key=KEY, connection_limit=FEWEST, drain_seconds=5.0)
HASTY = SECURE.model_copy(update={"receive_seconds": 0.2})


async def opened(open_house: OpenHouse, settings: ServerSettings = SECURE) -> House:
    house = open_house(settings=settings)
    await house.server.start("localhost", 0)
    return house


async def ask(house: House) -> str:
    trusting = ssl.create_default_context(cafile=CERTIFICATE)
    async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
        return str((await client.get(house.address + "/health")).json()["status"])


@contextmanager
def silent(house: House, count: int) -> Iterator[list[socket]]:
    """Connections on which no handshake begins."""
    with ExitStack() as stack:
        yield [stack.enter_context(create_connection(("127.0.0.1", house.port))) for _ in range(count)]


async def last_words(connection: socket) -> bytes:
    """What comes until the server closes; a reset is an end as well."""
    connection.settimeout(0)
    try:
        return await asyncio.wait_for(asyncio.get_running_loop().sock_recv(connection, 100), 20)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_one_request_after_the_other_on_either_loop(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """The program's is uvloop's, which reads at other moments than asyncio's."""
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(ask_again_and_again())


async def ask_again_and_again() -> None:
    house = await opened(House)
    with silent(house, 2 * FEWEST):
        assert [await ask(house) for _ in range(FEWEST)] == ["ok"] * FEWEST
    await house.aclose()


async def test_beyond_the_limit_the_one_that_came_first_goes(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    with silent(house, FEWEST + 3) as connections:
        for gone in connections[:3]:
            assert await last_words(gone) == b""
        assert await ask(house) == "ok"
        assert await last_words(connections[3]) == b""
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(last_words(connections[-1]), 0.05)


async def test_a_handshake_that_takes_too_long_is_ended(open_house: OpenHouse) -> None:
    house = await opened(open_house, HASTY)
    with silent(house, 2) as connections:
        connections[1].send(b"\x16\x03\x01")
        for each in connections:
            assert await last_words(each) == b""
    assert await ask(house) == "ok"


async def test_what_is_no_handshake_is_ended_and_nothing_breaks(
    open_house: OpenHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house = await opened(open_house)
    with silent(house, 3) as (http, nonsense, leaving):
        http.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        nonsense.send(b"\x16\x03\x01\x02\x00" + b"x" * 600)
        leaving.send(b"\x16\x03")
        leaving.close()
        for each in (http, nonsense):
            await last_words(each)
    assert await ask(house) == "ok"
    assert "Traceback" not in caplog.text


async def test_switching_off_waits_for_no_handshake(open_house: OpenHouse) -> None:
    house = await opened(open_house)
    with silent(house, 3) as connections:
        await ask(house)
        await house.server.stop()
        for each in connections:
            assert await last_words(each) == b""
        assert {task for task in asyncio.all_tasks() if "TLS" in task.get_name()} == set()
