"""Selecting, copying, clicking: with the mouse and with keys, as a person does."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, MessageAction
from seproj_desktop.window.transcript.message import Part
from seproj_desktop.window.transcript.selection import selected_text
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PAGE, PATIENCE, PERSONA, USER, click, drag, long_entries, place_of, thoughtful

Show = Callable[..., Transcript]


@pytest.fixture
def show(qtbot: QtBot, theme: Theme) -> Show:
    def make(*entries: Entry) -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(800, 1400)
        view.show()
        view.load(entries)
        QGuiApplication.clipboard().clear()
        return view

    return make


def question(text: str = "The question") -> Entry:
    return Entry("q", USER, text)


def answer(text: str) -> Entry:
    return Entry("a", PERSONA, text, ending=Ending("700 tokens/s"))


def chosen(view: Transcript) -> str:
    selection = view.moment.selection
    return "" if selection is None else selected_text(view.sheet, selection)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def test_dragging_selects_across_blocks_and_messages(show: Show) -> None:
    view = show(question("One two three"), answer("First **bold** words.\n\n- an item\n- another"))
    drag(view, place_of(view, "two", after=0), place_of(view, "item", after=4))
    assert chosen(view) == "two three\n\nDeveloper:\n\nFirst bold words.\n\n• an item"


def test_a_double_click_takes_the_word_and_a_triple_click_the_paragraph(show: Show) -> None:
    view = show(answer("Some words here.\n\nOther words."))
    point = place_of(view, "words here")
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert chosen(view) == "words"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert chosen(view) == "Some words here."


def test_a_click_with_shift_extends(show: Show) -> None:
    view = show(answer("Some words here, and more."))
    click(view, place_of(view, "words", after=0))
    point = place_of(view, "and more", after=3)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, point)
    assert chosen(view) == "words here, and"


def test_copying_as_seen_and_as_source(show: Show, qtbot: QtBot) -> None:
    source = "A **bold** word and `code`.\n\n| A | B |\n| - | - |\n| 1 | 2 |\n\n```python\nx = 1\n\ny = 2\n```"
    view = show(answer(source))
    QTest.keySequence(view, QKeySequence.StandardKey.SelectAll)
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        QTest.keySequence(view, QKeySequence.StandardKey.Copy)
    assert clipboard() == "Developer:\n\nA bold word and code.\n\nA\tB\n1\t2\n\nx = 1\n\ny = 2\n\n700 tokens/s"
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        QTest.keyClick(view, Qt.Key.Key_C, both)
    assert clipboard() == source


def test_a_long_conversation_is_copied_whole(show: Show, qtbot: QtBot) -> None:
    view = show(*long_entries(300))
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy()
    assert clipboard().count("A heading with code and emphasis") == 150
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy_source()
    assert clipboard().count("# A heading with `code` and *emphasis*") == 300


def test_text_that_moves_under_a_resting_mouse_is_looked_at(show: Show, qtbot: QtBot) -> None:
    view = show(answer("[the link](https://example.org)\n\n" + "Some words.\n\n" * 200))
    view.scroll_to_start()
    QTest.mouseMove(view.viewport(), place_of(view, "the link"))
    assert view.address_label.isVisible()
    view.scroll_by(300)
    qtbot.waitUntil(lambda: not view.address_label.isVisible())
    view.scroll_by(-300)
    qtbot.waitUntil(view.address_label.isVisible)


def test_text_that_arrives_leaves_a_selection_alone(show: Show) -> None:
    view = show(question(), answer("Copy me"))
    view.add(Entry("new", PERSONA), is_open=True)
    drag(view, place_of(view, "Copy me", after=0), place_of(view, "Copy me", after=7))
    assert chosen(view) == "Copy me"
    view.add_text("new", PAGE)
    assert chosen(view) == "Copy me"


def test_selecting_with_keys(show: Show) -> None:
    view = show(answer("One two.\n\nThree four."))
    click(view, place_of(view, "One", after=0))
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert chosen(view) == "One"
    both = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Right, both)
    assert chosen(view).startswith("One two.")
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert "Three" in chosen(view)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert chosen(view) == ""


def test_the_code_s_copy_control_takes_the_whole_block(show: Show) -> None:
    code = "\n".join(f"line {number}" for number in range(130))
    view = show(answer(f"Look:\n\n```text\n{code}\n```\n\nDone."))
    view.scroll_to_start()
    one = next(one for one in view.scroller.shown if "line 0" in one.box.source(0, one.box.length))
    copying = QPoint(view.box_left(one.piece) + one.box.width - 60, one.box_top + 12)
    click(view, copying)
    assert clipboard() == code
    assert view.moment.copied is one.piece


def test_the_code_is_offered_for_saving(show: Show, qtbot: QtBot) -> None:
    view = show(answer("```python\nx = 1\n```"))
    one = next(one for one in view.scroller.shown if one.piece.place.part is Part.BODY)
    with qtbot.waitSignal(view.commands.save_requested) as saved:
        view.commands.save_code(one.message, one.piece)
    assert saved.args == ["x = 1", "python"]


def test_links_are_shown_and_opened_only_by_a_click(show: Show, qtbot: QtBot) -> None:
    view = show(answer("See [the page](https://example.org/a?b=c) and [bad](javascript:alert(1))."))
    opened: list[str] = []
    view.link_opened.connect(opened.append)
    point = place_of(view, "the page")
    QTest.mouseMove(view.viewport(), point)
    qtbot.waitUntil(view.address_label.isVisible)
    assert view.address_label.text() == "https://example.org/a?b=c"
    assert opened == []
    click(view, point)
    assert opened == ["https://example.org/a?b=c"]
    click(view, place_of(view, "bad"))
    assert len(opened) == 1


def test_a_footnote_s_mark_leads_to_the_footnote(show: Show) -> None:
    view = show(answer("Said[^1].\n\n" + "Text.\n\n" * 200 + "[^1]: Where it was said."))
    view.scroll_to_start()
    click(view, place_of(view, "Said1", after=4))
    assert any("Where it was said." in one.box.source(0, one.box.length) for one in view.scroller.shown)


def test_the_summary_of_the_thinking_opens_it(show: Show) -> None:
    view = show(thoughtful())
    one = next(one for one in view.scroller.shown if one.piece.place.part is Part.SUMMARY)
    click(view, QPoint(view.box_left(one.piece) + 20, one.box_top + 8))
    assert "First this." in view.whole_text


def test_the_keyboard_goes_from_message_to_message_and_block_to_block(show: Show, qtbot: QtBot) -> None:
    view = show(*long_entries(6), thoughtful())
    control = Qt.KeyboardModifier.ControlModifier
    places = []
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Up, control)
        assert view.focused is not None
        places.append(view.focused[0].key)
    assert places == sorted(places, reverse=True)
    QTest.keyClick(view, Qt.Key.Key_PageDown, control)
    assert view.focused is not None
    assert view.focused[1].place.part is Part.BODY
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        QTest.keySequence(view, QKeySequence.StandardKey.Copy)
    assert clipboard().startswith("Message")


def test_a_message_s_actions_are_offered_and_told(show: Show, qtbot: QtBot) -> None:
    view = show(question(), answer("Text"))
    view.commands.offer(frozenset(MessageAction))
    QTest.mouseMove(view.viewport(), place_of(view, "Text"))
    qtbot.waitUntil(view.action_bar.isVisible)
    message = view.message("a")
    assert MessageAction.REGENERATE in view.commands.actions_for(message)
    assert MessageAction.REGENERATE not in view.commands.actions_for(view.message("q"))
    with qtbot.waitSignal(view.commands.action_requested) as told:
        view.commands.run(MessageAction.REGENERATE, message)
    assert told.args == [MessageAction.REGENERATE, "a"]
    view.commands.run(MessageAction.COPY_MARKDOWN, message)
    assert clipboard() == "Text"


def test_the_user_s_own_words_stay_as_they_were_typed(show: Show) -> None:
    typed = "# not a heading\n  indented *stars* and `ticks`\n- dash"
    view = show(question(typed))
    assert typed in view.whole_text


def test_wide_code_scrolls_aside(show: Show) -> None:
    view = show(answer("```text\n" + "x" * 400 + "\n```"))
    one = next(one for one in view.scroller.shown if one.piece.place.part is Part.BODY)
    box = one.box
    assert box.side.overflow(box.room) > 0  # type: ignore[attr-defined]
    assert box.side.move(100, box.room)  # type: ignore[attr-defined]
    assert box.position_at(20, 40) > 5
