"""Deleted parts of a conversation: listed, read, found by a search, and brought back to their place."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from seproj_desktop.window.deleted_panel import DeletedPanel
from seproj_desktop.window.sidebar.results import ResultsView
from seproj_desktop.window.sidebar.search_box import SearchField
from seproj_desktop.window.transcript.entries import MessageAction
from tests.window.conftest import House, OpenHouse
from tests.window.test_conversations import ANSWER, ask


def panel_of(house: House) -> DeletedPanel:
    return house.find(DeletedPanel, "deletedPanel")


def delete(house: House, number: int) -> None:
    """A message of the path and what follows it."""
    house.take(MessageAction.DELETE, number)
    house.wait(lambda: len(house.spoken) == number)


def say_more(house: House, text: str) -> None:
    said = house.spoken
    house.say(text)
    house.wait(lambda: house.spoken == [*said, text, ANSWER] and not house.stop_button.isVisible())


def test_the_menu_lists_what_was_deleted_and_enter_restores_it(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Hello")
    say_more(house, "the second question")
    delete(house, 2)
    house.act("deletedParts")
    panel = panel_of(house)
    house.wait(panel.isVisible)
    (line,) = panel.lines
    assert line.startswith("You: the second question · 2 messages · deleted ")
    assert panel.text.toPlainText() == f"You: the second question\n\nDeveloper: {ANSWER}\n\n"
    house.wait(panel.list.hasFocus)
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    house.wait(lambda: house.spoken == ["Hello", ANSWER, "the second question", ANSWER])
    house.wait(lambda: not panel.isVisible())


def test_parts_in_parts_are_listed_the_last_deleted_first_and_restored_one_by_one(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Hello")
    say_more(house, "outer")
    say_more(house, "inner")
    delete(house, 4)
    delete(house, 2)
    house.act("deletedParts")
    panel = panel_of(house)
    house.wait(panel.isVisible)
    assert [line.split(" · ")[0] for line in panel.lines] == ["You: outer", "You: inner"]
    house.find(QPushButton, "deletedRestore").click()
    house.wait(lambda: house.spoken == ["Hello", ANSWER, "outer", ANSWER])
    house.wait(lambda: len(panel.lines) == 1)
    house.find(QPushButton, "deletedRestore").click()
    house.wait(lambda: house.spoken[4:] == ["inner", ANSWER])


def test_with_nothing_deleted_the_panel_says_so_and_esc_closes_it(make_house: OpenHouse) -> None:
    house = make_house().open()
    ask(house, "Hello")
    house.act("deletedParts")
    panel = panel_of(house)
    house.wait(panel.isVisible)
    assert panel.lines == ()
    assert "Nothing of this conversation" in panel.text.placeholderText()
    close = house.find(QPushButton, "deletedClose")
    house.wait(close.hasFocus)
    QTest.keyClick(close, Qt.Key.Key_Escape)
    house.wait(lambda: not panel.isVisible())
    house.wait(house.composer.hasFocus)


def test_a_search_that_hits_a_deleted_part_shows_it_and_brings_it_back(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    say_more(house, "the quick brown fox")
    delete(house, 2)
    house.act("newConversation")
    house.act("searchConversations")
    field = house.find(SearchField, "searchField")
    QTest.keyClicks(field, "is:deleted brown")
    results = house.find(ResultsView, "searchResults")
    house.wait(lambda: results.model().rowCount() == 1)
    QTest.keyClick(field, Qt.Key.Key_Return)
    panel = panel_of(house)
    house.wait(panel.isVisible)
    assert house.shown == conversation
    assert panel.text.textCursor().selectedText() == "brown"
    assert house.notice("undo") != "", "what was said of the deletion stays; nothing failed"
    assert not house.reports
    house.find(QPushButton, "deletedRestore").click()
    house.wait(lambda: house.spoken[2:] == ["the quick brown fox", ANSWER])
    house.wait(lambda: house.transcript.commands.has_selection)


def test_another_conversations_parts_are_opened_from_the_list(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    delete(house, 1)
    ask(house, "Another one")
    house.sidebar.deleted_parts_requested.emit(conversation)
    panel = panel_of(house)
    house.wait(panel.isVisible)
    assert house.shown == conversation
    assert [line.split(" · ")[0] for line in panel.lines] == [f"Developer: {ANSWER}"]
    house.act("newConversation")
    assert not panel.isVisible()


def test_a_conversation_in_the_bin_says_so_and_comes_out_of_it(make_house: OpenHouse) -> None:
    house = make_house().open()
    conversation = ask(house, "Hello")
    house.sidebar.delete_requested.emit([conversation])
    house.wait(lambda: house.listed[0].deleted is not None)
    house.show(conversation)
    house.wait(lambda: house.notice("binned") == "This conversation is in the bin.")
    restore = [one for one in house.window.findChildren(QPushButton, "noticeChoice0") if one.text() == "Restore"]
    restore[0].click()
    house.wait(lambda: house.listed[0].deleted is None)
    house.wait(lambda: house.notice("binned") == "")
