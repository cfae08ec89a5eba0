"""Conversations in the whole window: kept over a restart, answering side by side, changed, found, deleted, restored."""

import asyncio
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from seproj_desktop.storage.memory import Memory
from seproj_desktop.storage.opening import open_to_read
from seproj_desktop.window.editing import MessageEditor
from seproj_desktop.window.notices import NoticeRow
from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.list_model import ROW_ROLE
from seproj_desktop.window.sidebar.results import ResultsView
from seproj_desktop.window.sidebar.rows import Row, SectionRow
from seproj_desktop.window.sidebar.search_box import SearchField
from seproj_desktop.window.transcript.entries import MessageAction
from tests.fakes import FakeEngine, FakeLoader
from tests.window.conftest import House, OpenHouse

ANSWER = "Hello, world!"


def ask(house: House, text: str) -> int:
    """Says something in a new conversation and waits for the whole answer; gives its id."""
    house.act("newConversation")
    house.say(text)
    house.wait(lambda: house.spoken == [text, ANSWER] and "tokens/s" in house.said)
    assert house.shown is not None
    return house.shown


def begin(house: House, text: str) -> int:
    """Says something in a new conversation and waits for the answer's first word; gives its id."""
    house.act("newConversation")
    house.say(text)
    house.wait(lambda: house.spoken == [text, "Hello"])
    assert house.shown is not None
    return house.shown


def undo(house: House) -> None:
    (row,) = house.window.findChildren(NoticeRow)
    button = row.findChild(QPushButton, "noticeChoice0")
    assert isinstance(button, QPushButton)
    button.click()


def test_what_was_said_is_there_after_a_restart(make_house: OpenHouse) -> None:
    first = make_house().open()
    conversation = ask(first, "Remember this")
    first.close()
    second = make_house().open()
    second.wait(lambda: [one.id for one in second.listed] == [conversation])
    second.show(conversation)
    assert second.spoken == ["Remember this", ANSWER]
    assert "tokens/s" in second.said


def test_closing_during_an_answer_keeps_its_text(make_house: OpenHouse) -> None:
    first = make_house(FakeLoader([FakeEngine(gate=asyncio.Semaphore(1))])).open()
    conversation = begin(first, "Go on")
    first.close()
    second = make_house().open()
    second.show(conversation)
    assert second.spoken == ["Go on", "Hello"]
    assert "stopped by you" in second.said


