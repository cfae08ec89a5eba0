"""Where endless text may be cut: at white space, else between two characters that are seen apart. No Qt."""

import re
import unicodedata

MARKS = re.compile(r"`+|\[|\]\([^\s()]*\)?|[\])]")
SPACES = re.compile(r"[^\S\u00a0\u2007\u202f]+")
LONGEST_CLUSTER = 64
"""Characters that may make one sign on the screen; more of them are no text any more."""
JOINER = "\u200d"
VIRAMA = 9
"""The combining class of the sign that binds two consonants."""


def soft_cut(text: str, limit: int) -> tuple[int, int]:
    """Where the first piece of a longer text ends, and where the next one begins; between them is white space.

    Looks at no more than the first `limit` + 1 characters.
    """
    head = text[: limit + 1]
    closed = _whole_spans(head)
    spaces = [match.span() for match in SPACES.finditer(head, limit // 2)]
    for start, end in reversed(spaces):
        if not any(first < start < last for first, last in closed):
            return start, end
    if spaces:
        return spaces[-1]
    position = boundary(head, limit)
    return position, position


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


def _whole_spans(text: str) -> list[tuple[int, int]]:
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
