"""A message's text, or its thinking, as numbered segments and what they show. No Qt.

What is complete is read segment by segment when somebody looks; while text arrives only the open end is read again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from seproj_desktop.window.transcript.markdown.blocks import Leaf
from seproj_desktop.window.transcript.markdown.chapters import chapters, numbered
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves, open_leaves, still_open
from seproj_desktop.window.transcript.markdown.reading import NO_DEFINITIONS
from seproj_desktop.window.transcript.markdown.splitter import Kind, Segment, Splitter


class MessageText:
    """A stored or growing text; its segments count from 0, those of a chapter from the letter that it begins with."""

    __slots__ = ("_chapters", "_growing", "_parsed_characters", "_splitter", "_tail", "definitions")

    def __init__(self, source: str, *, is_literal: bool, is_open: bool) -> None:
        """`is_literal`: nothing is Markdown but fenced code; `is_open`: more may come until `finish`."""
        self.definitions: Mapping[str, str] = NO_DEFINITIONS
        """The addresses that labels of links stand for: known once the text is complete."""
        found = [] if is_open else chapters(source, is_literal=is_literal)
        self._chapters: Sequence[tuple[int, str]] = found if len(found) > 1 else ()
        """Of a long stored text: where each begins, and its text."""
        self._parsed_characters = 0
        self._growing: GrowingText | None = None
        """What reads the open segment, once there is one."""
        self._tail: dict[Segment, tuple[Leaf, ...]] = {}
        """What the segments before it show that a long line, while it grows, is cut into."""
        self._splitter: Splitter | None = None
        if not self._chapters:
            self._splitter = Splitter(is_literal=is_literal)
            self._splitter.feed(source)
            if not is_open:
                self.finish()

    @property
    def is_empty(self) -> bool:
        return self._splitter is not None and not (self._splitter.closed or self._splitter.tail())

    @property
    def source(self) -> str:
        """Everything that was fed."""
        return "".join(segment.text for _, segment in self.outline())

    @property
    def length(self) -> int:
        return sum(len(segment.text) for _, segment in self.outline())

    def chapter_starts(self) -> Sequence[int]:
        """The numbers of the chapters."""
        return [start for start, _ in self._chapters]

    def segments(self) -> Iterator[tuple[int, Segment]]:
        """All of them with their numbers, the open ones last."""
        if self._splitter is None:
            return chain.from_iterable(numbered(start, text) for start, text in self._chapters)
        return enumerate((*self._splitter.closed, *self._splitter.tail()))

    def outline(self) -> Iterable[tuple[int, Segment]]:
        """The chapters, if there are any, or else the segments."""
        if self._chapters:
            return ((start, Segment(text, Kind.CHAPTER)) for start, text in self._chapters)
        return self.segments()

    # Growing

    def feed(self, text: str) -> int:
        """Adds text; the number of the first segment that may have changed."""
        splitter = self._growing_splitter()
        first = len(splitter.closed)
        splitter.feed(text)
        return first

    def finish(self) -> int:
        """Nothing more will come; the number of the first segment that may have changed."""
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
        """What a closed segment shows."""
        self._parsed_characters += len(segment.lead) + len(segment.text)
        return leaves(segment, self.definitions)

    def read_from(self, first: int, at_once: int | None = None) -> Iterator[tuple[int, Segment | Sequence[Leaf]]]:
        """What there is from a segment on, its open end healed, with numbers.

        Only the last `at_once` of the closed segments are read; those before them are as they are.
        """
        splitter = self._growing_splitter()
        closed, tail = splitter.closed, splitter.tail()
        for number in range(first, len(closed)):
            is_later = at_once is not None and len(closed) - number > at_once
            yield number, closed[number] if is_later else self.read(closed[number])
        known, self._tail = self._tail, {}
        for number, segment in enumerate(tail, len(closed)):
            if segment is tail[-1]:
                yield number, self._read_open(segment)
            else:
                self._tail[segment] = known.get(segment) or tuple(map(still_open, self.read(segment)))
                yield number, self._tail[segment]

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
