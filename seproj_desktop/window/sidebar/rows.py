"""The order of the list: shelves, sections, and the key that every row is sorted by. Pure values, no Qt.

A row's place follows from its key alone, so that one conversation can be moved without looking at the others.
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, IntEnum
from operator import itemgetter
from typing import NamedTuple

from seproj_desktop.chat.conversations import ConversationSummary, Folder


class Shelf(Enum):
    """Which conversations are listed."""

    CONVERSATIONS = "conversations"
    ARCHIVE = "archive"
    BIN = "bin"


class Kind(IntEnum):
    """The kinds of sections, from the top."""

    PINNED = 0
    FOLDER = 1
    DAY = 2


class Days(IntEnum):
    """The numbers of the day sections, from the newest; `MONTHS` is this month, each above it one month earlier."""

    TODAY = 0
    YESTERDAY = 1
    WEEK = 2
    THIRTY = 3
    MONTHS = 4


class Section(NamedTuple):
    """A part of the list. `number` is a folder's id or one of `Days`; `name` sorts folders."""

    kind: Kind
    name: str = ""
    number: int = 0


PINNED = Section(Kind.PINNED)
MONTHS_AHEAD = 60
"""So many months are reckoned beforehand, since asking the time zone for each conversation takes a while."""


class Key(NamedTuple):
    """Where a row stands. A section's head has `is_row` False and comes before its conversations, the newest first."""

    section: Section
    is_row: bool = False
    age: float = 0.0
    number: int = 0

    @property
    def conversation(self) -> int:
        return -self.number


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section's head as it is painted; only folders fold."""

    section: Section
    words: str
    count: int
    is_folded: bool = False

    @property
    def folder(self) -> int | None:
        return self.section.number if self.section.kind is Kind.FOLDER else None


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """A conversation as it is painted; `is_open` is the one that the transcript shows."""

    summary: ConversationSummary
    words: str
    is_open: bool = False
    is_answering: bool = False
    is_in_folder: bool = False


Row = SectionRow | ConversationRow


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which day is today, and since when the day sections count, the newest first.

    Each start is in seconds since 1970 and negative, so that they ascend and can be bisected.
    """

    today: date
    starts: tuple[tuple[float, Section], ...]

    @classmethod
    def at(cls, now: float) -> "Calendar":
        """`now` in seconds since 1970; days begin at local midnight."""
        today = datetime.fromtimestamp(now, UTC).astimezone().date()
        back = {Days.TODAY: 0, Days.YESTERDAY: 1, Days.WEEK: 7, Days.THIRTY: 30}
        days: list[tuple[date, int]] = [(today - timedelta(ago), section) for section, ago in back.items()]
        months = [(_month_before(today, months), Days.MONTHS + months) for months in range(MONTHS_AHEAD)]
        days += [(start, number) for start, number in months if start < days[-1][0]]
        return cls(today, tuple((-_midnight(start), Section(Kind.DAY, "", number)) for start, number in days))

    def section(self, moment: float) -> Section:
        """Where something that happened at `moment` belongs; what a wrong clock dated tomorrow is of today."""
        place = bisect_left(self.starts, -moment, key=itemgetter(0))
        if place < len(self.starts):
            return self.starts[place][1]
        then = datetime.fromtimestamp(moment, UTC).astimezone()
        months = (self.today.year - then.year) * 12 + self.today.month - then.month
        return Section(Kind.DAY, "", Days.MONTHS + months)

    def month(self, section: Section) -> date:
        """The first day of the month that a section beyond thirty days stands for."""
        return _month_before(self.today, section.number - Days.MONTHS)


def shelf_of(summary: ConversationSummary) -> Shelf:
    if summary.deleted is not None:
        return Shelf.BIN
    return Shelf.ARCHIVE if summary.is_archived else Shelf.CONVERSATIONS


def folder_section(folder: Folder) -> Section:
    return Section(Kind.FOLDER, folder.name.casefold(), folder.id)


def key_of(summary: ConversationSummary, calendar: Calendar, folders: Mapping[int, Folder]) -> Key:
    """The key of a conversation on its own shelf; a folder that is not known is none."""
    moment = summary.changed if summary.deleted is None else summary.deleted
    return Key(_section_of(summary, moment, calendar, folders), True, -moment, -summary.id)


def _section_of(
    summary: ConversationSummary, moment: float, calendar: Calendar, folders: Mapping[int, Folder]
) -> Section:
    has_place = summary.is_pinned or summary.folder in folders
    if has_place and summary.deleted is None and not summary.is_archived:
        return PINNED if summary.is_pinned or summary.folder is None else folder_section(folders[summary.folder])
    return calendar.section(moment)


def _month_before(day: date, months: int) -> date:
    """The first day of the month so many months before the one of `day`."""
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def _midnight(day: date) -> float:
    return datetime.combine(day, time()).astimezone().timestamp()
