"""What the view shows while text arrives, while it is scrolled, and after its size or style has changed."""

from random import Random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from seproj_desktop.window.theme import COLUMN_WIDTH, Theme
from seproj_desktop.window.transcript.entries import Ending, Entry
from seproj_desktop.window.transcript.layout.box_maker import CodeLook
from seproj_desktop.window.transcript.transcript import Transcript
from tests.window.transcript.conftest import MakeView
from tests.window.transcript.pages import (
    PAGE,
    PERSONA,
    USER,
    long_entries,
    look_ahead,
    picture,
    pieces_of,
    repainted,
    thoughtful,
)


@pytest.mark.parametrize("seed", range(6))
def test_streamed_text_looks_as_text_that_is_loaded(make_view: MakeView, seed: int) -> None:
    random = Random(seed)
    text = PAGE[: random.randint(20, len(PAGE))] if seed else PAGE
    streamed, loaded = make_view(height=1400), make_view(height=1400)
    streamed.add(Entry("q", USER, "Go on"))
    streamed.add(Entry("a", PERSONA), is_open=True)
    for piece in pieces_of(text, random):
        streamed.add_text("a", piece)
        if random.random() < 0.3:
            QApplication.processEvents()
    streamed.finish("a", Ending("the end"))
    loaded.load([Entry("q", USER, "Go on"), Entry("a", PERSONA, text, ending=Ending("the end"))])
    assert picture(streamed) == picture(loaded)
    assert streamed.whole_text == loaded.whole_text


@pytest.mark.parametrize("cut", range(10, len(PAGE), 97))
def test_text_that_is_still_open_looks_as_text_that_came_at_once(make_view: MakeView, cut: int) -> None:
    slow, quick = make_view(height=1400), make_view(height=1400)
    for view in (slow, quick):
        view.add(Entry("a", PERSONA), is_open=True)
    for piece in pieces_of(PAGE[:cut], Random(cut)):
        slow.add_text("a", piece)
    quick.add_text("a", PAGE[:cut])
    assert picture(slow) == picture(quick)


def test_moved_pixels_equal_painted_ones(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(4))
    view.add(Entry("a", PERSONA), is_open=True)
    random = Random(3)
    for piece in pieces_of(PAGE * 2, random):
        view.add_text("a", piece)
        QApplication.processEvents()
        assert picture(view) == repainted(view)
    for _ in range(40):
        view.scroll_by(random.randint(-300, 250))
        QApplication.processEvents()
        assert picture(view) == repainted(view)


@pytest.mark.parametrize("page", [-1, 1])
def test_what_the_next_page_shows_is_laid_out_between_two_events(make_view: MakeView, page: int) -> None:
    view = make_view()
    view.load(long_entries(40))
    counters = view.sheet.counters
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    seen = [one[3:] for one in view.scroller.shown]
    look_ahead(view)
    assert [one[3:] for one in view.scroller.shown] == seen
    boxes, characters = counters.boxes_made, counters.characters_parsed
    view.scroll_by(page * view.viewport().height())
    assert (counters.boxes_made, counters.characters_parsed) == (boxes, characters)


def test_a_turn_lays_out_one_piece_ahead_and_the_bar_learns_of_its_height(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(40))
    counters, bar = view.sheet.counters, view.verticalScrollBar()
    made, is_left = counters.boxes_made, True
    while is_left:
        is_left = view.scroller.lay_out_ahead()
        assert counters.boxes_made == made + is_left
        made = counters.boxes_made
    look_ahead(view)
    assert bar.maximum() == view.scroller.total - view.viewport().height()


def test_the_end_stays_in_sight_only_while_the_person_is_there(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(6))
    view.add(Entry("a", PERSONA), is_open=True)
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    assert not view.end_button.isVisible()
    view.scroll_by(-500)
    assert view.end_button.isVisible()
    before = picture(view)
    for piece in pieces_of(PAGE * 3, Random(1)):
        view.add_text("a", piece)
    assert picture(view) == before
    view.end_button.click()
    assert bar.value() == bar.maximum()
    view.add_text("a", "\n\nThe very last words.")
    assert view.scroller.is_at_end


def test_nothing_moves_while_what_is_above_gets_its_real_height(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(60))
    view.scroll_by(-3000)
    hold = view.scroller.hold()
    assert hold is not None
    view.verticalScrollBar().setValue(0)
    view.scroll_to_end()
    view.show_top(hold.message, hold.place)
    before = picture(view)
    view.show_thought(view.sheet.messages[0].key, is_open=True)
    assert picture(view) == before


