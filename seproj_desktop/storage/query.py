"""The language of the search field: words, "phrases", -without, and filters such as persona:reviewer. Pure, no SQL.

Whatever is typed is a query: what cannot be understood becomes words for the person in `problems`, and the rest counts.
The last word is taken as unfinished while nothing follows it, and then stands for everything that begins with it.
"""

import re
import time
import unicodedata
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, get_args

from seproj_desktop.storage.search_schema import LONE_LETTERS

LONGEST_QUERY = 1_000
"""Characters; what follows is left aside."""
MOST_TERMS = 32

Flag = Literal["pinned", "archived", "deleted"]
Place = Literal["persona", "model", "in"]
FLAGS: tuple[Flag, ...] = get_args(Flag)

_TERM = re.compile(
    r"""(?P<minus>(?<!\S)-)?
    (?:(?P<name>persona|model|in|is|title|before|after):)?
    (?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<plain>[^\s"]+))?""",
    re.IGNORECASE | re.VERBOSE,
)
_TOKEN = re.compile(rf"(?=[^\W_])[{LONE_LETTERS}]|(?:(?![{LONE_LETTERS}])[^\W_])+")
"""As the index has them: a run of letters and digits, or one letter of a script written without spaces."""
_GOES_ON = re.compile(rf"(?![{LONE_LETTERS}])[^\W_]\Z")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to each other; `is_open`: the last one may go on."""

    words: tuple[str, ...]
    is_open: bool = False

    @property
    def is_broad(self) -> bool:
        """Whether it ends with one or two letters that may go on: nearly everything begins like that."""
        return self.is_open and len(self.words[-1]) < 3


@dataclass(frozen=True, slots=True)
class Named:
    """A filter by name; in lower case, and any name that contains it will do."""

    place: Place
    name: str
    is_excluded: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `since` <= time < `until`, in seconds since 1970; a flag is True, False or not given."""

    phrases: tuple[Phrase, ...] = ()
    in_title: tuple[Phrase, ...] = ()
    excluded: tuple[Phrase, ...] = ()
    names: tuple[Named, ...] = ()
    since: float | None = None
    until: float | None = None
    flags: dict[Flag, bool] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.phrases or self.has_filters)

    @property
    def has_filters(self) -> bool:
        has_time = self.since is not None or self.until is not None
        return bool(self.in_title or self.names or self.flags or has_time)


def parse_query(text: str, today: date) -> Query:
    """Never raises. `today` is what `today` and `yesterday` count from; days begin at midnight, local time."""
    reading = _Reading(today)
    shown = unicodedata.normalize("NFC", text[:LONGEST_QUERY])
    terms = [match for match in _TERM.finditer(shown) if match.group()]
    for term in terms[:MOST_TERMS]:
        reading.take(term)
    return reading.query()


def tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


class _Reading:
    """Gathers a query, term by term."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._phrases: dict[str, list[Phrase]] = {"": [], "title": [], "-": []}
        self._names: list[Named] = []
        self._flags: dict[Flag, bool] = {}
        self._since: float | None = None
        self._until: float | None = None
        self._problems: list[str] = []

    def take(self, term: re.Match[str]) -> None:
        name, is_excluded = (term["name"] or "").lower(), bool(term["minus"])
        value = term["quoted"] if term["quoted"] is not None else term["plain"] or ""
        match name:
            case "persona" | "model" | "in":
                self._take_name(name, value, is_excluded=is_excluded)
            case "is":
                self._take_flag(value.lower(), is_excluded=is_excluded)
            case "before" | "after":
                self._take_date(name, value, is_excluded=is_excluded)
            case _:
                self._take_words("-" if is_excluded else name, value, is_open=not term["end"] and _is_last(term))

    def query(self) -> Query:
        words, title, excluded = (tuple(self._phrases[kind]) for kind in ("", "title", "-"))
        if excluded and not words:
            self._problems.append("A minus only leaves out. Add a word to look for.")
        return Query(
            words,
            title,
            excluded,
            tuple(self._names),
            self._since,
            self._until,
            self._flags,
            tuple(dict.fromkeys(self._problems)),
        )

    def _take_words(self, kind: str, value: str, *, is_open: bool) -> None:
        words = tokens(value)
        if words:
            may_go_on = is_open and kind != "-" and _GOES_ON.search(value) is not None
            self._phrases[kind].append(Phrase(words, may_go_on))

    def _take_name(self, place: Place, value: str, *, is_excluded: bool) -> None:
        name = value.strip().lower()
        if name:
            self._names.append(Named(place, name, is_excluded))
        else:
            self._problems.append(f"“{place}:” needs a name right after the colon.")

    def _take_flag(self, value: str, *, is_excluded: bool) -> None:
        for flag in FLAGS:
            if value == flag:
                self._flags[flag] = not is_excluded
                return
        known = ", ".join(f"is:{flag}" for flag in FLAGS)
        self._problems.append(f"“is:{value}” is not known. There are {known}.")

    def _take_date(self, name: str, value: str, *, is_excluded: bool) -> None:
        moment = _beginning(value.lower(), self._today)
        if moment is None:
            self._problems.append(f"“{name}:{value}” is no date. Write it as 2026-11-24, 2026-11, today or yesterday.")
        elif (name == "before") != is_excluded:
            self._until = moment if self._until is None else min(moment, self._until)
        else:
            self._since = moment if self._since is None else max(moment, self._since)


def _is_last(term: re.Match[str]) -> bool:
    return term.end() == len(term.string)


def _beginning(value: str, today: date) -> float | None:
    """When a day, month or year begins, in seconds since 1970; None for what is none."""
    days_ago = {"today": 0, "yesterday": 1}.get(value)
    if days_ago is not None:
        return _midnight(today - timedelta(days=days_ago))
    parts = _DATE.fullmatch(value)
    if parts is None:
        return None
    year, month, day = (int(part or 1) for part in parts.groups())
    try:
        return _midnight(date(year, month, day))
    except (OverflowError, ValueError):
        return None


def _midnight(day: date) -> float:
    return time.mktime((day.year, day.month, day.day, 0, 0, 0, 0, 0, -1))
