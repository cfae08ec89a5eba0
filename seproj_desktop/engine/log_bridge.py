"""Receives the records of vLLM's processes in the parent: load stages, warnings, and the true cause of a failed load.

A thread of its own reads the socket; listeners are called on that thread and must hand over what they need.
"""

import json
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from seproj_desktop.engine.children import MAX_DATAGRAM
from seproj_desktop.engine.protocol import LoadStage

logger = logging.getLogger(__name__)

DRAIN, CLOSE = b"drain", b"close"
"""Datagrams of our own; a record is a JSON object."""

STAGES = (
    ("Resolved architecture", LoadStage("Reading the model's configuration", 0.20)),
    ("Initializing a V1 LLM engine", LoadStage("Starting the engine process", 0.45)),
    ("Starting to load model", LoadStage("Loading weights", 0.60)),
    ("Loading weights took", LoadStage("Preparing memory", 0.75)),
    ("KV cache size", LoadStage("Warming up", 0.88)),
    ("init engine", LoadStage("Warming up", 0.95)),
)
"""vLLM's log lines that mark a stage, in the order in which they come."""


@dataclass(frozen=True, slots=True)
class ChildRecord:
    """One record of a process of vLLM; `cause` is the first exception of its chain, or empty."""

    level: int
    logger: str
    process: str
    pid: int
    message: str
    cause: str
    traceback: str


def stage_of(record: ChildRecord) -> LoadStage | None:
    """The load stage that this record announces."""
    return next((stage for text, stage in STAGES if text in record.message), None)


class LogBridge:
    """A datagram socket at `address` and the thread that reads it; `close` ends both."""

    def __init__(self, address: Path) -> None:
        self.address = address
        self._listener: Callable[[ChildRecord], None] | None = None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(address))
        self._drained = threading.Event()
        self._thread = threading.Thread(target=self._read, name="engine logs", daemon=True)
        self._thread.start()

    def listen(self, listener: Callable[[ChildRecord], None] | None) -> None:
        """Calls `listener` on the bridge's thread for each record from now on; None ends that."""
        self._listener = listener

    def drain(self, timeout: float = 1.0) -> None:
        """Returns once every record that had been sent before has been told (or after `timeout` seconds)."""
        self._drained.clear()
        self._send(DRAIN)
        self._drained.wait(timeout)

    def close(self) -> None:
        self._send(CLOSE)
        self._thread.join()
        self._socket.close()
        self.address.unlink(missing_ok=True)

    def _send(self, mark: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(mark, str(self.address))

    def _read(self) -> None:
        while (data := self._socket.recv(MAX_DATAGRAM)) != CLOSE:
            if data == DRAIN:
                self._drained.set()
                continue
            try:
                record = ChildRecord(**json.loads(data))
            except (ValueError, TypeError):
                logger.warning("an unreadable log record of %d bytes was dropped", len(data))
                continue
            logger.log(record.level, "%s[%d] %s", record.process, record.pid, record.message)
            if record.traceback:
                logger.debug("%s", record.traceback)
            if listener := self._listener:
                listener(record)
