"""One message as the view lays it out: a row of pieces at places that stay theirs while text arrives. No Qt.

A stored message costs nothing until it is looked at; then it is cut into segments (stubs), and a stub is parsed when
it comes into sight; a long one is cut into chapters first. While text arrives only the open segment is parsed again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from itertools import chain
from typing import NamedTuple

from seproj_desktop.window.transcript.entries import Ending, Entry, Speaker
from seproj_desktop.window.transcript.markdown.blocks import Leaf
from seproj_desktop.window.transcript.markdown.chapters import chapters, numbered
from seproj_desktop.window.transcript.markdown.growing_text import GrowingText
from seproj_desktop.window.transcript.markdown.parser import definitions, leaves, open_leaves, still_open
from seproj_desktop.window.transcript.markdown.splitter import Kind, Segment, Splitter

AT_ONCE = 8
"""Segments that are parsed at once when a lot of text arrives; those before them wait until they are looked at."""


class Part(IntEnum):
    """What a message is made of, from top to bottom."""

    HEADER = 0
    SUMMARY = 1
    THOUGHT = 2
    BODY = 3
    NOTE = 4
    ENDING = 5


class Place(NamedTuple):
    """Where a piece stands in its message: it stays, whatever grows or is parsed around it.

    Segments count from 0, those of a long stored text in each chapter from the letter that it begins with.
    """

    part: Part
    segment: int = 0
    leaf: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """Who speaks, when, and which of how many versions this is."""

    speaker: Speaker
    time: datetime | None
    version: int = 1
    versions: int = 1


@dataclass(frozen=True, slots=True)
class Summary:
    """The line that stands for the thinking; a click opens and closes it."""

    seconds: float | None
    tokens: int | None
    is_open: bool
    is_live: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A passing word, while nothing has come yet."""

    words: str


@dataclass(frozen=True, slots=True)
class Stub:
    """A segment that has not been parsed yet, or a whole chapter of them."""

    segment: Segment

    @property
    def is_chapter(self) -> bool:
        return self.segment.kind is Kind.CHAPTER


Content = Leaf | Header | Summary | Note | Ending | Stub


class Piece:
    """What is laid out as one: its content may change, its place does not. `height` is set by who lays it out."""

    __slots__ = ("__weakref__", "content", "height", "place")

    def __init__(self, place: Place, content: Content) -> None:
        self.place = place
        self.content = content
        self.height = 0

    def __repr__(self) -> str:
        return f"Piece({self.place}, {self.content})"


