"""Answers from the real engine: streaming, concurrency, limits, stopping."""

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import Sequence

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.personas import Persona, PersonaLibrary
from seproj_desktop.engine.manager import EngineManager
from seproj_desktop.engine.status import Ready
from seproj_desktop.paths import resources_folder

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

DEVELOPER = PersonaLibrary.read(resources_folder() / "personas").get("developer")
GREEDY = Sampling(temperature=0.0, max_tokens=400)


def job(name: str, text: str, sampling: Sampling = GREEDY, priority: int = 0) -> GenerationJob:
    """A question to the developer, whose answers are long."""
    return GenerationJob(name, DEVELOPER.speak((ChatMessage(role="user", content=text),)), sampling, priority)


async def collect(manager: EngineManager, request: GenerationJob) -> list[events.StreamEvent]:
    return [event async for event in manager.generate(request)]


def text_of(stream: Sequence[events.StreamEvent]) -> str:
    return "".join(event.text for event in stream if isinstance(event, events.TextDelta))


def end_of(stream: Sequence[events.StreamEvent]) -> events.Finished:
    assert isinstance(stream[-1], events.Finished), stream[-1]
    assert not any(isinstance(event, events.Finished | events.Failed) for event in stream[:-1])
    return stream[-1]


async def is_idle(manager: EngineManager) -> bool:
    """Waits until the engine runs nothing; the test's own time limit is the bound."""
    while manager.load.running or manager.load.waiting:  # noqa: ASYNC110  the engine offers nothing to wait for
        await asyncio.sleep(0.02)
    return True


async def test_the_status_names_what_is_loaded(manager: EngineManager) -> None:
    assert isinstance(manager.status, Ready)
    info = manager.status.info
    assert info.model == "seproj-demo"
    assert info.context_length >= 2048
    assert info.cache_tokens > info.context_length
    assert info.version.startswith("vLLM ")


@pytest.mark.parametrize("thinking", [True, False])
async def test_a_persona_s_schema_binds_the_answer_and_not_the_thinking(
    manager: EngineManager, *, thinking: bool
) -> None:
    kinds = {"kind": {"enum": ["small", "large"]}}
    schema = {"type": "object", "properties": kinds, "required": ["kind"], "additionalProperties": False}
    form = Persona(id="form", name="Form", thinking=thinking, json_schema=json.dumps(schema))
    messages = (ChatMessage(role="user", content="Add dark mode"),)
    asked = GenerationJob("form", messages, form.sample(GREEDY), thinking=form.thinking)
    stream = await collect(manager, asked)
    assert end_of(stream).reason == "stop"
    assert json.loads(text_of(stream))["kind"] in ("small", "large")
    assert any(isinstance(event, events.ReasoningDelta) for event in stream) == thinking


async def test_a_persona_answers_about_the_topic_in_its_own_code(manager: EngineManager) -> None:
    stream = await collect(manager, job("topic", "Build user authentication"))
    assert "REQ-DEV-001" in text_of(stream)
    assert "user authentication" in text_of(stream).lower()
    assert end_of(stream).reason == "stop"


async def test_text_arrives_in_many_pieces_with_true_counts(manager: EngineManager) -> None:
    stream = await collect(manager, job("pieces", "Build a booking calendar", Sampling(temperature=0.0, max_tokens=40)))
    deltas = [event for event in stream if isinstance(event, events.TextDelta | events.ReasoningDelta)]
    end = end_of(stream)
    assert len(deltas) > 10
    assert end.reason == "length"
    assert end.usage.completion_tokens == 40
    assert end.usage.prompt_tokens > 5
    assert end.timings.first_token is not None
    assert 0 < end.timings.first_token <= end.timings.total
    assert end.tokens_per_second is not None


async def test_the_same_seedless_greedy_question_has_one_answer_however_busy_it_is(manager: EngineManager) -> None:
    requests = [job(f"busy-{n}", "Add dark mode", priority=SERVER_PRIORITY) for n in range(24)]
    answers = {text_of(await answer) for answer in asyncio.as_completed([collect(manager, r) for r in requests])}
    assert len(answers) <= 3, "batches may round differently, but not wildly"
    assert all("dark mode" in answer.lower() for answer in answers)


async def test_more_requests_than_places_are_all_answered(manager: EngineManager) -> None:
    assert isinstance(manager.status, Ready)
    many = manager.status.info.sequences + 20
    short = Sampling(max_tokens=4)
    streams = await asyncio.gather(
        *(collect(manager, job(f"many-{n}", f"Topic {n}", short, SERVER_PRIORITY)) for n in range(many))
    )
    assert all(end_of(stream).reason in ("length", "stop") for stream in streams)


async def test_text_that_is_taken_at_once_does_not_come_again(manager: EngineManager) -> None:
    taken: list[str] = []

    def take(text: str) -> bool:
        taken.append(text)
        return True

    plain = await collect(manager, job("not taken", "Add offline sync"))
    offered = dataclasses.replace(job("taken", "Add offline sync"), taker=take)
    first, *last = await collect(manager, offered)
    assert isinstance(first, events.TextDelta)
    assert len(taken) > 10
    assert first.text + "".join(taken) + text_of(last) == text_of(plain)
    assert end_of([first, *last]).usage.completion_tokens == end_of(plain).usage.completion_tokens


