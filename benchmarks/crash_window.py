"""The real window over the real engine and the real store, with somebody restless at it, until it is killed.

Runs the program's own `run_window`; only the function that assembles the backend is wrapped, to begin the driving
and to tell what the engine does. Started by `crash`, never by hand.
"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.crash_driver import Driver
from benchmarks.crash_wire import Teller
from seproj_desktop.app import App, assemble
from seproj_desktop.engine.status import EngineStatus, Failed, Ready
from seproj_desktop.errors import ErrorReport, ErrorReporter
from seproj_desktop.paths import Paths
from seproj_desktop.settings import load_settings
from seproj_desktop.storage.memory import open_memory
from seproj_desktop.window.run import run_window

LONGEST_BUG = 2000
"""Characters; a line of the pipe must be written at once."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--pipe", type=Path, required=True)
    parser.add_argument("--scratch", type=Path, required=True, help="where files to be imported are written")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--imports-first", action="store_true")
    options = parser.parse_args()
    paths = Paths.find(os.environ, options.data_dir)
    paths.create()
    settings = load_settings(paths.settings_file, os.environ).settings
    reporter = ErrorReporter()
    reporter.install()
    teller = Teller(options.pipe)
    driver = Driver(teller, options.scratch, options.seed, imports_first=options.imports_first)

    def tell_engine(status: EngineStatus) -> None:
        if isinstance(status, Ready | Failed):
            teller.tell(engine=type(status).__name__)

    def tell_failure(report: ErrorReport) -> None:
        if report.traceback:  # a bug, and not merely a wish that came too late
            teller.tell(bug=report.traceback[-LONGEST_BUG:])

    def assembled() -> App:
        app = assemble(settings, paths, reporter, memory=open_memory(paths.data, paths.runtime))
        app.engine.subscribe(tell_engine)
        driver.begin.emit()
        return app

    reporter.add_sink(tell_failure)
    return run_window(assembled, reporter, settings, persona=None, start_server=False)


if __name__ == "__main__":
    sys.exit(main())
