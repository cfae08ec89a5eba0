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


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
async def test_an_answer_goes_on_as_if_it_had_never_been_cut(manager: EngineManager, share: float) -> None:
    stream = await collect(manager, WHOLE)
    whole, tokens = text_of(stream), end_of(stream).usage.completion_tokens
    short = dataclasses.replace(WHOLE.sampling, max_tokens=int(share * tokens))
    cut = await collect(manager, dataclasses.replace(WHOLE, request_id="cut", sampling=short))
    assert end_of(cut).reason == "length"
    rest = await collect(manager, going_on(text_of(cut)))
    assert text_of(cut) + text_of(rest) == whole
    assert end_of(rest).reason == "stop"
    assert not any(isinstance(event, events.ReasoningDelta) for event in rest)


async def test_the_blanks_at_the_end_are_part_of_what_is_gone_on_with(manager: EngineManager) -> None:
    whole = text_of(await collect(manager, WHOLE))
    begun = whole[: whole.index("\n\n") + 2]
    assert begun + text_of(await collect(manager, going_on(begun))) == whole


async def test_the_prompt_of_what_goes_on_is_in_the_cache(manager: EngineManager) -> None:
    stream = await collect(manager, WHOLE)
    whole, before = text_of(stream), end_of(stream).usage
    after = end_of(await collect(manager, going_on(whole[: len(whole) // 2]))).usage
    assert after.prompt_tokens > before.prompt_tokens
    assert after.cached_tokens > 0


async def test_a_title_is_asked_with_the_prompt_that_is_cached(manager: EngineManager) -> None:
    answer = text_of(await collect(manager, WHOLE))
    asked = (ChatMessage(role="assistant", content=answer), ChatMessage(role="user", content=INSTRUCTION))
    title = GenerationJob(
        "title", (*WHOLE.messages, *asked), Sampling(temperature=0.2, max_tokens=24), BACKGROUND_PRIORITY
    )
    usage = end_of(await collect(manager, title)).usage
    assert usage.cached_tokens > 0
