"""The switch: on and off as often as one likes, with words for what goes wrong, and nothing left behind."""

import asyncio
import errno
import gc
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from seproj_desktop.errors import UserError
from seproj_desktop.server.binding import bind_error, find_free_port
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.settings import ServerSettings
from tests.fakes import FakeEngine
from tests.server.conftest import settle
from tests.server.house import House, body_of, until

OpenHouse = Callable[..., House]


def watched(server: EmbeddedServer) -> list[ServerStatus]:
    seen: list[ServerStatus] = []
    server.subscribe(seen.append)
    return seen


def taken_port() -> tuple[socket.socket, int]:
    taken = socket.create_server(("127.0.0.1", 0))
    return taken, taken.getsockname()[1]


async def test_each_state_is_told(open_house: OpenHouse) -> None:
    house = open_house()
    seen = watched(house.server)
    await house.server.start(port=0)
    address = house.address
    await house.server.start(port=0)
    assert house.address == address
    await house.server.stop()
    await house.server.stop()
    assert seen == [Off(), TurningOn(), On(address), Draining(address), Off()]


async def test_nobody_is_told_after_the_end_of_a_subscription(open_house: OpenHouse) -> None:
    server = open_house().server
    seen: list[ServerStatus] = []
    server.subscribe(seen.append)()
    await server.start(port=0)
    assert seen == [Off()]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.5"])
async def test_names_of_the_loopback(open_house: OpenHouse, host: str) -> None:
    house = open_house()
    await house.server.start(host, 0)
    assert (await house.get("/health")).status_code == 200


@pytest.mark.parametrize("host", ["::1", "[::1]"])
async def test_ipv6(open_house: OpenHouse, host: str) -> None:
    if find_free_port_v6() is None:
        pytest.skip("this machine has no IPv6")
    house = open_house()
    await house.server.start(host, 0)
    assert house.address.startswith("http://[::1]:")
    assert (await house.get("/health")).status_code == 200


def find_free_port_v6() -> int | None:
    from ipaddress import IPv6Address

    return find_free_port(IPv6Address("::1"), 20_000)


async def test_a_port_in_use_is_named_and_a_free_one_suggested(open_house: OpenHouse) -> None:
    house = open_house()
    taken, port = taken_port()
    with taken, pytest.raises(UserError, match=f"Port {port} on 127.0.0.1 is already in use") as caught:
        await house.server.start(port=port)
    assert house.server.status == Broken(caught.value.message, caught.value.advice)
    suggested = int(caught.value.advice.split()[1])
    assert suggested != port
    await house.server.start(port=suggested)
    assert house.port == suggested


async def test_from_broken_to_off_and_on(open_house: OpenHouse) -> None:
    house = open_house()
    taken, port = taken_port()
    with taken, pytest.raises(UserError):
        await house.server.start(port=port)
    await house.server.stop()
    assert house.server.status == Off()
    await house.server.start(port=port)
    assert house.port == port


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "8.8.8.8"])
async def test_the_world_outside_is_refused(open_house: OpenHouse, host: str) -> None:
    server = open_house().server
    with pytest.raises(UserError, match="reached from outside"):
        await server.start(host, 0)
    assert isinstance(server.status, Broken)


async def test_nonsense_is_no_address(open_house: OpenHouse) -> None:
    with pytest.raises(UserError, match="is no address of this machine"):
        await open_house().server.start("not an address", 0)


@pytest.mark.parametrize(
    ("number", "port", "words"),
    [
        (errno.EACCES, 80, "Port 80 on h may not be opened: ports below 1024 belong to the system. Port 8080 is free."),
        (errno.EADDRNOTAVAIL, 80, "This machine has no address h. Choose 127.0.0.1."),
        (errno.ENOBUFS, 80, "Port 80 on h cannot be opened: full. Port 8080 is free."),
    ],
)
def test_the_systems_refusals_in_words(number: int, port: int, words: str) -> None:
    assert str(bind_error(OSError(number, "full"), "h", port, 8080)) == words


