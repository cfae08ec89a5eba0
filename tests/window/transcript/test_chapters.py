"""A long stored answer: only the chapter that is looked at is split, and nothing shows that there are chapters."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from benchmarks import corpus
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.finding.matching import Query
from seproj_desktop.window.transcript.finding.sections import Search, finished
from seproj_desktop.window.transcript.layout.sheet import Sheet
from seproj_desktop.window.transcript.markdown.chapters import CHAPTER
from seproj_desktop.window.transcript.message import Message, Part, Place, Stub
from seproj_desktop.window.transcript.selection import everything, selected_text, source_parts
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PATIENCE, PERSONA, USER, picture

TEXT = corpus.answer(20_000)
LINE_OF_MIDDLE = "## A heading in the middle of everything"
LONG = f"{TEXT[:40_000].rpartition(chr(10) * 2)[0]}\n\n{LINE_OF_MIDDLE}\n\n{TEXT[40_000:].partition(chr(10) * 2)[2]}"


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> Transcript:
    view = Transcript(theme)
    qtbot.addWidget(view)
    view.resize(700, 700)
    view.move(100, 100)
    view.show()
    return view


def load(view: Transcript) -> Message:
    view.load([Entry("q", USER, "Go on"), Entry("a", PERSONA, LONG, ending=Ending("figures"))])
    QApplication.processEvents()
    return view.message("a")


def stream(view: Transcript) -> Message:
    view.load([Entry("q", USER, "Go on")])
    view.add(Entry("a", PERSONA), is_open=True)
    for start in range(0, len(LONG), 5_000):
        view.add_text("a", LONG[start : start + 5_000])
    view.finish("a", Ending("figures"))
    QApplication.processEvents()
    return view.message("a")


def unread(message: Message) -> list[int]:
    """Where the chapters begin that have not been split."""
    contents = [(piece.place.segment, piece.content) for piece in message.pieces]
    return [start for start, content in contents if isinstance(content, Stub) and content.is_chapter]


def read_all(sheet: Sheet, message: Message) -> list[object]:
    spot, found = sheet.first_in(message), list[object]()
    while spot is not None and spot.message is message:
        found.append(spot.piece.content)
        spot = sheet.next(spot)
    return found


def test_opening_splits_the_end_alone(view: Transcript) -> None:
    message = load(view)
    assert len(unread(message)) >= 3
    assert unread(message)[-1] <= len(LONG) - CHAPTER
    assert view.sheet.counters.characters_parsed < CHAPTER
    assert message.text == LONG


def test_it_consists_of_what_it_does_when_it_streams(view: Transcript) -> None:
    stored = read_all(view.sheet, load(view))
    assert stored == read_all(view.sheet, stream(view))


def test_the_same_is_on_the_screen_at_both_ends(view: Transcript) -> None:
    load(view)
    end = picture(view)
    view.scroll_to_start()
    start = picture(view)
    stream(view)
    assert picture(view) == end
    view.scroll_to_start()
    assert picture(view) == start


def test_scrolling_up_opens_one_chapter_after_the_other_and_nothing_jumps(view: Transcript) -> None:
    message = load(view)
    before = len(unread(message))
    while len(unread(message)) == before:
        piece, top = view.scroller.shown[-1].piece, view.scroller.shown[-1].top
        view.scroll_by(-50)
        moved = {one.piece: one.top for one in view.scroller.shown}
        assert moved.get(piece, top + 50) == top + 50
    assert len(unread(message)) == before - 1


def test_the_bar_leads_into_a_chapter_that_has_not_been_read(view: Transcript) -> None:
    message = load(view)
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    place = view.scroller.shown[0].piece.place
    assert 0.3 * len(LONG) < place.segment < 0.7 * len(LONG)
    assert 0 in unread(message)


def is_in_sight(view: Transcript, words: str) -> bool:
    return any(words in one.box.source(0, one.box.length) for one in view.scroller.shown)


def test_find_counts_in_chapters_and_shows_the_hit(view: Transcript, qtbot: QtBot) -> None:
    message = load(view)
    search = Search(Query("the"))
    in_chapters = finished(search.count(message))
    unsplit = finished(search.count(Message(Entry("b", PERSONA, LONG))))
    assert in_chapters == unsplit
    assert 0 in unread(message)
    view.show_message("a", LINE_OF_MIDDLE.strip("# "))
    qtbot.waitUntil(lambda: is_in_sight(view, LINE_OF_MIDDLE.strip("# ")), timeout=PATIENCE)
    assert len(unread(message)) >= 2


def test_a_place_in_a_chapter_is_found_without_the_others(view: Transcript) -> None:
    message = load(view)
    start = unread(message)[1]
    spot = view.sheet.spot(message, Place(Part.BODY, start + 3))
    assert spot is not None
    assert start <= spot.place.segment <= start + 4
    assert start not in unread(message)
    assert 0 in unread(message)


def test_everything_is_copied(view: Transcript) -> None:
    load(view)
    selection = everything(view.sheet)
    assert selection is not None
    assert "".join(source_parts(view.sheet, selection)).endswith(LONG.strip("\n"))
    stored = selected_text(view.sheet, selection)
    stream(view)
    selection = everything(view.sheet)
    assert selection is not None
    assert stored == selected_text(view.sheet, selection)
