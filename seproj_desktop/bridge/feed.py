"""How news reach the window: the backend appends to a deque per channel, one timer on the Qt thread drains them all.

At most one hand-over per frame of each answer, and two of all together, however many stream; measured at 3 to 5 µs per
token, a third of a signal per token. The timer rests while nothing comes, and is woken by one queued signal.
"""

from collections import deque
from typing import assert_never

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from seproj_desktop.chat.news import AnswerEnded, ConversationNews, PathChanged, QueueChanged, TextAdded

FRAME_MILLISECONDS = 16
CHANNELS_PER_FRAME = 2
"""Each in a turn of its own: keys and the mouse need not wait for both. Of more channels some wait a frame longer."""
IDLE_FRAMES = 30
"""So many frames without news, and the timer rests."""


class Channel(QObject):
    """The news of one open conversation, in their order. Everything but `tell` is the Qt thread's.

    News are kept until `start`: they begin where the snapshot ends that the conversation was opened with.
    """

    path_changed = Signal(object)
    """A `PathChanged`."""
    text_added = Signal(object)
    """A `TextAdded`, of everything that has come since the last frame."""
    answer_ended = Signal(object)
    """An `AnswerEnded`."""
    queue_changed = Signal(object)
    """A `QueueChanged`."""

    def __init__(self, feed: "NewsFeed") -> None:
        super().__init__(feed)
        self._feed = feed
        self._news: deque[ConversationNews] = deque()
        self._is_open = False

    def tell(self, news: ConversationNews) -> None:
        """From the backend's loop."""
        self._news.append(news)
        self._feed.wake()

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell now."""
        return self._is_open and bool(self._news)

    def start(self) -> None:
        self._is_open = True
        self._feed.wake()

    def close(self) -> None:
        """Nothing is told any more, also not what waits."""
        self._is_open = False
        self._feed.remove(self)

    def drain(self) -> None:
        """Tells everything that has come; text that follows text is told as one."""
        texts: list[TextAdded] = []
        while self.has_news:
            news = self._news.popleft()
            if texts and not (isinstance(news, TextAdded) and news.message == texts[0].message):
                self.text_added.emit(joined(texts))
                texts = []
            match news:
                case TextAdded():
                    texts.append(news)
                case PathChanged():
                    self.path_changed.emit(news)
                case AnswerEnded():
                    self.answer_ended.emit(news)
                case QueueChanged():
                    self.queue_changed.emit(news)
                case _:
                    assert_never(news)
        if texts and self._is_open:
            self.text_added.emit(joined(texts))


def joined(texts: list[TextAdded]) -> TextAdded:
    """Several pieces of one answer as one."""
    return TextAdded(
        texts[0].message,
        "".join(news.text for news in texts),
        "".join(news.thinking for news in texts),
        sum(news.tokens for news in texts),
    )


class NewsFeed(QObject):
    """The timer and the channels it drains."""

    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._channels: list[Channel] = []
        self._is_awake = False
        self._idle = 0
        self._timer = QTimer(self, interval=FRAME_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)
        self._woken.connect(self._start, Qt.ConnectionType.QueuedConnection)

    @property
    def is_awake(self) -> bool:
        """Whether the timer runs, or is about to."""
        return self._is_awake

    def open(self) -> Channel:
        channel = Channel(self)
        self._channels.append(channel)
        return channel

    def remove(self, channel: Channel) -> None:
        if channel in self._channels:
            self._channels.remove(channel)
            channel.deleteLater()

    def wake(self) -> None:
        """From any thread, after news were appended; costs nothing while the timer runs."""
        if not self._is_awake:
            self._is_awake = True
            self._woken.emit()

    def close(self) -> None:
        """Tells what is left and rests."""
        for channel in tuple(self._channels):
            channel.drain()
        self._timer.stop()

    def _start(self) -> None:
        self._idle = 0
        self._timer.start()
        self._on_frame()

    def _on_frame(self) -> None:
        waiting = [channel for channel in self._channels if channel.has_news]
        self._set_interval(FRAME_MILLISECONDS // CHANNELS_PER_FRAME if len(waiting) > 1 else FRAME_MILLISECONDS)
        if waiting:
            # To the end of the line, so that those that have waited longest come first.
            channel = waiting[0]
            self._channels.remove(channel)
            self._channels.append(channel)
            channel.drain()
        self._idle = 0 if waiting else self._idle + 1
        if self._idle > IDLE_FRAMES:
            self._rest()

    def _set_interval(self, milliseconds: int) -> None:
        """Setting it starts the timer anew, even if it is the same."""
        if milliseconds != self._timer.interval():
            self._timer.setInterval(milliseconds)

    def _rest(self) -> None:
        self._timer.stop()
        self._is_awake = False
        if any(channel.has_news for channel in self._channels):  # it came between the last look and the flag
            self.wake()
