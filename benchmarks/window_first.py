"""The window first: its own first token while nobody, 64 and 256 clients keep its server busy, and how its loop fares.

The real window on a virtual display with the server switched on; its questions come at random moments. Once with the
places in the engine that the program has by default, where half of 256 clients wait, and once with one for everybody.
"""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import doors, prompts
from benchmarks.figures import percentile
from benchmarks.report import Report, Section
from benchmarks.startup import port_once_ready
from benchmarks.wire import Worker
from benchmarks.x11 import VirtualDisplay
from seproj_desktop.settings import EngineSettings

LEVELS = (0, 64, 256)
SETTLING_SECONDS = 2.0
LOAD_TOKENS = 512
"""So long that no client ends while the questions are asked, but for those whose answer is short."""
FRAME = 16.7


@dataclass(frozen=True, slots=True)
class Found:
    """At one number of clients: the questions' times in seconds, and the event loop's stalls in milliseconds."""

    clients: int
    places: int
    """The sequences that the engine answers at once."""
    busy: float
    """The requests in the engine when a question came, median."""
    shown: tuple[float, ...]
    first: tuple[float, ...]
    step: float
    stalls: dict[str, float]

    @property
    def level(self) -> str:
        return f"{self.clients} clients, {self.places} places"


def run_window_first(
    folder: Path,
    report: Report,
    tell: Callable[[str], None],
    served: doors.Served = doors.DEMO_SERVED,
    *,
    quick: bool,
) -> None:
    found: list[Found] = []
    with VirtualDisplay() as display:
        variables = {"DISPLAY": display.name, "QT_QPA_PLATFORM": "xcb", "XDG_RUNTIME_DIR": str(folder)}
        for places in (EngineSettings().max_sequences, doors.SEQUENCES):
            settings = doors.engine_settings("auto", served).model_copy(update={"max_sequences": places})
            environment = variables | doors.settings_variables(settings)
            found += _measure_all(folder, environment, places, 15 if quick else 60, tell)
    report.data["window_first"] = [asdict(one) for one in found]
    report.add(section(found))


def _measure_all(
    folder: Path, environment: dict[str, str], places: int, count: int, tell: Callable[[str], None]
) -> list[Found]:
    """One window from its start to its end."""
    with ExitStack() as stack:
        tell(f"loading an engine with {places} places behind the window")
        arguments = ["--data-dir", str(folder / f"first-{places}-data")]
        probe = stack.enter_context(Worker(f"first-{places}-probe", "window_probe", arguments, folder, environment))
        client = stack.enter_context(Worker(f"first-{places}-client", "client", [], folder))
        port = port_once_ready(probe)
        _questions(probe, 5)
        found = []
        for clients in LEVELS:
            tell(f"{count} questions in the window, {clients} clients at its server")
            found.append(_measure(probe, client, port, clients, places, count))
        return found


def _measure(probe: Worker, client: Worker, port: int, clients: int, places: int, count: int) -> Found:
    if clients:
        bodies = prompts.candidates(LOAD_TOKENS)
        load = {"kind": "generate", "port": port, "bodies": bodies, "clients": clients, "requests": 1 + count // 10}
        client.write(json.dumps({"command": "run", **load}))
        time.sleep(SETTLING_SECONDS)
    probe.ask("take")
    found = _questions(probe, count)
    stalls = probe.ask("take")
    if clients:
        client.hear(600)
    return Found(
        clients,
        places,
        median(one["busy"] for one in found),
        tuple(one["shown"] for one in found),
        tuple(one["first"] for one in found),
        median(step for one in found for step in one["steps"]),
        stalls,
    )


def _questions(probe: Worker, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = probe.ask("ask", 600, count=count)
    return found


def section(found: list[Found]) -> Section:
    idle = {one.places: percentile(one.shown, 50) for one in found if not one.clients}
    rows, notes = [], []
    for one in found:
        shown, limit = percentile(one.shown, 50), 2 * idle[one.places] + one.step
        rows.append(
            (
                one.level,
                f"{one.busy:.0f}",
                f"{shown * 1e3:.0f}",
                f"{percentile(one.shown, 99) * 1e3:.0f}",
                f"{percentile(one.first, 50) * 1e3:.0f}",
                f"{one.step * 1e3:.1f}",
                f"{one.stalls['longest']:.0f}",
                f"{one.stalls['p99']:.1f}",
                f"{one.stalls['over_17']:.0f}",
                f"{one.stalls['beats']:.0f}",
            )
        )
        if one.clients:
            wording = "met" if shown <= limit else "MISSED"
            notes.append(
                f"Aim at {one.level}, first token p50 at most twice the idle one and a step: "
                f"{limit * 1e3:.0f} ms; found {shown * 1e3:.0f}: {wording}."
            )
            frames = "met" if one.stalls["p99"] <= FRAME else "MISSED"
            notes.append(f"Aim at {one.level}, 60 frames a second: p99 of the stalls under {FRAME}: {frames}.")
    notes += [
        "First token: from the Qt thread back to it, with the feed's frame of 16 ms; in the engine: without them.",
        "Places: what the engine answers at once, one of them the window's; 128 by default, whoever comes then waits.",
        "A question waits for the end of the running step, half a step on average, and for the next one, its own.",
        "Step: the median time between two tokens of the window's own answer. Stalls as in the table of that name.",
    ]
    header = (
        "the window's own questions, with",
        *("in the engine", "first token p50 ms", "p99 ms", "in the engine p50 ms", "step ms"),
        *("longest stall ms", "p99 ms", "over 16.7 ms", "beats"),
    )
    return Section("The window first", header, rows, notes)
