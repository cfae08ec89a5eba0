"""Four transcripts in one window, fed by the real engine: what the Qt thread does while people watch several answers.

Lives in the probed window's process. Begun and ended by signals, from any thread; asks again whenever an answer ends.
"""

import asyncio
import contextlib
import itertools

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from seproj_desktop.app import App
from seproj_desktop.bridge.feed import Answer, AnswerFeed
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.window.theme import Theme
from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.transcript import Transcript
from seproj_desktop.window.transcript.workshop.workshop import Workshop

SIZE = (1400, 900)
QUESTIONS = (
    "Build user authentication with a table",
    "Show code of a queue",
    "Add a search field",
    "Plan a backup",
)


class Panes(QObject):
    """A window of its own with four transcripts, side by side in two rows."""

    begin = Signal()
    end = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._app: App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._window: QWidget | None = None
        self._workshop: Workshop | None = None
        self._numbers = itertools.count()
        self.begin.connect(self._open, Qt.ConnectionType.QueuedConnection)
        self.end.connect(self._close, Qt.ConnectionType.QueuedConnection)

    def use(self, app: App) -> None:
        """On the backend's loop: where the answers come from."""
        self._app, self._loop = app, asyncio.get_running_loop()

    def _open(self) -> None:
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        self._window = QWidget()
        self._workshop = Workshop(self)
        theme, feed = Theme(application, "light"), AnswerFeed(self._window)
        grid = QGridLayout(self._window)
        for place, question in enumerate(QUESTIONS):
            view = Transcript(theme, self._workshop)
            grid.addWidget(view, place // 2, place % 2)
            self._ask(view, feed, question)
        self._window.resize(*SIZE)
        self._window.show()

    def _close(self) -> None:
        if self._window is not None and self._workshop is not None:
            self._workshop.close()
            self._window.hide()
            self._window.deleteLater()
        self._window = None

    def _ask(self, view: Transcript, feed: AnswerFeed, question: str) -> None:
        if self._window is None or self._loop is None:
            return
        key = f"{next(self._numbers)}"
        view.add(Entry(f"q{key}", Speaker("user", "You"), question))
        view.add(Entry(key, Speaker("assistant", "Developer")), is_open=True)
        answer = feed.open(f"pane-{key}")
        answer.text_arrived.connect(lambda text: view.add_text(key, text))
        answer.reasoning_arrived.connect(lambda text, _: view.add_thinking(key, text))
        answer.finished.connect(lambda _: self._go_on(view, feed, key, question))
        asyncio.run_coroutine_threadsafe(self._stream(answer, question), self._loop)

    def _go_on(self, view: Transcript, feed: AnswerFeed, key: str, question: str) -> None:
        if self._window is not None:
            view.finish(key, Ending())
            self._ask(view, feed, question)

    async def _stream(self, answer: Answer, question: str) -> None:
        assert self._app is not None
        job = GenerationJob(answer.request_id, (ChatMessage(role="user", content=question),), Sampling(max_tokens=512))
        async with contextlib.aclosing(self._app.engine.generate(job)) as events:
            async for event in events:
                answer.queue.append(event)
