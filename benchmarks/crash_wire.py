"""How a program that is about to be killed tells what is on its screen: one JSON object per line, into a named pipe.

Written without a buffer, so that everything told before the kill is there after it. The same clock on both ends.
"""

import json
import os
import select
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

AT_ONCE = 65_536


class Teller:
    """The program's end; on any one thread."""

    def __init__(self, pipe: Path) -> None:
        self._pipe = os.open(pipe, os.O_WRONLY)

    def tell(self, **what: Any) -> None:
        os.write(self._pipe, json.dumps({"at": time.monotonic(), **what}).encode() + b"\n")

    def close(self) -> None:
        os.close(self._pipe)


class Listener:
    """The killer's end; made before the program starts."""

    def __init__(self, pipe: Path) -> None:
        os.mkfifo(pipe)
        self._file = pipe
        self._pipe = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        self._rest = b""
        self.has_ended = False

    def listen(self, seconds: float) -> Iterator[dict[str, Any]]:
        """What is told within this time; ends sooner when nobody can tell anything any more."""
        end = time.monotonic() + seconds
        while not self.has_ended:
            ready, _, _ = select.select([self._pipe], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                return
            yield from self._read()

    def close(self) -> None:
        os.close(self._pipe)
        self._file.unlink()

    def _read(self) -> Iterator[dict[str, Any]]:
        data = os.read(self._pipe, AT_ONCE)
        self.has_ended = not data
        *lines, self._rest = (self._rest + data).split(b"\n")
        yield from map(json.loads, lines)  # what was cut by the kill stays in the rest
