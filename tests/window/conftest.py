"""What the window's tests share: qasync's loop, and a house with a real backend thread around a fake engine."""

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from seproj_desktop.app import App, assemble
from seproj_desktop.bridge.backend import Backend
from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.errors import ErrorReport, ErrorReporter, UserError
from seproj_desktop.paths import Paths
from seproj_desktop.server import status as server_status
from seproj_desktop.settings import Settings
from seproj_desktop.storage.memory import Memory, open_memory
from seproj_desktop.window.main_window import MainWindow
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.queue_panel import QueuePanel
from seproj_desktop.window.sidebar.conversation_view import ConversationView
from seproj_desktop.window.sidebar.sidebar import Sidebar
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import MessageAction
from tests.fakes import FakeLoader

T = TypeVar("T")
W = TypeVar("W", bound=QObject)
PATIENCE = 10_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the offscreen platform says of smallest sizes and of menus is not ours to mend."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


class StandInServer:
    """The switch without a socket: it changes state when the test says so."""

    def __init__(self) -> None:
        self.status: server_status.ServerStatus = server_status.Off()
        self.listeners: list[Callable[[server_status.ServerStatus], None]] = []
        self.starts = 0
        self.hosts: list[str | None] = []
        self.failure: UserError | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    def subscribe(self, listener: Callable[[server_status.ServerStatus], None]) -> Callable[[], None]:
        self.listeners.append(listener)
        listener(self.status)
        return lambda: self.listeners.remove(listener)

    def tell(self, status: server_status.ServerStatus) -> None:
        self.status = status
        for listener in self.listeners:
            listener(status)

    async def start(self, host: str | None = None, port: int | None = None) -> None:
        self.starts += 1
        self.hosts.append(host)
        self.tell(server_status.TurningOn())
        await self.gate.wait()
        if self.failure is not None:
            self.tell(server_status.Broken(self.failure.message, self.failure.advice))
            raise self.failure
        lan = ("http://192.0.2.7:8765",) if host == "0.0.0.0" else ()
        self.tell(server_status.On("http://127.0.0.1:8765", lan))

    async def stop(self) -> None:
        self.tell(server_status.Draining("http://127.0.0.1:8765"))
        await self.gate.wait()
        self.tell(server_status.Off())

    async def aclose(self) -> None:
        self.tell(server_status.Off())


