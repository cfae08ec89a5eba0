"""Whether a window can be shown here, found before Qt is asked: Qt ends the process where it cannot."""

import re
import socket
from collections.abc import Mapping
from pathlib import Path

HEADLESS_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")


def display_problem(environ: Mapping[str, str]) -> str | None:
    """Why no window can be shown, or None."""
    if environ.get("QT_QPA_PLATFORM", "").split(":")[0] in HEADLESS_PLATFORMS or environ.get("WAYLAND_DISPLAY"):
        return None
    display = environ.get("DISPLAY")
    if not display:
        return "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local and not _answers(int(local[1])):
        return f"The display {display} does not answer."
    return None


def _answers(number: int) -> bool:
    """Whether an X server listens on this machine's display; the abstract socket is where newer servers do."""
    path = f"/tmp/.X11-unix/X{number}"  # noqa: S108  the X protocol's own place
    for address in ("\0" + path, path):
        with socket.socket(socket.AF_UNIX) as probe:
            if (address[0] == "\0" or Path(path).exists()) and probe.connect_ex(address) == 0:
                return True
    return False
