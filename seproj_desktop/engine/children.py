"""What runs inside vLLM's child processes: their records go to the parent, and they end when the parent is gone.

vLLM's logging configuration names `ChildHandler`, so it is constructed in every process vLLM starts. This module
therefore imports the standard library only. It does nothing in the program's own process but pass records on.
"""

import contextlib
import fcntl
import json
import logging
import multiprocessing
import os
import select
import signal
import socket
import traceback
from pathlib import Path
from typing import Any

MAX_DATAGRAM = 60_000
"""Bytes per record, under the kernel's default limit for UNIX datagrams."""


class ChildHandler(logging.Handler):
    """Ships each record as one JSON datagram to the parent, and guards the child against outliving it."""

    def __init__(self, address: str) -> None:
        super().__init__(logging.INFO)
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(1.0)
        self._is_guarded = guard_against_parent_death()

    def emit(self, record: logging.LogRecord) -> None:
        # A spawned child imports vLLM, and makes this handler, while it still reads from its parent's pipe what to do.
        self._is_guarded = self._is_guarded or guard_against_parent_death()
        # A full or missing socket must never disturb the engine: the record is dropped.
        with contextlib.suppress(OSError):
            self._socket.sendto(encode_record(record), self._address)

    def close(self) -> None:
        self._socket.close()
        super().close()


def encode_record(record: logging.LogRecord) -> bytes:
    """The record as a JSON object of at most `MAX_DATAGRAM` bytes; an exception's chain is told by its first cause."""
    cause = first_cause(record.exc_info[1]) if record.exc_info and record.exc_info[1] else None
    fields: dict[str, Any] = {
        "level": record.levelno,
        "logger": record.name,
        "process": record.processName,
        "pid": record.process,
        "message": record.getMessage()[:20_000],
        "cause": "".join(traceback.format_exception_only(cause)).strip()[:4_000] if cause else "",
        "traceback": "".join(traceback.format_exception(cause))[-20_000:] if cause else "",
    }
    encoded = json.dumps(fields).encode()
    if len(encoded) > MAX_DATAGRAM:  # half a JSON object would be none: what matters least goes
        encoded = json.dumps(fields | {"message": fields["message"][:2_000], "traceback": ""}).encode()
    return encoded


def first_cause(error: BaseException) -> BaseException:
    """The exception that all the others were raised from."""
    seen = {id(error)}
    while (before := error.__cause__ or error.__context__) is not None and id(before) not in seen:
        seen.add(id(before))
        error = before
    return error


def logging_config(address: Path) -> dict[str, Any]:
    """For `logging.config`: every process sends vLLM's records to the socket at `address`."""
    handler = {"class": f"{__name__}.{ChildHandler.__name__}", "address": str(address)}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "handlers": {"parent": handler},
        "loggers": {"vllm": {"handlers": ["parent"], "level": "INFO", "propagate": False}},
    }


def guard_against_parent_death() -> bool:
    """WORKAROUND vllm#55510: the kernel kills this child process when its parent has died, however the parent died.

    The signal comes from the pipe that only the parent holds open for writing (fcntl(2), F_SETSIG). A thread that
    waited for that would have to take the GIL, and one child that could not kept its memory for good. A killed child
    leaves nothing: the resource tracker removes its shared memory, the next start its sockets.

    Also gives the child a process group of its own, so that Ctrl+C in a terminal reaches the program alone, which
    then shuts the engine down in order. Returns False where there is no parent, or not yet one to be watched.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return False
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    kill_at_end_of(parent.sentinel)
    return True


def kill_at_end_of(pipe: int) -> None:
    """Has the kernel kill this process when nobody holds the pipe's other end any more. Nothing may arrive on it."""
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([pipe], [], [], 0)[0]:  # it ended before the kernel was asked to tell
        os.kill(os.getpid(), signal.SIGKILL)
