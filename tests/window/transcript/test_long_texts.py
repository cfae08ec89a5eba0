"""A text that is too long to be split at once: bars for a moment, then the text, and nothing jumps or is lost."""

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.reader import Reader as MessageReader
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker, Thought
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.layout.line_boxes import BacklogBox
from seproj_desktop.window.transcript.markdown.blocks import Code, Leaf
from seproj_desktop.window.transcript.message import BACKLOG, Part, Place, Stub
from seproj_desktop.window.transcript.message_text import GROUP
from seproj_desktop.window.transcript.selection import selected_text
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.conftest import MakeView
from tests.window.transcript.finder import Reader
from tests.window.transcript.pages import PATIENCE, PERSONA, USER, long_entries, look_ahead, picture, repainted

LOG = "".join(f"10:00 worker {number} is ready, and says so in a line of its own\n" for number in range(6_000))
PARAGRAPHS = "".join(f"words {number}\n\n" for number in range(3_000))
CODE = "Here:\n\n```python\n" + "value = compute(1)\n" * 20_000 + "```\n"
ENDLESS = "".join(f"word{number} " for number in range(80_000))


def is_waiting(view: Transcript) -> bool:
    return any(isinstance(one.box, BacklogBox) for one in view.scroller.shown)


def is_coloured(view: Transcript) -> bool:
    """Whether the last line of code has its colours, if there is code in sight."""
    for one in view.scroller.shown:
        if isinstance(one.box, CodeBox) and isinstance(one.piece.content, Leaf):
            block = view.code_blocks.block(one.message, one.message.index_of(one.piece.place))
            code = one.piece.content.block
            if block is None or not isinstance(code, Code) or block.colouring.known < code.first + len(code.lines) - 1:
                return False
    return True


def stream_into(view: Transcript, speaker: Speaker, text: str) -> None:
    """The same conversation with an answer that has come bit by bit."""
    view.load([Entry("q", USER, "Go on")])
    view.add(Entry("a", speaker), is_open=True)
    for start in range(0, len(text), 1_000):
        view.add_text("a", text[start : start + 1_000])
    view.finish("a", Ending("the end"))
    look_ahead(view)


def first_line(view: Transcript) -> tuple[str, float]:
    """The first whole line in sight, and where it is."""
    hold = view.scroller.hold()
    assert hold is not None
    shown = next(one for one in view.scroller.shown if one.piece.place == hold.place)
    return shown.box.source(hold.position, shown.box.length)[:40], hold.y


@pytest.mark.parametrize("text", [LOG, PARAGRAPHS, CODE, ENDLESS], ids=["log", "paragraphs", "code", "endless"])
@pytest.mark.parametrize("speaker", [USER, PERSONA], ids=["typed", "answered"])
def test_it_is_bars_first_and_then_looks_as_if_it_had_been_split_at_once(
    make_view: MakeView, qtbot: QtBot, text: str, speaker: Speaker
) -> None:
    view, other = make_view(), make_view()
    view.load([Entry("q", USER, "Go on"), Entry("a", speaker, text, ending=Ending("the end"))])
    assert is_waiting(view)
    look_ahead(view)
    assert not is_waiting(view)
    assert view.message("a").text == text
    stream_into(other, speaker, text)
    qtbot.waitUntil(lambda: is_coloured(view) and is_coloured(other), timeout=PATIENCE)
    assert picture(view) == picture(other)
    assert picture(view) == repainted(view)
    assert view.scroller.is_at_end


def test_what_is_pasted_and_sent_is_there_at_once(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(4))
    view.add(Entry("a", USER, LOG))
    assert is_waiting(view)
    assert picture(view) == repainted(view)
    look_ahead(view)
    assert "worker 5999" in first_to_last(view)


def first_to_last(view: Transcript) -> str:
    return "\n".join(one.box.source(0, one.box.length) for one in view.scroller.shown)


def test_what_is_below_stays_where_it_is(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG), *long_entries(3)])
    message = view.message("m0")
    view.show_top(message, Place(Part.HEADER))
    view.scroll_by(-200)
    assert is_waiting(view)
    before = top_of(view, "m0")
    look_ahead(view)
    assert not is_waiting(view)
    assert top_of(view, "m0") == before


def top_of(view: Transcript, key: str) -> int:
    return next(one.top for one in view.scroller.shown if one.message.key == key)


def test_what_is_above_stays_where_it_is(make_view: MakeView) -> None:
    view = make_view()
    view.load([*long_entries(3), Entry("a", USER, LOG), *long_entries(2)])
    view.show_top(view.message("a"), Place(Part.HEADER))
    view.scroll_by(-150)
    assert is_waiting(view)
    before, total = (top_of(view, "m2"), top_of(view, "a")), view.scroller.total
    look_ahead(view)
    assert not is_waiting(view)
    assert (top_of(view, "m2"), top_of(view, "a")) == before
    assert view.scroller.total != total


