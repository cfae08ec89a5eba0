"""What is sent while an answer runs: it waits, can be changed, and is sent in its turn."""

import asyncio

import pytest

from seproj_desktop.chat import events
from seproj_desktop.errors import UserError
from tests.fakes import FakeEngine
from tests.storage.memory_store import MemoryStore
from tests.unit.chat.house import House, Viewer, a_house, settle, until


async def busy(house: House) -> tuple[int, Viewer]:
    """A conversation whose first answer runs, and whoever looks at it."""
    conversation = await house.chat.send(None, "One", "plain")
    return conversation, await Viewer().open(house, conversation)


def gated() -> FakeEngine:
    return FakeEngine(pieces=("a", "b"), gate=asyncio.Semaphore(0))


async def test_what_is_sent_during_an_answer_waits_and_is_sent_next() -> None:
    async with a_house(gated()) as house:
        conversation, viewer = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
        await house.chat.send(conversation, "Three", "poet")
        assert viewer.queue == ["Two", "Three"]
        assert [waiting.text for waiting in (await house.store.read(conversation)).queue] == ["Two", "Three"]
        assert len(house.engine.jobs) == 1
        house.release()
        await house.quiet()
        assert viewer.texts == ["One", "ab", "Two", "ab", "Three", "ab"]
        assert viewer.path[-1].message.persona == "poet"
        assert viewer.queue == []
        assert (await house.store.read(conversation)).queue == ()
        assert await house.texts(conversation) == viewer.texts


async def test_the_conversation_is_answering_without_a_break() -> None:
    async with a_house(gated()) as house:
        conversation, _ = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
        seen: list[frozenset[int]] = []
        house.library.subscribe(lambda _: seen.append(house.library.answering))
        house.release()
        await house.quiet()
        turns = [answering for before, answering in zip([None, *seen], seen, strict=False) if before != answering]
        assert turns == [{conversation}, frozenset()]


async def test_what_waits_can_be_edited_and_withdrawn() -> None:
    async with a_house(gated()) as house:
        conversation, viewer = await busy(house)
        for text in ("Two", "Three"):
            await house.chat.send(conversation, text, "plain")
        two, three = (await house.store.read(conversation)).queue
        await house.chat.withdraw_queued(conversation, two.id)
        await house.chat.edit_queued(conversation, three.id, "Four")
        with pytest.raises(UserError, match="does not wait"):
            await house.chat.edit_queued(conversation, two.id, "Five")
        with pytest.raises(UserError, match="nothing to send"):
            await house.chat.edit_queued(conversation, three.id, " ")
        assert viewer.queue == ["Four"]
        house.release()
        await house.quiet()
        assert viewer.texts == ["One", "ab", "Four", "ab"]


async def test_after_a_stop_the_queue_waits_until_the_person_sends_on() -> None:
    async with a_house(gated()) as house:
        conversation, viewer = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
        await house.chat.stop(conversation)
        await settle()
        assert viewer.queue == ["Two"]
        assert not house.library.answering
        house.release()
        await house.chat.regenerate(conversation, viewer.path[-1].message.id)
        await house.quiet()
        assert viewer.queue == ["Two"], "another answer does not send it"
        await house.ask("Three", conversation)
        assert viewer.texts == ["One", "ab", "Two", "ab", "Three", "ab"]


async def test_after_a_failure_the_queue_waits_until_the_person_sends_on() -> None:
    async with a_house(gated()) as house:
        house.engine.ending = events.Failed("internal", "It broke.")
        conversation, viewer = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
        house.release()
        await house.quiet()
        assert viewer.queue == ["Two"]
        house.engine.ending = None
        await house.chat.send_queued(conversation)
        await house.quiet()
        assert viewer.texts == ["One", "ab", "Two", "ab"]


async def test_after_a_restart_the_queue_is_there_and_waits() -> None:
    store = MemoryStore()
    async with a_house(gated(), store) as house:
        conversation, _ = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
    async with a_house(store=store) as house:
        viewer = await Viewer().open(house, conversation)
        assert viewer.queue == ["Two"]
        await settle()
        assert not house.engine.jobs
        await house.chat.send_queued(conversation)
        await house.quiet()
        assert viewer.texts == ["One", "", "Two", "Hello, world!"]


async def test_a_queued_message_whose_persona_is_gone_stays_and_says_so() -> None:
    store = MemoryStore()
    async with a_house(gated(), store) as house:
        conversation, _ = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
    (queued,) = (await store.read(conversation)).queue
    await store.save_queue(conversation, [type(queued)(queued.id, queued.text, "gone")])
    async with a_house(store=store) as house:
        viewer = await Viewer().open(house, conversation)
        with pytest.raises(UserError, match="'gone'"):
            await house.chat.send_queued(conversation)
        assert viewer.queue == ["Two"]


async def test_a_stop_that_comes_with_the_answer_s_end_holds_the_queue_too() -> None:
    async with a_house(gated()) as house:
        conversation, viewer = await busy(house)
        await house.chat.send(conversation, "Two", "plain")
        stopping = asyncio.create_task(house.chat.stop(conversation))
        house.release()
        await stopping
        await house.quiet()
        assert viewer.queue == ["Two"]
        await until(lambda: not house.engine.running)