class House:
    """The whole window over a fake engine and a real data folder."""

    def __init__(self, qtbot: QtBot, theme: Theme, folder: Path, loader: FakeLoader, settings: Settings) -> None:
        self.qtbot = qtbot
        self.loader = loader
        self._is_closed = False
        self.server = StandInServer()
        self.change: Callable[[App], App] = lambda app: app
        self.open_memory: Callable[[Path, Path], Memory] = open_memory
        self.paths = Paths.find({"HF_HUB_CACHE": str(folder / "hub")}, folder)
        self.settings = settings
        self.reporter = ErrorReporter()
        self.reports: list[ErrorReport] = []
        self.reporter.add_sink(self.reports.append)
        self.backend = Backend(self.assemble, self.reporter)
        self.operations = Operations(self.reporter)
        self.window = MainWindow(self.backend, self.operations, theme, persona_id=settings.window.persona)
        qtbot.addWidget(self.window)

    def assemble(self) -> App:
        memory = self.open_memory(self.paths.data, self.paths.runtime)
        app = assemble(self.settings, self.paths, self.reporter, self.loader, memory)
        return self.change(replace(app, server=cast("Any", self.server)))

    def open(self) -> "House":
        """The window on screen, the personas in their box, no engine yet."""
        self.window.show()
        self.window.activateWindow()
        self.backend.start()
        self.wait(lambda: self.box.count() > 0)
        return self

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Runs a coroutine of the Qt loop to its end."""
        task = asyncio.ensure_future(work)
        self.wait(task.done)
        return task.result()

    def on_backend(self, function: Callable[..., object], *args: object) -> None:
        async def call() -> None:
            function(*args)

        self.run(self.backend.call(call))

    def find(self, kind: type[W], name: str) -> W:
        found = self.window.findChild(kind, name)
        assert found is not None, name
        return found

    def notice(self, key: str) -> str:
        """What a notice says; empty where there is none."""
        (area,) = self.window.findChildren(NoticeArea)
        return area.text(key)

    def act(self, name: str) -> None:
        """Runs one of the window's commands."""
        self.find(QAction, name).trigger()

    def take(self, action: MessageAction, number: int) -> None:
        """Does something with a message of the path, counted as in a list."""
        transcript = self.transcript
        transcript.commands.run(action, transcript.sheet.messages[number])

    def show(self, conversation: int) -> None:
        """Chooses a conversation in the list, and waits until it is there."""
        self.sidebar.conversation_chosen.emit(conversation)
        self.wait(lambda: self.shown == conversation)

    @property
    def shown(self) -> int | None:
        """The id of the conversation that is shown."""
        return self.window.dialogue.conversation

    @property
    def spoken(self) -> list[str]:
        """The texts of the messages that are shown."""
        return [message.text for message in self.transcript.sheet.messages]

    @property
    def listed(self) -> Sequence[ConversationSummary]:
        """What the backend's list holds, the bin included."""
        return tuple(self.backend.app.library.summaries)

    @property
    def queue_panel(self) -> QueuePanel:
        return self.find(QueuePanel, "queuePanel")

    @property
    def sidebar(self) -> Sidebar:
        (sidebar,) = self.window.findChildren(Sidebar)
        return sidebar

    @property
    def titles(self) -> list[str]:
        """The rows of the list in the sidebar."""
        model = self.find(ConversationView, "conversationList").model()
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]

    @property
    def box(self) -> Any:
        return self.find(QWidget, "personaBox")

    @property
    def composer(self) -> Any:
        return self.find(QWidget, "composer")

    @property
    def transcript(self) -> Any:
        return self.find(QWidget, "transcript")

    @property
    def send_button(self) -> Any:
        return self.find(QWidget, "sendButton")

    @property
    def stop_button(self) -> Any:
        return self.find(QWidget, "stopButton")

    @property
    def toggle(self) -> Any:
        return self.find(QWidget, "serverToggle")

    @property
    def said(self) -> str:
        return str(self.transcript.whole_text)

    @property
    def engine_words(self) -> str:
        return str(cast("Any", self.find(QWidget, "engineStatus")).whole_text)

    def type(self, text: str) -> None:
        QTest.keyClicks(self.composer, text)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.composer, key, modifier)

    def say(self, text: str) -> None:
        """Types and presses Enter."""
        self.type(text)
        self.press(Qt.Key.Key_Return)

    def close(self) -> None:
        """As the program ends; nothing happens the second time."""
        if self._is_closed:
            return
        self._is_closed = True
        self.window.hide()
        self.window.end()
        self.run(self.operations.aclose())
        self.run(self.backend.close())


@pytest.fixture
def qt_loop(qapp: QApplication) -> Iterator[QEventLoop]:
    """qasync's loop, run by whoever runs Qt's events."""
    gc.disable()  # as the program does: a Qt object must not be freed on a backend's thread
    loop = QEventLoop(qapp, already_running=True)
    yield loop
    asyncio.events._set_running_loop(None)
    # Its `stop` would tell the whole application to leave every event loop, also those of the tests to come.
    loop._QEventLoop__is_running = False
    loop.close()
    gc.collect()
    gc.enable()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, "light")
    yield theme
    qapp.paletteChanged.disconnect(theme.changed)
    theme.deleteLater()


OpenHouse = Callable[..., House]


@pytest.fixture
def make_house(qtbot: QtBot, qt_loop: QEventLoop, theme: Theme, tmp_path: Path) -> Iterator[OpenHouse]:
    """Builds houses and closes them; `open()` starts one."""
    houses: list[House] = []

    def make(loader: FakeLoader | None = None, settings: Settings | None = None) -> House:
        chosen = settings or Settings.model_validate({"window": {"persona": "developer"}})
        house = House(qtbot, theme, tmp_path, loader or FakeLoader(), chosen)
        houses.append(house)
        return house

    yield make
    for house in houses:
        house.close()
