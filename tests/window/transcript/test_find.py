"""What is found and marked, and how the person gets from hit to hit."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, Thought
from seproj_desktop.window.transcript.layout.box_maker import CodeLook
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.message import Part, Place
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.finder import ALICE, FILLING, SHIFT, YOU, Reader


@pytest.fixture
def reader(qtbot: QtBot, theme: Theme) -> Reader:
    return Reader(qtbot, theme)


# What is found


@pytest.mark.parametrize(
    ("source", "words", "marked"),
    [
        ("# A heading 😀 here", "here", ["[here]"]),
        ("- item 😀 one\n- item 漢字 two\n  - item three", "item", ["[item]", "item", "item"]),
        ("some **bold** and *slanted* words", "bold and slanted", ["[bold and slanted]"]),
        ("cut **wo**rd", "word", ["[word]"]),
        ("```python\nx = '😀'; y = 1\nz = y\n```", "y", ["[y]", "y"]),
        ("```\none\ntwo\n```", "one two", ["[one\ntwo]"]),
        ("| 😀 a | b |\n|---|---|\n| c | needle b |\n| needle | d |", "needle", ["[needle]", "needle"]),
        ("> quoted 漢字 text\n> goes on", "text goes", ["[text goes]"]),
        ("a [link](https://example.org) here", "link here", ["[link here]"]),
        ("naïve and NAIVE", "naive", ["[naïve]", "NAIVE"]),
        ("Straße, İstanbul, ﬁne", "strasse, istanbul, fine", ["[Straße, İstanbul, ﬁne]"]),
        ("😀 ß İ x after", "after", ["[after]"]),
        ("AT&amp;T", "t&t", ["[T&T]"]),
        ("energy $E=mc^2$ is 😀 mass", "is", ["[is]"]),
        ("energy $E=mc^2$ is mass", "mc", ["[mc]"]),
        ("$$\na+b\n$$", "a+b", ["[a+b]"]),
        ("| $x$ a | b |\n|---|---|\n| $y$ | after |", "after", ["[after]"]),
        ("one  \ntwo", "one two", ["[one\ntwo]"]),
    ],
)
def test_words_are_marked_as_they_are_seen(reader: Reader, source: str, words: str, marked: list[str]) -> None:
    reader.load(source)
    reader.view.open_find()
    reader.field.setText(words)
    assert reader.wait() == f"1 of {len(marked)}"
    assert reader.marked() == marked


@pytest.mark.parametrize("words", ["https", "Alice", "**", "python"])
def test_what_is_not_seen_in_the_text_is_not_found(reader: Reader, words: str) -> None:
    reader.load("a [link](https://example.org) and **bold**\n\n```python\npass\n```\n\n---\n")
    assert reader.find(words) == "nothing found"


def test_what_the_person_typed_is_searched_as_typed(reader: Reader) -> None:
    reader.load("**bold** [a](b)", speaker=YOU)
    assert reader.find("**") == "1 of 2"


def test_thinking_is_searched_while_it_is_open(reader: Reader) -> None:
    thought = Thought("perhaps a needle\n\nor two needles", 1.0, 10)
    reader.view.load([Entry("a", ALICE, "A needle.", thought)])
    assert reader.find("needle") == "1 of 1"
    reader.view.show_thought("a", is_open=True)
    reader.wait_for("3 of 3")
    reader.press(Qt.Key.Key_Return)
    assert reader.marked() == ["[needle]", "needle", "needle"]
    reader.view.show_thought("a", is_open=False)
    reader.wait_for("1 of 1")
    assert reader.marked() == ["[needle]"]


def test_a_failure_is_searched_figures_are_not(reader: Reader) -> None:
    reader.view.load(
        [
            Entry("a", ALICE, "One.", ending=Ending("12 tokens")),
            Entry("b", ALICE, "Two.", ending=Ending("The model took too many tokens.", is_failure=True)),
        ]
    )
    assert reader.find("tokens") == "1 of 1"


# The way to hits


def test_a_hit_out_of_sight_is_brought_into_it(reader: Reader) -> None:
    reader.load(*[FILLING] * 20, "the needle", *[FILLING] * 20)
    assert reader.find("needle") == "1 of 1"
    assert reader.is_current_in_sight()
    assert reader.marked() == ["[needle]"]


def test_searching_begins_with_what_is_in_sight_and_goes_round(reader: Reader) -> None:
    reader.load("needle", *[FILLING] * 5, "needle", *[FILLING] * 5, "needle", FILLING)
    reader.view.show_top(reader.view.message("6"), Place(Part.HEADER))
    top = reader.view.scroller.shown[0].piece
    assert reader.find("needle") == "2 of 3"
    assert reader.view.scroller.shown[0].piece is top
    assert reader.press(Qt.Key.Key_Return) == "3 of 3"
    assert reader.press(Qt.Key.Key_Return) == "1 of 3"
    assert reader.is_current_in_sight()
    assert reader.press(Qt.Key.Key_Return, SHIFT) == "3 of 3"
    assert reader.is_current_in_sight()


def test_a_hit_above_what_is_in_sight_is_found_at_last(reader: Reader) -> None:
    reader.load(f"needle\n\n{FILLING}{FILLING}")
    reader.view.scroll_to_end()
    assert reader.find("needle") == "1 of 1"
    assert reader.is_current_in_sight()


def test_a_current_hit_is_not_under_the_bar(reader: Reader) -> None:
    text = "word " * 4000
    reader.load(text)
    reader.find("word")
    bar = reader.part(QWidget, "findBar").geometry()
    for _ in range(60):
        reader.press(Qt.Key.Key_Return)
        assert reader.is_current_in_sight()
        if reader.view.scroller.value > bar.height():
            assert not reader.current_place().intersects(QRectF(bar))


def test_a_hit_is_moved_out_from_under_the_bar(reader: Reader) -> None:
    reader.load(FILLING, "some words " * 20 + "needle " * 40, FILLING)
    reader.find("needle")
    view, bar = reader.view, QRectF(reader.part(QWidget, "findBar").geometry())
    hits = 0
    for _ in range(40):
        reader.press(Qt.Key.Key_Return)
        view.scroll_by(round(reader.current_place().top()) - 34)
        reader.press(Qt.Key.Key_Return, SHIFT)
        reader.press(Qt.Key.Key_Return)
        hits += reader.current_place().right() > bar.left()
        assert not reader.current_place().intersects(bar)
    assert hits


def test_a_hit_far_to_the_right_of_unwrapped_code_is_brought_into_sight(reader: Reader) -> None:
    code = f"```\nshort = 1\nx = {'1 + ' * 200}needle\nneedle = 2\n```"
    reader.load(FILLING, code)
    assert reader.find("needle") == "1 of 2"
    assert reader.is_current_in_sight()
    assert reader.press(Qt.Key.Key_Return) == "2 of 2"
    assert reader.is_current_in_sight()
    shown = next(one for one in reader.view.scroller.shown if isinstance(one.box, CodeBox))
    assert isinstance(shown.box, CodeBox)
    assert shown.box.side.shift == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda view: view.set_zoom(1.5),
        lambda view: view.resize(500, 700),
        lambda view: view.set_code_look(CodeLook(is_wrapped=True, has_numbers=True)),
    ],
    ids=["zoom", "resize", "code"],
)
def test_hits_stay_through_changes_of_the_layout(reader: Reader, change: Callable[[Transcript], None]) -> None:
    reader.load("a **needle** 😀 needle\n\n```\nsome needle in code\n```\n\n| needle |\n|---|\n| b |")
    reader.find("needle")
    reader.press(Qt.Key.Key_Return)
    change(reader.view)
    assert reader.marked() == ["needle", "[needle]", "needle", "needle"]
    assert reader.press(Qt.Key.Key_Return) == "3 of 4"


def test_marks_are_painted_behind_their_words(reader: Reader) -> None:
    reader.load("first needle, second needle")
    reader.find("needle")
    style = reader.view.sheet.maker.style
    assert reader.pixels(style.hit) > 20
    assert reader.pixels(style.current_hit) > 20


def test_a_hit_that_a_soft_cut_goes_through_is_one_and_marked_whole(reader: Reader) -> None:
    """An endless word is cut into pieces of 1,200 letters: the 172nd hit has letters in two of them."""
    reader.load("needles" * 300)
    assert reader.find("needles") == "1 of 300"
    marked = "".join(reader.marked())
    assert marked.replace("[", "").replace("]", "") == "needles" * 300
    for _ in range(171):
        reader.press(Qt.Key.Key_Return)
    assert reader.said == "172 of 300"
    current = [words.strip("[]") for words in reader.marked() if words.startswith("[")]
    assert len(current) == 2
    assert "".join(current) == "needles"
    assert reader.is_current_in_sight()
