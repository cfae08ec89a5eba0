"""What an export's file is made by: one conversation, an archive with a file for each one, or one long JSON file.

Blocking; on a worker thread. Writers take conversations one after the other and keep none of them.
"""

import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from seproj_desktop.chat.conversations import Folder, StoredConversation
from seproj_desktop.storage.exchange.file_names import ARCHIVE_ENDING, FILE_ENDINGS, ExportFormat, FileNames
from seproj_desktop.storage.exchange.html_export import HtmlExport
from seproj_desktop.storage.exchange.json_export import JSON_END, json_head, json_member
from seproj_desktop.storage.exchange.markdown_export import markdown_of

Formatter = Callable[[StoredConversation], str]


class ExportWriter(Protocol):
    """`end` comes once, after the last conversation."""

    def add(self, conversation: StoredConversation) -> None: ...

    def end(self) -> None: ...


def writer_for(kind: ExportFormat, path: Path, stream: IO[bytes], folders: Sequence[Folder]) -> ExportWriter:
    """JSON is one file always; the others are an archive where `path` ends like one."""
    if kind == "json":
        return _JsonWriter(stream, folders)
    formatter = markdown_of if kind == "markdown" else HtmlExport().page
    if path.suffix.lower() == ARCHIVE_ENDING:
        return _ArchiveWriter(stream, formatter, FILE_ENDINGS[kind])
    return _PageWriter(stream, formatter)


class _PageWriter:
    """One conversation in one file."""

    def __init__(self, stream: IO[bytes], formatter: Formatter) -> None:
        self._stream = stream
        self._format = formatter

    def add(self, conversation: StoredConversation) -> None:
        self._stream.write(_encoded(self._format(conversation)))

    def end(self) -> None:
        """Nothing comes after a page."""


class _ArchiveWriter:
    """Each conversation in a file of its own."""

    def __init__(self, stream: IO[bytes], formatter: Formatter, ending: str) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
        self._format = formatter
        self._names = FileNames(ending)

    def add(self, conversation: StoredConversation) -> None:
        self._archive.writestr(self._names.name_for(conversation.summary), _encoded(self._format(conversation)))

    def end(self) -> None:
        self._archive.close()


class _JsonWriter:
    """Everything in one file, one conversation a line."""

    def __init__(self, stream: IO[bytes], folders: Sequence[Folder]) -> None:
        self._stream = stream
        self._is_first = True
        stream.write(_encoded(json_head(folders, datetime.now(UTC))))

    def add(self, conversation: StoredConversation) -> None:
        self._stream.write(_encoded(json_member(conversation, is_first=self._is_first)))
        self._is_first = False

    def end(self) -> None:
        self._stream.write(_encoded(JSON_END))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
