"""Code is coloured while it grows, and by Pygments once it is closed; each transcript gets its own."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.code_blocks import CodeBlock
from seproj_desktop.window.transcript.colours.kinds import Kind
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.layout.code_box import CodeBox
from seproj_desktop.window.transcript.message import Part
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.workshop.workshop import Workshop
from tests.window.transcript.pages import PATIENCE, PERSONA, look_ahead

CODE = "def greet(name):\n    return 'Hello'\n"


@pytest.fixture
def workshop(qtbot: QtBot) -> Iterator[Workshop]:
    made = Workshop(time_limit=PATIENCE)
    yield made
    made.close()


def view_of(qtbot: QtBot, theme: Theme, workshop: Workshop | None = None) -> Transcript:
    view = Transcript(theme, workshop)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.show()
    return view


def block(view: Transcript) -> CodeBlock:
    one = next(one for one in view.scroller.shown if isinstance(one.box, CodeBox))
    found = view.code_blocks.block(one.message, one.message.index_of(one.piece.place))
    assert found is not None
    return found


def kinds(view: Transcript, line: int) -> set[Kind]:
    return {kind for _, _, kind in block(view).colouring.spans(line)}


def test_lines_have_colours_as_they_come(qtbot: QtBot, theme: Theme) -> None:
    view = view_of(qtbot, theme)
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_text("a", "```python\nde")
    assert kinds(view, 0) == set()
    view.add_text("a", "f greet(name):")
    assert Kind.KEYWORD in kinds(view, 0)
    view.add_text("a", "\n    return 'Hel")
    assert Kind.STRING in kinds(view, 1)
    view.add_text("a", "lo'\n```\n")
    view.finish("a", Ending())
    assert Kind.KEYWORD in kinds(view, 1)


def test_long_blocks_are_coloured_in_slices(qtbot: QtBot, theme: Theme) -> None:
    view = view_of(qtbot, theme)
    lines = 3000
    view.load([Entry("a", PERSONA, "```python\n" + "x = 'text'\n" * lines + "```")])
    look_ahead(view)
    qtbot.waitUntil(lambda: block(view).colouring.known >= lines - 1, timeout=PATIENCE)
    assert Kind.STRING in kinds(view, lines - 10)
    one = next(one for one in view.scroller.shown if isinstance(one.box, CodeBox))
    assert one.piece.place.part is Part.BODY


def test_pygments_has_the_last_word(qtbot: QtBot, theme: Theme, workshop: Workshop) -> None:
    view = view_of(qtbot, theme, workshop)
    with qtbot.waitSignal(workshop.colours_arrived, timeout=PATIENCE):
        view.load([Entry("a", PERSONA, f"```python\n{CODE}```")])
    assert Kind.KEYWORD in kinds(view, 0)


def test_transcripts_that_share_a_workshop_do_not_mix(qtbot: QtBot, theme: Theme, workshop: Workshop) -> None:
    first, second = view_of(qtbot, theme, workshop), view_of(qtbot, theme, workshop)
    second.load([Entry("a", PERSONA, "```text\nplain words\n```")])
    with qtbot.waitSignal(workshop.colours_arrived, timeout=PATIENCE):
        first.load([Entry("a", PERSONA, f"```python\n{CODE}```")])
    assert Kind.KEYWORD in kinds(first, 0)
    assert kinds(second, 0) == set()


def test_a_block_that_was_scrolled_out_before_its_colours_came_shows_them_when_it_is_back(
    qtbot: QtBot, theme: Theme
) -> None:
    view = view_of(qtbot, theme)
    view.load([Entry("a", PERSONA, f"```python\n{CODE}```\n\n" + "Words.\n\n" * 60)])
    view.scroll_to_start()
    piece = next(one.piece for one in view.scroller.shown if isinstance(one.box, CodeBox))
    found = block(view)
    view.scroll_to_end()
    before = view.sheet.known_box(piece)
    assert before is not None
    found.colouring.adopt(0, [((0, 3, Kind.COMMENT),)])
    view.code_blocks.coloured.emit(found.message, found.start, 0, 1)
    assert view.sheet.known_box(piece) is None
    view.scroll_to_start()
    assert view.sheet.known_box(piece) is not before
    assert kinds(view, 0) == {Kind.COMMENT}
