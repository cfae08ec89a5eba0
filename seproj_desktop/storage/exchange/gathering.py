"""What an import has found so far: conversations, folders, and the list of what could not be read. On a worker thread.

Every record tells by its shape whose it is; one that cannot be read costs only itself.
"""

import re
from dataclasses import dataclass

from seproj_desktop.chat.conversations import Folder
from seproj_desktop.errors import UserError
from seproj_desktop.storage.exchange.chatgpt_import import is_chatgpt, read_chatgpt
from seproj_desktop.storage.exchange.cutting import parse
from seproj_desktop.storage.exchange.json_format import FORMAT, LISTED, VERSION
from seproj_desktop.storage.exchange.json_import import is_ours, read_folders, read_ours
from seproj_desktop.storage.exchange.lenient import Record, record, text
from seproj_desktop.storage.exchange.open_webui_import import is_open_webui, read_open_webui
from seproj_desktop.storage.exchange.packing import PackedConversations
from seproj_desktop.storage.exchange.reading import LONGEST_TITLE, Reading, UnreadableError

MOST_PROBLEMS = 1000
"""That are listed; the others are counted."""
TITLE = re.compile(rb'"title"\s*+:\s*+("(?:[^"\\]|\\.){1,400}+")')


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """What could not be read, or not wholly, by its name, and why."""

    name: str
    reason: str


class Gathering:
    """Takes the records of one import. `is_known`: something in it was in a known format."""

    def __init__(self) -> None:
        self.conversations = PackedConversations()
        self.folders: list[Folder] = []
        self.is_known = False
        self._problems: list[ImportProblem] = []
        self._unlisted = 0
        self._number = 0

    @property
    def problems(self) -> tuple[ImportProblem, ...]:
        rest = ImportProblem("And more", f"{self._unlisted:,} further problems are not listed.")
        return (*self._problems, rest) if self._unlisted else tuple(self._problems)

    def note(self, name: str, reason: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(ImportProblem(name, reason))
        else:
            self._unlisted += 1

    def take(self, value: bytes, otherwise: float) -> None:
        """One element of the list; `otherwise` is its time if it tells none."""
        self._number += 1
        try:
            element = parse(value)
        except ValueError as error:
            self.note(_title_in(value) or self._numbered(), str(error))
        else:
            self._take_record(record(element), otherwise)

    def take_outermost(self, fields: Record, otherwise: float) -> None:
        """What stands around the list, or a file that is one conversation. Raises `UserError` for a newer version."""
        if fields.get("format") == FORMAT:
            check_version(fields.get("version"))
            self.is_known = True
            self.folders += read_folders(fields.get("folders"))
        elif LISTED not in fields and fields and not self._number:
            self._number += 1
            self._take_record(fields, otherwise)

    def _take_record(self, element: Record, otherwise: float) -> None:
        try:
            reading = read_record(element, otherwise)
        except UnreadableError as error:
            self.note(text(element.get("title"))[:LONGEST_TITLE] or self._numbered(), str(error))
            self.is_known = self.is_known or is_ours(element)
            return
        self.is_known = True
        name = reading.conversation.summary.title or self._numbered()
        for reason in reading.left_out:
            self.note(name, reason)
        self.conversations.append(reading.conversation)

    def _numbered(self) -> str:
        return f"Conversation {self._number:,}"


def read_record(element: Record, otherwise: float) -> Reading:
    """Raises `UnreadableError`."""
    if is_ours(element):
        return read_ours(element)
    if is_chatgpt(element):
        return read_chatgpt(element, otherwise)
    if is_open_webui(element):
        return read_open_webui(element, otherwise)
    raise UnreadableError("It is no conversation in a known format.")


def check_version(version: object) -> None:
    if not isinstance(version, int) or not 1 <= version <= VERSION:
        raise UserError(
            f"The file is in version {text(version) or version!r} of our format; known are versions up to {VERSION}.",
            "A newer version of this program can import it.",
        )


def _title_in(value: bytes) -> str:
    """The title of a record that is broken somewhere else."""
    found = TITLE.search(value)
    try:
        return text(parse(found[1]))[:LONGEST_TITLE] if found else ""
    except ValueError:
        return ""
