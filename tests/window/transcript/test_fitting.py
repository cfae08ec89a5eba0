"""Another width: what is laid out is kept, only its lines are broken anew, and it looks as if made for that width."""

import pytest
from PySide6.QtWidgets import QApplication

from seproj_desktop.window.transcript.layout.box_maker import CodeLook
from seproj_desktop.window.transcript.layout.code_box import CodeBox, Side
from seproj_desktop.window.transcript.layout.shelf import LET_GO_AT_ONCE, MOST_BOXES
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.conftest import MakeView
from tests.window.transcript.pages import long_entries, look_ahead, picture

HEIGHT = 1400


@pytest.mark.parametrize("look", [CodeLook(), CodeLook(is_wrapped=True, has_numbers=True)])
@pytest.mark.parametrize("width", [700, 420, 240])
def test_a_resized_view_looks_as_one_that_had_that_size(make_view: MakeView, look: CodeLook, width: int) -> None:
    resized, made = make_view(800, HEIGHT), make_view(width, HEIGHT)
    for view in (resized, made):
        view.set_code_look(look)
        view.load(long_entries(4))
        view.scroll_to_start()
    resized.resize(width, HEIGHT)
    assert picture(resized) == picture(made)
    for view in (resized, made):
        view.scroll_by(900)
    assert picture(resized) == picture(made)
    assert resized.whole_text == made.whole_text


def test_a_resize_makes_no_box_that_is_there(make_view: MakeView) -> None:
    view = make_view(800, HEIGHT)
    view.load(long_entries(20))
    counters = view.sheet.counters
    made = counters.boxes_made
    for width in range(780, 600, -20):
        fitted = counters.boxes_fitted
        view.resize(width, HEIGHT)
        assert 0 < counters.boxes_fitted - fitted <= len(view.scroller.shown) + 1
    assert counters.boxes_made == made


def test_a_growing_answer_goes_on_after_a_resize(make_view: MakeView) -> None:
    resized, made = make_view(800, HEIGHT), make_view(500, HEIGHT)
    text = "| a | b |\n| - | - |\n" + "| some words that need room | and some more of them |\n" * 3
    for view in (resized, made):
        view.load([*long_entries(1)])
        view.add(long_entries(2)[1], is_open=True)
        view.add_text("m1", "\n\n```\n\n" + text)
    resized.resize(500, HEIGHT)
    for view in (resized, made):
        view.add_text("m1", "| the last | row |\n")
    assert picture(resized) == picture(made)


def test_code_that_fits_again_is_not_left_scrolled_aside(make_view: MakeView) -> None:
    view = make_view(400, HEIGHT)
    entry = long_entries(1)[0]
    view.load([type(entry)("a", entry.speaker, "```\n" + "x" * 60 + "\n```")])
    side = side_of(view)
    assert side.move(1000.0, box_of(view).room)
    view.resize(900, HEIGHT)
    QApplication.processEvents()
    assert side_of(view).shift == 0.0


def test_boxes_are_let_go_little_by_little(make_view: MakeView) -> None:
    view = make_view(800, HEIGHT)
    view.load(long_entries(120))
    shelf = view.sheet.shelf
    for _ in range(80):
        view.scroll_by(-HEIGHT)
        assert len(shelf) <= MOST_BOXES + LET_GO_AT_ONCE
    view.set_zoom(1.5)
    assert len(shelf) > MOST_BOXES - LET_GO_AT_ONCE
    while shelf.is_crowded:
        before = len(shelf)
        QApplication.processEvents()
        assert 0 < before - len(shelf) <= 2 * LET_GO_AT_ONCE
    look_ahead(view)
    kept = dict(shelf)
    assert {one.piece for one in view.scroller.shown} <= kept.keys()
    assert HEIGHT <= sum(piece.height for piece in kept) < 4 * HEIGHT


def box_of(view: Transcript) -> CodeBox:
    return next(one.box for one in view.scroller.shown if isinstance(one.box, CodeBox))


def side_of(view: Transcript) -> Side:
    return box_of(view).side
