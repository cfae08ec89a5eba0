"""A virtual X display, and the moment at which a window is mapped on it.

The display server tells it by an event (MapNotify), so the resolution is that of this process being woken: under a
millisecond on a quiet machine. Uses libX11 through ctypes; no window manager takes part.
"""

import ctypes
import os
import select
import shutil
import subprocess
import time
from contextlib import suppress
from ctypes.util import find_library
from types import TracebackType

from benchmarks.processes import BenchmarkError

SUBSTRUCTURE_NOTIFY = 1 << 19
MAP_NOTIFY = 19
SMALLEST = 300
"""Pixels; Qt's helper windows are smaller."""


class MapEvent(ctypes.Structure):
    """XMapEvent, within XEvent's 24 longs."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("event", ctypes.c_ulong),
        ("window", ctypes.c_ulong),
        ("override_redirect", ctypes.c_int),
        ("padding", ctypes.c_long * 24),
    )


class VirtualDisplay:
    """An Xvfb of our own, ended with the block; `name` is what DISPLAY takes."""

    def __init__(self) -> None:
        if shutil.which("Xvfb") is None:
            raise BenchmarkError("The start-up measurements need Xvfb: apt-get install xvfb")
        reading, writing = os.pipe()
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x900x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(
            command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.name = ":" + numbers.readline().strip()
        if self.name == ":":
            raise BenchmarkError("Xvfb did not start.")

    def __enter__(self) -> "VirtualDisplay":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()


class MapWatch:
    """Listens for windows that appear on a display."""

    def __init__(self, display: str) -> None:
        library = find_library("X11")
        if library is None:
            raise BenchmarkError("The start-up measurements need libX11: apt-get install libx11-6")
        self._x11 = ctypes.CDLL(library)
        self._x11.XOpenDisplay.restype = ctypes.c_void_p
        self._x11.XDefaultRootWindow.restype = ctypes.c_ulong
        opened = self._x11.XOpenDisplay(display.encode())
        if not opened:
            raise BenchmarkError(f"The display {display} does not answer.")
        self._display = ctypes.c_void_p(opened)
        root = ctypes.c_ulong(self._x11.XDefaultRootWindow(self._display))
        self._x11.XSelectInput(self._display, root, ctypes.c_long(SUBSTRUCTURE_NOTIFY))
        self._x11.XSync(self._display, 0)

    def wait(self, timeout: float) -> float:
        """The moment (`time.perf_counter`) at which the next real window was mapped."""
        end = time.monotonic() + timeout
        while (left := end - time.monotonic()) > 0:
            while self._x11.XPending(self._display):
                event = MapEvent()
                self._x11.XNextEvent(self._display, ctypes.byref(event))
                now = time.perf_counter()
                if event.type == MAP_NOTIFY and self._is_large(event.window):
                    return now
            select.select([self._x11.XConnectionNumber(self._display)], [], [], min(left, 0.5))
        raise BenchmarkError(f"No window appeared within {timeout:.0f} s.")

    def close(self) -> None:
        with suppress(OSError):
            self._x11.XCloseDisplay(self._display)

    def _is_large(self, window: int) -> bool:
        root = ctypes.c_ulong()
        x, y = ctypes.c_int(), ctypes.c_int()
        width, height, border, depth = (ctypes.c_uint() for _ in range(4))
        found = self._x11.XGetGeometry(
            self._display,
            ctypes.c_ulong(window),
            *(ctypes.byref(value) for value in (root, x, y, width, height, border, depth)),
        )
        return bool(found) and width.value >= SMALLEST and height.value >= SMALLEST
