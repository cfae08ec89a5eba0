"""EngineManager's promises on a fake engine: one start, true states, places, stopping."""

import asyncio
from collections.abc import Callable

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, ChatMessage, GenerationJob
from seproj_desktop.engine.catalog import ModelSpec
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.protocol import EngineLoad, LoadCancelledError
from seproj_desktop.engine.status import EngineStatus, Failed, Ready, Starting, Stopped
from seproj_desktop.errors import UserError
from tests.fakes import FAKE_INFO, FAKE_MODEL, FakeEngine, FakeLoader


def job(name: str = "r", priority: int = 0, client: str = "") -> GenerationJob:
    return GenerationJob(name, (ChatMessage(role="user", content="Hi"),), priority=priority, client=client)


def manager_of(loader: FakeLoader, queue_limit: int = 10) -> EngineManager:
    return EngineManager(loader, FAKE_MODEL, watch_interval=0.01, queue_limit=queue_limit)


async def collect(manager: EngineManager, request: GenerationJob) -> list[events.StreamEvent]:
    return [event async for event in manager.generate(request)]


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  the test's own time limit is the bound
        await asyncio.sleep(0.001)


async def test_the_first_request_starts_the_engine_and_the_states_are_told_in_order() -> None:
    manager = manager_of(FakeLoader())
    seen: list[EngineStatus] = []
    manager.subscribe(seen.append)
    stream = await collect(manager, job())
    assert stream[-1] == events.Finished("stop", events.Usage(7, 4), events.Timings(0.01, 0.03))
    assert [type(status) for status in seen] == [Stopped, Starting, Starting, Ready]
    assert seen[-1] == Ready(FAKE_INFO)
    await manager.aclose()
    assert seen[4:] == [Stopped("fake-model")]


async def test_many_callers_share_one_start() -> None:
    loader = FakeLoader(gate=asyncio.Event())
    manager = manager_of(loader)
    answers = [asyncio.create_task(collect(manager, job(str(n)))) for n in range(5)]
    await until(lambda: isinstance(manager.status, Starting))
    assert loader.gate is not None
    loader.gate.set()
    assert all(isinstance(stream[-1], events.Finished) for stream in await asyncio.gather(*answers))
    assert loader.loads == ["fake-model"]
    await manager.aclose()


async def test_a_failed_load_is_told_to_the_caller_and_in_the_state_and_can_be_tried_again() -> None:
    loader = FakeLoader(error=UserError("No memory.", "Close something."))
    manager = manager_of(loader)
    assert await collect(manager, job()) == [events.Failed("not_ready", "No memory.", "Close something.")]
    assert manager.status == Failed("fake-model", "No memory.", "Close something.")
    loader.error = None
    assert isinstance((await collect(manager, job()))[-1], events.Finished)
    await manager.aclose()


async def test_a_bug_in_the_loader_does_not_leave_the_state_at_starting() -> None:
    manager = manager_of(FakeLoader(error=RuntimeError("boom")))
    with pytest.raises(UserError, match="boom"):
        await manager.start()
    assert isinstance(manager.status, Failed)
    await manager.aclose()


async def test_cancelling_a_load_ends_in_stopped() -> None:
    manager = manager_of(FakeLoader(gate=asyncio.Event()))
    start = asyncio.create_task(manager.start())
    await until(lambda: isinstance(manager.status, Starting))
    manager.cancel_start()
    with pytest.raises(LoadCancelledError):
        await start
    assert manager.status == Stopped("fake-model")
    await manager.aclose()


async def test_a_dead_engine_is_noticed_and_replaced_by_the_next_request() -> None:
    first, second = FakeEngine(), FakeEngine(pieces=("again",))
    loader = FakeLoader(engines=[first, second])
    manager = manager_of(loader)
    await manager.start()
    first.load = EngineLoad(running=3)
    assert manager.load.running == 3
    first.failure = "killed"
    assert manager.load == EngineLoad()
    await until(lambda: isinstance(manager.status, Failed))
    assert not manager.is_ready
    assert (await collect(manager, job()))[0] == events.TextDelta("again", 1)
    assert loader.unloaded == [first]
    await manager.aclose()
    assert loader.unloaded == [first, second]


