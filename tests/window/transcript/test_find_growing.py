"""Finding while text arrives, in other conversations, and in many messages."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry
from tests.window.transcript.finder import ALICE, FILLING, SHIFT, YOU, Reader


@pytest.fixture
def reader(qtbot: QtBot, theme: Theme) -> Reader:
    return Reader(qtbot, theme)


# Growing text


def test_words_that_arrive_are_counted_and_marked_at_once(reader: Reader) -> None:
    reader.view.load([Entry("q", YOU, "a needle?")])
    reader.view.add(Entry("a", ALICE), is_open=True)
    assert reader.find("needle") == "1 of 1"
    reader.view.add_text("a", "One nee")
    reader.view.add_text("a", "dle and **nee")
    assert reader.marked() == ["[needle]", "needle"]
    reader.view.add_text("a", "dle**")
    assert reader.marked() == ["[needle]", "needle", "needle"]
    reader.wait_for("1 of 3")
    reader.view.add_text("a", "\n\nAnother needle")
    reader.view.finish("a", Ending("done"))
    reader.wait_for("1 of 4")


def test_the_current_hit_stays_while_text_grows_around_it(reader: Reader) -> None:
    reader.view.add(Entry("a", ALICE), is_open=True)
    reader.view.add_text("a", "first needle\n\nsecond needle")
    assert reader.find("needle") == "1 of 2"
    assert reader.press(Qt.Key.Key_Return) == "2 of 2"
    for number in range(30):
        reader.view.add_text("a", f"\n\nmore of it, {number}\n\n```\nneedle {number}\n```\n")
    assert reader.press(Qt.Key.Key_Return) == "3 of 32"
    assert reader.press(Qt.Key.Key_Return, SHIFT) == "2 of 32"


def test_words_that_arrive_later_move_nothing(reader: Reader) -> None:
    reader.load(FILLING, FILLING)
    assert reader.find("needle") == "nothing found"
    seen = reader.seen()
    reader.view.add(Entry("a", ALICE, "here is the needle"))
    reader.wait_for("1 of 1")
    assert reader.seen() == seen
    reader.press(Qt.Key.Key_Return)
    assert reader.is_current_in_sight()


def test_a_current_hit_that_goes_away_gives_way_to_the_next(reader: Reader) -> None:
    reader.view.add(Entry("a", ALICE), is_open=True)
    reader.view.add_text("a", "needle [needle](")
    assert reader.find("needle") == "1 of 2"
    reader.press(Qt.Key.Key_Return)
    reader.view.add_text("a", "https://example.org) and needle")
    reader.wait_for("2 of 3")
    assert reader.marked() == ["needle", "[needle]", "needle"]


def test_definitions_that_come_last_are_known_to_the_count(reader: Reader) -> None:
    reader.view.add(Entry("a", ALICE), is_open=True)
    reader.view.add_text("a", "nee[dle][1] is cut\n\n[1]: https://example.org\n\nmore")
    assert reader.find("needle") == "nothing found"
    reader.view.finish("a", Ending())
    reader.wait_for("1 of 1")
    assert reader.marked() == ["[needle]"]


def test_another_conversation_is_searched_anew_without_moving(reader: Reader) -> None:
    reader.load("needle", "needle")
    reader.find("needle")
    reader.view.load([Entry("x", ALICE, "needle"), Entry("y", ALICE, FILLING)])
    seen = reader.seen()
    reader.wait_for("1 of 1")
    assert reader.seen() == seen
    reader.press(Qt.Key.Key_Return)
    assert reader.marked() == ["[needle]"]
    reader.view.clear()
    reader.wait_for("nothing found")


# Many messages


def test_two_thousand_messages_are_searched_in_small_steps(reader: Reader) -> None:
    texts = [f"Message {number}: " + "some words without it. " * 30 for number in range(2000)]
    texts[1500] = "The **nee**dle is here, [link](https://example.org) as well."
    reader.load(*texts)
    counting = reader.view.finding.counting
    split = [message for message in reader.view.sheet.messages if message.is_split]
    assert reader.find("needle") == "1 of 1"
    assert reader.is_current_in_sight()
    # What cannot have the words is neither parsed nor split.
    assert counting.search.effort.segments_parsed == 1
    assert sum(message.is_split for message in reader.view.sheet.messages) <= len(split) + 20


def test_typing_another_letter_gives_up_the_search_before(reader: Reader) -> None:
    reader.load(*(f"needles and pins {number}" for number in range(500)))
    reader.view.open_find()
    reader.field.setText("needle")
    first = reader.view.finding.counting.search
    reader.field.setText("needles")
    assert reader.wait() == "1 of 500"
    assert first.effort.texts_searched < 500


def test_nothing_is_searched_again_but_what_has_changed(reader: Reader) -> None:
    reader.view.add(Entry("a", ALICE), is_open=True)
    for number in range(60):
        reader.view.add_text("a", f"Paragraph {number} with a needle.\n\n")
    reader.view.scroll_to_start()
    assert reader.find("needle") == "1 of 60"
    effort = reader.view.finding.counting.search.effort
    before = effort.texts_searched
    reader.view.add_text("a", "One more needle")
    reader.wait_for("1 of 61")
    assert effort.texts_searched - before <= 3


def test_a_search_that_is_not_complete_says_so(reader: Reader) -> None:
    reader.load(*("needle " * 200 for _ in range(300)))
    said: list[str] = []
    reader.view.finding.changed.connect(lambda *_: said.append(reader.said))
    assert reader.find("needle") == "1 of 60,000"
    assert any(words.endswith("+") for words in said)
