"""What of a message is searched, and how many hits each section of it has. No Qt.

A section is one segment of the thinking or of the text. What is not in sight is parsed for the moment only, and only
where its source may have the words; nothing of it is kept but the counts.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.finding.matching import Query, Ranges
from seproj_desktop.window.transcript.markdown.blocks import Leaf, Rule, seen_text
from seproj_desktop.window.transcript.markdown.chapters import chapters
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves
from seproj_desktop.window.transcript.markdown.segment import Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter
from seproj_desktop.window.transcript.message import Content, Message, Part, Piece, Place, Stub

AT_ONCE = 16_000
"""Characters that are looked through or split in one step."""

Section = tuple[Part, int]
Counts = dict[Section, int]
"""From the first section to the last, without those that have none."""
Steps = Generator[None, None, Counts]
"""Work that can be interrupted; what it comes to is told at its end."""


@dataclass(slots=True)
class Effort:
    """What was done, for benchmarks and tests."""

    texts_searched: int = 0
    segments_parsed: int = 0


class Search:
    """One query; the hits of a piece that has been searched are known until its content changes."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.effort = Effort()
        self._known: WeakKeyDictionary[Piece, tuple[Content, tuple[Ranges, ...]]] = WeakKeyDictionary()

    def ranges(self, piece: Piece) -> Ranges:
        """The hits in a piece, in letters of its text as it is seen."""
        return self._found(piece, {})[0]

    def count(self, message: Message) -> Steps:
        """Counts a message's hits, in steps of at most about a millisecond."""
        return self._count_pieces(message) if message.is_split else self._count_source(message)

    def forget(self, message: Message) -> None:
        """Has a message's pieces searched again: they may be read in another way, now that it is complete."""
        for piece in message.pieces:
            self._known.pop(piece, None)

    def _count_pieces(self, message: Message) -> Steps:
        counts: Counts = {}
        known = definitions_of(message)
        for piece in list(message.pieces):
            if isinstance(piece.content, Stub) and piece.content.is_chapter:
                yield from self._count_chapter(piece.place.segment, piece.content.segment.text, counts)
                continue
            hits = sum(map(len, self._found(piece, known)))
            if hits:
                section = section_of(piece.place)
                counts[section] = counts.get(section, 0) + hits
            yield
        return counts

    def _count_source(self, message: Message) -> Steps:
        """Of a stored message that nobody has looked at: it is not even split if it cannot have the words."""
        counts = Counts()
        is_literal = message.speaker.is_user
        for first, text in chapters(message.text, is_literal=is_literal):
            yield from self._count_chapter(first, text, counts, is_literal=is_literal)
        hits = len(self._in_text(searched_text(message.ending)))
        if hits:
            counts[Part.ENDING, 0] = hits
        yield
        return counts

    def _count_chapter(self, first: int, text: str, counts: Counts, *, is_literal: bool = False) -> Iterator[None]:
        """Of a text whose segments count from `first` on."""
        if len(text) <= AT_ONCE and not self.query.may_be_in(text):
            yield
            return
        splitter = Splitter(is_literal=is_literal)
        for start in range(0, len(text), AT_ONCE):
            splitter.feed(text[start : start + AT_ONCE])
            yield
        splitter.finish()
        known = definitions(splitter.closed)
        for number, segment in enumerate(splitter.closed, first):
            hits = sum(map(len, self._in_segment(segment, known)))
            if hits:
                counts[Part.BODY, number] = hits
            yield

    def _found(self, piece: Piece, known: Mapping[str, str]) -> tuple[Ranges, ...]:
        """The hits of a piece; of one that is not parsed those of each leaf."""
        before = self._known.get(piece)
        if before is not None and before[0] is piece.content:
            return before[1]
        content = piece.content
        if isinstance(content, Stub):
            found = tuple(self._in_segment(content.segment, known))
        else:
            found = (self._in_text(searched_text(content)),)
        self._known[piece] = (content, found)
        return found

    def _in_segment(self, segment: Segment, known: Mapping[str, str]) -> Iterable[Ranges]:
        if not self.query.may_be_in(segment.text):
            return ()
        self.effort.segments_parsed += 1
        return [self._in_text(searched_text(leaf)) for leaf in leaves(segment, known)]

    def _in_text(self, text: str) -> Ranges:
        if not text:
            return ()
        self.effort.texts_searched += 1
        return self.query.ranges(text)


def finished(steps: Steps) -> Counts:
    """What some work comes to, done at once."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        counts: Counts = end.value
        return counts


def searched_text(content: Content) -> str:
    """What of a piece is searched: blocks and failures, in the open thinking as well; not who speaks, nor figures."""
    match content:
        case Leaf(block=Rule()):
            return ""
        case Leaf():
            return seen_text(content)
        case Ending(is_failure=True):
            return content.words
        case _:
            return ""


def section_of(place: Place) -> Section:
    return place.part, place.segment


def pieces_of(message: Message, section: Section) -> list[Piece]:
    """The pieces of one section, as they are now."""
    part, number = section
    return message.pieces[message.index_of(Place(part, number)) : message.index_of(Place(part, number + 1))]


def definitions_of(message: Message) -> Mapping[str, str]:
    """The link definitions that a message's stubs are read with."""
    if message.is_open or not any(isinstance(piece.content, Stub) for piece in message.pieces):
        return {}
    return message.definitions
