"""One program per data folder: who holds it is known, and its end frees it, whatever its children do."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seproj_desktop.errors import UserError
from seproj_desktop.storage.lock import LOCK_NAME, FolderHeldError, FolderLock, NoLocksError

OTHER_PROGRAM = """
import os, sys
from pathlib import Path
from seproj_desktop.storage.lock import FolderLock
lock = FolderLock.take(Path(sys.argv[1]))
if "fork" in sys.argv and not os.fork():
    print("held", flush=True)
    sys.stdin.read()
    os._exit(0)
if "fork" not in sys.argv:
    print("held", flush=True)
sys.stdin.read() if "fork" not in sys.argv else os.kill(os.getpid(), 9)
"""


@contextmanager
def other_program(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Takes the folder's lock; with `fork` it is then killed, and a child of its lives on until its input ends."""
    command = [sys.executable, "-c", OTHER_PROGRAM, str(folder), *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "held\n"
        yield program


def test_the_owner_is_named(tmp_path: Path) -> None:
    with other_program(tmp_path) as program:
        with pytest.raises(FolderHeldError) as failure:
            FolderLock.take(tmp_path)
        assert failure.value.pid == program.pid
        assert str(program.pid) in str(failure.value)
        assert (tmp_path / LOCK_NAME).read_text() == str(program.pid)


def test_a_released_folder_is_free(tmp_path: Path) -> None:
    lock = FolderLock.take(tmp_path)
    lock.release()
    lock.release()
    with other_program(tmp_path):
        pass
    FolderLock.take(tmp_path).release()


def test_a_killed_owner_frees_the_folder(tmp_path: Path) -> None:
    with other_program(tmp_path) as program:
        program.kill()
        program.wait()
        FolderLock.take(tmp_path).release()


def test_a_forked_child_that_outlives_the_owner_keeps_nothing(tmp_path: Path) -> None:
    with other_program(tmp_path, "fork") as program:
        assert program.wait() == -9
        FolderLock.take(tmp_path).release()


def test_a_forked_child_that_ends_takes_nothing_away(tmp_path: Path) -> None:
    lock = FolderLock.take(tmp_path)
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    assert is_held_for_others(tmp_path)
    lock.release()


def test_the_same_program_cannot_take_it_twice_and_keeps_it(tmp_path: Path) -> None:
    lock = FolderLock.take(tmp_path)
    with pytest.raises(FolderHeldError) as failure:
        FolderLock.take(tmp_path)
    assert failure.value.pid == os.getpid()
    assert is_held_for_others(tmp_path)
    lock.release()
    assert not is_held_for_others(tmp_path)


def test_an_owner_that_has_not_said_its_name_yet(tmp_path: Path) -> None:
    with other_program(tmp_path):
        (tmp_path / LOCK_NAME).write_text("")
        with pytest.raises(FolderHeldError, match="Another program is using") as failure:
            FolderLock.take(tmp_path)
        assert failure.value.pid is None


@pytest.mark.parametrize("reason", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL])
def test_a_file_system_without_locks(tmp_path: Path, reason: int) -> None:
    def refuse(_descriptor: int, _kind: int) -> None:
        raise OSError(reason, os.strerror(reason))

    with pytest.raises(NoLocksError, match="cannot lock files") as failure:
        FolderLock.take(tmp_path, refuse)
    assert isinstance(failure.value, UserError)
    assert "local disk" in failure.value.advice
    FolderLock.take(tmp_path).release()


def test_the_file_is_private(tmp_path: Path) -> None:
    FolderLock.take(tmp_path).release()
    assert (tmp_path / LOCK_NAME).stat().st_mode & 0o777 == 0o600


def is_held_for_others(folder: Path) -> bool:
    """As a process of its own sees it."""
    attempt = "import sys; from pathlib import Path; from seproj_desktop.storage.lock import FolderLock\n"
    attempt += "FolderLock.take(Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", attempt, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or "FolderHeldError" in done.stderr
    return done.returncode != 0
