"""What the results need of a search hit, and where its marks stand in a line that is too short. No Qt objects."""

from collections.abc import Sequence
from typing import Protocol

HIT_ROLE = 0x0100 + 1
"""Of a row's `Hit`; Qt.UserRole is 0x0100."""
TIME_ROLE = HIT_ROLE + 1

Span = tuple[int, int]
"""From the first character up to, not including, the second."""
Marked = tuple[str, Sequence[Span]]


class Hit(Protocol):
    """One place that was found, in a message, or where that is None in the conversation's title.

    `marks` are the parts of `snippet` that were looked for; `time` in seconds since 1970.
    """

    @property
    def conversation(self) -> int: ...
    @property
    def message(self) -> int | None: ...
    @property
    def title(self) -> str: ...
    @property
    def snippet(self) -> str: ...
    @property
    def marks(self) -> Sequence[Span]: ...
    @property
    def time(self) -> float: ...


def around_mark(text: str, marks: Sequence[Span], seen: int) -> Marked:
    """The text on one line, cut before its first mark if that does not end within the first `seen` characters."""
    line = "".join(" " if letter.isspace() else letter for letter in text)
    if not marks or marks[0][1] <= seen:
        return line, marks
    start = max(0, marks[0][0] - seen // 4)
    space = line.find(" ", start, marks[0][0])
    start = start if space < 0 else space + 1
    return "…" + line[start:], [(first - start + 1, last - start + 1) for first, last in marks]


def utf16_marks(text: str, marks: Sequence[Span]) -> list[Span]:
    """(start, length) of the marks within `text`, counted as Qt counts: a character beyond U+FFFF is two."""
    counted = []
    for first, last in marks:
        if first < len(text):
            start = _units(text[:first])
            counted.append((start, _units(text[:last]) - start))
    return counted


def _units(text: str) -> int:
    return len(text) + sum(letter > "\uffff" for letter in text)