class Message:
    """A stored or growing message."""

    __slots__ = (
        "_chapters",
        "_definitions",
        "_ending",
        "_entry",
        "_growing",
        "_is_open",
        "_note",
        "_parsed_characters",
        "_source",
        "_splitter",
        "_tail",
        "_thinking",
        "_thought",
        "height",
        "is_thought_open",
        "key",
        "number",
        "pieces",
        "speaker",
        "time",
        "version",
        "versions",
    )

    def __init__(self, entry: Entry, *, is_open: bool = False) -> None:
        """`is_open`: text will still be added; `finish` closes it."""
        self.key = entry.key
        self.number = 0
        """Its index in the transcript."""
        self.height = 0
        """Of all pieces together."""
        self.speaker = entry.speaker
        self.time = entry.time
        self.version = entry.version
        self.versions = entry.versions
        self.is_thought_open = False
        self.pieces: list[Piece] = []
        self._entry: Entry | None = entry
        """As it was given, to tell at once that nothing has changed; None once something has been added."""
        self._source = entry.text
        self._thought = entry.thought
        self._ending = entry.ending
        self._note = ""
        self._parsed_characters = 0
        self._is_open = is_open
        self._definitions: dict[str, str] = {}
        self._chapters: list[tuple[int, str]] = []
        """Of a long stored text: where each begins, and its text."""
        self._splitter: Splitter | None = None
        self._thinking: Splitter | None = None
        self._growing: GrowingText | None = None
        """What reads the open segment, once there is one."""
        self._tail: dict[Segment, tuple[Leaf, ...]] = {}
        """What the segments before it show that a long line, while it grows, is cut into."""

    @property
    def is_open(self) -> bool:
        return self._is_open

    @property
    def is_split(self) -> bool:
        """Whether there are pieces."""
        return bool(self.pieces)

    @property
    def text(self) -> str:
        """The exact source, without the thinking."""
        return self._source if self._splitter is None else source(self._splitter)

    @property
    def thinking(self) -> str:
        return self._thought.text if self._thinking is None else source(self._thinking)

    @property
    def ending(self) -> Ending:
        return self._ending

    @property
    def length(self) -> int:
        """Characters, roughly: for a guess at the height."""
        return len(self._source) if self._splitter is None else sum(len(piece.text) for _, piece in self.segments())

    @property
    def definitions(self) -> Mapping[str, str]:
        """The link definitions that its text is read with: known once it is complete and split."""
        return self._definitions

    def segments(self) -> Iterator[tuple[int, Segment]]:
        """The text's segments with the numbers of their places, the open ones last."""
        if self._chapters:
            return chain.from_iterable(numbered(start, text) for start, text in self._chapters)
        splitter = self._split_text()
        return enumerate((*splitter.closed, *splitter.tail()))

    # Stored messages

    def split(self) -> None:
        """Makes the pieces, the text's as stubs: of a long stored text the chapters."""
        if self.pieces:
            return
        if self._splitter is None and not self._is_open:
            found = chapters(self._source, is_literal=self.speaker.is_user)
            self._chapters = found if len(found) > 1 else []
        contents: list[tuple[Place, Content]] = [(Place(Part.HEADER), self._header())]
        contents += self._thought_contents()
        contents += [(Place(Part.BODY, start), Stub(Segment(text, Kind.CHAPTER))) for start, text in self._chapters]
        if not self._chapters:
            contents += [(Place(Part.BODY, number), Stub(segment)) for number, segment in self.segments()]
        contents += self._closing_contents()
        self.pieces = [Piece(place, content) for place, content in contents]

    def expand(self, index: int) -> None:
        """Parses the stub at `index`; nothing, one or several pieces take its place, of a chapter stubs."""
        stub = self.pieces[index]
        if not isinstance(stub.content, Stub):
            return
        number, segment = stub.place.segment, stub.content.segment
        self.height -= stub.height
        contents: Iterable[tuple[Place, Content]] = (
            ((Place(Part.BODY, inner), Stub(one)) for inner, one in numbered(number, segment.text))
            if stub.content.is_chapter
            else self._parsed(Part.BODY, number, segment)
        )
        self.pieces[index : index + 1] = [Piece(place, content) for place, content in contents]

    def last_chapter(self) -> int | None:
        """The index of the last chapter that is not split yet."""
        for start, _ in reversed(self._chapters):
            index = self.index_of(Place(Part.BODY, start))
            for piece in self.pieces[index : index + 1]:
                if isinstance(piece.content, Stub) and piece.content.is_chapter:
                    return index
        return None

    def take_parsed(self) -> int:
        """How many characters have been parsed since this was last asked."""
        count, self._parsed_characters = self._parsed_characters, 0
        return count

    def index_of(self, place: Place) -> int:
        """The index of the piece at a place, or of the first one behind it."""
        return bisect_left(self.pieces, place, key=lambda piece: piece.place)

    # Growing messages; each returns the index of the first piece that has changed

    def add_text(self, text: str) -> int:
        self.split()
        self._entry, self._note = None, ""
        splitter = self._split_text()
        first = len(splitter.closed)
        splitter.feed(text)
        change = self._set_summary()
        return min(change, self._renew(Part.BODY, splitter, first), self._set_closing())

    def add_thinking(self, text: str) -> int:
        self.split()
        self._entry, self._note = None, ""
        if self._thinking is None:
            self._thinking = Splitter(is_literal=True)
            self._thinking.feed(self._thought.text)
        first = len(self._thinking.closed)
        self._thinking.feed(text)
        change = min(self._set_summary(), self._set_closing())
        return min(change, self._renew(Part.THOUGHT, self._thinking, first)) if self.is_thought_open else change

    def set_thought(self, seconds: float | None, tokens: int | None) -> int:
        """The thinking's figures so far."""
        self._entry = None
        self._thought = replace(self._thought, seconds=seconds, tokens=tokens)
        return self._set_summary()

    def set_note(self, words: str) -> int:
        """A passing word under the message; the next text withdraws it."""
        self.split()
        self._note = words
        return self._set_closing()

    def finish(self, ending: Ending) -> int:
        """Nothing more will come."""
        self.split()
        self._entry, self._is_open, self._ending, self._note = None, False, ending, ""
        change = self._set_summary()
        if self._thinking is not None:
            first = len(self._thinking.closed)
            self._thinking.finish()
            if self.is_thought_open:
                change = min(change, self._renew(Part.THOUGHT, self._thinking, first))
        splitter = self._split_text()
        first = len(splitter.closed)
        splitter.finish()
        if splitter.has_definitions:
            # Known only now: what refers to them is read again.
            self._definitions, first = dict(definitions(splitter.closed)), 0
        return min(change, self._renew(Part.BODY, splitter, first), self._set_closing())

    def show_thought(self, *, is_open: bool) -> int:
        """Opens or closes the thinking."""
        self.split()
        self.is_thought_open = is_open
        start = self.index_of(Place(Part.SUMMARY))
        end = self.index_of(Place(Part.BODY))
        return self._replace(start, end, self._thought_contents())

    # Messages of a path that is shown anew

    def is_as_given(self, entry: Entry, *, is_open: bool) -> bool:
        """Whether nothing has changed since this very entry was given: no text needs to be compared."""
        return self._entry is entry and self._is_open is is_open

    def has_text_of(self, entry: Entry, *, is_open: bool) -> bool:
        """Whether only the header and the end may differ, so that `update` is enough; no message opens again."""
        if self.key != entry.key or (is_open and not self._is_open):
            return False
        known = self._entry
        text, thinking = (self.text, self.thinking) if known is None else (known.text, known.thought.text)
        return text == entry.text and thinking == entry.thought.text

    def update(self, entry: Entry, *, is_open: bool) -> int:
        """Takes the header and the end from an entry with the same text; the figures of thinking that is over too."""
        self.speaker, self.time, self.version, self.versions = entry.speaker, entry.time, entry.version, entry.versions
        self._ending = entry.ending
        if not is_open:
            self._thought = entry.thought
        change = len(self.pieces)
        if self._is_open and not is_open:
            change = self.finish(entry.ending)
        elif self.pieces:
            change = min(self._set_summary(), self._set_closing())
        self._entry = entry
        return min(change, self._set_header()) if self.pieces else change

    # The pieces' contents

    def _split_text(self) -> Splitter:
        assert not self._chapters, "a text in chapters is complete"
        if self._splitter is None:
            self._splitter = Splitter(is_literal=self.speaker.is_user)
            self._splitter.feed(self._source)
            if not self._is_open:
                self._splitter.finish()
                if self._splitter.has_definitions:
                    self._definitions = dict(definitions(self._splitter.closed))
            self._source = ""
        return self._splitter

    def _header(self) -> Header:
        return Header(self.speaker, self.time, self.version, self.versions)

    def _thought_contents(self) -> list[tuple[Place, Content]]:
        if not self._has_thought:
            return []
        contents: list[tuple[Place, Content]] = [(Place(Part.SUMMARY), self._summary())]
        if self.is_thought_open:
            if self._thinking is None:
                self._thinking = Splitter(is_literal=True)
                self._thinking.feed(self._thought.text)
                self._thinking.finish()
            contents += self._all_parsed(Part.THOUGHT, self._thinking, 0)
        return contents

    def _summary(self) -> Summary:
        is_live = self._is_open and not self._has_text
        return Summary(self._thought.seconds, self._thought.tokens, self.is_thought_open, is_live)

    @property
    def _has_thought(self) -> bool:
        return self._thinking is not None or bool(self._thought.text)

    @property
    def _has_text(self) -> bool:
        return self._splitter is not None and bool(self._splitter.closed or self._splitter.tail())

    def _closing_contents(self) -> list[tuple[Place, Content]]:
        contents: list[tuple[Place, Content]] = []
        if self._note:
            contents.append((Place(Part.NOTE), Note(self._note)))
        if self._ending.words or self._ending.can_continue:
            contents.append((Place(Part.ENDING), self._ending))
        return contents

    def _parsed(self, part: Part, number: int, segment: Segment) -> list[tuple[Place, Leaf]]:
        return [(Place(part, number, index), leaf) for index, leaf in enumerate(self._read(segment))]

    def _read(self, segment: Segment) -> tuple[Leaf, ...]:
        self._parsed_characters += len(segment.lead) + len(segment.text)
        return leaves(segment, self._definitions)

    def _all_parsed(self, part: Part, splitter: Splitter, first: int) -> list[tuple[Place, Content]]:
        """Everything from segment `first` on: the last ones parsed, the open end healed."""
        closed, tail = splitter.closed, splitter.tail()
        contents: list[tuple[Place, Content]] = []
        for number in range(first, len(closed)):
            if len(closed) - number > AT_ONCE and part is Part.BODY:
                contents.append((Place(part, number), Stub(closed[number])))
            else:
                contents += self._parsed(part, number, closed[number])
        known, self._tail = self._tail, {}
        for number, segment in enumerate(tail, len(closed)):
            if segment is tail[-1]:
                found = self._open_parsed(segment)
            else:
                found = known.get(segment) or tuple(map(still_open, self._read(segment)))
                self._tail[segment] = found
            contents += [(Place(part, number, index), leaf) for index, leaf in enumerate(found)]
        return contents

    def _open_parsed(self, segment: Segment) -> tuple[Leaf, ...]:
        if self._growing is None:
            self._growing = GrowingText()
        before = self._growing.characters
        found = open_leaves(segment, self._growing)
        read = self._growing.characters - before
        self._parsed_characters += read or len(segment.lead) + len(segment.text)
        return found

    # Putting them in their places

    def _renew(self, part: Part, splitter: Splitter, first: int) -> int:
        start = self.index_of(Place(part, first))
        end = self.index_of(Place(Part(part + 1)))
        return self._replace(start, end, self._all_parsed(part, splitter, first))

    def _set_header(self) -> int:
        return self._replace(0, 1, [(Place(Part.HEADER), self._header())])

    def _set_summary(self) -> int:
        if not self._has_thought:
            return len(self.pieces)
        start = self.index_of(Place(Part.SUMMARY))
        end = self.index_of(Place(Part.THOUGHT))
        return self._replace(start, end, [(Place(Part.SUMMARY), self._summary())])

    def _set_closing(self) -> int:
        return self._replace(self.index_of(Place(Part.NOTE)), len(self.pieces), self._closing_contents())

    def _replace(self, start: int, end: int, contents: Sequence[tuple[Place, Content]]) -> int:
        """Puts contents in the places of some pieces; a piece whose place remains is kept, with its layout."""
        known = {piece.place: piece for piece in self.pieces[start:end]}
        fresh: list[Piece] = []
        change = len(contents) if len(contents) < end - start else -1
        for index, (place, content) in enumerate(contents):
            piece = known.get(place)
            if piece is None:
                piece = Piece(place, content)
                change = index if change < 0 else min(change, index)
            elif piece.content != content:
                piece.content = content
                change = index if change < 0 else min(change, index)
            fresh.append(piece)
        self.height += sum(piece.height for piece in fresh) - sum(piece.height for piece in known.values())
        self.pieces[start:end] = fresh
        return len(self.pieces) if change < 0 else start + change


def source(splitter: Splitter) -> str:
    """Everything that was fed."""
    return "".join(segment.text for segment in (*splitter.closed, *splitter.tail()))