async def test_death_mid_answer_ends_the_stream_with_advice() -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(1))
    manager = manager_of(FakeLoader(engines=[engine]))
    stream = manager.generate(job())
    assert await anext(stream) == events.TextDelta("Hello", 1)
    engine.failure = "killed"
    assert engine.gate is not None
    engine.gate.release()
    last = await anext(stream)
    assert isinstance(last, events.Failed)
    assert (last.kind, bool(last.advice)) == ("engine_died", True)
    await stream.aclose()
    await manager.aclose()


async def test_abort_reaches_a_request_wherever_it_is() -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(0))
    loader = FakeLoader(engines=[engine], gate=asyncio.Event())
    manager = manager_of(loader)
    while_loading = asyncio.create_task(collect(manager, job("loading")))
    await until(lambda: isinstance(manager.status, Starting))
    await manager.abort("loading")
    assert await while_loading == [events.Finished("abort")]
    assert loader.gate is not None
    loader.gate.set()
    await manager.start()
    running = [asyncio.create_task(collect(manager, job(f"run{n}", SERVER_PRIORITY))) for n in range(3)]
    queued = asyncio.create_task(collect(manager, job("queued", SERVER_PRIORITY)))
    await until(lambda: len(engine.running) == 3)
    await manager.abort("queued")
    assert await queued == [events.Finished("abort")]
    for n in range(3):
        await manager.abort(f"run{n}")
    for stream in await asyncio.gather(*running):
        assert isinstance(stream[-1], events.Finished)
        assert stream[-1].reason == "abort"
    await manager.abort("nobody")
    await manager.aclose()


async def test_the_server_never_takes_the_last_place_and_its_queue_is_bounded() -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(0))
    manager = manager_of(FakeLoader(engines=[engine]), queue_limit=1)
    await manager.start()
    server = [asyncio.create_task(collect(manager, job(f"s{n}", SERVER_PRIORITY))) for n in range(4)]
    await until(lambda: len(engine.running) == 3)
    (refused,) = await collect(manager, job("s5", SERVER_PRIORITY))
    assert isinstance(refused, events.Failed)
    assert refused.kind == "busy"
    window = asyncio.create_task(collect(manager, job("window")))
    await until(lambda: "window" in engine.running)
    assert engine.gate is not None
    for _ in range(100):
        engine.gate.release()
    for stream in await asyncio.gather(window, *server):
        assert isinstance(stream[-1], events.Finished)
    await manager.aclose()


async def test_a_client_with_many_requests_does_not_keep_another_waiting() -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(0))
    manager = manager_of(FakeLoader(engines=[engine]), queue_limit=300)
    await manager.start()
    many = [asyncio.create_task(collect(manager, job(f"many {n}", SERVER_PRIORITY, "a"))) for n in range(200)]
    await until(lambda: manager.queued == 197)
    one = asyncio.create_task(collect(manager, job("one", SERVER_PRIORITY, "b")))
    await until(lambda: manager.queued == 198)
    await manager.abort("many 0")
    await until(lambda: "one" in engine.running)
    assert manager.queued == 197
    for task in (*many, one):
        task.cancel()
    await asyncio.gather(*many, one, return_exceptions=True)
    assert (manager.queued, engine.running) == (0, {})
    await manager.aclose()


async def test_another_model_is_loaded_by_the_next_request() -> None:
    loader = FakeLoader()
    manager = manager_of(loader)
    await manager.start()
    await manager.use_model(ModelSpec("other", "/other", "folder"))
    assert manager.status == Stopped("other")
    await manager.start()
    assert loader.loads == ["fake-model", "other"]
    await manager.aclose()
    assert loader.is_closed
