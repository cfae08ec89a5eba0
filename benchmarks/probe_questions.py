"""Questions of the window's own, one after the other: how long until their first text is there to be painted.

Lives in the probed window's process and takes the window's way: from the Qt thread to the backend's loop, into the
engine with the window's priority, and back with the feed's next frame.
"""

import asyncio
import contextlib
import itertools
import random
import time
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from benchmarks.prompts import candidates
from benchmarks.wire import say
from seproj_desktop.app import App
from seproj_desktop.bridge.feed import Channel, NewsFeed
from seproj_desktop.chat import events
from seproj_desktop.chat.conversations import StoredMessage
from seproj_desktop.chat.messages import ChatMessage, GenerationJob, Sampling
from seproj_desktop.chat.news import AnswerEnded, PathEntry, TextAdded

TOKENS = 12
PAUSE = (40, 160)
"""Milliseconds between two questions, at random: the engine's steps must not set the pace."""


class Questions(QObject):
    """Asks and measures on the Qt thread; says what it has found when the last answer has ended."""

    begin = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._app: App | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._feed: NewsFeed | None = None
        self._bodies = candidates(TOKENS)
        self._pauses = random.Random(1)
        self._left = self._number = 0
        self._found: list[dict[str, Any]] = []
        self.begin.connect(self._begin, Qt.ConnectionType.QueuedConnection)

    def use(self, app: App) -> None:
        """On the backend's loop: where the answers come from."""
        self._app, self._loop = app, asyncio.get_running_loop()

    def _begin(self, count: int) -> None:
        self._feed = self._feed or NewsFeed(self)
        self._left, self._found = count, []
        self._ask()

    def _ask(self) -> None:
        assert self._app is not None
        assert self._loop is not None
        assert self._feed is not None
        self._number += 1
        found: dict[str, Any] = {"busy": self._app.engine.load.running}
        self._found.append(found)
        channel = self._feed.open()
        started = time.perf_counter()
        channel.text_added.connect(lambda _: found.setdefault("shown", time.perf_counter() - started))
        channel.answer_ended.connect(lambda _: self._go_on(channel))
        channel.start()
        work = self._stream(channel, self._number, found, started)
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _go_on(self, channel: Channel) -> None:
        channel.close()
        self._left -= 1
        if self._left:
            QTimer.singleShot(self._pauses.randint(*PAUSE), self._ask)
        else:
            say(self._found)

    async def _stream(self, channel: Channel, number: int, found: dict[str, Any], started: float) -> None:
        assert self._app is not None
        body = self._bodies[number % len(self._bodies)]
        messages = tuple(ChatMessage(**message) for message in body["messages"])
        job = GenerationJob(f"question-{number}", messages, Sampling(temperature=0.0, max_tokens=TOKENS))
        moments = []
        async with contextlib.aclosing(self._app.engine.generate(job)) as stream:
            async for event in stream:
                match event:
                    case events.TextDelta(text, tokens):
                        moments.append(time.perf_counter() - started)
                        channel.tell(TextAdded(number, text, tokens=tokens))
                    case events.Failed(message=message):
                        raise RuntimeError(message)
                    case _:
                        pass
        found["first"] = moments[0]
        found["steps"] = [later - earlier for earlier, later in itertools.pairwise(moments)]
        channel.tell(AnswerEnded(PathEntry(StoredMessage(number, None, "assistant", "", 0.0))))
