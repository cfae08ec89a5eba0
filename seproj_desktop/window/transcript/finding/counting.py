"""Counts the hits of a search over all messages, in slices between two frames, and keeps the counts true.

On the Qt thread. It begins with what is in sight; messages that grow are counted again a few times a second, and of
them only what is new.
"""

from collections import deque
from collections.abc import Iterable
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal

from seproj_desktop.window.transcript.finding.matching import Query
from seproj_desktop.window.transcript.finding.sections import Counts, Search, Steps, finished
from seproj_desktop.window.transcript.finding.tally import Tally
from seproj_desktop.window.transcript.markdown.chapters import is_long
from seproj_desktop.window.transcript.message import Message
from seproj_desktop.window.transcript.view import TranscriptView

SLICE_SECONDS = 0.0008
"""A slice ends with the step that goes beyond, and the longest step takes a little more than that again."""
GROWTH_MILLISECONDS = 100


class Counting(QObject):
    """The counts of one search at a time."""

    counted = Signal(object)
    """A message's counts are known, or are others than before."""
    completed = Signal()
    """Every message has been counted once."""
    restarted = Signal()
    """There are other messages than before; what was known of them is gone."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view)
        self._view = view
        self._messages: list[Message] = []
        self._queue: deque[Message] = deque()
        self._again: deque[Message] = deque()
        """Messages that have changed."""
        self._open: list[Message] = []
        self._unfolded: set[Message] = set()
        """Messages whose thinking was open when they were counted."""
        self._work: tuple[Message, Steps] | None = None
        self.search = Search(Query())
        self.tally = Tally()
        self.is_complete = True
        self.slices = 0
        """For benchmarks and tests."""
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._go_on)
        self._growth_timer = QTimer(self, interval=GROWTH_MILLISECONDS, singleShot=True)
        self._growth_timer.timeout.connect(self._count_grown)
        view.scrolled.connect(self._on_scrolled)

    def start(self, query: Query, first: Message | None) -> None:
        """Counts everything anew, from a message on and round to it; an empty query has no hits."""
        self.search = Search(query)
        self._begin(0 if first is None else first.number)

    def update(self) -> None:
        """Counts at once what has changed since it was counted: messages that are growing."""
        for message in self._open:
            self._take(message, finished(self._count(message)))

    def _begin(self, first: int) -> None:
        self._messages = messages = self._view.sheet.messages
        self.tally = Tally(len(messages))
        self._again.clear()
        self._unfolded.clear()
        self._work = None
        is_empty = self.search.query.is_empty
        self._queue = deque() if is_empty else deque((*messages[first:], *messages[:first]))
        self._open = [] if is_empty else [message for message in messages if message.is_open]
        self.is_complete = is_empty or not messages
        if self.is_complete:
            self._timer.stop()
        else:
            self._timer.start()

    def _go_on(self) -> None:
        """Counts for a moment."""
        self.slices += 1
        until = perf_counter() + SLICE_SECONDS
        while self._step():
            if perf_counter() > until:
                return
        self._timer.stop()

    def _step(self) -> bool:
        """Counts a little; False once nothing is left."""
        if self._work is None:
            if not self._queue and not self.is_complete:
                self.is_complete = True
                self.completed.emit()
            waiting = self._again or self._queue
            if not waiting:
                return False
            message = waiting.popleft()
            self._work = (message, self._count(message))
        message, steps = self._work
        try:
            next(steps)
        except StopIteration as end:
            self._work = None
            self._take(message, end.value)
        return True

    def _count(self, message: Message) -> Steps:
        """Of a long text that has hits nobody will have to wait for the segments when one is shown."""
        sheet = self._view.sheet
        if message.backlog is not None:
            yield from sheet.split_in_slices(message, SLICE_SECONDS)
        counts = yield from self.search.count(message)
        if counts and is_long(message.text):
            yield from sheet.split_in_slices(message, SLICE_SECONDS)
        return counts

    def _take(self, message: Message, counts: Counts) -> None:
        if message.is_thought_open:
            self._unfolded.add(message)
        else:
            self._unfolded.discard(message)
        if self.tally.set(message.number, counts):
            self.counted.emit(message)

    # Changes

    def _on_scrolled(self) -> None:
        if self.search.query.is_empty:
            return
        shown = {one.message for one in self._view.scroller.shown}
        if self._view.sheet.messages is not self._messages:
            self._begin(min((message.number for message in shown), default=0))
            self.restarted.emit()
            return
        fresh = self._messages[len(self.tally) :]
        for message in fresh:
            self.tally.append()
            if message.is_open:
                self._open.append(message)
        self._count_again(fresh)
        self._count_again(one for one in shown if one.is_thought_open != (one in self._unfolded) and self.is_complete)
        if self._open and not self._growth_timer.isActive():
            self._growth_timer.start()

    def _count_grown(self) -> None:
        for message in [message for message in self._open if not message.is_open]:
            self._open.remove(message)
            self.search.forget(message)
            self._count_again((message,))
        self._count_again(self._open)

    def _count_again(self, messages: Iterable[Message]) -> None:
        self._again += [message for message in messages if message not in self._again]
        if self._again:
            self._timer.start()
