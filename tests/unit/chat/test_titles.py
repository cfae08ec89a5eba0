"""Titles: the first words, what a model may write, and when it is asked."""

import asyncio

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import BACKGROUND_PRIORITY
from seproj_desktop.chat.titles import INSTRUCTION, TITLE_LENGTH, first_words, title_in
from tests.fakes import FakeEngine
from tests.unit.chat.house import House, a_house, settle, until


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("\n\n  Two\nlines", "Two"),
        ("x" * 60, "x" * 60),
        ("word " * 20, ("word " * 12)[:59].rstrip() + "…"),
        (" \n ", ""),
    ],
)
def test_the_first_words_are_the_first_line_in_short(text: str, title: str) -> None:
    assert first_words(text) == title
    assert len(first_words(text)) <= TITLE_LENGTH


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Dark mode for settings", "Dark mode for settings"),
        (' "Dark mode."\n', "Dark mode"),
        ("Title: Dark mode", "Dark mode"),
        ("Nächtliche Sicherung — wie oft?", "Nächtliche Sicherung — wie oft?"),
    ],
)
def test_what_reads_like_a_title_is_one(written: str, title: str) -> None:
    assert title_in(written) == title


@pytest.mark.parametrize(
    "written",
    [
        "",
        "Word",
        "One two three four five six seven eight nine",
        "Two\nlines here",
        "**Dark mode**",
        "# Dark mode",
        "- Dark mode",
        "1. Dark mode",
        "`dark` mode",
        "REQ-DEV-001 dark mode",
        "The req-dev requirement",
        "Dark mode DEV-12",
        "three to six words on one line",
        "Answer with the title only.",
        "long " * 5 + "x" * 60,
    ],
)
def test_what_does_not_read_like_a_title_is_none(written: str) -> None:
    assert title_in(written) is None


def title_of(house: House, conversation: int) -> tuple[str, str]:
    summary = house.library.get(conversation)
    return summary.title, summary.title_origin


async def test_the_engine_finds_a_title_after_the_first_answer() -> None:
    async with a_house(titler=FakeEngine(pieces=("Greetings", " to all"))) as house:
        conversation = await house.ask("Hi", persona="poet")
        await until(lambda: title_of(house, conversation) == ("Greetings to all", "engine"))
        (kept,) = await house.store.summaries()
        assert kept.title == "Greetings to all"
        await house.ask("More", conversation)
        assert len(house.titler.jobs) == 1, "only after the first answer"


async def test_the_request_repeats_the_prompt_and_comes_last() -> None:
    async with a_house() as house:
        await house.ask("Hi", persona="poet")
        await until(lambda: house.titler.jobs)
        (job,), (answer,) = house.titler.jobs, house.engine.jobs
        assert job.messages[: len(answer.messages)] == answer.messages
        assert [message.content for message in job.messages[-2:]] == ["Hello, world!", INSTRUCTION]
        assert (job.priority, job.thinking) == (BACKGROUND_PRIORITY, False)


@pytest.mark.parametrize(
    "ending",
    [events.Finished("length"), events.Failed("invalid_request", "Too long."), events.Failed("internal", "It broke.")],
)
async def test_without_a_whole_title_the_first_words_stay(ending: events.Finished | events.Failed) -> None:
    async with a_house(titler=FakeEngine(pieces=("Two words",), ending=ending)) as house:
        conversation = await house.ask("Hi")
        await until(lambda: house.titler.jobs and not house.titler.running)
        await settle()
        assert title_of(house, conversation) == ("Hi", "words")


async def test_it_is_dropped_as_soon_as_the_person_types_and_made_later() -> None:
    titler = FakeEngine(pieces=("Two", " words"), gate=asyncio.Semaphore(0))
    async with a_house(titler=titler) as house:
        conversation = await house.ask("Hi")
        await until(lambda: titler.running)
        await house.chat.person_is_typing()
        assert not titler.running
        titler.gate = None
        await house.ask("More", conversation)
        await until(lambda: title_of(house, conversation) == ("Two words", "engine"))
        assert len(titler.jobs) == 2


async def test_it_is_dropped_when_the_person_sends() -> None:
    titler = FakeEngine(pieces=("Two", " words"), gate=asyncio.Semaphore(0))
    async with a_house(FakeEngine(pieces=("a",), gate=asyncio.Semaphore(1)), titler=titler) as house:
        conversation = await house.ask("Hi")
        await until(lambda: titler.running)
        await house.chat.send(conversation, "More", "plain")
        assert not titler.running


async def test_one_at_a_time_and_the_newest_first() -> None:
    titler = FakeEngine(pieces=("Two", " words"), gate=asyncio.Semaphore(0))
    async with a_house(titler=titler) as house:
        first = await house.ask("One")
        await until(lambda: titler.running)
        second = await house.ask("Two")
        third = await house.ask("Three")
        await until(lambda: titler.running)
        assert len(titler.running) == 1
        assert titler.gate is not None
        for _ in range(6):
            titler.gate.release()
        await until(lambda: not any(house.library.needs_title(each) for each in (first, second, third)))
        assert [job.messages[0].content for job in titler.jobs[-3:]] == ["Three", "Two", "One"]


async def test_a_title_of_the_person_s_is_never_changed() -> None:
    titler = FakeEngine(pieces=("Two", " words"), gate=asyncio.Semaphore(0))
    async with a_house(titler=titler) as house:
        conversation = await house.ask("Hi")
        await until(lambda: titler.running)
        await house.library.rename(conversation, "Mine")
        assert titler.gate is not None
        titler.gate.release()
        titler.gate.release()
        await until(lambda: not titler.running)
        await settle()
        assert title_of(house, conversation) == ("Mine", "person")


async def test_an_engine_that_is_unloaded_is_not_started_for_a_title() -> None:
    titler = FakeEngine(pieces=("Two", " words"), gate=asyncio.Semaphore(0))
    async with a_house(titler=titler) as house:
        await house.ask("One")
        await until(lambda: titler.running)
        (running,) = titler.running
        await titler.abort(running)
        await until(lambda: not titler.running)
        await settle()
        assert len(titler.jobs) == 1
