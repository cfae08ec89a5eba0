"""What an import reads from: a JSON file, or the JSON files inside an export's zip archive. Blocking; on a worker
thread.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from seproj_desktop.errors import UserError

MOST_BYTES = 2_000_000_000
"""Of JSON in one import. Its conversations are in memory, packed, until one transaction stores them."""
WANTED = re.compile(r"(?:^|/)conversations[^/]*\.json$")
"""What ChatGPT's archives have: one file, or several with numbers."""
UNKNOWN = "Known are this program's own JSON, ChatGPT's conversations.json or its zip archive, and Open WebUI's export."


@dataclass(frozen=True, slots=True)
class Source:
    """One JSON stream; `before` and `total` are bytes of JSON of the whole import, `modified` is the file's time."""

    stream: IO[bytes]
    before: int
    total: int
    modified: float


def unknown_format(path: Path) -> UserError:
    return UserError(f"{path.name} holds no conversations in a known format.", UNKNOWN)


def sources(path: Path) -> Iterator[Source]:
    """The streams one after the other, each open until the next one is asked for. Raises `UserError`."""
    try:
        if zipfile.is_zipfile(path):
            yield from _members(path)
        else:
            size = path.stat().st_size
            _check_size(path, size)
            with path.open("rb") as stream:
                yield Source(stream, 0, size, path.stat().st_mtime)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{path.name} cannot be read: {reason}.", "Check the file, or export it anew.") from error
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        # The zip reader's kinds: RuntimeError for a password, NotImplementedError for an unknown compression.
        raise UserError(f"{path.name} cannot be read: {error}.", "Check the file, or export it anew.") from error


def _members(path: Path) -> Iterator[Source]:
    with closing(zipfile.ZipFile(path)) as archive:
        found = sorted((info for info in archive.infolist() if WANTED.search(info.filename)), key=lambda i: i.filename)
        if not found:
            raise unknown_format(path)
        total = sum(info.file_size for info in found)
        _check_size(path, total)
        before = 0
        for info in found:
            with archive.open(info) as stream:
                yield Source(stream, before, total, path.stat().st_mtime)
            before += info.file_size


def _check_size(path: Path, size: int) -> None:
    if size > MOST_BYTES:
        raise UserError(
            f"{path.name} holds {size / 1e9:.1f} GB of JSON; {MOST_BYTES / 1e9:.0f} GB can be imported at once.",
            "Export it in several parts.",
        )