def test_an_answer_goes_on_out_of_sight_and_nothing_of_it_is_missing(make_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    engine = FakeEngine(gate=gate)
    house = make_house(FakeLoader([engine])).open()
    conversation = begin(house, "Go on")
    house.act("newConversation")
    for _ in range(2):
        house.on_backend(gate.release)
    house.show(conversation)
    house.wait(lambda: house.spoken == ["Go on", "Hello, world"])
    assert house.stop_button.isVisible()
    house.on_backend(gate.release)
    house.wait(lambda: "tokens/s" in house.said)
    assert house.spoken == ["Go on", ANSWER]


def test_two_conversations_answer_at_once_and_are_stopped_one_by_one(make_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    engine = FakeEngine(gate=gate)
    house = make_house(FakeLoader([engine])).open()
    one = begin(house, "one")
    house.act("newConversation")
    house.say("two")
    house.wait(lambda: len(engine.running) == 2)
    for _ in range(2):  # a word for each, in the order in which they wait
        house.on_backend(gate.release)
    house.wait(lambda: house.spoken == ["two", "Hello"])
    house.press(Qt.Key.Key_Escape)
    house.wait(lambda: "stopped by you" in house.said)
    assert len(engine.running) == 1
    house.show(one)
    assert house.stop_button.isVisible()
    house.stop_button.click()
    house.wait(lambda: "stopped by you" in house.said)
    assert house.spoken == ["one", "Hello, "]
    assert not engine.running


def test_an_answer_that_ends_out_of_sight_is_unread_until_it_is_seen(make_house: OpenHouse) -> None:
    gate = asyncio.Semaphore(1)
    engine = FakeEngine(gate=gate)
    house = make_house(FakeLoader([engine])).open()
    conversation = begin(house, "Go on")
    house.act("newConversation")
    house.wait(lambda: house.shown is None)
    for _ in range(3):
        house.on_backend(gate.release)
    house.wait(lambda: [one.is_unread for one in house.listed] == [True])
    house.show(conversation)
    house.wait(lambda: [one.is_unread for one in house.listed] == [False])


def test_an_answer_is_asked_again_and_its_versions_are_turned(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Hello")
    house.take(MessageAction.REGENERATE, 1)
    house.wait(lambda: house.transcript.sheet.messages[1].version == 2)
    house.act("olderVersion")
    house.wait(lambda: house.transcript.sheet.messages[1].version == 1)
    assert house.transcript.sheet.messages[1].versions == 2
    house.act("newerVersion")
    house.wait(lambda: house.transcript.sheet.messages[1].version == 2)


def test_a_question_is_edited_and_answered_anew(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Helo")
    house.take(MessageAction.EDIT, 0)
    editor = house.find(MessageEditor, "messageEditor")
    assert editor.text == "Helo"
    editor.edited.emit(house.transcript.sheet.messages[0].key, "Hello")
    house.wait(lambda: house.spoken == ["Hello", ANSWER] and "tokens/s" in house.said)
    assert house.transcript.sheet.messages[0].versions == 2


def test_a_stopped_answer_goes_on_in_the_same_message(make_house: OpenHouse) -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(1))
    house = make_house(FakeLoader([engine])).open()
    begin(house, "Go on")
    house.act("stopAnswer")
    house.wait(lambda: "stopped by you" in house.said)
    engine.gate, engine.pieces = None, (", again",)
    house.take(MessageAction.CONTINUE, 1)
    house.wait(lambda: house.spoken == ["Go on", "Hello, again"] and "stopped by you" not in house.said)


def test_a_fork_is_a_conversation_of_its_own(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    house.take(MessageAction.FORK, 0)
    house.wait(lambda: house.shown not in (conversation, None))
    assert house.spoken == ["Hello"]
    assert len(house.listed) == 2


def test_a_deleted_branch_comes_back(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Hello")
    house.take(MessageAction.DELETE, 1)
    house.wait(lambda: house.spoken == ["Hello"] and bool(house.notice("undo")))
    undo(house)
    house.wait(lambda: house.spoken == ["Hello", ANSWER])
    assert house.notice("undo") == ""


def test_a_deleted_conversation_gives_way_and_comes_back(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    house.sidebar.delete_requested.emit([conversation])
    house.wait(lambda: house.listed[0].deleted is not None)
    assert house.shown is None
    assert house.said == ""
    undo(house)
    house.wait(lambda: house.listed[0].deleted is None)
    house.show(conversation)
    assert house.spoken == ["Hello", ANSWER]


def test_what_waits_is_edited_and_withdrawn(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader([FakeEngine(gate=asyncio.Semaphore(1))])).open()
    begin(house, "Go on")
    house.say("later")
    house.wait(lambda: house.queue_panel.texts == ("later",))
    (queued,) = house.window.dialogue.queue
    house.queue_panel.edit_requested.emit(queued.id)
    editor = house.find(MessageEditor, "messageEditor")
    assert editor.text == "later"
    editor.queued_edited.emit(queued.id, "much later")
    house.wait(lambda: house.queue_panel.texts == ("much later",))
    house.queue_panel.withdraw_requested.emit(queued.id)
    house.wait(lambda: house.queue_panel.texts == ())


def test_every_conversation_has_its_draft_also_after_a_restart(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    house.type("half a thought")
    house.act("newConversation")
    house.wait(lambda: house.composer.toPlainText() == "")
    house.type("another")
    house.show(conversation)
    assert house.composer.toPlainText() == "half a thought"
    house.close()
    again = make_house().open()
    again.wait(lambda: again.composer.toPlainText() == "another")
    again.show(conversation)
    assert again.composer.toPlainText() == "half a thought"


def test_every_conversation_has_its_persona(make_house: OpenHouse) -> None:
    house = make_house().open()
    one = ask(house, "one")
    house.box.setCurrentText("Tester")
    two = ask(house, "two")
    house.show(one)
    house.wait(lambda: house.box.currentText() == "Tester")
    house.show(two)
    house.box.setCurrentText("Developer")
    house.wait(lambda: {summary.id: summary.persona for summary in house.listed}[two] == "developer")
    house.show(one)
    house.wait(lambda: house.box.currentText() == "Tester")


def test_a_folded_folder_is_folded_after_a_restart(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    house.sidebar.folder_added.emit("Work")
    house.wait(lambda: "Work" in house.titles)
    (folder,) = house.backend.app.library.folders
    house.sidebar.move_requested.emit([conversation], folder.id)
    house.wait(lambda: house.listed[0].folder == folder.id)
    view = house.find(ConversationView, "conversationList")
    view.fold(next(row for row in rows_of(view) if isinstance(row, SectionRow)), is_folded=True)
    house.wait(lambda: len(house.titles) == 1)
    house.close()
    again = make_house().open()
    again.wait(lambda: again.titles == ["Work"])


def test_the_text_is_as_large_after_a_restart(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    for _ in range(2):
        house.act("largerText")
    zoom = house.transcript.zoom
    assert zoom > 1.0
    house.close()
    again = make_house().open()
    assert (again.transcript.zoom, again.transcript.is_empty) == (zoom, True)
    again.show(conversation)
    assert again.transcript.sheet.maker.style.zoom == zoom
    again.act("normalText")
    again.close()
    assert make_house().open().transcript.zoom == 1.0


def rows_of(view: ConversationView) -> list[Row]:
    return [view.model().index(row, 0).data(ROW_ROLE) for row in range(view.model().rowCount())]


def test_searching_leads_to_the_message(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "the quick brown fox")
    ask(house, "something else")
    house.act("searchConversations")
    field = house.find(SearchField, "searchField")
    QTest.keyClicks(field, "brown")
    results = house.find(ResultsView, "searchResults")
    house.wait(lambda: results.model().rowCount() > 0)
    QTest.keyClick(field, Qt.Key.Key_Return)
    house.wait(lambda: house.shown == conversation)
    house.wait(lambda: house.transcript.commands.has_selection)
    assert house.spoken == ["the quick brown fox", ANSWER]


def test_a_second_program_reads_and_says_so(make_house: OpenHouse) -> None:
    first = make_house().open()
    conversation = ask(first, "Hello")
    second = make_house()
    # In one process the folder's lock does not hold the second one off, so it is told.
    second.open_memory = read_only
    second.open()
    second.wait(lambda: "Another program is using these conversations" in second.notice("keeping"))
    second.show(conversation)
    assert second.spoken == ["Hello", ANSWER]
    second.say("not kept")
    second.wait(lambda: len(second.spoken) == 4)
    second.close()
    first.act("newConversation")
    first.show(conversation)
    assert first.spoken == ["Hello", ANSWER]


def read_only(folder: Path, runtime: Path) -> Memory:
    return Memory(open_to_read(folder), folder, runtime)
