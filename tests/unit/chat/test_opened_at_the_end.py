"""A conversation that is opened while its answer's end is being written: the end that was there stays."""

import asyncio

from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.news import AnswerEnded, ConversationNews
from tests.storage.memory_store import MemoryStore
from tests.unit.chat.house import a_house


class SlowStore(MemoryStore):
    """Takes its time over the end of an answer."""

    def __init__(self) -> None:
        super().__init__()
        self.is_ending = asyncio.Event()
        self.may_end = asyncio.Event()

    async def end_answer(self, message: StoredMessage) -> None:
        self.is_ending.set()
        await self.may_end.wait()
        await super().end_answer(message)


async def test_an_answer_s_end_survives_that_somebody_looks_before_it_is_kept() -> None:
    store = SlowStore()
    news: list[ConversationNews] = []
    async with a_house(store=store) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await store.is_ending.wait()
        opened = await house.chat.open(conversation, news.append)
        assert opened.path[-1].message.state == "complete"
        store.may_end.set()
        await house.quiet()
        (ended,) = (one for one in news if isinstance(one, AnswerEnded))
        assert ended.entry.message.state == "complete"
        assert ended.entry.message.finished is not None
        await house.chat.close(conversation, news.append)
