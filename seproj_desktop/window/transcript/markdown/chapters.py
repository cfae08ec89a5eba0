"""Where a long text that is complete may be cut before it is read, so that its end can be shown without its beginning.

Each chapter, split by itself, gives the segments that it has in the whole. That is so at a line that begins with a
letter or as a heading, with one blank line above it: it ends every list, quote and footnote, and every block but a
fence that stands in none of them. Fences are followed from the beginning; where it cannot be said for sure whether one
is open, nothing more is cut. No Qt, no Markdown library.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from seproj_desktop.window.transcript.markdown.marks import DEFINITION
from seproj_desktop.window.transcript.markdown.segment import LINE_LIMIT, Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter

CHAPTER = 16_000
"""Characters that a chapter has at least: splitting them takes about two milliseconds."""

LONG = 100_000
"""How much of a text is split at once, by its `weight`: mostly three milliseconds, ten at worst."""
LINE_WEIGHT = 100
DEPTH_WEIGHT = 15
"""In letters."""
STEP = 4_000
"""Characters beyond the least that are looked through first for the next chapter's beginning."""
MOST_LABELS = 1_000
"""Marks of definitions that are looked at."""

FENCE = re.compile(r"`{3,}|~{3,}")
INDENT = re.compile(r" {1,3}$")
DEFINITION_MARKS = re.compile(r"[ \t>*+\-0-9.)]*(?:\[\^[^\[\]\s]{1,64}\]:)?[ \t>*+\-0-9.)]*")
CONTAINERS = re.compile(r"[ \t>*+\-0-9.)]*(?:\[\^[^\[\]\s]{1,64}\]:[ \t]*)?$")
"""What may stand before a fence in a list, quote or footnote."""
FORMULA = re.compile(r"\$\$|\\\[|\\begin\{")
START = re.compile(r"#{1,6} |[^\W\d_]")
START_OF_LINE = re.compile(rf"^(?:{START.pattern})", re.MULTILINE)
WORDS = re.compile(r"[^\W\d_]{2}")


def chapters(text: str, *, is_literal: bool = False) -> list[tuple[int, str]]:
    """Where each begins, and its text. A literal text is one, and so is one that would leave a long chapter."""
    starts = [0] if is_literal else chapter_starts(text)
    found = [(start, text[start:end]) for start, end in pairwise((*starts, len(text)))]
    return [(0, text)] if is_long(found[-1][1]) else found


def is_long(text: str) -> bool:
    """Whether splitting a text at once would hold the window."""
    return len(text) > LONG or (len(text) > LONG // (LINE_WEIGHT + 1) and weight(text) > LONG)


def weight(text: str) -> int:
    """How long splitting a text takes, roughly: every line costs, and so does what it stands in."""
    return len(text) + LINE_WEIGHT * text.count("\n") + DEPTH_WEIGHT * (text.count("  ") + text.count(">"))


def numbered(start: int, text: str, *, is_literal: bool = False) -> Iterator[tuple[int, Segment]]:
    """A chapter's segments, numbered from where it begins: so those of all chapters are in order, whichever is read."""
    splitter = Splitter(is_literal=is_literal)
    splitter.feed(text)
    splitter.finish()
    return enumerate(splitter.closed, start)


def chapter_starts(text: str, least: int = CHAPTER) -> list[int]:
    """Where the chapters begin, the first one at 0; each but the last has at least so many characters.

    Nothing is looked for further away than a chapter that is not long may reach.
    """
    starts = [0]
    if len(text) < 2 * least or _may_define(text):
        return starts
    while (found := _next_start(text, starts[-1], least)) > 0:
        starts.append(found)
    return starts


def _next_start(text: str, start: int, least: int) -> int:
    """Where the chapter after the one that begins at a place does; 0 where none can be cut off in time."""
    size = least + STEP
    while not is_long(near := text[start : start + size]):
        if found := _first_start(near, least):
            return start + found
        if start + size >= len(text):
            break
        size *= 2
    return 0


def _first_start(text: str, least: int) -> int:
    """Where a second chapter may begin, at the earliest after so many characters; or 0."""
    for first, end in _outside_fences(text):
        at = text.find("\n\n", max(first, least - 1))
        while 0 <= at < end - 2:
            if _is_safe(text, at + 1):
                return at + 1
            at = text.find("\n\n", at + 1)
    return 0


def _may_define(text: str) -> bool:
    """Whether a line may define a link, which every chapter would have to know."""
    if text.count("]:") > MOST_LABELS:
        return True
    at = text.find("]:")
    while at >= 0:
        start = text.rfind("\n", 0, at) + 1
        end = text.find("\n", at)
        line = text[start : end if end >= 0 else len(text)]
        marks = DEFINITION_MARKS.match(line)
        if marks and DEFINITION.match(line[marks.end() :].rstrip("\r")):
            return True
        at = text.find("]:", end) if end >= 0 else -1
    return False


def _is_safe(text: str, at: int) -> bool:
    """Whether a chapter may begin with the blank line at a place."""
    above = text[text.rfind("\n", 0, at - 1) + 1 : at - 1]
    # What is above has words: it is in a block, and not the mark of an item or footnote that is still empty.
    return bool(START.match(text, at + 1) and WORDS.search(above)) and "[^" not in above


def _outside_fences(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of the text that are certainly in no fence, as far as that can be said."""
    outside, mark, indent, opened = 0, "", 0, 0
    for found in _fences(text):
        start = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        before, after = text[start : found.start()], text[found.end() : end].rstrip("\r")
        if mark:
            if not _closes(found[0], before, after, mark):
                continue
            if indent and not _is_held(text[opened:start], before, indent):
                return
            outside, mark = end, ""
        elif not CONTAINERS.match(before) or (found[0][0] == "`" and "`" in after):
            continue  # a word of a line
        elif before and not INDENT.match(before):
            # It ends with what it stands in.
            yield outside, start
            line = START_OF_LINE.search(text, end)
            outside = line.start() if line else len(text)
        else:
            yield outside, start
            if end - start > LINE_LIMIT or FORMULA.search(
                text, max(outside, text.rfind("\n\n", outside, start)), start
            ):
                return
            mark, indent, opened = found[0], len(before), min(end + 1, len(text))
    if not mark:
        yield outside, len(text)


def _fences(text: str) -> Iterator[re.Match[str]]:
    """What `FENCE.finditer` finds; it looks at every letter, which takes a dozen times as long."""
    marks = ("```", "~~~")
    starts = [text.find(mark) for mark in marks]
    while max(starts) >= 0:
        found = FENCE.match(text, min(start for start in starts if start >= 0))
        assert found is not None
        yield found
        starts = [
            text.find(mark, found.end()) if 0 <= start < found.end() else start
            for mark, start in zip(marks, starts, strict=True)
        ]


def _closes(fence: str, before: str, after: str, mark: str) -> bool:
    is_mark = fence[0] == mark[0] and len(fence) >= len(mark)
    return is_mark and not after.strip(" \t") and (not before or INDENT.match(before) is not None)


def _is_held(code: str, before: str, indent: int) -> bool:
    """Whether a fence that may stand in a list's item is closed there too: no line between leaves the item."""
    return len(before) == indent and re.search(rf"^ {{0,{indent - 1}}}[^ \n]", code, re.MULTILINE) is None
