"""What a growing paragraph has painted: the lines that look different, and nothing less."""

from collections.abc import Callable
from random import Random

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Entry
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.pages import PERSONA, USER, picture, pieces_of, repainted

WORDS = "Some words that go on and on, "
MIXED = (
    "Words with **bold ones, many of them, longer than a line of this narrow view is wide**, `code that is long` and"
    " [a link with words](https://example.org/path) and *more* of ~~them~~ and https://example.net/x and $a_1 + b$ "
)
TURNED = "123 456, 789 012; " * 6 + "العربية עברית and back " + WORDS

MakeView = Callable[[], Transcript]


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make() -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(420, 700)
        view.show()
        view.add(Entry("q", USER, "Go on"))
        view.add(Entry("a", PERSONA), is_open=True)
        return view

    return make


@pytest.mark.parametrize("text", [MIXED * 2, "- " + MIXED * 2, "> " + MIXED, TURNED, MIXED + "\n---\n\n" + WORDS])
@pytest.mark.parametrize("seed", range(3))
def test_what_was_painted_in_part_equals_what_is_painted_anew(make_view: MakeView, text: str, seed: int) -> None:
    view = make_view()
    for piece in pieces_of(text, Random(seed), longest=25):
        view.add_text("a", piece)
        QApplication.processEvents()
        assert picture(view) == repainted(view)


def test_a_line_more_of_a_long_paragraph_paints_no_more_than_a_few_lines(make_view: MakeView) -> None:
    view = make_view()
    view.add_text("a", f"{WORDS}\n\n" * 20 + WORDS * 12)
    QApplication.processEvents()
    line = view.viewport().width() * view.sheet.maker.style.text_line
    for _ in range(10):
        before = view.painted_pixels
        view.add_text("a", WORDS)
        QApplication.processEvents()
        assert 0 < view.painted_pixels - before <= 4 * line