def test_in_the_midst_one_is_as_far_into_it(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG), *long_entries(2)])
    view.scroll_to_start()
    value = view.message("a").height // 3
    view.verticalScrollBar().setValue(value)
    assert is_waiting(view)
    assert len(view.scroller.shown) == 1
    look_ahead(view)
    words, _ = first_line(view)
    assert 1_700 < int(words.split("worker ")[1].split()[0]) < 2_300


def test_scrolling_meanwhile_is_followed(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG), *long_entries(2)])
    view.show_top(view.message("m0"), Place(Part.HEADER))
    view.scroll_by(-100)
    before = top_of(view, "m0")
    view.sheet.split_on(view.message("a"))
    assert is_waiting(view)
    view.scroll_by(-50)
    assert not is_waiting(view)
    assert top_of(view, "m0") == before + 50


def test_another_width_meanwhile(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG)])
    view.resize(500, 600)
    assert is_waiting(view)
    look_ahead(view)
    assert "worker 5999" in first_to_last(view)
    assert picture(view) == repainted(view)


def test_another_conversation_meanwhile(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG)])
    view.load(long_entries(2))
    look_ahead(view)
    assert not view.sheet.has_backlog


def test_an_answer_that_comes_whole_is_split_while_it_is_followed(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("q", USER, "Go on")])
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", "First.\n\n")
    view.add_text("a", PARAGRAPHS)
    assert is_waiting(view)
    view.add_text("a", "Last.")
    view.finish("a", Ending("the end"))
    look_ahead(view)
    assert "Last." in first_to_last(view)
    assert view.scroller.is_at_end


def test_the_keyboard_is_in_the_text_afterwards(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("q", USER, "Go on"), Entry("a", PERSONA, PARAGRAPHS)])
    message = view.message("a")
    view.focus_piece(message, message.pieces[-1])
    assert view.focused == (message, message.pieces[-1])
    look_ahead(view)
    assert view.focused is not None
    assert view.focused[1] in message.pieces
    assert view.focused[1].place == Place(Part.BODY)


def test_copying_takes_all_of_it_before_it_is_split(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG), Entry("b", PERSONA, PARAGRAPHS)])
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy()
    said = QGuiApplication.clipboard().text()
    assert said == f"You:\n\n{LOG.strip()}\n\nDeveloper:\n\n{PARAGRAPHS.strip()}"
    view.load([Entry("a", USER, LOG), Entry("b", PERSONA, PARAGRAPHS)])
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy_source()
    assert QGuiApplication.clipboard().text() == f"{LOG.strip()}\n\n{PARAGRAPHS.strip()}"


@pytest.mark.parametrize("when", ["before", "after"])
def test_the_search_counts_what_is_there_whenever_it_begins(qtbot: QtBot, theme: Theme, when: str) -> None:
    person = Reader(qtbot, theme)
    person.load("Short.", ENDLESS)
    view = person.view
    view.scroll_to_end()
    if when == "after":
        look_ahead(view)
        groups = [one for one in view.message("1").pieces if isinstance(one.content, Stub) and one.content.is_chapter]
        assert groups
    view.finding.search("word77 word78")
    qtbot.waitUntil(lambda: view.finding.counting.is_complete, timeout=PATIENCE)
    assert (view.finding.count, view.finding.number) == (1, 1)
    assert "word77 word78" in first_to_last(view)


def test_one_is_led_to_words_in_it(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([*long_entries(2), Entry("a", USER, LOG), *long_entries(2)])
    view.show_message("a", "worker 4321 is")
    assert view.scroller.shown[0].message is view.message("a")
    qtbot.waitUntil(lambda: "worker 4321 is" in first_to_last(view), timeout=PATIENCE)
    selection = view.moment.selection
    assert selection is not None
    assert selected_text(view.sheet, selection) == "worker 4321 is"


def test_who_goes_elsewhere_meanwhile_stays_there(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([*long_entries(2), Entry("a", USER, LOG), *long_entries(9)])
    view.show_message("a", "worker 4321 is")
    view.scroll_to_end()
    before = picture(view)
    assert view.is_seeking
    look_ahead(view)
    qtbot.waitUntil(lambda: not view.is_seeking, timeout=PATIENCE)
    assert picture(view) == before


def test_a_message_that_goes_meanwhile_is_not_looked_for(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG)])
    view.show_message("a", "worker 4321 is")
    view.load(long_entries(3))
    qtbot.waitUntil(lambda: not view.is_seeking, timeout=PATIENCE)
    assert view.scroller.is_at_end
    assert view.moment.selection is None


def test_words_across_two_groups_are_one_hit(qtbot: QtBot, theme: Theme) -> None:
    person = Reader(qtbot, theme)
    person.load(ENDLESS)
    view = person.view
    look_ahead(view)
    message = view.message("0")
    segments = dict(message.segments())
    last, first = segments[GROUP - 1].text.split()[-1], segments[GROUP].text.split()[0]
    view.scroll_to_end()
    view.finding.search(f"{last} {first}")
    qtbot.waitUntil(lambda: view.finding.counting.is_complete, timeout=PATIENCE)
    assert view.finding.count == 1


