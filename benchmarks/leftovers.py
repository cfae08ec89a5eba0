"""What a run has left on the machine: its processes, found by a mark in their environment, and its shared memory.

The mark is inherited by every child, also by those that were handed to init. Reads /proc.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MARK = "BENCH_MARK"
SHARED_MEMORY = Path("/dev/shm")


def marked_processes(mark: str) -> list[int]:
    """Living processes whose environment at their start had the mark."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in _process_folders():
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0") and not _is_zombie(folder):
                found.append(int(folder.name))
        except OSError:
            continue  # it ended meanwhile, or is none of ours
    return found


def command_of(process: int) -> str:
    """How it was started, in short; empty once it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:200].strip()
    return ""


def shared_memory_of(processes: list[int]) -> set[Path]:
    """Files in /dev/shm that these processes have mapped and that still have a name."""
    found = set()
    for process in processes:
        try:
            maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        names = {line.split(maxsplit=5)[-1] for line in maps.splitlines() if str(SHARED_MEMORY) in line}
        found |= {Path(name) for name in names if not name.endswith(" (deleted)")}
    return found


def wait_until_gone(mark: str, shared: set[Path], timeout: float) -> tuple[float, list[int], set[Path]]:
    """(seconds until nothing was left, or `timeout`; the processes and the memory that are left)."""
    started = time.monotonic()
    while True:
        processes = marked_processes(mark)
        left = {file for file in shared if file.exists()}
        passed = time.monotonic() - started
        if (not processes and not left) or passed > timeout:
            return passed, processes, left
        time.sleep(0.1)


def kill_marked(mark: str) -> None:
    for process in marked_processes(mark):
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def _process_folders() -> Iterator[Path]:
    return (folder for folder in Path("/proc").iterdir() if folder.name.isdigit())


def _is_zombie(folder: Path) -> bool:
    return (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0] == "Z"
