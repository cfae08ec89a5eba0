"""The OpenAI-compatible API on the real engine, asked by the official client and over raw HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx
import jsonschema
import openai
import pytest
import pytest_asyncio

from seproj_desktop.chat.messages import SERVER_PRIORITY
from seproj_desktop.chat.personas import Persona, PersonaLibrary, SamplingDefaults
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.server.app import create_app
from seproj_desktop.server.board import RequestBoard
from seproj_desktop.server.embedded import EmbeddedServer
from seproj_desktop.server.status import On
from seproj_desktop.settings import ServerSettings
from tests.engine.test_lifecycle import kill_core

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

BASE = "seproj-demo"
CHAT = "/v1/chat/completions"
MANY = httpx.Limits(max_connections=1000)
CITY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "count": {"type": "integer", "minimum": 0, "maximum": 99},
        "kind": {"enum": ["small", "large"]},
        "is_open": {"type": "boolean"},
    },
    "required": ["count", "kind", "is_open"],
    "additionalProperties": False,
}
PERSONAS = PersonaLibrary(
    [
        Persona(
            id="tester",
            name="Tester",
            system_prompt="You are a software tester.",
            sampling=SamplingDefaults(temperature=0.0, max_tokens=7),
        ),
        Persona(id="thinker", name="Thinker", thinking=True, sampling=SamplingDefaults(temperature=0.0)),
        Persona(id="form", name="Form", sampling=SamplingDefaults(max_tokens=80), json_schema=json.dumps(CITY)),
    ]
)
TOOL: Any = {"type": "function", "function": {"name": "set_city", "description": "Sets it.", "parameters": CITY}}


def asked(text: str = "Add dark mode") -> list[Any]:
    return [{"role": "user", "content": text}]


@pytest.fixture
def board(manager: EngineManager) -> RequestBoard:
    return RequestBoard(manager.abort)


@pytest_asyncio.fixture(loop_scope="session")
async def address(manager: EngineManager, board: RequestBoard) -> AsyncIterator[str]:
    await manager.start()
    settings = ServerSettings(port=0, drain_seconds=0.0)
    server = EmbeddedServer(create_app(manager, PERSONAS, settings, board), settings)
    await server.start()
    assert isinstance(server.status, On)
    yield server.status.address
    await server.aclose()


@pytest_asyncio.fixture(loop_scope="session")
async def client(address: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=address + "/v1", api_key="none", timeout=120, max_retries=0) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def web(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, timeout=120, trust_env=False, limits=MANY) as client:
        yield client


async def until_idle(manager: EngineManager) -> None:
    while manager.load.running or manager.load.waiting or manager.queued:  # noqa: ASYNC110  the test's own limit
        await asyncio.sleep(0.02)


async def test_models_are_the_base_and_every_persona(client: openai.AsyncOpenAI) -> None:
    models = [model.id async for model in client.models.list()]
    assert models == [BASE, "persona:tester", "persona:thinker", "persona:form"]
    assert (await client.models.retrieve("persona:tester")).id == "persona:tester"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-9")


async def test_a_streamed_chat_joins_to_the_whole_one_and_tells_its_usage(client: openai.AsyncOpenAI) -> None:
    ask: Any = {"model": BASE, "messages": asked(), "max_tokens": 24, "temperature": 0}
    whole = await client.chat.completions.create(**ask)
    stream = await client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(chunks) > 10
    assert text == whole.choices[0].message.content
    assert whole.choices[0].finish_reason == "length"
    assert chunks[-1].usage is not None
    assert whole.usage is not None
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens == 24
    assert chunks[-1].usage.prompt_tokens == whole.usage.prompt_tokens > 0
    assert {chunk.model for chunk in chunks} == {BASE}


async def test_completions_go_on_with_the_prompt(client: openai.AsyncOpenAI) -> None:
    answer = await client.completions.create(model=BASE, prompt="Hello", max_tokens=5, temperature=0)
    assert answer.choices[0].text
    two = await client.completions.create(model=BASE, prompt=["Hello", "Good"], max_tokens=5)
    assert [choice.index for choice in two.choices] == [0, 1]


async def test_responses_and_their_stream(client: openai.AsyncOpenAI) -> None:
    answer = await client.responses.create(model=BASE, input="Hello", max_output_tokens=12, temperature=0)
    assert answer.output_text
    stream = await client.responses.create(model=BASE, input="Hello", max_output_tokens=12, temperature=0, stream=True)
    kinds = [event.type async for event in stream]
    assert kinds[0] == "response.created"
    assert "response.output_text.delta" in kinds
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve("resp_unknown")


async def test_messages_by_anthropic_s_own_client(address: str) -> None:
    async with anthropic.AsyncAnthropic(base_url=address, api_key="none", timeout=120, max_retries=0) as client:
        answer = await client.messages.create(model="persona:tester", messages=asked(), max_tokens=8)
        assert answer.model == "persona:tester"
        assert answer.content[0].type == "text"
        async with client.messages.stream(model=BASE, messages=asked(), max_tokens=8) as stream:
            assert "".join([text async for text in stream.text_stream])
        counted = await client.messages.count_tokens(model=BASE, messages=asked())
        assert counted.input_tokens > 0
        with pytest.raises(anthropic.NotFoundError):
            await client.messages.create(model="gpt-9", messages=asked(), max_tokens=8)


async def test_tokens_there_and_back_and_the_metrics(web: httpx.AsyncClient) -> None:
    tokens = (await web.post("/tokenize", json={"prompt": "Hello world"})).json()["tokens"]
    assert (await web.post("/detokenize", json={"tokens": tokens})).json()["prompt"] == "Hello world"
    refused = await web.post("/tokenize", json={"prompt": 3})
    assert refused.status_code == 400
    assert isinstance(refused.json()["detail"], str)
    metrics = await web.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert "vllm:num_requests_running" in metrics.text


async def test_a_json_schema_is_kept_to_by_every_seed(client: openai.AsyncOpenAI) -> None:
    schema: Any = {"type": "json_schema", "json_schema": {"name": "city", "schema": CITY, "strict": True}}
    for seed in range(6):
        answer = await client.chat.completions.create(
            model=BASE, messages=asked(), max_tokens=60, seed=seed, temperature=1.0, response_format=schema
        )
        assert answer.choices[0].finish_reason == "stop"
        jsonschema.validate(json.loads(answer.choices[0].message.content or ""), CITY)


async def test_a_persona_s_schema_binds_its_answers_unless_the_request_brings_its_own_format(
    client: openai.AsyncOpenAI,
) -> None:
    answer = await client.chat.completions.create(model="persona:form", messages=asked(), seed=1)
    jsonschema.validate(json.loads(answer.choices[0].message.content or ""), CITY)
    response = await client.responses.create(model="persona:form", input="Hello")
    jsonschema.validate(json.loads(response.output_text), CITY)
    free = await client.chat.completions.create(
        model="persona:form", messages=asked(), seed=1, extra_body={"structured_outputs": {"regex": "[a-c]{4}"}}
    )
    assert set(free.choices[0].message.content or "") <= set("abc")


async def test_a_regex_is_kept_to(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model=BASE, messages=asked(), max_tokens=40, extra_body={"structured_outputs": {"regex": r"REQ-\d{3}"}}
    )
    text = answer.choices[0].message.content or ""
    assert text.startswith("REQ-")
    assert text[4:].isdigit()


async def test_a_named_tool_is_called_with_arguments_that_its_schema_allows(client: openai.AsyncOpenAI) -> None:
    choice: Any = {"type": "function", "function": {"name": "set_city"}}
    for seed in range(3):
        answer = await client.chat.completions.create(
            model=BASE, messages=asked(), max_tokens=200, seed=seed, temperature=1.0, tools=[TOOL], tool_choice=choice
        )
        (call,) = answer.choices[0].message.tool_calls or []
        assert call.type == "function"
        assert call.function.name == "set_city"
        jsonschema.validate(json.loads(call.function.arguments), CITY)


ARGUMENTS = r'\{"count": [1-9], "kind": "small", "is_open": true\}'
CALL = rf'<tool_call>\n\{{"name": "set_city", "arguments": {ARGUMENTS}\}}\n</tool_call>'
"""What a model writes that calls the tool of its own accord: the demo model has not learnt it, so it is made to."""


@pytest.mark.parametrize("prose", ["", "I will set it[.] "])
async def test_a_call_of_the_models_own_accord_is_read_from_its_text(client: openai.AsyncOpenAI, prose: str) -> None:
    form = {"structured_outputs": {"regex": prose + CALL}}
    ask: Any = {"model": BASE, "messages": asked(), "max_tokens": 200, "temperature": 0, "tools": [TOOL]}
    answer = await client.chat.completions.create(**ask, tool_choice="auto", extra_body=form)
    choice = answer.choices[0]
    (call,) = choice.message.tool_calls or []
    assert call.type == "function"
    assert call.function.name == "set_city"
    jsonschema.validate(json.loads(call.function.arguments), CITY)
    assert choice.finish_reason == "tool_calls"
    assert (choice.message.content or "").strip() == prose.replace("[.]", ".").strip()
    stream = await client.chat.completions.create(**ask, tool_choice="auto", extra_body=form, stream=True)
    chunks: list[Any] = [chunk.choices[0] async for chunk in stream if chunk.choices]
    parts = [part.function for chunk in chunks for part in chunk.delta.tool_calls or []]
    assert "".join(part.name or "" for part in parts) == "set_city"
    assert json.loads("".join(part.arguments or "" for part in parts)) == json.loads(call.function.arguments)
    assert "<tool_call>" not in "".join(chunk.delta.content or "" for chunk in chunks)
    assert chunks[-1].finish_reason == "tool_calls"


async def test_log_probabilities_and_several_answers(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model=BASE, messages=asked(), max_tokens=4, n=2, temperature=1.5, logprobs=True, top_logprobs=3
    )
    assert [choice.index for choice in answer.choices] == [0, 1]
    for choice in answer.choices:
        assert choice.logprobs is not None
        assert len(choice.logprobs.content or ()) == 4
        assert all(token.logprob <= 0 and len(token.top_logprobs) == 3 for token in choice.logprobs.content or ())


async def test_a_seed_repeats_and_a_stop_string_ends(client: openai.AsyncOpenAI) -> None:
    async def say(**more: Any) -> Any:
        ask: Any = {"model": BASE, "messages": asked(), "max_tokens": 40} | more
        return (await client.chat.completions.create(**ask)).choices[0]

    first, second, other = [await say(seed=seed, temperature=1.2) for seed in (7, 7, 8)]
    assert first.message.content == second.message.content != other.message.content
    plain = await say(temperature=0)
    word = plain.message.content.split()[3]
    stopped = await say(temperature=0, stop=[word])
    assert stopped.finish_reason == "stop"
    assert word not in stopped.message.content
    assert plain.message.content.startswith(stopped.message.content)


async def test_thinking_comes_apart_from_the_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="persona:thinker", messages=asked("Hello"), max_tokens=400)
    message: Any = answer.choices[0].message
    assert message.reasoning
    assert "</think>" not in (message.content or "")
    stream = await client.chat.completions.create(
        model="persona:thinker", messages=asked("Hello"), max_tokens=400, stream=True
    )
    deltas: list[Any] = [chunk.choices[0].delta async for chunk in stream if chunk.choices]
    assert "".join(getattr(delta, "reasoning", None) or "" for delta in deltas) == message.reasoning
    assert "".join(delta.content or "" for delta in deltas) == (message.content or "")


async def test_a_persona_fills_what_the_request_leaves_silent(client: openai.AsyncOpenAI) -> None:
    bare = await client.chat.completions.create(model=BASE, messages=asked(), max_tokens=7, temperature=0)
    answer = await client.chat.completions.create(model="persona:tester", messages=asked())
    assert answer.model == "persona:tester"
    assert answer.usage is not None
    assert bare.usage is not None
    assert answer.usage.completion_tokens == 7
    assert answer.usage.prompt_tokens > bare.usage.prompt_tokens
    own = await client.chat.completions.create(
        model="persona:tester", messages=[{"role": "system", "content": "Hi."}, *asked()], max_tokens=3
    )
    assert own.usage is not None
    assert own.usage.completion_tokens == 3
    assert own.usage.prompt_tokens < answer.usage.prompt_tokens


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"temperature": 9}, 400),
        ({"max_tokens": 10**9}, 400),
        ({"messages": "no list"}, 400),
        ({"n": 10**6}, 400),
        ({"model": "gpt-9"}, 404),
        ({"model": "persona:nobody"}, 404),
        ({"messages": [{"role": "user", "content": "word " * 20_000}]}, 400),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "nonsense"}}}},
            400,
        ),
    ],
)
async def test_refusals_have_openai_s_shape_and_no_paths(
    web: httpx.AsyncClient, fields: dict[str, Any], status: int
) -> None:
    answer = await web.post("/v1/chat/completions", json={"messages": asked(), "max_tokens": 4} | fields)
    assert answer.status_code == status, answer.text
    assert answer.json()["error"]["message"]
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


async def test_what_vllm_would_answer_besides_is_not_there(web: httpx.AsyncClient) -> None:
    for path in ("/invocations", "/load", "/version", "/pause", "/scale_elastic_ep", "/v1/chat/completions/render"):
        assert (await web.post(path, json={"messages": asked()})).status_code == 404, path
    for path in ("/load", "/version", "/server_info", "/v1/load_lora_adapter"):
        assert (await web.get(path)).status_code == 404, path


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_ends_its_work(
    web: httpx.AsyncClient, manager: EngineManager, path: str, stream: bool
) -> None:
    body = {
        "model": BASE,
        "messages": asked(),
        "prompt": "Hello",
        "input": "Hello",
        "max_tokens": 3000,
        "max_output_tokens": 3000,
        "ignore_eos": True,
        "n": 2 if path == "/v1/chat/completions" else 1,
        "stream": stream,
    }
    if path != "/v1/responses":
        del body["input"], body["max_output_tokens"]
    else:
        del body["prompt"]
    asking = asyncio.create_task(web.post(path, json=body))
    while not manager.load.running:
        assert not asking.done(), asking.result().text
        await asyncio.sleep(0.01)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await until_idle(manager)


async def test_a_priority_in_the_body_or_a_header_does_not_outrank_the_window(
    web: httpx.AsyncClient, manager: EngineManager
) -> None:
    from seproj_desktop.chat import events
    from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling

    body = {"messages": asked(), "max_tokens": 300, "ignore_eos": True, "priority": -SERVER_PRIORITY * 100}
    headers = {"X-Vllm-Priority": "-1000", "X-data-parallel-rank": "7"}
    busy = [asyncio.create_task(web.post("/v1/chat/completions", json=body, headers=headers)) for _ in range(150)]
    while not manager.queued:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    window = GenerationJob("window", (ChatMessage(role="user", content="Add dark mode"),), Sampling(max_tokens=8))
    stream = [event async for event in manager.generate(window)]
    assert isinstance(stream[-1], events.Finished)
    assert not any(task.done() for task in busy)
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    await until_idle(manager)


async def test_many_wide_requests_share_the_places(client: openai.AsyncOpenAI) -> None:
    """Each takes forty of the 127 places; none waits for another that waits for it."""
    asks = [
        client.chat.completions.create(model=BASE, messages=asked(f"Topic {n}"), max_tokens=3, n=40, temperature=1.0)
        for n in range(8)
    ]
    assert [len(answer.choices) for answer in await asyncio.gather(*asks)] == [40] * 8


@pytest.mark.parametrize("stream", [True, False])
async def test_a_request_is_stopped_by_its_id_wherever_vllm_has_it(
    web: httpx.AsyncClient, manager: EngineManager, board: RequestBoard, *, stream: bool
) -> None:
    body = {"messages": asked(), "max_tokens": 3000, "ignore_eos": True, "n": 2, "stream": stream}
    asking = asyncio.create_task(web.post(CHAT, json=body))
    async with asyncio.timeout(60):
        while manager.load.running < 2:  # noqa: ASYNC110  the engine offers nothing to wait for
            await asyncio.sleep(0.01)
    (running,) = board.look().running
    assert await board.stop(running.request_id)
    assert '"finish_reason":"abort"' in (await asking).text
    assert board.look().ended[-1].state == "stopped"
    await until_idle(manager)


async def test_an_engine_that_dies_is_told_and_the_next_request_starts_another(
    web: httpx.AsyncClient, manager: EngineManager
) -> None:
    body = {"messages": asked(), "max_tokens": 3000, "ignore_eos": True}
    asks = [asyncio.create_task(web.post(CHAT, json=body | {"stream": stream, "n": 2})) for stream in (True, False)]
    async with asyncio.timeout(60):
        while manager.load.running < 4:  # noqa: ASYNC110  the engine offers nothing to wait for
            await asyncio.sleep(0.01)
    kill_core()
    stream, whole = await asyncio.gather(*asks)
    assert stream.status_code == 200
    assert '"error"' in stream.text
    assert "The engine stopped unexpectedly." in stream.text
    assert whole.status_code == 503
    assert int(whole.headers["retry-after"]) >= 1
    refused = await web.post(CHAT, json={"messages": asked()})
    assert refused.status_code == 503
    assert refused.json()["error"]["code"].startswith("engine_")
    await manager.start()
    assert (await web.post(CHAT, json={"messages": asked(), "max_tokens": 2})).status_code == 200
