"""What every `ConversationStore` promises, method by method: the real one and the fake that stands in for it."""

import sqlite3
from dataclasses import replace

import pytest

from seproj_desktop.chat.conversations import Folder, QueuedMessage, Thought
from seproj_desktop.chat.keeping import ConversationStore, Kept
from seproj_desktop.storage.database import Database
from seproj_desktop.storage.store import SqliteStore
from tests.storage.samples import FULL_ANSWER, answer, dialogue, question, summary


async def begin(store: ConversationStore) -> None:
    """A conversation with a question (2) and an answer (3) that streams."""
    await store.save_summary(summary())
    await store.add_message(1, question(2))
    await store.add_message(1, answer(3, 2))


async def test_an_empty_store(store: ConversationStore) -> None:
    assert await store.newest_id() == 0
    assert await store.summaries() == ()
    assert await store.folders() == ()
    assert await store.draft() == ""
    with pytest.raises(KeyError):
        await store.read(1)


async def test_every_field_of_a_message_is_kept(store: ConversationStore) -> None:
    await begin(store)
    await store.add_message(1, replace(FULL_ANSWER, id=4))
    assert (await store.read(1)).messages[-1] == replace(FULL_ANSWER, id=4)


async def test_every_field_of_a_summary_is_kept(store: ConversationStore) -> None:
    await store.save_folder(Folder(9, "Kitchen"))
    full = replace(
        summary(), title_origin="person", folder=9, is_pinned=True, is_archived=True, is_unread=True, deleted=5.5
    )
    await store.save_summary(full)
    assert await store.summaries() == (full,)
    await store.save_summary(summary(title="Renamed"))
    assert await store.summaries() == (summary(title="Renamed"),)


async def test_the_last_changed_comes_first(store: ConversationStore) -> None:
    for id_, changed in ((1, 30.0), (2, 50.0), (3, 50.0), (4, 40.0)):
        await store.save_summary(summary(id_, changed=changed))
    assert [each.id for each in await store.summaries()] == [3, 2, 4, 1]


async def test_a_new_message_is_chosen(store: ConversationStore) -> None:
    await begin(store)
    await store.add_message(1, question(4))
    await store.add_message(1, answer(5, 2))
    kept = await store.read(1)
    assert kept.chosen == 4
    assert kept.messages[0].chosen == 5
    await store.choose(1, None, 2)
    await store.choose(1, 2, 3)
    kept = await store.read(1)
    assert kept.chosen == 2
    assert kept.messages[0].chosen == 3


async def test_a_message_needs_a_conversation(store: ConversationStore) -> None:
    with pytest.raises((KeyError, sqlite3.IntegrityError)):
        await store.add_message(1, question(2))


async def test_an_answer_streams_ends_and_goes_on(store: ConversationStore) -> None:
    await begin(store)
    store.append(3, "So it ", "h")
    store.append(3, "goes.", "m")
    kept = (await store.read(1)).messages[1]
    assert (kept.state, kept.text, kept.thought) == ("streaming", "So it goes.", Thought("hm"))
    ended = replace(kept, state="stopped", thought=Thought("hm", 1.0, 2))
    await store.end_answer(ended)
    assert (await store.read(1)).messages[1] == ended
    await store.resume_answer(3)
    store.append(3, " And goes.")
    assert (await store.read(1)).messages[1] == replace(ended, state="streaming", text="So it goes. And goes.")


async def test_the_end_of_an_answer_leaves_it_where_it_is(store: ConversationStore) -> None:
    await begin(store)
    await store.set_deleted(1, 3, 7.0)
    await store.add_message(1, question(4, 3))
    await store.end_answer(replace(FULL_ANSWER, id=3, parent=None, chosen=None, deleted=None))
    assert (await store.read(1)).messages[1] == replace(FULL_ANSWER, id=3, parent=2, chosen=4, deleted=7.0)


async def test_a_branch_goes_to_the_bin_and_comes_back(store: ConversationStore) -> None:
    await begin(store)
    await store.set_deleted(1, 2, 7.0)
    assert [each.deleted for each in (await store.read(1)).messages] == [7.0, None]
    await store.set_deleted(1, 2, None)
    assert [each.deleted for each in (await store.read(1)).messages] == [None, None]


