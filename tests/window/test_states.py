"""The engine's and the server's states as the window shows them, and what their buttons do."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.engine import status as engine
from seproj_desktop.errors import UserError
from seproj_desktop.server import status as server
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.server_panel import ServerPanel
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.words import engine_words
from tests.fakes import FAKE_INFO, FakeEngine, FakeLoader
from tests.window.conftest import House, OpenHouse


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (engine.Stopped("m"), "Not loaded"),
        (engine.Starting("m", "Loading weights", 0.42, since=100.0), "Loading weights · 42 % · 7 s"),
        (engine.Ready(FAKE_INFO), "Ready · 4,096 tokens · CPU"),
        (engine.Sleeping("m"), "Sleeping · wakes with the next message"),
        (engine.Failed("m", "no memory", "buy some"), "Failed"),
    ],
)
def test_every_engine_state_has_words(status: engine.EngineStatus, words: str) -> None:
    assert engine_words(status, now=107.3) == words


def test_a_load_shows_progress_and_can_be_cancelled(qtbot: QtBot, theme: Theme) -> None:
    panel = EnginePanel(theme, QMenu())
    qtbot.addWidget(panel)
    panel.show()
    told: list[float | None] = []
    panel.progress_changed.connect(told.append)
    height = panel.sizeHint().height()
    panel.show_status(engine.Starting("seproj-demo", "Loading weights", 0.42, since=0.0))
    assert told.pop() == 0.42
    assert panel.button.text().startswith("Demo model")
    assert panel.cancel_button.isVisible()
    assert panel.sizeHint().height() == height
    panel.show_status(engine.Ready(FAKE_INFO))
    assert told.pop() is None
    assert not panel.cancel_button.isVisible()
    assert panel.button.text().startswith("fake-model")


def test_a_failed_engine_says_why_and_restart_starts_another(make_house: OpenHouse) -> None:
    loader = FakeLoader(error=UserError("Not enough memory.", "Close other programs."))
    house = make_house(loader).open()
    restart = house.find(QAction, "restartEngine")
    restart.trigger()
    house.wait(lambda: house.engine_words == "Failed")
    assert notice(house, "engine") == "Not enough memory.\nClose other programs."
    assert house.reports == []
    loader.error = None
    house.wait(lambda: not house.operations.is_busy("restart"))
    house.find(QPushButton, "noticeChoice0").click()
    house.wait(lambda: house.engine_words.startswith("Ready"))
    assert notice(house, "engine") == ""
    assert len(loader.loads) == 2


def test_a_dead_engine_is_told_and_the_next_question_loads_a_new_one(make_house: OpenHouse) -> None:
    first, second = FakeEngine(gate=asyncio.Semaphore(1)), FakeEngine(pieces=["fresh"])
    house = make_house(FakeLoader([first, second])).open()
    house.say("one")
    house.wait(lambda: "Hello" in house.said)
    first.failure = "killed"
    house.on_backend(first.gate.release if first.gate else print)
    house.wait(lambda: house.engine_words == "Failed")
    house.wait(lambda: "The engine stopped unexpectedly." in house.said)
    house.say("two")
    house.wait(lambda: "fresh" in house.said)


def test_cancelling_a_load_leaves_no_complaint(make_house: OpenHouse) -> None:
    house = make_house(FakeLoader(gate=asyncio.Event())).open()
    house.find(QAction, "restartEngine").trigger()
    house.wait(lambda: house.engine_words.startswith("Loading weights · 50 %"))
    house.find(QPushButton, "cancelButton").click()
    house.wait(lambda: house.engine_words == "Not loaded")
    assert house.reports == []


def test_the_model_menu_opens_by_key_and_unloads(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.find(QAction, "engineRestart").trigger()
    house.wait(lambda: house.engine_words.startswith("Ready"))
    house.press(Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    menu = house.find(QMenu, "modelMenu")
    house.wait(menu.isVisible)
    menu.close()
    house.find(QAction, "engineUnload").trigger()
    house.wait(lambda: house.engine_words == "Not loaded")
    assert house.loader.unloaded


def test_the_switch_tells_the_truth_and_fires_once(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.server.gate.clear()
    house.toggle.click()
    house.toggle.click()
    assert not house.toggle.isChecked()
    house.wait(lambda: words_of(house) == "Turning on…")
    house.toggle.click()
    house.on_backend(house.server.gate.set)
    house.wait(house.toggle.isChecked)
    assert house.server.starts == 1
    address = house.find(QPushButton, "serverAddress")
    assert address.isVisible()
    address.click()
    assert QGuiApplication.clipboard().text() == "http://127.0.0.1:8765"
    assert address.text() == "Copied"
    house.wait(lambda: not house.operations.is_busy("server"))
    house.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    house.wait(lambda: words_of(house) == "Off")
    assert not house.toggle.isChecked()


def test_a_switch_pressed_before_there_is_a_backend_is_not_forgotten(make_house: OpenHouse) -> None:
    house = make_house()
    house.window.show()
    house.toggle.click()
    assert not house.toggle.isChecked()
    house.open()
    house.wait(house.toggle.isChecked)
    assert house.server.starts == 1


def test_a_server_that_cannot_start_says_why_once(make_house: OpenHouse) -> None:
    house = make_house().open()
    house.server.failure = UserError("Port 8765 is in use.", "Port 8766 is free.")
    house.toggle.click()
    house.wait(lambda: words_of(house) == "Failed")
    assert not house.toggle.isChecked()
    assert notice(house, "server") == "Port 8765 is in use.\nPort 8766 is free."
    assert house.reports == []
    house.server.failure = None
    house.wait(lambda: not house.operations.is_busy("server"))
    house.toggle.click()
    house.wait(house.toggle.isChecked)
    assert notice(house, "server") == ""


@pytest.mark.parametrize(
    ("status", "words", "is_on"),
    [
        (server.Off(), "Off", False),
        (server.TurningOn(), "Turning on…", False),
        (server.On("http://127.0.0.1:1"), "http://127.0.0.1:1", True),
        (server.Draining("http://127.0.0.1:1"), "Finishing answers…", False),
        (server.Broken("why", "what"), "Failed", False),
    ],
)
def test_every_server_state_has_words(
    qtbot: QtBot, theme: Theme, status: server.ServerStatus, words: str, is_on: bool
) -> None:
    panel = ServerPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_status(status)
    assert panel.toggle.isChecked() is is_on
    assert panel.toggle.accessibleName() == f"Server: {words}"
    shown = panel.address.text() if is_on else panel.words.whole_text
    assert shown == words


def notice(house: House, key: str) -> str:
    (area,) = house.window.findChildren(NoticeArea)
    return area.text(key)


def words_of(house: House) -> str:
    return house.find(QWidget, "serverToggle").accessibleName().removeprefix("Server: ")
