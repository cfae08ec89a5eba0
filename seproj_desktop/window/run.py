"""The window's life: application, loop, window first, then the backend, and everything ended in order.

On the main thread. The only place that makes a QApplication; nothing happens at import.
"""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from seproj_desktop.bridge.backend import Backend
from seproj_desktop.engine.status import EngineStatus, Ready, Starting
from seproj_desktop.errors import ErrorReporter
from seproj_desktop.paths import APPLICATION, resources_folder
from seproj_desktop.settings import Settings
from seproj_desktop.window.main_window import MainWindow
from seproj_desktop.window.operations import Operations
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.accessibility.accessibility import install_accessibility
from seproj_desktop.window.tuning import Collector, WarmUp, tune_threads

if TYPE_CHECKING:
    from seproj_desktop.app import App


def run_window(
    assemble: "Callable[[], App]",
    reporter: ErrorReporter,
    settings: Settings,
    *,
    persona: str | None,
    start_server: bool,
    problems: Sequence[str] = (),
) -> int:
    """Shows the window and runs until it is closed; `assemble` is called on the backend's thread. The exit code."""
    tune_threads()
    application = make_application()
    loop = QEventLoop(application)
    reporter.install_on(loop)
    theme = Theme(application, settings.window.theme)
    session = Session(assemble, reporter, theme, persona or settings.window.persona, start_server=start_server)
    session.window.show_problems("settings", session.window.tr("Some settings were not taken."), problems)
    with loop:
        loop.run_until_complete(session.run(loop))
    return 0


def make_application() -> QApplication:
    """Named, so that the desktop knows which program the window belongs to."""
    QApplication.setApplicationName(APPLICATION)
    QApplication.setApplicationDisplayName("SEproj Desktop")
    QGuiApplication.setDesktopFileName(APPLICATION)
    application = QApplication(sys.argv[:1])
    install_accessibility()
    application.setWindowIcon(icon(resources_folder() / "icons"))
    application.setQuitOnLastWindowClosed(False)
    return application


def icon(folder: Path) -> QIcon:
    picture = QIcon()
    for size in (16, 32, 48, 64, 128, 256):
        picture.addFile(str(folder / f"{APPLICATION}-{size}.png"))
    return picture


class Session:
    """Window and backend together, from the first paint to the last thread."""

    def __init__(
        self,
        assemble: "Callable[[], App]",
        reporter: ErrorReporter,
        theme: Theme,
        persona_id: str,
        *,
        start_server: bool,
    ) -> None:
        self.backend = Backend(assemble, reporter)
        self.operations = Operations(reporter)
        self.window = MainWindow(self.backend, self.operations, theme, persona_id=persona_id)
        self._collector = Collector(self.backend)
        self._warm_up = WarmUp(self.window.font(), self.window)
        self._starts_server = start_server
        self.backend.started.connect(self._on_started)
        self.backend.engine_changed.connect(self._on_engine)

    async def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Returns when the window has been closed and everything behind it has ended."""
        closed = loop.create_future()

        def close() -> None:
            self.window.hide()
            if not closed.done():
                closed.set_result(None)

        self.window.close_requested.connect(close)
        with signals_call(loop, close):
            self.window.show()
            # Once the window has been painted and its fonts are loaded.
            self._warm_up.done.connect(self._furnish)
            self._warm_up.start()
            await closed
            await self.close()
        self._collector.stop()

    async def close(self) -> None:
        self.window.hide()
        self._warm_up.stop()
        self.window.end()
        await self.operations.aclose()
        await self.backend.close()

    def _furnish(self) -> None:
        self.window.furnish()
        self.backend.start()

    def _on_engine(self, status: EngineStatus) -> None:
        if isinstance(status, Starting):
            self._collector.pause()
            return
        if isinstance(status, Ready):
            self._collector.freeze()
        self._collector.resume()

    def _on_started(self) -> None:
        self._collector.freeze()
        self.window.control.start_engine()
        if self._starts_server:
            self.window.control.start_server()


@contextlib.contextmanager
def signals_call(loop: asyncio.AbstractEventLoop, close: Callable[[], None]) -> Iterator[None]:
    """Ctrl+C and SIGTERM close the window in order."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, close)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
