"""What of a message is searched, and how many hits each section of it has. No Qt.

A section is one segment of the thinking or of the text. What is not in sight is parsed for the moment only, and only
where its source may have the words; nothing of it is kept but the counts. Words that a soft cut went through belong to
the piece that they begin in.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from seproj_desktop.window.transcript.entries import Ending
from seproj_desktop.window.transcript.finding.matching import Query, Ranges
from seproj_desktop.window.transcript.markdown.blocks import Gap, Leaf, Rule, seen_text, text_between
from seproj_desktop.window.transcript.markdown.chapters import chapters
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves
from seproj_desktop.window.transcript.markdown.segment import Segment
from seproj_desktop.window.transcript.markdown.splitter import Splitter
from seproj_desktop.window.transcript.message import Content, Message, Part, Piece, Place, Stub

AT_ONCE = 16_000
"""Characters that are looked through in one step."""

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


@dataclass(frozen=True, slots=True)
class Found:
    """The hits that begin in a piece with this content."""

    content: Content
    following: Content | None
    """What goes on behind a soft cut."""
    ranges: Ranges
    """In letters of the text as it is seen; the last one may end beyond it."""
    beyond: int
    """Letters of the last hit that stand behind the cut."""


class Search:
    """One query; the hits of a piece that has been searched are known until its content changes."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.effort = Effort()
        self._known: WeakKeyDictionary[Piece, Found] = WeakKeyDictionary()
        self._parsed: tuple[Segment, Leaf | None] | None = None
        """The last one: what goes on behind a cut is searched by itself next."""

    def ranges(self, message: Message, index: int) -> Ranges:
        """The hits that begin in a piece, in letters of its text as it is seen."""
        return self._found(message, message.pieces, index, {} if message.is_open else message.definitions).ranges

    def carried(self, message: Message, index: int) -> tuple[int, int] | None:
        """The hit that begins in the piece before and ends in this one: where it begins there, how far it goes here."""
        pieces = message.pieces
        if index == 0 or not goes_on(pieces[index].content) or isinstance(pieces[index - 1].content, Stub):
            return None
        before = self._found(message, pieces, index - 1, {})
        return (before.ranges[-1][0], before.beyond) if before.beyond else None

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
        pieces = list(message.pieces)
        for index, piece in enumerate(pieces):
            if isinstance(piece.content, Stub) and piece.content.is_chapter:
                (part, number, _), text = piece.place, piece.content.segment.text
                following = first_of(message, following_in(pieces, index))
                if not message.is_split_already(piece):
                    yield from self._count_chapter(number, text, counts)
                elif self.query.may_be_in(text + source_of(following)):
                    segments = [segment for _, segment in message.segments_of(piece)]
                    yield from self._count_segments((part, number), segments, known, counts, following)
                continue
            hits = len(self._found(message, pieces, index, known).ranges)
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
        """Of a message's text, whose segments count from `first` on."""
        if len(text) <= AT_ONCE and not self.query.may_be_in(text):
            yield
            return
        splitter = Splitter(is_literal=is_literal)
        yield from splitter.feed_in_slices(text)
        splitter.finish()
        found = splitter.closed
        yield from self._count_segments((Part.BODY, first), found, definitions(found), counts)

    def _count_segments(
        self,
        first: Section,
        segments: Sequence[Segment],
        known: Mapping[str, str],
        counts: Counts,
        behind: Content | None = None,
    ) -> Iterator[None]:
        """Of segments from the section `first` on; `behind` is what goes on behind a cut after the last one."""
        part, start = first
        for number, segment in enumerate(segments):
            following = Stub(segments[number + 1]) if number + 1 < len(segments) else behind
            is_cut = following is not None and goes_on(following)
            ranges, _ = self._in_content(Stub(segment), following if is_cut else None, known)
            if ranges:
                counts[part, start + number] = len(ranges)
            yield

    def _found(self, message: Message, pieces: Sequence[Piece], index: int, known: Mapping[str, str]) -> Found:
        piece, behind = pieces[index], following_in(pieces, index)
        content, following = piece.content, None if behind is None else behind.content
        before = self._known.get(piece)
        if before is not None and before.content is content and before.following is following:
            return before
        found = Found(content, following, *self._in_content(content, first_of(message, behind), known))
        self._known[piece] = found
        return found

    def _in_content(self, content: Content, following: Content | None, known: Mapping[str, str]) -> tuple[Ranges, int]:
        if isinstance(content, Stub):
            if not self.query.may_be_in(content.segment.text + source_of(following)):
                return (), 0
            leaf = self._leaf(content, known)
            return ((), 0) if leaf is None else self._across(searched_text(leaf), self._leaf(following, known))
        return self._across(searched_text(content), self._leaf(following, known))

    def _across(self, text: str, following: Leaf | None) -> tuple[Ranges, int]:
        """The hits that begin in a text, and how many letters the last one has behind the cut."""
        if following is None:
            return self._in_text(text), 0
        whole = text + text_between(following)
        found = self._in_text(whole + searched_text(following))
        own = tuple(one for one in found if one[0] < len(whole))
        return own, max(0, own[-1][1] - len(whole)) if own else 0

    def _leaf(self, content: Content | None, known: Mapping[str, str]) -> Leaf | None:
        """What is shown of a piece, if it is a block; one that is not parsed is parsed for the moment."""
        if not isinstance(content, Stub):
            return content if isinstance(content, Leaf) else None
        if self._parsed is None or self._parsed[0] is not content.segment:
            self.effort.segments_parsed += 1
            self._parsed = (content.segment, next(iter(leaves(content.segment, known)), None))
        return self._parsed[1]

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


def indices_of(message: Message, section: Section) -> range:
    """Where the pieces of one section are, as they are now."""
    part, number = section
    return range(message.index_of(Place(part, number)), message.index_of(Place(part, number + 1)))


def goes_on(content: Content) -> bool:
    """Whether a soft cut parts it from the piece before: to the eye they are one."""
    match content:
        case Leaf(gap=gap):
            return gap is Gap.NONE
        case Stub(segment=segment):
            return segment.place.gap is Gap.NONE
        case _:
            return False


def following_in(pieces: Sequence[Piece], index: int) -> Piece | None:
    """The piece behind one, if only a soft cut parts them."""
    behind = pieces[index + 1] if index + 1 < len(pieces) else None
    return behind if behind is not None and goes_on(behind.content) else None


def first_of(message: Message, piece: Piece | None) -> Content | None:
    """What a piece begins with: of a chapter the first segment."""
    if piece is None or not isinstance(piece.content, Stub):
        return None if piece is None else piece.content
    return Stub(next(iter(message.segments_of(piece)))[1])


def source_of(following: Content | None) -> str:
    """What goes on behind a cut, for a quick look: its Markdown, or as it is seen."""
    match following:
        case Stub(segment=segment):
            return segment.text
        case Leaf():
            return seen_text(following)
        case _:
            return ""


def definitions_of(message: Message) -> Mapping[str, str]:
    """The link definitions that a message's stubs are read with."""
    if message.is_open or not any(isinstance(piece.content, Stub) for piece in message.pieces):
        return {}
    return message.definitions
