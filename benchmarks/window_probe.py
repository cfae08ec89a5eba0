"""The real window with a pulse: a 5 ms timer on the Qt thread, whose gaps tell how long the event loop stood still.

Runs the program's own `run_window`; only the function that assembles the backend is wrapped, to start the pulse and
to tell what the engine and the server do. Started by the run, never by hand.
"""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from benchmarks.probe_panes import Panes
from benchmarks.probe_questions import Questions
from benchmarks.wire import say
from seproj_desktop.app import App, assemble
from seproj_desktop.engine.status import EngineStatus, Failed, Ready
from seproj_desktop.errors import ErrorReporter
from seproj_desktop.paths import Paths
from seproj_desktop.server.status import On, ServerStatus
from seproj_desktop.settings import load_settings
from seproj_desktop.window.run import run_window

PULSE = 5
FRAME = 16.7
"""Milliseconds."""


class Pulse(QObject):
    """Counts on the Qt thread; `begin` may be emitted and `take` called on any other."""

    begin = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._gaps: list[float] = []
        self._last = 0.0
        self._timer: QTimer | None = None
        self.begin.connect(self._start, Qt.ConnectionType.QueuedConnection)

    def take(self) -> dict[str, float]:
        """Milliseconds by which beats came late since the last `take`; then begins anew."""
        gaps, self._gaps = self._gaps, []
        late = sorted(max(0.0, gap * 1e3 - PULSE) for gap in gaps) or [0.0]
        return {
            "beats": len(gaps),
            "longest": late[-1],
            "p99": late[int(0.99 * (len(late) - 1))],
            "over_17": sum(value > FRAME for value in late),
            "over_33": sum(value > 2 * FRAME for value in late),
            "over_50": sum(value > 50 for value in late),
            "over_100": sum(value > 100 for value in late),
        }

    def _start(self) -> None:
        self._last = time.perf_counter()
        self._timer = QTimer(self, interval=PULSE, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now = time.perf_counter()
        self._gaps.append(now - self._last)
        self._last = now


def tell_engine(status: EngineStatus) -> None:
    match status:
        case Ready():
            say({"engine": "ready"})
        case Failed(reason=reason):
            say({"engine": "failed", "reason": reason})
        case _:
            pass


def tell_server(status: ServerStatus) -> None:
    if isinstance(status, On):
        say({"server": status.address})


def answer_questions(pulse: Pulse, panes: Panes, questions: Questions) -> None:
    """On a thread of its own, until standard input ends."""
    for line in sys.stdin:
        fields = json.loads(line)
        match fields["command"]:
            case "ask":
                questions.begin.emit(fields["count"])  # says by itself what it has found
            case "take":
                say(pulse.take())
            case "open_panes":
                panes.begin.emit()
                say({})
            case "close_panes":
                panes.end.emit()
                say({})
            case unknown:
                raise ValueError(unknown)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    options = parser.parse_args()
    paths = Paths.find(os.environ, options.data_dir)
    paths.create()
    settings = load_settings(paths.settings_file, os.environ, {"server": {"port": 0}}).settings
    reporter = ErrorReporter()
    reporter.install()
    pulse, panes, questions = Pulse(), Panes(), Questions()

    def assembled() -> App:
        pulse.begin.emit()
        app = assemble(settings, paths, reporter)
        app.engine.subscribe(lambda status: panes.use(app) if isinstance(status, Ready) else None)
        app.engine.subscribe(lambda status: questions.use(app) if isinstance(status, Ready) else None)
        app.engine.subscribe(tell_engine)  # the last: who hears it may ask at once
        app.server.subscribe(tell_server)
        return app

    threading.Thread(target=answer_questions, args=(pulse, panes, questions), name="questions", daemon=True).start()
    return run_window(assembled, reporter, settings, persona=None, start_server=True)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # as the program's own command line does: vLLM's import may still run on a thread
