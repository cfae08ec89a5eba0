"""The short way of a plain chat beside vLLM's own app on the real engine: the same events for the same body.

Two pieces may come in one event on either way, whenever a reader is late; so pieces next to each other are joined
before they are compared, and every event's shape is compared by itself.
"""

import json
from collections.abc import AsyncIterator
from itertools import groupby
from typing import Any

import httpx
import pytest
import pytest_asyncio

from seproj_desktop.chat.personas import Persona, PersonaLibrary, SamplingDefaults
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.openai.plain_chat import read_plain
from seproj_desktop.server.status import On
from seproj_desktop.settings import ServerSettings

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

PERSONAS = PersonaLibrary(
    [
        Persona(
            id="tester", name="T", system_prompt="You test.", sampling=SamplingDefaults(temperature=0.0, max_tokens=9)
        )
    ]
)
BY_VLLM = {"add_generation_prompt": True}
"""Says what is so anyhow, and is no field of a plain chat."""
GREEDY: dict[str, Any] = {"temperature": 0, "max_tokens": 40}
USAGE = {"stream_options": {"include_usage": True}}


@pytest_asyncio.fixture(loop_scope="session")
async def web(manager: EngineManager) -> AsyncIterator[httpx.AsyncClient]:
    await manager.start()
    settings = ServerSettings(port=0, drain_seconds=0.0)
    server = EmbeddedServer(create_app(manager, PERSONAS, settings, RequestBoard(manager.abort)), settings)
    await server.start()
    assert isinstance(server.status, On)
    async with httpx.AsyncClient(base_url=server.status.address, trust_env=False) as client:
        yield client
    await server.aclose()


def body_of(content: Any = "Build user authentication", **fields: Any) -> dict[str, Any]:
    return {"model": "seproj-demo", "messages": [{"role": "user", "content": content}], "stream": True} | fields


async def ask(web: httpx.AsyncClient, body: dict[str, Any]) -> tuple[list[Any], httpx.Headers]:
    """The events' data, the mark of the end as it is."""
    response = await web.post("/v1/chat/completions", json=body, timeout=60)
    assert response.status_code == 200, response.text
    *lines, rest = response.text.split("\n\n")
    assert rest == ""
    data = [line.removeprefix("data: ") for line in lines]
    assert data[-1] == "[DONE]"
    return [json.loads(text, object_pairs_hook=list) for text in data[:-1]], response.headers


def shape(event: Any) -> Any:
    """The event with its fields in their order, without what differs from answer to answer."""
    if isinstance(event, list) and event and isinstance(event[0], tuple):
        return [(name, "*" if name in ("id", "created", "content") else shape(value)) for name, value in event]
    return [shape(one) for one in event] if isinstance(event, list) else event


def compared(events: list[Any]) -> list[tuple[Any, str]]:
    """What follows each other in one shape, with its text joined."""
    named = [(shape(event), _text(event)) for event in events]
    return [(form, "".join(text for _, text in group)) for form, group in groupby(named, key=lambda one: one[0])]


def _text(event: Any) -> str:
    for choice in dict(event)["choices"]:
        return str(dict(dict(choice)["delta"]).get("content", ""))
    return ""


