"""A message's text, or its thinking, as numbered segments and what they show. No Qt.

What is complete is read segment by segment when somebody looks; while text arrives only the open end is read again.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from time import perf_counter

from seproj_desktop.window.transcript.markdown.blocks import Leaf
from seproj_desktop.window.transcript.markdown.chapters import chapters, is_long, numbered
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves, open_leaves, still_open
from seproj_desktop.window.transcript.markdown.reading import NO_DEFINITIONS
from seproj_desktop.window.transcript.markdown.splitter import SLICE, Kind, Segment, Splitter

HEAVY = 6_000
"""Weight of segments that are read at once."""
GROUP = 250
"""Segments of a backlog, or some more, that are a chapter until somebody looks at them."""


class MessageText:
    """A stored or growing text; its segments count from 0, those of a chapter from the letter that it begins with."""

    __slots__ = (
        "_at",
        "_chapters",
        "_groups",
        "_growing",
        "_is_complete",
        "_parsed_characters",
        "_splitter",
        "_tail",
        "backlog",
        "definitions",
        "first_unsplit",
    )

    def __init__(self, source: str, *, is_literal: bool, is_open: bool) -> None:
        """`is_literal`: nothing is Markdown but fenced code; `is_open`: more may come until `finish`."""
        self.definitions: Mapping[str, str] = NO_DEFINITIONS
        """The addresses that labels of links stand for: known once the text is complete."""
        self.backlog = ""
        """What has been given and is not split yet: a long text is, in slices, by whoever calls `work_off`."""
        self._at = 0
        """How far into the backlog the splitter has come."""
        self.first_unsplit = 0
        """The first segment that comes of the backlog, or came of the last one."""
        self._is_complete = False
        found = [] if is_open else chapters(source, is_literal=is_literal)
        self._chapters: Sequence[tuple[int, str]] = found if len(found) > 1 else ()
        """Of a long stored text: where each begins, and its text."""
        self._groups: dict[int, int] = {}
        """The segments that a backlog came to, as chapters: from which number to which."""
        self._parsed_characters = 0
        self._growing: GrowingText | None = None
        """What reads the open segment, once there is one."""
        self._tail: dict[Segment, tuple[Leaf, ...] | None] = {}
        """What the segments before it show that a long line, while it grows, is cut into; None for one not read yet."""
        self._splitter: Splitter | None = None
        if not self._chapters:
            self._splitter = Splitter(is_literal=is_literal)
            self.feed(source)
            if not is_open:
                self.finish()

    @property
    def is_empty(self) -> bool:
        return self._splitter is not None and not (self.backlog or self._splitter.closed or self._splitter.tail())

    @property
    def source(self) -> str:
        """Everything that was fed."""
        return "".join(segment.text for _, segment in self.outline()) + self.backlog[self._at :]

    @property
    def length(self) -> int:
        return sum(len(segment.text) for _, segment in self.outline()) + len(self.backlog) - self._at

    def chapter_starts(self) -> Sequence[int]:
        """The numbers of the chapters."""
        return [*self._groups, *(start for start, _ in self._chapters)]

    def has_group(self, start: int) -> bool:
        """Whether the chapter that begins there is one of known segments."""
        return start in self._groups

    def chapter(self, start: int, text: str) -> Iterator[tuple[int, Segment]]:
        """The segments of one chapter with their numbers."""
        if self._splitter is None:
            return numbered(start, text)
        return enumerate(self._splitter.closed[start : self._groups[start]], start)

    def segments(self) -> Iterator[tuple[int, Segment]]:
        """All of them with their numbers, the open ones last."""
        if self._splitter is None:
            return chain.from_iterable(numbered(start, text) for start, text in self._chapters)
        return enumerate((*self._splitter.closed, *self._splitter.tail()))

    def outline(self) -> Iterator[tuple[int, Segment]]:
        """The chapters, and the segments that stand in none."""
        if self._splitter is None:
            return ((start, Segment(text, Kind.CHAPTER)) for start, text in self._chapters)
        closed = self._splitter.closed
        return chain(self._closed_between(0, len(closed)), enumerate(self._splitter.tail(), len(closed)))

    # Growing

    def feed(self, text: str) -> int:
        """Adds text; the number of the first segment that may have changed."""
        splitter = self._growing_splitter()
        if self.backlog:
            self.backlog += text
            return self.first_unsplit
        first = len(splitter.closed)
        if is_long(text):
            self.backlog, self.first_unsplit = text, first
        else:
            splitter.feed(text)
        return first

    def finish(self) -> int:
        """Nothing more will come; the number of the first segment that may have changed."""
        self._is_complete = True
        return self.first_unsplit if self.backlog else self._finish()

    def work_off(self, until: float) -> int | None:
        """Splits what has not been split, until a moment of `perf_counter`.

        Once nothing is left: the number of the first segment that may have changed; until then None.
        """
        splitter, backlog = self._growing_splitter(), self.backlog
        while self._at < len(backlog):
            splitter.feed(backlog[self._at : self._at + SLICE])
            self._at += SLICE
            if perf_counter() > until:
                return None
        self.backlog, self._at = "", 0
        first = min(self.first_unsplit, self._finish()) if self._is_complete else self.first_unsplit
        self._group(splitter.closed)
        return first

    def split_all(self) -> None:
        """Leaves no backlog."""
        if self.backlog:
            self.work_off(math.inf)

    def _group(self, closed: Sequence[Segment]) -> None:
        """No code block or table is in two groups: they are read from their beginning on."""
        start = self.first_unsplit
        for number in range(start, len(closed)):
            if number - start >= GROUP and closed[number].piece.is_first:
                self._groups[start] = number
                start = number

    def _finish(self) -> int:
        splitter = self._growing_splitter()
        first = len(splitter.closed)
        splitter.finish()
        if not splitter.has_definitions:
            return first
        # Known only now: what refers to them is read again.
        self.definitions = dict(definitions(splitter.closed))
        return 0

    def _growing_splitter(self) -> Splitter:
        assert self._splitter is not None, "a text in chapters is complete"
        return self._splitter

    # Reading

    def read(self, segment: Segment) -> tuple[Leaf, ...]:
        """What a segment shows that is not the open one."""
        self._parsed_characters += len(segment.lead) + len(segment.text)
        found = leaves(segment, self.definitions)
        if segment in self._tail:
            found = self._tail[segment] = tuple(map(still_open, found))
        return found

    def read_from(self, first: int, at_once: int | None = None) -> Iterator[tuple[int, Segment | Sequence[Leaf]]]:
        """What there is from a segment on, its open end healed, with numbers.

        Only the last `at_once` of the segments are read, or fewer heavy ones; those before them are as they are.
        """
        splitter = self._growing_splitter()
        closed, tail = splitter.closed, splitter.tail()
        later = first_at_once(closed, first, at_once)
        yield from self._closed_between(first, later)
        for number in range(later, len(closed)):
            yield number, self.read(closed[number])
        known, self._tail = self._tail, {}
        is_news = any(segment not in known for segment in tail[:-1])
        later = first_at_once(tail, 0, at_once) if is_news else len(tail)
        for index, segment in enumerate(tail):
            if segment is tail[-1]:
                yield len(closed) + index, self._read_open(segment)
                return
            found = known.get(segment)
            if found is None and index >= later:
                found = tuple(map(still_open, self.read(segment)))
            self._tail[segment] = found
            yield len(closed) + index, segment if found is None else found

    def _closed_between(self, first: int, end: int) -> Iterator[tuple[int, Segment]]:
        """Closed segments as they are, those of a group as a chapter."""
        closed = self._growing_splitter().closed
        number = first
        while number < end:
            after = self._groups.get(number, end + 1)
            if after <= end:
                yield number, chapter_of(closed[number:after])
                number = after
            else:
                yield number, closed[number]
                number += 1

    def take_parsed(self) -> int:
        """How many characters have been parsed since this was last asked."""
        count, self._parsed_characters = self._parsed_characters, 0
        return count

    def _read_open(self, segment: Segment) -> tuple[Leaf, ...]:
        if self._growing is None:
            self._growing = GrowingText()
        before = self._growing.characters
        found = open_leaves(segment, self._growing)
        read = self._growing.characters - before
        self._parsed_characters += read or len(segment.lead) + len(segment.text)
        return found


def first_at_once(segments: Sequence[Segment], first: int, most: int | None) -> int:
    """From which segment on they are read at once: not more than `most` of them, and fewer if they are heavy."""
    if most is None:
        return first
    number, weight = len(segments), 0
    while number > max(first, len(segments) - most) and weight < HEAVY:
        number -= 1
        weight += segments[number].weight
    return number


def chapter_of(segments: Sequence[Segment]) -> Segment:
    """Several as one, which stands where the first one does."""
    return Segment("".join(segment.text for segment in segments), Kind.CHAPTER, place=segments[0].place)
