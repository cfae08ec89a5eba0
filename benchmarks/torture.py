"""`make torture`: long runs that try to break the real program on its real engine, on this machine only.

Toggles of the server under load, kill -9 at random moments, clients that vanish by the hundred, connections by the
thousand that ask nothing, requests made up from the server's own document, and kill -9 of the window in the midst of
conversations. Each run is bounded in count and in time; a broken promise ends with exit code 1
and says which.
"""

import argparse
import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks import doors
from benchmarks.crash import Crashes, choose_moment
from benchmarks.half_open import flood
from benchmarks.leftovers import marked_processes, shared_memory_of, wait_until_gone
from benchmarks.made_up import send_made_up
from benchmarks.processes import BenchmarkError
from benchmarks.vanishing import ask_until_cut, vanish
from benchmarks.wire import Worker

GONE_SECONDS = 10.0
CLIENTS = 256
RUNS = ("toggles", "kills", "vanish", "half_open", "examples", "crashes")


def main(arguments: Sequence[str] | None = None) -> int:
    options = build_parser().parse_args(arguments)
    names = [name for name in RUNS if getattr(options, name) is not None] or list(RUNS)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    runs: dict[str, Callable[[Path, int, random.Random], None]] = {
        "toggles": toggles,
        "kills": kills,
        "vanish": vanishing_clients,
        "half_open": half_open,
        "examples": examples,
        "crashes": crashes,
    }
    usual = {"toggles": 100, "kills": 10, "vanish": 5, "half_open": 10_000, "examples": 2000, "crashes": 200}
    counts = {name: getattr(options, name) or count for name, count in usual.items()}
    try:
        doors.check_demo_model()
        for name in names:
            print(f"{name}: {counts[name]} times, seed {options.seed}", flush=True)
            runs[name](folder, counts[name], random.Random(options.seed))
    except BenchmarkError as error:
        print(f"torture: {error}\nLogs: {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started has been ended.", file=sys.stderr)
        return 130
    shutil.rmtree(folder, ignore_errors=True)
    print("Nothing broke.")
    return 0


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__)
    parser.add_argument("--toggles", type=int, metavar="N", help="only this: switch the server N times under load")
    parser.add_argument("--kills", type=int, metavar="N", help="only this: kill -9 the program N times")
    parser.add_argument("--vanish", type=int, metavar="N", help=f"only this: N times {CLIENTS} clients that vanish")
    parser.add_argument("--half-open", type=int, metavar="N", help="only this: N connections that never ask")
    parser.add_argument("--examples", type=int, metavar="N", help="only this: N requests by the OpenAPI document")
    parser.add_argument("--crashes", type=int, metavar="N", help="only this: kill -9 the window N times on one folder")
    parser.add_argument("--seed", type=int, default=1, help="of every random choice")
    return parser


def toggles(folder: Path, count: int, order: random.Random) -> None:
    arguments = ["--data-dir", str(folder / "toggles"), "--count", str(count), "--seed", str(order.randrange(1 << 30))]
    environment = doors.settings_variables(doors.engine_settings("auto")) | {"XDG_RUNTIME_DIR": str(folder)}
    with Worker("toggles", "torture_toggles", arguments, folder, environment) as worker:
        endings = worker.hear(doors.START_SECONDS + 2.0 * count)
    print(f"  {count} toggles; answers ended: {endings}")


def kills(folder: Path, count: int, order: random.Random) -> None:
    """Half of them while the model loads, half while answers stream."""
    slowest = 0.0
    for number in range(count):
        during = "the load" if number % 2 == 0 else "answers"
        passed, wait = _kill_once(folder, number, order, loads=number % 2 == 0)
        slowest = max(slowest, passed)
        print(f"  kill {number + 1}, {wait:.1f} s into {during}: nothing left after {passed:.1f} s", flush=True)
    print(f"  slowest end of everything: {slowest:.1f} s (limit {GONE_SECONDS:.0f} s)")


