"""The reporter: two kinds of failure, each told once."""

import asyncio
import sys
import threading

import pytest

from seproj_desktop.errors import ErrorReport, ErrorReporter, UserError


def test_a_user_error_is_told_in_its_own_words() -> None:
    seen: list[ErrorReport] = []
    reporter = ErrorReporter()
    reporter.add_sink(seen.append)
    reporter.report(UserError("The port is taken.", "Try 8766."))
    assert seen == [ErrorReport("The port is taken.", "Try 8766.", "")]
    assert str(UserError("A.", "B.")) == "A. B."


def test_the_same_bug_is_told_once_with_its_traceback() -> None:
    seen: list[ErrorReport] = []
    reporter = ErrorReporter()
    reporter.add_sink(seen.append)
    for _ in range(3):
        try:
            raise KeyError("lost")
        except KeyError as error:
            reporter.report(error)
    (report,) = seen
    assert "KeyError" in report.traceback
    assert "lost" in report.message


def test_uncaught_failures_of_threads_and_the_main_thread_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    seen: list[ErrorReport] = []
    reporter = ErrorReporter()
    reporter.add_sink(seen.append)
    reporter.install()
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    sys.excepthook(ValueError, ValueError("main"), None)
    assert [report.message.split(": ")[1] for report in seen] == ["division by zero", "main"]


async def test_failures_in_a_loop_s_callbacks_arrive() -> None:
    seen: list[ErrorReport] = []
    reporter = ErrorReporter()
    reporter.add_sink(seen.append)
    loop = asyncio.get_running_loop()
    reporter.install_on(loop)
    loop.call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert "division by zero" in seen[0].message
