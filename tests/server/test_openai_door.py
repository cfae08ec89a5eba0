"""The door to the OpenAI-compatible API: paths, models, states, places, refusals. vLLM's app is a stand-in."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from seproj_desktop.chat.messages import SERVER_PRIORITY
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.settings import ServerSettings
from tests.fakes import FakeEngine, FakeLoader
from tests.server.house import HELLO, House, until
from tests.server.vllm_like import VllmLike

OpenHouse = Callable[..., House]
CHAT = "/v1/chat/completions"


async def ready(open_house: OpenHouse, gate: asyncio.Semaphore | None = None, **more: Any) -> tuple[House, VllmLike]:
    """A house with a loaded engine that offers an app; the fake engine has four sequences, so three places."""
    app = VllmLike(gate)
    house = open_house(FakeEngine(http_app=app), **more)
    await house.server.start(port=0)
    await house.manager.start()
    return house, app


async def test_models_are_told_while_nothing_is_loaded(house: House) -> None:
    listed = (await house.get("/v1/models")).json()
    assert [model["id"] for model in listed["data"]] == ["fake-model", "persona:assistant", "persona:developer"]
    one = (await house.get("/v1/models/persona:developer")).json()
    assert (one["id"], one["parent"], one["object"]) == ("persona:developer", "fake-model", "model")
    assert (await house.get("/v1/models/other")).status_code == 404
    assert not house.loader.loads


async def test_a_request_reaches_the_app_with_few_headers_and_an_id_of_ours(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    headers = {
        "X-Request-Id": "mine",
        "X-Vllm-Priority": "-9",
        "X-data-parallel-rank": "3",
        "Authorization": "Bearer x",
    }
    answer = await house.post(CHAT, json={"messages": HELLO}, headers=headers)
    assert answer.json() == {"model": "fake-model", "text": "Hello world"}
    names = {name: value.decode() for name, value in app.scopes[0]["headers"]}
    assert set(names) == {b"x-request-id", b"content-type", b"content-length"}
    assert answer.headers["x-request-id"] == names[b"x-request-id"] == app.calls[0].trace.request_id


async def test_the_trace_and_the_board_tell_what_became_of_it(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    await house.post(CHAT, json={"messages": HELLO})
    trace = app.calls[0].trace
    assert (trace.prompt_tokens, trace.cached_tokens, trace.output_tokens) == (3, 2, 2)
    assert trace.admitted is not None
    assert trace.first_token is not None
    await until(lambda: house.board.look().ended)
    (record,) = house.board.look().ended
    assert (record.endpoint, record.state, record.status, record.output_tokens) == (CHAT, "done", 200, 2)


async def test_a_stream_passes_event_by_event(open_house: OpenHouse) -> None:
    house, _ = await ready(open_house)
    answer = await house.post(CHAT, json={"messages": HELLO, "stream": True})
    assert answer.text == 'data: {"text": "Hello"}\n\ndata: {"text": " world"}\n\ndata: [DONE]\n\n'
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    assert "x-own" not in answer.headers


async def test_a_body_s_priority_never_reaches_the_window_s(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    for priority in (-1000, 0, 5):
        await house.post(CHAT, json={"messages": HELLO, "priority": priority})
    assert app.llm.priorities == [SERVER_PRIORITY, SERVER_PRIORITY, SERVER_PRIORITY + 5]


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/v1/chat/completions", "get", 405),
        ("/v1/models", "post", 405),
        ("/v1/chat/completions/render", "post", 404),
        ("/v1/load_lora_adapter", "post", 404),
        ("/v1/nothing", "get", 404),
        ("/v1/responses/a/b", "get", 404),
    ],
)
async def test_other_paths_and_methods_have_openai_s_errors(
    open_house: OpenHouse, path: str, method: str, status: int
) -> None:
    house, app = await ready(open_house)
    answer = await (house.post(path, json={}) if method == "post" else house.get(path))
    assert answer.status_code == status
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert not app.scopes


@pytest.mark.parametrize("path", ["/invocations", "/load", "/version", "/pause", "/scale_elastic_ep", "/v1"])
async def test_what_vllm_has_besides_is_not_there(open_house: OpenHouse, path: str) -> None:
    house, app = await ready(open_house)
    assert (await house.post(path, json={})).status_code == 404
    assert (await house.get(path)).json() == {"detail": "Not Found"}
    assert not app.scopes


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'"x"'])
async def test_what_is_no_json_object_goes_no_further(open_house: OpenHouse, body: bytes) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert not app.scopes


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"messages": HELLO, "n": 10**9}, "n"),
        ({"messages": HELLO * 5000}, "messages"),
        ({"messages": HELLO, "chat_template": "{{ 1 }}"}, "chat_template"),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "http://x/"}]}]}, "messages"),
        ({"messages": HELLO, "output_config": {"format": {"schema": {"enum": ["x"] * 3000}}}}, None),
    ],
)
async def test_what_asks_for_too_much_goes_no_further(open_house: OpenHouse, fields: Any, param: str | None) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, json=fields)
    assert answer.status_code == 400
    assert (answer.json()["error"]["code"], answer.json()["error"]["param"]) == ("out_of_bounds", param)
    assert not app.scopes


@pytest.mark.parametrize("named", ["gpt-9", "persona:nobody", 3, ["fake-model"]])
async def test_an_unknown_model_is_refused_in_the_shape_of_the_path(open_house: OpenHouse, named: Any) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, json={"messages": HELLO, "model": named})
    assert answer.status_code == (404 if isinstance(named, str) else 400)
    assert answer.json()["error"]["param"] == "model"
    anthropic = (await house.post("/v1/messages", json={"messages": HELLO, "model": named})).json()
    assert anthropic["type"] == "error"
    assert (await house.post("/tokenize", json={"prompt": "x", "model": named})).json()["detail"]
    assert not app.scopes


@pytest.mark.parametrize("named", [None, "", "fake-model"])
async def test_the_base_model_may_go_unnamed_and_its_body_is_untouched(open_house: OpenHouse, named: Any) -> None:
    house, app = await ready(open_house)
    body = {"messages": HELLO, "model": named, "temperature": None}
    assert (await house.post(CHAT, json=body)).status_code == 200
    assert app.bodies == [body]


async def test_a_persona_is_brought_in_and_the_answer_has_its_name(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, json={"messages": HELLO, "model": "persona:developer", "temperature": None})
    assert answer.json()["model"] == "persona:developer"
    (body,) = app.bodies
    assert body["messages"] == [{"role": "system", "content": "You are a developer."}, *HELLO]
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.3, 99, ["END"])
    assert body["chat_template_kwargs"] == {"enable_thinking": True}


async def test_without_an_engine_it_is_503_with_the_state_and_the_engine_starts(open_house: OpenHouse) -> None:
    gate = asyncio.Event()
    app = VllmLike()
    house = open_house(loader=FakeLoader([FakeEngine(http_app=app)], gate=gate))
    await house.server.start(port=0)
    first = await house.post(CHAT, json={"messages": HELLO})
    second = await house.post(CHAT, json={"messages": HELLO})
    assert (first.status_code, second.status_code) == (503, 503)
    assert first.headers["retry-after"]
    assert "loading weights (50%)" in second.json()["error"]["message"]
    assert second.json()["error"]["code"] == "engine_starting"
    gate.set()
    await until(lambda: house.manager.is_ready)
    assert (await house.post(CHAT, json={"messages": HELLO})).status_code == 200


async def test_with_the_setting_a_request_waits_for_the_engine(open_house: OpenHouse) -> None:
    app = VllmLike()
    house = open_house(FakeEngine(http_app=app), settings=ServerSettings(drain_seconds=5.0, wait_for_engine=True))
    await house.server.start(port=0)
    assert (await house.post(CHAT, json={"messages": HELLO})).status_code == 200


async def test_a_load_that_fails_is_told_with_its_reason(open_house: OpenHouse) -> None:
    from seproj_desktop.errors import UserError

    loader = FakeLoader(error=UserError("No memory.", "Close something."))
    settings = ServerSettings(drain_seconds=5.0, wait_for_engine=True)
    house = open_house(loader=loader, settings=settings)
    await house.server.start(port=0)
    answer = await house.post(CHAT, json={"messages": HELLO})
    assert answer.status_code == 503
    assert "No memory. Close something." in answer.json()["error"]["message"]


async def test_an_engine_that_ends_meanwhile_is_told_in_our_words(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    app.llm.errored = True
    whole, stream = [await house.post(CHAT, json={"messages": HELLO, "stream": flag}) for flag in (False, True)]
    assert whole.status_code == 503
    assert whole.json()["error"]["message"] == "The engine stopped unexpectedly."
    assert whole.headers["retry-after"]
    assert stream.text.endswith('{"error": {"message": "The engine stopped unexpectedly."}}\n\ndata: [DONE]\n\n')
    assert "stack" not in whole.text + stream.text


async def test_an_engine_without_an_api_is_501_and_generates_all_the_same(house: House) -> None:
    await house.manager.start()
    answer = await house.post(CHAT, json={"messages": HELLO})
    assert answer.status_code == 501
    assert answer.json()["error"]["message"]
    assert (await house.ask()).status_code == 200


async def test_a_full_queue_is_429_with_retry_after_also_for_streams(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house, app = await ready(open_house, gate, queue_limit=1)
    asks = [asyncio.create_task(house.post(CHAT, json={"messages": HELLO, "stream": n % 2 == 0})) for n in range(4)]
    await until(lambda: app.llm.running == 3 and house.manager.queued == 1)
    refused = await house.post(CHAT, json={"messages": HELLO, "stream": True})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.json()["error"]["code"] == "queue_full"
    for _ in range(8):
        gate.release()
    assert [(await ask).status_code for ask in asks] == [200] * 4


async def test_several_answers_take_several_places_and_never_wait_for_one_another(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house, app = await ready(open_house, gate)
    asks = [asyncio.create_task(house.post(CHAT, json={"messages": HELLO, "n": 2})) for _ in range(5)]
    await until(lambda: app.llm.running == 1 and house.manager.queued == 1)
    for _ in range(10):
        gate.release()
    assert [(await ask).status_code for ask in asks] == [200] * 5
    too_many = await house.post(CHAT, json={"messages": HELLO, "n": 4})
    assert too_many.status_code == 400
    assert "at most 3" in too_many.json()["error"]["message"]


async def test_a_sequence_count_that_only_vllm_can_read_still_needs_its_places(open_house: OpenHouse) -> None:
    """A later generation of the same request takes what the door has not reserved, and gives everything back."""
    house, _app = await ready(open_house)
    call = house.manager.open_call(RequestTrace("later"), "client", "fake-model")
    await call.reserve(1)
    async with call.generation(2):
        assert call.admission.waiting == 0
    call.close()
    answers = await asyncio.gather(*[house.post(CHAT, json={"messages": HELLO, "n": 3}) for _ in range(3)])
    assert [answer.status_code for answer in answers] == [200] * 3


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_while_it_waits_gives_its_turn_up(open_house: OpenHouse, stream: bool) -> None:
    gate = asyncio.Semaphore(0)
    house, _app = await ready(open_house, gate)
    asks = [asyncio.create_task(house.post(CHAT, json={"messages": HELLO, "stream": stream})) for _ in range(4)]
    await until(lambda: house.manager.queued == 1)
    for ask in asks:
        ask.cancel()
    await asyncio.gather(*asks, return_exceptions=True)
    await until(lambda: not house.manager.queued)
    for _ in range(20):
        gate.release()
    assert (await house.post(CHAT, json={"messages": HELLO, "n": 3})).status_code == 200


async def test_a_stream_s_client_that_leaves_ends_its_generation(open_house: OpenHouse) -> None:
    house, app = await ready(open_house, asyncio.Semaphore(0))
    ask = asyncio.create_task(house.post(CHAT, json={"messages": HELLO, "stream": True}))
    await until(lambda: app.llm.running)
    ask.cancel()
    await until(lambda: not app.llm.running)
    await asyncio.gather(ask, return_exceptions=True)
    await until(lambda: house.board.look().ended)
    assert house.board.look().ended[0].state == "left"


async def test_a_waiting_request_can_be_stopped_in_the_window(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house, _ = await ready(open_house, gate)
    asks = [asyncio.create_task(house.post(CHAT, json={"messages": HELLO})) for _ in range(4)]
    await until(lambda: house.manager.queued == 1)
    (waiting,) = [one.request_id for one in house.board.look().running if one.state == "queued"]
    assert await house.board.stop(waiting)
    stopped = next(iter(await asyncio.wait(asks, return_when=asyncio.FIRST_COMPLETED)))
    assert [task.result().status_code for task in stopped] == [400]
    for _ in range(6):
        gate.release()
    await asyncio.gather(*asks)


async def test_vllm_s_refusals_pass_and_lose_their_shape_outside_v1(open_house: OpenHouse) -> None:
    house, _ = await ready(open_house)
    answer = await house.post(CHAT, json={"status": 418})
    assert (answer.status_code, answer.json()["error"]["message"]) == (418, "No.")
    assert (await house.post("/tokenize", json={"status": 400})).json() == {"detail": "No."}


async def test_a_schema_that_the_engine_cannot_compile_is_the_requests_fault(open_house: OpenHouse) -> None:
    house, _ = await ready(open_house)
    for fault in ({"response_format": {"type": "json_schema"}}, {"structured_outputs": {"regex": "x"}}):
        answer = await house.post(CHAT, json={"status": 500} | fault)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_grammar")
    assert (await house.post(CHAT, json={"status": 500})).status_code == 500


async def test_a_bug_behind_the_door_is_told_without_its_text(open_house: OpenHouse) -> None:
    house, _ = await ready(open_house)
    answer = await house.post(CHAT, json={"error": "secret path"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "x.py" not in answer.text


async def test_a_stream_that_is_cut_by_the_switch_ends_with_an_error_event(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    house, app = await ready(open_house, gate)
    ask = asyncio.create_task(house.post(CHAT, json={"messages": HELLO, "stream": True}))
    await until(lambda: app.calls and app.calls[0].said())
    await house.server.stop(0)
    events = (await ask).text.strip().split("\n\n")
    assert json.loads(events[-1].removeprefix("data: "))["error"]["code"] == "server_off"


async def test_a_response_is_cancelled_without_a_body(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    assert (await house.post("/v1/responses/resp_1/cancel")).status_code == 200
    assert app.scopes[0]["path"] == "/v1/responses/resp_1/cancel"


async def test_the_metrics_pass_only_while_an_engine_runs(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    assert (await house.get("/metrics")).status_code == 200
    assert app.scopes[0]["path"] == "/metrics"
    await house.manager.stop()
    assert (await house.get("/metrics")).status_code == 503
    assert len(house.loader.loads) == 1
