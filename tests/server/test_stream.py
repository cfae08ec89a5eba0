"""The answer's lines, character for character, and its one ending, whatever happens in the engine."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import GenerationJob
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.errors import UserError
from seproj_desktop.server.ndjson import AnswerLines
from tests.fakes import FAKE_MODEL, FakeEngine, FakeLoader
from tests.server.house import House, lines_of, until

OpenHouse = Callable[..., House]

PIECES = [
    ["REQ", "-DEV", "-001"],
    ["\U0001f469", "\u200d", "\U0001f4bb", " e", "\u0301", "要", "件", "لا"],
    ['"quoted"', "\\", "\\n", "</script>", "\t", "\r\n", "\n", "\x00\x1b\x7f", "{}"],
    ["\u2028", "\u2029", "\x85", "\x0b\x0c\x1c\x1d\x1e", "end"],
    ["", "a", ""],
    ["x" * 100_000, "y" * 100_000],
]


async def opened(open_house: OpenHouse, engine: FakeEngine, **more: Any) -> House:
    house = open_house(engine, **more)
    await house.server.start(port=0)
    return house


async def test_the_lines_are_exactly_the_contracts(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["REQ", "-DEV"]))
    response = await house.ask()
    assert response.headers["content-type"] == "application/x-ndjson"
    assert response.headers["cache-control"] == "no-cache"
    name = response.headers["x-request-id"]
    assert response.text == (
        f'{{"type":"token","delta":"REQ","content":"REQ","request_id":"{name}"}}\n'
        f'{{"type":"token","delta":"-DEV","content":"REQ-DEV","request_id":"{name}"}}\n'
        f'{{"type":"done","content":"REQ-DEV","finish_reason":"stop","request_id":"{name}"}}\n'
    )
    assert house.engine.jobs[0].request_id == name


async def test_both_paths_answer_alike(house: House) -> None:
    answers = [
        await house.post(path, json={"messages": [{"role": "user", "content": "x"}]})
        for path in ("/generate", "/api/generate")
    ]
    names = [answer.headers["x-request-id"] for answer in answers]
    assert names[0] != names[1]
    assert answers[0].text.replace(names[0], "") == answers[1].text.replace(names[1], "")


@pytest.mark.parametrize("pieces", PIECES)
async def test_any_text_arrives_whole(open_house: OpenHouse, pieces: list[str]) -> None:
    house = await opened(open_house, FakeEngine(pieces))
    async with house.stream() as lines:  # httpx splits lines as Unicode does
        *tokens, done = [line async for line in lines]
    assert [token["delta"] for token in tokens] == pieces
    assert [token["content"] for token in tokens] == ["".join(pieces[: end + 1]) for end in range(len(pieces))]
    assert done["content"] == "".join(pieces)
    whole = await house.ask(stream=False)
    assert whole.json() == {
        "output": "".join(pieces),
        "finish_reason": "stop",
        "request_id": whole.headers["x-request-id"],
    }


async def test_half_a_surrogate_pair_harms_nobody(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["a\ud83d", "\ude00b"]))
    *tokens, done = lines_of(await house.ask())
    assert done["content"] == "a\ufffd\ufffdb" == "".join(token["delta"] for token in tokens)


async def test_without_the_text_so_far(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["a", "b"]))
    *tokens, done = lines_of(await house.ask(cumulative=False))
    assert [list(token) for token in tokens] == [["type", "delta", "request_id"]] * 2
    assert done["content"] == "ab"


@pytest.mark.parametrize("reason", ["stop", "length", "abort"])
async def test_the_finish_reason_is_the_engines(open_house: OpenHouse, reason: events.FinishReason) -> None:
    house = await opened(open_house, FakeEngine(["a"], ending=events.Finished(reason)))
    assert lines_of(await house.ask())[-1]["finish_reason"] == reason
    assert (await house.ask(stream=False)).json()["finish_reason"] == reason


async def test_an_empty_answer_has_its_ending(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine([]))
    assert [line["type"] for line in lines_of(await house.ask())] == ["done"]
    assert (await house.ask(stream=False)).json()["output"] == ""


async def test_each_line_comes_when_its_token_does(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(["a", "b"], gate=gate))
    gate.release()
    async with house.stream() as lines:
        assert (await anext(lines))["content"] == "a"
        gate.release()
        assert (await anext(lines))["content"] == "ab"
        assert (await anext(lines))["type"] == "done"
        with pytest.raises(StopAsyncIteration):
            await anext(lines)


class ThinkingEngine(FakeEngine):
    """Thinks before it speaks."""

    async def generate(self, job: GenerationJob) -> Any:
        yield events.ReasoningDelta("Let me see.", 3)
        async for event in super().generate(job):
            yield event


async def test_thinking_is_no_part_of_the_content(open_house: OpenHouse) -> None:
    house = await opened(open_house, ThinkingEngine(["42"]))
    assert [line.get("content") for line in lines_of(await house.ask())] == ["42", "42"]
    assert (await house.ask(stream=False)).json()["output"] == "42"


KINDS = [
    ("invalid_request", 400, None),
    ("not_ready", 503, "10"),
    ("busy", 503, "1"),
    ("engine_died", 503, "1"),
    ("internal", 500, None),
]


@pytest.mark.parametrize(("kind", "status", "retry_after"), KINDS)
@pytest.mark.parametrize("stream", [True, False])
async def test_what_fails_before_the_first_token_has_a_status(
    open_house: OpenHouse, kind: events.FailureKind, status: int, retry_after: str | None, stream: bool
) -> None:
    house = await opened(open_house, FakeEngine([], ending=events.Failed(kind, "It failed.", "Try again.")))
    refused = await house.ask(stream=stream)
    assert refused.status_code == status
    assert refused.headers.get("retry-after") == retry_after
    assert refused.headers["x-request-id"]
    if kind == "engine_died":  # the manager has its own words
        assert "stopped unexpectedly" in refused.json()["detail"]
    else:
        assert refused.json() == {"detail": "It failed. Try again."}


async def test_a_failure_after_the_first_token_is_the_last_line(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine(["a"], ending=events.Failed("internal", "It failed.", "Try again.")))
    response = await house.ask()
    *tokens, last = lines_of(response)
    assert [token["type"] for token in tokens] == ["token"]
    assert list(last.items()) == [
        ("type", "error"),
        ("message", "It failed. Try again."),
        ("request_id", response.headers["x-request-id"]),
    ]
    assert (await house.ask(stream=False)).status_code == 500


async def test_an_engine_that_dies_mid_stream(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    house = await opened(open_house, FakeEngine(["a", "b"], gate=gate))
    async with house.stream() as lines:
        assert (await anext(lines))["delta"] == "a"
        house.engine.failure = "killed"
        gate.release()
        rest = [line async for line in lines]
    assert [line["type"] for line in rest] == ["error"]
    assert "stopped unexpectedly" in rest[0]["message"]
    assert (await house.get("/health")).json()["state"] == "failed"


class BuggyEngine(FakeEngine):
    """Raises, or ends without an ending, after its pieces."""

    bug: Exception | None = None

    async def generate(self, job: GenerationJob) -> Any:
        for piece in self.pieces:
            yield events.TextDelta(piece, 1)
        if self.bug:
            raise self.bug


@pytest.mark.parametrize("bug", [None, RuntimeError("/secret/path")])
@pytest.mark.parametrize("pieces", [[], ["a"]])
async def test_a_bug_in_the_engine_ends_the_answer_in_words(
    open_house: OpenHouse, caplog: pytest.LogCaptureFixture, bug: Exception | None, pieces: list[str]
) -> None:
    engine = BuggyEngine(pieces)
    engine.bug = bug
    house = await opened(open_house, engine)
    response = await house.ask()
    if pieces:
        assert [line["type"] for line in lines_of(response)] == ["token", "error"]
    else:
        assert (response.status_code, list(response.json())) == (500, ["detail"])
    assert (await house.ask(stream=False)).status_code == 500
    assert "secret" not in response.text
    assert ("RuntimeError: /secret/path" in caplog.text) == (bug is not None)


async def test_a_model_that_cannot_be_loaded_is_503(open_house: OpenHouse) -> None:
    house = open_house(loader=FakeLoader(error=UserError("There is no model.", "Choose another one.")))
    await house.server.start(port=0)
    refused = await house.ask()
    assert (refused.status_code, refused.json()) == (503, {"detail": "There is no model. Choose another one."})
    assert refused.headers["retry-after"]


async def test_requests_wait_while_the_model_loads(open_house: OpenHouse) -> None:
    gate = asyncio.Event()
    engine = FakeEngine()
    house = open_house(loader=FakeLoader([engine], gate=gate))
    await house.server.start(port=0)
    asking = asyncio.create_task(house.ask())
    await until(lambda: house.loader.loads)
    assert not asking.done()
    gate.set()
    assert lines_of(await asking)[-1]["content"] == "Hello, world!"


async def test_a_full_queue_is_503_at_once(open_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(0)
    house = await opened(open_house, FakeEngine(["a"], gate=gate), queue_limit=1)
    running = [asyncio.create_task(house.ask()) for _ in range(4)]  # three places, and one that waits
    await until(lambda: len(house.engine.running) == 3 and house.manager.queued == 1)
    refused = await house.ask()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "Too many requests" in refused.json()["detail"]
    for _ in running:
        gate.release()
    assert [lines_of(answer)[-1]["type"] for answer in await asyncio.gather(*running)] == ["done"] * 4


async def test_sixty_four_streams_at_once_keep_their_text_apart(open_house: OpenHouse) -> None:
    house = await opened(open_house, FakeEngine([f"{number} " for number in range(50)]), queue_limit=64)
    answers = await asyncio.gather(*(house.ask(cumulative=number % 2 == 0) for number in range(64)))
    for answer in answers:
        *tokens, done = lines_of(answer)
        assert "".join(token["delta"] for token in tokens) == done["content"] == "".join(house.engine.pieces)
        assert {line["request_id"] for line in [*tokens, done]} == {answer.headers["x-request-id"]}


def test_escaping_agrees_with_json() -> None:
    text = "".join(map(chr, range(0x3000))) + "\U0001f600"
    lines = AnswerLines("id", cumulative=True)
    token = lines.token(text)
    assert json.loads(token)["delta"] == json.loads(lines.done("stop"))["content"] == text
    assert token.decode().splitlines() == [token.decode().removesuffix("\n")]


async def test_the_manager_is_a_served_engine() -> None:
    """mypy checks this one: the app asks for no more than EngineManager has."""
    from seproj_desktop.server.app import ServedEngine

    manager = EngineManager(FakeLoader(), FAKE_MODEL)
    served: ServedEngine = manager
    assert served.queued == 0
