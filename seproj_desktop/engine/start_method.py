"""How vLLM's processes start: `spawn`, or a fork server that has vLLM imported already (far sooner ready).

WORKAROUND vllm#45483: vLLM rejects `forkserver` in its own settings, although its code works with it. The names
that decide, `get_mp_context` in two of its modules, are replaced in the process that starts children. Where they
are gone, `spawn` remains. The classes here are imported again in the children, so this module imports the standard
library and `children` only.
"""

import contextlib
import logging
import os
import signal
import sys
from multiprocessing import context, forkserver
from pathlib import Path
from typing import Any

from seproj_desktop.engine.children import guard_against_parent_death

logger = logging.getLogger(__name__)

PRELOAD = (
    "vllm.v1.engine.async_llm",
    "vllm.v1.engine.core",
    "vllm.v1.executor.multiproc_executor",
    "vllm.v1.worker.cpu_worker",
)
STARTERS = ("vllm.v1.engine.utils", "vllm.v1.executor.multiproc_executor")
"""vLLM's modules that start processes through a `get_mp_context` of their own."""


NICENESS = 5
"""So that an engine that computes on the same cores as the window and its display takes what these leave: it has work
on all of them all the time. With a GPU processes start with `spawn`, and are as important as others."""
AUTOGROUP = Path("/proc/self/autogroup")

_server: Any = forkserver._forkserver


class EnvironmentProcess(context.ForkServerProcess):
    """A process from the fork server with its parent's environment of now, not the server's of its start."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._environment = dict(os.environ)
        _server.ensure_running()  # it may have died since the last load, and a new one has a new address
        self._server_address = _server._forkserver_address

    def run(self) -> None:
        os.environ.update(self._environment)
        step_back()
        guard_against_parent_death()
        bind_threads()
        _share_fork_server(self._server_address)
        use_fork_server(EnvironmentContext())
        super().run()


class EnvironmentContext(context.ForkServerContext):
    """multiprocessing's fork server context, making `EnvironmentProcess`es."""

    Process = EnvironmentProcess


def start_fork_server() -> EnvironmentContext:
    """Starts the server, which imports vLLM on its own time; call it inside the borrowed environment."""
    forking = EnvironmentContext()
    forking.set_forkserver_preload(list(PRELOAD))
    forkserver.ensure_running()
    return forking


def stop_fork_server() -> None:
    """Ends the server's process, if there is one, at once: nothing in it is worth waiting for."""
    if _server._forkserver_pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(_server._forkserver_pid, signal.SIGKILL)
        _server._stop()


def use_fork_server(forking: EnvironmentContext) -> None:
    """Makes vLLM start processes through `forking`, as far as its modules are loaded and have the place for it."""
    for name in STARTERS:
        module = sys.modules.get(name)
        if module is not None and hasattr(module, "get_mp_context"):
            module.get_mp_context = lambda: forking  # type: ignore[attr-defined]
        elif module is not None:
            logger.warning("%s has no get_mp_context: its processes start with spawn", name)


def step_back() -> None:
    """Leaves the processor to the window and to its display first.

    Linux (`sched(7)`, autogroups) parts it among sessions before it looks at the niceness of those within one: a
    display server, whose session is another one, would wait for its turn up to a quarter of a second. So the process
    gets a session of its own, which is as nice as itself.
    """
    os.nice(NICENESS)
    with contextlib.suppress(OSError):  # another kernel, or one that groups nothing: the niceness is all there is
        os.setsid()
        AUTOGROUP.write_text(str(NICENESS))


def _share_fork_server(address: str) -> None:
    """WORKAROUND CPython: a process from the fork server would start a second server for its own children."""
    _server._forkserver_address = address
    _server.ensure_running = lambda: None


def bind_threads() -> None:
    """What OpenMP would do at its start with vLLM's variables; in a forked process it has started already."""
    torch = sys.modules.get("torch")
    threads = os.environ.get("OMP_NUM_THREADS", "")
    cpus = os.environ.get("GOMP_CPU_AFFINITY", "").replace(",", " ").split()
    if torch is not None and threads.isdigit():
        torch.set_num_threads(int(threads))
    if cpus and all(cpu.isdigit() for cpu in cpus):
        os.sched_setaffinity(0, {int(cpu) for cpu in cpus})
