"""Permissions that hold for root as well: without them, a test of a read-only folder would test nothing."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = 0x20080522
OVERRIDES = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root pass over permissions."""


@contextmanager
def permissions_hold() -> Iterator[None]:
    """This thread may do no more than a file's permissions say."""
    before = _capabilities()
    _set_capabilities([before[0] & ~OVERRIDES, *before[1:]])
    try:
        yield
    finally:
        _set_capabilities(before)


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Files and folders that this thread cannot write to."""
    modes = [path.stat().st_mode for path in paths]
    for path in paths:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        with permissions_hold():
            yield
    finally:
        for path, mode in zip(paths, modes, strict=True):
            path.chmod(mode)


def _capabilities() -> list[int]:
    """Effective, permitted, inheritable; then the upper halves."""
    words = (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(VERSION, 0), words) == 0
    return list(words)


def _set_capabilities(words: list[int]) -> None:
    assert ctypes.CDLL(None).capset((ctypes.c_uint32 * 2)(VERSION, 0), (ctypes.c_uint32 * 6)(*words)) == 0
