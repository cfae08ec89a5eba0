"""The two kinds of failure and the one place that reports them.

A `UserError` carries text that a person can act on; everything else is a bug and is shown once, with its traceback.
`ErrorReporter` can be called from any thread; its sinks must be quick and must not raise.
"""

import asyncio
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

logger = logging.getLogger(__name__)


class UserError(Exception):
    """A failure whose text is made for the person: what happened, and what to do about it."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".rstrip()


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """One failure as it is shown: a short message, advice for the person, and the traceback of a bug (else empty)."""

    message: str
    advice: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> "ErrorReport":
        if isinstance(error, UserError):
            return cls(error.message, error.advice)
        text = "".join(traceback.format_exception(error))
        return cls(f"Something unexpected went wrong: {str(error) or type(error).__name__}", "", text)


ErrorSink = Callable[[ErrorReport], None]


class ErrorReporter:
    """Logs every failure and hands it to whoever shows it; the same bug is reported once."""

    def __init__(self) -> None:
        self._sinks: list[ErrorSink] = []
        self._seen: set[str] = set()

    def add_sink(self, sink: ErrorSink) -> None:
        self._sinks.append(sink)

    def report(self, error: BaseException) -> None:
        report = ErrorReport.of(error)
        if report.traceback:
            if report.traceback in self._seen:
                return
            self._seen.add(report.traceback)
            logger.error("%s\n%s", report.message, report.traceback)
        else:
            logger.warning("%s %s", report.message, report.advice)
        for sink in self._sinks:
            sink(report)

    def install(self) -> None:
        """Takes the uncaught failures of the main thread and of every other thread of this process."""
        sys.excepthook = self._on_uncaught
        threading.excepthook = lambda args: self._on_uncaught(args.exc_type, args.exc_value, args.exc_traceback)

    def install_on(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.set_exception_handler(self._on_loop_failure)

    def _on_uncaught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error or kind(), trace)
        elif not issubclass(kind, SystemExit):
            self.report(error or kind())

    def _on_loop_failure(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if error is None:
            logger.error("event loop: %s", context.get("message"))
        else:
            self.report(error)
