"""A long JSON file cut into its conversations, so that it is never in memory as a whole. On a worker thread.

`Cutter` finds where a value begins and ends without reading it; a value that turns out to be broken therefore costs
only itself. `parse` reads one, and large ones in parts: the JSON reader holds up every other thread while it works.
"""

import json
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass

CHUNK = 1 << 18
"""Bytes that are read at once, at the least."""
LARGE = 1 << 18
"""Bytes of a value that `parse` reads in one go: about 2 ms."""
DEEPEST_CUT = 64
"""How deep `parse` goes into large values before it leaves them to the JSON reader."""

BLANK = re.compile(rb"[\s,]*+")
# A run without brackets, strings skipped, and then a bracket. Possessive throughout: linear on any text.
BRACKET = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"[^"{}\[\]]*+)*+([{}\[\]])', re.DOTALL)
STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
SCALAR = re.compile(rb"[^\s,\]}]++(?=[\s,\]}])")
CUT_OFF = "The file ends in the middle of it, or it is broken."
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class NotJsonError(Exception):
    """What was read is no JSON array or object from the first character on."""


@dataclass(frozen=True, slots=True)
class Member:
    """One part of a file: an element of the list, or a key of the outermost object with its value."""

    value: bytes
    key: str = ""
    is_listed: bool = False


class Cutter:
    """Cuts what `read` gives, like a file's `read`, into `Member`s; `position` counts the bytes that are behind it.

    The list is the file itself or, where the file is an object, its list under the key `listed`. Afterwards
    `is_whole` tells whether the outermost bracket was closed, and nothing came behind it.
    """

    def __init__(self, read: Callable[[int], bytes], listed: str = "") -> None:
        self._read = read
        self._listed = listed
        self._buffer = bytearray()
        self._place = 0
        self._is_over = False
        self.position = 0
        self.is_whole = False

    def members(self) -> Iterator[Member]:
        """Everything in the order of the file. Raises `NotJsonError` at once or never."""
        while len(self._buffer) < len(BYTE_ORDER_MARK) and self._fill():
            pass
        if self._buffer.startswith(BYTE_ORDER_MARK):
            self._place = len(BYTE_ORDER_MARK)
        first = self._peek()
        if first == b"[":
            self._place += 1
            is_closed = yield from self._elements()
        elif first == b"{":
            self._place += 1
            is_closed = yield from self._keys()
        else:
            raise NotJsonError
        self.is_whole = is_closed and not self._peek()

    def _elements(self) -> Generator[Member, None, bool]:
        while (mark := self._peek()) not in (b"", b"]"):
            # A closing bracket that nothing has opened belongs to a broken value before it.
            value = self._value() if mark != b"}" else self._take(self._place + 1)
            yield Member(value, is_listed=True)
        self._place += len(mark)
        return bool(mark)

    def _keys(self) -> Generator[Member, None, bool]:
        while self._peek() == b'"':
            key = _plain(self._value())
            if self._peek() == b":":
                self._place += 1
            if key == self._listed and self._peek() == b"[":
                self._place += 1
                yield from self._elements()
            else:
                yield Member(self._value(), key)
        mark = self._peek()
        self._place += len(mark)
        return mark == b"}"

    def _peek(self) -> bytes:
        """The next character that is neither blank nor a comma, not taken; nothing at the end."""
        while True:
            found = BLANK.match(self._buffer, self._place)
            self._place = found.end() if found else self._place
            if self._place < len(self._buffer) or not self._fill():
                return bytes(self._buffer[self._place : self._place + 1])

    def _value(self) -> bytes:
        """The next value; what is left of the file where it is cut off, nothing where there is none."""
        mark = self._peek()
        if mark in (b"}", b"]", b""):
            return b""
        if mark in (b"{", b"["):
            return self._take(self._end_of_brackets())
        return self._take(self._end_of(STRING if mark == b'"' else SCALAR))

    def _end_of_brackets(self) -> int:
        depth, place = 0, self._place
        while True:
            found = BRACKET.match(self._buffer, place)
            if found is None:
                place -= self._place
                if not self._fill():
                    return len(self._buffer)
                continue
            depth += 1 if found[1] in b"{[" else -1
            place = found.end()
            if depth == 0:
                return place

    def _end_of(self, pattern: re.Pattern[bytes]) -> int:
        while (found := pattern.match(self._buffer, self._place)) is None:
            if not self._fill():
                return len(self._buffer)
        return found.end()

    def _fill(self) -> bool:
        """Reads on: as much as waits already, so that searching again costs no more than twice the whole."""
        del self._buffer[: self._place]
        self.position += self._place
        self._place = 0
        more = b"" if self._is_over else self._read(max(CHUNK, len(self._buffer)))
        self._is_over = not more
        self._buffer += more
        return bool(more)

    def _take(self, end: int) -> bytes:
        value = bytes(self._buffer[self._place : end])
        self._place = end
        return value


def parse(value: bytes, depth: int = 0) -> object:
    """The value as Python has it. Raises `ValueError` with the reason."""
    if len(value) > LARGE and depth < DEEPEST_CUT and value[:1] in (b"{", b"["):
        return _parse_in_parts(value, depth)
    try:
        return json.loads(value.decode("utf-8", "replace"))
    except json.JSONDecodeError as error:
        raise ValueError(_reason(error)) from None
    except RecursionError:
        raise ValueError("It is nested too deeply.") from None


def _parse_in_parts(value: bytes, depth: int) -> object:
    place = 0

    def read(size: int) -> bytes:
        nonlocal place
        part = value[place : place + size]
        place += len(part)
        return part

    cutter = Cutter(read)
    members = [(member.key, parse(member.value, depth + 1)) for member in cutter.members()]
    if not cutter.is_whole:
        raise ValueError(CUT_OFF)
    return dict(members) if value[:1] == b"{" else [found for _, found in members]


def _plain(key: bytes) -> str:
    try:
        found = json.loads(key.decode("utf-8", "replace"))
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""


def _reason(error: json.JSONDecodeError) -> str:
    if error.pos >= len(error.doc) - 1 or error.msg.startswith("Unterminated"):
        return CUT_OFF
    return f"It is no valid JSON: {error.msg}, at character {error.pos:,}."
