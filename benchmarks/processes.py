"""Child processes that never outlive the run: started in a session of their own, their output kept, ended for sure.

`Program` is any program; its standard output is read by a thread, line by line. The whole tree below it is ended in
`close`, found by a mark in its environment; the kernel ends the program when this process is killed.
"""

import ctypes
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from uuid import uuid4

from benchmarks.leftovers import MARK, kill_marked, wait_until_gone

PYTHON = sys.executable
ROOT = Path(__file__).resolve().parent.parent
END_SECONDS = 15.0
LAST_SECONDS = 5.0
KEEP_ENVIRONMENT = {"SPT_NOENV": "1"}
"""vLLM gives its processes titles; without this the title is written over the environment, where the mark stands."""
SET_PARENT_DEATH_SIGNAL = 1
_libc = ctypes.CDLL(None)


class BenchmarkError(Exception):
    """The measurement cannot be made, in words for the person who runs it."""


class Program:
    """A running program, its log file, and its processor time."""

    def __init__(self, name: str, command: Sequence[str], folder: Path, environment: Mapping[str, str] = {}) -> None:
        self.name = name
        self.mark = uuid4().hex
        self.started = time.perf_counter()
        self._log_file = folder / f"{name}.log"
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env={**os.environ, **environment, MARK: self.mark, **KEEP_ENVIRONMENT},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  it makes one system call and takes no lock
            )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        assert self._process.stdout is not None
        threading.Thread(target=self._pump, args=(self._process.stdout,), name=f"{name} output", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def cpu_seconds(self) -> float:
        """User and system time of the process with all its threads, without its children, in nanosecond steps."""
        # Linux's clock of another process: the same sum that /proc/PID/stat has in steps of 10 ms.
        return time.clock_gettime((~self.pid << 3) | 2)

    def write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise BenchmarkError(self._explain("ended")) from None

    def wait_for_line(self, is_wanted: Callable[[str], bool], timeout: float) -> str:
        """The next line of its standard output that is wanted; raises when it ends or is silent before that."""
        end = time.monotonic() + timeout
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise BenchmarkError(self._explain(f"did not answer within {timeout:.0f} s")) from None
            if line is None:
                raise BenchmarkError(self._explain("ended"))
            if is_wanted(line):
                return line

    def close(self) -> None:
        """Asks it to end, and kills what is left of its tree afterwards."""
        if self.exit_code is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
        wait_until_gone(self.mark, set(), LAST_SECONDS)
        kill_marked(self.mark)
        self._process.wait()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def _pump(self, output: IO[str]) -> None:
        with self._log_file.open("a", encoding="utf-8", errors="replace") as log, output:
            for line in output:
                self._lines.put(line.rstrip("\n"))
                log.write(line)
        self._lines.put(None)

    def _explain(self, what: str) -> str:
        code = f" with exit code {self.exit_code}" if self.exit_code is not None else ""
        text = self._log_file.read_text(encoding="utf-8", errors="replace")
        return f"{self.name} {what}{code}. The end of its log:\n{text[-2000:]}"


def _die_with_parent() -> None:
    _libc.prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
