"""The server's window over a real backend: it looks only while it is in sight, and does what is asked of it."""

import asyncio
import json
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QPushButton, QToolButton

from seproj_desktop.chat import events
from seproj_desktop.chat.messages import SERVER_PRIORITY, ChatMessage, GenerationJob
from seproj_desktop.chat.trace import RequestTrace
from seproj_desktop.server.caller import Caller
from seproj_desktop.window.requests import requests as looking
from seproj_desktop.window.requests.panel import RequestsPanel
from seproj_desktop.window.requests.requests import Requests
from tests.fakes import FakeEngine, FakeLoader
from tests.window.conftest import House, OpenHouse

CURL = Caller("127.0.0.1", "curl/8.5.0")


class Board:
    """A house with its panel, and clients that ask."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.panel = house.find(RequestsPanel, "requestsPanel")
        (self.requests,) = house.window.findChildren(Requests)
        self.answering: list[asyncio.Future[None]] = []

    def ask(self, name: str, question: str) -> None:
        """A request that goes the way of /generate, without a socket."""
        self.house.on_backend(lambda: self.answering.append(asyncio.ensure_future(self._answer(name, question))))

    async def _answer(self, name: str, question: str) -> None:
        app, said = self.house.backend.app, ""
        entry = app.board.open(CURL, "/generate", RequestTrace(name))
        messages = (ChatMessage(role="user", content=question),)
        entry.show(messages, lambda: said, persona="developer")
        async for event in app.engine.generate(
            GenerationJob(name, messages, priority=SERVER_PRIORITY, trace=entry.trace)
        ):
            if isinstance(event, events.TextDelta):
                said += event.text
            elif isinstance(event, events.Finished | events.Failed):
                entry.close_with(event)

    def end(self, count: int) -> None:
        """So many requests that have come and gone."""

        def pass_by() -> None:
            for number in range(count):
                entry = self.house.backend.app.board.open(CURL, "/generate", RequestTrace(f"r{number}"))
                entry.show((ChatMessage(role="user", content=f"Question {number}"),), lambda: "Answer")
                entry.close("done", 200)

        self.house.on_backend(pass_by)

    def states(self) -> list[str]:
        return [record.state for record in self.panel.running.records]

    def logged(self) -> list[str]:
        return [record.request_id for record in self.panel.log.records]


@pytest.fixture
def gate() -> asyncio.Semaphore:
    return asyncio.Semaphore(1)


@pytest.fixture
def board(make_house: OpenHouse, gate: asyncio.Semaphore) -> Board:
    return Board(make_house(FakeLoader([FakeEngine(gate=gate)])).open())


def test_out_of_sight_it_costs_nothing(board: Board) -> None:
    told: list[str] = []
    for model in (board.panel.running, board.panel.log):
        model.rowsInserted.connect(lambda: told.append("rows"))
        model.dataChanged.connect(lambda: told.append("data"))
    board.end(500)
    board.house.qtbot.wait(3 * looking.LOOK_MILLISECONDS)
    assert (board.requests.looks, board.requests.is_awake, told) == (0, False, [])
    board.house.act("showRequests")
    board.house.wait(lambda: len(board.logged()) == 500)
    board.house.wait(lambda: board.requests.is_awake)
    board.panel.close()
    board.house.wait(lambda: not board.requests.is_awake)
    board.house.wait(lambda: not board.requests.is_looking)
    looks, so_far = board.requests.looks, len(told)
    board.end(1)
    board.house.qtbot.wait(3 * looking.LOOK_MILLISECONDS)
    assert (board.requests.looks, len(told)) == (looks, so_far)


def test_only_what_is_new_comes_over(board: Board) -> None:
    board.house.act("showRequests")
    board.end(100)
    board.house.wait(lambda: len(board.logged()) == 100)
    kept = board.panel.log.records[-1]
    board.end(1)
    board.house.wait(lambda: len(board.logged()) == 101)
    assert board.panel.log.records[-1] is kept


def test_a_request_is_seen_from_queue_to_log_and_is_stopped(board: Board, gate: asyncio.Semaphore) -> None:
    board.house.act("showRequests")
    for name in ("one", "two", "three", "four"):  # three places, and one that waits
        board.ask(name, "Hello")
    board.house.wait(lambda: board.states() == ["writing", "reading", "reading", "queued"])
    board.panel.running_table.choose("four")
    button(board, "stopRequest").click()
    board.house.wait(lambda: board.logged() == ["four"])
    board.panel.running_table.choose("one")
    button(board, "stopRequest").click()
    board.house.wait(lambda: board.logged() == ["one", "four"])
    assert {record.state for record in board.panel.log.records} == {"stopped"}
    for _ in range(8):
        board.house.on_backend(gate.release)
    board.house.wait(lambda: len(board.logged()) == 4)


def test_a_running_request_becomes_a_conversation_and_runs_on(board: Board) -> None:
    board.house.act("showRequests")
    board.ask("one", "What is this?")
    board.house.wait(lambda: [record.output_tokens for record in board.panel.running.records] == [1])
    board.panel.running_table.choose("one")
    button(board, "openRequest").click()
    board.house.wait(lambda: board.house.spoken == ["What is this?", "Hello"])
    assert board.states() == ["writing"]
    (summary,) = board.house.listed
    assert (summary.title, summary.persona) == ("What is this?", "developer")
    board.panel.running_table.choose("one")
    button(board, "stopRequest").click()
    board.house.wait(lambda: board.logged() == ["one"])


def test_an_ended_one_can_be_opened_only_if_its_text_was_kept(board: Board) -> None:
    board.house.act("showRequests")
    board.end(1)
    board.house.wait(lambda: len(board.logged()) == 1)
    board.panel.log_table.selectRow(0)
    assert not button(board, "openRequest").isEnabled()
    board.panel.keep_texts_requested.emit(True)
    board.house.wait(lambda: "kept in memory" in board.panel.keeping.text())
    board.end(1)
    board.house.wait(lambda: len(board.logged()) == 2)
    board.panel.log_table.selectRow(0)
    button(board, "openRequest").click()
    board.house.wait(lambda: board.house.spoken == ["Question 0", "Answer"])
    board.panel.keep_texts_requested.emit(False)
    board.house.wait(lambda: not button(board, "openRequest").isEnabled())


def test_what_was_forgotten_meanwhile_is_told(board: Board) -> None:
    board.house.act("showRequests")
    board.panel.open_requested.emit("gone")
    board.house.wait(lambda: board.panel.about.whole_text == "What was said in it is not there any more.")
    assert board.house.listed == ()


def test_the_log_is_exported_as_it_is_filtered_and_cleared(board: Board, tmp_path: Path) -> None:
    board.house.act("showRequests")
    board.end(3)
    board.house.wait(lambda: len(board.logged()) == 3)
    button(board, "exportLog").click()
    board.house.find(QFileDialog, "exportLogFile").reject()
    file = tmp_path / "log.jsonl"
    board.requests.export(file, "jsonl")
    board.house.wait(lambda: board.panel.about.whole_text == "3 requests are in log.jsonl.")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["request_id"] for line in lines] == board.logged()
    board.requests.export(tmp_path / "nowhere" / "log.csv", "csv")
    board.house.wait(lambda: "log.csv cannot be written" in board.panel.about.whole_text)
    button(board, "clearLog").click()
    board.house.wait(lambda: board.logged() == [])
    assert board.house.reports == []


def test_it_opens_from_the_header_and_goes_with_the_window(board: Board) -> None:
    board.house.find(QAction, "showRequests")
    header = board.house.window.findChild(QToolButton, "serverDetails")
    assert header is not None
    header.click()
    assert board.panel.isVisible()
    board.house.window.close()
    assert not board.panel.isVisible()


def button(board: Board, name: str) -> QPushButton:
    return board.house.find(QPushButton, name)
