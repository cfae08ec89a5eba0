"""A real uvicorn on a free port over a fake engine; nothing may be left running when a test ends."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.server.house import House


@pytest.fixture
async def open_house() -> AsyncIterator[Callable[..., House]]:
    """Makes houses, and closes each one; afterwards only the test itself may still run."""
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:

        def make(*parts: Any, **named: Any) -> House:
            house = House(*parts, **named)
            stack.push_async_callback(house.aclose)
            return house

        yield make
    await settle()
    assert asyncio.all_tasks() - before - {asyncio.current_task()} == set()


@pytest.fixture
async def house(open_house: Callable[..., House]) -> House:
    """The usual one, switched on."""
    made = open_house()
    await made.server.start(port=0)
    return made


async def settle() -> None:
    """Some turns of the loop, for tasks that were cancelled and callbacks of closed sockets."""
    for _ in range(10):
        await asyncio.sleep(0)
