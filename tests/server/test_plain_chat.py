"""Which chats take the short way, and what they say on the wire; that this is what vLLM says, `tests/engine` shows."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from starlette.types import Message

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import ChatMessage, SamplingWishes
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.engine.chat_form import ChatForm
from seproj_desktop.server.generate import NO_ENDING
from seproj_desktop.server.openai.chat_chunks import ChatChunks
from seproj_desktop.server.openai.plain_chat import PlainChat, read_plain
from seproj_desktop.server.openai.plain_stream import PlainStream, failure
from seproj_desktop.server.request import ClientLeftError
from tests.fakes import FakeEngine
from tests.server.house import HELLO

PLAIN: dict[str, Any] = {"model": "m", "messages": HELLO, "stream": True}
FORM = ChatForm("vllm-fake", has_parser=True, counts_reasoning=True, tells_cached=True)


def plain(**fields: Any) -> PlainChat | None:
    return read_plain(PLAIN | fields)


def test_a_silent_body_leaves_everything_to_the_model() -> None:
    assert plain() == PlainChat((ChatMessage(role="user", content="Hello"),), SamplingWishes(), with_usage=False)


def test_what_is_said_is_wished() -> None:
    said: dict[str, Any] = {
        "temperature": 0,
        "top_p": 0.5,
        "top_k": 3,
        "min_p": 0.1,
        "presence_penalty": 1,
        "frequency_penalty": -1.5,
        "repetition_penalty": 1.1,
        "seed": 7,
    }
    chat = plain(**said, max_tokens=5, stop=["a", "b"], stream_options={"include_usage": True})
    assert chat is not None
    assert chat.sampling == SamplingWishes(**said, max_tokens=5, stop=("a", "b"))
    assert chat.with_usage


def test_the_newer_name_of_the_limit_counts_more() -> None:
    chat = plain(max_tokens=5, max_completion_tokens=6, stop="x")
    assert chat is not None
    assert (chat.sampling.max_tokens, chat.sampling.stop) == (6, ("x",))


def test_a_part_of_text_is_the_text() -> None:
    parts = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Hi"}]}]
    chat = plain(messages=parts)
    assert chat is not None
    assert [message.content for message in chat.messages] == ["Be brief.", "Hi"]


@pytest.mark.parametrize(
    "fields",
    [
        {"user": "u", "n": 1, "logprobs": False, "parallel_tool_calls": True},
        {"chat_template_kwargs": {"enable_thinking": False}, "response_format": {"type": "text"}},
        dict.fromkeys(("temperature", "top_p", "max_tokens", "stop", "seed", "user", "tools", "stream_options")),
    ],
)
def test_fields_that_change_nothing_are_plain(fields: dict[str, Any]) -> None:
    assert plain(**fields) == plain()


NOT_PLAIN: dict[str, list[Any]] = {
    "stream": [False, None, 1, "true"],
    "temperature": ["0.5", True, -0.1, 2.5, float("nan"), float("inf"), [], {}],
    "top_p": [0, 1.1],
    "max_tokens": [0, -1, 1.5, "5", True, 10**30],
    "seed": [1.0, 2**63, True],
    "stop": ["", [""], [1], ["x"] * 5, {}, 5, "\ud800", ["\ud800"]],
    "stream_options": [{"continuous_usage_stats": True}, {"include_usage": 1}, [], True],
    "n": [2, True, "1"],
    "logprobs": [True],
    "top_logprobs": [0],
    "tools": [[]],
    "tool_choice": ["auto"],
    "response_format": [{"type": "json_object"}],
    "reasoning_effort": ["low"],
    "chat_template_kwargs": [{"enable_thinking": True}, {"enable_thinking": 0}, {"other": False}],
    "priority": [-100],
    "request_id": ["mine"],
    "ignore_eos": [True],
    "unheard_of": [None],
    "model": [5],
    "messages": [[], None, "Hi", ["Hi"], [[]], {}, [{"role": "user"}]],
}
NO_PLAIN_MESSAGES: list[dict[str, Any]] = [
    {"role": "tool"},
    {"role": "developer"},
    {"role": ["user"]},
    {"name": "Ann"},
    {"content": None},
    {"content": "\udfff"},
    {"content": []},
    {"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
    {"content": [{"type": "text", "text": 5}]},
    {"content": [{"type": "text", "text": "a", "cache_control": {}}]},
    {"content": [{"type": "image_url", "image_url": {"url": "data:"}}]},
]


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in NOT_PLAIN.items() for value in values])
def test_everything_else_is_left_to_vllm(name: str, value: object) -> None:
    assert plain(**{name: value}) is None


@pytest.mark.parametrize("part", NO_PLAIN_MESSAGES, ids=str)
def test_other_messages_are_left_to_vllm(part: dict[str, Any]) -> None:
    assert plain(messages=[{"role": "user", "content": "Hi"} | part]) is None


def test_a_body_without_messages_is_not_plain() -> None:
    assert read_plain({"stream": True}) is None


class Told:
    """What was written, as a client reads it."""

    request_id = "r1"

    def __init__(self) -> None:
        self.status = 0
        self.is_complete = False
        self.body = b""

    async def begin_events(self) -> None:
        assert not self.status
        self.status = 200

    async def line(self, line: bytes) -> None:
        assert self.status
        assert not self.is_complete
        self.body += line

    async def last_line(self, line: bytes) -> None:
        await self.line(line)
        self.is_complete = True

    @property
    def chunks(self) -> list[dict[str, Any]]:
        *lines, done, rest = self.body.decode().split("\n\n")
        assert (done, rest) == ("data: [DONE]", "")
        return [json.loads(line.removeprefix("data: ")) for line in lines]

    @property
    def choices(self) -> list[dict[str, Any]]:
        return [choice for chunk in self.chunks for choice in chunk["choices"]]


class TracingEngine(FakeEngine):
    """Tells the job's trace what the real engine tells it."""

    told: Sequence[events.StreamEvent] = ()
    stopped_by: str | int | None = None

    async def generate(self, job: Any) -> Any:
        self.jobs.append(job)
        job.trace.prompt_tokens, job.trace.cached_tokens, job.trace.cache_tokens_written = 7, 4, 2
        for number, event in enumerate(self.told):
            job.trace.output_tokens += getattr(event, "tokens", 0)
            if number >= len(self.told) - 2:
                job.trace.is_written, job.trace.stopped_by = True, self.stopped_by
            yield event


