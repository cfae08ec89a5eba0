"""Finds the committed pages in SQLite's write-ahead log, as SQLite would: up to the first frame that does not add up.

Only reads; for `pages`, where the database itself may be too damaged for SQLite to apply its log.
"""

import struct
from dataclasses import dataclass

MAGIC_LITTLE, MAGIC_BIG = 0x377F0682, 0x377F0683
"""How the checksums were reckoned."""
HEADER, FRAME_HEADER = 32, 24


@dataclass(frozen=True, slots=True)
class Log:
    """Where in the log the newest copy of a page begins, by page number, and the database's pages in all."""

    page_size: int
    places: dict[int, int]
    pages: int


def read_log(log: bytes) -> Log | None:
    """None for what is no log, or was garbled at its beginning."""
    if len(log) < HEADER:
        return None
    magic, _, size, _, *salts, first, second = struct.unpack(">8I", log[:HEADER])
    order = {MAGIC_LITTLE: "<", MAGIC_BIG: ">"}.get(magic)
    if order is None or not 512 <= size <= 65536 or _checksum(order, log[:24], 0, 0) != (first, second):
        return None
    committed: dict[int, int] = {}
    pending: dict[int, int] = {}
    pages = 0
    for at in range(HEADER, len(log) - FRAME_HEADER - size + 1, FRAME_HEADER + size):
        number, pages_after, *found = struct.unpack_from(">6I", log, at)
        body = at + FRAME_HEADER
        first, second = _checksum(order, log[at : at + 8] + log[body : body + size], first, second)
        if found != [*salts, first, second]:
            break
        pending[number] = body
        if pages_after:
            committed |= pending
            pending, pages = {}, pages_after
    return Log(size, committed, pages)


def _checksum(order: str, data: bytes, first: int, second: int) -> tuple[int, int]:
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