async def test_a_stop_lets_running_answers_end(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    house = open_house(FakeEngine(["a", "b"], gate=gate))
    await house.server.start(port=0)
    async with house.stream() as lines:
        await anext(lines)
        port = house.port
        stopping = asyncio.create_task(house.server.stop())
        await until(lambda: isinstance(house.server.status, Draining))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        socket.create_server(("127.0.0.1", port)).close()
        gate.release()
        assert [line["type"] async for line in lines] == ["token", "done"]
    await stopping
    assert house.server.status == Off()


async def test_a_stop_cancels_what_does_not_end(open_house: OpenHouse) -> None:
    house = open_house(FakeEngine(["a", "b"], gate=asyncio.Semaphore(1)), settings=ServerSettings(drain_seconds=0.05))
    await house.server.start(port=0)
    async with house.stream() as lines:
        await anext(lines)
        await house.server.stop()
        assert [(line["type"], line["message"]) async for line in lines] == [("error", "The server was switched off.")]
    assert house.engine.running == {}


async def test_a_stop_answers_those_who_wait(open_house: OpenHouse) -> None:
    house = open_house(FakeEngine(["a"], gate=asyncio.Semaphore(0)))
    await house.server.start(port=0)
    asking = [asyncio.create_task(house.ask(stream=stream)) for stream in (True, False)]
    await until(lambda: len(house.engine.running) == 2)
    await house.server.stop(0)
    for answer in await asyncio.gather(*asking):
        assert (answer.status_code, answer.json()) == (503, {"detail": "The server was switched off."})
    assert house.engine.running == {}


async def test_closing_cuts_a_drain_short(open_house: OpenHouse) -> None:
    house = open_house(FakeEngine(["a"], gate=asyncio.Semaphore(0)), settings=ServerSettings(drain_seconds=600))
    await house.server.start(port=0)
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.engine.running)
    stopping = asyncio.create_task(house.server.stop())
    await until(lambda: isinstance(house.server.status, Draining))
    await house.server.aclose()
    await stopping
    assert (await asking).status_code == 503
    assert house.server.status == Off()


async def test_a_client_that_does_not_read_holds_up_no_stop(
    open_house: OpenHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house = open_house(FakeEngine(["x" * 10_000] * 1000))
    await house.server.start(port=0)
    async with house.raw_request(body_of()):
        await until(lambda: house.engine.running)
        for _ in range(200):
            await asyncio.sleep(0)
        await house.server.stop(0)
    assert house.engine.running == {}
    assert "Exception" not in caplog.text


async def test_idle_and_half_open_connections_hold_up_no_stop(open_house: OpenHouse) -> None:
    house = open_house()
    await house.server.start(port=0)
    async with house.raw_request(b"{", ["Content-Length: 10"]):
        _, idle = await asyncio.open_connection("127.0.0.1", house.port)
        assert (await house.get("/health")).status_code == 200
        await house.server.stop(0)
        idle.close()


async def test_a_stop_whose_caller_gives_up_goes_on(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = open_house(FakeEngine(["a"], gate=gate))
    await house.server.start(port=0)
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.engine.running)
    stopping = asyncio.create_task(house.server.stop())
    await until(lambda: isinstance(house.server.status, Draining))
    stopping.cancel()
    await asyncio.gather(stopping, return_exceptions=True)
    gate.release()
    assert (await asking).status_code == 200
    await house.server.start(port=0)
    assert (await house.get("/health")).status_code == 200


async def test_starts_and_stops_at_the_same_time(open_house: OpenHouse) -> None:
    house = open_house()
    switches = [house.server.start(port=0), house.server.stop(), house.server.start(port=0), house.server.start(port=0)]
    await asyncio.gather(*switches)
    assert (await house.get("/health")).status_code == 200


async def test_an_unexpected_end_is_told(open_house: OpenHouse) -> None:
    house = open_house()
    await house.server.start(port=0)
    port = house.port
    (serving,) = (task for task in asyncio.all_tasks() if task.get_name() == "http server")
    serving.cancel()
    await until(lambda: isinstance(house.server.status, Broken))
    await house.server.start(port=port)
    assert (await house.get("/health")).status_code == 200


async def toggle(times: int) -> None:
    house = House()
    await house.server.start(port=0)
    port = house.port
    await house.server.stop()
    tasks, threads, files = asyncio.all_tasks(), threading.active_count(), open_files()
    for turn in range(times):
        await house.server.start(port=port)
        assert house.port == port
        if turn % 10 == 0:
            async with house.raw_request(body_of()) as (reader, _):
                assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        await house.server.stop()
    await house.manager.stop()
    await settle()
    gc.collect()
    assert asyncio.all_tasks() == tasks
    assert threading.active_count() == threads
    assert open_files() <= files
    await house.aclose()


def open_files() -> int:
    listing = Path("/proc/self/fd")
    return sum(1 for _ in listing.iterdir()) if listing.exists() else 0


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_hundred_toggles(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(toggle(100))


async def test_a_port_that_is_taken_between_two_toggles(open_house: OpenHouse) -> None:
    house = open_house()
    await house.server.start(port=0)
    port = house.port
    await house.server.stop()
    with socket.create_server(("127.0.0.1", port)):
        with pytest.raises(UserError, match=f"Port {port} on 127.0.0.1 is already in use"):
            await house.server.start(port=port)
        assert isinstance(house.server.status, Broken)
    await house.server.start(port=port)
    assert (await house.get("/health")).status_code == 200
