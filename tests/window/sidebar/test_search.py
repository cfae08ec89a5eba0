"""Searching: when it is told, what is shown of the answers, and the way through them by keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from seproj_desktop.window.sidebar.hits import Span, around_mark, utf16_marks
from seproj_desktop.window.sidebar.results import ResultsModel
from seproj_desktop.window.sidebar.rows import Shelf
from seproj_desktop.window.sidebar.search_box import Newest
from seproj_desktop.window.theme import Theme
from tests.window.sidebar.conftest import Bar
from tests.window.sidebar.samples import BASE, DAY, NOW, WORK, conversation


@dataclass(frozen=True, slots=True)
class Found:
    """What the store's search gives, as far as it is shown."""

    conversation: int
    message: int | None
    title: str
    snippet: str
    marks: Sequence[Span]
    time: float


def found(number: int, message: int | None = 1, age: float = 0.0) -> Found:
    return Found(BASE + number, message, f"title {number}", f"… said hello {number} …", ((7, 12),), NOW - age)


def search(bar: Bar, text: str, count: int = 3) -> None:
    bar.sidebar.focus_search()
    bar.type(text)
    bar.sidebar.show_results(text, [found(number) for number in range(count)], (), count)


def listed(bar: Bar) -> list[str]:
    model = bar.results.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def count_words(bar: Bar) -> str:
    return bar.find(QLabel, "searchCount").text()


def test_the_first_text_passes_at_once_and_then_only_the_newest(qtbot: QtBot) -> None:
    passed: list[str] = []
    newest = Newest(10)
    newest.passed.connect(passed.append)
    for text in ("a", "ab", "abc"):
        newest.take(text)
    assert passed == ["a"]
    qtbot.waitUntil(lambda: passed == ["a", "abc"])
    newest.take("abcd")
    newest.take_at_once("")
    assert passed == ["a", "abc", ""]
    with qtbot.assertNotEmitted(newest.passed, wait=30):
        pass


def test_results_take_the_lists_place_while_something_is_searched(bar: Bar) -> None:
    texts: list[str] = []
    bar.sidebar.search_changed.connect(texts.append)
    search(bar, "hello")
    assert bar.results.isVisible()
    assert not bar.view.isVisible()
    assert count_words(bar) == "3 results"
    bar.qtbot.waitUntil(lambda: texts == ["h", "hello"])
    bar.press(Qt.Key.Key_Escape)
    assert texts == ["h", "hello", ""]
    assert bar.view.isVisible()
    assert bar.has_focus("searchField")


def test_answers_to_another_text_are_late(bar: Bar) -> None:
    search(bar, "he")
    bar.type("llo")
    bar.sidebar.show_results("he", [found(9)], (), 1)
    assert listed(bar) == ["title 0", "title 1", "title 2"], "the results before stay until there are new ones"
    bar.sidebar.show_results("hello", [found(7)], (), 1)
    assert listed(bar) == ["title 7"]
    bar.field.clear()
    bar.sidebar.show_results("hello", [found(8)], (), 1)
    assert listed(bar) == ["title 7"]


