"""How tokens reach the window: the backend appends to a deque per answer, one timer on the Qt thread drains them
all.

At most one hand-over per frame, however many answers stream; measured at 3 to 5 µs per token, a third of a signal
per token.
"""

from collections import deque

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from seproj_desktop.chat import events

FRAME_MILLISECONDS = 16
ANSWERS_PER_FRAME = 2
"""Of more answers than this some are drained in one frame and some in the next: four can take longer than one."""


class Answer(QObject):
    """One streaming answer, on the Qt thread; only `queue` is also the backend's."""

    text_arrived = Signal(str)
    reasoning_arrived = Signal(str, int)
    """Thinking and how many tokens it was made of."""
    finished = Signal(object)
    """The `events.Finished`."""
    failed = Signal(object)
    """The `events.Failed`."""

    def __init__(self, request_id: str, parent: QObject) -> None:
        super().__init__(parent)
        self.request_id = request_id
        self.queue: deque[events.StreamEvent] = deque()
        self.tokens = 0

    def drain(self) -> bool:
        """Tells everything that has come, joined; False once the answer has ended."""
        text: list[str] = []
        reasoning: list[str] = []
        reasoning_tokens = 0
        ending: events.Finished | events.Failed | None = None
        while self.queue:
            event = self.queue.popleft()
            match event:
                case events.TextDelta():
                    text.append(event.text)
                    self.tokens += event.tokens
                case events.ReasoningDelta():
                    reasoning.append(event.text)
                    reasoning_tokens += event.tokens
                    self.tokens += event.tokens
                case events.Finished() | events.Failed():
                    ending = event
        if reasoning:
            self.reasoning_arrived.emit("".join(reasoning), reasoning_tokens)
        if text:
            self.text_arrived.emit("".join(text))
        if isinstance(ending, events.Finished):
            self.finished.emit(ending)
        elif ending is not None:
            self.failed.emit(ending)
        return ending is None


class AnswerFeed(QObject):
    """The timer and the answers it drains; it rests while there are none."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._answers: list[Answer] = []
        self._timer = QTimer(self, interval=FRAME_MILLISECONDS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_frame)

    def open(self, request_id: str) -> Answer:
        answer = Answer(request_id, self)
        self._answers.append(answer)
        self._timer.start()
        return answer

    def close(self) -> None:
        """Tells what is left and rests."""
        self._drain(len(self._answers))
        self._timer.stop()

    def _on_frame(self) -> None:
        self._drain(ANSWERS_PER_FRAME)

    def _drain(self, count: int) -> None:
        """Drains the answers that have waited longest."""
        turn, self._answers = self._answers[:count], self._answers[count:]
        for answer in turn:
            if answer.drain():
                self._answers.append(answer)
            else:
                answer.deleteLater()
        if not self._answers:
            self._timer.stop()
