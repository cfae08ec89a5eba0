"""The window's whole life, as `run_window` leads it: shown first, closed at any moment, nothing left behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from seproj_desktop.app import App, assemble
from seproj_desktop.errors import ErrorReport, ErrorReporter, UserError
from seproj_desktop.paths import Paths
from seproj_desktop.settings import Settings
from seproj_desktop.window.composer import ComposerField
from seproj_desktop.window.engine_panel import EnginePanel
from seproj_desktop.window.notices import NoticeArea
from seproj_desktop.window.run import Session
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.transcript import Transcript
from tests.fakes import FakeEngine, FakeLoader

Ready = Callable[[Session], bool]
Act = Callable[[Session], Ready]


def live(
    qapp: QApplication, theme: Theme, folder: Path, loader: FakeLoader, act: Callable[[Session], Ready]
) -> Session:
    """Runs a session; once `act`'s condition holds, the window is closed as a person would."""
    reporter = ErrorReporter()
    reports: list[ErrorReport] = []
    reporter.add_sink(reports.append)
    paths = Paths.find({}, folder)
    settings = Settings.model_validate({"server": {"port": 0}})

    def build() -> App:
        return assemble(settings, paths, reporter, loader)

    loop = QEventLoop(qapp)
    session = Session(build, reporter, theme, "developer", start_server=True)
    condition = act(session)
    timer = QTimer(interval=10)

    def close_when_ready() -> None:
        if condition(session):
            timer.stop()
            session.window.close()
            assert not session.window.isVisible()

    timer.timeout.connect(close_when_ready)
    timer.start()
    with loop:
        loop.run_until_complete(asyncio.wait_for(session.run(loop), 60))
    timer.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name == "backend"] == []
    assert loader.is_closed
    assert reports == []
    session.window.deleteLater()
    session.backend.deleteLater()
    return session


def said(session: Session) -> str:
    """Nothing, before there is a transcript."""
    return "".join(transcript.whole_text for transcript in session.window.findChildren(Transcript))


def ask(session: Session) -> None:
    field = session.window.findChild(ComposerField, "composer")
    assert field is not None
    field.setPlainText("go on")
    field.enter_pressed.emit()


def test_closing_during_a_stream(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    engine = FakeEngine(gate=asyncio.Semaphore(2))
    loader = FakeLoader([engine])

    def act(session: Session) -> Ready:
        session.backend.started.connect(lambda: QTimer.singleShot(0, lambda: ask(session)))
        return lambda session: "Hello," in said(session)

    live(qapp, theme, tmp_path, loader, act)
    assert not engine.running
    assert loader.unloaded == [engine]


def test_closing_during_a_load(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    loader = FakeLoader(gate=asyncio.Event())
    live(qapp, theme, tmp_path, loader, lambda session: lambda session: loader.loads == ["seproj-demo"])
    assert loader.unloaded == []


def test_closing_at_once(qapp: QApplication, theme: Theme, tmp_path: Path) -> None:
    loader = FakeLoader(gate=asyncio.Event())
    live(qapp, theme, tmp_path, loader, lambda session: lambda session: session.backend._thread.is_alive())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window(qapp: QApplication, theme: Theme, tmp_path: Path, number: signal.Signals) -> None:
    loader = FakeLoader()

    def act(session: Session) -> Ready:
        session.backend.started.connect(lambda: os.kill(os.getpid(), number))
        return lambda session: False

    live(qapp, theme, tmp_path, loader, act)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (UserError("'nonsense' is no model.", "Name another."), "'nonsense' is no model.\nName another."),
        (RuntimeError("oh"), "Something unexpected went wrong: oh"),
    ],
)
def test_a_backend_that_cannot_be_built_says_why(
    qapp: QApplication, theme: Theme, error: Exception, words: str
) -> None:
    def build() -> App:
        raise error

    session = Session(build, ErrorReporter(), theme, "developer", start_server=False)
    loop = QEventLoop(qapp)
    session.backend.start_failed.connect(lambda: QTimer.singleShot(0, session.window.close))
    with loop:
        loop.run_until_complete(asyncio.wait_for(session.run(loop), 60))
    (area,) = session.window.findChildren(NoticeArea)
    assert [area.text(key) for key in area.keys] == [words]
    (panel,) = session.window.findChildren(EnginePanel)
    assert panel.words.whole_text == "Failed"
    session.window.deleteLater()
    session.backend.deleteLater()


def test_the_window_needs_neither_server_nor_engine_to_appear() -> None:
    """What is imported before the first paint; the rest comes on the backend's thread."""
    code = "import sys, seproj_desktop.window.run; print(*sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert not loaded & {"fastapi", "starlette", "uvicorn", "vllm", "torch", "huggingface_hub", "seproj_desktop.app"}
