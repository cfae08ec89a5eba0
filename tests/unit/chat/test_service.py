"""Conversations through the service: what is said, answered, changed and kept."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import pytest

from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import StoredConversation, StoredMessage
from seproj_desktop.chat.keeping import NotKept
from seproj_desktop.chat.messages import GenerationJob, Sampling
from seproj_desktop.chat.news import PathChanged, TextAdded
from seproj_desktop.chat.personas import UnknownPersonaError
from seproj_desktop.chat.shelf import SPARE
from seproj_desktop.errors import UserError
from tests.fakes import FakeEngine
from tests.storage.memory_store import MemoryStore
from tests.storage.samples import dialogue
from tests.unit.chat.house import House, Viewer, a_house, settle, until


def gated() -> FakeEngine:
    """An engine that says a piece for each `release` of its gate."""
    return FakeEngine(pieces=("a", "b", "c", "d"), gate=asyncio.Semaphore(0))


async def let(engine: FakeEngine, pieces: int) -> None:
    gate = engine.gate
    assert gate is not None
    for _ in range(pieces):
        gate.release()
    await until(gate.locked)
    await settle()


async def test_a_conversation_comes_into_being_with_its_first_message() -> None:
    async with a_house() as house:
        assert house.library.summaries == ()
        conversation = await house.ask("  What is\nup?", persona="poet")
        (summary,) = await house.store.summaries()
        assert (summary.id, summary.title, summary.persona) == (conversation, "What is", "poet")
        question, answer = await house.messages(conversation)
        assert (question.role, question.text, question.parent) == ("user", "  What is\nup?", None)
        assert (answer.role, answer.text, answer.parent) == ("assistant", "Hello, world!", question.id)


async def test_an_answer_is_kept_with_all_that_is_known_of_it() -> None:
    async with a_house() as house:
        answer = (await house.messages(await house.ask("Hi", persona="poet")))[-1]
        assert (answer.state, answer.model, answer.error) == ("complete", "fake-model", "")
        assert (answer.persona, answer.persona_name, answer.sampling) == ("poet", "Poet", Sampling())
        assert answer.finished == events.Finished("stop", events.Usage(7, 4), events.Timings(0.01, 0.03))


async def test_the_model_gets_the_path_with_the_persona_s_words_in_front() -> None:
    async with a_house() as house:
        conversation = await house.ask("One", persona="poet")
        await house.ask("Two", conversation, "poet")
        asked = [(message.role, message.content) for message in house.engine.jobs[-1].messages]
        assert asked == [
            ("system", "Be a poet."),
            ("user", "One"),
            ("assistant", "Hello, world!"),
            ("user", "Two"),
        ]


async def test_a_persona_speaks_from_the_next_question_on() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        await house.chat.set_persona(conversation, "poet")
        await house.ask("Two", conversation, house.library.get(conversation).persona)
        messages = await house.messages(conversation)
        assert [messages[1].persona, messages[3].persona] == ["plain", "poet"]
        with pytest.raises(UnknownPersonaError):
            await house.chat.set_persona(conversation, "nobody")


async def test_what_cannot_be_sent_changes_nothing() -> None:
    async with a_house() as house:
        with pytest.raises(UnknownPersonaError):
            await house.chat.send(None, "Hi", "nobody")
        with pytest.raises(UserError, match="nothing to send"):
            await house.chat.send(None, " \n", "plain")
        with pytest.raises(UserError, match="not there any more"):
            await house.chat.send(77, "Hi", "plain")
        assert house.library.summaries == ()
        assert not house.engine.jobs


async def test_the_question_is_kept_before_the_engine_sees_it() -> None:
    """The engine looks at the store in the moment it is asked."""
    store = MemoryStore()

    @dataclass
    class Looking(FakeEngine):
        kept: tuple[StoredMessage, ...] = ()

        async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
            (summary,) = await store.summaries()
            self.kept = (await store.read(summary.id)).messages
            async for event in super().generate(job):
                yield event

    engine = Looking()
    async with a_house(engine, store) as house:
        await house.chat.send(None, "Hi", "plain")
        await until(lambda: engine.kept)
        assert [(message.text, message.state) for message in engine.kept] == [("Hi", "complete"), ("", "streaming")]
        await house.quiet()


async def test_a_caller_that_goes_away_leaves_nothing_half_done() -> None:
    async with a_house() as house:
        sending = asyncio.create_task(house.chat.send(None, "Hi", "plain"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        await settle()
        await house.quiet()
        (summary,) = await house.store.summaries()
        assert await house.texts(summary.id) == ["Hi", "Hello, world!"]


async def test_a_conversation_opened_during_an_answer_misses_and_doubles_nothing() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 2)
        viewer = await Viewer().open(house, conversation)
        assert viewer.texts == ["Hi", "ab"]
        assert viewer.answering == viewer.path[-1].message.id
        await let(house.engine, 2)
        await house.quiet()
        assert viewer.texts == ["Hi", "abcd"]
        assert viewer.path[-1].message.state == "complete"
        assert viewer.answering is None


async def test_text_is_in_the_store_while_it_comes() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 3)
        assert await house.texts(conversation) == ["Hi", "abc"]


async def test_several_conversations_answer_at_once_and_are_stopped_one_by_one() -> None:
    async with a_house(gated()) as house:
        first = await house.chat.send(None, "One", "plain")
        second = await house.chat.send(None, "Two", "plain")
        await until(lambda: len(house.engine.running) == 2)
        assert house.library.answering == {first, second}
        await let(house.engine, 2)
        await house.chat.stop(first)
        assert house.library.answering == {second}
        assert (await house.messages(first))[-1].state == "stopped"
        await let(house.engine, 4)
        await house.quiet()
        assert (await house.messages(second))[-1].state == "complete"


async def test_a_stopped_answer_keeps_its_text_and_figures() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 2)
        await house.chat.stop(conversation)
        answer = (await house.messages(conversation))[-1]
        assert (answer.text, answer.state) == ("ab", "stopped")
        assert answer.finished is not None
        assert answer.finished.usage.completion_tokens == 2


async def test_an_engine_that_does_not_stop_is_cut_off() -> None:
    class Deaf(FakeEngine):
        async def abort(self, request_id: str) -> None:
            """Hears nothing."""

    engine = Deaf(pieces=("a", "b"), gate=asyncio.Semaphore(0))
    async with a_house(engine) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(engine, 1)
        await house.chat.stop(conversation)
        answer = (await house.messages(conversation))[-1]
        assert (answer.text, answer.state) == ("a", "stopped")
        assert not engine.running


async def test_an_answer_that_nobody_hears_goes_on_and_is_marked_unread() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        viewer = await Viewer().open(house, conversation)
        await house.chat.close(conversation, viewer.hear)
        await let(house.engine, 4)
        await house.quiet()
        assert house.library.get(conversation).is_unread
        assert (await house.messages(conversation))[-1].text == "abcd"
        await house.library.mark_read(conversation)
        viewer = await Viewer().open(house, conversation)
        assert house.engine.gate is not None
        for _ in range(4):
            house.engine.gate.release()
        await house.ask("More", conversation)
        assert not house.library.get(conversation).is_unread


async def test_a_failed_answer_keeps_its_text_and_its_reason() -> None:
    engine = FakeEngine(pieces=("a",), ending=events.Failed("internal", "It broke.", "Try again."))
    async with a_house(engine) as house:
        answer = (await house.messages(await house.ask("Hi")))[-1]
        assert (answer.text, answer.state, answer.error) == ("a", "failed", "It broke. Try again.")


async def test_a_refused_question_stays_and_is_not_asked_again() -> None:
    engine = FakeEngine(pieces=(), ending=events.Failed("invalid_request", "Too long."))
    async with a_house(engine) as house:
        conversation = await house.ask("Far too long")
        engine.pieces, engine.ending = ("Fine",), None
        await house.ask("Short", conversation)
        assert await house.texts(conversation) == ["Far too long", "", "Short", "Fine"]
        assert [message.content for message in engine.jobs[-1].messages] == ["Short"]


async def test_a_bug_in_the_engine_ends_the_answer_and_is_reported() -> None:
    class Broken(FakeEngine):
        async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
            yield events.TextDelta("a", 1)
            raise RuntimeError("a bug")

    async with a_house(Broken()) as house:
        conversation = await house.ask("Hi")
        answer = (await house.messages(conversation))[-1]
        assert (answer.text, answer.state) == ("a", "failed")
        assert [str(error) for error in house.reports] == ["a bug"]
        house.reports.clear()


async def test_thinking_is_kept_apart_with_its_time_and_tokens() -> None:
    class Thinking(FakeEngine):
        async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
            yield events.ReasoningDelta("Let me ", 2)
            yield events.ReasoningDelta("see", 1)
            yield events.TextDelta("Yes", 1)
            yield events.Finished("stop", events.Usage(3, 4))

    async with a_house(Thinking()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        viewer = await Viewer().open(house, conversation)
        await house.quiet()
        answer = (await house.messages(conversation))[-1]
        assert (answer.text, answer.thought.text, answer.thought.tokens) == ("Yes", "Let me see", 3)
        assert answer.thought.seconds is not None
        assert viewer.path[-1].message.thought == answer.thought


async def test_text_taken_in_the_moment_it_is_made_comes_in_its_order() -> None:
    class Quick(FakeEngine):
        async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
            assert job.taker is not None
            yield events.TextDelta("a", 1)
            assert job.taker("b")
            assert job.taker("c")
            yield events.TextDelta("d", 1)
            yield events.Finished("stop", events.Usage(3, 4))

    async with a_house(Quick()) as house:
        conversation = await house.ask("Hi")
        assert await house.texts(conversation) == ["Hi", "abcd"]


async def test_regenerating_adds_a_version_by_who_spoke_or_by_another() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")
        answer = (await house.messages(conversation))[-1]
        viewer = await Viewer().open(house, conversation)
        await house.chat.regenerate(conversation, answer.id)
        await house.quiet()
        await house.chat.regenerate(conversation, answer.id, "poet", Sampling(temperature=1.5))
        await house.quiet()
        newest = viewer.path[-1]
        assert (newest.version, newest.versions) == (3, 3)
        assert (newest.message.persona, newest.message.sampling) == ("poet", Sampling(temperature=1.5))
        versions = [message for message in (await house.store.read(conversation)).messages if message.role != "user"]
        assert [message.persona for message in versions] == ["plain", "plain", "poet"]
        assert house.engine.jobs[-1].sampling.temperature == 1.5


async def test_regenerating_from_a_question_answers_it() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")
        question, answer = await house.messages(conversation)
        await house.chat.delete_branch(conversation, answer.id)
        await house.chat.regenerate(conversation, question.id)
        await house.quiet()
        assert await house.texts(conversation) == ["Hi", "Hello, world!"]


async def test_regenerating_ends_what_runs_and_keeps_it_as_a_version() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        viewer = await Viewer().open(house, conversation)
        await let(house.engine, 2)
        await house.chat.regenerate(conversation, viewer.path[-1].message.id)
        assert viewer.path[-1].versions == 2
        await let(house.engine, 4)
        await house.quiet()
        assert viewer.texts == ["Hi", "abcd"]
        await house.chat.step_version(conversation, viewer.path[-1].message.id, -1)
        assert viewer.texts == ["Hi", "ab"]
        assert viewer.path[-1].message.state == "stopped"
        await house.chat.step_version(conversation, viewer.path[-1].message.id, -1)
        assert viewer.texts == ["Hi", "ab"]


async def test_an_edited_question_is_a_version_and_is_answered() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        viewer = await Viewer().open(house, conversation)
        await house.chat.edit(conversation, viewer.path[0].message.id, "Two")
        await house.quiet()
        assert viewer.texts == ["Two", "Hello, world!"]
        assert (viewer.path[0].version, viewer.path[0].versions) == (2, 2)
        assert [message.content for message in house.engine.jobs[-1].messages] == ["Two"]
        await house.chat.choose_version(conversation, (await house.store.read(conversation)).messages[0].id)
        assert viewer.texts == ["One", "Hello, world!"]


async def test_an_edited_answer_is_marked_and_not_answered() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        viewer = await Viewer().open(house, conversation)
        asked = len(house.engine.jobs)
        await house.chat.edit(conversation, viewer.path[1].message.id, "Better")
        assert viewer.texts == ["One", "Better"]
        edited = viewer.path[1].message
        assert (edited.is_edited, edited.model, edited.finished) == (True, "fake-model", None)
        assert len(house.engine.jobs) == asked


async def test_an_answer_that_runs_behind_another_version_goes_on_unseen() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "One", "plain")
        viewer = await Viewer().open(house, conversation)
        await let(house.engine, 4)
        await house.quiet()
        whole = viewer.path[-1].message.id
        await house.chat.regenerate(conversation, whole)
        running = viewer.path[-1].message.id
        await let(house.engine, 1)
        await house.chat.choose_version(conversation, whole)
        viewer.news.clear()
        await let(house.engine, 1)
        assert not viewer.news, "text of what is not shown"
        assert [viewer.answering] == [running]
        await house.chat.choose_version(conversation, running)
        assert viewer.texts == ["One", "ab"]
        await house.chat.choose_version(conversation, whole)
        await let(house.engine, 2)
        await house.quiet()
        assert viewer.answering is None
        await house.chat.choose_version(conversation, running)
        assert viewer.texts == ["One", "abcd"]


async def test_a_cut_answer_goes_on_under_its_own_id() -> None:
    engine = FakeEngine(
        pieces=("a", "b"), ending=events.Finished("length", events.Usage(3, 2), events.Timings(1.0, 2.0))
    )
    async with a_house(engine) as house:
        conversation = await house.ask("Hi")
        viewer = await Viewer().open(house, conversation)
        cut = viewer.path[-1].message
        engine.pieces, engine.ending = ("c",), events.Finished("stop", events.Usage(5, 1), events.Timings(0.5, 1.0))
        await house.chat.continue_answer(conversation, cut.id)
        await house.quiet()
        whole = viewer.path[-1].message
        assert (whole.id, whole.text, whole.state) == (cut.id, "abc", "complete")
        assert whole.finished == events.Finished("stop", events.Usage(3, 3), events.Timings(1.0, 3.0))
        job = next(job for job in engine.jobs if job.continues)
        assert [message.content for message in job.messages] == ["Hi", "ab"]
        assert (await house.messages(conversation))[-1] == whole


async def test_an_empty_answer_begins_where_it_ended() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await house.chat.stop(conversation)
        (_, empty) = await house.messages(conversation)
        assert (empty.text, empty.state) == ("", "stopped")
        await house.chat.continue_answer(conversation, empty.id)
        await let(house.engine, 4)
        await house.quiet()
        (_, whole) = await house.messages(conversation)
        assert (whole.id, whole.text) == (empty.id, "abcd")
        assert not house.engine.jobs[-1].continues
        with pytest.raises(UserError, match="Only an answer"):
            await house.chat.continue_answer(conversation, whole.parent or 0)


async def test_an_answer_that_only_thought_begins_anew_as_a_version() -> None:
    class Thinking(FakeEngine):
        async def generate(self, job: GenerationJob) -> AsyncGenerator[events.StreamEvent, None]:
            yield events.ReasoningDelta("Hm", 1)
            yield events.Finished("length", events.Usage(3, 1))

    async with a_house(Thinking()) as house:
        conversation = await house.ask("Hi")
        viewer = await Viewer().open(house, conversation)
        await house.chat.continue_answer(conversation, viewer.path[-1].message.id)
        await house.quiet()
        assert viewer.path[-1].versions == 2
        assert [entry.message.thought.text for entry in viewer.path] == ["", "Hm"]


async def test_while_a_long_conversation_is_opened_others_have_their_turn() -> None:
    async with a_house() as house:
        await house.store.add_conversations([dialogue(1, 2_000)])
        await house.library.load()
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        counting = asyncio.create_task(count())
        viewer = await Viewer().open(house, 1)
        counting.cancel()
        assert len(viewer.path) == 4_000
        assert turns > 4


async def test_a_deleted_branch_can_be_restored() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        await house.ask("Two", conversation)
        viewer = await Viewer().open(house, conversation)
        second = viewer.path[2].message.id
        await house.chat.delete_branch(conversation, second)
        assert viewer.texts == ["One", "Hello, world!"]
        assert [branch.first.id for branch in await house.chat.binned_branches(conversation)] == [second]
        with pytest.raises(UserError, match="not in the conversation"):
            await house.chat.regenerate(conversation, second)
        await house.chat.restore_branch(conversation, second)
        assert viewer.texts == ["One", "Hello, world!", "Two", "Hello, world!"]
        assert await house.texts(conversation) == viewer.texts
        with pytest.raises(UserError, match="not in the bin"):
            await house.chat.restore_branch(conversation, second)


async def test_what_is_in_the_bin_is_not_chosen_and_can_be_restored_from_any_of_its_messages() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        for text in ("Two", "Three"):
            await house.ask(text, conversation)
        viewer = await Viewer().open(house, conversation)
        second, third = viewer.path[2].message.id, viewer.path[4].message.id
        answer = viewer.path[5].message.id
        await house.chat.delete_branch(conversation, third)
        await house.chat.delete_branch(conversation, second)
        outer, inner = await house.chat.binned_branches(conversation, through=answer)
        assert [message.id for message in inner.path] == [third, answer]
        assert [message.text for message in outer.path] == ["Two", "Hello, world!"]
        assert (outer.messages, inner.messages) == (4, 2)
        assert not await house.chat.choose_version(conversation, answer)
        assert viewer.texts == ["One", "Hello, world!"]
        await house.chat.restore_branch(conversation, answer)
        assert viewer.texts == await house.texts(conversation)
        assert viewer.texts[::2] == ["One", "Two", "Three"]
        assert await house.chat.binned_branches(conversation) == ()


async def test_a_deleted_version_is_shown_through_the_message_that_was_found() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        viewer = await Viewer().open(house, conversation)
        older = viewer.path[1].message.id
        await house.chat.regenerate(conversation, older)
        await house.quiet()
        await house.chat.delete_branch(conversation, viewer.path[0].message.id)
        (branch,) = await house.chat.binned_branches(conversation, through=older)
        assert branch.path[1].id == older
        await house.chat.restore_branch(conversation, older)
        assert viewer.path[1].message.id == older


async def test_deleting_a_branch_ends_the_answer_in_it() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        viewer = await Viewer().open(house, conversation)
        await let(house.engine, 1)
        await house.chat.delete_branch(conversation, viewer.path[0].message.id)
        assert viewer.path == ()
        assert not house.engine.running
        (kept,) = [message for message in (await house.store.read(conversation)).messages if message.role != "user"]
        assert (kept.text, kept.state) == ("a", "stopped")


async def test_a_fork_lives_on_its_own_also_while_an_answer_runs() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "poet")
        viewer = await Viewer().open(house, conversation)
        await let(house.engine, 2)
        fork = await house.chat.fork(conversation, viewer.path[-1].message.id)
        await let(house.engine, 2)
        await house.quiet()
        assert await house.texts(fork) == ["Hi", "ab"]
        assert (await house.messages(fork))[-1].state == "stopped"
        assert await house.texts(conversation) == ["Hi", "abcd"]
        assert house.library.get(fork).title == "Hi"
        assert house.library.get(fork).persona == "poet"


async def test_unchanged_entries_stay_the_same_objects() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        viewer = await Viewer().open(house, conversation)
        before = viewer.path
        await house.ask("Two", conversation)
        assert viewer.path[0] is before[0]
        assert viewer.path[1] is before[1]


async def test_text_never_comes_before_its_message() -> None:
    async with a_house() as house:
        conversation = await house.ask("One")
        viewer = await Viewer().open(house, conversation)
        await house.ask("Two", conversation)
        kinds = [type(news) for news in viewer.news]
        assert kinds.index(PathChanged) < kinds.index(TextAdded)


async def test_the_bin_of_the_list_ends_answers_and_gives_back() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 1)
        await house.chat.delete([conversation])
        assert house.library.get(conversation).deleted is not None
        assert not house.library.answering
        await house.chat.restore([conversation])
        assert house.library.get(conversation).deleted is None
        await house.chat.purge([conversation])
        assert await house.store.summaries() == ()
        with pytest.raises(UserError, match="not there any more"):
            await Viewer().open(house, conversation)


async def test_drafts_are_kept_and_go_with_what_is_sent() -> None:
    async with a_house() as house:
        await house.chat.save_draft(None, "Hel")
        assert await house.chat.draft() == "Hel"
        conversation = await house.ask("Hello")
        assert await house.chat.draft() == ""
        await house.chat.save_draft(conversation, "And th")
        assert (await Viewer().open(house, conversation)).opened is not None
        assert (await house.store.read(conversation)).draft == "And th"
        await house.ask("And then?", conversation)
        viewer = await Viewer().open(house, conversation)
        assert viewer.opened is not None
        assert viewer.opened.draft == ""


async def test_closing_ends_answers_with_what_they_have() -> None:
    store = MemoryStore()
    async with a_house(gated(), store) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 2)
    (_, answer) = (await store.read(conversation)).messages
    assert (answer.text, answer.state) == ("ab", "stopped")
    assert not house.engine.running


async def test_conversations_that_nobody_uses_leave_the_memory_unless_it_is_the_only_copy() -> None:
    class Counting(MemoryStore):
        reads = 0

        async def read(self, conversation: int) -> StoredConversation:
            self.reads += 1
            return await super().read(conversation)

    store = Counting()
    async with a_house(store=store) as house:
        many = [await house.ask(str(n)) for n in range(SPARE + 2)]
        await settle()
        await house.chat.binned_branches(many[-1])
        assert store.reads == 0
        await house.chat.binned_branches(many[0])
        assert store.reads == 1
        store.say(NotKept("The disk is full."))
        for conversation in many:
            await house.chat.binned_branches(conversation)
        reads = store.reads
        for conversation in many:
            await house.chat.binned_branches(conversation)
        assert store.reads == reads


async def test_other_conversations_take_the_place_of_these() -> None:
    async with a_house(gated()) as house:
        conversation = await house.chat.send(None, "Hi", "plain")
        await let(house.engine, 2)
        await house.chat.send(conversation, "Later", "plain")

        async def replace_all() -> str:
            stored = await house.store.read(conversation)
            assert [(message.text, message.state) for message in stored.messages] == [
                ("Hi", "complete"),
                ("ab", "stopped"),
            ], "the answer has ended, and what waits does not follow it"
            with pytest.raises(UserError, match="being replaced"):
                await house.chat.send(conversation, "Now", "plain")
            with pytest.raises(UserError, match="being replaced"):
                await house.chat.exchange(replace_all)
            await house.store.purge([conversation])
            return "done"

        assert await house.chat.exchange(replace_all) == "done"
        assert house.library.summaries == ()
        with pytest.raises(UserError, match="not there any more"):
            await house.chat.fork(conversation, 1)
        house.release()
        assert await house.ask("Again")


async def test_where_they_could_not_be_replaced_everything_goes_on() -> None:
    async with a_house() as house:
        conversation = await house.ask("Hi")

        async def fail() -> None:
            raise UserError("No.")

        with pytest.raises(UserError, match="No"):
            await house.chat.exchange(fail)
        await house.ask("More", conversation)
        assert len(await house.texts(conversation)) == 4


def in_order(house: House) -> list[int]:
    return [summary.id for summary in house.library.summaries]


async def test_the_last_changed_comes_first() -> None:
    async with a_house() as house:
        first, second = await house.ask("One"), await house.ask("Two")
        assert in_order(house) == [second, first]
        await house.ask("More", first)
        assert in_order(house) == [first, second]
        assert [summary.id for summary in await house.store.summaries()] == [first, second]
