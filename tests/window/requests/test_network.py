"""The step onto the network: one that has to be meant, with a key, and one click back."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from seproj_desktop.server.status import Off, On
from seproj_desktop.window.requests.network_dialog import NetworkDialog, Surroundings
from seproj_desktop.window.requests.panel import RequestsPanel
from seproj_desktop.window.server_panel import ServerPanel
from seproj_desktop.window.theme import Theme
from tests.window.conftest import House, OpenHouse

HOME = Surroundings(("http://192.0.2.7:8765",), "192.0.2.0/24, eth0")
LAN = On("http://127.0.0.1:8765", ("http://192.0.2.7:8765",))


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme) -> NetworkDialog:
    dialog = NetworkDialog(theme)
    qtbot.addWidget(dialog)
    dialog.show_surroundings(HOME)
    dialog.show()
    return dialog


def test_it_shows_the_address_and_the_danger(dialog: NetworkDialog) -> None:
    assert "http://192.0.2.7:8765" in dialog.address.text()
    assert "unencrypted" in dialog.warning.text()
    dialog.show_surroundings(Surroundings(("https://192.0.2.7:8765",), "", is_secure=True))
    assert "unencrypted" not in dialog.warning.text()


def test_without_a_key_nothing_is_opened(dialog: NetworkDialog) -> None:
    assert not dialog.accept_button.isEnabled()
    assert dialog.maker.isVisible()
    dialog.show_keys(1)
    assert dialog.accept_button.isEnabled()
    assert not dialog.maker.isVisible()


def test_a_key_that_is_made_here_stays_in_sight(dialog: NetworkDialog) -> None:
    dialog.show_keys(1)
    dialog.maker.show_key("laptop", "sk-seproj-secret")
    assert dialog.maker.isVisible()
    dialog.maker.forget()
    assert not dialog.maker.isVisible()


def test_without_a_network_there_is_nothing_to_open(dialog: NetworkDialog) -> None:
    dialog.show_keys(1)
    dialog.show_surroundings(Surroundings(()))
    assert not dialog.accept_button.isEnabled()
    assert "no address" in dialog.address.text()


@pytest.mark.parametrize("is_remembered", [True, False])
def test_it_is_remembered_only_if_that_is_asked(dialog: NetworkDialog, qtbot: QtBot, is_remembered: bool) -> None:
    dialog.show_keys(1)
    assert not dialog.remember.isChecked(), "never by itself"
    assert HOME.network in dialog.remember_words.text()
    if is_remembered:
        dialog.remember.click()
    with qtbot.waitSignal(dialog.open_requested) as asked:
        dialog.accept_button.click()
    assert asked.args == [is_remembered]


def test_a_network_that_cannot_be_told_from_others_is_not_remembered(dialog: NetworkDialog, qtbot: QtBot) -> None:
    dialog.show_keys(1)
    dialog.remember.click()
    dialog.show_surroundings(Surroundings(HOME.addresses))
    assert not dialog.remember.isEnabled()
    with qtbot.waitSignal(dialog.open_requested) as asked:
        dialog.accept_button.click()
    assert asked.args == [False]


def test_the_panel_offers_the_step_or_the_way_back(qtbot: QtBot, theme: Theme) -> None:
    panel = RequestsPanel(theme)
    qtbot.addWidget(panel)
    for status in (Off(), On("http://127.0.0.1:8765")):
        panel.show_status(status)
        with qtbot.waitSignal(panel.address.network_requested):
            panel.address.network.click()
    panel.show_status(LAN)
    assert panel.address.network.text() == "This machine only"
    with qtbot.waitSignal(panel.address.withdraw_requested):
        panel.address.network.click()


def test_the_header_shows_the_networks_address_with_a_mark(qtbot: QtBot, theme: Theme) -> None:
    panel = ServerPanel(theme)
    qtbot.addWidget(panel)
    panel.show_status(LAN)
    assert panel.address.text() == "http://192.0.2.7:8765 ⇄ network"
    assert "the whole network" in panel.address.accessibleName()
    panel.show_status(On("http://127.0.0.1:8765"))
    assert panel.address.text() == "http://127.0.0.1:8765"
    assert "this machine only" in panel.address.accessibleName()


def test_a_word_about_the_network_is_a_notice(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.on_backend(house.server.tell, On("http://127.0.0.1:8765", (), "Not a remembered network."))
    house.wait(lambda: house.notice("server") == "Not a remembered network.")
    house.on_backend(house.server.tell, On("http://127.0.0.1:8765"))
    house.wait(lambda: house.notice("server") == "")


def test_onto_the_network_and_back(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.act("showRequests")
    house.find(QPushButton, "showNetwork").click()
    dialog = house.find(NetworkDialog, "networkDialog")
    house.wait(dialog.isVisible)
    dialog.show_surroundings(HOME)
    assert not dialog.accept_button.isEnabled()
    assert house.server.hosts == []
    dialog.maker.name.setText("phone")
    dialog.maker.create_button.click()
    house.wait(dialog.accept_button.isEnabled)
    dialog.accept_button.click()
    house.wait(lambda: house.server.hosts == ["0.0.0.0"])
    house.wait(lambda: words(house) == "http://192.0.2.7:8765 ⇄ network")
    house.wait(lambda: not house.operations.is_busy("server"))
    house.find(QPushButton, "showNetwork").click()
    house.wait(lambda: house.server.hosts == ["0.0.0.0", "127.0.0.1"])
    house.wait(lambda: words(house) == "http://127.0.0.1:8765")
    assert house.reports == []


def words(house: House) -> str:
    return house.find(QPushButton, "serverAddress").text()
