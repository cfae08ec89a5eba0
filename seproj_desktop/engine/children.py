"""What runs inside vLLM's child processes: their records go to the parent, and they end when the parent is gone.

vLLM's logging configuration names `ChildHandler`, so it is constructed in every process vLLM starts. This module
therefore imports the standard library only. It does nothing in the program's own process but pass records on.
"""

import contextlib
import json
import logging
import multiprocessing
import multiprocessing.connection
import os
import signal
import socket
import threading
import time
import traceback
from pathlib import Path
from typing import Any

MAX_DATAGRAM = 60_000
"""Bytes per record, under the kernel's default limit for UNIX datagrams."""

GRACE_SECONDS = 3.0
"""How long a child may take to end by itself once its parent is gone."""


class ChildHandler(logging.Handler):
    """Ships each record as one JSON datagram to the parent, and guards the child against outliving it."""

    def __init__(self, address: str) -> None:
        super().__init__(logging.INFO)
        self._address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(1.0)
        guard_against_parent_death()

    def emit(self, record: logging.LogRecord) -> None:
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


def guard_against_parent_death() -> None:
    """WORKAROUND vllm#55510: ends this child process soon after its parent has died, however the parent died.

    Also gives the child a process group of its own, so that Ctrl+C in a terminal reaches the program alone, which
    then shuts the engine down in order.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    threading.Thread(target=_end_with, args=(parent.sentinel,), name="parent guard", daemon=True).start()


def _end_with(sentinel: int) -> None:
    multiprocessing.connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
