"""Where formulas are set and closed code blocks are coloured: orders go to a process, answers come back as signals.

On the Qt thread. The process is started with the first order and ended when there is nothing to do; it is ended as well
when an order takes too long, and started anew. What cannot be done is answered as refused; nothing is reported.
"""

import logging
from collections.abc import Hashable

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from seproj_desktop.window.transcript.workshop.jobs import Job, Jobs
from seproj_desktop.window.transcript.workshop.orders import (
    Answer,
    ColouredLines,
    ColoursOrder,
    Finished,
    FormulaOrder,
    Ready,
    Refusal,
    SetFormula,
    is_too_long,
)
from seproj_desktop.window.transcript.workshop.workbench import START, Workbench

logger = logging.getLogger(__name__)

TIME_LIMIT = 2_000
"""Milliseconds for an order, or for the next lines of a long one."""
START_LIMIT = 20_000
IDLE_LIMIT = 60_000
MAX_DEATHS = 3
"""Deaths in a row after which the process is started again; one more, and everything is refused."""


class Workshop(QObject):
    """The queue of orders, and the process that works on them one by one."""

    formula_arrived = Signal(object, object)
    """The FormulaOrder, and a SetFormula or a Refusal."""
    colours_arrived = Signal(object, int, object)
    """The order's key, a line's number, and the spans of the lines from there on."""

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        code: str = START,
        time_limit: int = TIME_LIMIT,
        idle_limit: int = IDLE_LIMIT,
    ) -> None:
        """`code` is what the process runs; the limits are milliseconds."""
        super().__init__(parent)
        self._code = code
        self._time_limit = time_limit
        self._jobs = Jobs()
        self._current: Job | None = None
        self._suspect: Job | None = None
        self._bench: Workbench | None = None
        self._is_ready = False
        self._is_closed = False
        self._deaths = 0
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Answer).decode
        self._turn = QTimer(self, interval=0, singleShot=True)
        self._turn.timeout.connect(self._go_on)
        self._limit = QTimer(self, singleShot=True)
        self._limit.timeout.connect(self._on_limit)
        self._idle = QTimer(self, interval=idle_limit, singleShot=True)
        self._idle.timeout.connect(self._rest)

    @property
    def process_id(self) -> int:
        """0 while no process runs."""
        return self._bench.process_id if self._bench is not None else 0

    def prepare(self) -> None:
        """Starts the process ahead of the first order: that takes a frame, which an answer has not to spare."""
        if not self._is_closed and self._bench is None and not self._deaths:
            self._start()
            self._idle.start()

    def order_formula(self, tex: str, *, is_display: bool, size: float) -> FormulaOrder:
        """`size` is the font's, in pixels. `formula_arrived` answers with the order that is returned."""
        order = FormulaOrder(tex, is_display, size)
        self._take((order, order))
        return order

    def order_colours(self, key: Hashable, language: str, code: str) -> None:
        """`colours_arrived` brings what is found, in pieces; nothing, where nothing is."""
        self._take((key, ColoursOrder(language, code)))

    def close(self) -> None:
        """Ends the process for good; what was ordered and has not arrived never will."""
        self._is_closed = True
        self._jobs.clear()
        self._current = self._bench = None
        for timer in (self._turn, self._limit, self._idle):
            timer.stop()
        for bench in self.findChildren(Workbench):
            bench.close()

    def _take(self, job: Job) -> None:
        if not self._is_closed:
            self._jobs.append(job)
            self._turn.start()

    def _go_on(self) -> None:
        """Begins the next order, or sees to it that this becomes possible."""
        if self._current is not None or self._refuse_all():
            return
        if not self._jobs:
            self._idle.start()
        elif self._bench is None:
            self._start()
        elif self._is_ready:
            self._begin(self._bench, self._jobs.take())

    def _refuse_all(self) -> bool:
        if self._deaths <= MAX_DEATHS:
            return False
        while self._jobs:
            self._refuse(self._jobs.take(), "the workshop does not run")
        return True

    def _start(self) -> None:
        self._idle.stop()
        self._is_ready = False
        self._bench = Workbench(self, self._code)
        self._bench.said.connect(self._on_said)
        self._bench.ended.connect(self._on_death)
        self._limit.start(START_LIMIT)
        self._bench.start()

    def _begin(self, bench: Workbench, job: Job) -> None:
        self._idle.stop()
        try:
            line = b"" if is_too_long(job[1]) else self._encode(job[1])
        except UnicodeEncodeError:  # half a character
            line = b""
        if not line:
            self._refuse(job, "too long")
            self._turn.start()
            return
        self._current = job
        bench.send(line)
        self._limit.start(self._time_limit)

    def _on_said(self, line: bytes) -> None:
        try:
            answer = self._decode(line)
        except msgspec.DecodeError:
            self._end_process()
            return
        self._limit.start(self._time_limit)
        match answer, self._current:
            case Ready(), None:
                self._is_ready = True
                self._take_next()
            case SetFormula() | Refusal(), (_, FormulaOrder() as order):
                self._finish()
                self.formula_arrived.emit(order, answer)
            case ColouredLines(first, lines), (key, ColoursOrder()):
                self.colours_arrived.emit(key, first, lines)
            case Finished() | Refusal(), (_, ColoursOrder()):
                self._finish()
            case _:
                self._end_process()

    def _finish(self) -> None:
        self._deaths, self._suspect = 0, None
        self._take_next()

    def _take_next(self) -> None:
        self._current = None
        self._limit.stop()
        self._turn.start()

    def _refuse(self, job: Job, reason: str) -> None:
        if isinstance(job[1], FormulaOrder):
            self.formula_arrived.emit(job[1], Refusal(reason))

    def _on_limit(self) -> None:
        if self._bench is not None and self._bench.has_line:  # it was us who were slow
            self._limit.start(self._time_limit)
        else:
            self._end_process()

    def _end_process(self) -> None:
        """It is too slow, or cannot be understood: the order is given up, and the process with it."""
        if self._current is None:
            self._deaths += 1  # it is not an order's fault
        if self._bench is not None:
            self._bench.kill()
        self._after_process()

    def _on_death(self) -> None:
        """The order is tried once more, as the process may have been killed for reasons of its own."""
        self._deaths += 1
        if self._bench is not None:
            logger.info("the workshop ended: %s", self._bench.complaint)
            self._bench.deleteLater()
        if self._current is not None and self._current != self._suspect:
            self._suspect = self._current
            self._jobs.put_back(self._current)
            self._current = None
        self._after_process()

    def _after_process(self) -> None:
        job, self._bench = self._current, None
        self._take_next()
        if job is not None:
            self._refuse(job, "too slow, or deadly")

    def _rest(self) -> None:
        if self._bench is not None:
            self._bench.kill()
        self._bench = None
