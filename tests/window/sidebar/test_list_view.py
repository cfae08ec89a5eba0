"""What a change costs among 10,000 conversations, counted by the work that is done; and the way by keyboard."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionViewItem
from pytestqt.qtbot import QtBot

from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.delegate import ConversationDelegate
from seproj_desktop.window.sidebar.list_model import ConversationListModel
from seproj_desktop.window.sidebar.sorted_model import NOWHERE, Index
from seproj_desktop.window.theme import Theme
from tests.window.sidebar.samples import HOME, NOW, WORK, conversation, many
from tests.window.transcript.pages import on_screen

MANY = 10_000


class CountedModel(ConversationListModel):
    """Counts how often Qt asks for the number of rows, which it does before it looks at any of them."""

    asked = 0

    def rowCount(self, parent: Index = NOWHERE) -> int:
        self.asked += 1
        return super().rowCount(parent)


class CountedDelegate(ConversationDelegate):
    painted = 0
    hovered = -1
    """The row that was last painted as the one under the mouse."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.painted += 1
        if option.state & QStyle.StateFlag.State_MouseOver:
            self.hovered = index.row()
        super().paint(painter, option, index)


class Long:
    """A list of 10,000, on screen."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.model = CountedModel(lambda: NOW)
        self.view = ConversationView(theme, self.model)
        self.delegate = CountedDelegate(theme, self.view)
        self.view.setItemDelegate(self.delegate)
        self.summaries = many(MANY)
        qtbot.addWidget(self.view)
        self.view.resize(260, 640)
        self.view.show()
        self.model.show(self.summaries, [WORK, HOME])
        self.settle()

    @property
    def in_sight(self) -> int:
        return self.view.viewport().height() // self.view.row_height + 2

    def settle(self) -> tuple[int, int]:
        """How many rows were painted, and how often the model was asked, up to now."""
        QApplication.processEvents()
        work = self.delegate.painted, self.model.asked
        self.delegate.painted = self.model.asked = 0
        return work

    def press(self, *keys: Qt.Key) -> QModelIndex:
        for key in keys:
            QTest.keyClick(self.view, key)
        return self.view.currentIndex()


@pytest.fixture
def long(qtbot: QtBot, theme: Theme) -> Long:
    return Long(qtbot, theme)


def test_opening_paints_what_is_in_sight_alone(long: Long) -> None:
    long.model.show(long.summaries, [WORK, HOME])
    painted, asked = long.settle()
    assert 0 < painted <= 2 * long.in_sight
    assert asked < 1_000


def test_a_change_costs_what_is_in_sight_and_not_the_list(long: Long) -> None:
    for change in (
        replace(long.summaries[9_000], changed=NOW + 1),
        replace(long.summaries[10], is_unread=True),
        conversation(MANY + 1, "new", -2.0),
        replace(long.summaries[500], deleted=NOW),
    ):
        long.model.show_summary(change)
        painted, asked = long.settle()
        assert painted <= 3 * long.in_sight
        assert asked < 1_000


def test_the_row_under_the_mouse_is_another_one_after_a_move_and_after_scrolling(long: Long) -> None:
    for row in (3, 5):
        QTest.mouseMove(long.view.viewport(), long.view.visualRect(long.view.model().index(row, 0)).center())
        long.settle()
        assert long.delegate.hovered == row
    long.view.verticalScrollBar().setValue(2 * long.view.row_height)
    long.settle()
    assert long.delegate.hovered == 7
    assert on_screen(long.view) == painted_anew(long.view)


def painted_anew(view: ConversationView) -> QImage:
    view.viewport().update()
    return on_screen(view)


def test_what_scrolling_moves_is_what_is_painted_anew(long: Long) -> None:
    bar = long.view.verticalScrollBar()
    for value in (1, 40, 200, bar.maximum() // 2, bar.maximum(), bar.maximum() - 100):
        before = on_screen(long.view)
        bar.setValue(value)
        long.settle()
        assert on_screen(long.view) != before
        assert on_screen(long.view) == painted_anew(long.view)


def test_scrolling_costs_what_is_in_sight(long: Long) -> None:
    bar = long.view.verticalScrollBar()
    for value in (0, 1, bar.maximum() // 2, bar.maximum()):
        bar.setValue(value)
        painted, asked = long.settle()
        assert painted <= 2 * long.in_sight
        assert asked < 1_000


def test_the_scroll_bar_spans_all_rows(long: Long) -> None:
    bar, view = long.view.verticalScrollBar(), long.view
    assert bar.maximum() == long.model.rowCount() * view.row_height - view.viewport().height()
    bar.setValue(bar.maximum())
    last = view.indexAt(QPoint(5, view.viewport().height() - 1))
    assert last.row() == long.model.rowCount() - 1
    assert not view.indexAt(QPoint(5, view.viewport().height())).isValid()


def test_keys_go_over_the_names_of_days_and_bring_rows_into_sight(long: Long) -> None:
    view, last = long.view, long.model.rowCount() - 1
    first = long.press(Qt.Key.Key_Home)
    assert first.row() == 1, "row 0 is the word Pinned"
    assert long.press(Qt.Key.Key_Up) == first
    assert long.press(Qt.Key.Key_End).row() == last
    assert view.viewport().rect().contains(view.visualRect(view.currentIndex()))
    assert long.press(Qt.Key.Key_Down).row() == last
    page = view.viewport().height() // view.row_height - 1
    assert long.press(Qt.Key.Key_PageUp).row() == last - page
    assert long.press(Qt.Key.Key_PageDown).row() == last
    assert long.press(Qt.Key.Key_Home) == first
    assert view.verticalScrollBar().value() <= view.row_height


def test_a_row_can_be_brought_to_every_place(long: Long) -> None:
    view, room = long.view, long.view.viewport().height() - long.view.row_height
    index = long.model.index_of(long.summaries[5_000].id)
    hints = view.ScrollHint
    for hint, top in (
        (hints.PositionAtTop, 0),
        (hints.PositionAtBottom, room),
        (hints.PositionAtCenter, room // 2),
        (hints.EnsureVisible, room // 2),
    ):
        view.scrollTo(index, hint)
        assert view.visualRect(index).top() == top
