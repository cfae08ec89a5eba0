"""Reads an export's file from its beginning to its end, a slice at a time. Blocking; on a worker thread."""

import zlib
from collections.abc import Generator
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

from seproj_desktop.storage.exchange.cutting import CUT_OFF, Cutter, NotJsonError, parse
from seproj_desktop.storage.exchange.gathering import Gathering
from seproj_desktop.storage.exchange.json_format import LISTED
from seproj_desktop.storage.exchange.sources import Source, sources, unknown_format

SLICE = 1 << 20
"""Bytes of JSON that one slice reads, or one conversation where that is more: 10 to 30 ms."""


class FileReader:
    """`read_slice` until it returns False; what was found gathers in `found`."""

    def __init__(self, path: Path) -> None:
        self.found = Gathering()
        self.fraction = 0.0
        self._path = path
        self._slices = self._read()

    def read_slice(self) -> bool:
        """Reads a little more; whether there is still more. Raises `UserError`."""
        return next(self._slices, False)

    def close(self) -> None:
        """Closes the file, where it was not read to its end."""
        self._slices.close()

    def _read(self) -> Generator[bool, None, None]:
        for source in sources(self._path):
            cutter = Cutter(partial(self._read_bytes, source), LISTED)
            try:
                yield from self._read_members(cutter, source)
            except NotJsonError:
                raise unknown_format(self._path) from None
            if not cutter.is_whole:
                self.found.note("The end of the file", CUT_OFF)
        if not self.found.is_known:
            raise unknown_format(self._path)

    def _read_members(self, cutter: Cutter, source: Source) -> Generator[bool, None, None]:
        outermost: dict[str, object] = {}
        reached = 0
        for member in cutter.members():
            if member.is_listed:
                self.found.take(member.value, source.modified)
            else:
                outermost[member.key] = self._parsed(member.key, member.value)
            if cutter.position - reached >= SLICE:
                reached = cutter.position
                self.fraction = min(1.0, (source.before + reached) / max(1, source.total))
                yield True
        self.found.take_outermost(outermost, source.modified)

    def _parsed(self, key: str, value: bytes) -> object:
        try:
            return parse(value)
        except ValueError as error:
            self.found.note(f"The part “{key[:40]}”", str(error))
            return None

    def _read_bytes(self, source: Source, size: int) -> bytes:
        """A file that breaks off ends there: what came before is taken."""
        try:
            return source.stream.read(size)
        except (OSError, EOFError, BadZipFile, zlib.error) as error:
            self.found.note("The file", f"It cannot be read further: {error}.")
            return b""
