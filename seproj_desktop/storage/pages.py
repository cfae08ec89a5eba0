"""Reads the rows of an SQLite file page by page, without SQLite and without the trees that lead to the pages.

For damaged files: whatever page is whole gives its rows, even if the header or every page that pointed to it is lost.
Pages on the list of free ones are passed over, since they hold what was deleted. Committed changes in the write-ahead
log count. Only reads, about 100 MB a second: on a thread. The format: https://sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from seproj_desktop.storage.write_ahead import Log, read_log

MAGIC = b"SQLite format 3\0"
USUAL_PAGE_SIZE = 4096
PAGE_SIZES = frozenset(512 << power for power in range(8))
LEAF_OF_TABLE, LEAF_OF_INDEX, FORK_OF_INDEX = 0x0D, 0x0A, 0x02
LONGEST_PAYLOAD = 1 << 30

Value = int | float | str | bytes | None


@dataclass(frozen=True, slots=True)
class Record:
    """One row or index entry. `rowid` is None outside of ordinary tables; `is_cut`: its end could not be read."""

    rowid: int | None
    values: tuple[Value, ...]
    is_cut: bool = False


class Pages:
    """The pages of a database as its last commit left them, numbered from 1."""

    def __init__(self, database: bytes | mmap, log: bytes = b"") -> None:
        """`database` may be any buffer of bytes, such as a mapped file."""
        self._database = database
        self._log_bytes = log
        self._log = read_log(log) or Log(0, {}, 0)
        self.size = _page_size(self._find_header()) or self._log.page_size or USUAL_PAGE_SIZE
        self.count = self._log.pages or -(-len(database) // self.size)

    def page(self, number: int) -> bytes:
        """Padded with zeros where the file ends too early."""
        at = self._log.places.get(number)
        source, start = (self._database, (number - 1) * self.size) if at is None else (self._log_bytes, at)
        return source[start : start + self.size].ljust(self.size, b"\0")

    def free(self) -> frozenset[int]:
        """The pages on the free list; none if it is damaged, for a page in use must not be taken for a free one."""
        header = self._find_header()
        trunk, expected = struct.unpack_from(">II", header, 32) if header else (0, 0)
        found: set[int] = set()
        while 0 < trunk <= self.count and trunk not in found:
            page = self.page(trunk)
            following, leaves = struct.unpack_from(">II", page)
            leaves = min(leaves, self.size // 4 - 2)
            found |= {trunk, *struct.unpack_from(f">{leaves}I", page, 8)}
            trunk = following
        return frozenset(found) if len(found) == expected else frozenset()

    def _find_header(self) -> bytes:
        """The file's header of 100 bytes, empty if it is damaged."""
        at = self._log.places.get(1)
        header = bytes(self._database[:100] if at is None else self._log_bytes[at : at + 100])
        return header if header.startswith(MAGIC) and _page_size(header) else b""


def read_records(pages: Pages) -> Iterator[Record]:
    """Every row and index entry that stands in a page that is in use."""
    free = pages.free()
    for number in range(1, pages.count + 1):
        if number not in free:
            yield from _records_of(pages, number)


def _records_of(pages: Pages, number: int) -> Iterator[Record]:
    page = pages.page(number)
    header = 100 if number == 1 else 0
    kind, _, cells = struct.unpack_from(">BHH", page, header)
    if kind not in {LEAF_OF_TABLE, LEAF_OF_INDEX, FORK_OF_INDEX}:
        return
    first = header + (12 if kind == FORK_OF_INDEX else 8)
    cells = min(cells, (pages.size - first) // 2)
    for at in struct.unpack_from(f">{cells}H", page, first):
        record = _record_at(pages, page, kind, at)
        if record is not None:
            yield record


def _record_at(pages: Pages, page: bytes, kind: int, at: int) -> Record | None:
    """The cell that begins at byte `at`; None if it makes no sense."""
    rowid = None
    try:
        length, at = _varint(page, at + (4 if kind == FORK_OF_INDEX else 0))
        if kind == LEAF_OF_TABLE:
            rowid, at = _varint(page, at)
            rowid -= (rowid >> 63) << 64
        if length > LONGEST_PAYLOAD:
            return None
        payload = _payload(pages, page, at, length, is_table=kind == LEAF_OF_TABLE)
        return _decode(payload, length, rowid)
    except (IndexError, struct.error):
        return None


def _payload(pages: Pages, page: bytes, at: int, length: int, *, is_table: bool) -> bytes:
    """The bytes of a record, on its own page and on those it overflows to, up to the first that is damaged."""
    room = pages.size
    most = room - 35 if is_table else (room - 12) * 64 // 255 - 23
    if length <= most:
        return page[at : at + length]
    least = (room - 12) * 32 // 255 - 23
    here = least + (length - least) % (room - 4)
    here = here if here <= most else least
    parts = [page[at : at + here]]
    missing, following = length - here, int.from_bytes(page[at + here : at + here + 4])
    while missing > 0 and 0 < following <= pages.count:
        overflow = pages.page(following)
        following = int.from_bytes(overflow[:4])
        is_last = missing <= room - 4
        if is_last != (following == 0) or following > pages.count or not any(overflow):
            break  # a wrong pointer, or none: the rest of the page is not to be trusted either
        parts.append(overflow[4 : min(room, 4 + missing)])
        missing -= room - 4
    return b"".join(parts)


def _decode(payload: bytes, length: int, rowid: int | None) -> Record | None:
    """The values of a record of `length` bytes of which `payload` could be read."""
    body, at = _varint(payload, 0)
    kinds = []
    start = body
    while at < start:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if at != start or start + sum(map(_size, kinds)) != length:
        return None
    values, is_cut = [], len(payload) < length
    for kind in kinds:
        value, is_whole = _value(kind, payload[body : body + _size(kind)])
        values.append(value)
        is_cut = is_cut or not is_whole
        body += _size(kind)
    return Record(rowid, tuple(values), is_cut)


def _value(kind: int, raw: bytes) -> tuple[Value, bool]:
    """A value of a serial type, and whether it is whole; of a text that is cut, what there is."""
    is_whole = len(raw) == _size(kind)
    if kind >= 12 and kind % 2:
        try:
            return raw.decode(), is_whole
        except UnicodeDecodeError:
            return raw.decode(errors="replace" if is_whole else "ignore"), False
    if not is_whole:
        return None, False
    if kind >= 12:
        return raw, True
    if kind == 7:
        return struct.unpack(">d", raw)[0], True
    if kind in {8, 9}:
        return kind - 8, True
    return (int.from_bytes(raw, signed=True) if kind else None), True


def _size(kind: int) -> int:
    """Bytes that a value of a serial type takes."""
    return (kind - 12) // 2 if kind >= 12 else (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes, and where it ends."""
    value = 0
    for _ in range(8):
        value = value << 7 | data[at] & 0x7F
        at += 1
        if data[at - 1] < 0x80:
            return value, at
    return value << 8 | data[at], at + 1


def _page_size(header: bytes) -> int:
    """0 if the header does not tell."""
    size = int.from_bytes(header[16:18]) if len(header) == 100 else 0
    size = 65536 if size == 1 else size
    return size if size in PAGE_SIZES else 0
