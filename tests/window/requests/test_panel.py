"""The server's window by itself: what it shows and asks for, that it stays calm, and that the keyboard suffices."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPushButton, QTableView, QWidget
from pytestqt.qtbot import QtBot

from seproj_desktop.server.openai.models import PREFIX
from seproj_desktop.server.status import Broken, Draining, Off, On, ServerStatus, TurningOn
from seproj_desktop.window.requests.examples import PERSONA_MODEL
from seproj_desktop.window.requests.panel import RequestsPanel
from seproj_desktop.window.theme import Theme
from tests.window.requests.samples import ended, news, record

ADDRESS = "http://127.0.0.1:8765"
LAN = "http://192.0.2.7:8765"
TAB = Qt.Key.Key_Tab


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> RequestsPanel:
    panel = RequestsPanel(theme)
    qtbot.addWidget(panel)
    panel.open()
    qtbot.waitUntil(panel.isActiveWindow)
    return panel


def find(panel: QWidget, name: str) -> QPushButton:
    found = panel.findChild(QPushButton, name)
    assert isinstance(found, QPushButton), name
    return found


def filter_of(panel: RequestsPanel) -> QLineEdit:
    found = panel.findChild(QLineEdit, "logFilter")
    assert isinstance(found, QLineEdit)
    return found


def words(panel: RequestsPanel) -> str:
    return panel.about.whole_text


@pytest.mark.parametrize(
    ("status", "shown", "may_switch", "may_copy"),
    [
        (Off(), "The server is off: only this window uses the model.", True, False),
        (TurningOn(), "The server is turning on…", False, False),
        (On(ADDRESS), f"On at {ADDRESS}, for this machine only.", True, True),
        (On(ADDRESS, (), "Not remembered."), f"On at {ADDRESS}, for this machine only. Not remembered.", True, True),
        (On(ADDRESS, (LAN,)), f"On at {LAN}, for every machine on this network that has a key.", True, True),
        (Draining(ADDRESS), "Turning off: running answers may end.", False, False),
        (Broken("The port is taken.", "Choose another one."), "The port is taken. Choose another one.", True, False),
    ],
)
def test_every_state_has_words(
    panel: RequestsPanel, status: ServerStatus, shown: str, may_switch: bool, may_copy: bool
) -> None:
    panel.show_status(status)
    assert panel.address.words.whole_text == shown
    assert panel.address.toggle.isEnabled() is may_switch
    assert find(panel, "copyCurl").isEnabled() is may_copy


@pytest.mark.parametrize(
    ("button", "parts"),
    [
        ("copyCurl", [f"curl -N {ADDRESS}/v1/chat/completions", '"model": "persona:tester"', "Content-Type"]),
        ("copyPython", [f'base_url="{ADDRESS}/v1"', 'model="persona:tester"']),
        ("copyEnvironment", [f"OPENAI_BASE_URL={ADDRESS}/v1 OPENAI_API_KEY="]),
    ],
)
@pytest.mark.parametrize("needs_key", [False, True])
def test_examples_are_copied(panel: RequestsPanel, button: str, parts: list[str], needs_key: bool) -> None:
    panel.show_status(On(ADDRESS))
    panel.address.show_model("persona:tester")
    panel.address.show_key_needed(needs_key)
    find(panel, button).click()
    copied = QGuiApplication.clipboard().text()
    for part in parts:
        assert part in copied
    assert ("YOUR_KEY" in copied) is needs_key


def test_the_buttons_stay_where_they_are_when_one_has_copied(panel: RequestsPanel) -> None:
    panel.show_status(On(ADDRESS))
    button = find(panel, "copyPython")
    before = button.geometry()
    button.click()
    QTest.qWait(50)
    assert button.geometry() == before


def test_a_persona_is_asked_as_the_server_names_it() -> None:
    assert PERSONA_MODEL.format("tester") == f"{PREFIX}tester"


def test_the_python_example_is_python(panel: RequestsPanel) -> None:
    panel.show_status(On(ADDRESS))
    find(panel, "copyPython").click()
    compile(QGuiApplication.clipboard().text(), "example", "exec")


def test_a_running_request_is_stopped_and_opened(panel: RequestsPanel, qtbot: QtBot) -> None:
    panel.show_news(news((record("a"), record("b", "queued")), with_text=frozenset({"b"})))
    stop, open_ = find(panel, "stopRequest"), find(panel, "openRequest")
    assert not stop.isEnabled()
    assert not open_.isEnabled()
    panel.running_table.selectRow(0)
    assert stop.isEnabled()
    assert not open_.isEnabled()
    assert words(panel) == "Its messages are not here yet."
    with qtbot.waitSignal(panel.stop_requested) as stopped:
        stop.click()
    assert stopped.args == ["a"]
    panel.show_news(news((record("a", "stopping"), record("b", "queued")), with_text=frozenset({"b"})))
    assert not stop.isEnabled(), "it has been asked for"
    panel.running_table.selectRow(1)
    assert words(panel) == ""
    with qtbot.waitSignal(panel.open_requested) as opened:
        open_.click()
    assert opened.args == ["b"]


def test_an_ended_request_says_why_it_cannot_be_opened_or_why_it_failed(panel: RequestsPanel) -> None:
    log = (ended(1), ended(2, "failed", status=500, words="It broke."), ended(3))
    panel.show_news(news((), log, with_text=frozenset({"e3"}), keeps_texts=True))
    said = []
    for row in range(3):
        panel.log_table.selectRow(row)
        said.append((words(panel), find(panel, "openRequest").isEnabled(), find(panel, "stopRequest").isEnabled()))
    assert said == [
        ("", True, False),
        ("It broke.", False, False),
        ("What was said in it is not kept any more.", False, False),
    ]
    panel.show_news(news())
    assert words(panel) == "What was said in it was not kept."


def test_one_request_is_chosen_in_whichever_table(panel: RequestsPanel) -> None:
    panel.show_news(news((record("a"),), (ended(1),)))
    panel.running_table.selectRow(0)
    panel.log_table.selectRow(0)
    assert panel.running_table.chosen is None
    assert panel.chosen is not None
    assert panel.chosen.request_id == "e1"


def test_a_request_that_ends_takes_the_choice_and_the_keyboard_along(panel: RequestsPanel) -> None:
    panel.show_news(news((record("a"), record("b"), record("c"))))
    panel.running_table.selectRow(1)
    find(panel, "stopRequest").setFocus()
    panel.show_news(news((record("a"), record("c")), (ended(1),)))
    assert panel.chosen is None, "a second click on Stop must not end another one's request"
    assert panel.running_table.hasFocus()


def test_it_says_whether_what_is_said_is_kept(panel: RequestsPanel, qtbot: QtBot) -> None:
    switch = panel.findChild(QAbstractButton, "keepTexts")
    assert switch is not None
    assert panel.keeping.text() == "What is said is not kept"
    with qtbot.waitSignal(panel.keep_texts_requested) as asked:
        switch.click()
    assert asked.args == [True]
    assert not switch.isChecked(), "the state is told, never guessed"
    panel.show_news(news(keeps_texts=True))
    assert switch.isChecked()
    assert "kept in memory" in panel.keeping.text()


def test_the_choice_and_the_place_stay_while_the_tables_change(panel: RequestsPanel) -> None:
    panel.show_news(news((record("a"), record("b"), record("c")), tuple(map(ended, range(1, 101)))))
    panel.running_table.selectRow(1)
    panel.show_news(news((record("b", output_tokens=99), record("c"), record("d")), ()))
    assert panel.chosen is not None
    assert (panel.chosen.request_id, panel.chosen.output_tokens) == ("b", 99)
    panel.log_table.choose("e50")
    panel.log_table.scrollTo(panel.log.index_of("e50"))
    top = panel.log_table.visualRect(panel.log.index_of("e50")).top()
    assert top > 0
    panel.show_news(news((), tuple(map(ended, range(101, 141))), first=31))
    assert panel.log_table.visualRect(panel.log.index_of("e50")).top() == top
    assert panel.chosen.request_id == "e50"
    filter_of(panel).setText("curl")
    QTest.qWait(150)
    assert panel.chosen.request_id == "e50", "it passes the filter, and stays chosen"


def test_at_the_top_the_newest_is_in_sight(panel: RequestsPanel) -> None:
    panel.show_news(news((), tuple(map(ended, range(1, 101)))))
    panel.show_news(news((), tuple(map(ended, range(101, 105)))))
    assert panel.log_table.indexAt(panel.log_table.viewport().rect().topLeft()).row() == 0


def test_widths_are_fitted_once_and_the_tables_stay_in_line(panel: RequestsPanel) -> None:
    running, log = panel.running_table.horizontalHeader(), panel.log_table.horizontalHeader()
    before = [running.sectionSize(place) for place in range(running.count())]
    panel.show_news(news((record("a", client="x" * 200, endpoint="/" * 90),), (ended(1, persona="y" * 90),)))
    assert [running.sectionSize(place) for place in range(running.count())] == before
    running.resizeSection(2, 260)
    places = [header.sectionPosition(place) for header in (running, log) for place in range(header.count())]
    assert places[: len(places) // 2] == places[len(places) // 2 :]


def test_the_filter_counts_what_it_leaves(panel: RequestsPanel, qtbot: QtBot) -> None:
    panel.show_news(news((record("a"), record("b", "queued")), (ended(1), ended(2, client="aider"))))
    assert panel.counts == ("Running: 1 · waiting: 1", "Log: 2")
    filter_of(panel).setText("aider")
    qtbot.waitUntil(lambda: panel.counts[1] == "Log: 1 of 2")
    filter_of(panel).setText("nobody")
    qtbot.waitUntil(lambda: panel.counts[1] == "Log: 0 of 2")
    assert not find(panel, "exportLog").isEnabled()
    assert find(panel, "clearLog").isEnabled()


def test_an_empty_table_says_why(panel: RequestsPanel, qtbot: QtBot) -> None:
    assert panel.running_table.accessibleDescription() == "No program asks anything at the moment."
    assert panel.log_table.accessibleDescription() == "Requests that have ended are listed here."
    panel.show_news(news((), (ended(1),)))
    filter_of(panel).setText("nobody")
    qtbot.waitUntil(lambda: panel.log_table.accessibleDescription() == "No request passes the filter.")


def test_the_keyboard_suffices(panel: RequestsPanel, qtbot: QtBot) -> None:
    panel.show_status(On(ADDRESS))
    panel.show_news(news((record("a"), record("b")), (ended(1), ended(2)), with_text=frozenset({"a", "b"})))
    assert panel.running_table.hasFocus(), "that is where it begins"
    QTest.keyClick(panel.running_table, Qt.Key.Key_Down)
    reached = [panel.focusWidget().objectName()]
    with qtbot.waitSignal(panel.stop_requested) as stopped:
        while panel.focusWidget().objectName() != "stopRequest":
            QTest.keyClick(panel.focusWidget(), TAB)
            reached.append(panel.focusWidget().objectName())
            assert len(reached) < 20
        QTest.keyClick(panel.focusWidget(), Qt.Key.Key_Space)
    assert stopped.args == [panel.chosen.request_id if panel.chosen else ""]
    assert reached == ["runningRequests", "logFilter", "exportLog", "clearLog", "requestLog", "stopRequest"]
    for name in ("openRequest", "keepTexts"):
        QTest.keyClick(panel.focusWidget(), TAB)
        assert panel.focusWidget().objectName() == name
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_escape_clears_the_filter_first(panel: RequestsPanel, qtbot: QtBot) -> None:
    panel.show_news(news((), (ended(1),)))
    field = filter_of(panel)
    field.setFocus()
    QTest.keyClicks(field, "nobody")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert panel.isVisible()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_every_control_has_a_name(panel: RequestsPanel) -> None:
    for widget in panel.findChildren(QWidget):
        is_ours = isinstance(widget, QAbstractButton | QLineEdit | QTableView)
        if is_ours and not widget.objectName().startswith("qt_") and widget.isVisibleTo(panel):
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()


def test_it_tells_when_it_is_in_sight(panel: RequestsPanel) -> None:
    told: list[bool] = []
    panel.seen_changed.connect(told.append)
    panel.showMinimized()
    panel.open()
    panel.close()
    panel.close()
    assert told == [False, True, False]
