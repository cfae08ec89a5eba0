"""One program per data folder: a lock that the kernel takes back when its owner ends, however it ends.

A POSIX record lock (`lockf`), not `flock`: it belongs to the process and not to the open file, so a forked child that
outlives the program, as the engine's processes may, does not keep it. The price is that a process never meets its own
lock and loses it when it closes any descriptor of the file; so nobody but this module opens the file, and `take`
looks first whether this process has it open. Any thread; nothing here waits.
"""

import contextlib
import errno
import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from seproj_desktop.errors import UserError

LOCK_NAME = "lock"
HELD_BY_ANOTHER = (errno.EACCES, errno.EAGAIN)
LONGEST_PID = 20

SetLock = Callable[[int, int], None]


class FolderHeldError(UserError):
    """Another program has the folder; `pid` is its process id, None while it has not said so."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        who = "Another program" if pid is None else f"Another program (process {pid})"
        super().__init__(
            f"{who} is using the conversations in {folder}.", "Use that program's window, or close it first."
        )
        self.pid = pid


class NoLocksError(UserError):
    """The folder's file system has no locks, so two programs could write at once."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"The file system of {folder} cannot lock files, so conversations are not safe there.",
            "Choose a data folder on a local disk.",
        )


class FolderLock:
    """A data folder that is ours from `take` to `release`, or to the end of this process."""

    def __init__(self, folder: Path, descriptor: int) -> None:
        """For `take`."""
        self.folder = folder
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path, set_lock: SetLock = fcntl.lockf) -> "FolderLock":
        """Raises `FolderHeldError`, `NoLocksError`, or the `OSError` of a folder that cannot be written."""
        path = folder / LOCK_NAME
        if _is_open_here(path):
            raise FolderHeldError(folder, os.getpid())
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            set_lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            pid = _read_pid(descriptor)
            os.close(descriptor)
            raise FolderHeldError(folder, pid) if error.errno in HELD_BY_ANOTHER else NoLocksError(folder) from error
        _write_pid(descriptor, str(os.getpid()))
        return cls(folder, descriptor)

    def release(self) -> None:
        """The file stays: removing it would let two programs lock two files of one name."""
        if self._descriptor is not None:
            _write_pid(self._descriptor, "")
            os.close(self._descriptor)
            self._descriptor = None


def _is_open_here(path: Path) -> bool:
    """Whether this process has the file open; found without opening it, since closing it would lose the lock."""
    try:
        wanted = path.stat()
    except OSError:
        return False
    for descriptor in Path("/dev/fd").iterdir():
        with contextlib.suppress(OSError):  # the listing's own descriptor is closed by now
            if os.path.samestat(os.fstat(int(descriptor.name)), wanted):
                return True
    return False


def _read_pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, LONGEST_PID, 0)
    return int(text) if text.isdigit() else None


def _write_pid(descriptor: int, text: str) -> None:
    """The process id serves the words alone: a full disk must not stand in the lock's way."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