BODIES = {
    "to the end": body_of(temperature=0),
    "to the limit": body_of(**GREEDY),
    "the newer limit": body_of(temperature=0, max_tokens=9, max_completion_tokens=12),
    "one token": body_of(temperature=0, max_tokens=1),
    "usage": body_of(**GREEDY, **USAGE),
    "one token with usage": body_of(temperature=0, max_tokens=1, **USAGE),
    "a stop string": body_of(**GREEDY, stop="REQ"),
    "stop strings that begin alike": body_of(**GREEDY, stop=["REQ-DEV-0", "REQ-DEV-001:", "zz"]),
    "a stop string with usage": body_of(**GREEDY, stop=["ea"], **USAGE),
    "seeded": body_of(seed=7, max_tokens=40, temperature=1.3),
    "seeded, the model's own defaults": body_of(seed=11, max_tokens=40),
    "seeded, every wish": body_of(
        seed=3, max_tokens=30, temperature=1.5, top_p=0.9, top_k=20, min_p=0.05, repetition_penalty=1.2
    ),
    "penalties": body_of(**GREEDY, presence_penalty=1.5, frequency_penalty=-0.5),
    "letters of several bytes": body_of("你好，世界 🚀👩‍👩‍👧 e\u0301 \u2028 \u0085", **GREEDY),
    "letters of several bytes that are repeated": body_of("日本語 日本語 🚀", temperature=2, seed=5, max_tokens=60),
    "quotes and escapes": body_of('Say "\\n\t\x00\x7f</script>"', **GREEDY),
    "an empty question": body_of("", **GREEDY),
    "a part of text": body_of([{"type": "text", "text": "Add dark mode"}], **GREEDY),
    "a conversation": body_of(**GREEDY)
    | {
        "messages": [
            {"role": "system", "content": "You are a developer."},
            {"role": "user", "content": "Build user authentication"},
            {"role": "assistant", "content": "What for?"},
            {"role": "user", "content": "For a shop."},
        ]
    },
    "the assistant's turn last": body_of(**GREEDY)
    | {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]},
    "a long prompt": body_of("word " * 1500, **GREEDY, **USAGE),
    "a persona": body_of() | {"model": "persona:tester"} | USAGE,
    "no model": {name: value for name, value in body_of(**GREEDY).items() if name != "model"},
    "nulls": body_of(**GREEDY, stop=None, top_p=None, seed=None, user=None, n=None, stream_options=None),
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_plain_chat_is_told_as_vllm_tells_it(web: httpx.AsyncClient, body: dict[str, Any]) -> None:
    assert read_plain(body) is not None
    assert read_plain(body | BY_VLLM) is None
    await ask(web, body)  # afterwards the prompt is in the cache for both
    theirs, their_headers = await ask(web, body | BY_VLLM)
    ours, our_headers = await ask(web, body)
    assert compared(ours) == compared(theirs)
    for headers in (our_headers, their_headers):
        headers.pop("x-request-id")
    assert our_headers == their_headers


async def test_an_answer_without_a_letter_is_told_as_vllm_tells_it(web: httpx.AsyncClient) -> None:
    whole, _ = await ask(web, body_of(**GREEDY))
    body = body_of(**GREEDY, **USAGE, stop=_text(whole[1])[:1])
    theirs, ours = [(await ask(web, one))[0] for one in (body | BY_VLLM, body)]
    assert len(ours) == 3
    assert compared(ours) == compared(theirs)


async def test_a_prompt_that_is_not_cached_yet_is_told_alike(web: httpx.AsyncClient) -> None:
    theirs, _ = await ask(web, body_of("The first of two " * 40, **GREEDY, **USAGE, **BY_VLLM))
    ours, _ = await ask(web, body_of("A second of two. " * 40, **GREEDY, **USAGE))
    assert [name for name, _ in ours[-1]] == [name for name, _ in theirs[-1]]
    details = [dict(dict(events[-1])["usage"])["prompt_tokens_details"] for events in (ours, theirs)]
    assert [[name for name, _ in detail] for detail in details] == [["cached_tokens", "created_cache_tokens"]] * 2
    assert all(dict(detail)["created_cache_tokens"] > 0 for detail in details)


@pytest.mark.parametrize(
    "body",
    [
        body_of("word " * 20_000),
        body_of(max_tokens=1_000_000),
        body_of() | {"messages": []},
        body_of(top_p=7),
    ],
    ids=["a prompt that is too long", "a limit that is too high", "no messages", "a field out of bounds"],
)
async def test_what_is_refused_is_refused_in_vllms_words(
    web: httpx.AsyncClient, manager: EngineManager, body: dict[str, Any]
) -> None:
    ours, theirs = [await web.post("/v1/chat/completions", json=one, timeout=60) for one in (body, body | BY_VLLM)]
    assert ours.status_code == theirs.status_code == 400
    assert ours.json() == theirs.json()
    assert ours.json()["error"]["message"]
    assert (manager.load.running, manager.queued) == (0, 0)
