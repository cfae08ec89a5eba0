"""The HTTP door on the real engine: real uvicorn, real sockets, real tokens."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seproj_desktop.chat.personas import PersonaLibrary
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.paths import resources_folder
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.status import On
from seproj_desktop.settings import ServerSettings

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def client(manager: EngineManager) -> AsyncIterator[httpx.AsyncClient]:
    settings = ServerSettings(port=0, drain_seconds=0.0)
    personas = PersonaLibrary.read(resources_folder() / "personas")
    server = EmbeddedServer(create_app(manager, personas, settings, RequestBoard(manager.abort)), settings)
    await server.start()
    assert isinstance(server.status, On)
    async with httpx.AsyncClient(base_url=server.status.address, timeout=60) as client:
        yield client
    await server.aclose()


def body(text: str, **fields: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}], "max_tokens": 80, "temperature": 0.0} | fields


async def lines_of(client: httpx.AsyncClient, request: dict[str, Any]) -> list[dict[str, Any]]:
    async with client.stream("POST", "/generate", json=request) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        return [json.loads(line) async for line in answer.aiter_lines()]


async def until_idle(manager: EngineManager) -> None:
    while manager.load.running or manager.load.waiting:  # noqa: ASYNC110  the test's own time limit is the bound
        await asyncio.sleep(0.02)


async def test_a_stream_is_tokens_that_join_to_its_content_and_one_done(client: httpx.AsyncClient) -> None:
    lines = await lines_of(client, body("Build user authentication", persona="developer"))
    *tokens, done = lines
    assert {line["type"] for line in tokens} == {"token"}
    assert len(tokens) > 10
    assert "".join(line["delta"] for line in tokens) == done["content"] == tokens[-1]["content"]
    assert done["type"] == "done"
    assert done["finish_reason"] in ("stop", "length")
    assert len({line["request_id"] for line in lines}) == 1


async def test_stream_and_object_say_the_same(client: httpx.AsyncClient) -> None:
    request = body("Add dark mode")
    done = (await lines_of(client, request))[-1]
    answer = (await client.post("/api/generate", json=request | {"stream": False})).json()
    assert (answer["output"], answer["finish_reason"]) == (done["content"], done["finish_reason"])


async def test_text_of_many_bytes_survives_the_cutting_into_tokens(client: httpx.AsyncClient) -> None:
    """The demo model cannot be told to speak Chinese; at a high temperature its bytes fall where they will."""
    for seedling in range(3):
        lines = await lines_of(client, body(f"你好 🚀 {seedling}", temperature=2.0, max_tokens=200))
        *tokens, done = lines
        assert "".join(line["delta"] for line in tokens) == done["content"]
        done["content"].encode()


async def test_a_client_that_leaves_ends_its_request_in_the_engine(
    client: httpx.AsyncClient, manager: EngineManager
) -> None:
    async with client.stream("POST", "/generate", json=body("Build a booking calendar", max_tokens=3000)) as answer:
        async for _ in answer.aiter_lines():
            break
    await until_idle(manager)


async def test_sixty_four_clients_are_all_answered(client: httpx.AsyncClient) -> None:
    requests = [lines_of(client, body(f"Add feature {n}", max_tokens=24, cumulative=False)) for n in range(64)]
    for lines in await asyncio.gather(*requests):
        assert lines[-1]["type"] == "done"


async def test_a_prompt_too_long_is_400_with_both_numbers(client: httpx.AsyncClient) -> None:
    answer = await client.post("/generate", json=body("word " * 20_000))
    assert answer.status_code == 400
    assert "4,096" in answer.json()["detail"]


async def test_health_names_the_demo_model_as_what_it_is(client: httpx.AsyncClient) -> None:
    health = (await client.get("/health")).json()
    assert (health["status"], health["model"], health["engine_ready"]) == ("ok", "seproj-demo", True)
    assert "demo" in health["note"]


async def test_the_window_s_request_does_not_wait_behind_a_busy_server(
    client: httpx.AsyncClient, manager: EngineManager
) -> None:
    from seproj_desktop.chat import events
    from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling

    busy = [
        asyncio.create_task(lines_of(client, body(f"Topic {n}", max_tokens=400, temperature=1.0, cumulative=False)))
        for n in range(200)
    ]
    while not manager.load.running:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    window = GenerationJob("window", (ChatMessage(role="user", content="Add dark mode"),), Sampling(max_tokens=8))
    stream = [event async for event in manager.generate(window)]
    assert isinstance(stream[-1], events.Finished)
    assert not all(task.done() for task in busy), "the window was answered while the server was still busy"
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    await until_idle(manager)
