"""What another program has asked, as a conversation that goes on here."""

import pytest

from seproj_desktop.chat.messages import ChatMessage, Role
from seproj_desktop.errors import UserError
from tests.fakes import FakeEngine
from tests.unit.chat.house import PERSONAS, a_house


def said(role: Role, text: str) -> ChatMessage:
    return ChatMessage(role=role, content=text)


async def test_everything_that_was_said_is_kept_and_can_be_gone_on_with() -> None:
    async with a_house() as house:
        asked = (said("user", "One\nmore"), said("assistant", "Two"), said("user", "Three"))
        conversation = await house.chat.adopt(asked, "Four", "poet", is_whole=True)
        summary = house.library.get(conversation)
        assert (summary.title, summary.persona) == ("One", "poet")
        assert await house.texts(conversation) == ["One\nmore", "Two", "Three", "Four"]
        last = (await house.messages(conversation))[-1]
        assert (last.state, last.persona, last.persona_name, last.model) == ("complete", "poet", "Poet", "fake-model")
        await house.ask("Five", conversation, "poet")
        assert (await house.texts(conversation))[-2:] == ["Five", "Hello, world!"]


async def test_an_answer_that_was_cut_off_is_continued_in_its_message() -> None:
    async with a_house(FakeEngine(pieces=(" more",))) as house:
        conversation = await house.chat.adopt((said("user", "Hi"),), "Some", "poet", is_whole=False)
        last = (await house.messages(conversation))[-1]
        assert last.state == "stopped"
        await house.chat.continue_answer(conversation, last.id)
        await house.quiet()
        assert await house.texts(conversation) == ["Hi", "Some more"]


async def test_a_question_without_an_answer_yet() -> None:
    async with a_house() as house:
        conversation = await house.chat.adopt((said("user", "Hi"),), "", "poet", is_whole=False)
        assert await house.texts(conversation) == ["Hi"]


async def test_the_persona_s_own_words_are_left_to_the_persona_and_others_stay() -> None:
    async with a_house() as house:
        poet = PERSONAS.get("poet")
        own = poet.speak((said("user", "Hi"),))
        assert own[0].role == "system"
        conversation = await house.chat.adopt(own, "", "poet", is_whole=False)
        assert await house.texts(conversation) == ["Hi"]
        other = (said("system", "Be brief."), said("user", "Hi"))
        conversation = await house.chat.adopt(other, "", "poet", is_whole=False)
        assert await house.texts(conversation) == ["Be brief.", "Hi"]
        assert house.library.get(conversation).title == "Hi"
        with pytest.raises(UserError, match="nothing in it"):
            await house.chat.adopt(own[:1], "", "poet", is_whole=False)
