"""What the notices say and what their choices do."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from seproj_desktop.chat.keeping import Kept, NotKept
from seproj_desktop.window.announcements import Announcements
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.theme import Theme


class Board:
    """The notices, and what was called."""

    def __init__(self, theme: Theme) -> None:
        self.area = NoticeArea(theme)
        self.called: list[str] = []
        self.said = Announcements(self.area, self.note("restart"), self.area)

    def note(self, name: str) -> Callable[[], object]:
        return lambda: self.called.append(name)

    def click(self) -> None:
        (button,) = (one for one in self.area.findChildren(QPushButton, "noticeChoice0") if one.isVisibleTo(self.area))
        button.click()


@pytest.fixture
def board(qtbot: QtBot, theme: Theme) -> Board:
    board = Board(theme)
    qtbot.addWidget(board.area)
    return board


def test_only_the_last_deed_can_be_undone_and_once(board: Board) -> None:
    board.said.offer_undo("One is gone.", board.note("one"))
    board.said.offer_undo("Two is gone.", board.note("two"))
    assert board.area.text("undo") == "Two is gone."
    board.click()
    assert board.called == ["two"]
    assert board.area.keys == ()


def test_what_is_not_kept_is_said_until_it_is(board: Board) -> None:
    board.said.show_keeping(NotKept("The disk is full.", "Make room."))
    assert board.area.text("keeping") == "The disk is full.\nMake room."
    board.said.show_keeping(Kept())
    assert board.area.keys == ()


def test_progress_changes_its_words_and_leaves_its_button(board: Board) -> None:
    board.said.show_progress("work", "Working 0%", board.note("first"))
    (button,) = board.area.findChildren(QPushButton, "noticeChoice0")
    board.said.show_progress("work", "Working 50%", board.note("second"))
    assert board.area.text("work") == "Working 50%"
    assert board.area.findChildren(QPushButton, "noticeChoice0") == [button]
    board.click()
    assert board.called == ["first"]


def test_the_other_window_can_be_shown(board: Board) -> None:
    board.said.show_keeping(NotKept("Another program has it.", "Close it."), show_other=board.note("other"))
    board.click()
    assert board.called == ["other"]


def test_progress_can_be_cancelled(board: Board) -> None:
    board.said.show_progress("exchange", "Importing… 10%", board.note("cancel"))
    board.said.show_progress("exchange", "Importing… 20%", board.note("cancel"))
    assert board.area.text("exchange") == "Importing… 20%"
    board.click()
    assert board.called == ["cancel"]
