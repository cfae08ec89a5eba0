"""A client that goes away ends its request in the engine at once, wherever the request is."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.fakes import FAKE_INFO, FakeEngine, FakeLoader
from tests.server.house import House, body_of, until

OpenHouse = Callable[..., House]


async def gated(open_house: OpenHouse) -> tuple[House, asyncio.Semaphore]:
    gate = asyncio.Semaphore(0)
    house = open_house(FakeEngine(["piece"] * 1000, gate=gate))
    await house.server.start(port=0)
    return house, gate


async def test_while_streaming(open_house: OpenHouse) -> None:
    house, gate = await gated(open_house)
    gate.release()
    async with house.raw_request(body_of()) as (reader, _):
        await reader.readuntil(b'"delta":"piece"')
        assert len(house.engine.running) == 1
    await until(lambda: not house.engine.running)


@pytest.mark.parametrize("stream", [True, False])
async def test_before_the_first_token(open_house: OpenHouse, stream: bool) -> None:
    house, _ = await gated(open_house)
    async with house.raw_request(body_of(stream=stream)):
        await until(lambda: house.engine.running)
    await until(lambda: not house.engine.running)


async def test_without_a_stream_after_some_tokens(open_house: OpenHouse) -> None:
    house, gate = await gated(open_house)
    async with house.raw_request(body_of(stream=False)):
        await until(lambda: house.engine.running)
        for _ in range(10):
            gate.release()
        await until(gate.locked)
    await until(lambda: not house.engine.running)


async def test_while_the_answer_pours_and_nobody_reads(open_house: OpenHouse) -> None:
    house = open_house(FakeEngine(["x" * 10_000] * 1000))
    await house.server.start(port=0)
    async with house.raw_request(body_of()) as (_, writer):
        await until(lambda: house.engine.running)
        for _ in range(200):
            await asyncio.sleep(0)
        assert house.engine.running  # the socket is full, and the engine's stream waits
        writer.transport.abort()
    await until(lambda: not house.engine.running)
    assert len(house.engine.left_early) == 1


async def test_while_waiting_in_the_queue(open_house: OpenHouse) -> None:
    house, _ = await gated(open_house)
    async with house.raw_request(body_of()), house.raw_request(body_of()), house.raw_request(body_of()):
        await until(lambda: len(house.engine.running) == 3)
        async with house.raw_request(body_of()):
            await until(lambda: house.manager.queued == 1)
        await until(lambda: house.manager.queued == 0)
        assert len(house.engine.running) == 3


async def test_while_the_model_loads_the_load_goes_on(open_house: OpenHouse) -> None:
    gate = asyncio.Event()
    engine = FakeEngine()
    house = open_house(loader=FakeLoader([engine], gate=gate))
    await house.server.start(port=0)
    async with house.raw_request(body_of()):
        await until(lambda: house.loader.loads)
    gate.set()
    await until(lambda: house.manager.is_ready)
    assert engine.jobs == []


async def test_in_the_midst_of_its_body(open_house: OpenHouse) -> None:
    house, _ = await gated(open_house)
    async with house.raw_request(b'{"messages"', ["Content-Length: 1000"]):
        assert (await house.get("/health")).status_code == 200
    assert (await house.get("/health")).status_code == 200
    assert house.engine.jobs == []


async def test_the_next_answer_on_the_same_connection(open_house: OpenHouse) -> None:
    house = open_house()
    await house.server.start(port=0)
    for _ in range(3):
        assert (await house.ask()).status_code == 200
    assert house.engine.left_early == []


async def test_256_clients_vanish_in_the_midst_of_their_streams(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    engine = FakeEngine(["piece"] * 1000, gate=gate, info=replace(FAKE_INFO, sequences=300))
    house = open_house(engine)
    await house.server.start(port=0)
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(house.raw_request(body_of())) for _ in range(256)]
        await until(lambda: len(engine.running) == 256)
        for _ in clients:
            gate.release()
        for reader, _ in clients:
            await reader.readuntil(b'"delta":"piece"')
        for number, (_, writer) in enumerate(clients):
            if number % 2:
                writer.transport.abort()
            else:
                writer.close()
    await until(lambda: not engine.running)
    await until(lambda: not house.manager.load.running)
    assert (await house.get("/health")).json()["queue"] == {"running": 0, "waiting": 0}
