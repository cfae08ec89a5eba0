"""Going on with an answer in the real engine, and a title that reuses the conversation's cached prompt."""

import dataclasses

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import BACKGROUND_PRIORITY, ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.titles import INSTRUCTION
from seproj_desktop.engine.manager import EngineManager
from tests.engine.test_answers import collect, end_of, job, text_of

pytestmark = [pytest.mark.engine, pytest.mark.asyncio(loop_scope="session")]

WHOLE = job("whole", "Build user authentication")


def going_on(text: str) -> GenerationJob:
    said = (*WHOLE.messages, ChatMessage(role="assistant", content=text))
    return dataclasses.replace(WHOLE, request_id="go on", messages=said, continues=True)


async def test_an_answer_goes_on_where_it_was_cut(manager: EngineManager) -> None:
    whole = text_of(await collect(manager, WHOLE))
    lines = whole.splitlines(keepends=True)
    assert len(lines) > 2
    cut = "".join(lines[: len(lines) // 2])
    assert cut.endswith("\n")
    stream = await collect(manager, going_on(cut))
    rest = text_of(stream)
    print("WHOLE", repr(whole)); print("CUT", repr(cut)); print("REST", repr(rest), end_of(stream))
    assert end_of(stream).reason == "stop"
    assert rest.strip()
    assert not rest.startswith(("\n", " ")), "the blanks are there already"
    assert not rest.startswith(lines[0].rstrip()), "it does not begin anew"
    assert not any(isinstance(event, events.ReasoningDelta) for event in stream)


async def test_an_answer_cut_in_the_middle_of_a_line_goes_on_in_it(manager: EngineManager) -> None:
    short = dataclasses.replace(WHOLE, request_id="short", sampling=Sampling(temperature=0.0, max_tokens=20))
    stream = await collect(manager, short)
    assert end_of(stream).reason == "length"
    begun = text_of(stream)
    rest = text_of(await collect(manager, going_on(begun)))
    assert rest
    assert "REQ-DEV-001" in begun + rest
    assert "REQ-DEV-001" not in rest[len("REQ-DEV-001") :]


async def test_what_is_gone_on_with_counts_as_the_prompt_s(manager: EngineManager) -> None:
    without = end_of(await collect(manager, WHOLE)).usage.prompt_tokens
    stream = await collect(manager, going_on("REQ-DEV-001: The system shall"))
    assert end_of(stream).usage.prompt_tokens > without - 8
    assert len(text_of(stream)) > 0


async def test_a_title_is_asked_with_the_prompt_that_is_cached(manager: EngineManager) -> None:
    answer = text_of(await collect(manager, WHOLE))
    asked = (ChatMessage(role="assistant", content=answer), ChatMessage(role="user", content=INSTRUCTION))
    title = GenerationJob(
        "title", (*WHOLE.messages, *asked), Sampling(temperature=0.2, max_tokens=24), BACKGROUND_PRIORITY
    )
    usage = end_of(await collect(manager, title)).usage
    assert usage.cached_tokens > 0
