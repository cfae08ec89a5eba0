"""Where endless text may be cut: at white space, else between two characters that are seen apart. No Qt."""

import re
import unicodedata
from collections.abc import Iterator

MARKS = re.compile(r"`+|\[|\](?:\([^\s()]*\)?)?")
SPACES = re.compile(r"[^\S\u00a0\u2007\u202f]+")
LONGEST_CLUSTER = 64
"""Characters that may make one sign on the screen; more of them are no text any more."""
STEP = 60
"""Characters that are searched for white space at once."""
JOINER = "\u200d"
VIRAMA = 9
"""The combining class of the sign that binds two consonants."""


def soft_cut(text: str, limit: int, *, is_literal: bool = False) -> tuple[int, int]:
    """Where the first piece of a longer text ends, and where the next one begins; between them is white space.

    Looks at no more than the first `limit` + 1 characters. In a literal text there are no links and no code to keep.
    """
    head = text[: limit + 1]
    closed = [] if is_literal else whole_spans(head)
    last: tuple[int, int] | None = None
    for space in _spaces_from_end(head, limit // 2):
        if not any(first < space[0] < end for first, end in closed):
            return space
        last = last or space
    if last is not None:
        return last
    position = boundary(head, limit)
    return position, position


def _spaces_from_end(text: str, least: int) -> Iterator[tuple[int, int]]:
    """The stretches of white space from a place on, the last one first: it is mostly near the end, and wanted alone."""
    end = len(text)
    while end > least:
        start = max(least, end - STEP)
        # None is torn in two: one that reaches into what comes before is left for the next step.
        while start > least and text[start - 1].isspace():
            start -= 1
        yield from reversed([match.span() for match in SPACES.finditer(text, start, end)])
        end = start


def boundary(text: str, limit: int) -> int:
    """The last place at or before `limit` where no sign is torn apart."""
    for position in range(limit, max(limit - LONGEST_CLUSTER, 0), -1):
        if not _belong_together(text, position):
            return position
    return limit


def _belong_together(text: str, position: int) -> bool:
    before, after = text[position - 1 : position], text[position : position + 1]
    if not after or after.isascii():
        return before == "\r" and after == "\n"
    if _is_flag_half(before) and _is_flag_half(after):
        start = position
        while start and _is_flag_half(text[start - 1]):
            start -= 1
        return (position - start) % 2 == 1
    return (
        JOINER in {before, after}
        or unicodedata.category(after) in {"Mn", "Mc", "Me"}
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
        or ("\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff")
        or ("\u1100" <= before <= "\u11ff" and "\u1160" <= after <= "\u11ff")
        or unicodedata.combining(before) == VIRAMA
    )


def _is_flag_half(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def whole_spans(text: str) -> list[tuple[int, int]]:
    """Code and links, from mark to mark; what is not closed reaches to the end."""
    spans: list[tuple[int, int]] = []
    code: re.Match[str] | None = None
    link = -1
    for mark in MARKS.finditer(text):
        if code is not None:
            if mark[0] == code[0]:
                spans.append((code.start(), mark.end()))
                code = None
        elif mark[0][0] == "`":
            code = mark
        elif mark[0] == "[":
            link = mark.start()
        elif mark[0][0] == "]" and link >= 0:
            spans.append((link, mark.end()))
            link = -1
    if code is not None:
        spans.append((code.start(), len(text)))
    if link >= 0:
        spans.append((link, len(text)))
    return spans
