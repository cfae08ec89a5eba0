"""Start-up: the time to a visible window, the window's stalls, and the time to a ready engine by start method.

The window is the real program on a virtual display. Stalls are measured in the real window's process while its
engine loads, while nothing happens and while 64 HTTP clients stream from it.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import doors, prompts
from benchmarks.processes import PYTHON, BenchmarkError, Program
from benchmarks.report import Report, Section
from benchmarks.wire import Worker
from benchmarks.x11 import MapWatch, VirtualDisplay

CLIENTS = 64
STALLS = ("longest", "p99", "over_17", "over_33", "over_100", "beats")
IDLE_SECONDS = 3.0
SETTLING_SECONDS = 1.0
PHASES = {
    "loading": "while the engine loads",
    "idle": "with the engine ready and nothing to do",
    "streaming": f"while {CLIENTS} HTTP clients stream",
    "panes": f"while four transcripts and {CLIENTS} HTTP clients stream",
}
Tell = Callable[[str], None]


def run_startup(folder: Path, report: Report, tell: Tell, *, quick: bool) -> None:
    with VirtualDisplay() as display:
        variables = {"DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(folder)}
        tell("opening the window")
        shown = [_time_to_window(folder, display, variables) for _ in range(3 if quick else 7)]
        report.data["window_seconds"] = shown
        stalls = _stalls(folder, variables, tell, requests=2 if quick else 6)
        report.data["stalls"] = stalls
    methods: dict[str, list[dict[str, float]]] = {}
    both = ("spawn", "forkserver")
    for order in [("forkserver",)] if quick else [both, both[::-1], both]:
        for method in order:
            tell(f"starting and switching engines with {method}")
            methods.setdefault(method, []).append(_ready_and_switch(folder, method))
    report.data["start_methods"] = methods
    report.add(window_section(shown), stalls_section(stalls), methods_section(methods))


def _time_to_window(folder: Path, display: VirtualDisplay, variables: dict[str, str]) -> float:
    """Seconds from starting `python -m seproj_desktop` until its window is mapped."""
    command = [PYTHON, "-m", "seproj_desktop", "--data-dir", str(folder / "window-data")]
    with closing(MapWatch(display.name)) as watch, Program("window", command, folder, variables) as program:
        return watch.wait(60) - program.started


def _stalls(folder: Path, variables: dict[str, str], tell: Tell, *, requests: int) -> dict[str, dict[str, float]]:
    with ExitStack() as stack:
        tell("loading the engine behind the window")
        arguments = ["--data-dir", str(folder / "probe-data")]
        environment = variables | doors.settings_variables(doors.engine_settings("auto"))
        probe = stack.enter_context(Worker("probe", "window_probe", arguments, folder, environment))
        client = stack.enter_context(Worker("probe-client", "client", [], folder))
        port = port_once_ready(probe)
        found = {"loading": probe.ask("take")}
        time.sleep(IDLE_SECONDS)
        found["idle"] = probe.ask("take")
        tell(f"{CLIENTS} clients stream from the window's server")
        bodies = prompts.candidates(128)
        client.ask("run", 300, kind="generate", port=port, bodies=bodies, clients=CLIENTS, requests=requests)
        found["streaming"] = probe.ask("take")
        tell(f"four transcripts stream as well, and {CLIENTS} clients")
        probe.ask("open_panes")
        time.sleep(SETTLING_SECONDS)
        probe.ask("take")
        client.ask("run", 300, kind="generate", port=port, bodies=bodies, clients=CLIENTS, requests=requests)
        found["panes"] = probe.ask("take")
        probe.ask("close_panes")
        return found


def port_once_ready(probe: Worker) -> int:
    """Waits for the engine and the server, in whichever order they come."""
    known: dict[str, Any] = {}
    while not {"engine", "server"} <= known.keys() or known["engine"] != "ready":
        known |= probe.hear(doors.START_SECONDS)
        if known.get("engine") == "failed":
            raise BenchmarkError(f"The window's engine failed to load: {known['reason']}")
    return int(known["server"].rpartition(":")[2])


def _ready_and_switch(folder: Path, method: str) -> dict[str, float]:
    """Seconds from process start to a ready engine, and of unloading and loading again."""
    with ExitStack() as stack:
        worker = doors.start_in_process(stack, folder, method, f"switch-{method}")
        worker.hear(doors.START_SECONDS)
        ready = time.perf_counter() - worker.started
        switch: dict[str, float] = worker.ask("switch", doors.START_SECONDS)
        return {"ready": ready} | switch


def window_section(shown: list[float]) -> Section:
    note = "From process start to the window's MapNotify on Xvfb; resolution under 1 ms on a quiet machine."
    row = ("process start to visible window", f"{median(shown):.2f}", f"{min(shown):.2f}", f"{max(shown):.2f}")
    return Section("The window", ("seconds", "median", "lowest", "highest"), [row], [note, f"{len(shown)} starts."])


def stalls_section(stalls: dict[str, dict[str, float]]) -> Section:
    rows = [
        (
            words,
            *(f"{stalls[phase][name]:.0f}" for name in STALLS),
        )
        for phase, words in PHASES.items()
    ]
    header = ("Qt event loop", "longest ms", "p99 ms", "over 16.7 ms", "over 33 ms", "over 100 ms", "beats")
    return Section(
        "Stalls", header, rows, ["How late a 5 ms timer on the Qt thread came, in the real window's process."]
    )


def methods_section(methods: dict[str, list[dict[str, float]]]) -> Section:
    rows = [
        (method, *(f"{median(run[name] for run in runs):.1f}" for name in ("ready", "stop", "start")))
        for method, runs in methods.items()
    ]
    header = ("seconds, median", "process start to ready", "switch: stop", "switch: start")
    runs = len(next(iter(methods.values())))
    return Section("Engine start", header, rows, [f"{runs} run(s) each, alternating; a model switch is stop + start."])
