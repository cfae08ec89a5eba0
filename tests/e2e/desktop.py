"""A virtual display with the real program on it, driven by keyboard as a user drives it.

`Xvfb` shows it, `xdotool` types, `import` takes pictures, `xclip` reads what was copied. Waiting is by looking again
until the time limit; nothing here sleeps for its own sake.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
LOOK_AGAIN = 0.1
"""Seconds between two looks."""


class Desktop:
    """An X server of its own, with no window manager."""

    def __init__(self, size: str = "1280x860") -> None:
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            ready, _, _ = select.select([told], [], [], 30)
            assert ready, "Xvfb does not start"
            self.display = f":{told.readline().strip()}"
        self.environ = {
            name: value for name, value in os.environ.items() if not name.startswith(("SEPROJ_", "QT_", "WAYLAND"))
        } | {"DISPLAY": self.display}

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(10)

    def run(self, *command: str, text: str | None = None) -> str:
        ended: subprocess.CompletedProcess[str] = subprocess.run(
            command, env=self.environ, input=text, capture_output=True, text=True, timeout=30, check=False
        )
        return ended.stdout

    def windows(self) -> list[str]:
        """The ids of the program's visible windows."""
        return self.run("xdotool", "search", "--onlyvisible", "--name", "SEproj Desktop").split()

    def focus(self) -> None:
        """Without a window manager nobody gives the focus."""
        for window in self.windows():
            self.run("xdotool", "windowfocus", "--sync", window)

    def keys(self, *names: str) -> None:
        self.run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        self.run("xdotool", "type", "--delay", "8", text)

    def click(self, x: int, y: int) -> None:
        self.run("xdotool", "mousemove", str(x), str(y), "click", "1")

    def clipboard(self) -> str:
        return self.run("xclip", "-o", "-selection", "clipboard")

    def picture(self, file: Path) -> bytes:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", "root", str(file))
        return file.read_bytes()


class Program:
    """The real program in a process of its own."""

    def __init__(self, environ: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "seproj_desktop", *arguments],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def output(self) -> str:
        return "".join(self._lines)

    def _read(self) -> None:
        assert self.process.stdout is not None
        self._lines.extend(iter(self.process.stdout.readline, ""))

    def children(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def address(self) -> str:
        """Where `serve` says that it listens."""
        found: list[str] = until(lambda: re.findall(r"http://[\w.:\[\]]+:\d+", self.output), "an address")
        return found[0]

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, timeout: float = 30) -> int:
        code = self.process.wait(timeout)
        self._reader.join(10)
        return code

    def end(self) -> None:
        """Whatever is left of it, for tests that fail."""
        left = self.children()
        if self.process.poll() is None:
            self.process.kill()
        self.wait()
        for child in left:
            if child.is_running():
                child.kill()
        if self.process.stdout:
            self.process.stdout.close()


def until(look: Callable[[], T | None], what: str, timeout: float = 90) -> T:
    """What `look` finds, as soon as it finds something."""
    pause = threading.Event()
    for _ in range(int(timeout / LOOK_AGAIN)):
        if found := look():
            return found
        pause.wait(LOOK_AGAIN)
    raise AssertionError(f"no {what} within {timeout:.0f} s")


def get_json(url: str) -> dict[str, Any] | None:
    """The answer, or None while nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            got: dict[str, Any] = json.load(answer)
            return got
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def post_json(url: str, body: dict[str, Any], timeout: float = 60) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        got: bytes = answer.read()
        return got
