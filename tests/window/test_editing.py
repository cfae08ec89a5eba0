"""The panel in which a message is edited: keys, words, and that nothing that was typed is lost by accident."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.window.editing import MessageEditor
from seproj_desktop.window.theme import Theme

CONTROL = Qt.KeyboardModifier.ControlModifier
LARGE_ID = 1_800_000_000_000_000


@pytest.fixture
def page(qtbot: QtBot) -> QWidget:
    """A window around the editor, with another control in it."""
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(800, 500)
    return page


@pytest.fixture
def editor(page: QWidget, qtbot: QtBot, theme: Theme) -> MessageEditor:
    editor = MessageEditor(theme)
    column = QVBoxLayout(page)
    column.addWidget(editor)
    column.addWidget(QPushButton("Elsewhere"))
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    return editor


def told(editor: MessageEditor) -> list[tuple[object, str]]:
    """The texts that are saved from now on, with what they belong to."""
    saved: list[tuple[object, str]] = []
    editor.edited.connect(lambda key, text: saved.append((key, text)))
    editor.queued_edited.connect(lambda message, text: saved.append((message, text)))
    return saved


def words(editor: MessageEditor, name: str) -> str:
    label = editor.findChild(QLabel, name)
    assert label is not None
    return label.text()


def test_a_message_is_edited_and_saved_with_keys(editor: MessageEditor) -> None:
    saved = told(editor)
    assert not editor.isVisible()
    editor.edit_message("m1", "# Its *source*", is_user=True)
    assert editor.isVisible()
    assert editor.field.hasFocus()
    QTest.keyClicks(editor.field, ", and more")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    QTest.keyClicks(editor.field, "Next line")
    assert saved == []
    QTest.keyClick(editor.field, Qt.Key.Key_Return, CONTROL)
    assert saved == [("m1", "# Its *source*, and more\nNext line")]
    assert not editor.isVisible()
    assert not editor.is_editing


@pytest.mark.parametrize(("is_user", "title", "save"), [(True, "Edit message", "Send"), (False, "Edit answer", "Save")])
def test_words_say_what_saving_does(editor: MessageEditor, is_user: bool, title: str, save: str) -> None:
    editor.edit_message("m1", "Text", is_user=is_user)
    assert words(editor, "editTitle") == title
    assert editor.save_button.text() == save
    assert editor.field.accessibleName() == title
    assert editor.save_button.toolTip() == f"{save} (Ctrl+Enter)"
    assert "kept" in words(editor, "editHint")


def test_a_waiting_message_is_edited_too(editor: MessageEditor) -> None:
    saved = told(editor)
    editor.edit_queued(LARGE_ID, "Later")
    assert words(editor, "editTitle") == "Edit waiting message"
    QTest.keyClicks(editor.field, " on")
    editor.save_button.click()
    assert saved == [(LARGE_ID, "Later on")]


def test_a_click_elsewhere_keeps_everything(editor: MessageEditor, page: QWidget) -> None:
    editor.edit_message("m1", "Text", is_user=True)
    QTest.keyClicks(editor.field, " of mine")
    elsewhere = page.findChild(QPushButton, "")
    assert elsewhere is not None
    elsewhere.setFocus()
    page.resize(500, 400)
    assert editor.isVisible()
    assert editor.text == "Text of mine"


def test_escape_drops_typed_words_only_when_it_is_pressed_twice(editor: MessageEditor, qtbot: QtBot) -> None:
    saved = told(editor)
    editor.edit_message("m1", "Text", is_user=True)
    QTest.keyClicks(editor.field, " of mine")
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert editor.isVisible()
    assert "Esc again" in words(editor, "editHint")
    QTest.keyClicks(editor.field, "!")
    assert "Esc again" not in words(editor, "editHint")
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    with qtbot.waitSignal(editor.closed):
        QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    editor.edit_message("m1", "Text", is_user=True)
    assert editor.text == "Text"
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert not editor.isVisible()
    assert saved == []


def test_escape_is_the_field_s_own(editor: MessageEditor, page: QWidget) -> None:
    stop = QAction("Stop", page)
    stop.setShortcut("Esc")
    page.addAction(stop)
    stopped: list[bool] = []
    stop.triggered.connect(stopped.append)
    editor.edit_message("m1", "Text", is_user=True)
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert stopped == []
    assert not editor.isVisible()


def test_words_that_were_begun_come_back_with_their_message(editor: MessageEditor) -> None:
    editor.edit_message("m1", "One", is_user=True)
    QTest.keyClicks(editor.field, " changed")
    editor.edit_message("m2", "Two", is_user=False)
    assert editor.text == "Two"
    editor.edit_message("m1", "One", is_user=True)
    assert editor.text == "One changed"
    editor.set_aside()
    assert not editor.isVisible()
    editor.edit_message("m1", "One", is_user=True)
    assert editor.text == "One changed"
    assert editor.is_changed


def test_opening_the_same_message_again_keeps_what_was_typed(editor: MessageEditor) -> None:
    editor.edit_message("m1", "One", is_user=True)
    QTest.keyClicks(editor.field, " changed")
    editor.edit_message("m1", "One", is_user=True)
    assert editor.text == "One changed"


def test_nothing_is_no_message(editor: MessageEditor) -> None:
    saved = told(editor)
    editor.edit_message("m1", "Text", is_user=True)
    editor.field.selectAll()
    QTest.keyClick(editor.field, Qt.Key.Key_Delete)
    assert not editor.save_button.isEnabled()
    QTest.keyClick(editor.field, Qt.Key.Key_Return, CONTROL)
    assert saved == []
    assert editor.isVisible()


def test_an_unchanged_answer_makes_no_version(editor: MessageEditor) -> None:
    saved = told(editor)
    editor.edit_message("m1", "Text", is_user=False)
    editor.save()
    assert not editor.isVisible()
    editor.edit_message("m2", "A question", is_user=True)
    editor.save()
    assert saved == [("m2", "A question")]


def test_the_field_grows_with_its_text(editor: MessageEditor) -> None:
    editor.edit_message("m1", "One line", is_user=True)
    low = editor.field.height()
    editor.edit_message("m2", "\n".join("line" for _ in range(8)), is_user=True)
    assert editor.field.height() > 3 * low