def _kill_once(folder: Path, number: int, order: random.Random, *, loads: bool) -> tuple[float, float]:
    """(seconds until nothing was left, seconds before the kill)."""
    with ExitStack() as stack:
        program = doors.start_ours(stack, folder, f"kill-{number}")
        port = doors.port_of(program)
        if loads:
            wait = order.uniform(0.0, 12.0)
            time.sleep(wait)
        else:
            doors.wait_until_loaded(program)
            wait = order.uniform(0.2, 2.0)
            asyncio.run(_stream_meanwhile(port, order, wait))
        shared = shared_memory_of(marked_processes(program.mark))
        os.kill(program.pid, signal.SIGKILL)
        passed, processes, left = wait_until_gone(program.mark, shared, GONE_SECONDS)
    if processes or left:
        raise BenchmarkError(f"{passed:.0f} s after kill -9 there still were processes {processes}, memory {left}.")
    return passed, wait


async def _stream_meanwhile(port: int, order: random.Random, seconds: float) -> None:
    """Leaves eight requests running in the program."""
    asking = [asyncio.create_task(vanish(port, order, 60.0)) for _ in range(8)]
    await asyncio.sleep(seconds)
    for task in asking:
        task.cancel()


def vanishing_clients(folder: Path, count: int, order: random.Random) -> None:
    with ExitStack() as stack:
        program = doors.start_ours(stack, folder, "vanish")
        port = doors.port_of(program)
        doors.wait_until_loaded(program)
        for _ in range(count):
            received = asyncio.run(_vanish_all(port, order))
            passed = _wait_until_idle(port)
            print(f"  {CLIENTS} clients read {received:,} bytes and vanished; idle after {passed:.2f} s", flush=True)


async def _vanish_all(port: int, order: random.Random) -> int:
    return sum(await asyncio.gather(*(vanish(port, order, 4.0) for _ in range(CLIENTS))))


def _wait_until_idle(port: int) -> float:
    started = time.monotonic()
    while True:
        health = doors.get_json(port, "/health")
        queue = (health or {}).get("queue", {})
        passed = time.monotonic() - started
        if queue == {"running": 0, "waiting": 0}:
            return passed
        if passed > GONE_SECONDS:
            raise BenchmarkError(f"{passed:.0f} s after all clients had gone the engine still had {queue}.")
        time.sleep(0.02)


def half_open(folder: Path, count: int, order: random.Random) -> None:
    """Meanwhile the server answers others, and what was asked before ends whole."""
    with ExitStack() as stack:
        program = doors.start_ours(stack, folder, "half-open")
        port = doors.port_of(program)
        doors.wait_until_loaded(program)
        print(f"  {asyncio.run(flood(port, program.pid, count, order))}", flush=True)
        _wait_until_idle(port)


def examples(folder: Path, count: int, order: random.Random) -> None:
    """No 5xx, and no status or shape that the document does not have; the program is as well afterwards as before."""
    with ExitStack() as stack:
        program = doors.start_ours(stack, folder, "examples", SEPROJ_ENGINE_CONTEXT_LENGTH="128")
        port = doors.port_of(program)
        doors.wait_until_loaded(program)
        print(f"  {send_made_up(port, count, order.randrange(1 << 30), folder)}", flush=True)
        _wait_until_idle(port)
        if (ending := asyncio.run(ask_until_cut(port, order))) != "done":
            raise BenchmarkError(f"The answer after all made-up requests ended as {ending!r}.")


def crashes(folder: Path, count: int, order: random.Random) -> None:
    """Conversations that outlive the program; it all happens in one data folder."""
    subject = Crashes(folder / "crashes", order)
    subject.folder.mkdir()
    try:
        for number in range(count):
            print(f"  crash {number + 1}, {subject.kill(choose_moment(order))}", flush=True)
    finally:
        if subject.kills:
            print(f"  {subject.summary()}", flush=True)
    if subject.faults:
        raise BenchmarkError("The program's own faults on the way:\n" + "\n".join(subject.faults))


if __name__ == "__main__":
    sys.exit(main())