async def test_stop_ends_the_work_in_the_engine_and_keeps_the_text(manager: EngineManager) -> None:
    said: list[events.StreamEvent] = []
    async for event in manager.generate(job("stop-me", "Build a booking calendar", Sampling(max_tokens=2000))):
        said.append(event)
        if len(said) == 5:
            await manager.abort("stop-me")
    assert end_of(said).reason == "abort"
    assert text_of(said)
    assert await is_idle(manager)


async def test_closing_the_stream_ends_the_work_in_the_engine(manager: EngineManager) -> None:
    async with contextlib.aclosing(
        manager.generate(job("leave", "Add offline sync", Sampling(max_tokens=2000)))
    ) as stream:
        async for _ in stream:
            break
    assert await is_idle(manager)


async def test_cancelling_the_reader_ends_the_work_in_the_engine(manager: EngineManager) -> None:
    reader = asyncio.create_task(collect(manager, job("cancel", "Add offline sync", Sampling(max_tokens=2000))))
    while not manager.load.running:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await is_idle(manager)


async def test_an_answer_ends_at_the_context_limit_with_the_reason_length(manager: EngineManager) -> None:
    assert isinstance(manager.status, Ready)
    context = manager.status.info.context_length
    request, prompt = job("full", ""), 0
    words = 0
    while prompt < context - 12:
        words += max(1, (context - 12 - prompt) // 4)
        request = job("full", "word " * words, Sampling(temperature=0.0, max_tokens=None))
        prompt = await manager.count_tokens(request.messages) or 0
    end = end_of(await collect(manager, request))
    assert end.usage.prompt_tokens == prompt < context
    assert end.reason == "length"
    assert prompt + end.usage.completion_tokens == context


async def test_a_prompt_that_does_not_fit_names_both_numbers(manager: EngineManager) -> None:
    assert isinstance(manager.status, Ready)
    request = job("too-long", "word " * 20_000)
    needed = await manager.count_tokens(request.messages)
    (failed,) = await collect(manager, request)
    assert isinstance(failed, events.Failed)
    assert failed.kind == "invalid_request"
    assert f"{needed:,}" in failed.message
    assert f"{manager.status.info.context_length:,}" in failed.message


async def test_a_stop_string_ends_the_answer_before_it(manager: EngineManager) -> None:
    whole = text_of(await collect(manager, job("whole", "Build a booking calendar")))
    word = whole.split()[8]
    stream = await collect(
        manager, job("cut", "Build a booking calendar", Sampling(temperature=0.0, max_tokens=400, stop=(word,)))
    )
    assert end_of(stream).reason == "stop"
    assert word not in text_of(stream)


@pytest.mark.parametrize(
    "question", ["你好，世界 🚀👩‍👩‍👧", "e\u0301te\u0301 \u202eRTL", "\x00\x01 tab\tnewline\n", " "]
)
async def test_any_text_gets_some_answer(manager: EngineManager, question: str) -> None:
    assert end_of(await collect(manager, job("odd", question, Sampling(max_tokens=20)))).usage.prompt_tokens > 0


async def test_a_second_question_reuses_the_cached_prefix(manager: EngineManager) -> None:
    system = ChatMessage(role="system", content="Speak plainly. " * 40)
    questions = [
        GenerationJob(f"p{n}", (system, ChatMessage(role="user", content=str(n))), Sampling(max_tokens=2))
        for n in (1, 2)
    ]
    await collect(manager, questions[0])
    assert end_of(await collect(manager, questions[1])).usage.cached_tokens > 50


@pytest.mark.parametrize("field", [{"temperature": 0.0}, {"temperature": 2.0}, {"top_p": 0.0}, {"top_p": 1.0}])
async def test_every_bound_of_the_contract_is_accepted_by_the_engine(
    manager: EngineManager, field: dict[str, float]
) -> None:
    sampling = Sampling(**field, max_tokens=3, presence_penalty=2.0, frequency_penalty=-2.0)  # type: ignore[arg-type]
    assert end_of(await collect(manager, job("bounds", "Hi", sampling))).usage.completion_tokens <= 3


async def test_the_environment_is_as_it_was_before_the_load(manager: EngineManager) -> None:
    import os

    names = [
        name for name in os.environ if name.startswith(("VLLM_", "TORCHINDUCTOR_", "LD_PRELOAD", "HF_HUB_OFFLINE"))
    ]
    assert not names


async def test_an_abort_while_a_long_prompt_is_read_is_not_lost(manager: EngineManager) -> None:
    asking = asyncio.create_task(collect(manager, job("early", "Build a calendar. " * 250)))
    await asyncio.sleep(0)  # as far as the thread that reads the prompt
    await manager.abort("early")
    end = end_of(await asking)
    assert end.reason == "abort"
    assert end.usage.completion_tokens < 20
    assert await is_idle(manager)