def test_the_arrow_keys_of_the_field_move_in_the_results(bar: Bar) -> None:
    search(bar, "hello")
    bar.press(Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert bar.told == [("hit_chosen", BASE + 1, 1, "hello")]
    assert bar.has_focus("searchField")
    bar.press(Qt.Key.Key_PageDown, Qt.Key.Key_Enter)
    assert bar.told[-1] == ("hit_chosen", BASE + 2, 1, "hello")


def test_the_results_are_used_by_mouse_and_by_their_own_keys(bar: Bar) -> None:
    search(bar, "hello")
    place = bar.results.visualRect(bar.results.model().index(2, 0)).center()
    QTest.mouseClick(bar.results.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.told.pop() == ("hit_chosen", BASE + 2, 1, "hello")
    bar.results.setFocus()
    bar.press(Qt.Key.Key_Up, Qt.Key.Key_Return)
    assert bar.told.pop() == ("hit_chosen", BASE + 1, 1, "hello")
    bar.press(Qt.Key.Key_Up, Qt.Key.Key_Up)
    assert bar.has_focus("searchField")


def test_a_title_is_found_without_a_message(bar: Bar) -> None:
    bar.field.setText("title")
    bar.sidebar.show_results("title", [found(1, message=None)])
    bar.sidebar.focus_search()
    bar.press(Qt.Key.Key_Return)
    assert bar.told == [("hit_chosen", BASE + 1, None, "hello")]


@pytest.mark.parametrize(
    ("count", "total", "has_more", "words"),
    [
        (0, 0, False, "No results"),
        (1, None, False, "One result"),
        (2, 2, False, "2 results"),
        (2, 1_234, False, "The first 2 of 1,234 results"),
        (2, None, True, "The first 2 results; more words find fewer"),
    ],
)
def test_how_many_there_are_is_said(bar: Bar, count: int, total: int | None, has_more: bool, words: str) -> None:
    bar.field.setText("hello")
    bar.sidebar.show_results("hello", [found(number) for number in range(count)], (), total, has_more=has_more)
    assert count_words(bar) == words
    assert bar.results.accessibleDescription() == words


def test_what_is_wrong_with_a_filter_is_said(bar: Bar) -> None:
    bar.field.setText("is:odd")
    bar.sidebar.show_results("is:odd", (), ("“is:odd” is not known.",), 0)
    label = bar.find(QLabel, "searchProblems")
    assert label.isVisible()
    assert label.text() == "“is:odd” is not known."
    bar.field.setText("hello")
    bar.sidebar.show_results("hello", (), (), 0)
    assert not label.isVisible()


def test_the_list_is_as_it_was_after_a_search(bar: Bar) -> None:
    bar.sidebar.show_list([conversation(number, str(number), number * DAY) for number in range(9)], [WORK])
    bar.sidebar.show_current(BASE + 4)
    search(bar, "hello")
    bar.press(Qt.Key.Key_Escape, Qt.Key.Key_Down)
    assert bar.has_focus("conversationList")
    assert bar.chosen == [BASE + 4]


def test_choosing_a_shelf_ends_the_search(bar: Bar) -> None:
    search(bar, "hello")
    bar.sidebar.show_shelf(Shelf.BIN)
    assert bar.view.isVisible()
    assert bar.field.text() == ""


def test_the_results_model(qtmodeltester: Any, qapp: object) -> None:
    model = ResultsModel(lambda: NOW)
    qtmodeltester.check(model)
    model.show([found(number, age=number * DAY) for number in range(20)])
    assert model.rowCount() == 20
    speech = str(model.index(3).data(Qt.ItemDataRole.AccessibleTextRole))
    assert speech.startswith("title 3, 15 Mar")
    assert speech.endswith("said hello 3 …")
    model.show(())


def test_a_mark_is_shown_even_where_the_line_is_short() -> None:
    text = "one two three four five six seven eight nine ten eleven"
    assert around_mark(text, ((4, 7),), 20) == (text, ((4, 7),))
    line, marks = around_mark(text, ((34, 39),), 20)
    assert line == "…eight nine ten eleven"
    assert [line[first:last] for first, last in marks] == ["eight"]
    assert around_mark("a\nb", (), 5)[0] == "a b"


def test_marks_are_counted_as_qt_counts() -> None:
    assert utf16_marks("🚀 go 🚀 on", ((2, 4), (5, 6), (7, 9))) == [(3, 2), (6, 2), (9, 2)]
    assert utf16_marks("short", ((9, 12),)) == []


def test_painting_in_both_directions_and_schemes(bar: Bar, theme: Theme) -> None:
    """What a person sees is looked at in pictures; here only that every way of painting is gone."""
    odd = Found(BASE, None, "🚀 retry", "🚀 retry", ((2, 7),), NOW)
    arabic = Found(BASE, 1, "سؤال", "سؤال عن retry", ((8, 13),), NOW - 400 * DAY)
    bar.field.setText("retry")
    bar.sidebar.show_results("retry", [odd, arabic, found(1)], (), 3)
    for direction in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        bar.sidebar.setLayoutDirection(direction)
        for choice in ("light", "dark"):
            theme.choose(choice)
            picture = bar.results.viewport().grab().toImage()
            colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(0, bar.results.row_height, 2)}
            assert theme.accent.rgb() in colours, "the mark"
