"""What the program does with a GPU's memory: before, loaded, unloaded, after its death and after its engine's.

Reads `nvidia-smi`, whose figures are the whole card's: nothing else should run on it. Each step goes on where the one
before it failed, and the tables say so.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks import doors, prompts
from benchmarks.leftovers import command_of, marked_processes
from benchmarks.processes import BenchmarkError, Program
from benchmarks.report import Report, Section
from benchmarks.wire import Worker
from seproj_desktop.engine.hardware import list_gpus

QUERY = ("nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits")
BACK_SECONDS = 60.0
NEAR_MIB = 64
"""So little above the figure at the start counts as given back."""
ANSWER_TOKENS = 64
LONG_TOKENS = 2048
MIDDLE_SECONDS = 1.0
"""After which an engine is killed while it answers."""

Tell = Callable[[str], None]


def run_gpu(folder: Path, report: Report, tell: Tell, served: doors.Served) -> None:
    """Raises `BenchmarkError` where there is no card."""
    gpus = list_gpus()
    if not gpus:
        raise BenchmarkError("--gpu needs an NVIDIA card and its nvidia-smi.")
    rows: list[tuple[str, str, str]] = []
    notes = [f"{gpu.name}, {gpu.memory:,} MiB, driver {gpu.driver}; {served.name}" for gpu in gpus]
    for step in (kill_behind_the_server, unload_and_kill_in_process):
        try:
            step(folder, served, Table(rows, notes, tell))
        except BenchmarkError as error:
            notes.append(f"{step.__name__} failed: {error}")
    report.data["gpu"] = rows
    notes += [
        "Memory of the whole card by nvidia-smi. Seconds: how long the change took, or until the memory was back.",
        f"Each engine may take {doors.GPU_SHARE} of the card, most of it for keys and values.",
    ]
    report.add(Section("The card's memory", ("moment", "MiB used", "seconds"), rows, notes))


class Table:
    """The rows so far, each told when it is there."""

    def __init__(self, rows: list[tuple[str, str, str]], notes: list[str], tell: Tell) -> None:
        self._rows = rows
        self._notes = notes
        self._tell = tell

    def add(self, moment: str, seconds: float | None = None) -> None:
        self._rows.append((moment, f"{used_memory():,}", "" if seconds is None else f"{seconds:.1f}"))
        self._tell("  ".join(self._rows[-1]))

    def note(self, text: str) -> None:
        self._notes.append(text)
        self._tell(text)


def used_memory() -> int:
    """MiB in use on the first card."""
    answer = subprocess.run(QUERY, capture_output=True, text=True, check=True, timeout=30)
    return int(answer.stdout.splitlines()[0])


def wait_until_back(before: int, timeout: float = BACK_SECONDS) -> float:
    """Seconds until the card has as much free as it had; raises `BenchmarkError` when it has not."""
    started = time.monotonic()
    while (used := used_memory()) > before + NEAR_MIB:
        if time.monotonic() > started + timeout:
            raise BenchmarkError(f"{used:,} MiB are still in use after {timeout:.0f} s; before: {before:,}.")
        time.sleep(0.05)
    return time.monotonic() - started


def kill_behind_the_server(folder: Path, served: doors.Served, table: Table) -> None:
    """`seproj-desktop serve`: its engine dies while it answers, the next question gets another, SIGKILL ends all."""
    before = used_memory()
    table.add("before anything")
    with ExitStack() as stack:
        program = doors.start_ours(stack, folder, "gpu-serve", served)
        port = doors.port_of(program)
        table.note(doors.wait_until_loaded(program))
        table.add("serve: loaded", time.perf_counter() - program.started)
        table.note(f"/health: {json.dumps(doors.get_json(port, '/health'))}")
        client = stack.enter_context(Worker("gpu-client", "client", [], folder))
        table.note(f"/generate: {_answer(client, port)}")
        client.write(json.dumps({"command": "run", **_question(port, LONG_TOKENS)}))
        time.sleep(MIDDLE_SECONDS)
        table.note(f"killed: {kill_engine(program)}")
        killed = time.monotonic()
        ending = _ending(client)
        table.note(f"its client, {time.monotonic() - killed:.1f} s later: {ending}")
        table.add("serve: engine killed while it answered", wait_until_back(before))
        table.note(f"/health: {json.dumps(doors.get_json(port, '/health'))}")
        asked = time.monotonic()
        table.note(f"the next question: {_answer(client, port)}")
        table.add("serve: the next question answered", time.monotonic() - asked)
        os.kill(program.pid, signal.SIGKILL)
        seconds = wait_until_back(before)
        table.add("serve: killed with SIGKILL", seconds)


def unload_and_kill_in_process(folder: Path, served: doors.Served, table: Table) -> None:
    """Within the window's process: another model is chosen, and an engine dies while it answers."""
    before = used_memory()
    with ExitStack() as stack:
        worker = doors.start_in_process(stack, folder, "auto", "gpu-in-process", served)
        worker.hear(doors.START_SECONDS)
        table.add("in process: loaded", time.perf_counter() - worker.started)
        table.add("in process: unloaded", worker.ask("stop"))
        table.add("in process: unloaded, the driver is done", wait_until_back(before))
        table.add("in process: loaded again", worker.ask("start", doors.START_SECONDS))
        bodies = prompts.candidates(LONG_TOKENS)[:1]
        worker.write(json.dumps({"command": "run", "clients": 1, "requests": 1, "bodies": bodies}))
        time.sleep(MIDDLE_SECONDS)
        kill_engine(worker)
        table.note(f"the window's answer: {_ending(worker)}")
        table.add("in process: engine killed while it answered", wait_until_back(before))
        table.add("in process: restarted", worker.ask("start", doors.START_SECONDS))
        found = worker.ask("run", clients=1, requests=1, bodies=prompts.candidates(ANSWER_TOKENS)[:1])
        table.note(f"an answer right after: {_told(found['answers'][0])}")


def kill_engine(program: Program) -> str:
    """Kills its largest child, which is the one that holds the model; how it was called."""
    children = [child for child in marked_processes(program.mark) if child != program.pid]
    if not children:
        raise BenchmarkError(f"{program.name} has no engine process.")
    largest = max(children, key=_resident)
    name = command_of(largest)
    os.kill(largest, signal.SIGKILL)
    return name


def _ending(asker: Worker) -> str:
    """How an answer under way ended: an error in the stream's own words, as it should, or a reason to stop."""
    try:
        return f"ended as {asker.hear(BACK_SECONDS)['answers'][0]['reason']}"
    except BenchmarkError as error:
        return str(error)


def _resident(process: int) -> int:
    """Pages in memory; 0 once it has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0


def _question(port: int, tokens: int) -> dict[str, Any]:
    bodies = prompts.candidates(tokens)[:1]
    return {"kind": "generate", "port": port, "bodies": bodies, "clients": 1, "requests": 1}


def _answer(client: Worker, port: int) -> str:
    return _told(client.ask("run", doors.START_SECONDS, **_question(port, ANSWER_TOKENS))["answers"][0])


def _told(answer: dict[str, Any]) -> str:
    return f"{answer['reason']}, first token after {answer['first'] * 1e3:.0f} ms, {answer['text'][:60]!r}"