async def test_drafts(store: ConversationStore) -> None:
    await store.save_summary(summary())
    await store.save_draft(1, "half a thought")
    await store.save_draft(None, "another")
    await store.save_draft(2, "of a conversation that is gone")
    assert (await store.read(1)).draft == "half a thought"
    assert await store.draft() == "another"
    await store.save_draft(None, "")
    assert await store.draft() == ""


async def test_the_size_of_the_text(store: ConversationStore) -> None:
    assert await store.zoom() == 1.0
    await store.save_zoom(1.25)
    assert await store.zoom() == 1.25


@pytest.mark.parametrize("zoom", [float("nan"), float("inf"), -1.0, 0.0])
async def test_a_size_that_is_none_is_the_usual_one(zoom: float) -> None:
    store = SqliteStore(Database.open_memory())
    await store.save_zoom(zoom)
    assert await store.zoom() == 1.0
    await store.aclose()


async def test_the_queue_is_kept_in_its_order(store: ConversationStore) -> None:
    await store.save_summary(summary())
    queue = (QueuedMessage(9, "later", "developer"), QueuedMessage(8, "much later", ""))
    await store.save_queue(1, queue)
    assert (await store.read(1)).queue == queue
    await store.save_queue(1, queue[1:])
    assert (await store.read(1)).queue == queue[1:]


async def test_folders_come_by_name_and_leave_their_conversations(store: ConversationStore) -> None:
    for folder in (Folder(5, "work"), Folder(6, "Äpfel"), Folder(7, "Work"), Folder(8, "home")):
        await store.save_folder(folder)
    await store.save_folder(Folder(8, "Home"))
    assert [folder.id for folder in await store.folders()] == [8, 5, 7, 6]
    await store.save_summary(replace(summary(), folder=5))
    await store.remove_folder(5)
    assert await store.summaries() == (summary(),)


async def test_a_folder_that_has_gone_is_none(store: ConversationStore) -> None:
    await store.save_summary(replace(summary(), folder=5))
    assert await store.summaries() == (summary(),)


async def test_whole_conversations_are_added_in_any_order(store: ConversationStore) -> None:
    said = replace(dialogue(10, turns=3), draft="half", queue=(QueuedMessage(99, "later", ""),))
    other = replace(dialogue(30, turns=2), messages=tuple(reversed(dialogue(30, turns=2).messages)))
    await store.add_conversations([said, other])
    assert await store.read(10) == said
    assert await store.read(30) == dialogue(30, turns=2)
    assert await store.newest_id() == 99


async def test_what_is_purged_is_gone(store: ConversationStore) -> None:
    """A line of messages longer than SQLite follows a chain of foreign keys."""
    await store.add_conversations([dialogue(1, turns=2000), dialogue(10000, turns=1)])
    await store.purge([1, 7])
    assert [each.id for each in await store.summaries()] == [10000]
    assert await store.newest_id() == 10002
    with pytest.raises(KeyError):
        await store.read(1)


async def test_changes_of_what_is_gone_do_nothing(store: ConversationStore) -> None:
    await begin(store)
    store.append(3, "So it ")
    await store.purge([1])
    store.append(3, "goes.")
    await store.end_answer(answer(3, 2, "So it goes."))
    await store.resume_answer(3)
    await store.set_deleted(1, 3, 1.0)
    await store.choose(1, 2, 3)
    await store.remove_folder(5)
    assert await store.summaries() == ()
    assert store.status == Kept()


async def test_halves_of_characters_do_not_stop_anything() -> None:
    store = SqliteStore(Database.open_memory())
    await store.save_summary(summary(title="\ud83d\ude00 \ud83d"))
    await store.add_message(1, replace(question(2, text="a\udc00b"), model="/models/\udcff"))
    await store.save_draft(None, "\ud800")
    assert (await store.summaries())[0].title == "😀 �"
    kept = (await store.read(1)).messages[0]
    assert (kept.text, kept.model) == ("a�b", "/models/�")
    assert await store.draft() == "�"
    await store.aclose()
