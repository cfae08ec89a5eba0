"""The bar for finding: how it opens and closes, what it says, its keys and options."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.selection import Position, Selection
from tests.window.transcript.finder import CONTROL, FILLING, SHIFT, Reader


@pytest.fixture
def reader(qtbot: QtBot, theme: Theme) -> Reader:
    return Reader(qtbot, theme)


def test_ctrl_f_opens_the_bar_over_the_text_without_moving_it(reader: Reader) -> None:
    reader.load(FILLING)
    before = reader.seen()
    size = reader.view.viewport().size()
    assert reader.part(QWidget, "findBar").isHidden()
    QTest.keyClick(reader.view, Qt.Key.Key_F, CONTROL)
    bar = reader.part(QWidget, "findBar")
    assert bar.isVisible()
    assert bar.parent() is reader.view.viewport()
    assert QApplication.focusWidget() is reader.field
    assert reader.seen() == before
    assert reader.view.viewport().size() == size
    assert bar.geometry().right() <= reader.view.viewport().geometry().right()
    assert reader.said == ""


def test_the_bar_stays_in_its_corner_and_within_a_narrow_view(reader: Reader) -> None:
    reader.load(FILLING).find("room")
    bar = reader.part(QWidget, "findBar")
    for width in (700, 1200, 260):
        reader.view.resize(width, 500)
        assert bar.geometry().right() == reader.view.viewport().geometry().right() - 8
        assert bar.geometry().left() >= 0


def test_hits_are_counted_as_they_are_typed(reader: Reader) -> None:
    reader.load("A cat and a catapult", "no more", "Cats: the CAT sat")
    assert reader.find("cat") == "1 of 4"
    assert reader.marked() == ["[cat]", "cat", "Cat", "CAT"]
    QTest.keyClicks(reader.field, "a")
    assert reader.wait() == "1 of 1"
    assert reader.marked() == ["[cata]"]
    QTest.keyClicks(reader.field, "x")
    assert reader.wait() == "nothing found"
    assert reader.marked() == []
    reader.field.clear()
    assert reader.wait() == ""


def test_enter_and_f3_go_round(reader: Reader) -> None:
    reader.load("one", "one", "one")
    assert reader.find("one") == "1 of 3"
    assert [reader.press(Qt.Key.Key_Return) for _ in range(3)] == ["2 of 3", "3 of 3", "1 of 3"]
    assert reader.press(Qt.Key.Key_Enter, SHIFT) == "3 of 3"
    assert reader.press(Qt.Key.Key_F3, SHIFT) == "2 of 3"
    assert reader.press(Qt.Key.Key_F3) == "3 of 3"
    assert reader.click("findNext") == "1 of 3"
    assert reader.click("findPrevious") == "3 of 3"
    assert reader.marked() == ["one", "one", "[one]"]
    reader.view.setFocus()
    QTest.keyClick(reader.view, Qt.Key.Key_F3)
    assert reader.said == "1 of 3"


def test_the_options_search_again(reader: Reader) -> None:
    reader.load("Tea tea teapot TEA")
    assert reader.find("tea") == "1 of 4"
    assert reader.click("findCase") == "1 of 2"
    assert reader.click("findWord") == "1 of 1"
    assert reader.marked() == ["[tea]"]
    assert reader.click("findCase") == "2 of 3"


def test_escape_closes_takes_the_marks_and_gives_the_keyboard_back(reader: Reader) -> None:
    reader.load("some words")
    reader.find("words")
    style = reader.view.sheet.maker.style
    assert reader.pixels(style.current_hit) > 0
    reader.press(Qt.Key.Key_Escape)
    assert reader.part(QWidget, "findBar").isHidden()
    assert reader.marked() == []
    assert reader.pixels(style.current_hit) == 0
    assert QApplication.focusWidget() is reader.view


def test_the_close_button_and_escape_in_the_text_close_as_well(reader: Reader) -> None:
    reader.load("some words")
    reader.find("words")
    reader.click("findClose")
    assert reader.part(QWidget, "findBar").isHidden()
    QTest.keyClick(reader.view, Qt.Key.Key_F, CONTROL)
    reader.view.setFocus()
    QTest.keyClick(reader.view, Qt.Key.Key_Escape)
    assert reader.part(QWidget, "findBar").isHidden()


def test_opening_again_selects_the_words_and_searches_them(reader: Reader) -> None:
    reader.load("some words")
    reader.find("words")
    reader.press(Qt.Key.Key_Escape)
    QTest.keyClick(reader.view, Qt.Key.Key_F, CONTROL)
    assert reader.field.selectedText() == "words"
    assert reader.wait() == "1 of 1"
    reader.field.deselect()
    QTest.keyClick(reader.field, Qt.Key.Key_F, CONTROL)
    assert reader.field.selectedText() == "words"


def test_opening_takes_the_selected_words_and_begins_with_them(reader: Reader) -> None:
    reader.load("😀 one two one two one")
    message = reader.view.message("0")
    place = reader.view.scroller.shown[-1].piece.place
    start = "😀 one two ".encode("utf-16-le")
    letters = len(start) // 2
    reader.view.set_selection(Selection(Position(message, place, letters), Position(message, place, letters + 3)))
    QTest.keyClick(reader.view, Qt.Key.Key_F, CONTROL)
    assert reader.field.text() == "one"
    assert reader.wait() == "2 of 3"
    assert reader.marked() == ["one", "[one]", "one"]


def test_a_selection_of_several_blocks_is_not_searched(reader: Reader) -> None:
    reader.load("one\n\ntwo")
    reader.view.commands.select_all()
    QTest.keyClick(reader.view, Qt.Key.Key_F, CONTROL)
    assert reader.field.text() == ""


def test_parts_have_names_for_screen_readers(reader: Reader) -> None:
    reader.load("some words")
    reader.find("words")
    names = ("findPrevious", "findNext", "findCase", "findWord", "findClose")
    assert all(reader.part(QToolButton, name).accessibleName() for name in names)
    assert reader.field.accessibleName()
    assert reader.part(QLabel, "findCount").accessibleName() == "1 of 1"


def test_the_windows_own_shortcuts_wait_while_the_bar_has_the_keyboard(reader: Reader) -> None:
    pressed: list[str] = []
    for keys in ("Esc", "Ctrl+F", "F3"):
        action = reader.view.addAction(keys)
        action.setShortcut(keys)
        action.triggered.connect(lambda _=False, keys=keys: pressed.append(keys))
    reader.load("one one")
    reader.view.open_find()
    QTest.keyClicks(reader.field, "one")
    assert reader.wait() == "1 of 2"
    assert reader.press(Qt.Key.Key_F3) == "2 of 2"
    reader.press(Qt.Key.Key_Escape)
    assert reader.part(QWidget, "findBar").isHidden()
    assert pressed == []
