"""What growing or scrolled text has painted: what looks different, and nothing less."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

import pytest
from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from seproj_desktop.window.controls import SlimScrollBar
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Entry
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.view import strips_beside
from tests.window.transcript.pages import PERSONA, USER, long_entries, look_ahead, on_screen, pieces_of

BESIDE = 20_000
"""Pixels of what floats over the text, where it was and where it is."""
WORDS = "Some words that go on and on, "
MIXED = (
    "Words with **bold ones, many of them, longer than a line of this narrow view is wide**, `code that is long` and"
    " [a link with words](https://example.org/path) and *more* of ~~them~~ and https://example.net/x and $a_1 + b$ "
)
TABLE = (
    "| a | b | c |\n| :- | -: | :-: |\n| 1 | `code` | [x](https://a.org) |\n| wider words | שלום עולם | **b** |\n"
    "| 3 | | ~~c~~ |\n| 4 | much wider words than any above | $x$ |\n| 5 | a | b |\n| 6 |\n| 7 | 8 | 9 |\n"
    "| 8 | `i` | j |" + "\n| 9 | words that come too late to widen the column | k |" * 6 + "\n\nAnd on."
)
TURNED = "123 456, 789 012; " * 6 + "العربية עברית and back " + WORDS


class Paints(QObject):
    """How often a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() is QEvent.Type.Paint
        return False


def same(one: QImage, other: QImage) -> bool:
    return one == other.convertToFormat(one.format())


MakeView = Callable[[], Transcript]


@pytest.fixture
def make_view(qtbot: QtBot, theme: Theme) -> MakeView:
    def make() -> Transcript:
        view = Transcript(theme)
        qtbot.addWidget(view)
        view.resize(420, 700)
        QCursor.setPos(0, 0)
        view.move(100, 100)  # not under the mouse, which would have the actions shown
        view.show()
        view.add(Entry("q", USER, "Go on"))
        view.add(Entry("a", PERSONA), is_open=True)
        return view

    return make


@pytest.mark.parametrize(
    "text", [MIXED * 2, "- " + MIXED * 2, "> " + MIXED, TURNED, MIXED + "\n---\n\n" + WORDS, TABLE]
)
@pytest.mark.parametrize("seed", range(3))
def test_what_was_painted_in_part_equals_what_is_painted_anew(make_view: MakeView, text: str, seed: int) -> None:
    view = make_view()
    for piece in pieces_of(text, Random(seed), longest=25):
        view.add_text("a", piece)
        seen = on_screen(view)
        assert same(seen, view.grab().toImage())


@pytest.mark.parametrize("seed", range(3))
def test_a_table_that_has_grown_in_place_equals_one_that_was_made_as_it_is(make_view: MakeView, seed: int) -> None:
    grown, rows = make_view(), TABLE.partition("\n\n")[0]
    so_far = ""
    for piece in pieces_of(rows, Random(seed), longest=25):
        grown.add_text("a", piece)
        so_far += piece
        made = make_view()
        made.add_text("a", so_far)
        assert same(grown.grab().toImage(), made.grab().toImage())
        assert grown.whole_text == made.whole_text
    assert grown.sheet.counters.boxes_made <= 16


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


def test_text_moves_around_what_hides_it_and_only_what_is_new_is_painted(make_view: MakeView) -> None:
    view = make_view()
    view.add_text("a", f"{WORDS}\n\n" * 60)
    view.action_bar.show_for(view.message("a"))
    look_ahead(view)
    assert same(on_screen(view), view.grab().toImage())
    actions, style = Paints(view.action_bar), view.sheet.maker.style
    line = (view.sheet.maker.width + 2 * style.grid) * style.text_line
    for _ in range(10):
        before = view.painted_pixels
        view.add_text("a", f"{WORDS}\n\n")
        QApplication.processEvents()
        assert view.painted_pixels - before <= 6 * line
    assert actions.count == 0
    assert same(on_screen(view), view.grab().toImage())


def test_text_moves_around_the_bar_of_a_search_too(make_view: MakeView) -> None:
    view = make_view()
    view.add_text("a", f"{WORDS}\n\n" * 60)
    view.open_find()
    look_ahead(view)
    bar = Paints(view.find_bar)
    for _ in range(10):
        view.add_text("a", f"{WORDS}\n\n")
        QApplication.processEvents()
    assert bar.count == 0
    assert same(on_screen(view), view.grab().toImage())


def test_a_step_up_or_down_paints_what_comes_into_sight(make_view: MakeView) -> None:
    view = make_view()
    for number, entry in enumerate(long_entries(20)):
        view.add(replace(entry, key=str(number)))
    look_ahead(view)
    dice, place = Random(5), view.viewport().geometry()
    for _ in range(120):
        step, painted = dice.choice((-1, 1)) * dice.randint(1, 90), view.painted_pixels
        view.scroll_by(step)
        look_ahead(view)
        assert view.painted_pixels - painted <= abs(step) * place.width() + BESIDE
        assert same(on_screen(view).copy(place), view.grab(place).toImage())


def test_the_bar_is_painted_where_its_handle_moves_and_not_with_every_line(make_view: MakeView) -> None:
    view = make_view()
    view.add_text("a", f"{WORDS}\n\n" * 1500)
    QApplication.processEvents()
    bar = view.verticalScrollBar()
    assert isinstance(bar, SlimScrollBar)
    before, top = bar.painted, bar.value()
    for _ in range(20):
        view.add_text("a", f"{WORDS}\n\n")
        QApplication.processEvents()
    assert (bar.value(), bar.painted - before <= 2) == (bar.maximum(), True)
    assert bar.value() > top


def test_strips_go_from_top_to_bottom_beside_what_is_held() -> None:
    whole = QRect(0, 0, 100, 100)
    assert strips_beside([], whole) == [whole]
    assert strips_beside([QRect(20, 0, 30, 10)], whole) == [
        QRect(0, 0, 20, 100),
        QRect(20, 10, 30, 90),
        QRect(50, 0, 50, 100),
    ]
