"""Whatever is done in whatever order: the store has what the service has, and a listener has seen the same."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import ConversationSummary, StoredConversation, StoredMessage
from seproj_desktop.chat.messages import Sampling
from seproj_desktop.chat.news import PathEntry
from seproj_desktop.chat.tree import ConversationTree
from seproj_desktop.errors import UserError
from tests.fakes import FakeEngine
from tests.storage.memory_store import MemoryStore
from tests.unit.chat.house import House, Viewer, a_house, settle, until

FAILURE = events.Failed("internal", "It broke.")


@dataclass
class Person:
    """Does things one after another, or several at once, with up to three conversations, and looks at all of them."""

    house: House
    viewers: dict[int, Viewer] = field(default_factory=dict)
    said: dict[int, str] = field(default_factory=dict)
    deeds: int = 0

    async def do(self, deed: int, where: int, what: int) -> None:
        self.deeds += 1
        deeds = self._deeds()
        with contextlib.suppress(UserError):  # gone by now, or not possible here: then nothing may have changed
            await deeds[deed % len(deeds)](where, what)

    def _deeds(self) -> Sequence[Callable[[int, int], Awaitable[None]]]:
        return (
            self._begin,
            self._send,
            self._send,
            self._regenerate,
            self._edit,
            self._choose,
            self._continue,
            self._delete,
            self._restore,
            self._fork,
            self._stop,
            self._change_queue,
            self._send_queued,
            self._let_speak,
            self._let_speak,
            self._fail,
            self._bin_conversation,
            self._purge,
            self._draft,
        )

    async def _begin(self, _where: int, _what: int) -> None:
        if len(self.viewers) < 3:
            await self._look(await self.house.chat.send(None, f"said {self.deeds}", "plain"))

    async def _send(self, where: int, _what: int) -> None:
        await self.house.chat.send(self._conversation(where), f"said {self.deeds}", "poet")

    async def _regenerate(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        await self.house.chat.regenerate(conversation, message.id, "poet", Sampling(temperature=0.1))

    async def _edit(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        await self.house.chat.edit(conversation, message.id, f"edited {self.deeds}")

    async def _choose(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        await self.house.chat.choose_version(conversation, message.id)

    async def _continue(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        await self.house.chat.continue_answer(conversation, message.id)

    async def _delete(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        await self.house.chat.delete_branch(conversation, message.id)

    async def _restore(self, where: int, what: int) -> None:
        conversation = self._conversation(where)
        branches = await self.house.chat.binned_branches(conversation)
        for branch in branches[what % 2 :][:1]:  # the last deleted, or the one before, which may hang on that
            await self.house.chat.restore_branch(conversation, branch.path[what % len(branch.path)].id)

    async def _fork(self, where: int, what: int) -> None:
        conversation, message = await self._message(where, what)
        if len(self.viewers) < 3:
            await self._look(await self.house.chat.fork(conversation, message.id))

    async def _stop(self, where: int, _what: int) -> None:
        await self.house.chat.stop(self._conversation(where))

    async def _change_queue(self, where: int, what: int) -> None:
        conversation = self._conversation(where)
        for waiting in (await self._stored(conversation)).queue[:1]:
            if what % 2:
                await self.house.chat.withdraw_queued(conversation, waiting.id)
            else:
                await self.house.chat.edit_queued(conversation, waiting.id, f"changed {self.deeds}")

    async def _send_queued(self, where: int, _what: int) -> None:
        await self.house.chat.send_queued(self._conversation(where))

    async def _let_speak(self, _where: int, what: int) -> None:
        assert self.house.engine.gate is not None
        for _ in range(what % 5 + 1):
            self.house.engine.gate.release()

    async def _fail(self, _where: int, what: int) -> None:
        self.house.engine.ending = FAILURE if what % 2 else None

    async def _bin_conversation(self, where: int, what: int) -> None:
        deed = self.house.chat.delete if what % 2 else self.house.chat.restore
        await deed([self._conversation(where)])

    async def _purge(self, where: int, what: int) -> None:
        if what % 4 == 0:
            conversation = self._conversation(where)
            await self.house.chat.purge([conversation])
            self.viewers.pop(conversation, None)

    async def _draft(self, where: int, _what: int) -> None:
        await self.house.chat.save_draft(self._conversation(where), f"draft {self.deeds}")

    def _conversation(self, where: int) -> int:
        if not self.viewers:
            raise UserError("There is no conversation.")
        return sorted(self.viewers)[where % len(self.viewers)]

    async def _message(self, where: int, what: int) -> tuple[int, StoredMessage]:
        conversation = self._conversation(where)
        messages = (await self._stored(conversation)).messages
        if not messages:
            raise UserError("Nothing has been said.")
        return conversation, messages[what % len(messages)]

    async def _stored(self, conversation: int) -> StoredConversation:
        if conversation not in self.house.library:
            raise UserError("It is gone.")
        return await self.house.store.read(conversation)

    async def _look(self, conversation: int) -> None:
        self.viewers[conversation] = await Viewer().open(self.house, conversation)

    async def rest(self) -> None:
        """Waits until nothing goes on of itself: every answer has ended or waits at the gate."""
        gate = self.house.engine.gate
        assert gate is not None
        await until(lambda: gate.locked() or not self.house.library.answering)
        await settle()
        await settle()

    async def compare(self) -> None:
        """The service, the store read by another service, and what was seen, are one and the same."""
        async with a_house(store=self.house.store) as other:
            assert other.library.summaries == self.house.library.summaries
            for conversation, viewer in self.viewers.items():
                ours = await Viewer().open(self.house, conversation)
                kept = await Viewer().open(other, conversation)
                assert ours.opened is not None
                assert kept.opened is not None
                assert without_choices(ours.path) == without_choices(kept.path)
                assert (ours.opened.queue, ours.opened.draft) == (kept.opened.queue, kept.opened.draft)
                assert (viewer.texts, viewer.queue, viewer.answering) == (ours.texts, ours.queue, ours.answering)
                assert [(each.version, each.versions) for each in viewer.path] == [
                    (each.version, each.versions) for each in ours.path
                ]
                await self.house.chat.close(conversation, ours.hear)

    async def nothing_is_lost(self) -> None:
        for conversation in self.viewers:
            stored = await self.house.store.read(conversation)
            tree = ConversationTree(stored.messages, stored.chosen)
            binned = {message for branch in tree.binned() for message in tree.branch(branch.id)}
            for message in tree:
                assert message.text.startswith(self.said.get(message.id, ""))
                self.said[message.id] = message.text
                assert tree.path_to(message.id)[0].parent is None
                assert tree.is_reachable(message.id) == (message.id not in binned)


def without_choices(path: Sequence[PathEntry]) -> list[PathEntry]:
    """The tree keeps the choices beside the messages."""
    return [replace(entry, message=replace(entry.message, chosen=None)) for entry in path]


class SlowStore(MemoryStore):
    """Comes back from a change some turns of the loop after it has made it, as a disk does."""

    async def add_message(self, conversation: int, message: StoredMessage) -> None:
        await super().add_message(conversation, message)
        await turns(2)

    async def end_answer(self, message: StoredMessage) -> None:
        await super().end_answer(message)
        await turns(5)

    async def choose(self, conversation: int, parent: int | None, child: int | None) -> None:
        await super().choose(conversation, parent, child)
        await turns(3)

    async def save_summary(self, summary: ConversationSummary) -> None:
        await super().save_summary(summary)
        await turns(4)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def play(deeds: Sequence[tuple[int, int, int, bool]]) -> None:
    engine = FakeEngine(pieces=("a", "b", "c"), gate=asyncio.Semaphore(0))
    store = SlowStore()
    async with a_house(engine, store) as house:
        person = Person(house)
        running = {asyncio.create_task(person.do(0, 0, 0))}
        for deed, where, what, is_with_next in deeds:
            running.add(asyncio.create_task(person.do(deed, where, what)))
            if is_with_next:
                await turns(what % 7)
                continue
            await asyncio.gather(*running)
            running.clear()
            await person.rest()
            await person.compare()
            await person.nothing_is_lost()
        await asyncio.gather(*running)
        known = dict(person.said)
    for conversation in person.viewers:
        messages = (await store.read(conversation)).messages
        assert all(message.state != "streaming" for message in messages)
        assert all(message.text.startswith(known.get(message.id, "")) for message in messages)


DEED = st.tuples(st.integers(0, 40), st.integers(0, 2), st.integers(0, 30), st.booleans())


@settings(max_examples=60, deadline=None)
@given(st.lists(DEED, min_size=3, max_size=25))
def test_store_service_and_listener_agree_after_every_deed(deeds: list[tuple[int, int, int, bool]]) -> None:
    asyncio.run(play(deeds))
