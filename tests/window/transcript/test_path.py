"""The path as it changes: after an answer was made again, a message edited, a version chosen, a branch deleted."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, Thought
from seproj_desktop.window.transcript.message import Part, Place
from seproj_desktop.window.transcript.selection import selected_text
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PAGE, PATIENCE, PERSONA, USER, long_entries, picture, repainted, thoughtful

CUT = Ending("Stopped", can_continue=True)
MakeView = Callable[..., Transcript]


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make(*entries: Entry, open_key: str | None = None, height: int = 600) -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(800, height)
        view.show()
        view.load(entries, open_key)
        return view

    return make


def talk(*texts: str) -> list[Entry]:
    """Questions and answers in turn; the keys are the texts."""
    return [Entry(text, PERSONA if number % 2 else USER, text) for number, text in enumerate(texts)]


def tops(view: Transcript) -> dict[tuple[str, Place], int]:
    """Where each piece in sight is."""
    return {(one.message.key, one.piece.place): one.top for one in view.scroller.shown}


def test_the_end_of_a_path_is_replaced(make_view: MakeView) -> None:
    one, other = talk("Hello", "Good day", "How are you", "Fine"), talk("Hello", "Good day", "And you", "Well")
    view, loaded = make_view(*one), make_view(*other)
    first = view.sheet.messages[0]
    view.show_path([*one[:2], *other[2:]])
    assert view.whole_text == loaded.whole_text
    assert picture(view) == picture(loaded)
    assert view.sheet.messages[0] is first
    assert view.message("And you") is view.sheet.messages[2]
    with pytest.raises(KeyError):
        view.message("Fine")


def test_messages_are_removed_and_added_at_the_end(make_view: MakeView) -> None:
    path = talk("One", "Two", "Three", "Four")
    view = make_view(*path)
    view.show_path(path[:1])
    assert view.whole_text == "You\nOne"
    view.show_path(path)
    assert view.whole_text == make_view(*path).whole_text
    view.show_path([])
    assert view.is_empty
    view.show_path(path)
    assert picture(view) == picture(make_view(*path))


def test_nothing_is_laid_out_anew_where_nothing_has_changed(make_view: MakeView) -> None:
    path = long_entries(30)
    view = make_view(*path)
    view.scroll_by(-2000)
    before, place = view.sheet.counters.boxes_made, tops(view)
    view.show_path(list(path))
    view.show_path([replace(entry) for entry in path])
    assert view.sheet.counters.boxes_made == before
    assert tops(view) == place


def test_ten_thousand_messages_are_told_apart_by_their_keys(make_view: MakeView) -> None:
    class Text(str):
        """A text that counts how often it is compared."""

        compared = 0

        def __eq__(self, other: object) -> bool:
            Text.compared += 1
            return str.__eq__(self, other)

        __hash__ = str.__hash__

    path = [Entry(f"m{number}", USER, Text(f"Message {number}")) for number in range(10_000)]
    view = make_view(*path)
    fresh = Entry("new", PERSONA, "An answer")
    split = sum(message.is_split for message in view.sheet.messages)
    view.show_path([*path[:-1], fresh])
    assert Text.compared == 0
    assert view.sheet.messages[-1].text == "An answer"
    assert sum(message.is_split for message in view.sheet.messages) <= split + 1
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()


def test_a_version_changes_under_the_eye_of_the_reader(make_view: MakeView) -> None:
    path = [*long_entries(8), replace(long_entries(1)[0], key="short", speaker=PERSONA, text="Short.")]
    long = replace(path[-1], key="long", text=PAGE * 3)
    view = make_view(*path)
    header = ("short", Place(Part.HEADER))
    top = tops(view)[header]
    view.show_path([*path[:-1], long])
    assert tops(view)["long", Place(Part.HEADER)] == top
    assert not view.scroller.is_following
    view.show_path(path)
    assert tops(view)[header] == top
    assert view.scroller.is_following


def test_a_version_that_is_flipped_from_its_middle_is_shown_from_its_beginning(make_view: MakeView) -> None:
    path = [*long_entries(3), Entry("one", PERSONA, PAGE * 3)]
    view = make_view(*path)
    view.scroll_by(-300)
    view.show_path([*path[:-1], Entry("other", PERSONA, PAGE * 4)])
    assert tops(view)["other", Place(Part.HEADER)] == 0


def test_what_is_above_a_change_stays_where_it_is(make_view: MakeView) -> None:
    path = long_entries(12)
    view = make_view(*path)
    view.scroll_by(-4000)
    before = tops(view)
    view.show_path(path[:-2])
    assert tops(view) == before


def test_an_answer_is_made_again_and_followed(make_view: MakeView) -> None:
    path = long_entries(4)
    view = make_view(*path)
    again = Entry("again", PERSONA, version=2, versions=2)
    view.show_path([*path[:-1], again], "again")
    assert view.message("again").is_open
    for _ in range(40):
        view.add_text("again", "More words.\n\n")
    assert view.verticalScrollBar().value() == view.verticalScrollBar().maximum()
    view.finish("again", Ending("figures"))
    ended = replace(again, text="More words.\n\n" * 40, ending=Ending("figures"))
    message, boxes = view.message("again"), view.sheet.counters.boxes_made
    view.show_path([*path[:-1], ended])
    assert view.message("again") is message
    assert view.sheet.counters.boxes_made == boxes


def test_a_path_that_comes_while_its_answer_streams_leaves_it_alone(make_view: MakeView) -> None:
    path = [*talk("Go on"), Entry("a", PERSONA)]
    view = make_view(*path, open_key="a")
    view.add_thinking("a", "Let me see.")
    view.add_text("a", "One ")
    message = view.message("a")
    so_far = replace(path[1], text="One ", thought=Thought("Let me see."), version=2, versions=2)
    view.show_path([path[0], so_far], "a")
    assert view.message("a") is message
    view.add_text("a", "two.")
    view.show_path([path[0], replace(so_far, text="One two.", ending=Ending("figures"))])
    assert view.message("a") is message
    assert not message.is_open
    assert view.whole_text.endswith("One two.\nfigures")


def test_a_cut_answer_opens_again_where_it_is(make_view: MakeView) -> None:
    cut = Entry("a", PERSONA, PAGE * 2 + "\n\nand so", ending=CUT)
    path = [*talk("Go on"), cut]
    view = make_view(*path)
    view.scroll_by(-700)
    before = tops(view)
    view.show_path([path[0], replace(cut, ending=Ending())], "a")
    assert tops(view) == before
    view.add_text("a", " on.")
    assert view.message("a").text.endswith("and so on.")
    assert "Stopped" not in view.whole_text


def test_thinking_that_is_open_stays_open(make_view: MakeView) -> None:
    cut = replace(thoughtful("a"), ending=CUT)
    view = make_view(cut)
    view.show_thought("a", is_open=True)
    view.show_path([replace(cut, ending=Ending())], "a")
    view.add_text("a", " More.")
    assert "First this.\nThen that.\nThe answer. More." in view.whole_text


def test_figures_of_thinking_that_goes_on_stay(make_view: MakeView) -> None:
    view = make_view(Entry("a", PERSONA), open_key="a")
    view.add_thinking("a", "One thing.")
    view.set_thought("a", seconds=1.0, tokens=3)
    view.show_path([Entry("a", PERSONA, thought=Thought("One thing."), versions=2)], "a")
    assert "Thinking…, 1.0 s, 3 tokens" in view.whole_text


def test_headers_and_endings_change_without_their_text(make_view: MakeView) -> None:
    path = talk("One", "Two")
    view = make_view(*path)
    pieces = [one.piece for one in view.scroller.shown]
    view.show_path([path[0], replace(path[1], version=2, versions=3, ending=CUT)])
    assert [one.piece for one in view.scroller.shown[: len(pieces)]] == pieces
    assert view.whole_text.endswith("Two\nStopped · Continue")
    view.show_path(path)
    assert picture(view) == picture(make_view(*path))


@pytest.mark.parametrize("seed", range(4))
def test_any_row_of_changes_ends_as_if_it_had_been_loaded(make_view: MakeView, seed: int) -> None:
    random = Random(seed)
    pool = [replace(entry, version=2, versions=3) if random.random() < 0.3 else entry for entry in long_entries(9)]
    pool = [replace(entry, text=entry.text[: random.randint(0, 900)]) for entry in pool]
    view = make_view()
    for _ in range(25):
        path = (
            random.sample(pool, random.randint(0, len(pool))) if random.random() < 0.5 else pool[: random.randint(0, 9)]
        )
        path = [replace(entry, ending=CUT) if random.random() < 0.2 else entry for entry in path]
        open_key = path[-1].key if path and random.random() < 0.3 else None
        view.show_path(path, open_key)
        view.scroll_by(random.randint(-900, 600))
        if open_key is not None:
            view.add_text(open_key, "\n\nMore of it.")
            view.finish(open_key, Ending("figures"))
            path[-1] = replace(path[-1], text=path[-1].text + "\n\nMore of it.", ending=Ending("figures"))
        assert picture(view) == repainted(view)
        assert view.sheet.height == sum(message.height for message in view.sheet.messages)
        assert view.whole_text == make_view(*path).whole_text


def test_focus_and_selection_do_not_outlive_their_messages(make_view: MakeView) -> None:
    path = talk("One", "Two", "Three", "Four")
    view = make_view(*path)
    view.commands.select_all()
    QTest.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    spot = view.sheet.first_in(view.message("Four"))
    assert spot is not None
    view.focus_piece(spot.message, spot.piece)
    view.show_path([*path[:3], Entry("Other", PERSONA, "Other")])
    assert view.moment.selection is None
    assert view.focused is not None
    assert view.focused[0] is view.message("Other")
    view.show_path(path[:3])
    assert view.focused is None


def test_a_long_copy_of_messages_that_are_gone_harms_nothing(make_view: MakeView, qtbot: QtBot) -> None:
    path = long_entries(60)
    view = make_view(*path)
    view.commands.select_all()
    with qtbot.waitSignal(view.commands.copied, timeout=PATIENCE):
        view.commands.copy()
        view.show_path(talk("One"))
    assert view.sheet.height == view.sheet.messages[0].height


def test_code_that_comes_back_is_coloured_again(make_view: MakeView) -> None:
    code, plain = Entry("code", PERSONA, "```python\nx = 1\n```"), Entry("plain", PERSONA, "No code")
    view = make_view(code)
    before = picture(view)
    view.show_path([plain])
    view.show_path([code])
    assert picture(view) == before


# A message that somebody is led to


def test_a_message_is_shown_and_marked_for_a_moment(make_view: MakeView, qtbot: QtBot) -> None:
    view = make_view(*long_entries(2_000))
    view.show_message("m500")
    assert tops(view)["m500", Place(Part.HEADER)] == 0
    marked = picture(view)
    assert view.moment.pointed_out is view.message("m500")
    qtbot.waitUntil(lambda: view.moment.pointed_out is None, timeout=PATIENCE)
    assert picture(view) != marked


def test_the_words_that_were_searched_are_selected(make_view: MakeView) -> None:
    texts = [f"Text {number}.\n\n{PAGE}\n\nThe café at number {number}." for number in range(40)]
    view = make_view(*(Entry(str(number), PERSONA, text) for number, text in enumerate(texts)))
    view.show_message("20", "cafe")
    selection = view.moment.selection
    assert selection is not None
    assert selected_text(view.sheet, selection) == "café"
    assert any(one.message.key == "20" and one.piece.place == selection.anchor.place for one in view.scroller.shown)
    view.show_message("7", "nowhere to be found")
    assert tops(view)["7", Place(Part.HEADER)] == 0
