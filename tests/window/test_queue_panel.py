"""The panel of what waits to be sent: lines, keys, names, and where the keyboard is as the queue changes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.chat.conversations import QueuedMessage
from seproj_desktop.window.queue_panel import MOST_ROWS, QueuePanel, QueueRow
from seproj_desktop.window.theme import Theme

FIRST = 1_800_000_000_000_000
"""As large as ids are."""


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """A window around the panel."""
    page = QWidget()
    qtbot.addWidget(page)
    return page


@pytest.fixture
def panel(page: QWidget, qtbot: QtBot, theme: Theme) -> QueuePanel:
    panel = QueuePanel(theme)
    QVBoxLayout(page).addWidget(panel)
    page.resize(600, 400)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return panel


def queue(*texts: str) -> list[QueuedMessage]:
    return [QueuedMessage(FIRST + number, text, "developer") for number, text in enumerate(texts)]


def rows(panel: QueuePanel) -> list[QueueRow]:
    return panel.findChildren(QueueRow)


def title(panel: QueuePanel) -> str:
    label = panel.findChild(QLabel, "queueTitle")
    assert label is not None
    return label.text()


def test_it_is_hidden_while_nothing_waits(panel: QueuePanel) -> None:
    assert not panel.isVisible()
    panel.show_queue(queue("One"), is_halted=False)
    assert panel.isVisible()
    panel.show_queue((), is_halted=False)
    assert not panel.isVisible()


def test_each_message_has_one_line(panel: QueuePanel) -> None:
    panel.show_queue(queue("One", "Two\n\nlines   here"), is_halted=False)
    assert title(panel) == "Waiting (2)"
    assert panel.texts == ("One", "Two lines here")
    heights = {row.height() for row in rows(panel)}
    assert len(heights) == 1
    panel.show_queue(queue("One", "Changed"), is_halted=False)
    assert panel.texts == ("One", "Changed")


def test_messages_are_edited_and_withdrawn(panel: QueuePanel) -> None:
    edited: list[object] = []
    withdrawn: list[object] = []
    panel.edit_requested.connect(edited.append)
    panel.withdraw_requested.connect(withdrawn.append)
    panel.show_queue(queue("One", "Two"), is_halted=False)
    rows(panel)[0].edit_button.click()
    rows(panel)[1].withdraw_button.click()
    assert edited == [FIRST]
    assert withdrawn == [FIRST + 1]


def test_send_now_is_offered_only_while_the_queue_is_halted(panel: QueuePanel, qtbot: QtBot) -> None:
    panel.show_queue(queue("One"), is_halted=False)
    assert not panel.send_button.isVisible()
    panel.show_queue(queue("One"), is_halted=True)
    assert "not sent by itself" in title(panel)
    with qtbot.waitSignal(panel.send_requested):
        panel.send_button.click()


def test_it_is_used_with_the_keyboard_alone(panel: QueuePanel) -> None:
    edited: list[object] = []
    withdrawn: list[object] = []
    panel.edit_requested.connect(edited.append)
    panel.withdraw_requested.connect(withdrawn.append)
    panel.show_queue(queue("One", "Two", "Three"), is_halted=False)
    rows(panel)[0].edit_button.setFocus()
    QTest.keyClick(rows(panel)[0].edit_button, Qt.Key.Key_Down)
    assert rows(panel)[1].edit_button.hasFocus()
    QTest.keyClick(rows(panel)[1].edit_button, Qt.Key.Key_F2)
    QTest.keyClick(rows(panel)[1].edit_button, Qt.Key.Key_Space)
    QTest.keyClick(rows(panel)[1].edit_button, Qt.Key.Key_Tab)
    assert rows(panel)[1].withdraw_button.hasFocus()
    QTest.keyClick(rows(panel)[1].withdraw_button, Qt.Key.Key_Up)
    assert rows(panel)[0].withdraw_button.hasFocus()
    QTest.keyClick(rows(panel)[0].withdraw_button, Qt.Key.Key_Delete)
    assert edited == [FIRST + 1] * 2
    assert withdrawn == [FIRST]


def test_the_keyboard_stays_in_the_queue_while_it_shrinks(panel: QueuePanel) -> None:
    whole = queue("One", "Two", "Three")
    panel.show_queue(whole, is_halted=False)
    rows(panel)[1].edit_button.setFocus()
    panel.show_queue(whole[1:], is_halted=False)
    assert QApplication.focusWidget() is rows(panel)[0].edit_button
    panel.show_queue([whole[2]], is_halted=False)
    assert QApplication.focusWidget() is rows(panel)[0].edit_button
    assert panel.texts == ("Three",)


def test_an_empty_queue_gives_the_keyboard_away(panel: QueuePanel, qtbot: QtBot) -> None:
    panel.show_queue(queue("One"), is_halted=False)
    rows(panel)[0].withdraw_button.setFocus()
    with qtbot.waitSignal(panel.emptied):
        panel.show_queue((), is_halted=False)
    panel.show_queue(queue("One"), is_halted=False)
    with qtbot.assertNotEmitted(panel.emptied):
        panel.show_queue((), is_halted=False)


def test_tab_goes_through_the_lines_and_on_to_what_is_below(panel: QueuePanel, page: QWidget) -> None:
    below = QLineEdit()
    layout = page.layout()
    assert layout is not None
    layout.addWidget(below)
    below.show()
    panel.show_queue(queue("One", "Two"), is_halted=True)
    panel.send_button.setFocus()
    first, second = rows(panel)
    for following in (first.edit_button, first.withdraw_button, second.edit_button, second.withdraw_button, below):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        assert following.hasFocus()


def test_everything_has_a_name(panel: QueuePanel) -> None:
    panel.show_queue(queue("One"), is_halted=True)
    assert panel.accessibleName() == "Messages that wait to be sent"
    names = {button.objectName(): button.accessibleName() for button in panel.findChildren(QAbstractButton)}
    assert names["queueEdit"] == "Edit: One"
    assert names["queueWithdraw"] == "Withdraw: One"
    assert names["queueSend"] == "Send the next waiting message now"


def test_a_long_queue_takes_no_more_than_a_few_lines(panel: QueuePanel) -> None:
    panel.show_queue(queue(*"abcd"[:MOST_ROWS]), is_halted=False)
    height = panel.sizeHint().height()
    panel.show_queue(queue(*(f"Message {number}" for number in range(40))), is_halted=False)
    assert panel.sizeHint().height() == height
    assert title(panel) == "Waiting (40)"