async def never() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def run(
    told: Sequence[events.StreamEvent], *, form: ChatForm = FORM, stopped_by: str | int | None = None, **fields: Any
) -> tuple[Told, events.Finished | events.Failed | None]:
    engine = TracingEngine()
    engine.told, engine.stopped_by = told, stopped_by
    chat, trace, writer = plain(**fields), RequestTrace("r1"), Told()
    assert chat is not None
    stream = PlainStream(chat, ChatChunks("r1", 'm"', form), trace, writer)
    return writer, await stream.run(engine, "client", never)


FINISHED = events.Finished("stop")
TEXT = (events.TextDelta("Hé\n", 1), events.TextDelta('"', 1), events.TextDelta("!", 1), FINISHED)


async def test_a_stream_begins_with_the_role_and_ends_with_the_last_piece_and_the_reason() -> None:
    writer, ending = await run(TEXT)
    assert ending == FINISHED
    assert writer.is_complete
    first, *tokens, last = writer.choices
    assert first["delta"] == {"role": "assistant", "content": ""}
    assert [token["delta"]["content"] for token in tokens] == ["Hé\n", '"']
    assert (last["delta"], last["finish_reason"], last["stop_reason"]) == ({"content": "!"}, "stop", None)
    assert {chunk["model"] for chunk in writer.chunks} == {'m"'}
    assert {chunk["id"] for chunk in writer.chunks} == {"chatcmpl-r1"}
    assert [chunk.get("system_fingerprint") for chunk in writer.chunks] == [None] * 3 + ["vllm-fake"]


@pytest.mark.parametrize(("has_parser", "delta"), [(True, {}), (False, {"content": ""})])
async def test_an_end_without_text_is_told_as_vllm_does(has_parser: bool, delta: dict[str, str]) -> None:
    writer, _ = await run([FINISHED], form=ChatForm(has_parser=has_parser), stopped_by="END")
    assert [choice["delta"] for choice in writer.choices] == [{"role": "assistant", "content": ""}, delta]
    assert writer.choices[-1]["stop_reason"] == "END"
    assert "system_fingerprint" not in writer.chunks[-1]


async def test_usage_comes_last_where_it_is_wished() -> None:
    thought = (events.ReasoningDelta("Hm", 5), *TEXT)
    writer, _ = await run(thought, stream_options={"include_usage": True})
    assert writer.choices[1]["delta"] == {"reasoning": "Hm"}
    last = writer.chunks[-1]
    assert (last["choices"], last["system_fingerprint"]) == ([], "vllm-fake")
    assert last["usage"] == {
        "prompt_tokens": 7,
        "total_tokens": 15,
        "completion_tokens": 8,
        "prompt_tokens_details": {"cached_tokens": 4, "created_cache_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 5},
    }
    assert "system_fingerprint" not in writer.chunks[-2]


async def test_what_the_engine_refuses_at_once_is_left_to_vllm() -> None:
    writer, ending = await run([events.Failed("invalid_request", "Too long.")])
    assert (ending, writer.status) == (None, 0)


@pytest.mark.parametrize(("kind", "status"), [("not_ready", 503), ("engine_died", 503), ("internal", 500)])
async def test_other_failures_are_told_and_not_left_to_vllm(kind: events.FailureKind, status: int) -> None:
    failed = events.Failed(kind, "So.", "Do this.")
    writer, ending = await run([failed])
    assert (ending, writer.status) == (failed, 0)
    assert (failure(failed).status_code, failure(failed).detail) == (status, "So. Do this.")


async def test_a_failure_mid_stream_is_told_and_not_left_to_vllm() -> None:
    failed = events.Failed("invalid_request", "Bad.")
    assert (await run([*TEXT[:2], failed]))[1] == failed
    assert (await run(TEXT[:2]))[1] == NO_ENDING


async def test_a_client_that_leaves_ends_the_work() -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(1))
    chat, writer = plain(), Told()
    assert chat is not None

    async def leave() -> Message:
        while not writer.body:  # noqa: ASYNC110  the writer has no event
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    with pytest.raises(ClientLeftError):
        await PlainStream(chat, ChatChunks("r1", "m", FORM), RequestTrace("r1"), writer).run(engine, "c", leave)
    assert not engine.running
    assert engine.jobs[0].client == "c"
