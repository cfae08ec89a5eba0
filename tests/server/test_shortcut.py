"""Text that an engine offers within its own step: the same lines in the same order, also for a client that is slow."""

import asyncio
from collections.abc import AsyncGenerator, Callable

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import GenerationJob
from tests.fakes import FakeEngine
from tests.server.house import House, body_of, lines_of, until

OpenHouse = Callable[..., House]


class OfferingEngine(FakeEngine):
    """Makes its pieces in a task of its own; what is not taken waits for whoever reads, and all that follows behind."""

    taken = 0
    is_done = False
    is_left = False

    async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
        self.jobs.append(job)
        left: asyncio.Queue[str | None] = asyncio.Queue()
        making = asyncio.create_task(self._make(job, left))
        try:
            while (piece := await left.get()) is not None:
                yield events.TextDelta(piece, 1)
            yield events.Finished("stop")
        finally:
            making.cancel()
            self.is_left = True

    async def _make(self, job: GenerationJob, left: "asyncio.Queue[str | None]") -> None:
        for piece in self.pieces:
            await asyncio.sleep(0)
            if left.empty() and job.taker is not None and job.taker(piece):
                self.taken += 1
            else:
                left.put_nowait(piece)
        self.is_done = True
        left.put_nowait(None)


async def opened(open_house: OpenHouse, engine: FakeEngine) -> House:
    house = open_house(engine)
    await house.server.start(port=0)
    return house


@pytest.mark.parametrize("pieces", [["one"], ["REQ", "-DEV", "-", "001"], ["要", '"件"', "\n", "\u2028"] * 50])
async def test_the_lines_are_the_same_either_way(open_house: OpenHouse, pieces: list[str]) -> None:
    engine = OfferingEngine(pieces)
    *tokens, done = lines_of(await (await opened(open_house, engine)).ask())
    assert [token["delta"] for token in tokens] == pieces
    assert [token["content"] for token in tokens] == ["".join(pieces[: n + 1]) for n in range(len(pieces))]
    assert (done["type"], done["content"]) == ("done", "".join(pieces))
    assert engine.taken > 0 or len(pieces) == 1  # the first one brings the status, and waits for its task


async def test_a_slow_client_stops_the_taking_and_misses_nothing(open_house: OpenHouse) -> None:
    pieces = [f"{n:05}" * 2000 for n in range(1500)]
    engine = OfferingEngine(pieces)
    house = await opened(open_house, engine)
    async with house.stream(cumulative=False) as lines:
        await until(lambda: engine.is_done)
        assert 0 < engine.taken < len(pieces), "the socket was full, and the pieces had to wait"
        *tokens, done = [line async for line in lines]
    assert [token["delta"] for token in tokens] == pieces
    assert done["content"] == "".join(pieces)


async def test_an_object_is_made_of_events_only(open_house: OpenHouse) -> None:
    engine = OfferingEngine(["a", "b"])
    house = await opened(open_house, engine)
    assert (await house.ask(stream=False)).json()["output"] == "ab"
    assert engine.jobs[0].taker is None


async def test_nothing_is_taken_after_the_end(open_house: OpenHouse) -> None:
    engine = OfferingEngine(["a", "b"])
    house = await opened(open_house, engine)
    await house.ask()
    taker = engine.jobs[0].taker
    assert taker is not None
    assert not taker("c")


async def test_a_client_that_leaves_ends_the_work(open_house: OpenHouse) -> None:
    engine = OfferingEngine(["piece"] * 1_000_000)
    house = await opened(open_house, engine)
    async with house.raw_request(body_of(cumulative=False)) as (reader, _):
        await reader.readuntil(b'"delta":"piece"')
        await until(lambda: engine.taken > 10)
    await until(lambda: engine.is_left)
    assert not engine.is_done
