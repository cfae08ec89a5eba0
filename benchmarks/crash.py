"""The real program killed with SIGKILL again and again on one data folder, and what the next start finds there.

A restless person sits at its window (`crash_driver`), the answers are real vLLM's. After each kill everything the
program had told of its screen is looked for in the folder, as the next start would open it (`crash_ledger`).
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from benchmarks import doors
from benchmarks.crash_ledger import Ledger, Loss
from benchmarks.crash_wire import Listener
from benchmarks.leftovers import command_of, marked_processes, shared_memory_of, wait_until_gone
from benchmarks.processes import PYTHON, BenchmarkError, Program

Moment = Literal["load", "import", "answer"]
MOMENTS: tuple[Moment, ...] = ("load", "import", "answer")
WEIGHTS = (1, 2, 7)
LOAD_SECONDS = (1.0, 9.0)
IMPORT_SECONDS = (0.0, 0.6)
READY_SECONDS = (0.5, 6.0)
"""After the engine is ready, before an answer is waited for."""
ANSWER_SECONDS = (0.0, 0.8)
"""After its first character is on the screen."""
GONE_SECONDS = 180.0
"""Until every child has ended by itself: one that still imports vLLM looks up only when that is over."""
PATIENCE = 240.0
"""Seconds until something has to be told: the engine's load, or the next answer."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: when it came, what had been done by then, and what it has cost."""

    moment: Moment
    acts: int
    loss: Loss
    gone: float
    """Seconds until the last child had ended by itself."""

    def __str__(self) -> str:
        lost = f"lost {self.loss.characters} characters of the last {self.loss.seconds * 1e3:.0f} ms"
        return f"during {self.moment} after {self.acts} acts: {lost}, {self.loss.interrupted} answers cut"


@dataclass
class Crashes:
    """A data folder that lives through kills. Everything is written below `folder`."""

    folder: Path
    order: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    kills: list[Kill] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)
    """The program's own bugs that showed on the way: tracebacks, and how often each was told."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def kill(self, moment: Moment) -> Kill:
        """Starts the program, kills it and checks. Raises `BrokenPromiseError`."""
        name = f"crash-{len(self.kills)}"
        scratch = self.folder / f"{name}-imports"
        scratch.mkdir()
        pipe = self.folder / f"{name}.pipe"
        variables = doors.settings_variables(doors.engine_settings("auto"))
        variables |= {"QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(self.folder)}
        seed = str(self.order.randrange(1 << 40))
        command = [PYTHON, "-m", "benchmarks.crash_window", "--data-dir", str(self.data), "--pipe", str(pipe)]
        command += ["--scratch", str(scratch), "--seed", seed]
        command += ["--imports-first"] if moment == "import" else []
        with closing(Listener(pipe)) as listener, Program(name, command, self.folder, variables) as program:
            run = Run(listener, self.ledger)
            run.wait_for(moment, self.order)
            killed, gone = end(program)
            run.listen(0.0)  # nobody is left to tell more; what was told before still lies in the pipe
        loss = self.ledger.check(self.data, killed)
        shutil.rmtree(scratch)
        self.kills.append(Kill(moment, run.acts, loss, gone))
        for fault in run.faults:
            self.faults[fault] = self.faults.get(fault, 0) + 1
        return self.kills[-1]

    def summary(self) -> str:
        worst = max((kill.loss for kill in self.kills), key=lambda loss: loss.seconds)
        most = max(kill.loss.characters for kill in self.kills)
        cut = sum(kill.loss.interrupted for kill in self.kills)
        return (
            f"{len(self.kills)} kills, {sum(kill.acts for kill in self.kills):,} acts, {len(self.ledger.said):,} "
            f"messages seen as sent, {len(self.ledger.kept):,} messages in the file, {cut} answers cut, "
            f"{len(self.ledger.imports)} imports begun; nothing missing; worst loss {worst.seconds * 1e3:.0f} ms, "
            f"{most} characters (promised: 250 ms); children gone after at most "
            f"{max(kill.gone for kill in self.kills):.1f} s"
        )


@dataclass
class Run:
    """One start of the program, as it tells of itself."""

    listener: Listener
    ledger: Ledger
    acts: int = 0
    faults: list[str] = field(default_factory=list)

    def wait_for(self, moment: Moment, order: random.Random) -> None:
        """Returns at the time for the kill."""
        match moment:
            case "load":
                self.listen(order.uniform(*LOAD_SECONDS))
            case "import":
                self.listen_for(lambda told: "imports" in told)
                self.listen(order.uniform(*IMPORT_SECONDS))
            case "answer":
                self.listen_for(lambda told: told.get("engine") == "Ready")
                self.listen(order.uniform(*READY_SECONDS))
                self.listen_for(self._is_streaming)
                self.listen(order.uniform(*ANSWER_SECONDS))
        self._check_life()

    def listen(self, seconds: float) -> None:
        for told in self.listener.listen(seconds):
            self._hear(told)

    def listen_for(self, is_wanted: Callable[[dict[str, Any]], bool]) -> None:
        for told in self.listener.listen(PATIENCE):
            self._hear(told)
            if is_wanted(told):
                return
        self._check_life()
        why = "\n".join(self.faults[:1]) or "Its log may say why."
        raise BenchmarkError(f"The program did not come so far within {PATIENCE:.0f} s. {why}")

    def _check_life(self) -> None:
        if self.listener.has_ended:
            raise BenchmarkError("The program ended before it was killed; its log says why.")

    def _is_streaming(self, told: dict[str, Any]) -> bool:
        return told.get("length", 0) > 0 and told.get("shown") == self.ledger.answering

    def _hear(self, told: dict[str, Any]) -> None:
        if "bug" in told:
            self.faults.append(told["bug"])
        if told.get("engine") == "Failed":
            raise BenchmarkError("The engine failed to load; the program's log says why.")
        self.acts += "act" in told
        self.ledger.hear(told)


def end(program: Program) -> tuple[float, float]:
    """Kills the program; returns when that was, and how many seconds later its children were gone too."""
    shared = shared_memory_of(marked_processes(program.mark))
    killed = time.monotonic()
    os.kill(program.pid, signal.SIGKILL)
    passed, processes, left = wait_until_gone(program.mark, shared, GONE_SECONDS)
    if processes or left:
        names = [f"{process} ({command_of(process)})" for process in processes]
        raise BenchmarkError(f"{passed:.0f} s after kill -9 there still were processes {names}, memory {left}.")
    return killed, passed


def choose_moment(order: random.Random) -> Moment:
    return order.choices(MOMENTS, WEIGHTS)[0]