def test_it_is_read_letter_by_letter_as_a_whole(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG)])
    view.reader_door.open()
    reader = view.findChild(MessageReader)
    assert reader is not None
    qtbot.waitUntil(lambda: "worker 5999" in reader.toPlainText(), timeout=PATIENCE)
    assert reader.toPlainText() == f"You:\n\n{LOG}".rstrip("\n")


def test_of_a_long_block_of_code_only_what_is_looked_at_is_read(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", PERSONA, CODE)])
    look_ahead(view)
    assert view.sheet.counters.characters_parsed < len(CODE) // 10
    qtbot.waitUntil(lambda: is_coloured(view), timeout=PATIENCE)


def test_a_screen_reader_is_told_its_blocks(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("a", PERSONA, PARAGRAPHS)])
    message = view.message("a")
    assert message.index_of(BACKLOG) < len(message.pieces)
    view.sheet.split_chapters(message)
    assert len(message.pieces) == 3_001
    look_ahead(view)
    assert not is_waiting(view)
    assert "words 2999" in first_to_last(view)


HEAVY = "*a **b " * 6_000


def test_what_is_dear_to_read_comes_in_several_frames(make_view: MakeView) -> None:
    view, other = make_view(), make_view()
    view.load([Entry("q", USER, "Go on"), Entry("a", PERSONA, HEAVY, ending=Ending("the end"))])
    begun = view.sheet.effort
    last = view.scroller.shown[-1]
    assert view.scroller.shown[0].top > 0
    look_ahead(view)
    assert view.scroller.shown[0].top <= 0
    assert view.sheet.effort > 2 * begun
    assert view.scroller.shown[-1] == last
    stream_into(other, PERSONA, HEAVY)
    assert picture(view) == picture(other)
    assert picture(view) == repainted(view)


def test_from_the_top_as_well(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("q", USER, "Go on"), Entry("a", PERSONA, HEAVY)])
    view.scroll_to_start()
    assert view.scroller.is_incomplete
    top = view.scroller.shown[0]
    look_ahead(view)
    assert view.scroller.shown[0] == top
    assert view.scroller.shown[-1].bottom >= view.viewport().height()


def test_an_answer_that_comes_whole_and_is_dear_to_read_is_followed(make_view: MakeView) -> None:
    view = make_view()
    view.load([Entry("q", USER, "Go on")])
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", HEAVY)
    view.add_text("a", "and the last words")
    look_ahead(view)
    assert view.scroller.is_at_end
    assert "and the last words" in first_to_last(view).replace("\n", " ")
    parsed = view.sheet.counters.characters_parsed
    view.add_text("a", "!")
    look_ahead(view)
    assert view.sheet.counters.characters_parsed - parsed < 3_000


def test_pages_of_ordinary_text_come_in_one_frame(make_view: MakeView) -> None:
    view = make_view(height=2_000)
    view.load(long_entries(30))
    assert not view.scroller.is_incomplete
    assert view.scroller.shown[0].top <= 0
    for value in (0.2, 0.5, 0.8):
        view.verticalScrollBar().setValue(round(value * view.verticalScrollBar().maximum()))
        assert not view.scroller.is_incomplete


def test_the_source_of_what_lies_between_is_copied_unsplit(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view()
    view.load([Entry("a", USER, LOG), Entry("b", PERSONA, PARAGRAPHS), Entry("c", USER, LOG)])
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy_source()
    assert QGuiApplication.clipboard().text() == f"{LOG.strip()}\n\n{PARAGRAPHS.strip()}\n\n{LOG.strip()}"
    assert not view.message("b").is_split


def test_of_long_thinking_only_what_is_in_sight_is_read(make_view: MakeView) -> None:
    view, other = make_view(), make_view()
    text = "Wait, `that` is **not** so.\n\n```python\nx = 1\n```\n\n" * 2_000
    view.load([Entry("a", PERSONA, "So be it.", Thought(text))])
    before = view.sheet.counters.characters_parsed
    view.show_thought("a", is_open=True)
    assert view.sheet.counters.characters_parsed - before < len(text) / 10
    other.add(Entry("a", PERSONA), is_open=True)
    other.show_thought("a", is_open=True)
    for start in range(0, len(text), 1_000):
        other.add_thinking("a", text[start : start + 1_000])
    other.add_text("a", "So be it.")
    other.finish("a", Ending())
    other.set_thought("a", seconds=None, tokens=None)
    for one in (view, other):
        one.show_top(one.message("a"), Place(Part.THOUGHT, 900))
        look_ahead(one)
    assert picture(view) == picture(other)
    assert view.whole_text == other.whole_text


def test_live_thinking_that_is_opened_late_is_read_from_its_end(make_view: MakeView) -> None:
    view = make_view()
    view.add(Entry("a", PERSONA), is_open=True)
    text = "One more thing.\n\n" * 3_000
    view.add_thinking("a", text)
    before = view.sheet.counters.characters_parsed
    view.show_thought("a", is_open=True)
    view.add_thinking("a", "The last thing.")
    assert view.sheet.counters.characters_parsed - before < len(text) / 10
    assert view.whole_text.count("thing.") == 3_001
