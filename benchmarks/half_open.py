"""Thousands of connections that begin a request and never end it, and what others get meanwhile. For torture only."""

import asyncio
import random
import resource
import socket
import time
from pathlib import Path

from benchmarks.processes import BenchmarkError
from benchmarks.vanishing import ask_until_cut
from seproj_desktop.server.warden import FILES_FOR_OTHERS
from seproj_desktop.settings import ServerSettings

BEGINNINGS = (
    b"",
    b"G",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\n",
    b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
)
AT_ONCE = 250
ANSWER_SECONDS = 10.0
FILES_OF_OURS = 200


async def flood(port: int, pid: int, count: int, order: random.Random) -> str:
    """Opens them all, asks in between; raises `BenchmarkError` when somebody who asks properly is not answered."""
    _allow_files(count)
    files = 0
    slowest = 0.0
    before = asyncio.create_task(ask_until_cut(port, order))
    opened: list[socket.socket] = []
    try:
        for begin in range(0, count, AT_ONCE):
            opening = (_open(port, order.choice(BEGINNINGS)) for _ in range(min(AT_ONCE, count - begin)))
            opened += await asyncio.gather(*opening)
            files = max(files, _open_files(pid))
            slowest = max(slowest, await _time_answer(port, order))
    finally:
        for each in opened:
            each.close()
    if (ending := await before) != "done":
        raise BenchmarkError(f"The answer that was asked for before the flood ended as {ending!r}.")
    if files > (most := ServerSettings().connection_limit + FILES_FOR_OTHERS):
        raise BenchmarkError(f"The program had {files:,} files open, more than {most:,}.")
    return f"{count:,} half-open connections; slowest answer meanwhile {slowest:.2f} s; at most {files:,} files open"


async def _open(port: int, beginning: bytes) -> socket.socket:
    opened = socket.socket()
    opened.settimeout(0)
    await asyncio.get_running_loop().sock_connect(opened, ("127.0.0.1", port))
    await asyncio.get_running_loop().sock_sendall(opened, beginning)
    return opened


async def _time_answer(port: int, order: random.Random) -> float:
    started = time.monotonic()
    async with asyncio.timeout(ANSWER_SECONDS):
        if (ending := await ask_until_cut(port, order)) != "done":
            raise BenchmarkError(f"An answer during the flood ended as {ending!r}.")
    return time.monotonic() - started


def _open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = count + FILES_OF_OURS
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BenchmarkError(f"{count:,} connections need {needed:,} open files; this machine allows {hard:,}.")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
