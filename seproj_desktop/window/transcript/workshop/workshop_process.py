"""The workshop: a process of its own that sets formulas and colours code, so that neither holds up the window.

Orders come in on stdin, answers go out on stdout, and the end of stdin ends it. It trusts nothing that it is given: it
opens no sockets, writes no files, starts nothing, and has little memory and the lowest claim to the processor. No Qt.
"""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from seproj_desktop.window.transcript.colours.kinds import Spans
from seproj_desktop.window.transcript.colours.pygments_spans import spans
from seproj_desktop.window.transcript.workshop.formula_setting import set_formula
from seproj_desktop.window.transcript.workshop.orders import (
    Answer,
    ColouredLines,
    ColoursOrder,
    Finished,
    FormulaOrder,
    Order,
    Ready,
    Refusal,
)

LINES_AT_ONCE = 200
SPANS_AT_ONCE = 3_000
MEMORY = 1 << 30
"""Bytes of address space, above what the start takes."""
LAST_RESORT = 10
"""Seconds of the processor for one order, if nobody is left to keep the time: a busy machine is no reason to end."""
FORBIDDEN = ("socket.", "subprocess.", "os.", "shutil.", "tempfile.", "ctypes.")
ALLOWED = ("os.listdir", "os.scandir", "os.walk")  # imports look for modules
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the window's
    orders, answers = sys.stdin.buffer, take_stdout()
    confine()
    encode, decode = msgspec.json.Encoder().encode, msgspec.json.Decoder(Order).decode
    answers.write(encode(Ready()) + b"\n")
    answers.flush()
    for line in orders:
        signal.setitimer(signal.ITIMER_PROF, LAST_RESORT)
        for answer in work(decode(line)):
            answers.write(encode(answer) + b"\n")
            answers.flush()
        signal.setitimer(signal.ITIMER_PROF, 0)


def take_stdout() -> BinaryIO:
    """Keeps it for answers alone; what a library prints goes where errors go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def confine() -> None:
    """Gives up what the work does not need, for good."""
    os.nice(10)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, 0)
    limit(resource.RLIMIT_AS, address_space() + MEMORY)
    sys.dont_write_bytecode = True
    sys.addaudithook(refuse)


def limit(kind: int, amount: int) -> None:
    """Never above what we were given."""
    _, given = resource.getrlimit(kind)
    amount = amount if given == resource.RLIM_INFINITY else min(amount, given)
    resource.setrlimit(kind, (amount, amount))


def address_space() -> int:
    """Bytes that this process has now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """Python asks before it does anything of consequence."""
    if (event.startswith(FORBIDDEN) and event not in ALLOWED) or (event == "open" and is_writing(arguments[2])):
        raise PermissionError(f"not in the workshop: {event}")


def is_writing(flags: object) -> bool:
    return isinstance(flags, int) and bool(flags & WRITING)


def work(order: Order) -> Iterator[Answer]:
    try:
        match order:
            case FormulaOrder(tex, is_display, size):
                yield set_formula(tex, is_display=is_display, size=size)
            case ColoursOrder(language, code):
                yield from colour(language, code)
                yield Finished()
    except Exception as error:  # noqa: BLE001  the libraries fail in every way there is; the source is shown then
        yield Refusal(f"{type(error).__name__}: {error}"[:200])


def colour(language: str, code: str) -> Iterator[ColouredLines]:
    """In pieces that the window can read between two frames."""
    first = size = 0
    piece: list[Spans] = []
    for line in spans(code, language):
        piece.append(line[:SPANS_AT_ONCE])
        size += len(line)
        if len(piece) == LINES_AT_ONCE or size >= SPANS_AT_ONCE:
            yield ColouredLines(first, tuple(piece))
            first, size, piece = first + len(piece), 0, []
    if piece:
        yield ColouredLines(first, tuple(piece))
