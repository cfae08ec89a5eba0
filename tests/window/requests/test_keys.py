"""API keys in the window: made, shown once, listed, revoked after a question."""

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.server.keys import ApiKey, KeyRing
from seproj_desktop.window.requests.key_maker import KeyMaker
from seproj_desktop.window.requests.keys_dialog import KeysDialog
from seproj_desktop.window.theme import Theme
from tests.window.conftest import House, OpenHouse

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
LAPTOP = ApiKey("laptop", MADE, "aB3x")
EDITOR = ApiKey("editor", MADE, "9Qzz", date(2026, 3, 9))


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> KeysDialog:
    dialog = KeysDialog(theme)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def button(parent: QWidget, name: str) -> QPushButton:
    found = parent.findChild(QPushButton, name)
    assert isinstance(found, QPushButton), name
    return found


def rows(dialog: KeysDialog) -> list[list[str]]:
    model = dialog.table.model()
    return [[str(model.index(row, column).data()) for column in range(4)] for row in range(model.rowCount())]


def test_the_keys_are_listed_without_their_secrets(dialog: KeysDialog) -> None:
    dialog.show_ring(KeyRing())
    assert dialog.words.text().startswith("There are no keys")
    dialog.show_ring(KeyRing((LAPTOP, EDITOR)))
    assert rows(dialog) == [["laptop", "2026-03-01", "never", "aB3x"], ["editor", "2026-03-01", "2026-03-09", "9Qzz"]]
    assert dialog.words.text() == "Every program needs one of these keys, those on this machine too."
    dialog.show_ring(KeyRing((), "The file is broken."))
    assert dialog.words.text() == "The file is broken."


def test_the_choice_outlives_a_new_list(dialog: KeysDialog) -> None:
    dialog.show_ring(KeyRing((LAPTOP, EDITOR)))
    dialog.table.selectRow(1)
    dialog.show_ring(KeyRing((EDITOR,)))
    assert dialog.chosen == EDITOR


@pytest.mark.parametrize(
    ("ring", "is_reachable", "said"),
    [
        (KeyRing((LAPTOP, EDITOR)), False, "refused from now on"),
        (KeyRing((LAPTOP,)), False, "programs on this machine will need none"),
        (KeyRing((LAPTOP,)), True, "the server will turn off"),
    ],
)
def test_a_key_is_revoked_after_a_question(
    dialog: KeysDialog, qtbot: QtBot, ring: KeyRing, is_reachable: bool, said: str
) -> None:
    dialog.show_ring(ring)
    dialog.show_reachable(is_reachable)
    assert not button(dialog, "revokeKey").isEnabled()
    dialog.table.selectRow(0)
    button(dialog, "revokeKey").click()
    box = dialog.findChild(QMessageBox, "revokeQuestion")
    assert isinstance(box, QMessageBox)
    assert "laptop" in box.text()
    assert said in box.informativeText()
    with qtbot.waitSignal(dialog.revoke_requested) as revoked:
        button(box, "revokeAccept").click()
    assert revoked.args == ["laptop"]


def test_a_question_can_be_answered_with_no(dialog: KeysDialog) -> None:
    asked: list[str] = []
    dialog.revoke_requested.connect(asked.append)
    dialog.show_ring(KeyRing((LAPTOP,)))
    dialog.table.selectRow(0)
    button(dialog, "revokeKey").click()
    box = dialog.findChild(QMessageBox, "revokeQuestion")
    assert isinstance(box, QMessageBox)
    box.reject()
    assert asked == []


def test_a_key_is_shown_once_and_copied(qtbot: QtBot, theme: Theme) -> None:
    maker = KeyMaker(theme)
    qtbot.addWidget(maker)
    maker.show()
    assert not maker.create_button.isEnabled()
    QTest.keyClicks(maker.name, "  laptop ")
    with qtbot.waitSignal(maker.create_requested) as asked:
        QTest.keyClick(maker.name, Qt.Key.Key_Return)
    assert asked.args == ["laptop"]
    maker.show_failure("There is one already.")
    assert maker.words.text() == "There is one already."
    QTest.keyClicks(maker.name, "2")
    assert maker.words.text() == ""
    maker.show_key("laptop", "sk-seproj-secret")
    maker.copy_button.click()
    assert QGuiApplication.clipboard().text() == "sk-seproj-secret"
    maker.done_button.click()
    assert not maker.shows_key
    assert "secret" not in "".join(label.text() for label in maker.findChildren(QLabel)) + maker.secret.text()


def test_closing_the_dialog_forgets_the_key(dialog: KeysDialog) -> None:
    dialog.maker.show_key("laptop", "sk-seproj-secret")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.maker.secret.text() == ""


def test_every_control_has_a_name(dialog: KeysDialog) -> None:
    for widget in dialog.findChildren(QAbstractButton):
        if not widget.objectName().startswith("qt_") and widget.isVisibleTo(dialog):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()


def shown(house: House) -> KeysDialog:
    house.act("showRequests")
    house.find(QPushButton, "showKeys").click()
    dialog = house.find(KeysDialog, "keysDialog")
    house.wait(dialog.isVisible)
    return dialog


def test_keys_are_made_and_revoked_in_the_file(make_house: OpenHouse) -> None:
    house = make_house().open()
    dialog = shown(house)
    dialog.maker.name.setText("laptop")
    dialog.maker.create_button.click()
    house.wait(lambda: dialog.maker.shows_key)
    secret = dialog.maker.secret.text()
    assert house.backend.app.keys.check(secret) is not None
    house.wait(lambda: [row[0] for row in rows(dialog)] == ["laptop"])
    dialog.maker.forget()
    dialog.maker.name.setText("laptop")
    dialog.maker.create_button.click()
    house.wait(lambda: "already" in dialog.maker.words.text())
    dialog.revoke_requested.emit("laptop")
    house.wait(lambda: rows(dialog) == [])
    assert house.backend.app.keys.check(secret) is None
    assert house.reports == []


def test_what_another_program_did_is_seen_on_opening(make_house: OpenHouse) -> None:
    from seproj_desktop.server.keys import ApiKeys

    house = make_house().open()
    elsewhere = ApiKeys(house.paths.api_keys)
    house.run(elsewhere.create("by command"))
    dialog = shown(house)
    house.wait(lambda: [row[0] for row in rows(dialog)] == ["by command"])
    house.run(elsewhere.aclose())
