"""Names of files that every system takes, made of conversations' titles. Pure."""

import re
import unicodedata
from datetime import UTC, datetime

from seproj_desktop.chat.conversations import ConversationSummary
from seproj_desktop.storage.exchange.lenient import LATEST
from seproj_desktop.storage.exchange.transcripts import UNTITLED

LONGEST = 100
"""Bytes of a name without its ending: a path on Windows has 260 characters in all, a name on Linux 255 bytes."""
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+')
RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)


def safe_name(title: str) -> str:
    """A title as the name of a file, without its ending."""
    name = " ".join(NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", title)).split()).strip(". ")
    name = name.encode()[:LONGEST].decode(errors="ignore").strip(". ") or UNTITLED
    return f"_{name}" if RESERVED.match(name) else name


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
