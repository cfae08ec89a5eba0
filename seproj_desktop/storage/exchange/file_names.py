"""An export's formats by their files' names, and names that every system takes, made of conversations' titles. Pure."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.lenient import LATEST
from seproj_desktop.storage.exchange.transcripts import UNTITLED

ExportFormat = Literal["markdown", "json", "html"]
FILE_ENDINGS: Mapping[ExportFormat, str] = MappingProxyType({"markdown": ".md", "json": ".json", "html": ".html"})
ARCHIVE_ENDING = ".zip"
LONGEST = 100
"""Bytes of a name without its ending: a path on Windows has 260 characters in all, a name on Linux 255 bytes."""
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+')
RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)


def safe_name(title: str) -> str:
    """A title as the name of a file, without its ending."""
    name = " ".join(NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", title)).split()).strip(". ")
    name = name.encode()[:LONGEST].decode(errors="ignore").strip(". ") or UNTITLED
    return f"_{name}" if RESERVED.match(name) else name


def ending_of(kind: ExportFormat, count: int) -> str:
    """Of the file that holds so many conversations: pages go into an archive unless there is only one."""
    return FILE_ENDINGS[kind] if count == 1 or kind == "json" else ARCHIVE_ENDING


def proposed_name(kind: ExportFormat, conversations: Sequence[str]) -> str:
    """A name for the file that holds the conversations with these titles."""
    name = safe_name(conversations[0]) if len(conversations) == 1 else "Conversations"
    return name + ending_of(kind, len(conversations))


def kind_of(target: Path, otherwise: ExportFormat = "markdown") -> ExportFormat:
    """The format that a file's name tells; an archive's tells none."""
    return next((kind for kind, ending in FILE_ENDINGS.items() if ending == target.suffix.lower()), otherwise)


def check_form(target: Path, kind: ExportFormat, count: int) -> None:
    """A page has one conversation, an archive a page for each, and JSON is one file however many there are.

    Raises `UserError` for a name that promises something else.
    """
    is_archive = target.suffix.lower() == ARCHIVE_ENDING
    if kind == "json" and is_archive:
        raise UserError("JSON is one file and no archive.", f"Call it {target.with_suffix('.json')}.")
    if kind != "json" and count > 1 and not is_archive:
        raise UserError(
            f"{count:,} conversations do not go into one page.",
            f"Call the file {target.with_suffix(ARCHIVE_ENDING)}: it gets a page for each. Or choose JSON.",
        )


class FileNames:
    """Hands out names, each once, also for systems that do not tell large letters from small ones."""

    def __init__(self, ending: str) -> None:
        self._ending = ending
        self._taken: dict[str, int] = {}

    def name_for(self, summary: ConversationSummary) -> str:
        """The day, the title and, where another one has them too, a number."""
        day = datetime.fromtimestamp(min(max(summary.created, 0.0), LATEST), UTC).strftime("%Y-%m-%d")
        name = f"{day} {safe_name(summary.title)}"
        while (number := self._count(name)) > 1:
            name = f"{name} ({number})"
        return name + self._ending

    def _count(self, name: str) -> int:
        key = name.casefold()
        self._taken[key] = self._taken.get(key, 0) + 1
        return self._taken[key]