def test_wheel_steps_are_exact(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(20))
    before = {one.piece: one.top for one in view.scroller.shown}
    for step in (-40, -7, -133, 20):
        view.scroll_by(step)
        after = {one.piece: one.top for one in view.scroller.shown}
        moved = {after[piece] - before[piece] for piece in after.keys() & before.keys()}
        assert moved == {-step}
        before = after


@pytest.mark.parametrize("change", ["width", "zoom", "theme", "numbers"])
def test_the_first_line_stays_where_it_is(make_view: MakeView, theme: Theme, change: str) -> None:
    view = make_view()
    view.load(long_entries(20))
    view.scroll_by(-4321)
    before = view.scroller.hold()
    assert before is not None
    if change == "width":
        view.resize(500, 600)
    elif change == "zoom":
        view.zoom_by(3)
    elif change == "theme":
        theme.choose("dark")
        QApplication.processEvents()
    else:
        view.set_code_look(CodeLook(has_numbers=True))
    here = (before.message, before.place)
    shown = next(one for one in view.scroller.shown if (one.message, one.piece.place) == here)
    assert abs(shown.box_top + shown.box.line_top(before.position) - before.y) <= 1


def test_only_what_is_in_sight_is_laid_out(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(2000))
    assert sum(message.is_split for message in view.sheet.messages) < 10
    assert view.sheet.counters.boxes_made < 80
    before = view.sheet.counters.boxes_made
    view.resize(700, 600)
    assert view.sheet.counters.boxes_made - before < 80


def test_a_growing_answer_costs_the_same_at_its_end(make_view: MakeView) -> None:
    view = make_view()
    view.add(Entry("a", PERSONA), is_open=True)
    costs = []
    for _ in range(30):
        before = view.sheet.counters.boxes_made
        for piece in pieces_of(PAGE + "\n```\n\n", Random(5)):
            view.add_text("a", piece)
        costs.append(view.sheet.counters.boxes_made - before)
    assert costs[-1] <= costs[1] * 1.1


def test_the_column_is_centred_and_never_wider_than_it_should_be(make_view: MakeView) -> None:
    view = make_view()
    for width in (720, 1040, 1900):
        view.resize(width, 400)
        column = view.sheet.maker.width
        assert column <= COLUMN_WIDTH
        left = view.column_left
        assert abs(left - (width - left - column)) <= 24


def test_thinking_is_folded_and_remembered(make_view: MakeView) -> None:
    view = make_view()
    view.load([thoughtful()])
    assert "Thought for 4.2 s, 311 tokens" in view.whole_text
    assert "First this." not in view.whole_text
    view.show_thought("thoughtful", is_open=True)
    assert "First this." in view.whole_text
    view.show_thought("thoughtful", is_open=False)
    assert "First this." not in view.whole_text


def test_live_thinking_is_shown_while_it_is_open(make_view: MakeView) -> None:
    view = make_view()
    view.add(Entry("a", PERSONA), is_open=True)
    view.add_thinking("a", "One thing. ")
    view.set_thought("a", seconds=1.0, tokens=3)
    assert "Thinking…, 1.0 s, 3 tokens" in view.whole_text
    view.show_thought("a", is_open=True)
    view.add_thinking("a", "Another thing.")
    assert "One thing. Another thing." in view.whole_text
    view.add_text("a", "So be it.")
    assert "Thought for 1.0 s, 3 tokens" in view.whole_text
    view.finish("a", Ending())
    assert "One thing. Another thing." in view.whole_text


def test_the_wheel_glides_and_zooms(make_view: MakeView) -> None:
    view = make_view()
    view.load(long_entries(20))
    value = view.verticalScrollBar().value()
    turn(view, QPoint(0, 120))
    view.glide.finish()
    assert view.verticalScrollBar().value() < value
    turn(view, QPoint(0, 120), Qt.KeyboardModifier.ControlModifier)
    assert view.zoom > 1.0


def test_an_empty_view_takes_everything(make_view: MakeView) -> None:
    view = make_view()
    view.scroll_by(100)
    view.scroll_to_start()
    view.scroll_to_end()
    view.zoom_by(1)
    view.commands.select_all()
    view.commands.copy()
    view.clear()
    assert view.is_empty
    assert view.whole_text == ""


def turn(view: Transcript, angle: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One notch of the wheel."""
    middle = QPointF(view.viewport().rect().center())
    event = QWheelEvent(
        middle,
        view.viewport().mapToGlobal(middle),
        QPoint(),
        angle,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)
