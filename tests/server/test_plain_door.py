"""The door's choice for a chat: the short way where it is plain, vLLM's app (a stand-in here) for everything else."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, SamplingWishes
from seproj_desktop.engine.chat_form import ChatForm
from tests.fakes import FakeEngine
from tests.server.house import HELLO, House, until
from tests.server.vllm_like import VllmLike

OpenHouse = Callable[..., House]
CHAT = "/v1/chat/completions"
PLAIN: dict[str, Any] = {"messages": HELLO, "stream": True}


async def ready(open_house: OpenHouse, engine: FakeEngine | None = None, **more: Any) -> tuple[House, VllmLike]:
    app = VllmLike()
    engine = engine or FakeEngine()
    engine.http_app, engine.chat_form = app, ChatForm()
    house = open_house(engine, **more)
    await house.server.start(port=0)
    await house.manager.start()
    return house, app


def text_of(body: str) -> str:
    *events, done, rest = body.split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    choices = [json.loads(event.removeprefix("data: "))["choices"][0] for event in events]
    return "".join(choice["delta"].get("content", "") for choice in choices)


async def test_a_plain_chat_goes_straight_to_the_engine_as_its_client_s_request(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, json=PLAIN | {"temperature": 0.5})
    assert text_of(answer.text) == "Hello, world!"
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == (
        "text/event-stream; charset=utf-8",
        "no-cache",
    )
    (job,) = house.engine.jobs
    assert (job.sampling, job.priority, job.thinking) == (SamplingWishes(temperature=0.5), SERVER_PRIORITY, False)
    assert job.client.startswith(house.agent.split()[0])
    assert answer.headers["x-request-id"] == job.request_id
    assert not app.bodies
    await until(lambda: house.board.look().ended)
    (record,) = house.board.look().ended
    assert (record.endpoint, record.state, record.status) == (CHAT, "done", 200)


async def test_the_answer_names_the_model_that_was_asked(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    answer = await house.post(CHAT, json=PLAIN | {"model": "persona:assistant"})
    assert '"model":"persona:assistant"' in answer.text
    await house.post(CHAT, json=PLAIN | {"model": "persona:developer"})  # it thinks, which is vLLM's to tell apart
    assert len(app.bodies) == 1


@pytest.mark.parametrize("fields", [{"stream": False}, {"logprobs": True}, {"n": 2}, {"messages": []}])
async def test_what_is_not_plain_is_vllm_s(open_house: OpenHouse, fields: dict[str, Any]) -> None:
    house, app = await ready(open_house)
    await house.post(CHAT, json=PLAIN | fields)
    assert app.bodies == [PLAIN | fields]
    assert not house.engine.jobs


async def test_without_a_known_form_every_chat_is_vllm_s(open_house: OpenHouse) -> None:
    house, app = await ready(open_house)
    house.engine.chat_form = None
    await house.post(CHAT, json=PLAIN)
    assert len(app.bodies) == 1


async def test_what_the_engine_refuses_vllm_refuses_in_its_words(open_house: OpenHouse) -> None:
    engine = FakeEngine(pieces=(), ending=events.Failed("invalid_request", "Too long."))
    house, app = await ready(open_house, engine)
    answer = await house.post(CHAT, json=PLAIN)
    assert len(engine.jobs) == len(app.bodies) == 1
    assert answer.text.startswith('data: {"text": "Hello"}')


async def test_a_failure_mid_stream_is_its_last_event(open_house: OpenHouse) -> None:
    engine = FakeEngine(pieces=("a",), ending=events.Failed("internal", "Broken."))
    house, _ = await ready(open_house, engine)
    *_, last, rest = (await house.post(CHAT, json=PLAIN)).text.split("\n\n")
    assert rest == ""
    assert json.loads(last.removeprefix("data: "))["error"]["message"] == "Broken."
    await until(lambda: house.board.look().ended)
    assert house.board.look().ended[0].state == "failed"


async def test_a_full_queue_is_told_as_429(open_house: OpenHouse) -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(0))
    house, _ = await ready(open_house, engine, queue_limit=0)
    running = [asyncio.create_task(house.post(CHAT, json=PLAIN)) for _ in range(3)]
    await until(lambda: len(engine.running) == 3)
    refused = await house.post(CHAT, json=PLAIN)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "queue_full")
    assert refused.headers["retry-after"]
    assert engine.gate is not None
    for _ in range(20):
        engine.gate.release()
    assert {text_of(answer.text) for answer in await asyncio.gather(*running)} == {"Hello, world!"}


async def test_a_chat_that_is_stopped_ends_as_its_finish_reason_says(open_house: OpenHouse) -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(1))
    house, _ = await ready(open_house, engine)
    asked = asyncio.create_task(house.post(CHAT, json=PLAIN))
    await until(lambda: engine.running and house.board.look().running)
    await until(lambda: house.board.text(engine.jobs[0].request_id).answer == "Hello")  # type: ignore[union-attr]
    await house.board.stop(engine.jobs[0].request_id)
    assert '"finish_reason":"abort"' in (await asked).text
    await until(lambda: house.board.look().ended)
    assert house.board.look().ended[0].state == "stopped"
