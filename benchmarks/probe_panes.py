"""Four transcripts in one window, fed by the real engine: what the Qt thread does while people watch several answers.

Lives in the probed window's process. Begun and ended by signals, from any thread; asks again whenever an answer ends.
"""

import asyncio
import contextlib
import itertools

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from seproj_desktop.app import App
from seproj_desktop.bridge.feed import Channel, NewsFeed
from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.news import AnswerEnded, PathEntry, TextAdded
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
        theme = application.findChild(Theme)  # another one would have the whole program painted anew
        assert theme is not None
        self._window.resize(*SIZE)
        self._window.show()
        self._add(theme, NewsFeed(self._window), QGridLayout(self._window), 0)

    def _add(self, theme: Theme, feed: NewsFeed, grid: QGridLayout, place: int) -> None:
        """One in each turn of the loop, as the program opens what takes longer than a frame all at once."""
        if self._window is None or place == len(QUESTIONS):
            return
        view = Transcript(theme, self._workshop)
        grid.addWidget(view, place // 2, place % 2)
        self._ask(view, feed, QUESTIONS[place])
        QTimer.singleShot(0, self, lambda: self._add(theme, feed, grid, place + 1))

    def _close(self) -> None:
        if self._window is not None and self._workshop is not None:
            self._workshop.close()
            self._window.hide()
            self._window.deleteLater()
        self._window = None

    def _ask(self, view: Transcript, feed: NewsFeed, question: str) -> None:
        if self._window is None or self._loop is None:
            return
        number = next(self._numbers)
        key = f"{number}"
        view.add(Entry(f"q{key}", Speaker("user", "You"), question))
        view.add(Entry(key, Speaker("assistant", "Developer")), is_open=True)
        channel = feed.open()
        channel.text_added.connect(lambda added: show(view, key, added))
        channel.answer_ended.connect(lambda _: self._go_on(view, feed, channel, key, question))
        channel.start()
        asyncio.run_coroutine_threadsafe(self._stream(channel, number, question), self._loop)

    def _go_on(self, view: Transcript, feed: NewsFeed, channel: Channel, key: str, question: str) -> None:
        channel.close()
        if self._window is not None:
            view.finish(key, Ending())
            self._ask(view, feed, question)

    async def _stream(self, channel: Channel, number: int, question: str) -> None:
        assert self._app is not None
        messages = (ChatMessage(role="user", content=question),)
        job = GenerationJob(f"pane-{number}", messages, Sampling(max_tokens=512))
        async with contextlib.aclosing(self._app.engine.generate(job)) as stream:
            async for event in stream:
                match event:
                    case events.TextDelta(text, tokens):
                        channel.tell(TextAdded(number, text, tokens=tokens))
                    case events.ReasoningDelta(text, tokens):
                        channel.tell(TextAdded(number, thinking=text, tokens=tokens))
                    case events.Finished() | events.Failed():
                        ended = StoredMessage(number, None, "assistant", "", 0.0)
                        channel.tell(AnswerEnded(PathEntry(ended)))


def show(view: Transcript, key: str, added: TextAdded) -> None:
    if added.thinking:
        view.add_thinking(key, added.thinking)
    if added.text:
        view.add_text(key, added.text)
